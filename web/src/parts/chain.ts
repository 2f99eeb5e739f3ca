// SPDX-License-Identifier: Apache-2.0
/** The chain that this node is of: its genesis, which is believed because its hash is the chain id. */
import { chainId, type Genesis, type Hash, parseJson, readGenesis } from '@dianyun/sdk';

import { read, write } from './store.js';

/** A genesis that is of another chain than was asked for. */
class ForeignGenesis extends Error {}

async function asked(chain: Hash): Promise<Genesis> {
  const answer = await fetch('/v1/genesis', { headers: { Accept: 'application/json' } });
  const text = await answer.text();
  const genesis = readGenesis(parseJson(text));
  if (chainId(genesis) !== chain) throw new ForeignGenesis('the genesis is of another chain');
  await write('settings', `genesis ${chain}`, text);
  return genesis;
}

/** The genesis of a chain: kept from before, else asked for. */
export async function genesisOf(chain: Hash): Promise<Genesis> {
  const kept = await read<string>('settings', `genesis ${chain}`);
  return kept === undefined ? asked(chain) : readGenesis(parseJson(kept));
}
