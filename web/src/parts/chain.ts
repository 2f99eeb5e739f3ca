// SPDX-License-Identifier: Apache-2.0
/** The chain that this node is of: its genesis, which is believed because its hash is the chain id. */
import { ApiError, chainId, type Genesis, type Hash, parseJson, readGenesis } from '@dianyun/sdk';

import { isPassing, publicNode } from './node.js';
import { read, write } from './store.js';

/** A genesis that is of another chain than was asked for. */
class ForeignGenesis extends Error {}

/** How often a node that is busy or not reached is asked, and how long in between, ms. */
const ATTEMPTS = 3;
const AGAIN_MS = 1_000;

async function answered(): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await publicNode().get('/v1/genesis');
    } catch (error) {
      if (!isPassing(error) || attempt >= ATTEMPTS) throw error;
      const ms = error instanceof ApiError ? (error.retryAfterMs ?? AGAIN_MS) : AGAIN_MS;
      await new Promise((done) => setTimeout(done, ms));
    }
  }
}

async function asked(chain: Hash): Promise<Genesis> {
  const json = await answered();
  const genesis = readGenesis(json);
  if (chainId(genesis) !== chain) throw new ForeignGenesis('the genesis is of another chain');
  await write('settings', `genesis ${chain}`, JSON.stringify(json));
  return genesis;
}

/** The genesis of a chain: kept from before, else asked for. */
export async function genesisOf(chain: Hash): Promise<Genesis> {
  const kept = await read<string>('settings', `genesis ${chain}`);
  return kept === undefined ? asked(chain) : readGenesis(parseJson(kept));
}
