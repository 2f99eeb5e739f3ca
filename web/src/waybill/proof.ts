// SPDX-License-Identifier: Apache-2.0
/** Whether a waybill is what a block's state root says it is: worked out here, under a header that this node names. */
import { ProofError, verifyProof, type Waybill } from '@dianyun/sdk';

import { genesisOf } from '../parts/chain.js';
import type { Actor } from './actor.js';

/** A waybill as it was proven. */
export interface ProvenWaybill {
  readonly waybill: Waybill;
  readonly height: number;
  readonly hash: string;
}

/** Asks for the proof and verifies it; throws what does not hold. */
export async function proven({ client, place }: Actor, id: string): Promise<ProvenWaybill> {
  const file = await client.recordProof('waybill', id);
  const [header, genesis] = [await client.header(file.anchor.height), await genesisOf(place.chain)];
  if (header.chain !== place.chain) throw new ProofError('chain', 'the header is of another chain');
  const found = verifyProof(file, header, genesis.depth);
  if (found.what !== 'record' || found.kind !== 'waybill' || found.value.id !== id) {
    throw new ProofError('value', 'the proof is about something else');
  }
  return { waybill: found.value, height: found.anchor.height, hash: found.anchor.hash };
}
