// SPDX-License-Identifier: Apache-2.0
/** What was typed, read over before it is signed: certificate by certificate, with a way back to each. */
import { type CertificateKind, TABLES } from '@dianyun/sdk';

import { element } from '../parts/dom.js';
import { FactList, type Row } from '../parts/facts.js';
import { labelled, say, spoken, type Words } from '../parts/language.js';
import { prefecture } from '../words/places.js';
import { paperField, PAPERS, paperValue } from '../words/papers.js';
import { Notice } from './field.js';
import type { Typed, Wish } from './papers.js';

const WORDS = {
  for: { zh: '申领内容', en: 'What is applied for' },
  whose: { zh: '谁的码', en: 'Whose' },
  driver: { zh: '司机', en: 'A driver' },
  enterprise: { zh: '企业', en: 'An enterprise' },
  place: { zh: '州市', en: 'Prefecture' },
  vehicle: { zh: '车辆', en: 'Vehicle' },
  none: { zh: '现在没有车', en: 'None now' },
  own: { zh: '自己的车，先登记车辆', en: 'My own: registered first' },
  edit: { zh: '修改', en: 'Change' },
  private: {
    zh: '证件内容只交给本节点的保管库和负责核验的发证机关，加密传送。链上只有承诺，不含姓名和号码。',
    en: 'What is on the certificates goes to the vault of this node and, sealed, to the authorities that attest it. The chain has commitments alone: no name, no number.',
  },
  key: {
    zh: '签名的密钥在这个浏览器里生成，不会发出去。签名前，本页会重新计算全部承诺，与节点准备的逐一比对。',
    en: 'The key that signs is made in this browser and never sent. Before it signs, this page makes every commitment anew and compares it with what the node prepared.',
  },
  sign: { zh: '确认无误，签名提交', en: 'All is right: sign and send' },
  back: { zh: '上一步', en: 'Back' },
} satisfies Record<string, Words>;

/** What can be done here. */
export interface ReviewPlace {
  edit(kind: CertificateKind | 'who'): void;
  sign(): void;
  back(): void;
}

/** What is read over. */
export class Review {
  readonly notice = new Notice();
  readonly element: HTMLElement;
  private readonly sign = labelled(element('button', { type: 'button', class: 'primary' }), WORDS.sign);
  private readonly back = labelled(element('button', { type: 'button' }), WORDS.back);

  constructor(wish: Wish, typed: Typed, kinds: readonly CertificateKind[], at: ReviewPlace) {
    const papers = kinds.map((kind) => {
      const rows = (): Row[] =>
        TABLES[kind].flatMap((name): Row[] => {
          const value = typed[kind]?.[name] ?? '';
          return value === '' ? [] : [[paperField(name), say(paperValue(name, value))]];
        });
      return this.panel(PAPERS[kind], rows, () => at.edit(kind));
    });
    const first = this.panel(WORDS.for, () => wishRows(wish), () => at.edit('who'));
    const notes = [WORDS.private, WORDS.key].map((words) => labelled(element('p', { class: 'small' }), words));
    const buttons = element('p', { class: 'buttons' }, this.back, this.sign);
    const last = element('div', { class: 'panel' }, ...notes, this.notice.element, buttons);
    this.sign.addEventListener('click', () => at.sign());
    this.back.addEventListener('click', () => at.back());
    this.element = element('div', { class: 'apply-form read-over' }, first, ...papers, last);
  }

  /** While it is being sent nothing is pressed twice. */
  set isBusy(isBusy: boolean) {
    this.sign.disabled = isBusy;
    this.back.disabled = isBusy;
  }

  private panel(title: Words, rows: () => readonly Row[], edit: () => void): HTMLElement {
    const facts = new FactList();
    spoken(() => facts.update(rows()));
    const button = element('button', { type: 'button', class: 'quiet' });
    spoken(() => {
      button.textContent = say(WORDS.edit);
      button.setAttribute('aria-label', say({ zh: `修改${title.zh}`, en: `Change: ${title.en}` }));
    });
    button.addEventListener('click', edit);
    const head = element('div', { class: 'paper-head' }, labelled(element('h3'), title), button);
    return element('section', { class: 'panel' }, head, facts.element);
  }
}

function wishRows(wish: Wish): Row[] {
  const vehicle = wish.vehicle === 'given' ? wish.given : say(WORDS[wish.vehicle]);
  const rows: Row[] = [
    [WORDS.whose, say(WORDS[wish.who])],
    [WORDS.place, say(prefecture(wish.prefecture))],
  ];
  return wish.who === 'driver' ? [...rows, [WORDS.vehicle, vehicle]] : rows;
}
