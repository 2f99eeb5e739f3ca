// SPDX-License-Identifier: Apache-2.0
/** What the tests of waybills share: a draft, and waybills that the salesman's key offers without a page. */
import assert from 'node:assert/strict';

import {
  fromHex,
  type Identity,
  later,
  LocalSigner,
  madeId,
  parseTime,
  readRecord,
  signTransaction,
  type WaybillKind,
} from '../../sdk/js/src/index.js';
import { waybillLink } from '../src/waybill/link.js';
import { type Draft, newNumber, offerOf, stamp } from '../src/waybill/offer.js';
import { CARD, handed, NODE, node } from './support.js';

const HOUR_MS = 3_600_000;

/** A draft that is good at an instant, ms. */
export function draftAt(now: number, number = 'W1'): Draft {
  return {
    number,
    from: 5301,
    to: 5303,
    goods: 1_700,
    hazardous: false,
    part_load: false,
    offer_ends: now + 4 * HOUR_MS,
    load_by: now + 8 * HOUR_MS,
    deliver_by: now + 32 * HOUR_MS,
    weight_from_kg: 900,
    weight_to_kg: 1_000,
    values: {
      ConsignmentDateTime: stamp(now),
      DescriptionOfGoods: '测试货物：瓷砖',
      GoodsItemGrossWeight: '1000.000',
      TotalMonetaryAmount: '1200.000',
      Consignor: '滇测远达运输有限公司',
      ConsignorID: '91539902MA2000E260',
      PlaceOfLoading: '昆明市虚构路 1 号',
      Consignee: '滇测顺捷物流有限公司',
      ConsigneeID: '91539913MA2000E34Q',
      GoodsReceiptPlace: '曲靖市虚构路 2 号',
      PermitNumber: '539901000001',
      BusinessTypeCode: '1002996',
      Remark: '',
    },
  };
}

/** Who the salesman's organisation is. */
export async function makerIdentity(): Promise<Identity> {
  const { record } = await node.get('/v1/organisations/{id}', { path: { id: handed(CARD.pages.sales).id } });
  const found = readRecord({ organisation: record });
  return found.kind === 'organisation' ? found.value.identity : assert.fail(found.kind);
}

/** Offers a waybill to the driver of a card's link; the link that opens it. */
export async function offered(to: 'blue' | 'yellow'): Promise<string> {
  const { time, chain } = await node.get('/v1/status');
  const signer = new LocalSigner(fromHex(handed(CARD.pages.sales).seed));
  const kind: WaybillKind = { exclusive: { code: handed(CARD.pages[to]).id } };
  const now = parseTime(time);
  const [offer, details] = await offerOf(draftAt(now, await newNumber(now)), kind, await makerIdentity());
  const validUntil = later(time, 120_000);
  const { id } = await node.execute(await signTransaction(signer, chain, { waybill_offer: { offer } }, { validUntil }));
  return waybillLink(NODE, madeId('way', id), details);
}
