// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  answersFor,
  chainId,
  DianyunError,
  fromHex,
  headerHash,
  historyHolds,
  type Header,
  parseJson,
  ProofError,
  type ProofFault,
  type Proven,
  readGenesis,
  readHeader,
  readProof,
  tryVerify,
  verifyProof,
} from '../src/index.js';
import { Chance, doc, refuses, replaced, vectors } from './support.js';

interface True {
  readonly name: string;
  readonly proof: Json;
  readonly shows: unknown;
  readonly heights: readonly number[];
  readonly header?: unknown;
}

interface Json {
  readonly [member: string]: unknown;
}

interface Proofs {
  readonly genesis: unknown;
  readonly headers: readonly unknown[];
  readonly header_hashes: readonly string[];
  readonly trusted: unknown;
  readonly true: readonly True[];
  readonly forged: readonly {
    readonly name: string;
    readonly proof: unknown;
    readonly header: unknown;
    readonly depth: number;
    readonly reason: string;
  }[];
  readonly unreadable: readonly { readonly file: unknown; readonly why: string }[];
}

const PROOFS = vectors<Proofs>('proofs');
const GENESIS = readGenesis(PROOFS.genesis);
const TRUSTED = readHeader(PROOFS.trusted);

const headerOf = (one: True): Header => readHeader(one.header ?? PROOFS.trusted);

/** What was proven in the form of the vectors. */
function shown(proven: Proven): unknown {
  switch (proven.what) {
    case 'transaction':
      return { height: proven.height, receipt: proven.receipt, transaction: proven.transaction };
    case 'record':
      return { until: proven.until, value: { [proven.kind]: proven.value }, version: proven.version };
    case 'absent':
      return { before: proven.before, id: proven.id, kind: proven.kind };
  }
}

test('the trusted header is of the chain of genesis', () => {
  assert.equal(chainId(GENESIS), TRUSTED.chain);
  PROOFS.headers.forEach((header, height) => {
    assert.equal(headerHash(readHeader(header)), PROOFS.header_hashes[height]);
    assert.equal(readHeader(header).height, height);
  });
});

test('true proofs hold and show what they show', () => {
  for (const one of PROOFS.true) {
    const proven = verifyProof(readProof(one.proof), headerOf(one), GENESIS.depth);
    assert.deepEqual(shown(proven), one.shows, one.name);
    assert.equal(proven.anchor.hash, headerHash(headerOf(one)));
    if (proven.what === 'transaction') assert.equal(proven.id, proven.receipt.transaction);
  }
});

test('true proofs answer for their heights and no others', () => {
  for (const one of PROOFS.true) {
    const header = headerOf(one);
    const proven = verifyProof(readProof(one.proof), header, GENESIS.depth);
    const heights = Array.from({ length: header.height + 4 }, (_, height) => height);
    assert.deepEqual(heights.filter((height) => answersFor(proven, height)), one.heights, one.name);
    for (const height of [-1, 0.5, Number.NaN]) assert.ok(!answersFor(proven, height));
  }
});

/** The vectors' reasons, and what this package calls them. */
const REASONS: readonly (readonly [RegExp, ProofFault])[] = [
  [/^layout/, 'layout'],
  [/for another chain than the header/, 'chain'],
  [/against another header/, 'anchor'],
  [/^the value/, 'value'],
  [/bucket does not hold/, 'not_present'],
  [/claimed absent/, 'not_absent'],
  [/successor does not follow/, 'successor'],
  [/change does not fit/, 'change'],
  [/lead to tx_root/, 'tx_root'],
  [/lead to receipt_root/, 'receipt_root'],
  [/lead to change_root/, 'change_root'],
  [/lead to state_root/, 'state_root'],
  [/not in the history/, 'history'],
  [/not a multiple/, 'bucket_length'],
  [/not strictly ascending/, 'bucket_order'],
  [/holds a key of another/, 'bucket_key'],
  [/has a depth of/, 'depth'],
  [/receipt is of another/, 'receipt'],
  [/^the transaction's bytes are wrong/, 'transaction'],
];

test('forged proofs are refused, each for its reason', () => {
  assert.ok(PROOFS.forged.length > 50);
  for (const { name, proof, header, depth, reason } of PROOFS.forged) {
    const wanted = REASONS.find(([pattern]) => pattern.test(reason))?.[1] ?? assert.fail(reason);
    assert.throws(
      () => verifyProof(readProof(proof), readHeader(header), depth),
      (error) => error instanceof ProofError && error.code === wanted,
      `${name}: ${reason}`,
    );
  }
});

test('unreadable files are refused', () => {
  assert.ok(PROOFS.unreadable.length > 15);
  for (const { file, why } of PROOFS.unreadable) {
    assert.ok(refuses(() => readProof(file)), why);
    assert.ok(refuses(() => readProof(JSON.stringify(file))), why);
  }
});

test('a file may say each thing once', () => {
  const [one] = PROOFS.true;
  assert.ok(one !== undefined);
  const text = JSON.stringify(one.proof);
  assert.deepEqual(readProof(text), readProof(one.proof));
  assert.ok(refuses(() => readProof(text.replace('"version":2', '"version":2,"version":2'))));
  assert.ok(refuses(() => readProof(text.replace('"version":2', '"version":2.0'))));
  assert.ok(refuses(() => parseJson(`${text} 1`)));
});

/** Every text of digits in a file, with a way to have the file with another in its place. */
function* digits(value: unknown, put: (inner: unknown) => unknown): Generator<[string, (text: string) => unknown]> {
  if (typeof value === 'string') yield [value, put];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const putInner = (other: unknown): unknown => put(replaced(value, name, other));
    yield* digits(inner, putInner);
  }
}

test('a proof with any byte changed is refused, or is about another absent key', () => {
  const chance = new Chance(13);
  let tried = 0;
  for (const one of PROOFS.true) {
    const header = headerOf(one);
    for (const [text, put] of digits(one.proof, (inner) => inner)) {
      for (let place = 0; 2 * place < text.length; place += 1) {
        const changed = Number.parseInt(text.slice(2 * place, 2 * place + 2), 16) ^ (1 << chance.below(8));
        const byte = changed.toString(16).padStart(2, '0');
        const file = put(text.slice(0, 2 * place) + byte + text.slice(2 * place + 2));
        // Of two keys in one bucket that are both absent one proof says as much as the other: it shows another thing.
        const verifying = (): unknown => shown(verifyProof(readProof(file), header, GENESIS.depth));
        const other = !refuses(verifying) && JSON.stringify(verifying()) !== JSON.stringify(one.shows);
        assert.ok(refuses(verifying) || (other && text.length === 34), `${one.name}: ${text} at ${place}`);
        tried += 1;
      }
    }
  }
  assert.ok(tried > 10_000, `${tried} bytes changed`);
});

test('a proof under a header with any member changed is refused', () => {
  for (const one of PROOFS.true) {
    const header = headerOf(one);
    for (const [name, value] of Object.entries(header)) {
      const text = String(value).replace(/\d/, (digit) => (digit === '1' ? '2' : '1'));
      const changed = { ...header, [name]: typeof value === 'number' ? value + 1 : text };
      assert.ok(refuses(() => verifyProof(readProof(one.proof), readHeader(changed), GENESIS.depth)), name);
    }
  }
});

test('a proof of one block is none under another', () => {
  const headers = PROOFS.headers.map(readHeader);
  const shown = PROOFS.true.filter(({ header }) => header === undefined);
  for (const { proof } of shown) {
    for (const header of headers.filter(({ height }) => height !== TRUSTED.height)) {
      const { fault } = tryVerify(readProof(proof), header, GENESIS.depth) as { fault?: DianyunError };
      assert.equal(fault?.code, 'anchor');
    }
  }
});

test('the history of a header holds earlier ones alone', () => {
  const found = PROOFS.true.flatMap(({ proof }) => {
    const { shows } = readProof(proof);
    return shows.what === 'transaction' && shows.block !== null ? [shows.block] : [];
  });
  const [block] = found;
  assert.ok(block !== undefined);
  assert.ok(historyHolds(block.header, block.path, TRUSTED));
  assert.ok(!historyHolds({ ...block.header, height: block.header.height + 1 }, block.path, TRUSTED));
  assert.ok(!historyHolds(TRUSTED, block.path, TRUSTED));
});

test('the example of the interface holds under the header of its example', () => {
  const { paths } = JSON.parse(doc('docs/openapi.json')) as { paths: Record<string, unknown> };
  const example = (path: string): Json => {
    const { get } = paths[path] as { get: { responses: { 200: { content: { 'application/json': Json } } } } };
    const { examples } = get.responses[200].content['application/json'] as { examples: { ok: { value: Json } } };
    return examples.ok.value;
  };
  const header = readHeader(example('/v1/headers/{height}')['header']);
  const file = readProof(example('/v1/codes/{id}')['proof']);
  assert.equal(file.shows.what, 'present');
  const depth = file.shows.what === 'present' ? file.shows.bucket.path.length : 0;
  const proven = verifyProof(file, header, depth);
  assert.equal(proven.what === 'record' && proven.kind, 'code');
  assert.ok(fromHex(header.chain).length === 32);
});
