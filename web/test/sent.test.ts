// SPDX-License-Identifier: Apache-2.0
/** What is sent once however often it is asked for: against a node that answers late, never, or no. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import {
  type Action,
  ApiError,
  type Client,
  formatTime,
  type Interface,
  LocalSigner,
  NotYetError,
  type Ordered,
  type Problem,
  RefusedError,
  type Transaction,
  transactionId,
  UnreachableError,
} from '../../sdk/js/src/index.js';
import { marksOf } from '../src/interfaces/marks.js';
import { forgetSent, sendOnce, type Sender, sentBefore, type Wanted } from '../src/parts/sent.js';

const CHAIN = '11'.repeat(32);
const action = (): Action => ({ waybill_accept: { waybill: 'way_4x388n5jhvhpbhkxx768c45cr7' } });
const kept = new Map<string, unknown>();

/** As much of the browser's store as the pages use: it holds copies. */
function request<T>(result: T): object {
  const made: { result: T; onsuccess?: () => void } = { result };
  setTimeout(() => made.onsuccess?.(), 0);
  return made;
}
const objectStore = (): object => ({
  get: (key: string) => request(structuredClone(kept.get(key))),
  put: (value: unknown, key: string) => request(void kept.set(key, structuredClone(value))),
  delete: (key: string) => request(void kept.delete(key)),
});
const base = { transaction: () => ({ objectStore }) };
Object.defineProperty(globalThis, 'indexedDB', { value: { open: () => request(base) } });

/** A node that does to each transaction what it is told to. */
class Fake {
  readonly got: string[] = [];
  found: Ordered | null = null;
  time = Date.now();
  answer: (id: string) => Ordered = () => assert.fail('no answer was expected');

  readonly sender: Sender = {
    client: {
      execute: async (transaction: Transaction) => {
        this.got.push(transactionId(transaction));
        return this.answer(transactionId(transaction));
      },
      header: async () => ({ time_ms: formatTime(this.time) }),
      ordered: async () => this.found,
    } as unknown as Client,
    signer: new LocalSigner(new Uint8Array(32).fill(7)),
    chain: CHAIN,
  };

  send(name = 'one'): Promise<Ordered> {
    return sendOnce(this.sender, name, { action });
  }
}

function executed(id: string, outcome: object = { executed: [] }): Ordered {
  return { id, height: 1, time: formatTime(0), receipt: { outcome } } as unknown as Ordered;
}

const refused = { refused: { reasons: [{ code: 'not_allowed', about: null }] } };
const problem = (status: number, code: string): ApiError => new ApiError({ status, code } as unknown as Problem);
const fails = (error: Error): (() => never) => () => {
  throw error;
};

beforeEach(() => kept.clear());

test('what is under way is sent again as it is, and what was executed is done', async () => {
  const node = new Fake();
  for (const error of [new NotYetError('x'), new UnreachableError('x', 'x'), problem(500, 'internal')]) {
    node.answer = fails(error);
    await assert.rejects(node.send(), NotYetError);
  }
  node.answer = fails(problem(401, 'credentials_wrong'));
  await assert.rejects(node.send(), ApiError);
  node.answer = executed;
  await node.send();
  assert.equal(new Set(node.got).size, 1);
  await node.send();
  assert.equal(new Set(node.got).size, 2);
  assert.equal(kept.size, 0);
});

test('what belongs to it is kept once, before anything is sent', async () => {
  const node = new Fake();
  const order: string[] = [];
  const keep = async (transaction: Transaction): Promise<void> => void order.push(transactionId(transaction));
  node.answer = (id) => {
    assert.deepEqual(order, [id]);
    throw new NotYetError(id);
  };
  for (let at = 0; at < 2; at += 1) await assert.rejects(sendOnce(node.sender, 'one', { action, keep }), NotYetError);
});

test('who wants it anew while it is under way is told that the earlier one is sent, and signs nothing', async () => {
  const node = new Fake();
  const [asked, told]: [string[], string[]] = [[], []];
  const wanted = (reason: string): Wanted => ({
    action: () => {
      asked.push(reason);
      return { waybill_decline: { waybill: 'way_4x388n5jhvhpbhkxx768c45cr7', reason } };
    },
    keep: async () => void asked.push(`keeps ${reason}`),
    again: () => void told.push(reason),
  });
  node.answer = fails(new NotYetError('x'));
  await assert.rejects(sendOnce(node.sender, 'one', wanted('price')), NotYetError);
  node.answer = executed;
  const { id } = await sendOnce(node.sender, 'one', wanted('other'));
  assert.deepEqual([asked, told], [['price', 'keeps price'], ['other']]);
  assert.equal(id, node.got[0]);
});

test('an interface is asked for again once it was asked for and withdrawn: that is no repetition', async () => {
  const node = new Fake();
  const before: Interface = {
    organisation: 'org_4x388n5jhvhpbhkxx768c45cr7',
    interface: 'code_application',
    requests: 0,
    request: null,
    grant: null,
    denied: null,
  };
  node.answer = fails(new NotYetError('x'));
  await assert.rejects(node.send(marksOf(before)), NotYetError);
  node.answer = executed;
  await node.send(marksOf({ ...before, requests: 1 }));
  assert.notEqual(new Set(node.got).size, 1);
});

test('a no to the first that was sent is the last word; after one that nobody answered it is not', async () => {
  const node = new Fake();
  for (const status of [401, 403, 404]) {
    node.answer = fails(problem(status, 'no'));
    await assert.rejects(node.send(), ApiError);
    assert.equal(await sentBefore(node.sender, 'one'), null, `${status}`);
  }
  assert.equal(new Set(node.got).size, 3);
  // The first attempt is not answered, and the second within the same tap is: the first may have been taken.
  const answers = [new UnreachableError('x', 'x'), problem(401, 'no')];
  node.answer = () => fails(answers.shift() ?? assert.fail('a third attempt'))();
  await assert.rejects(node.send(), ApiError);
  assert.ok((await sentBefore(node.sender, 'one')) !== null);
  node.answer = fails(problem(403, 'no'));
  await assert.rejects(node.send(), ApiError);
  assert.ok((await sentBefore(node.sender, 'one')) !== null);
});

test('what the chain refused or a node calls wrong is signed anew', async () => {
  const node = new Fake();
  for (const error of [new RefusedError('x', []), problem(400, 'wrong_chain')]) {
    node.answer = fails(error);
    await assert.rejects(node.send(), error);
  }
  assert.equal(new Set(node.got).size, 2);
});

test('what ran out was executed before, was refused, is looked for again, or never will be', async () => {
  const node = new Fake();
  const start = async (): Promise<void> => {
    kept.clear();
    node.answer = fails(new NotYetError('x'));
    await assert.rejects(node.send(), NotYetError);
    node.answer = fails(problem(400, 'transaction_expired'));
  };
  await start();
  node.found = executed(node.got.at(-1) ?? '');
  assert.equal(await node.send(), node.found);
  await start();
  node.found = executed(node.got.at(-1) ?? '', refused);
  await assert.rejects(node.send(), RefusedError);
  await start();
  node.found = null;
  await assert.rejects(node.send(), NotYetError);
  assert.ok((await sentBefore(node.sender, 'one')) !== null, 'the node may be behind');
  node.time = Date.now() + 130_000;
  await assert.rejects(node.send(), (error: Error) => error instanceof ApiError);
  assert.equal(await sentBefore(node.sender, 'one'), null);
});

test('what was sent counts for its sender and its chain, and not for ever', async () => {
  const node = new Fake();
  node.answer = fails(new NotYetError('x'));
  await assert.rejects(node.send(), NotYetError);
  assert.ok((await sentBefore(node.sender, 'one')) !== null);
  assert.equal(await sentBefore({ ...node.sender, chain: '22'.repeat(32) }, 'one'), null);
  assert.equal(await sentBefore({ ...node.sender, signer: new LocalSigner(new Uint8Array(32).fill(8)) }, 'one'), null);
  assert.equal(await sentBefore(node.sender, 'two'), null);
  const [place, found] = [...kept][0] ?? assert.fail();
  kept.set(place, { ...(found as Transaction), valid_until: formatTime(Date.now() - 181_000) });
  assert.equal(await sentBefore(node.sender, 'one'), null);
  kept.set(place, found);
  await forgetSent('one');
  assert.equal(await sentBefore(node.sender, 'one'), null);
});
