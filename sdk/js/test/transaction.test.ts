// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type Action,
  giveStatement,
  LocalSigner,
  parseTime,
  readTransaction,
  signTransaction,
  statementHolds,
  statementsOf,
  type Transaction,
  TRANSACTION_BYTES,
  transactionBytes,
  transactionFault,
  transactionId,
  withStatements,
} from '../src/index.js';
import { Chance, refuses } from './support.js';

const CHAIN = 'e8df84d452e11110dbf44fe02d13578c0d12fcb02c5a6d8d4c9df7ea190b6745';
const OTHER_CHAIN = '0'.repeat(64);
const PLATFORM = new LocalSigner(new Chance(1).bytes(32));
const HOLDER = new LocalSigner(new Chance(2).bytes(32));

const APPLY: Action = {
  code_apply: {
    wanted: { code: 'none' } as never,
    holder_key: HOLDER.key,
    custody: 'device',
    prefecture: 5301,
    claims: [],
    statements: [],
  },
};

/** A driver's application without vehicles. */
const ACTION: Action = {
  code_apply: { ...APPLY.code_apply, wanted: { driver: { vehicles: [], operator: null } } },
};

const random = (seed: number) => {
  const chance = new Chance(seed);
  return (length: number): Uint8Array => chance.bytes(length);
};

test('a platform signs an application with the word of its holder inside', async () => {
  const word = await giveStatement(HOLDER, CHAIN, ACTION);
  const transaction = await signTransaction(PLATFORM, CHAIN, withStatements(ACTION, [word]));
  assert.equal(transactionFault(transaction, CHAIN), null);
  assert.deepEqual(readTransaction(transactionBytes(transaction)), transaction);
  assert.deepEqual(statementsOf(transaction.action), [word]);
});

test('the word of a party does not depend on the words of others', async () => {
  const first = await giveStatement(HOLDER, CHAIN, ACTION);
  const second = await giveStatement(PLATFORM, CHAIN, withStatements(ACTION, [first]));
  const both = withStatements(ACTION, [first, second]);
  assert.ok(statementHolds(CHAIN, both, first) && statementHolds(CHAIN, both, second));
});

test('what is signed cannot be changed', async () => {
  const word = await giveStatement(HOLDER, CHAIN, ACTION);
  const signed = await signTransaction(PLATFORM, CHAIN, withStatements(ACTION, [word]));
  const other = { ...ACTION.code_apply, prefecture: 5303, statements: [word] };
  const changes: readonly Partial<Transaction>[] = [
    { nonce: '0'.repeat(32) },
    { valid_until: '2026-11-24T12:00:00.000+08:00' },
    { sender: HOLDER.key },
    { action: { code_apply: other } },
    { version: 2 },
    { chain: OTHER_CHAIN },
  ];
  for (const change of changes) assert.notEqual(transactionFault({ ...signed, ...change }, CHAIN), null);
  assert.equal(transactionFault(signed, OTHER_CHAIN), 'the transaction is for another chain');
  assert.ok(!statementHolds(CHAIN, { code_apply: other }, word));
  assert.ok(!statementHolds(OTHER_CHAIN, ACTION, word));
  const changed = await signTransaction(PLATFORM, CHAIN, { code_apply: other });
  assert.equal(transactionFault(changed, CHAIN), 'the signature of a statement is wrong');
});

test('the id leaves the signature out', async () => {
  const choices = { validUntil: '2026-11-24T12:00:00.000+08:00' };
  const one = await signTransaction(PLATFORM, CHAIN, ACTION, { ...choices, random: random(5) });
  const two = await signTransaction(PLATFORM, CHAIN, ACTION, { ...choices, random: random(5) });
  const three = await signTransaction(PLATFORM, CHAIN, ACTION, { ...choices, random: random(6) });
  assert.deepEqual(one, two);
  assert.equal(transactionId({ ...one, signature: three.signature }), transactionId(one));
  assert.notEqual(transactionId(three), transactionId(one));
});

test('instants are soon unless they are chosen', async () => {
  const before = Date.now();
  const { valid_until } = await signTransaction(PLATFORM, CHAIN, ACTION);
  const word = await giveStatement(HOLDER, CHAIN, ACTION);
  for (const until of [valid_until, word.valid_until]) {
    assert.ok(parseTime(until) > before && parseTime(until) <= Date.now() + 600_000);
  }
});

test('what no canonical transaction holds is refused before it is signed', async () => {
  await assert.rejects(signTransaction(PLATFORM, CHAIN, APPLY), /action\.code_apply\.wanted/);
  await assert.rejects(signTransaction(PLATFORM, 'x', ACTION), /chain/);
  const claim = { kind: 'identity', root: CHAIN, attester: 'org_7ghpqe884c8hyz3p2ebyjw072h' } as const;
  const claims = Array.from({ length: TRANSACTION_BYTES / 52 }, () => claim);
  await assert.rejects(signTransaction(PLATFORM, CHAIN, { code_apply: { ...ACTION.code_apply, claims } }), /16384/);
  const settle: Action = { matter_settle: { matter: 'mat_7ghpqe884c8hyz3p2ebyjw072h' } };
  assert.ok(refuses(() => withStatements(settle, [])));
  assert.deepEqual(statementsOf(settle), []);
});
