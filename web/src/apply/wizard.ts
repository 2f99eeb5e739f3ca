// SPDX-License-Identifier: Apache-2.0
/** The way from a phone to a code, step by step; what is done so far is kept, and a reload goes on from there. */
import type { CertificateKind, FormatRules, Genesis, Statement } from '@dianyun/sdk';

import { element, setAttribute, setText } from '../parts/dom.js';
import { grouped } from '../parts/facts.js';
import { holders } from '../parts/keyring.js';
import { described, labelled, say, spoken, type Words } from '../parts/language.js';
import type { Place } from '../parts/node.js';
import { Notice } from './field.js';
import { forgetApplying, keep, type Kept, keptHere, NOTHING, type Stage } from './kept.js';
import { wrongThere } from './node.js';
import { kindsFor, kindsOf, proposed, type Values, type What, wrongIn } from './papers.js';
import { PhoneProof } from './phone.js';
import { Progress } from './progress.js';
import { codeReasons } from './reasons.js';
import { Review } from './review.js';
import { apply, applyAgreed, finish, isTicketNeeded, isWordMissing } from './send.js';
import { PaperSheet } from './sheet.js';
import { WhoForm } from './who.js';
import { OwnersWord } from './word.js';

const STAGES: Readonly<Record<Stage, Words>> = {
  phone: { zh: '手机', en: 'Phone' },
  who: { zh: '申领人', en: 'Who' },
  papers: { zh: '证件', en: 'Papers' },
  review: { zh: '核对', en: 'Read over' },
  sent: { zh: '核验', en: 'Verified' },
};
const TITLES: Readonly<Record<Stage, Words>> = {
  phone: { zh: '验证手机号', en: 'Verify your phone' },
  who: { zh: '申领人和车辆', en: 'Applicant and vehicle' },
  papers: { zh: '填写证件', en: 'The certificates' },
  review: { zh: '核对后签名', en: 'Read over, and sign' },
  sent: { zh: '核验进度', en: 'How far it is' },
};
const WORDS = {
  steps: { zh: '步骤', en: 'Steps' },
  next: { zh: '下一步', en: 'Next' },
  back: { zh: '上一步', en: 'Back' },
  wrong: { zh: '请更正标出的内容。', en: 'Correct what is marked.' },
  working: { zh: '正在上链……', en: 'Being written to the chain …' },
  lost: { zh: '换了手机，或手机丢了？', en: 'Another phone, or lost yours?' },
  clear: { zh: '清空已填内容，重新开始', en: 'Clear what was filled in, and begin anew' },
  prove: { zh: '手机验证已过期，请再验证一次；已填的内容还在。', en: 'Verify your phone once more; what you filled in is still here.' },
  issued: { zh: '运输码已发放', en: 'The code is issued' },
  issued_why: {
    zh: '密钥在这个浏览器里，别处没有。以后打开“亮码”就能出示。',
    en: 'Its key is in this browser and nowhere else. Open “Show” whenever you are asked for it.',
  },
  show: { zh: '亮码', en: 'Show my code' },
  another: { zh: '再申领一个', en: 'Apply for another one' },
} satisfies Record<string, Words>;

const TICK_MS = 1_000;

/** The wizard. */
export class Wizard {
  private readonly steps = element('ol', { class: 'progress' });
  private readonly title = element('h2', { tabindex: '-1' });
  private readonly body = element('div', { class: 'apply-form' });
  private proof: PhoneProof | null = null;
  private progress: Progress | null = null;
  private sheet: PaperSheet | null = null;
  private onReview: Review | null = null;

  readonly element: HTMLElement;

  constructor(
    private kept: Kept,
    private readonly place: Place,
    private readonly genesis: Genesis,
    private readonly rules: FormatRules,
  ) {
    described(this.steps, 'aria-label', WORDS.steps);
    this.element = element('section', { class: 'wizard' }, this.steps, this.title, this.body);
    spoken(() => this.name());
    setInterval(() => this.proof?.update(), TICK_MS);
  }

  async start(): Promise<void> {
    await this.show(false);
    // What was signed before the page was closed may have been sent or not: sent again, it is done once.
    if (this.kept.pending !== null && this.onReview !== null) await this.sign(this.onReview);
  }

  /** Shows the step where somebody is, and takes a reader there if it is another one. */
  private async show(isOther = true): Promise<void> {
    this.progress?.stop();
    this.progress = null;
    this.proof = null;
    this.onReview = null;
    const body = await this.bodyNow();
    this.body.replaceChildren(...body);
    this.name();
    if (!isOther) return;
    this.title.focus();
    scrollTo({ top: 0 });
  }

  private async go(more: Partial<Kept>): Promise<void> {
    await this.take({ ...this.kept, ...more });
    await this.show();
  }

  private async take(kept: Kept): Promise<void> {
    this.kept = kept;
    await keep(kept);
  }

  private name(): void {
    const { stage, code } = this.kept;
    const at = Object.keys(STAGES).indexOf(stage);
    const item = ([, words]: [string, Words], place: number): HTMLElement => {
      const isHere = place === at && code === null;
      const attributes = { class: isHere ? 'here' : place < at || code !== null ? 'past' : null };
      return element('li', { ...attributes, 'aria-current': isHere ? 'step' : null }, say(words));
    };
    this.steps.replaceChildren(...Object.entries(STAGES).map(item));
    const kinds = this.kinds;
    const count = stage === 'papers' && kinds.length > 1 ? ` ${this.kept.paper + 1}/${kinds.length}` : '';
    setText(this.title, code === null ? `${say(TITLES[stage])}${count}` : say(WORDS.issued));
    setAttribute(this.element, 'data-stage', code === null ? stage : 'issued');
  }

  /** What is still to be typed: a vehicle that is applied for already is not. */
  private get kinds(): readonly CertificateKind[] {
    const { wish, typed, sent } = this.kept;
    return sent.length > 0 ? kindsFor('code', wish, typed) : kindsOf(wish, typed);
  }

  private async bodyNow(): Promise<HTMLElement[]> {
    const { stage, code } = this.kept;
    if (code !== null) return [this.issued(code)];
    if (stage === 'phone') return this.phone();
    if (stage === 'who') return [await this.who()];
    if (stage === 'papers') return [this.papers()];
    return stage === 'review' ? this.review() : [await this.sent()];
  }

  private phone(): HTMLElement[] {
    this.proof = new PhoneProof(this.rules, this.kept.request, {
      asked: (request) => this.take({ ...this.kept, request }),
      proved: (ticket) => this.go({ ticket, request: null, stage: this.hasTyped ? 'review' : 'who' }),
    });
    const lost = element('p', {}, labelled(element('a', { href: '#lost' }), WORDS.lost));
    const again = this.hasTyped ? [labelled(element('p', { class: 'notice' }), WORDS.prove)] : [];
    return [...again, this.proof.element, lost, ...(this.hasTyped ? [this.clear()] : [])];
  }

  /** True if everything is typed, and only the phone's proof is too old. */
  private get hasTyped(): boolean {
    const { typed } = this.kept;
    return this.kinds.every((kind) => wrongIn(kind, typed[kind] ?? {}, this.rules).size === 0);
  }

  private clear(): HTMLElement {
    const button = labelled(element('button', { type: 'button', class: 'quiet' }), WORDS.clear);
    button.addEventListener('click', () => void this.restart());
    return button;
  }

  private async restart(): Promise<void> {
    await forgetApplying();
    this.kept = NOTHING;
    await this.show();
  }

  private async who(): Promise<HTMLElement> {
    const organisations = (await holders()).filter(({ subject }) => subject.kind === 'organisation');
    const form = new WhoForm(
      this.kept.wish,
      organisations,
      this.genesis,
      this.rules,
      (wish) => void this.take({ ...this.kept, wish }),
      (wish) => void this.go({ wish, stage: 'papers', paper: 0 }),
    );
    form.element.append(this.clear());
    return form.element;
  }

  private papers(): HTMLElement {
    const place = Math.min(this.kept.paper, this.kinds.length - 1);
    const kind = this.kinds[place] ?? 'identity';
    const { typed } = this.kept;
    const values = { ...typed[kind], ...proposed(kind, typed) };
    const sheet = (this.sheet = new PaperSheet(kind, values, this.rules, (now) => void this.type(kind, now)));
    const notice = new Notice();
    const next = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.next);
    const back = labelled(element('button', { type: 'button' }), WORDS.back);
    const buttons = element('p', { class: 'buttons' }, back, next);
    const form = element('form', { class: 'apply-form', novalidate: '' }, sheet.element, notice.element, buttons);
    form.addEventListener('input', () => notice.tell('notice', []));
    back.addEventListener('click', () => void this.go(place === 0 ? { stage: 'who' } : { paper: place - 1 }));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const wrong = wrongIn(kind, sheet.values, this.rules);
      sheet.say(wrong);
      if (wrong.size > 0) return notice.tell('wrong', [say(WORDS.wrong)]);
      const all = { ...this.kept.typed, [kind]: sheet.values };
      this.kept = { ...this.kept, typed: all };
      void this.go(place + 1 < this.kinds.length ? { paper: place + 1 } : { stage: 'review' });
    });
    return form;
  }

  private async type(kind: CertificateKind, values: Values): Promise<void> {
    await this.take({ ...this.kept, typed: { ...this.kept.typed, [kind]: values } });
  }

  private review(): HTMLElement[] {
    const { wish, typed, waiting } = this.kept;
    const review = new Review(wish, typed, this.kinds, {
      edit: (what) =>
        void this.go(what === 'who' ? { stage: 'who' } : { stage: 'papers', paper: this.kinds.indexOf(what) }),
      back: () => void this.go({ stage: 'papers', paper: this.kinds.length - 1 }),
      sign: () => void this.sign(review),
    });
    this.onReview = review;
    if (waiting === null) return [review.element];
    const bring = async (word: Statement): Promise<void> => {
      this.kept = await applyAgreed(this.kept, this.place, word);
      await this.show();
    };
    return [new OwnersWord(waiting, bring).element, review.element];
  }

  private async sign(review: Review): Promise<void> {
    review.isBusy = true;
    review.notice.tell('notice', [say(WORDS.working)]);
    try {
      if (this.kept.pending !== null) this.kept = await finish(this.kept, this.place);
      else this.kept = await apply(this.kept, this.place, this.next);
      await this.show();
    } catch (error) {
      this.kept = await keptHere();
      await this.failed(error, review);
    } finally {
      review.isBusy = false;
    }
  }

  /** What is wrong with a certificate is said beside its field; else why, where it was signed. */
  private async failed(error: unknown, review: Review): Promise<void> {
    if (isTicketNeeded(error)) return this.go({ stage: 'phone', ticket: null });
    if (isWordMissing(error) && this.kept.waiting !== null) {
      await this.show();
      return this.body.querySelector<HTMLElement>('.asked h3')?.focus();
    }
    review.notice.tell('wrong', codeReasons(error));
    const wrong = wrongThere(error);
    const kind = wrong === null ? undefined : kindsFor(this.next, this.kept.wish, this.kept.typed)[wrong.place];
    if (kind === undefined || wrong === null) return;
    await this.go({ stage: 'papers', paper: this.kinds.indexOf(kind) });
    this.sheet?.say(new Map([[wrong.field, wrong.words]]));
  }

  /** What is applied for first: a vehicle of the driver's own. */
  private get next(): What {
    const { wish, sent } = this.kept;
    return wish.who === 'driver' && wish.vehicle === 'own' && sent.length === 0 ? 'vehicle' : 'code';
  }

  private async sent(): Promise<HTMLElement> {
    const progress = new Progress(this.kept, this.place, this.rules, {
      changed: (kept) => {
        this.kept = kept;
      },
      edit: () => void this.go({ stage: 'review' }),
      issued: (kept) => {
        this.kept = kept;
        void this.show();
      },
      restart: () => void this.restart(),
    });
    this.progress = progress;
    spoken(() => progress.update());
    void progress.start();
    return progress.element;
  }

  private issued(code: string): HTMLElement {
    const link = element('a', { class: 'button primary', href: `/show?code=${encodeURIComponent(code)}` });
    const show = labelled(link, WORDS.show);
    const another = labelled(element('button', { type: 'button', class: 'quiet' }), WORDS.another);
    another.addEventListener('click', () => void this.restart());
    const id = element('p', { class: 'id' }, grouped(code));
    const why = labelled(element('p', { class: 'centred' }), WORDS.issued_why);
    return element('div', { class: 'panel' }, id, why, element('p', { class: 'buttons' }, show), another);
  }
}
