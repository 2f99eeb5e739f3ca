// SPDX-License-Identifier: Apache-2.0
/** What can be done with an interface, and what a form asks for before it is signed. */
import { type Action, formatTime, type GrantTerms, type Interface, type InterfaceScopes, parseTime } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { labelled, say, type Words } from '../parts/language.js';
import { whole } from '../waybill/figures.js';
import { instantOf, localOf } from '../waybill/offer.js';
import { SCOPES, SCOPES_OF, type ScopeName } from '../words/interfaces.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** What the chain lets a grant be. */
const MOST_CALLS = 600_000;
const MOST_DAYS = 1_096;
/** What is proposed. */
const PROPOSED = { calls: 600, days: 365 };

const WORDS = {
  scopes: { zh: '范围', en: 'Scopes' },
  calls: { zh: '每分钟次数上限', en: 'Most calls a minute' },
  until: { zh: '有效期至', en: 'Until' },
  no_scope: { zh: '请至少选择一项。', en: 'Choose one at least.' },
  bad_calls: { zh: '请填 1 到上限之间的整数：', en: 'A whole number from 1 to ' },
  bad_until: { zh: '须晚于现在，不晚于：', en: 'Later than now, not after ' },
} satisfies Record<string, Words>;

/** Something that can be done: a button, and what its form reads. */
export interface Act {
  readonly name: string;
  readonly words: Words;
  readonly look: 'primary' | 'danger' | 'quiet' | null;
  /** The form; made anew each time. */
  form(): ActForm;
}

/** A form before it is signed. */
export interface ActForm {
  readonly fields: readonly HTMLElement[];
  /** The action; null: something is missing, and the form says what. */
  read(): Promise<Action | null>;
}

let count = 0;

/** A field with its label, and beside it what is wrong. */
export class Field<I extends HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement> {
  private readonly wrong = element('p', { class: 'wrong', hidden: '' });
  readonly element: HTMLElement;

  constructor(
    words: Words,
    readonly input: I,
    ...hints: readonly HTMLElement[]
  ) {
    count += 1;
    input.id = `act-${count}`;
    this.wrong.id = `act-${count}-wrong`;
    input.setAttribute('aria-describedby', this.wrong.id);
    const label = labelled(element('label', { for: input.id }), words);
    this.element = element('div', { class: 'field' }, label, input, this.wrong, ...hints);
  }

  /** Says what is wrong; null: nothing. */
  say(text: string | null): void {
    setText(this.wrong, text ?? '');
    setShown(this.wrong, text !== null);
    setAttribute(this.input, 'aria-invalid', text === null ? null : 'true');
  }
}

/** Scopes, rate and end: no more than `most`, where somebody asked for that. */
export class TermsFields {
  private readonly ticks = new Map<ScopeName, HTMLInputElement>();
  private readonly wrong = element('p', { class: 'wrong', hidden: '' });
  private readonly calls: Field<HTMLInputElement>;
  private readonly until: Field<HTMLInputElement>;

  readonly elements: readonly HTMLElement[];

  constructor(
    { interface: kind }: Interface,
    proposed: GrantTerms | null,
    private readonly most: GrantTerms | null,
  ) {
    const offered = SCOPES_OF[kind].filter((name) => most === null || most.scopes[name]);
    const rows = offered.map((name) => this.tick(name, proposed === null || proposed.scopes[name]));
    const legend = labelled(element('legend'), WORDS.scopes);
    const calls = String(proposed?.calls_a_minute ?? PROPOSED.calls);
    this.calls = new Field(
      WORDS.calls,
      element('input', { name: 'calls', inputmode: 'numeric', autocomplete: 'off', maxlength: '6', value: calls }),
    );
    const end = proposed === null ? now() + PROPOSED.days * DAY_MS : parseTime(proposed.until);
    const time = element('input', { name: 'until', type: 'datetime-local', value: localOf(end) });
    this.until = new Field(WORDS.until, time);
    const group = element('fieldset', { class: 'scopes' }, legend, ...rows, this.wrong);
    this.elements = [group, element('div', { class: 'pair' }, this.calls.element, this.until.element)];
  }

  /** The terms; null: what is wrong stands beside it, and the first of it is gone to. */
  read(): GrantTerms | null {
    const scopes = Object.fromEntries(
      (Object.keys(SCOPES) as ScopeName[]).map((name) => [name, this.ticks.get(name)?.checked ?? false]),
    ) as unknown as InterfaceScopes;
    const hasScope = Object.values(scopes).some((held) => held);
    setText(this.wrong, hasScope ? '' : say(WORDS.no_scope));
    setShown(this.wrong, !hasScope);
    const mostCalls = this.most?.calls_a_minute ?? MOST_CALLS;
    const calls = whole(this.calls.input.value);
    const isRate = calls !== null && calls <= mostCalls;
    this.calls.say(isRate ? null : `${say(WORDS.bad_calls)}${mostCalls}`);
    const latest = this.most === null ? now() + MOST_DAYS * DAY_MS : parseTime(this.most.until);
    const end = instantOf(this.until.input.value);
    const isEnd = end > now() + MINUTE_MS && end <= latest;
    this.until.say(isEnd ? null : `${say(WORDS.bad_until)}${localOf(latest).replace('T', ' ')}`);
    if (hasScope && isRate && isEnd) return { scopes, calls_a_minute: calls, until: formatTime(end) };
    const [first] = this.ticks.values();
    (hasScope ? (isRate ? this.until.input : this.calls.input) : first)?.focus();
    return null;
  }

  private tick(name: ScopeName, isChosen: boolean): HTMLElement {
    count += 1;
    const input = element('input', { type: 'checkbox', name, id: `act-${count}` });
    input.checked = isChosen;
    this.ticks.set(name, input);
    return element('p', { class: 'check' }, input, labelled(element('label', { for: input.id }), SCOPES[name]));
  }
}
