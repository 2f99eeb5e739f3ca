// SPDX-License-Identifier: Apache-2.0
/** A list of names and values, which follows language and time without being made anew. */
import { element, setAttribute, setText } from './dom.js';
import { say, type Words } from './language.js';

/** A name and its value as a text now; a timer's changes every second, and is not read out each time. */
export type Row = readonly [name: Words, value: string, kind?: 'timer'];

/** The list. */
export class FactList {
  readonly element = element('dl', { class: 'facts' });
  private readonly rows: { readonly term: HTMLElement; readonly value: HTMLElement; readonly row: HTMLElement }[] = [];

  /** Shows these rows. */
  update(rows: readonly Row[]): void {
    while (this.rows.length < rows.length) this.add();
    while (this.rows.length > rows.length) this.rows.pop()?.row.remove();
    for (const [place, [name, value, kind]] of rows.entries()) {
      const shown = this.rows[place];
      if (shown === undefined) continue;
      setText(shown.term, say(name));
      setText(shown.value, value);
      setAttribute(shown.value, 'role', kind ?? null);
      setAttribute(shown.value, 'aria-live', kind === 'timer' ? 'off' : null);
    }
  }

  private add(): void {
    // A role is for what is within: a description with one of its own belongs to no list.
    const [term, value] = [element('dt'), element('span')];
    const row = element('div', {}, term, element('dd', {}, value));
    this.rows.push({ term, value, row });
    this.element.append(row);
  }
}

/** A code's id in groups, as it is read out. */
export function grouped(id: string): string {
  return id.replace(/(.{4})(?=.)/g, '$1 ');
}
