// SPDX-License-Identifier: Apache-2.0
/** What a step asks for before it is signed: a reason, a photograph, figures, a payment; or nothing more than a yes. */
import type { Waybill } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { element, setShown, setText } from '../parts/dom.js';
import { labelled, say, type Words } from '../parts/language.js';
import { BUSINESS, STEP_REASONS, STEPS } from '../words/waybills.js';
import { type Details, settlementOf, statedKg, wordsDigest } from './details.js';
import { differencePpm, threePlaces, whole } from './figures.js';
import { evidenceOf } from './kept.js';
import { REPORTED, type StepInput, type StepName } from './steps.js';

const WORDS = {
  why: { zh: '原因', en: 'Reason' },
  photo: { zh: '拍照留证', en: 'Take a photograph' },
  photo_hint: {
    zh: '可不拍。照片只留在本机，链上只记它的摘要。',
    en: 'You may do without. It stays on this device; the chain has its digest alone.',
  },
  photo_taken: { zh: '已拍照', en: 'A photograph is taken' },
  weight: { zh: '签收重量（千克）', en: 'Weight signed for (kg)' },
  distance: { zh: '里程（公里）', en: 'Distance (km)' },
  difference: { zh: '差异原因（超过 5‰ 时必填）', en: 'Reason of the difference (above 0.5 %)' },
  amount: { zh: '结算金额（元）', en: 'Amount (CNY)' },
  reference: { zh: '付款凭证号', en: 'Reference of the payment' },
  yes: { zh: '确认', en: 'Confirm' },
  no: { zh: '返回', en: 'Back' },
  fill: { zh: '请填写完整。', en: 'Fill in what is missing.' },
  no_weight: {
    zh: '这个浏览器里没有这张运单的明细，不知道原定重量，不能签收。请打开派单方发来的带明细的链接，或在制单的浏览器里签收。',
    en: 'The stated weight is not known here: open the link with details that the maker sent, or sign where it was made.',
  },
  no_seed: {
    zh: '这个浏览器里没有这张运单的明细，不能提出结算。请在制单的浏览器里操作。',
    en: 'This browser has not the details of this waybill: propose the payment where it was made.',
  },
} satisfies Record<string, Words>;

/** Above so many millionths a difference needs a reason. */
const DIFFERENCE_PPM = 5_000;

let count = 0;

/** A field with its label. */
export function labelledField(
  words: Words,
  input: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement,
  hint?: HTMLElement,
): HTMLElement {
  count += 1;
  input.id = `field-${count}`;
  const label = labelled(element('label', { for: input.id }), words);
  return element('div', { class: 'field' }, label, input, ...(hint === undefined ? [] : [hint]));
}

/** A choice of words by their values. */
export function choiceOf(words: Readonly<Record<string, Words>>): HTMLSelectElement {
  const option = ([value, text]: [string, Words]): HTMLElement => labelled(element('option', { value }), text);
  return element('select', {}, ...Object.entries(words).map(option));
}

/** A number or an amount, as phones type it. */
export function figure(name: string, value = ''): HTMLInputElement {
  return element('input', { name, inputmode: 'decimal', autocomplete: 'off', maxlength: '18', value });
}

/** Kinds of business as a choice. */
export function businessChoice(): HTMLSelectElement {
  return choiceOf(BUSINESS);
}

interface Body {
  readonly fields: readonly HTMLElement[];
  /** What is given; null: something is missing. */
  read(): Promise<StepInput | null>;
  /** What else was agreed on, to be kept before the step is sent. */
  kept?(): Details | null;
}

/** True if a step is signed by one tap, with nothing to fill in. */
export function isPlain(step: StepName): boolean {
  return step === 'accept' || step === 'settle_agree' || step === 'dispute_end';
}

function reasonBody(step: StepName): Body | null {
  const reasons = STEP_REASONS[step];
  if (reasons === undefined) return null;
  const select = choiceOf(reasons);
  return { fields: [labelledField(WORDS.why, select)], read: async () => ({ reason: select.value }) };
}

function evidenceBody(step: StepName, { id }: Waybill): Body {
  count += 1;
  const name = `photograph-${count}`;
  const file = element('input', { type: 'file', accept: 'image/*', capture: 'environment', class: 'file', id: name });
  const label = labelled(element('label', { for: name, class: 'button' }), WORDS.photo);
  const taken = labelled(element('p', { class: 'checked', role: 'status', hidden: '' }), WORDS.photo_taken);
  file.addEventListener('change', () => setShown(taken, file.files?.[0] !== undefined));
  const hint = labelled(element('p', { class: 'small' }), WORDS.photo_hint);
  return {
    fields: [element('div', { class: 'file-place' }, file, label), taken, hint],
    read: async () => ({ evidence: await evidenceOf(id, step, file.files?.[0] ?? null, now()) }),
  };
}

/** Without the weight that was stated there is no difference to sign. */
function signBody(details: Details | null): Body {
  const stated = details === null ? null : statedKg(details);
  if (details === null || stated === null) {
    return { fields: [labelled(element('p'), WORDS.no_weight)], read: async () => null };
  }
  const weight = figure('weight', String(stated));
  const distance = figure('distance');
  const why = element('input', { name: 'why', maxlength: '200', autocomplete: 'off' });
  const whyField = labelledField(WORDS.difference, why);
  const ppm = (): number => differencePpm(stated, whole(weight.value) ?? 0);
  const update = (): void => setShown(whyField, ppm() > DIFFERENCE_PPM);
  weight.addEventListener('input', update);
  update();
  const read = async (): Promise<StepInput | null> => {
    const [weight_kg, distance_km] = [whole(weight.value), whole(distance.value)];
    const difference_ppm = ppm();
    const text = why.value.trim();
    const isFar = difference_ppm > DIFFERENCE_PPM;
    if (weight_kg === null || distance_km === null || (isFar && text === '')) return null;
    const signed = { weight_kg, distance_km, difference_ppm };
    return { signed, why: isFar ? wordsDigest(details.seed, 'difference', text) : null };
  };
  return { fields: [labelledField(WORDS.weight, weight), labelledField(WORDS.distance, distance), whyField], read };
}

function settleBody(details: Details | null): Body {
  if (details === null) return { fields: [labelled(element('p'), WORDS.no_seed)], read: async () => null };
  const amount = figure('amount', details.values['TotalMonetaryAmount']?.replace(/\.?0+$/, '') ?? '');
  const reference = element('input', { name: 'reference', maxlength: '60', autocomplete: 'off' });
  const given = (): Details | null => {
    const [yuan, text] = [threePlaces(amount.value), reference.value.trim()];
    return yuan === null || text === '' ? null : { ...details, payment: { amount: yuan, reference: text } };
  };
  const read = async (): Promise<StepInput | null> => {
    const paid = given()?.payment;
    return paid === undefined ? null : { settlement: settlementOf(details.seed, paid) };
  };
  const fields = [labelledField(WORDS.amount, amount), labelledField(WORDS.reference, reference)];
  return { fields, read, kept: given };
}

function bodyOf(step: StepName, waybill: Waybill, details: Details | null): Body {
  if (REPORTED.includes(step)) return evidenceBody(step, waybill);
  if (step === 'sign') return signBody(details);
  if (step === 'settle') return settleBody(details);
  return reasonBody(step) ?? { fields: [], read: async () => ({}) };
}

/** What was filled in, and what is kept of it. */
export interface Filled {
  readonly input: StepInput;
  readonly details: Details | null;
}

/** A form for a step: `done` gets what was filled in, or null if it was left. */
export function stepForm(
  step: StepName,
  waybill: Waybill,
  details: Details | null,
  done: (filled: Filled | null) => void,
): HTMLFormElement {
  const body = bodyOf(step, waybill, details);
  const missing = element('p', { class: 'wrong', role: 'alert', hidden: '' });
  const yes = labelled(element('button', { type: 'submit', class: 'primary' }), WORDS.yes);
  const no = labelled(element('button', { type: 'button' }), WORDS.no);
  const title = labelled(element('h3', { tabindex: '-1' }), STEPS[step]);
  const form = element('form', { class: 'step', novalidate: '' }, title, ...body.fields, missing);
  form.append(element('p', { class: 'buttons' }, no, yes));
  no.addEventListener('click', () => done(null));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void body.read().then((input) => {
      if (input !== null) return done({ input, details: body.kept?.() ?? null });
      setText(missing, say(WORDS.fill));
      setShown(missing, true);
    });
  });
  return form;
}
