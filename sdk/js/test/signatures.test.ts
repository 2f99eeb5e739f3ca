// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromHex, HostError, LocalSigner, toHex, verify, WebCryptoSigner } from '../src/index.js';
import { Chance, refuses, vectors } from './support.js';

interface Vector {
  readonly holds: boolean;
  readonly key: string;
  readonly message: string;
  readonly name: string;
  readonly signature: string;
}

const VECTORS = vectors<readonly Vector[]>('signatures');

test('signatures hold or not by ZIP-215', () => {
  assert.ok(VECTORS.filter(({ name }) => name === 'small order').length === 196);
  for (const { holds, key, message, name, signature } of VECTORS) {
    assert.equal(verify(key, fromHex(message), signature), holds, `${name}: ${key} ${signature}`);
  }
});

test('a signature with any bit changed does not hold', () => {
  const { key, message, signature } = VECTORS.find(({ name, holds }) => name === 'true' && holds) ?? assert.fail();
  const bytes = fromHex(signature.slice('ed25519:'.length));
  for (let bit = 0; bit < 512; bit += 1) {
    const changed = Uint8Array.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.ok(!verify(key, fromHex(message), `ed25519:${toHex(changed)}`), `bit ${bit}`);
  }
});

test('what is no key or signature is an error and no answer', () => {
  const { key, signature } = VECTORS[0] ?? assert.fail();
  assert.ok(refuses(() => verify('ed25519:00', new Uint8Array(), signature)));
  assert.ok(refuses(() => verify(key, new Uint8Array(), 'ed25519:00')));
});

test('a seed gives the key and signature of RFC 8032', async () => {
  const signer = new LocalSigner(fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'));
  const { key, message, signature } = VECTORS[0] ?? assert.fail();
  assert.equal(signer.key, key);
  assert.equal(await signer.sign(fromHex(message)), signature);
  assert.equal(new LocalSigner(signer.exportSeed()).key, key);
  assert.ok(refuses(() => new LocalSigner(new Uint8Array(31))));
});

test('keys come from the random source that is given', async () => {
  const chance = new Chance(1);
  const signer = await LocalSigner.generate(async (length) => chance.bytes(length));
  assert.equal(toHex(signer.exportSeed()), toHex(new Chance(1).bytes(32)));
  await assert.rejects(LocalSigner.generate(() => new Uint8Array(16)), HostError);
});

test('a key that cannot be read signs what verifies', async () => {
  const signer = await WebCryptoSigner.generate();
  const message = fromHex('00ff');
  assert.ok(verify(signer.key, message, await signer.sign(message)));
  await assert.rejects(globalThis.crypto.subtle.exportKey('pkcs8', signer.keyPair.privateKey));
  assert.equal((await WebCryptoSigner.of(signer.keyPair)).key, signer.key);
});

test('a seed that WebCrypto takes over signs as it did, and cannot be read again', async () => {
  const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
  const [taken, local] = [await WebCryptoSigner.importSeed(seed), new LocalSigner(seed)];
  const message = fromHex('00ff');
  assert.equal(taken.key, local.key);
  assert.equal(await taken.sign(message), await local.sign(message));
  assert.equal(taken.keyPair.privateKey.extractable, false);
  assert.equal((await WebCryptoSigner.of(taken.keyPair)).key, local.key);
  await assert.rejects(WebCryptoSigner.importSeed(new Uint8Array(31)));
});
