// SPDX-License-Identifier: Apache-2.0
/** Whose code it is to be, where, and with which vehicle. */
import { type FormatRules, type Genesis, parseId } from '@dianyun/sdk';

import { element, setShown } from '../parts/dom.js';
import type { Holder } from '../parts/keyring.js';
import { labelled, type Words } from '../parts/language.js';
import { nameOf } from '../waybill/actor.js';
import { PREFECTURES } from '../words/places.js';
import { Field, radios } from './field.js';
import { wrongField, type Wish } from './papers.js';

const WORDS = {
  who: { zh: '谁的码？', en: 'Whose code?' },
  driver: { zh: '司机', en: 'A driver' },
  driver_hint: { zh: '身份证、驾驶证；有车的再加车辆证件', en: 'Identity card and driving licence; a vehicle needs its own' },
  enterprise: { zh: '企业', en: 'An enterprise' },
  enterprise_hint: { zh: '道路运输经营许可证，由企业的密钥签名', en: "Its business permit; the enterprise's key signs" },
  no_key: {
    zh: '这个浏览器里没有企业的密钥。请打开企业交给您的链接，再回到这里。',
    en: "There is no enterprise's key in this browser. Open the link that your enterprise gave you, and come back.",
  },
  of: { zh: '企业', en: 'Enterprise' },
  prefecture: { zh: '在哪个州市申领', en: 'In which prefecture' },
  prefecture_hint: { zh: '由当地的发证机关核验', en: 'Its authorities attest the certificates' },
  vehicle: { zh: '开什么车？', en: 'Which vehicle?' },
  none: { zh: '现在没有车', en: 'None now' },
  none_hint: { zh: '以后可以随时绑定', en: 'One can be bound at any time' },
  own: { zh: '自己的车', en: 'My own' },
  own_hint: { zh: '先登记车辆，再发码', en: 'It is registered first, then the code is issued' },
  given: { zh: '企业的车', en: "An enterprise's" },
  given_hint: { zh: '填企业给您的车辆编号', en: 'By the number that the enterprise gave you' },
  number: { zh: '车辆编号', en: 'Number of the vehicle' },
  number_hint: { zh: '以 veh_ 开头', en: 'It begins with veh_' },
  operator: { zh: '经营企业的编号', en: 'Number of the enterprise that operates it' },
  operator_hint: { zh: '以 org_ 开头；超过 4.5 吨的车辆必填', en: 'It begins with org_; needed above 4.5 t' },
  operator_wrong: { zh: '这不是企业编号', en: 'this is no number of an enterprise' },
  number_wrong: { zh: '这不是车辆编号', en: 'this is no number of a vehicle' },
  heavy: { zh: '车辆总质量超过 4.5 吨（需要从业资格证）', en: 'The vehicle is above 4.5 t (a qualification is needed)' },
  more: { zh: '其他联系方式（可不填）', en: 'Other ways to reach you (optional)' },
  email: { zh: '电子邮箱', en: 'Email' },
  emergency: { zh: '紧急联系人手机号', en: 'Phone of somebody for emergencies' },
  next: { zh: '下一步', en: 'Next' },
} satisfies Record<string, Words>;

/** The form. */
export class WhoForm {
  private wish: Wish;
  private readonly prefecture: Field;
  private readonly given = new Field({ id: 'given', words: WORDS.number, hint: WORDS.number_hint });
  private readonly operator = new Field({ id: 'operator', words: WORDS.operator, hint: WORDS.operator_hint });
  private readonly email = new Field({
    id: 'email',
    words: WORDS.email,
    mode: 'email',
    fills: 'email',
    isOptional: true,
  });
  private readonly emergency = new Field({
    id: 'emergency',
    words: WORDS.emergency,
    mode: 'tel',
    most: 11,
    isOptional: true,
  });
  private readonly organisation: Field;
  private readonly heavy = element('input', { type: 'checkbox', id: 'heavy' });
  private readonly heavyRow: HTMLElement;
  private readonly vehicles: HTMLElement;
  private readonly noKey = labelled(element('p', { class: 'notice', role: 'status' }), WORDS.no_key);
  private readonly next = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.next);

  readonly element: HTMLFormElement;

  constructor(
    wish: Wish,
    organisations: readonly Holder[],
    private readonly genesis: Genesis,
    private readonly rules: FormatRules,
    changed: (wish: Wish) => void,
    done: (wish: Wish) => void,
  ) {
    const places = [...PREFECTURES].filter(([code]) => genesis.prefectures.includes(code));
    this.prefecture = new Field({
      id: 'prefecture',
      words: WORDS.prefecture,
      hint: WORDS.prefecture_hint,
      choices: Object.fromEntries(places.map(([code, words]) => [String(code), words])),
    });
    const ids = organisations.map(({ subject }) => subject.id);
    const choices = Object.fromEntries(ids.map((id): [string, Words] => [id, { zh: id, en: id }]));
    this.organisation = new Field({ id: 'organisation', words: WORDS.of, choices });
    void this.nameThem(ids);
    this.wish = { ...wish, organisation: wish.organisation ?? ids[0] ?? null };
    const heavyLabel = labelled(element('label', { for: 'heavy' }), WORDS.heavy);
    this.heavyRow = element('p', { class: 'check' }, this.heavy, heavyLabel);
    const take = (more: Partial<Wish>): void => {
      this.wish = { ...this.read(), ...more };
      this.update();
      changed(this.wish);
    };
    this.vehicles = this.vehicleGroup(take);
    const who = radios(
      'who',
      WORDS.who,
      {
        driver: { words: WORDS.driver, hint: WORDS.driver_hint },
        enterprise: { words: WORDS.enterprise, hint: WORDS.enterprise_hint },
      },
      this.wish.who,
      (value) => take({ who: value }),
    );
    who.append(this.noKey, this.organisation.element, this.prefecture.element);
    const more = element(
      'details',
      { class: 'panel' },
      labelled(element('summary'), WORDS.more),
      this.email.element,
      this.emergency.element,
    );
    const buttons = element('p', { class: 'buttons' }, this.next);
    this.element = element('form', { class: 'apply-form', novalidate: '' }, who, this.vehicles, more, buttons);
    this.fill();
    this.given.watch(() => wrongId('veh', this.given.value));
    this.operator.watch(() => wrongId('org', this.operator.value));
    this.emergency.watch(() => wrongField('telephone', this.emergency.value, rules));
    this.element.addEventListener('change', () => take({}));
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.isGood()) done(this.wish);
    });
    this.update();
  }

  private vehicleGroup(take: (more: Partial<Wish>) => void): HTMLElement {
    const group = radios(
      'vehicle',
      WORDS.vehicle,
      {
        none: { words: WORDS.none, hint: WORDS.none_hint },
        own: { words: WORDS.own, hint: WORDS.own_hint },
        given: { words: WORDS.given, hint: WORDS.given_hint },
      },
      this.wish.vehicle,
      (value) => take({ vehicle: value }),
    );
    group.append(this.given.element, this.heavyRow, this.operator.element);
    return group;
  }

  private async nameThem(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const name = await nameOf(id);
      const option = [...this.organisation.input.querySelectorAll('option')].find(({ value }) => value === id);
      if (option !== undefined) option.textContent = name;
    }
  }

  private fill(): void {
    const { prefecture, given, operator, isHeavy, email, emergency, organisation } = this.wish;
    const isHere = this.genesis.prefectures.includes(prefecture);
    this.prefecture.value = String(isHere ? prefecture : (this.genesis.prefectures[0] ?? ''));
    this.given.value = given;
    this.operator.value = operator;
    this.email.value = email;
    this.emergency.value = emergency;
    this.organisation.value = organisation ?? '';
    this.heavy.checked = isHeavy;
  }

  private read(): Wish {
    return {
      ...this.wish,
      organisation: this.organisation.value === '' ? null : this.organisation.value,
      prefecture: Number(this.prefecture.value),
      given: this.given.value,
      operator: this.operator.value,
      isHeavy: this.heavy.checked,
      email: this.email.value,
      emergency: this.emergency.value,
    };
  }

  private update(): void {
    const { who, vehicle, organisation, isHeavy } = this.wish;
    const isDriver = who === 'driver';
    const hasKey = this.organisation.input.querySelectorAll('option').length > 1;
    setShown(this.vehicles, isDriver);
    setShown(this.given.element, vehicle === 'given');
    setShown(this.heavyRow, vehicle !== 'own');
    setShown(this.operator.element, vehicle === 'given' && isHeavy);
    setShown(this.noKey, !isDriver && !hasKey);
    setShown(this.organisation.element, !isDriver && hasKey);
    this.next.disabled = !isDriver && organisation === null;
  }

  /** Says what is wrong beside its field, and goes to the first one. */
  private isGood(): boolean {
    this.wish = this.read();
    const { who, vehicle, given, operator, isHeavy, emergency } = this.wish;
    const isGiven = who === 'driver' && vehicle === 'given';
    if (!isGiven || !isHeavy) this.wish = { ...this.wish, operator: '' };
    this.given.say(isGiven ? wrongId('veh', given) : null);
    this.operator.say(isGiven && isHeavy ? wrongId('org', operator) : null);
    this.emergency.say(wrongField('telephone', emergency, this.rules));
    const wrong = this.element.querySelector<HTMLElement>('[aria-invalid=true]');
    const folded = wrong?.closest('details');
    if (folded !== null && folded !== undefined) folded.open = true;
    wrong?.focus();
    return wrong === null;
  }
}

function wrongId(prefix: 'veh' | 'org', text: string): Words | null {
  try {
    parseId(prefix, text);
    return null;
  } catch {
    return prefix === 'veh' ? WORDS.number_wrong : WORDS.operator_wrong;
  }
}
