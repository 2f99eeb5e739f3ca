// SPDX-License-Identifier: Apache-2.0
/** Lists of waybills as a node answers them, page after page, up to a named limit. */
import { type ChoicesOf, type Client, readRecord, type Waybill, type WaybillState } from '@dianyun/sdk';

type Asked = NonNullable<ChoicesOf<'/v1/waybills'>['query']>;

/** More are not shown at once. */
const MOST = 400;
const PAGE = 200;

/** States of what needs somebody. */
export const OPEN: readonly WaybillState[] = ['offered', 'accepted', 'loaded', 'in_transit', 'arrived', 'signed'];
/** States of what is over. */
export const OVER: readonly WaybillState[] = ['settled', 'declined', 'withdrawn', 'lapsed', 'cancelled', 'aborted'];

/** Waybills that fit, in the order of the chain; at most the limit. */
export async function waybills(client: Client, asked: Asked): Promise<readonly Waybill[]> {
  const found: Waybill[] = [];
  for await (const { value } of client.list('/v1/waybills', { query: { limit: PAGE, ...asked } })) {
    const record = readRecord(value);
    if (record.kind === 'waybill') found.push(record.value);
    if (found.length >= MOST) break;
  }
  return found;
}

/** The newest first. */
export function newestFirst(all: readonly Waybill[]): readonly Waybill[] {
  return [...all].sort((a, b) => (a.offered_at < b.offered_at ? 1 : a.offered_at > b.offered_at ? -1 : 0));
}
