// SPDX-License-Identifier: Apache-2.0
/** A list of names and values, which follows language and time without being made anew. */
import { element, setText } from './dom.js';
import { say, type Words } from './language.js';

/** A name and its value as a text now. */
export type Row = readonly [name: Words, value: string];

/** The list. */
export class FactList {
  readonly element = element('dl', { class: 'facts' });
  private readonly rows: { readonly term: HTMLElement; readonly value: HTMLElement; readonly row: HTMLElement }[] = [];

  /** Shows these rows. */
  update(rows: readonly Row[]): void {
    while (this.rows.length < rows.length) this.add();
    while (this.rows.length > rows.length) this.rows.pop()?.row.remove();
    for (const [place, [name, value]] of rows.entries()) {
      const shown = this.rows[place];
      if (shown === undefined) continue;
      setText(shown.term, say(name));
      setText(shown.value, value);
    }
  }

  private add(): void {
    const [term, value] = [element('dt'), element('dd')];
    const row = element('div', {}, term, value);
    this.rows.push({ term, value, row });
    this.element.append(row);
  }
}

/** A code's id in groups, as it is read out. */
export function grouped(id: string): string {
  return id.replace(/(.{4})(?=.)/g, '$1 ');
}
