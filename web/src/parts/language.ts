// SPDX-License-Identifier: Apache-2.0
/** The language of the page: Chinese or English, by what was chosen here before, or by the browser. */
import { setText } from './dom.js';

/** A text in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** One of the two languages. */
export type Language = keyof Words;

const KEPT = 'dianyun.language';

function chosen(): Language | null {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept === 'zh' || kept === 'en' ? kept : null;
  } catch {
    // A browser that keeps nothing still shows the page.
    return null;
  }
}

function ofBrowser(): Language {
  const tags = navigator.languages.map((tag) => tag.toLowerCase().split('-')[0]);
  return tags.find((tag): tag is Language => tag === 'zh' || tag === 'en') ?? 'zh';
}

let current: Language = chosen() ?? ofBrowser();
const listeners: (() => void)[] = [];

/** The language now. */
export function language(): Language {
  return current;
}

/** A text in the language now. */
export function say(words: Words): string {
  return words[current];
}

/** Runs now, and again whenever the language changes. */
export function spoken(work: () => void): void {
  listeners.push(work);
  work();
}

/** An element whose text follows the language. */
export function labelled<E extends Element>(made: E, words: Words): E {
  spoken(() => setText(made, say(words)));
  return made;
}

/** An element whose attribute follows the language. */
export function described<E extends Element>(made: E, name: string, words: Words): E {
  spoken(() => made.setAttribute(name, say(words)));
  return made;
}

/** Chooses a language, and keeps the choice. */
export function choose(wanted: Language): void {
  current = wanted;
  try {
    localStorage.setItem(KEPT, wanted);
  } catch {
    // It holds until the page is closed.
  }
  for (const work of listeners) work();
}

spoken(() => {
  document.documentElement.lang = current === 'zh' ? 'zh-CN' : 'en';
});
