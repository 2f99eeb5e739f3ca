// SPDX-License-Identifier: Apache-2.0
/**
 * Run a waybill from its offer to its settlement, follow its events, and verify the end of it.
 *
 * DIANYUN_NODE     a node of a testnet, such as http://127.0.0.1:8080
 * DIANYUN_KEYS     the folder `keys` of the testnet, with its demo keys
 * DIANYUN_GENESIS  the genesis file of the chain
 */
import { readFileSync } from 'node:fs';

import {
  type Action,
  type Client,
  fieldDigest,
  fieldsRoot,
  formatTime,
  hostRandom,
  madeId,
  type Offer,
  type Ordered,
  parseJson,
  parseTime,
  readGenesis,
  type RecordId,
  saltFields,
  type Signer,
  signTransaction,
  toHex,
  verifyProof,
} from '../src/index.js';
import { type Newcomer, newcomer } from './newcomer.js';
import { environment, expect, nodeOf, run } from './support.js';

const HOUR_MS = 3_600_000;
const FIELDS = {
  DescriptionOfGoods: '测试货物',
  TotalMonetaryAmount: '1200.000',
  GoodsItemGrossWeight: '1000.000',
};

async function offerTo(code: string): Promise<Offer> {
  const fields = await saltFields('waybill', FIELDS);
  const price = fields.find(({ name }) => name === 'TotalMonetaryAmount');
  expect(price !== undefined, 'waybills have a price');
  const inHours = (hours: number): string => formatTime(Date.now() + hours * HOUR_MS);
  return {
    number: `SDK${toHex(await hostRandom(8))}`,
    segment: '0000',
    kind: { exclusive: { code } },
    offer_ends: inHours(1),
    load_by: inHours(2),
    deliver_by: inHours(12),
    goods: 1_700,
    hazardous: false,
    weight_from_kg: 900,
    weight_to_kg: 1_100,
    part_load: false,
    from: 5301,
    to: 5303,
    consignee: null,
    fields_root: fieldsRoot('waybill', fields),
    price: fieldDigest(price),
  };
}

/** Sends the steps of one waybill, one after the other. */
class Trip {
  /** Time of the last step's block: the next one did not happen before. */
  private last = 0;

  constructor(
    private readonly node: Client,
    private readonly chain: string,
  ) {}

  async send(signer: Signer, action: Action): Promise<Ordered> {
    const ordered = await this.node.execute(await signTransaction(signer, this.chain, action));
    this.last = parseTime(ordered.time);
    return ordered;
  }

  /** When a step happened, and a digest of what shows it. */
  async step(waybill: RecordId): Promise<{ waybill: RecordId; at: string; evidence: string }> {
    const at = formatTime(Math.max(Date.now(), this.last));
    return { waybill, at, evidence: toHex(await hostRandom(32)) };
  }
}

async function deliver(node: Client, { chain, code, holder, platform }: Newcomer): Promise<[RecordId, Ordered]> {
  const trip = new Trip(node, chain);
  const maker = platform.signer;
  const offered = await trip.send(maker, { waybill_offer: { offer: await offerTo(code) } });
  const waybill = madeId('way', offered.id);
  await trip.send(holder, { waybill_accept: { waybill } });
  await trip.send(holder, { waybill_load: await trip.step(waybill) });
  await trip.send(holder, { waybill_depart: await trip.step(waybill) });
  await trip.send(holder, { waybill_arrive: await trip.step(waybill) });
  const weighed = { weight_kg: 1_000, distance_km: 160, difference_ppm: 0, reason: null };
  await trip.send(maker, { waybill_sign: { waybill, ...weighed } });
  const [amount, payment] = [toHex(await hostRandom(32)), toHex(await hostRandom(32))];
  await trip.send(maker, { waybill_settle: { waybill, amount, payment } });
  await trip.send(holder, { waybill_settle_agree: { waybill } });
  return [waybill, offered];
}

/** The words of a waybill's events, from its offer on. */
async function eventsOf(node: Client, waybill: RecordId, offered: Ordered): Promise<string[]> {
  const { outcome } = offered.receipt;
  expect('executed' in outcome, 'the offer was refused');
  const words: string[] = [];
  for await (const { event, data } of node.events({ after: outcome.executed.first_change - 1, reconnects: 3 })) {
    if (data.id !== waybill) continue;
    words.push(event);
    if (event === 'waybill_settled') break;
  }
  return words;
}

await run(async () => {
  const genesis = readGenesis(parseJson(readFileSync(environment('DIANYUN_GENESIS'), 'utf8')));
  const node = nodeOf();
  const driver = await newcomer(node);
  const [waybill, offered] = await deliver(node, driver);
  const events = await eventsOf(node, waybill, offered);
  const file = await node.recordProof('waybill', waybill);
  const proven = verifyProof(file, await node.header(file.anchor.height), genesis.depth);
  expect(proven.what === 'record' && proven.kind === 'waybill', 'the proof is about something else');
  const { id, state } = proven.value;
  expect(id === waybill && state === 'settled', `${id} is ${state}`);
  return { waybill, code: driver.code, state, events, proven_at: proven.anchor.height };
});
