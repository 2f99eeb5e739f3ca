// SPDX-License-Identifier: Apache-2.0
/** Parts of a page, one at a time: buttons above, each with how many there are. */
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { described, say, type Words } from '../parts/language.js';

const PARTS: Words = { zh: '分类', en: 'Kinds' };

/** A part: its name and what stands in it. */
export interface Tab {
  readonly name: string;
  readonly words: Words;
  readonly content: HTMLElement;
}

/** The parts. */
export class Tabs {
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly counts = new Map<string, number>();
  private chosenName: string;

  readonly element: HTMLElement;

  /** @param chosen runs whenever somebody chooses another part. */
  constructor(
    private readonly tabs: readonly Tab[],
    private readonly chosen: (name: string) => void,
  ) {
    this.chosenName = tabs[0]?.name ?? '';
    for (const { name } of tabs) {
      const button = element('button', { type: 'button', 'data-tab': name });
      button.addEventListener('click', () => this.choose(name));
      this.buttons.set(name, button);
    }
    const group = element('div', { class: 'tabs', role: 'group' }, ...this.buttons.values());
    const row = described(group, 'aria-label', PARTS);
    this.element = element('div', {}, row, ...tabs.map(({ content }) => content));
    this.update();
  }

  /** The part that is seen. */
  get current(): string {
    return this.chosenName;
  }

  /** Shows a part. */
  choose(name: string): void {
    this.chosenName = name;
    this.update();
    this.chosen(name);
  }

  /** Says how many there are in a part; null: it says none. */
  count(name: string, count: number | null): void {
    if (count === null) this.counts.delete(name);
    else this.counts.set(name, count);
    this.update();
  }

  /** Draws it in the language now. */
  update(): void {
    for (const { name, words, content } of this.tabs) {
      const [button, count] = [this.buttons.get(name), this.counts.get(name)];
      const isHere = name === this.chosenName;
      setShown(content, isHere);
      if (button === undefined) continue;
      setText(button, count === undefined || count === 0 ? say(words) : `${say(words)} ${count}`);
      setAttribute(button, 'aria-pressed', String(isHere));
    }
  }
}
