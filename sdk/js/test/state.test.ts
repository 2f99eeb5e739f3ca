// SPDX-License-Identifier: Apache-2.0
/** Proofs under blocks that are made here, for what no vector shows: every kind of record, sizes, other bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  BUCKET_BYTES,
  bucketIndex,
  bucketLeaf,
  encode,
  type Header,
  headerHash,
  leafHash,
  lookUp,
  ownId,
  ProofError,
  type ProofFault,
  readHeader,
  readProof,
  Receipt,
  type RecordKind,
  type RecordValue,
  rootOf,
  signTransaction,
  LocalSigner,
  stateKey,
  TAGS,
  toHex,
  transactionBytes,
  transactionId,
  valueDigest,
  valueOf,
  VALUES,
  verifyProof,
  Version,
  versionHash,
} from '../src/index.js';
import { Chance, codecOf, vectors } from './support.js';
import { concat } from './under.js';
import { make } from './values.js';

const { trusted } = vectors<{ trusted: unknown }>('proofs');
const HEADER = readHeader(trusted);
const ZEROS = '0'.repeat(64);

const faultOf = (code: ProofFault) => (error: unknown) => error instanceof ProofError && error.code === code;

/** A proof under a header, both made to measure. */
function verifyUnder(header: Header, shows: object): ReturnType<typeof verifyProof> {
  const anchor = { height: header.height, hash: headerHash(header) };
  return verifyProof(readProof({ version: 2, chain: header.chain, anchor, shows }), header, 1);
}

/** A state tree of depth 1 whose other bucket is empty, and the proof of a bucket in it. */
function stateOf(bytes: Uint8Array, index: number): { root: string; bucket: object } {
  const empty = bucketLeaf(new Uint8Array());
  const leaf = bucketLeaf(bytes);
  const root = toHex(rootOf(index === 0 ? [leaf, empty] : [empty, leaf]));
  return { root, bucket: { bytes: toHex(bytes), path: [toHex(empty)] } };
}

/** A value of a kind made by chance, with the version that it would have. */
function recordOf(kind: RecordKind, chance: Chance): { version: Version; value: Uint8Array } {
  const type = VALUES[kind].type;
  const made = make(type, chance);
  const value = encode(codecOf(type), made);
  const id = ownId({ kind, value: made } as RecordValue);
  return { version: { kind, id, number: 1, since: 3, previous: ZEROS, digest: valueDigest(value) }, value };
}

test('a record of every kind is proven to be there, under its own id alone', () => {
  const chance = new Chance(21);
  for (const kind of Object.keys(VALUES) as RecordKind[]) {
    const { version, value } = recordOf(kind, chance);
    const show = (shown: Version): unknown => {
      const key = stateKey(shown);
      const entry = concat(key, leafHash(TAGS.versionLeaf, encode(Version, shown)));
      const { root, bucket } = stateOf(entry, bucketIndex(key, 1));
      const record = { version: toHex(encode(Version, shown)), value: toHex(value) };
      return verifyUnder({ ...HEADER, state_root: root }, { present: { record, bucket } });
    };
    const proven = show(version) as { value: unknown };
    assert.deepEqual(proven.value, valueOf(version, value).value, kind);
    const stolen = { ...version, id: toHex(chance.bytes(16)) };
    assert.throws(() => show(stolen), faultOf('value'), kind);
    assert.throws(() => show({ ...version, kind: kind === 'code' ? 'person' : 'code' }), faultOf('value'), kind);
  }
});

test('a bucket has at most 4,096 entries', () => {
  const entries = BUCKET_BYTES / 64;
  const key = (place: number): Uint8Array => {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint16(1, place);
    return bytes;
  };
  const bytes = concat(...Array.from({ length: entries + 1 }, (_, place) => concat(key(place), new Uint8Array(32))));
  const look = (part: Uint8Array): unknown => {
    const path = [bucketLeaf(new Uint8Array())];
    return lookUp(key(0), { bytes: part, path }, 1, stateOf(part, 0).root);
  };
  assert.equal(look(bytes.subarray(0, BUCKET_BYTES)), ZEROS);
  assert.throws(() => look(bytes), faultOf('bucket_length'));
});

test('what is no transaction is proven by no path', async () => {
  const under = (bytes: Uint8Array, id: string): unknown => {
    const receipt = encode(Receipt, {
      transaction: id,
      index: 0,
      outcome: { executed: { first_change: 0, changes: 0 } },
    });
    const header = {
      ...HEADER,
      tx_count: 1,
      tx_root: toHex(leafHash(TAGS.transactionLeaf, bytes)),
      receipt_root: toHex(leafHash(TAGS.receiptLeaf, receipt)),
    };
    const paths = { transaction_path: [], receipt_path: [] };
    const shown = { block: null, transaction: toHex(bytes), receipt: toHex(receipt), ...paths };
    return verifyUnder(header, { transaction: shown });
  };
  const signer = new LocalSigner(new Chance(1).bytes(32));
  const action = { matter_settle: { matter: 'mat_7ghpqe884c8hyz3p2ebyjw072h' } };
  const transaction = await signTransaction(signer, HEADER.chain, action);
  const [bytes, id] = [transactionBytes(transaction), transactionId(transaction)];
  under(bytes, id);
  assert.throws(() => under(bytes, ZEROS), faultOf('receipt'));
  assert.throws(() => under(bytes.subarray(1), id), faultOf('transaction'));
  assert.throws(() => under(concat(bytes, new Uint8Array(1)), id), faultOf('transaction'));
  assert.throws(() => under(new Uint8Array(16_385), id), faultOf('transaction'));
  const other = { ...transaction, chain: ZEROS };
  assert.throws(() => under(transactionBytes(other), transactionId(other)), faultOf('transaction'));
});

test('versions of one block are not told apart by height, and only the last one passes', () => {
  const chance = new Chance(8);
  const { version, value } = recordOf('matter', chance);
  const next = (since: number, changed: Partial<Version> = {}): Version => ({
    ...version,
    number: 2,
    since,
    previous: versionHash(version),
    ...changed,
  });
  const show = (successor: Version): unknown => {
    const change = { seq: 9, event: 'matter_settled', at: HEADER.time_ms, transaction: null, version: successor };
    const bytes = encode(codecOf('Change'), change);
    const root = toHex(leafHash(TAGS.changeLeaf, bytes));
    const header = { ...HEADER, change_root: root, change_first_seq: 9, change_count: 1 };
    const record = { version: toHex(encode(Version, version)), value: toHex(value) };
    const shown = { block: null, change: toHex(bytes), path: [] };
    return verifyUnder(header, { replaced: { record, successor: shown } });
  };
  assert.equal((show(next(HEADER.height)) as { until: number }).until, HEADER.height);
  assert.throws(() => show(next(version.since)), faultOf('change'));
  for (const changed of [{ number: 3 }, { previous: ZEROS }, { id: ZEROS.slice(32) }, { kind: 'code' }] as const) {
    assert.throws(() => show(next(HEADER.height, changed)), faultOf('successor'));
  }
});
