// SPDX-License-Identifier: Apache-2.0
/** The sheet that a salesman fills in: way, goods, times, parties; each field says what is wrong with it, by itself. */
import type { Genesis } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setAttribute, setShown, setText } from '../parts/dom.js';
import { labelled, say, type Words } from '../parts/language.js';
import { GOODS, PREFECTURES } from '../words/places.js';
import { DETAIL_FIELDS } from '../words/waybills.js';
import { threePlaces } from './figures.js';
import { businessChoice, figure } from './form.js';
import { band, type Draft, instantOf, localOf, stamp, type Wrong } from './offer.js';

type Input = HTMLInputElement | HTMLSelectElement;

const HOUR_MS = 3_600_000;
/** What is proposed: hours from now. */
const PROPOSED_HOURS = { offer_ends: 4, load_by: 8, deliver_by: 32 };

const WORDS = {
  way: { zh: '路线与时间', en: 'Way and times' },
  goods: { zh: '货物与运费', en: 'Goods and price' },
  parties: { zh: '发货方与收货方', en: 'Consignor and consignee' },
  more: { zh: '更多', en: 'More' },
  from: { zh: '起点（州市）', en: 'From (prefecture)' },
  to: { zh: '终点（州市）', en: 'To (prefecture)' },
  offer_ends: { zh: '接单截止', en: 'Accept by' },
  load_by: { zh: '装货截止', en: 'Load by' },
  deliver_by: { zh: '送达截止', en: 'Deliver by' },
  class: { zh: '货物类别', en: 'Class of goods' },
  weight: { zh: '毛重（千克）', en: 'Gross weight (kg)' },
  price: { zh: '运费（元）', en: 'Price (CNY)' },
  hazardous: { zh: '危险货物', en: 'Hazardous goods' },
  part_load: { zh: '可拼载', en: 'Part load: the vehicle may carry others too' },
  number: { zh: '运单号', en: 'Number' },
  least: { zh: '重量下限（千克，链上可见）', en: 'Least weight (kg, on the chain)' },
  most: { zh: '重量上限（千克，链上可见）', en: 'Most weight (kg, on the chain)' },
  clear: {
    zh: '链上只有：起终点州市、时间、货物类别、重量区间。货名、地址、货主和运费只以承诺上链，明细留在本机和贵方节点的资料库，随链接给司机，接单的司机也可向节点读取。',
    en: 'The chain has prefectures, times, the class of goods and a band of weights. Names, addresses, parties and price go there as commitments alone: they stay here and in the vault of your node, and go to the driver with the link, or from the node once accepted.',
  },
  example: { zh: '填入虚构示例', en: 'Fill in an invented example' },
} satisfies Record<string, Words>;

/** Fields of the sheet that are commitments on chain, by the names of the table. */
const CLOSED = [
  'DescriptionOfGoods',
  'Consignor',
  'ConsignorID',
  'PlaceOfLoading',
  'Consignee',
  'ConsigneeID',
  'GoodsReceiptPlace',
  'PermitNumber',
  'Remark',
] as const;

interface Row {
  readonly input: Input;
  readonly wrong: HTMLElement;
}

/** The sheet. */
export class Sheet {
  private readonly rows = new Map<string, Row>();
  private readonly hazardous = element('input', { type: 'checkbox' });
  private readonly partLoad = element('input', { type: 'checkbox' });
  private isBandOwn = false;

  /** Way and goods. */
  readonly first: readonly HTMLElement[];
  /** Parties, and what is rarely asked for. */
  readonly second: readonly HTMLElement[];

  constructor(private readonly genesis: Genesis) {
    this.first = [this.way(), this.goods()];
    this.second = [this.parties(), this.more()];
    this.input('GoodsItemGrossWeight').addEventListener('input', () => this.proposeBand());
    for (const name of ['weight_from_kg', 'weight_to_kg']) {
      this.input(name).addEventListener('input', () => {
        this.isBandOwn = true;
      });
    }
    this.renew('');
  }

  /** Proposes times anew, and takes the number of the next waybill. */
  renew(number: string): void {
    const at = now();
    for (const [name, hours] of Object.entries(PROPOSED_HOURS)) this.set(name, localOf(at + hours * HOUR_MS));
    this.set('number', number);
    this.say(new Map());
  }

  /** The number of the maker's business permit, which is the same each time. */
  set permit(number: string) {
    this.set('PermitNumber', number);
  }

  /** What is filled in now. */
  get draft(): Draft {
    const value = (name: string): string => this.input(name).value.trim();
    const values: Record<string, string> = { ConsignmentDateTime: stamp(now()) };
    for (const name of [...CLOSED, 'BusinessTypeCode']) values[name] = value(name);
    values['TotalMonetaryAmount'] = threePlaces(value('TotalMonetaryAmount')) ?? value('TotalMonetaryAmount');
    values['GoodsItemGrossWeight'] = threePlaces(value('GoodsItemGrossWeight')) ?? value('GoodsItemGrossWeight');
    return {
      number: value('number'),
      from: Number(value('from')),
      to: Number(value('to')),
      goods: Number(value('goods')),
      hazardous: this.hazardous.checked,
      part_load: this.partLoad.checked,
      offer_ends: instantOf(value('offer_ends')),
      load_by: instantOf(value('load_by')),
      deliver_by: instantOf(value('deliver_by')),
      weight_from_kg: Number(value('weight_from_kg')),
      weight_to_kg: Number(value('weight_to_kg')),
      values,
    };
  }

  /** Says what is wrong beside each field, and goes to the first; what belongs to none of them comes back. */
  say(wrong: Wrong): readonly Words[] {
    const marked: Input[] = [];
    for (const [name, { input, wrong: place }] of this.rows) {
      const words = wrong.get(name);
      setText(place, words === undefined ? '' : say(words));
      setShown(place, words !== undefined);
      setAttribute(input, 'aria-invalid', words === undefined ? null : 'true');
      if (words !== undefined) marked.push(input);
    }
    for (const input of marked) {
      const folded = input.closest('details');
      if (folded !== null) folded.open = true;
    }
    const isBefore = (a: Input, b: Input): number =>
      a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
    marked.sort(isBefore)[0]?.focus();
    return [...wrong].flatMap(([name, words]) => (this.rows.has(name) ? [] : [words]));
  }

  private input(name: string): Input {
    const row = this.rows.get(name);
    if (row === undefined) throw new Error(`the sheet has no ${name}`);
    return row.input;
  }

  private set(name: string, value: string): void {
    this.input(name).value = value;
  }

  private field(name: string, words: Words, input: Input): HTMLElement {
    input.id = `sheet-${name}`;
    const wrong = element('p', { class: 'wrong', id: `wrong-${name}`, hidden: '' });
    input.setAttribute('aria-describedby', wrong.id);
    this.rows.set(name, { input, wrong });
    return element('div', { class: 'field' }, labelled(element('label', { for: input.id }), words), input, wrong);
  }

  private text(name: string, most = '100'): HTMLElement {
    const input = element('input', { name, maxlength: most, autocomplete: 'off' });
    return this.field(name, DETAIL_FIELDS[name] ?? { zh: name, en: name }, input);
  }

  private tick(input: HTMLInputElement, words: Words): HTMLElement {
    input.id = `sheet-tick-${words.en.slice(0, 4).trim()}`;
    return element('p', { class: 'check' }, input, labelled(element('label', { for: input.id }), words));
  }

  private choice(name: string, words: Words, map: ReadonlyMap<number, Words>, chosen: number): HTMLElement {
    const option = ([code, text]: [number, Words]): HTMLElement =>
      labelled(element('option', { value: String(code) }), text);
    const select = element('select', { name }, ...[...map].map(option));
    select.value = String(chosen);
    return this.field(name, words, select);
  }

  private time(name: 'offer_ends' | 'load_by' | 'deliver_by'): HTMLElement {
    return this.field(name, WORDS[name], element('input', { name, type: 'datetime-local' }));
  }

  private group(words: Words, ...children: readonly HTMLElement[]): HTMLElement {
    return element('fieldset', { class: 'panel' }, labelled(element('legend'), words), ...children);
  }

  private way(): HTMLElement {
    const places = new Map([...PREFECTURES].filter(([code]) => this.genesis.prefectures.includes(code)));
    const ends = element(
      'div',
      { class: 'pair' },
      this.choice('from', WORDS.from, places, 5301),
      this.choice('to', WORDS.to, places, 5303),
    );
    const times = element('div', { class: 'pair' }, this.time('load_by'), this.time('deliver_by'));
    return this.group(WORDS.way, ends, times, this.time('offer_ends'));
  }

  private goods(): HTMLElement {
    const figures = element(
      'div',
      { class: 'pair' },
      this.field('GoodsItemGrossWeight', WORDS.weight, figure('GoodsItemGrossWeight')),
      this.field('TotalMonetaryAmount', WORDS.price, figure('TotalMonetaryAmount')),
    );
    return this.group(
      WORDS.goods,
      this.choice('goods', WORDS.class, GOODS, 1700),
      this.text('DescriptionOfGoods'),
      figures,
      this.tick(this.partLoad, WORDS.part_load),
      this.tick(this.hazardous, WORDS.hazardous),
    );
  }

  private parties(): HTMLElement {
    const fields = ['Consignor', 'ConsignorID', 'PlaceOfLoading', 'Consignee', 'ConsigneeID', 'GoodsReceiptPlace'];
    return this.group(WORDS.parties, ...fields.map((name) => this.text(name)));
  }

  private more(): HTMLElement {
    const bands = element(
      'div',
      { class: 'pair' },
      this.field('weight_from_kg', WORDS.least, figure('weight_from_kg')),
      this.field('weight_to_kg', WORDS.most, figure('weight_to_kg')),
    );
    const business = this.field('BusinessTypeCode', DETAIL_FIELDS['BusinessTypeCode'] ?? WORDS.more, businessChoice());
    const number = this.field('number', WORDS.number, element('input', { name: 'number', maxlength: '20' }));
    const inner = [this.text('PermitNumber', '12'), business, bands, number, this.text('Remark')];
    const summary = labelled(element('summary'), WORDS.more);
    return element('details', { class: 'panel' }, summary, ...inner);
  }

  private proposeBand(): void {
    const kg = Number(this.input('GoodsItemGrossWeight').value);
    if (this.isBandOwn || !(kg > 0)) return;
    const [least, most] = band(kg);
    this.set('weight_from_kg', String(least));
    this.set('weight_to_kg', String(most));
  }

  /** What stays private, in words; and where people are invented, a button that fills in an example. */
  notes(): readonly HTMLElement[] {
    const clear = labelled(element('p', { class: 'small' }), WORDS.clear);
    if (this.genesis.mode !== 'demo') return [clear];
    const example = labelled(element('button', { type: 'button', class: 'quiet' }), WORDS.example);
    example.addEventListener('click', () => this.fill());
    return [clear, example];
  }

  /** Parties are enterprises of this chain's genesis; all of it is invented. */
  private fill(): void {
    const enterprises = this.genesis.organisations.filter(({ kind }) => kind === 'enterprise');
    const open = enterprises.flatMap(({ identity }) => ('open' in identity ? [identity.open] : []));
    const [consignor, consignee] = [open[1] ?? open[0], open[2] ?? open[0]];
    const example: Readonly<Record<string, string>> = {
      DescriptionOfGoods: '测试货物：瓷砖',
      GoodsItemGrossWeight: '1000',
      TotalMonetaryAmount: '1200',
      Consignor: consignor?.name ?? '',
      ConsignorID: consignor?.credit_code ?? '',
      PlaceOfLoading: '昆明市虚构路 1 号仓库',
      Consignee: consignee?.name ?? '',
      ConsigneeID: consignee?.credit_code ?? '',
      GoodsReceiptPlace: '曲靖市虚构路 2 号门店',
      PermitNumber: '539901000001',
    };
    for (const [name, value] of Object.entries(example)) this.set(name, value);
    this.isBandOwn = false;
    this.proposeBand();
  }
}
