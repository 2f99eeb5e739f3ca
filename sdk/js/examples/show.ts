// SPDX-License-Identifier: Apache-2.0
/**
 * Show and scan: an officer shows the badge of an authority, somebody scans it without a network, and asks a node
 * afterwards what has changed. A driver shows a code in the same way, by `/v1/codes/{id}/witness`.
 *
 * DIANYUN_NODE     a validator, such as http://127.0.0.1:8080
 * DIANYUN_KEYS     the folder of the testnet's keys
 * DIANYUN_HEADERS  another node, which the scanner has its list from; the same one unless given
 */
import { Client, qrSvg, readWitnessed, show, verifyShown, witnessesOf } from '../src/index.js';
import { environment, expect, nodeOf, offices, run } from './support.js';

await run(async () => {
  const node = nodeOf();
  const office = (await offices(node)).find(({ organisation }) => organisation.kind === 'authority');
  expect(office !== undefined, 'no authority has its key here');
  const { organisation, signer } = office;

  // The screen: a validator's word now and then, the holder's signature every minute.
  const { chain } = await node.get('/v1/status');
  const wish = { path: { id: organisation.id }, query: { key: signer.key } };
  const witnessed = readWitnessed(await node.get('/v1/organisations/{id}/witness', wish));
  const text = await show(signer, chain, witnessed);
  const picture = qrSvg(text);

  // The scanner: a list that it keeps, and no network.
  const other = new Client(process.env['DIANYUN_HEADERS'] ?? environment('DIANYUN_NODE'));
  const list = witnessesOf(chain, await other.get('/v1/validators'));
  const verdict = verifyShown(text, list);
  expect(verdict.verdict === 'verified', `unknown: ${JSON.stringify(verdict)}`);

  // Once there is a network again.
  const { changed, now } = await other.verifyShown(text);
  expect(changed.length === 0, `changed meanwhile: ${changed.join(', ')}`);
  const { shows, valid_until } = verdict.shown.witnessed.facts;
  return { verdict: verdict.verdict, shows, valid_until, now, symbols: text.length, svg: picture.length };
});
