// SPDX-License-Identifier: Apache-2.0
/** One waybill on a page: its way large, where it stands, what comes next and by when, and what can be signed now. */
import { NotYetError, type Waybill, type WaybillState } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { FactList } from '../parts/facts.js';
import { labelled, language, say, type Words } from '../parts/language.js';
import { forgetSent, sendOnce, sentBefore } from '../parts/sent.js';
import { goods } from '../words/places.js';
import { STATES, STEPS } from '../words/waybills.js';
import { type Actor, identityOf, nameOf, reasonsOf, senderOf } from './actor.js';
import { type Details, heldTo, opens, paymentOpens, type Values } from './details.js';
import { type Filled, isPlain, stepForm } from './form.js';
import { detailsOf, evidenceHere, keepDetails } from './kept.js';
import { detailRows, due, marks, rows, way, weight } from './looks.js';
import { save } from './share.js';
import { actionOf, partOf, type StepName, stepsOf } from './steps.js';
import { toldOf } from './vaulted.js';

const MORE: Words = { zh: '详情', en: 'Details' };
const SHARE: Words = { zh: '运单码', en: 'Waybill code' };
const WORKING: Words = { zh: '正在上链……', en: 'Being written to the chain …' };
const DONE: Words = { zh: '已上链', en: 'it is on the chain' };
const EARLIER: Words = {
  zh: '先前签名的那一份还没有回音，正在原样再送一次……',
  en: 'What you signed earlier had no answer yet: it is being sent again, as it was …',
};
const EARLIER_DONE: Words = { zh: '先前签名的那一份已上链', en: 'what you signed earlier is on the chain' };
const CHECKED: Words = {
  zh: '以下内容已在本机与链上承诺核对一致。',
  en: 'What follows was checked here against what the chain committed to.',
};
const PHOTOGRAPHS = {
  loaded: { zh: '装货照片', en: 'Photograph of loading' },
  departed: { zh: '发车照片', en: 'Photograph of departure' },
  arrived: { zh: '送达照片', en: 'Photograph of arrival' },
} satisfies Partial<Record<keyof Waybill, Words>>;
const PROGRESS: Words = { zh: '进度', en: 'Progress' };
const PRICE_CHECKED: Words = { zh: '结算金额与链上承诺一致。', en: 'The payment is the one that the chain committed to.' };

const ALONG: readonly WaybillState[] = ['offered', 'accepted', 'loaded', 'in_transit', 'arrived', 'signed', 'settled'];
/** What somebody has to be sure of: the one tap is a second one. */
const ENDS: readonly StepName[] = ['decline', 'withdraw', 'cancel', 'abort', 'dispute'];

/** What nobody told yet is asked for again after so long. */
const ASK_AGAIN_MS = 30_000;

/** Whether what somebody told opens a waybill, where that is known; its payment is looked at by itself. */
export type Opening = 'opens' | 'other_payment' | 'altered' | 'not_yet';

/** What a card needs of its page. */
export interface CardPlace {
  readonly actor: Actor | null;
  /** Opens the code of a waybill; null: there is none to share. */
  readonly share: ((waybill: Waybill, details: Details | null) => void) | null;
  /** Something was signed: the page asks again. */
  changed(): void;
}

/** The card. */
export class WaybillCard {
  private readonly title = element('h2');
  private readonly state = element('span', { class: 'state' });
  private readonly lead = element('p', { class: 'lead' });
  private readonly due = element('p', { class: 'due' });
  private readonly marks = element('ul', { class: 'marks' });
  private readonly progress = element('ol', { class: 'progress' });
  private readonly price = element('p', { class: 'price' });
  private readonly buttons = element('p', { class: 'buttons' });
  private readonly place = element('div');
  private readonly notice = element('p', { class: 'notice', role: 'status', hidden: '' });
  private readonly facts = new FactList();
  private readonly openFacts = new FactList();
  private readonly photographs = element('p', { class: 'buttons' });
  private readonly opened = element('p', { class: 'checked' });
  private readonly more: HTMLDetailsElement;
  private readonly summary = element('summary');
  private details: Details | null = null;
  /** What the maker's node told the driver, where no link opened it here. */
  private told: Values | null = null;
  private askedAt = Number.NEGATIVE_INFINITY;
  private maker = '';
  private drawn = '';
  private isBusy = false;
  private form: StepName | null = null;
  /** What was signed, and is perhaps executed. */
  private underWay: StepName | null = null;

  readonly element: HTMLElement;

  constructor(
    private waybill: Waybill,
    private readonly at: CardPlace,
    isOpen = false,
  ) {
    const head = element('div', { class: 'head' }, this.title, this.state);
    this.more = element(
      'details',
      isOpen ? { open: '' } : {},
      this.summary,
      this.opened,
      this.openFacts.element,
      this.facts.element,
      this.photographs,
    );
    this.element = element(
      'article',
      { class: 'panel waybill', 'data-waybill': waybill.id },
      head,
      this.lead,
      this.price,
      this.marks,
      this.progress,
      this.due,
      this.notice,
      this.buttons,
      this.place,
      this.more,
    );
    void this.learn();
    this.update();
  }

  /** Takes the waybill as it is now. */
  take(waybill: Waybill): void {
    const isOther = waybill.state !== this.waybill.state;
    this.waybill = waybill;
    if (isOther) this.leave();
    if (this.underWay !== null && !this.steps().includes(this.underWay)) this.arrived(this.underWay);
    const isUntold = this.details === null && this.told === null;
    if (isOther || (isUntold && performance.now() - this.askedAt > ASK_AGAIN_MS)) void this.learn();
    this.update();
  }

  /** Takes and keeps what opens it, if it does; a payment only if the settlement commits to it. */
  async open(details: Details): Promise<Opening> {
    const isOpened = await this.isOpenedBy(details);
    if (isOpened !== true) return isOpened === null ? 'not_yet' : 'altered';
    this.details = await keepDetails(this.waybill.id, heldTo(details, this.waybill));
    this.update();
    return details.payment === undefined || paymentOpens(details, this.waybill) ? 'opens' : 'other_payment';
  }

  /** Null: nobody answers who the maker is, and so what the commitments are made of. */
  private async isOpenedBy(details: Details): Promise<boolean | null> {
    const maker = await identityOf(this.waybill.maker);
    return maker === null ? null : opens(details, this.waybill, maker);
  }

  private async learn(): Promise<void> {
    this.maker = await nameOf(this.waybill.maker);
    const kept = await detailsOf(this.waybill.id);
    if (kept !== null && (await this.isOpenedBy(kept)) === true) this.details ??= kept;
    else await this.ask();
    this.update();
    await this.findPhotographs();
  }

  /** Asks the maker's node, which may have the fields a little later than the chain has the waybill. */
  private async ask(): Promise<void> {
    if (this.told !== null || this.at.actor === null) return;
    this.askedAt = performance.now();
    this.told = await toldOf(this.at.actor, this.waybill);
  }

  /** Photographs that were taken here are saved from here, should anybody ask what a digest stands for. */
  private async findPhotographs(): Promise<void> {
    const found: HTMLElement[] = [];
    for (const name of ['loaded', 'departed', 'arrived'] as const) {
      const step = this.waybill[name];
      const photograph = step === null ? null : ((await evidenceHere(step.evidence))?.photograph ?? null);
      if (photograph === null) continue;
      const button = labelled(element('button', { type: 'button' }), PHOTOGRAPHS[name]);
      button.addEventListener('click', () => save(photograph, `${this.waybill.offer.number}-${name}`));
      found.push(button);
    }
    this.photographs.replaceChildren(...found);
  }

  /** Draws it in the language and at the time now. */
  update(): void {
    const { waybill } = this;
    const details = this.checked();
    const at = now();
    setText(this.title, way(waybill));
    setText(this.state, say(STATES[waybill.state]));
    setAttribute(this.element, 'data-state', waybill.state);
    setText(this.lead, `${say(goods(waybill.offer.goods))} · ${weight(waybill)} · ${this.maker}`);
    const next = due(waybill, at);
    setText(this.due, next ?? '');
    setShown(this.due, next !== null);
    this.drawOpened(details ?? (this.told && { values: this.told }));
    this.facts.update(rows(waybill, this.maker, at));
    setText(this.summary, say(MORE));
    this.redraw(at);
  }

  /** What opens it, as it may be shown and shared: a payment that is kept may not be on the chain yet, or never. */
  private checked(): Details | null {
    return this.details === null ? null : heldTo(this.details, this.waybill);
  }

  private drawOpened(details: Details | Pick<Details, 'values'> | null): void {
    const shown = details === null ? [] : detailRows(details);
    const price = details?.values['TotalMonetaryAmount']?.replace(/\.?0+$/, '');
    setText(this.price, price === undefined ? '' : say({ zh: `运费 ${price} 元`, en: `CNY ${price}` }));
    setShown(this.price, price !== undefined);
    const paid = details !== null && 'payment' in details ? ` ${say(PRICE_CHECKED)}` : '';
    setText(this.opened, details === null ? '' : `${say(CHECKED)}${paid}`);
    setShown(this.opened, details !== null);
    setShown(this.openFacts.element, shown.length > 0);
    this.openFacts.update(shown);
  }

  private steps(at = now()): readonly StepName[] {
    const { actor } = this.at;
    return actor === null ? [] : stepsOf(this.waybill, partOf(actor.subject, this.waybill), at);
  }

  private nameOf(step: StepName): string {
    return `${this.waybill.id} ${step}`;
  }

  /** The chain shows that something was done whose answer did not come. */
  private arrived(step: StepName): void {
    this.underWay = null;
    this.tell('notice', []);
    void forgetSent(this.nameOf(step));
  }

  /** Made anew only when something differs: a finger on its way to a button finds it. */
  private redraw(at: number): void {
    const steps = this.steps(at);
    const texts = marks(this.waybill).map(say);
    const drawn = JSON.stringify([language(), steps, texts, this.waybill.state, this.form, this.isBusy]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.marks.replaceChildren(...texts.map((text) => element('li', {}, text)));
    setShown(this.marks, texts.length > 0);
    this.drawProgress();
    this.drawButtons(steps);
  }

  private drawProgress(): void {
    const reached = ALONG.indexOf(this.waybill.state);
    setShown(this.progress, reached >= 0);
    setAttribute(this.progress, 'aria-label', say(PROGRESS));
    const item = (state: WaybillState, place: number): HTMLLIElement => {
      const kind = place < reached ? 'past' : place === reached ? 'here' : null;
      return element('li', { class: kind, 'aria-current': kind === 'here' ? 'step' : null }, say(STATES[state]));
    };
    this.progress.replaceChildren(...ALONG.map(item));
  }

  private drawButtons(steps: readonly StepName[]): void {
    const buttons = steps.map((step, place) => this.button(step, place === 0));
    const { share } = this.at;
    if (share !== null && this.waybill.state !== 'withdrawn') {
      const isFirst = this.waybill.state === 'offered';
      const button = element('button', { type: 'button', class: isFirst ? 'primary' : null }, say(SHARE));
      button.addEventListener('click', () => share(this.waybill, this.checked()));
      if (isFirst) buttons.unshift(button);
      else buttons.push(button);
    }
    this.buttons.replaceChildren(...buttons);
    setShown(this.buttons, buttons.length > 0 && this.form === null);
  }

  private button(step: StepName, isFirst: boolean): HTMLButtonElement {
    const isEnd = ENDS.includes(step);
    const kind = isFirst && !isEnd ? 'primary' : isEnd ? 'quiet' : null;
    const button = element('button', { type: 'button', class: kind, 'data-step': step }, say(STEPS[step]));
    button.disabled = this.isBusy;
    button.addEventListener('click', () => void this.begin(step));
    return button;
  }

  /** What was signed earlier, and is perhaps executed, is sent again: nothing is filled in that would go nowhere. */
  private async begin(step: StepName): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    const isAgain = await this.isSent(step).catch(() => false);
    this.isBusy = false;
    // It may have been executed, or be too late, meanwhile.
    if (!this.steps().includes(step)) return this.update();
    if (isAgain || isPlain(step)) return this.act(step, { input: {}, details: null });
    this.form = step;
    const done = (filled: Filled | null): void => {
      this.leave();
      this.update();
      if (filled !== null) void this.act(step, filled);
      else this.buttons.querySelector<HTMLElement>(`[data-step="${step}"]`)?.focus();
    };
    const form = stepForm(step, this.waybill, this.details, done);
    this.place.replaceChildren(form);
    form.querySelector<HTMLElement>('h3')?.focus();
    this.update();
  }

  private leave(): void {
    this.form = null;
    this.place.replaceChildren();
  }

  private tell(kind: 'notice' | 'notice done' | 'wrong', lines: readonly string[]): void {
    setAttribute(this.notice, 'class', kind);
    this.notice.replaceChildren(...lines.flatMap((line, place) => (place === 0 ? [line] : [element('br'), line])));
    setShown(this.notice, lines.length > 0);
  }

  /** True if a step was signed and sent, here or before a reload, and nobody knows yet what became of it. */
  private async isSent(step: StepName): Promise<boolean> {
    const { actor } = this.at;
    return actor !== null && (await sentBefore(senderOf(actor), this.nameOf(step))) !== null;
  }

  /** One at a time: a second tap does nothing. */
  private async act(step: StepName, { input, details }: Filled): Promise<void> {
    const { actor } = this.at;
    if (actor === null || this.isBusy) return;
    this.isBusy = true;
    let done = DONE;
    this.tell('notice', [say(WORKING)]);
    this.update();
    try {
      await sendOnce(senderOf(actor), this.nameOf(step), {
        action: () => actionOf(step, this.waybill, input, now()),
        // Without it nobody could show what the chain committed to.
        keep: async () => {
          if (details !== null) this.details = await keepDetails(this.waybill.id, details);
        },
        // It may say something else than what was filled in now, in another tab say: that is not what is done.
        again: () => {
          done = EARLIER_DONE;
          this.tell('notice', [say(EARLIER)]);
        },
      });
      this.underWay = null;
      this.tell('notice done', [say({ zh: `${STEPS[step].zh}：${done.zh}`, en: `${STEPS[step].en}: ${done.en}` })]);
    } catch (error) {
      // A no of the node to what had no answer before does not say that it was not done.
      this.underWay = (await this.isSent(step).catch(() => false)) ? step : null;
      this.tell(error instanceof NotYetError ? 'notice' : 'wrong', reasonsOf(error));
    } finally {
      this.isBusy = false;
    }
    this.update();
    this.at.changed();
  }
}
