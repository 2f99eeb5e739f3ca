// SPDX-License-Identifier: Apache-2.0
/** The certificates of an application as they stand: waiting, attested, or refused with the reason and a way out. */
import {
  type Application,
  type CertificateKind,
  type Claim,
  type FormatRules,
  parseTime,
  type RecordId,
} from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { labelled, say, type Words } from '../parts/language.js';
import { instant, left } from '../parts/times.js';
import { nameOf } from '../waybill/actor.js';
import { doubt, PAPERS } from '../words/papers.js';
import { Notice } from './field.js';
import { wrongThere } from './node.js';
import { type Values, wrongIn } from './papers.js';
import { codeReasons } from './reasons.js';
import { PaperSheet } from './sheet.js';

const STATES = {
  waiting: { zh: '核验中', en: 'Waiting' },
  attested: { zh: '已核验', en: 'Attested' },
  refused: { zh: '被退回', en: 'Refused' },
  ended: { zh: '已终止', en: 'Ended' },
} satisfies Record<string, Words>;
/** Where a claim stands. */
export type Standing = keyof typeof STATES;

const WORDS = {
  correct: { zh: '更正', en: 'Correct it' },
  send: { zh: '签名，重新提交', en: 'Sign and send again' },
  leave: { zh: '返回', en: 'Back' },
  working: { zh: '正在提交……', en: 'Being sent …' },
  wrong: { zh: '请更正标出的内容。', en: 'Correct what is marked.' },
} satisfies Record<string, Words>;

/** Where a claim stands. */
export function standingOf({ state }: Claim): Standing {
  if (typeof state === 'string') return state;
  return 'attested' in state ? 'attested' : 'refused';
}

/** What a list of claims needs of its page. */
export interface ClaimPlace {
  readonly rules: FormatRules;
  /** What was typed of a certificate. */
  typed(kind: CertificateKind): Values;
  /** Something else is typed. */
  type(kind: CertificateKind, values: Values): void;
  /** Signs and sends a certificate in the place of a refused one. */
  correct(application: RecordId, place: number, kind: CertificateKind): Promise<void>;
}

/** One claim. */
class ClaimRow {
  private readonly title: HTMLElement;
  private readonly state = element('span', { class: 'state' });
  private readonly who = element('p', { class: 'small' });
  private readonly reason = element('p', { class: 'wrong', hidden: '' });
  private readonly mend = element('button', { type: 'button', hidden: '' });
  private readonly place = element('div');
  private attester = { id: '', name: '' };
  private isOpen = false;

  readonly element: HTMLLIElement;

  constructor(
    private readonly application: RecordId,
    private readonly number: number,
    private claim: Claim,
    private readonly at: ClaimPlace,
  ) {
    this.title = labelled(element('h4'), PAPERS[claim.kind]);
    const head = element('div', { class: 'head' }, this.title, this.state);
    const buttons = element('p', { class: 'buttons' }, this.mend);
    this.element = element('li', { class: 'claim' }, head, this.who, this.reason, buttons, this.place);
    this.mend.addEventListener('click', () => this.open());
  }

  take(claim: Claim): void {
    if (claim.root !== this.claim.root) this.close();
    this.claim = claim;
    this.update();
  }

  update(): void {
    const { claim } = this;
    const standing = standingOf(claim);
    setAttribute(this.element, 'data-claim', claim.kind);
    setAttribute(this.element, 'data-standing', standing);
    setText(this.state, say(STATES[standing]));
    void this.nameAttester();
    const end = parseTime(claim.answer_by);
    const by = `${instant(end, now())}，${left(end - now())}`;
    const deadline = say({ zh: `最晚 ${by}答复`, en: `Answers by ${instant(end, now())} (${left(end - now())})` });
    const told = [this.attester.name, standing === 'waiting' ? deadline : ''];
    setText(this.who, told.filter((part) => part !== '').join(' · '));
    const refused = typeof claim.state !== 'string' && 'refused' in claim.state ? claim.state.refused.reason : null;
    setText(this.reason, refused === null ? '' : say(doubt(refused)));
    setShown(this.reason, refused !== null);
    setText(this.mend, say(WORDS.correct));
    setAttribute(this.mend, 'aria-label', `${say(WORDS.correct)}: ${say(PAPERS[claim.kind])}`);
    setShown(this.mend, refused !== null && !this.isOpen);
  }

  private async nameAttester(): Promise<void> {
    const { attester: id } = this.claim;
    if (this.attester.id === id) return;
    this.attester = { id, name: '' };
    this.attester = { id, name: await nameOf(id) };
    this.update();
  }

  private open(): void {
    const { kind } = this.claim;
    const sheet = new PaperSheet(kind, this.at.typed(kind), this.at.rules, (values) => this.at.type(kind, values));
    const notice = new Notice();
    const send = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.send);
    const leave = labelled(element('button', { type: 'button' }), WORDS.leave);
    const buttons = element('p', { class: 'buttons' }, leave, send);
    const form = element('form', { class: 'apply-form', novalidate: '' }, sheet.element, notice.element, buttons);
    leave.addEventListener('click', () => {
      this.close();
      this.mend.focus();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!send.disabled) void this.send(sheet, notice, send);
    });
    this.isOpen = true;
    this.place.replaceChildren(form);
    this.update();
    sheet.element.querySelector('legend')?.focus();
  }

  private close(): void {
    this.isOpen = false;
    this.place.replaceChildren();
    this.update();
  }

  private async send(sheet: PaperSheet, notice: Notice, send: HTMLButtonElement): Promise<void> {
    const { kind } = this.claim;
    const wrong = wrongIn(kind, sheet.values, this.at.rules);
    sheet.say(wrong);
    if (wrong.size > 0) return notice.tell('wrong', [say(WORDS.wrong)]);
    this.at.type(kind, sheet.values);
    send.disabled = true;
    notice.tell('notice', [say(WORDS.working)]);
    try {
      await this.at.correct(this.application, this.number, kind);
      notice.tell('notice', []);
    } catch (error) {
      const there = wrongThere(error);
      sheet.say(new Map(there === null ? [] : [[there.field, there.words]]));
      notice.tell('wrong', codeReasons(error));
    } finally {
      send.disabled = false;
    }
  }
}

/** The claims of one application. */
export class Claims {
  readonly element = element('ul', { class: 'claims' });
  private rows: ClaimRow[] = [];

  constructor(private readonly at: ClaimPlace) {}

  /** Takes the application as it is now. */
  take({ id, claims }: Application): void {
    for (const [place, claim] of claims.entries()) {
      const row = this.rows[place] ?? new ClaimRow(id, place, claim, this.at);
      if (this.rows[place] === undefined) {
        this.rows.push(row);
        this.element.append(row.element);
      }
      row.take(claim);
    }
  }

  /** Draws it in the language and at the time now. */
  update(): void {
    for (const row of this.rows) row.update();
  }
}
