// SPDX-License-Identifier: Apache-2.0
/** One field: its label, how it is filled in, and what is wrong with it, each tied to the input. */
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { labelled, say, spoken, type Words } from '../parts/language.js';

type Input = HTMLInputElement | HTMLSelectElement;

const CHOOSE: Words = { zh: '请选择', en: 'Choose' };
const OPTIONAL: Words = { zh: '（可不填）', en: ' (optional)' };

/** What a field looks like. */
export interface Looks {
  readonly id: string;
  readonly words: Words;
  readonly hint?: Words;
  readonly isOptional?: boolean;
  /** What may be chosen; without it anything is typed. */
  readonly choices?: Readonly<Record<string, Words>>;
  /** The keyboard of a phone. */
  readonly mode?: 'text' | 'numeric' | 'decimal' | 'tel' | 'email';
  /** What the browser may fill in by itself. */
  readonly fills?: string;
  readonly most?: number;
}

function inputOf({ id, choices, mode, fills, most }: Looks): Input {
  if (choices !== undefined) {
    const none = labelled(element('option', { value: '' }), CHOOSE);
    const option = ([value, words]: [string, Words]): HTMLElement => labelled(element('option', { value }), words);
    return element('select', { id, name: id }, none, ...Object.entries(choices).map(option));
  }
  return element('input', {
    id,
    name: id,
    autocomplete: fills ?? 'off',
    inputmode: mode ?? 'text',
    maxlength: String(most ?? 128),
    spellcheck: 'false',
  });
}

/** The field. */
export class Field {
  readonly element: HTMLElement;
  readonly input: Input;
  private readonly wrong: HTMLElement;

  constructor(looks: Looks) {
    const { id, words, hint, isOptional } = looks;
    this.input = inputOf(looks);
    this.wrong = element('p', { class: 'wrong', id: `wrong-${id}`, hidden: '' });
    const label = element('label', { for: id });
    spoken(() => setText(label, `${say(words)}${isOptional === true ? say(OPTIONAL) : ''}`));
    const told = hint === undefined ? null : labelled(element('p', { class: 'small', id: `hint-${id}` }), hint);
    setAttribute(this.input, 'aria-describedby', [told?.id, this.wrong.id].filter(Boolean).join(' '));
    if (isOptional !== true) setAttribute(this.input, 'aria-required', 'true');
    const parts = told === null ? [label, this.input, this.wrong] : [label, this.input, told, this.wrong];
    this.element = element('div', { class: 'field' }, ...parts);
  }

  get value(): string {
    return this.input.value.trim();
  }

  set value(value: string) {
    if (this.input.value !== value) this.input.value = value;
  }

  /** True while something is wrong with it. */
  get isWrong(): boolean {
    return this.input.getAttribute('aria-invalid') === 'true';
  }

  /**
   * Says what is wrong as soon as the field is left for another one, and that nothing is any more while it is typed.
   * What comes and goes moves what is below: never as a button is pressed, which would move from under the finger.
   */
  watch(check: () => Words | null): void {
    this.input.addEventListener('input', () => {
      if (this.isWrong && check() === null) this.say(null);
    });
    this.element.addEventListener('focusout', ({ relatedTarget }) => {
      if (relatedTarget instanceof Element && relatedTarget.matches('input, select')) this.say(check());
    });
  }

  /** Says what is wrong; null: nothing. */
  say(words: Words | null): void {
    setText(this.wrong, words === null ? '' : say(words));
    setShown(this.wrong, words !== null);
    setAttribute(this.input, 'aria-invalid', words === null ? null : 'true');
  }
}

/** A group of choices of which one is taken. */
export function radios<V extends string>(
  name: string,
  words: Words,
  choices: Readonly<Record<V, { readonly words: Words; readonly hint?: Words }>>,
  chosen: V,
  changed: (value: V) => void,
): HTMLFieldSetElement {
  const rows = Object.entries<{ words: Words; hint?: Words }>(choices).map(([value, { words: text, hint }]) => {
    const id = `${name}-${value}`;
    const input = element('input', { type: 'radio', name, id, value });
    input.checked = value === chosen;
    input.addEventListener('change', () => changed(value as V));
    const label = labelled(element('label', { for: id }), text);
    if (hint === undefined) return element('div', { class: 'check' }, input, label);
    const told = labelled(element('p', { class: 'small', id: `hint-${id}` }), hint);
    setAttribute(input, 'aria-describedby', told.id);
    return element('div', { class: 'check told' }, input, label, told);
  });
  return element('fieldset', { class: 'panel' }, labelled(element('legend'), words), ...rows);
}

/** A line that says what became of what was asked: it is read out as it changes. */
export class Notice {
  readonly element = element('p', { class: 'notice', role: 'status', hidden: '' });

  tell(kind: 'notice' | 'wrong', lines: readonly string[]): void {
    setAttribute(this.element, 'class', kind);
    setText(this.element, lines.join(' '));
    setShown(this.element, lines.length > 0);
  }
}
