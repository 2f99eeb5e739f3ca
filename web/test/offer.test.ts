// SPDX-License-Identifier: Apache-2.0
/** What is made of a waybill without a browser: links, commitments, and what each side can do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatTime, type Identity, type Waybill, type WaybillState } from '../../sdk/js/src/index.js';
import { clearValues, type Details, heldTo, opens, paymentOpens, settlementOf, statedKg } from '../src/waybill/details.js';
import { codeIn, differencePpm, threePlaces } from '../src/waybill/figures.js';
import { readFragment, readWaybillLink, waybillLink } from '../src/waybill/link.js';
import { band, instantOf, localOf, offerOf, wrongIn } from '../src/waybill/offer.js';
import { actionOf, partOf, stepsOf } from '../src/waybill/steps.js';
import { draftAt } from './waybills.js';

const NOW = Date.parse('2026-11-24T12:00:00+08:00');
const DAY_MS = 86_400_000;
const ID = 'way_4x388n5jhvhpbhkxx768c45cr7';
const CODE = '53D7H4Y4P7GE9DM';
const MAKER: Identity = { open: { credit_code: '91539901MA2000E18N', name: '滇测恒通物流有限公司' } };
const RULES = { mode: 'demo', asOf: '20261124' } as const;

async function waybill(more: Partial<Waybill> = {}): Promise<readonly [Waybill, Details]> {
  const [offer, details] = await offerOf(draftAt(NOW), { exclusive: { code: CODE } }, MAKER);
  const made: Waybill = {
    id: ID,
    maker: 'org_37pgfkzx2d67fv54sxpkc095e0',
    offered_at: formatTime(NOW),
    offer,
    state: 'offered',
    carrier: null,
    loaded: null,
    departed: null,
    arrived: null,
    signed: null,
    settlement: null,
    abort: null,
    swap: null,
    swaps: [],
    dispute: null,
    flagged: false,
    ended_at: null,
    end_reason: null,
    ended_by: null,
    next_change_at: null,
    ...more,
  };
  return [made, details];
}

test('a link opens what the offer committed to, at whichever node, and anything altered does not', async () => {
  const [one, details] = await waybill();
  const link = waybillLink('https://node.invalid', ID, details);
  assert.ok(link.length < 600, `${link.length} characters`);
  const found = readWaybillLink(` ${link}\n`);
  assert.equal(found?.id, ID);
  assert.deepEqual(found?.details, details);
  assert.ok(await opens(details, one, MAKER));
  const cheaper = { ...details, values: { ...details.values, TotalMonetaryAmount: '120.000' } };
  assert.equal(await opens(cheaper, one, MAKER), false);
  assert.equal(await opens({ ...details, seed: '00'.repeat(32) }, one, MAKER), false);
  assert.equal(await opens({ ...details, values: { ...details.values, nonsense: 'x' } }, one, MAKER), false);
  assert.equal(await opens(details, one, { open: { credit_code: '91539901MA2000E18N', name: 'another' } }), false);
});

test('what follows from the chain is not said by a link, true or not', async () => {
  const [one, details] = await waybill();
  const names = Object.keys(clearValues(one.offer, MAKER));
  assert.ok(names.includes('Carrier') && names.includes('UnifiedSocialCreditIdentifier'));
  for (const name of names) {
    const link = waybillLink('https://node.invalid', ID, { ...details, values: { ...details.values, [name]: '另一家' } });
    const found = readWaybillLink(link)?.details;
    assert.ok(found !== null && found !== undefined, name);
    assert.equal(await opens(found, one, MAKER), false, name);
  }
  const Carrier = '滇测恒通物流有限公司';
  assert.equal(await opens({ ...details, values: { ...details.values, Carrier } }, one, MAKER), false);
});

test('a payment goes with the link and is held to the settlement', async () => {
  const [, { seed, values }] = await waybill();
  const payment = { amount: '1180.500', reference: 'TR-1' };
  const details = { seed, values, payment };
  const hashes = settlementOf(seed, payment);
  const at = formatTime(NOW);
  const [one] = await waybill({ settlement: { ...hashes, proposed_at: at, stands_at: at } });
  assert.deepEqual(readWaybillLink(waybillLink('http://127.0.0.1:1', ID, details))?.details, details);
  assert.ok(paymentOpens(details, one));
  assert.deepEqual(heldTo(details, one), details);
  const [unpaid] = await waybill();
  assert.deepEqual(heldTo(details, unpaid), { seed, values });
  assert.deepEqual(heldTo({ ...details, payment: { ...payment, reference: 'TR-2' } }, one), { seed, values });
  assert.equal(paymentOpens({ ...details, payment: { ...payment, amount: '1180.501' } }, one), false);
});

test('what is no link of a waybill is none, and broken details leave the link', () => {
  for (const text of ['', 'DYM1:X', 'https://x.invalid/show#id=' + ID, `javascript:/waybill#id=${ID}`, ID]) {
    assert.equal(readWaybillLink(text), null, text);
  }
  assert.equal(readFragment('#id=way_short'), null);
  assert.equal(readFragment(`#id=${ID}&open=${'A'.repeat(9_000)}`), null);
  for (const open of ['', '!!', 'AAAA', 'A'.repeat(43), `${'A'.repeat(43)}_w`]) {
    assert.deepEqual(readFragment(`#id=${ID}&open=${open}`), { id: ID, details: null, isBroken: true }, open);
  }
});

test('a good draft has nothing wrong, and each mistake is told at its field', async () => {
  const draft = draftAt(NOW);
  assert.deepEqual([...wrongIn(draft, MAKER, RULES, NOW)], []);
  const cases = [
    ['offer_ends', { ...draft, offer_ends: NOW }],
    ['offer_ends', { ...draft, offer_ends: draft.load_by + 1 }],
    ['offer_ends', { ...draft, offer_ends: NOW + 8 * DAY_MS, load_by: NOW + 9 * DAY_MS, deliver_by: NOW + 10 * DAY_MS }],
    ['load_by', { ...draft, load_by: Number.NaN }],
    ['deliver_by', { ...draft, deliver_by: draft.load_by }],
    ['weight_to_kg', { ...draft, weight_to_kg: 899 }],
    ['weight_to_kg', { ...draft, weight_from_kg: 0.5 }],
    ['number', { ...draft, number: 'W 1' }],
    ['ConsignorID', { ...draft, values: { ...draft.values, ConsignorID: '91539902MA2000E261' } }],
    ['TotalMonetaryAmount', { ...draft, values: { ...draft.values, TotalMonetaryAmount: '12,5' } }],
    ['DescriptionOfGoods', { ...draft, values: { ...draft.values, DescriptionOfGoods: '' } }],
  ] as const;
  for (const [field, wrong] of cases) {
    const found = wrongIn(wrong, MAKER, RULES, NOW).get(field);
    assert.ok(found !== undefined && found.zh !== '' && found.en !== '', field);
  }
});

test('the chain sees a coarse band and clear fields follow from the offer alone', async () => {
  for (const [kg, wanted] of [
    [1, [1, 100]],
    [1_000, [900, 1_000]],
    [1_001, [1_000, 1_100]],
    [9_900, [9_500, 10_000]],
    [31_000, [30_000, 31_000]],
  ] as const) {
    assert.deepEqual(band(kg), wanted);
  }
  const [{ offer }] = await waybill();
  const clear = clearValues(offer, MAKER);
  assert.equal(clear['CargoTypeClassificationCode'], '1700');
  assert.equal(clear['LoadingCountrySubdivisionCode'], '530100');
  assert.equal(clearValues({ ...offer, goods: 100 }, null)['CargoTypeClassificationCode'], '0100');
  assert.ok(!JSON.stringify(offer).includes('瓷砖'));
});

test('amounts, times and codes are read as people type them', () => {
  for (const [text, wanted] of [
    ['1200', '1200.000'],
    ['1,200.5', '1200.500'],
    ['007', '7.000'],
    ['0.05', '0.050'],
  ] as const) {
    assert.equal(threePlaces(text), wanted);
  }
  for (const text of ['', '-1', '1.2345', '1e3', '一千']) assert.equal(threePlaces(text), null, text);
  assert.equal(instantOf(localOf(NOW)), NOW);
  assert.ok(Number.isNaN(instantOf('2026-02-30T10:00')) && Number.isNaN(instantOf('')));
  assert.equal(differencePpm(1_000, 1_005), 5_000);
  assert.equal(differencePpm(1_000, 994), 6_000);
  assert.equal(codeIn(' 53d7 h4y4 p7ge 9dm '), CODE);
  assert.equal(codeIn('53D7H4Y4P7GE9DN'), null);
});

test('without a weight that was stated there is no difference to sign', () => {
  for (const [text, wanted] of [
    ['1000.000', 1_000],
    ['999.500', 1_000],
    ['0.300', 1],
    ['0.000', null],
    ['-5', null],
    ['', null],
    ['heavy', null],
  ] as const) {
    assert.equal(statedKg({ values: { GoodsItemGrossWeight: text } }), wanted, text);
  }
  assert.equal(statedKg({ values: {} }), null);
  assert.throws(() => differencePpm(0, 1_000), RangeError);
});

test('each side is offered the steps that the rules let it take, and no others', async () => {
  const at = formatTime(NOW);
  const carrier = { code: CODE, person: 'per_x', vehicle: 'veh_x', trailer: null, accepted_at: at };
  const settlement = { proposed_at: at, amount: '', payment: '', stands_at: at };
  const cases: readonly (readonly [WaybillState, Partial<Waybill>, readonly string[], readonly string[]])[] = [
    ['offered', { carrier: null }, ['accept', 'decline'], ['withdraw']],
    ['accepted', {}, ['load', 'cancel', 'dispute'], ['cancel', 'dispute']],
    ['loaded', {}, ['depart', 'abort', 'dispute'], ['abort', 'dispute']],
    ['in_transit', {}, ['arrive', 'abort', 'dispute'], ['abort', 'dispute']],
    ['in_transit', { abort: { by: 'maker', reason: 'x', until: at } }, ['arrive', 'abort_agree', 'dispute'], ['dispute']],
    ['arrived', {}, ['abort', 'dispute'], ['sign', 'abort', 'dispute']],
    ['signed', {}, ['dispute'], ['settle', 'dispute']],
    ['signed', { settlement }, ['settle_agree', 'dispute'], ['dispute']],
    ['settled', { settlement }, ['dispute'], ['dispute']],
    ['cancelled', {}, [], []],
    ['lapsed', { carrier: null }, [], []],
  ];
  for (const [state, more, driver, maker] of cases) {
    const [one] = await waybill({ carrier, state, ...more });
    assert.deepEqual(stepsOf(one, 'driver', NOW), driver, `driver, ${state}`);
    assert.deepEqual(stepsOf(one, 'maker', NOW), maker, `maker, ${state}`);
    assert.deepEqual(stepsOf(one, null, NOW), []);
  }
});

test('an offer that ended is accepted no more, and a public one is for every driver', async () => {
  const [one] = await waybill();
  assert.deepEqual(stepsOf(one, 'driver', Date.parse(one.offer.offer_ends)), []);
  assert.equal(partOf({ kind: 'code', id: '53GXCQMBE35F784' }, one), null);
  const kind = { public: { prefectures: [], vehicle_type: null } };
  const open = { ...one, offer: { ...one.offer, kind } };
  assert.equal(partOf({ kind: 'code', id: '53GXCQMBE35F784' }, open), 'driver');
  assert.deepEqual(stepsOf(open, 'driver', NOW), ['accept']);
  assert.equal(partOf({ kind: 'organisation', id: one.maker }, one), 'maker');
});

test('a step did not happen before the last one', async () => {
  const loaded = { at: formatTime(NOW + 60_000), recorded_at: formatTime(NOW), evidence: '' };
  const [one] = await waybill({ state: 'loaded', loaded });
  const action = actionOf('depart', one, { evidence: '11'.repeat(32) }, NOW);
  assert.deepEqual(action, { waybill_depart: { waybill: ID, at: loaded.at, evidence: '11'.repeat(32) } });
  assert.throws(() => actionOf('depart', one, {}, NOW), TypeError);
});
