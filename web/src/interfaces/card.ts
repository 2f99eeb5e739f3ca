// SPDX-License-Identifier: Apache-2.0
/** An interface as a card: where it stands, what was asked for, granted and refused, and what can be done. */
import { type Interface, parseTime } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { FactList, type Row } from '../parts/facts.js';
import { labelled, say, type Words } from '../parts/language.js';
import { instant } from '../parts/times.js';
import { type Actor, nameOf, reasonsOf, send } from '../waybill/actor.js';
import { denialReason, INTERFACES, STANDINGS } from '../words/interfaces.js';
import type { Act, ActForm } from './acts.js';
import { marksOf } from './marks.js';
import { nameOfInterface, standing, termRows } from './records.js';

const WORDS = {
  granted: { zh: '已授权', en: 'Granted' },
  requested: { zh: '申领', en: 'Asked for' },
  denied: { zh: '最近一次否定答复', en: 'The last no' },
  from: { zh: '自', en: 'Since' },
  by: { zh: '批复方', en: 'By' },
  genesis: { zh: '创世时授予', en: 'From the beginning of the chain' },
  asked_at: { zh: '提交', en: 'Sent' },
  purpose: { zh: '用途摘要', en: 'Digest of purpose' },
  what: { zh: '结果', en: 'What' },
  refused: { zh: '申领未通过', en: 'Request refused' },
  revoked: { zh: '授权被收回', en: 'Grant revoked' },
  why: { zh: '原因', en: 'Reason' },
  at: { zh: '时间', en: 'When' },
  none: { zh: '还没有申领过。', en: 'It was never asked for.' },
  yes: { zh: '签名并提交', en: 'Sign and send' },
  no: { zh: '返回', en: 'Back' },
  working: { zh: '正在上链……', en: 'Being written to the chain …' },
  done: { zh: '已上链', en: 'done' },
} satisfies Record<string, Words>;

/** Where a card stands: who acts, what they may do, and what else they see. */
export interface InterfacePlace {
  readonly actor: Actor;
  /** The title; null: the interface's own name. */
  title(record: Interface): Promise<string> | null;
  acts(record: Interface): readonly Act[];
  /** What follows the rows of an open request. */
  beside(record: Interface): readonly HTMLElement[];
  /** Something was done. */
  changed(): void;
}

/** A part of a card with its heading. */
class Part {
  private readonly facts = new FactList();
  readonly element: HTMLElement;

  constructor(words: Words, name: string) {
    const heading = labelled(element('h3'), words);
    this.element = element('section', { class: 'part', 'data-part': name }, heading, this.facts.element);
  }

  update(rows: readonly Row[] | null): void {
    setShown(this.element, rows !== null);
    this.facts.update(rows ?? []);
  }
}

/** The card. */
export class InterfaceCard {
  private readonly title = element('h2');
  private readonly subtitle = element('p', { class: 'small' });
  private readonly state = element('span', { class: 'state' });
  private readonly none = element('p', { class: 'small' });
  private readonly granted = new Part(WORDS.granted, 'granted');
  private readonly requested = new Part(WORDS.requested, 'requested');
  private readonly denied = new Part(WORDS.denied, 'denied');
  private readonly beside = element('div', { class: 'beside' });
  private readonly notice = element('p', { class: 'notice', role: 'status', hidden: '' });
  private readonly buttons = element('p', { class: 'buttons' });
  private readonly place = element('div', { class: 'form-place' });
  private readonly names = new Map<string, string>();
  private heading: string | null = null;
  private form: string | null = null;
  private drawn = '';
  private besideOf: string | null = null;
  private isBusy = false;

  readonly element: HTMLElement;

  constructor(
    private record: Interface,
    private readonly at: InterfacePlace,
  ) {
    const head = element('div', { class: 'head' }, this.title, this.state);
    this.element = element('article', { class: 'panel waybill interface', 'data-interface': record.interface });
    this.element.append(head, this.subtitle, this.none, this.requested.element, this.beside, this.granted.element);
    this.element.append(this.denied.element, this.notice, this.buttons, this.place);
    void this.learn();
    this.update();
  }

  /** Takes it as it is now; a form for what it was before is left. */
  take(record: Interface): void {
    if (marksOf(record) !== marksOf(this.record)) this.leave();
    this.record = record;
    void this.learn();
    this.update();
  }

  /** Draws it in the language and at the time now. */
  update(): void {
    const { record } = this;
    const { request, grant, denied } = record;
    const [at, stands] = [now(), standing(record)];
    const own = say(INTERFACES[record.interface]);
    setText(this.title, this.heading ?? own);
    setText(this.subtitle, own);
    setShown(this.subtitle, this.heading !== null);
    setText(this.state, say(STANDINGS[stands]));
    setAttribute(this.element, 'data-state', stands);
    setText(this.none, say(WORDS.none));
    setShown(this.none, request === null && grant === null && denied === null);
    this.requested.update(
      request && [
        ...termRows(record.interface, request.terms, at),
        [WORDS.asked_at, instant(parseTime(request.asked_at), at)],
        [WORDS.purpose, request.purpose],
      ],
    );
    this.granted.update(
      grant && [
        ...termRows(record.interface, grant.terms, at),
        [WORDS.from, instant(parseTime(grant.from), at)],
        [WORDS.by, grant.by === null ? say(WORDS.genesis) : this.nameOf(grant.by)],
      ],
    );
    this.denied.update(
      denied && [
        [WORDS.what, say(denied.revoked ? WORDS.revoked : WORDS.refused)],
        [WORDS.why, say(denialReason(denied.reason))],
        [WORDS.at, instant(parseTime(denied.at), at)],
        [WORDS.by, this.nameOf(denied.by)],
      ],
    );
    const asked = request === null ? null : `${record.requests}`;
    if (asked !== this.besideOf) this.beside.replaceChildren(...(asked === null ? [] : this.at.beside(record)));
    this.besideOf = asked;
    this.drawButtons();
  }

  private nameOf(id: string): string {
    return this.names.get(id) ?? id;
  }

  private async learn(): Promise<void> {
    const { grant, denied } = this.record;
    this.heading = (await this.at.title(this.record)) ?? null;
    for (const id of [grant?.by ?? null, denied?.by ?? null]) {
      if (id !== null) this.names.set(id, await nameOf(id));
    }
    this.update();
  }

  private drawButtons(): void {
    const acts = this.at.acts(this.record);
    const drawn = JSON.stringify([acts.map(({ name, words }) => [name, say(words)]), this.isBusy]);
    setShown(this.buttons, acts.length > 0 && this.form === null);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.buttons.replaceChildren(...acts.map((act) => this.button(act)));
  }

  private button(act: Act): HTMLButtonElement {
    const attributes = { type: 'button', class: act.look, 'data-act': act.name };
    const button = element('button', attributes, say(act.words));
    button.disabled = this.isBusy;
    button.addEventListener('click', () => this.begin(act.name));
    return button;
  }

  /** What is offered may have changed since the button was drawn. */
  private begin(name: string): void {
    const act = this.at.acts(this.record).find((one) => one.name === name);
    if (act === undefined) return;
    this.form = name;
    this.tell('notice', []);
    const made = this.formOf(act, act.form());
    this.place.replaceChildren(made);
    made.querySelector<HTMLElement>('h3')?.focus();
    this.update();
  }

  private formOf(act: Act, inner: ActForm): HTMLFormElement {
    const title = labelled(element('h3', { tabindex: '-1' }), act.words);
    const yes = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.yes);
    const no = labelled(element('button', { type: 'button' }), WORDS.no);
    const buttons = element('p', { class: 'buttons' }, no, yes);
    const form = element('form', { class: 'step', novalidate: '' }, title, ...inner.fields, buttons);
    no.addEventListener('click', () => {
      this.leave();
      this.update();
      this.buttons.querySelector<HTMLElement>(`[data-act="${act.name}"]`)?.focus();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.sign(act, inner, yes);
    });
    return form;
  }

  private leave(): void {
    this.form = null;
    this.place.replaceChildren();
  }

  private tell(kind: 'notice' | 'notice done' | 'wrong', lines: readonly string[]): void {
    setAttribute(this.notice, 'class', kind);
    setText(this.notice, lines.join(' '));
    setShown(this.notice, lines.length > 0);
  }

  /** One at a time: a second tap does nothing. What was filled in stays until the chain took it. */
  private async sign(act: Act, form: ActForm, yes: HTMLButtonElement): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    yes.disabled = true;
    try {
      const action = await form.read();
      if (action === null) return;
      this.tell('notice', [say(WORDS.working)]);
      await send(this.at.actor, action, marksOf(this.record));
      this.leave();
      this.tell('notice done', [`${say(act.words)}${say({ zh: '：', en: ': ' })}${say(WORDS.done)}`]);
      this.at.changed();
    } catch (error) {
      this.tell('wrong', reasonsOf(error));
    } finally {
      this.isBusy = false;
      yes.disabled = false;
      this.update();
    }
  }
}

/** Cards in an order, each kept while it is there: a form that is open stays open whatever changes. */
export class InterfaceList {
  private readonly cards = new Map<string, InterfaceCard>();
  private readonly list = element('div', { class: 'waybills' });
  private readonly none = element('p', { class: 'none' });

  readonly element = element('div', {}, this.none, this.list);

  constructor(
    private readonly at: InterfacePlace,
    private readonly nothing: Words,
  ) {}

  /** Shows these, in this order. */
  take(records: readonly Interface[]): void {
    const names = records.map(nameOfInterface);
    for (const name of this.cards.keys()) if (!names.includes(name)) this.cards.delete(name);
    const wanted = records.map((record, place) => this.cardOf(names[place] ?? '', record).element);
    const { children } = this.list;
    const isSame = wanted.length === children.length && wanted.every((one, at) => children[at] === one);
    if (!isSame) this.list.replaceChildren(...wanted);
    this.update();
  }

  /** Draws all in the language and at the time now. */
  update(): void {
    for (const card of this.cards.values()) card.update();
    setText(this.none, say(this.nothing));
    setShown(this.none, this.cards.size === 0);
  }

  private cardOf(name: string, record: Interface): InterfaceCard {
    const found = this.cards.get(name);
    if (found !== undefined) {
      found.take(record);
      return found;
    }
    const made = new InterfaceCard(record, this.at);
    this.cards.set(name, made);
    return made;
  }
}
