// SPDX-License-Identifier: Apache-2.0
/** What a salesman fills in becomes an offer: its commitments are made here, its values stay here. Knows no element. */
import {
  checkFields,
  formatTime,
  type FormatRules,
  hostRandom,
  type Identity,
  type Offer,
  parseTime,
  TABLES,
  type Time,
  toHex,
  type WaybillKind,
} from '@dianyun/sdk';

import type { Words } from '../parts/language.js';
import { clearValues, commitmentsOf, type Details, type Values } from './details.js';

/** What was filled in. */
export interface Draft {
  readonly number: string;
  readonly from: number;
  readonly to: number;
  readonly goods: number;
  readonly hazardous: boolean;
  readonly part_load: boolean;
  /** Instants, ms; not a number where nothing was chosen. */
  readonly offer_ends: number;
  readonly load_by: number;
  readonly deliver_by: number;
  /** Kilograms. */
  readonly weight_from_kg: number;
  readonly weight_to_kg: number;
  /** Fields that are not in the clear. */
  readonly values: Values;
}

/** What is wrong, by the field of the form. */
export type Wrong = ReadonlyMap<string, Words>;

const MOST_OFFER_MS = 7 * 86_400_000;
const MISSING: Words = { zh: '必填', en: 'this must be filled in' };
const PAST: Words = { zh: '必须晚于现在', en: 'this must be later than now' };
const TOO_LATE: Words = { zh: '最长 7 天', en: 'at most 7 days from now' };
const ORDER: Words = { zh: '必须晚于装货截止', en: 'this must be after loading' };
const BAND: Words = { zh: '上限不能小于下限，下限须大于 0', en: 'the upper end is not below the lower one, which is above 0' };
const LOAD_ORDER: Words = { zh: '接单须早于装货截止', en: 'accepting must end before loading' };

/** The day of an instant in Beijing, as formats want it. */
export function dayOf(ms: number): string {
  return formatTime(ms).slice(0, 10).replaceAll('-', '');
}

/** A date with time as the ministry's data has it: 14 digits. */
export function stamp(ms: number): string {
  return formatTime(ms).replace(/\D/g, '').slice(0, 14);
}

/** A number for a waybill: the day, and seven symbols at random. */
export async function newNumber(ms: number): Promise<string> {
  return `W${dayOf(ms)}${toHex(await hostRandom(4)).slice(0, 7).toUpperCase()}`;
}

/** A band around a weight, coarse because every validator sees it; its upper end is no more than need be. */
export function band(kg: number): readonly [from: number, to: number] {
  const step = kg <= 2_000 ? 100 : kg <= 10_000 ? 500 : 1_000;
  const to = Math.ceil(kg / step) * step;
  return [Math.max(1, to - step), Math.max(1, to)];
}

function wrongTimes({ offer_ends, load_by, deliver_by }: Draft, now: number): [string, Words][] {
  const wrong: [string, Words][] = [];
  for (const [name, at] of Object.entries({ offer_ends, load_by, deliver_by })) {
    if (Number.isNaN(at)) wrong.push([name, MISSING]);
    else if (at <= now) wrong.push([name, PAST]);
  }
  if (offer_ends > now + MOST_OFFER_MS) wrong.push(['offer_ends', TOO_LATE]);
  if (offer_ends > load_by) wrong.push(['offer_ends', LOAD_ORDER]);
  if (deliver_by <= load_by) wrong.push(['deliver_by', ORDER]);
  return wrong;
}

/** Everything that is wrong with a draft; empty if nothing is. */
export function wrongIn(draft: Draft, maker: Identity | null, rules: FormatRules, now: number): Wrong {
  const values: Values = { ...draft.values, ...clearValues({ ...draft, segment: '0000' }, maker) };
  const names: readonly string[] = TABLES.waybill;
  const given = names.flatMap((name): [string, string][] => (values[name] ? [[name, values[name]]] : []));
  const found: [string, Words][] = checkFields('waybill', given, rules).map(({ field, zh, en }) => [
    field === 'ShippingNoteNumber' || field === 'OriginalDocumentNumber' ? 'number' : field,
    { zh, en },
  ]);
  const { weight_from_kg: least, weight_to_kg: most } = draft;
  const isBand = Number.isInteger(least) && Number.isInteger(most) && least > 0 && most >= least;
  const bands: [string, Words][] = isBand ? [] : [['weight_to_kg', BAND]];
  return new Map([...wrongTimes(draft, now), ...bands, ...found].reverse());
}


/** The offer of a draft, and what opens it. */
export async function offerOf(
  draft: Draft,
  kind: WaybillKind,
  maker: Identity | null,
): Promise<readonly [Offer, Details]> {
  const { number, from, to, goods, hazardous, part_load, weight_from_kg, weight_to_kg } = draft;
  const clear = { number, segment: '0000', goods, from, to };
  const values = Object.fromEntries(Object.entries(draft.values).filter(([, value]) => value !== ''));
  const details: Details = { seed: toHex(await hostRandom(32)), values };
  const time = (ms: number): Time => formatTime(ms);
  const offer: Offer = {
    ...clear,
    kind,
    offer_ends: time(draft.offer_ends),
    load_by: time(draft.load_by),
    deliver_by: time(draft.deliver_by),
    hazardous,
    weight_from_kg,
    weight_to_kg,
    part_load,
    consignee: null,
    ...(await commitmentsOf(details, clearValues(clear, maker))),
  };
  return [offer, details];
}

/** The instant that a field for date and time names, in Beijing time; not a number: none. */
export function instantOf(local: string): number {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?$/.exec(local);
  if (parts === null) return Number.NaN;
  try {
    return parseTime(`${parts[1]}T${parts[2]}:00.000+08:00`);
  } catch {
    return Number.NaN;
  }
}

/** The text for a field of date and time, in Beijing time to the minute. */
export function localOf(ms: number): string {
  return formatTime(ms).slice(0, 16);
}
