// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LocalSigner, signToken, tokenAudience, TOKEN_LIFE_S, verify } from '../src/index.js';
import { refuses } from './support.js';

const SIGNER = new LocalSigner(new Uint8Array(32).fill(5));
const AUDIENCE = tokenAudience('00'.repeat(32), 'validator-1');

/** Read by Node's own base64, which is another one. */
const read = (part: string): Buffer => Buffer.from(part, 'base64url');

test('a token names its key, its audience and its time, and its key has signed it', async () => {
  const token = await signToken(SIGNER, AUDIENCE, 1_800_000_000_999, 60);
  const [header = '', claims = '', signature = ''] = token.split('.');
  assert.deepEqual(JSON.parse(read(header).toString()), { typ: 'JWT', alg: 'EdDSA', kid: SIGNER.key.slice(8) });
  assert.deepEqual(JSON.parse(read(claims).toString()), { aud: AUDIENCE, iat: 1_800_000_000, exp: 1_800_000_060 });
  const signed = `ed25519:${read(signature).toString('hex')}`;
  assert.ok(verify(SIGNER.key, Buffer.from(`${header}.${claims}`), signed));
  assert.ok(!token.includes('=') && !token.includes('+') && !token.includes('/'));
});

test('an audience names chain and node', () => {
  assert.equal(AUDIENCE, `dianyun:${'00'.repeat(32)}:validator-1`);
});

test('a token is good for a second to ten minutes', async () => {
  for (const lifeS of [1, TOKEN_LIFE_S]) assert.ok(await signToken(SIGNER, AUDIENCE, 0, lifeS));
  for (const lifeS of [0, TOKEN_LIFE_S + 1, 0.5, Number.NaN]) {
    await assert.rejects(signToken(SIGNER, AUDIENCE, 0, lifeS), (error) => refuses(() => { throw error; }));
  }
});
