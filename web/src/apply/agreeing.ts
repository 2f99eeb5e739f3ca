// SPDX-License-Identifier: Apache-2.0
/** Where an enterprise agrees that a driver names its vehicle: what it agrees to, and its answer for the driver. */
import { type Client, formatTime, giveStatement, later, readRecord } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element } from '../parts/dom.js';
import { FactList, type Row } from '../parts/facts.js';
import { type Holder, signerOf } from '../parts/keyring.js';
import { labelled, say, spoken, type Words } from '../parts/language.js';
import { HolderFetch, type Place } from '../parts/node.js';
import { nameOf } from '../waybill/actor.js';
import { prefecture } from '../words/places.js';
import { type DriverApply, wordText } from './agree.js';
import { Field, Notice } from './field.js';
import { codeReasons } from './reasons.js';
import { copied } from './word.js';

const WORDS = {
  what: {
    zh: '有司机申领运输码，要用您企业的车。同意即签名；司机用这个码接单时驾驶这辆车。',
    en: 'A driver applies for a code with a vehicle of yours. If you agree, you sign; the driver then accepts waybills with it.',
  },
  vehicle: { zh: '车辆', en: 'Vehicle' },
  operator: { zh: '经营者', en: 'Operator' },
  place: { zh: '州市', en: 'Prefecture' },
  key: { zh: '司机的密钥', en: "The driver's key" },
  of: { zh: '以哪家企业的名义', en: 'In the name of' },
  sign: { zh: '同意并签名', en: 'Agree, and sign' },
  none: {
    zh: '这个浏览器里没有企业的密钥。请在企业使用的浏览器里打开此链接。',
    en: "There is no enterprise's key in this browser. Open the link where your enterprise's key is.",
  },
  other: { zh: '这辆车不属于这家企业，不能同意。', en: 'The vehicle is none of this enterprise: it cannot agree.' },
  answer: { zh: '给司机的答复', en: 'Answer for the driver' },
  signed: {
    zh: '已签名。请把下面的答复发回给司机，9 分钟内有效。',
    en: 'It is signed. Send this answer to the driver: it is good for 9 minutes.',
  },
} satisfies Record<string, Words>;

/** The chain takes ten minutes at most; clocks differ. */
const GOOD_MS = 9 * 60_000;

async function isOwn(client: Client, id: string, owner: string): Promise<boolean> {
  const { record } = await client.get('/v1/vehicles/{id}', { path: { id } });
  const found = record === null || record === undefined ? null : readRecord({ vehicle: record });
  return found?.kind === 'vehicle' && 'organisation' in found.value.owner && found.value.owner.organisation === owner;
}

/** The panel. */
export class Agreeing {
  private readonly organisation: Field;
  private readonly notice = new Notice();
  private readonly sign = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.sign);
  private readonly answer = element('div');

  readonly element: HTMLElement;

  constructor(
    private readonly action: DriverApply,
    private readonly organisations: readonly Holder[],
    private readonly place: Place,
  ) {
    const facts = new FactList();
    spoken(() => facts.update(this.rows()));
    const ids = organisations.map(({ subject }) => subject.id);
    const choices = Object.fromEntries(ids.map((id): [string, Words] => [id, { zh: id, en: id }]));
    this.organisation = new Field({ id: 'organisation', words: WORDS.of, choices });
    this.organisation.value = ids[0] ?? '';
    void this.nameThem();
    const lead = labelled(element('p'), WORDS.what);
    if (ids.length === 0) {
      const none = labelled(element('p', { class: 'notice' }), WORDS.none);
      this.element = element('section', { class: 'panel', 'data-stage': 'agree' }, lead, facts.element, none);
      return;
    }
    const buttons = element('p', { class: 'buttons' }, this.sign);
    const parts = [lead, facts.element, this.organisation.element, this.notice.element, buttons, this.answer];
    const form = element('form', { class: 'panel', novalidate: '', 'data-stage': 'agree' }, ...parts);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.sign.disabled) void this.agree();
    });
    this.element = form;
  }

  private rows(): Row[] {
    const { wanted, prefecture: code, holder_key } = this.action.code_apply;
    const { vehicles, operator } = 'driver' in wanted ? wanted.driver : { vehicles: [], operator: null };
    const named = typeof operator === 'object' && operator !== null ? operator.organisation : operator;
    const rows: Row[] = [
      [WORDS.vehicle, vehicles.join(' ')],
      [WORDS.place, say(prefecture(code))],
      [WORDS.key, holder_key],
    ];
    return named === null ? rows : [...rows, [WORDS.operator, named]];
  }

  private async nameThem(): Promise<void> {
    for (const option of this.organisation.input.querySelectorAll('option'))
      if (option.value !== '') option.textContent = await nameOf(option.value);
  }

  private async agree(): Promise<void> {
    const holder = this.organisations.find(({ subject }) => subject.id === this.organisation.value);
    if (holder === undefined) return this.organisation.input.focus();
    this.sign.disabled = true;
    try {
      const signer = await signerOf(holder.key);
      const client = new HolderFetch(signer, this.place).client();
      const { wanted } = this.action.code_apply;
      const vehicles = 'driver' in wanted ? wanted.driver.vehicles : [];
      const owned = await Promise.all(vehicles.map((id) => isOwn(client, id, holder.subject.id)));
      if (!owned.some((its) => its)) return this.notice.tell('wrong', [say(WORDS.other)]);
      const validUntil = later(formatTime(now()), GOOD_MS);
      const word = wordText(await giveStatement(signer, this.place.chain, this.action, { validUntil }));
      this.notice.tell('notice', [say(WORDS.signed)]);
      this.answer.replaceChildren(copied('word', WORDS.answer, word));
    } catch (error) {
      this.notice.tell('wrong', codeReasons(error));
    } finally {
      this.sign.disabled = false;
    }
  }
}
