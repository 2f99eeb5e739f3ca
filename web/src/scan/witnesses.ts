// SPDX-License-Identifier: Apache-2.0
/** Whom a scanner believes without a network: the validators of this node's chain, as it named them last. */
import { type Client, type WitnessList, witnessesOf } from '@dianyun/sdk';

import { now } from '../parts/clock.js';
import { placeOf } from '../parts/node.js';
import { read, write } from '../parts/store.js';

const KEPT = 'witnesses';

/** A list of witnesses, and when the node named them. */
export interface Known {
  readonly list: WitnessList;
  /** By the node's clock, ms. */
  readonly learnt: number;
}

/** The list that is kept; null: there is none yet. */
export async function known(): Promise<Known | null> {
  return (await read<Known>('settings', KEPT)) ?? null;
}

/** Asks the node for the list, and keeps it. */
export async function learnWitnesses(node: Client): Promise<Known> {
  const { chain } = await placeOf(node);
  const list = witnessesOf(chain, await node.get('/v1/validators'));
  const found: Known = { list, learnt: now() };
  await write('settings', KEPT, found);
  return found;
}
