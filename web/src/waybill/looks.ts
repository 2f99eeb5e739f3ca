// SPDX-License-Identifier: Apache-2.0
/** How a waybill reads: its way, goods, weight and times as texts now. */
import { parseTime, type Waybill } from '@dianyun/sdk';

import type { Row } from '../parts/facts.js';
import { grouped } from '../parts/facts.js';
import { say, type Words } from '../parts/language.js';
import { instant, left } from '../parts/times.js';
import { goods, prefecture } from '../words/places.js';
import { BUSINESS, DETAIL_FIELDS, reason, SIDES } from '../words/waybills.js';
import type { Details } from './details.js';

const ROWS = {
  goods: { zh: '货物类别', en: 'Class' },
  weight: { zh: '重量', en: 'Weight' },
  accept_by: { zh: '接单截止', en: 'Accept by' },
  load_by: { zh: '装货截止', en: 'Load by' },
  deliver_by: { zh: '送达截止', en: 'Deliver by' },
  number: { zh: '运单号', en: 'Number' },
  maker: { zh: '派单方', en: 'Maker' },
  offered_to: { zh: '派给', en: 'Offered to' },
  carrier: { zh: '承运码', en: 'Carried by' },
  loaded: { zh: '装货', en: 'Loaded' },
  departed: { zh: '发车', en: 'Departed' },
  arrived: { zh: '到达', en: 'Arrived' },
  signed: { zh: '签收', en: 'Signed for' },
  ended: { zh: '结束', en: 'Ended' },
} satisfies Record<string, Words>;

const EVERYBODY: Words = { zh: '所有符合条件的司机', en: 'every driver who fits' };
const YUAN: Words = { zh: '元', en: 'CNY' };
const BY_SILENCE: Words = { zh: '（逾期视同签收）', en: ' (by silence)' };

/** From where to where. */
export function way({ offer }: Waybill): string {
  return `${say(prefecture(offer.from))} → ${say(prefecture(offer.to))}`;
}

const tonnes = (kg: number): string => {
  const text = (kg / 1_000).toFixed(3).replace(/\.?0+$/, '');
  return say({ zh: `${text} 吨`, en: `${text} t` });
};

/** The band of weights. */
export function weight({ offer: { weight_from_kg: from, weight_to_kg: to } }: Waybill): string {
  return from === to ? tonnes(from) : `${tonnes(from)} – ${tonnes(to)}`;
}

/** Marks that matter to whoever carries it. */
export function marks({ offer, flagged, dispute, abort, swap, state, settlement }: Waybill): Words[] {
  const found: (Words | null)[] = [
    offer.hazardous ? { zh: '危险货物', en: 'Hazardous' } : null,
    offer.part_load ? { zh: '拼载', en: 'Part load' } : null,
    'public' in offer.kind ? { zh: '公共', en: 'Public' } : null,
    dispute === null ? null : { zh: '有争议', en: 'In dispute' },
    abort === null ? null : { zh: `${SIDES[abort.by].zh}申请中止`, en: `${SIDES[abort.by].en} proposes to abort` },
    swap === null ? null : { zh: `${SIDES[swap.by].zh}提议换车`, en: `${SIDES[swap.by].en} proposes a swap` },
    flagged ? { zh: '已标记', en: 'Flagged' } : null,
    state === 'signed' && settlement !== null ? { zh: '待司机确认结算', en: 'Payment proposed' } : null,
  ];
  return found.filter((one) => one !== null);
}

/** What has to happen next, and by when; null: nothing. */
export function due({ state, offer }: Waybill, now: number): string | null {
  const by = (words: Words, time: string): string => {
    const end = parseTime(time);
    const late = now >= end ? say({ zh: '已超时', en: 'late' }) : left(end - now);
    return say({ zh: `${words.zh} ${instant(end, now)}（${late}）`, en: `${words.en} ${instant(end, now)} (${late})` });
  };
  if (state === 'offered') return by(ROWS.accept_by, offer.offer_ends);
  if (state === 'accepted') return by(ROWS.load_by, offer.load_by);
  return state === 'loaded' || state === 'in_transit' ? by(ROWS.deliver_by, offer.deliver_by) : null;
}

/** What the chain says, row by row. */
export function rows(waybill: Waybill, maker: string, now: number): Row[] {
  const { offer, carrier, loaded, departed, arrived, signed, ended_at, end_reason, ended_by } = waybill;
  const time = (text: string): string => instant(parseTime(text), now);
  const found: Row[] = [
    [ROWS.goods, say(goods(offer.goods))],
    [ROWS.weight, weight(waybill)],
    [ROWS.accept_by, time(offer.offer_ends)],
    [ROWS.load_by, time(offer.load_by)],
    [ROWS.deliver_by, time(offer.deliver_by)],
    [ROWS.maker, maker],
    [ROWS.number, offer.segment === '0000' ? offer.number : `${offer.number} / ${offer.segment}`],
  ];
  const to = 'public' in offer.kind ? say(EVERYBODY) : grouped(offer.kind.exclusive.code);
  found.push(carrier === null ? [ROWS.offered_to, to] : [ROWS.carrier, grouped(carrier.code)]);
  for (const [name, step] of [
    [ROWS.loaded, loaded],
    [ROWS.departed, departed],
    [ROWS.arrived, arrived],
  ] as const) {
    if (step !== null) found.push([name, time(step.at)]);
  }
  if (signed !== null) {
    const figures = `${tonnes(signed.weight_kg)}${signed.distance_km > 0 ? `, ${signed.distance_km} km` : ''}`;
    found.push([ROWS.signed, `${time(signed.at)} · ${figures}${signed.by_silence ? say(BY_SILENCE) : ''}`]);
  }
  if (ended_at !== null) {
    const why = [ended_by === null ? null : say(SIDES[ended_by]), end_reason === null ? null : say(reason(end_reason))];
    found.push([ROWS.ended, [time(ended_at), ...why.filter((one) => one !== null)].join(' · ')]);
  }
  return found;
}

function value(name: string, text: string): string {
  if (name === 'TotalMonetaryAmount') return `${text.replace(/\.?0+$/, '')} ${say(YUAN)}`;
  if (name === 'GoodsItemGrossWeight') return `${text.replace(/\.?0+$/, '')} kg`;
  const business = name === 'BusinessTypeCode' ? BUSINESS[text] : undefined;
  return business === undefined ? text : say(business);
}

/** What details say, row by row, in the order in which a driver wants them. */
export function detailRows({ values, payment }: Pick<Details, 'values' | 'payment'>): Row[] {
  const found = Object.entries(DETAIL_FIELDS).flatMap(([name, words]): Row[] => {
    const text = values[name] ?? '';
    return text === '' ? [] : [[words, value(name, text)]];
  });
  if (payment === undefined) return found;
  return [
    ...found,
    [{ zh: '结算金额', en: 'Paid' }, value('TotalMonetaryAmount', payment.amount)],
    [{ zh: '付款凭证', en: 'By' }, payment.reference],
  ];
}
