// SPDX-License-Identifier: Apache-2.0
/** How far somebody is with an application, after a week in which nothing was done. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { keep, type Kept, keptHere, NOTHING, type Pending } from '../src/apply/kept.js';
import type { KeptKey } from '../src/parts/keyring.js';

const WEEK_MS = 7 * 86_400_000;
const KEY = { key: 'ed25519:00' } as unknown as KeptKey;
const TYPED: Kept = { ...NOTHING, stage: 'review', typed: { identity: { driverName: '张三(测)' } }, key: KEY };
const PENDING: Pending = { what: 'code', draft: 'one', ticket: 'two', statements: [], roots: [] };

const rows = new Map<string, unknown>();

/** What a browser answers of a table that is a map. */
function answer(result: unknown): { result: unknown; onsuccess?: () => void } {
  const request: { result: unknown; onsuccess?: () => void } = { result };
  queueMicrotask(() => request.onsuccess?.());
  return request;
}

const table = {
  get: (key: string) => answer(rows.get(key)),
  put: (value: unknown, key: string) => answer(rows.set(key, value)),
  delete: (key: string) => answer(rows.delete(key)),
};
const base = { transaction: () => ({ objectStore: () => table }) };
Object.assign(globalThis, { indexedDB: { open: () => answer(base) } });

beforeEach(() => rows.clear());

/** What is there once more than a week is over. */
async function aWeekAfter(kept: Kept): Promise<Kept> {
  await keep(kept);
  for (const [key, value] of rows) rows.set(key, { ...(value as Kept), at: Date.now() - WEEK_MS - 1 });
  return keptHere();
}

test('what was typed, and nothing signed, is forgotten with its key', async () => {
  assert.deepEqual(await aWeekAfter(TYPED), NOTHING);
  assert.equal(rows.size, 0);
});

test('the key of what was signed, or is on the chain, stays, and what was typed does not', async () => {
  const sent: Kept = { ...TYPED, sent: [{ what: 'code', id: 'app_1' }] };
  for (const kept of [{ ...TYPED, pending: PENDING }, sent]) {
    const { at: _at, ...found } = await aWeekAfter(kept);
    const { at: _then, ...wanted } = { ...kept, typed: {} };
    assert.deepEqual(found, wanted);
    assert.equal(rows.size, 1);
  }
});

test('within the week everything stays', async () => {
  await keep(TYPED);
  assert.deepEqual({ ...(await keptHere()), at: 0 }, TYPED);
});
