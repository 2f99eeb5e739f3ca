// SPDX-License-Identifier: Apache-2.0
/**
 * Apply for a code.
 *
 * DIANYUN_NODE  a node of a testnet, such as http://127.0.0.1:8080
 * DIANYUN_KEYS  the folder `keys` of the testnet, with its demo keys
 */
import { newcomer } from './newcomer.js';
import { expect, nodeOf, run } from './support.js';

await run(async () => {
  const node = nodeOf();
  const { application, code, vehicle, holder } = await newcomer(node);
  const seen = await node.get('/v1/codes/{id}', { path: { id: code } });
  expect(seen.standing === 'issued', `the code is ${seen.standing}`);
  expect(seen.colour === 'blue', `the code is ${String(seen.colour)}`);
  return { application, code, vehicle, holder: holder.key, colour: seen.colour, valid_until: seen.valid_until };
});
