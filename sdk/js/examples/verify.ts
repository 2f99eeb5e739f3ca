// SPDX-License-Identifier: Apache-2.0
/**
 * Show what a code stands as, and verify it without trusting the node that says so.
 *
 * DIANYUN_NODE     a node, such as http://127.0.0.1:8080
 * DIANYUN_GENESIS  the genesis file of the chain; its hash is the chain id
 * DIANYUN_CODE     the id of a code
 * DIANYUN_HEADERS  another node, which the header is asked of; the same one unless given
 */
import { readFileSync } from 'node:fs';

import {
  ApiError,
  chainId,
  Client,
  display,
  formatId,
  fromHex,
  type Header,
  operatorKey,
  parseJson,
  type Proven,
  readCodeId,
  readGenesis,
  readProof,
  toHex,
  parseCodeId,
  verifyProof,
} from '../src/index.js';
import { environment, expect, nodeOf, run } from './support.js';

/** How often to ask again, and after how long, while a new block comes between two questions. */
const ATTEMPTS = 20;
const PAUSE_MS = 250;

/** The header of a height; null: the node that is asked does not have it yet. */
async function headerAt(headers: Client, height: number): Promise<Header | null> {
  try {
    return await headers.header(height);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'height_not_reached') return null;
    throw error;
  }
}

/** The proof of a code's operator under the same header, null where it has none, undefined where a block came. */
async function operatorOf(
  node: Client,
  code: Proven,
  trusted: Header,
  depth: number,
): Promise<Proven | null | undefined> {
  const key = code.what === 'record' && code.kind === 'code' ? operatorKey(code.value) : null;
  if (key === null) return null;
  const id = formatId(key.kind === 'person' ? 'per' : 'org', fromHex(key.id));
  const file = await node.recordProof(key.kind, id);
  return file.anchor.height === trusted.height ? verifyProof(file, trusted, depth) : undefined;
}

await run(async () => {
  const genesis = readGenesis(parseJson(readFileSync(environment('DIANYUN_GENESIS'), 'utf8')));
  const id = readCodeId(environment('DIANYUN_CODE'));
  const node = nodeOf();
  const headers = new Client(process.env['DIANYUN_HEADERS'] ?? environment('DIANYUN_NODE'));
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await new Promise((done) => setTimeout(done, PAUSE_MS));
    const said = await node.get('/v1/codes/{id}', { path: { id }, query: { proof: true } });
    const file = readProof(said.proof);
    const trusted = await headerAt(headers, file.anchor.height);
    if (trusted === null) continue;
    // From here on nothing is asked of the node but more proofs.
    expect(trusted.chain === chainId(genesis), 'the header is of another chain than genesis');
    const code = verifyProof(file, trusted, genesis.depth);
    const isAbout = code.what === 'record' && code.kind === 'code' && code.version.id === toHex(parseCodeId(id));
    expect(isAbout, 'the proof is about something else, or there is no such code');
    const operator = await operatorOf(node, code, trusted, genesis.depth);
    if (operator === undefined) continue;
    const shown = display(code, operator, trusted, trusted.time_ms);
    expect(shown !== null, 'the code changes just now: ask again');
    const same = shown.standing === said.standing && shown.displayed === (said.displayed ?? null);
    expect(same, `proven is ${shown.standing} ${String(shown.displayed)}, the node says otherwise`);
    return { id, holds: true, height: trusted.height, as_of: trusted.time_ms, ...shown };
  }
  throw new Error('blocks came too fast for two proofs under one header');
});
