// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  AnswerError,
  ApiError,
  Client,
  type Fetch,
  HostError,
  type HttpRequest,
  LocalSigner,
  NotYetError,
  RefusedError,
  signTransaction,
  toHex,
  transactionBytes,
  transactionId,
  UnreachableError,
} from '../src/index.js';
import { Chance, vectors } from './support.js';

const CHAIN = 'e8df84d452e11110dbf44fe02d13578c0d12fcb02c5a6d8d4c9df7ea190b6745';
const MATTER = 'mat_7ghpqe884c8hyz3p2ebyjw072h';
const TIME = '2026-11-24T12:00:00.000+08:00';

interface Asked extends HttpRequest {
  readonly url: string;
}

type Reply = { readonly status?: number; readonly json?: unknown; readonly text?: string } | Error;

/** A node that answers what it is told to, in that order, and remembers what it was asked. */
class FakeNode {
  readonly asked: Asked[] = [];
  readonly pauses: number[] = [];

  constructor(private readonly replies: Reply[]) {}

  readonly fetch: Fetch = async (url, request) => {
    this.asked.push({ url, ...request });
    const reply = this.replies.shift() ?? assert.fail(`nothing more was to be asked: ${url}`);
    if (reply instanceof Error) throw reply;
    const text = reply.text ?? JSON.stringify(reply.json);
    return { status: reply.status ?? 200, headers: { get: () => null }, text: async () => text };
  };

  client(): Client {
    const pause = async (ms: number): Promise<void> => {
      this.pauses.push(ms);
    };
    return new Client('http://node/', { fetch: this.fetch, pause });
  }
}

function problem(status: number, code: string, more: object = {}): Reply {
  const standard = { type: '', title: 'Title', status, detail: 'Detail.', code, what_to_do: 'Do.', request_id: 'r-1' };
  return { status, json: { ...standard, ...more } };
}

const TRANSACTION = await signTransaction(new LocalSigner(new Chance(1).bytes(32)), CHAIN, {
  matter_settle: { matter: MATTER },
});
const ID = transactionId(TRANSACTION);

function ordered(outcome: unknown = { executed: { first_change: 3, changes: 1 } }): Reply {
  const receipt = { transaction: ID, index: 0, outcome };
  return { json: { id: ID, height: 7, time: TIME, stage: 'ordered', receipt } };
}

const PENDING: Reply = { status: 202, json: { id: ID, stage: 'pending', receipt: null } };

test('holdings are left, looked at, and asked for, each at its path', async () => {
  const application = 'app_0pq8wrm1ey7dzhb5rbcw7g2hx0';
  const held = { application, at: null, documents: [{ name: 'claim/0', digest: '00'.repeat(32) }], state: 'held' };
  const node = new FakeNode([{ json: held }, { json: held }, { json: { missing: [] } }, { json: { missing: [] } }]);
  const client = node.client();
  const fields = [{ name: 'driverName', salt: '11'.repeat(32), value: '测试司机' }];
  const left = { claims: [{ place: 0, kind: 'identity' as const, fields }] };
  assert.equal((await client.leaveHoldings(application, left)).state, 'held');
  assert.deepEqual((await client.holdings(application)).documents, held.documents);
  const wish = { about: { code: '53KGQ5EM8T4DCYY' }, fields: ['name' as const], purpose: 'engagement' as const };
  assert.deepEqual((await client.exchange(wish)).missing, []);
  assert.deepEqual((await client.collect('acc_46qtdgjyy0shcykenz8gpk6ymx')).missing, []);
  const asked = node.asked.map(({ method, url }) => `${method} ${url.slice('http://node'.length)}`);
  assert.deepEqual(asked, [
    `POST /v1/applications/${application}/holdings`,
    `GET /v1/applications/${application}/holdings`,
    'POST /v1/exchange',
    'POST /v1/exchange/acc_46qtdgjyy0shcykenz8gpk6ymx/collect',
  ]);
  const bodies = node.asked.map(({ body }) => (body === undefined ? null : JSON.parse(new TextDecoder().decode(body))));
  assert.deepEqual(bodies, [left, null, wish, null]);
});

test('holdings that are not taken, and an exchange without a basis, are errors and not sent again', async () => {
  const refusals = [problem(409, 'holdings_elsewhere'), problem(403, 'no_basis')];
  const node = new FakeNode([...refusals]);
  const has = (code: string) => (error: unknown) => error instanceof ApiError && error.code === code;
  await assert.rejects(node.client().leaveHoldings('app_0', {}), has('holdings_elsewhere'));
  const wish = { about: { code: '53KGQ5EM8T4DCYY' }, fields: ['name' as const] };
  await assert.rejects(node.client().exchange(wish), has('no_basis'));
  assert.equal(node.asked.length, refusals.length);
});

test('a scanned text is sent as JSON', async () => {
  const node = new FakeNode([{ json: { verdict: 'unknown', reason: 'malformed' } }]);
  assert.equal((await node.client().verifyShown('云', 2)).reason, 'malformed');
  const [{ url, method, headers, body } = assert.fail()] = node.asked;
  assert.deepEqual([url, method, headers['Content-Type']], ['http://node/v1/verify', 'POST', 'application/json']);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(body)), { text: '云', threshold: 2 });
});

test('what is posted is JSON, and names go into its path', async () => {
  const node = new FakeNode([{ json: { secret: 'new' } }]);
  await node.client().post('/v1/webhooks/{id}/rotate', { overlap_hours: 1 }, { id: 'hook/1' });
  const [{ url, method, body } = assert.fail()] = node.asked;
  assert.deepEqual([url, method], ['http://node/v1/webhooks/hook%2F1/rotate', 'POST']);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(body)), { overlap_hours: 1 });
});

test('names and queries go where they belong', async () => {
  const node = new FakeNode([{ json: {} }, { json: {} }]);
  await node.client().get('/v1/codes/{id}', { path: { id: 'A/B' }, query: { at_time: TIME, proof: true } });
  await node.client().get('/v1/status');
  assert.deepEqual(
    node.asked.map(({ url }) => url),
    ['http://node/v1/codes/A%2FB?at_time=2026-11-24T12%3A00%3A00.000%2B08%3A00&proof=true', 'http://node/v1/status'],
  );
  assert.equal(node.asked[0]?.headers['Accept-Language'], 'en');
});

test('a list goes on over its cursors, only as far as it is read', async () => {
  const node = new FakeNode([
    { json: { items: [{ id: '1' }, { id: '2' }], next: 'c1' } },
    { json: { items: [], next: 'c2' } },
    { json: { items: [{ id: '3' }], next: null } },
  ]);
  const ids: string[] = [];
  for await (const item of node.client().list('/v1/waybills', { query: { state: 'settled' } })) ids.push(item.id);
  assert.deepEqual(ids, ['1', '2', '3']);
  assert.deepEqual(
    node.asked.map(({ url }) => url.split('?')[1]),
    ['state=settled', 'state=settled&cursor=c1', 'state=settled&cursor=c2'],
  );
  const short = new FakeNode([{ json: { items: [{ id: '1' }], next: 'c1' } }]);
  for await (const item of short.client().list('/v1/codes')) {
    assert.equal(item.id, '1');
    break;
  }
  assert.equal(short.asked.length, 1);
});

test('a header is read strictly', async () => {
  const { trusted } = vectors<{ trusted: Record<string, unknown> }>('proofs');
  const node = new FakeNode([{ json: { header: trusted } }, { json: { header: { ...trusted, more: 1 } } }]);
  assert.equal((await node.client().header('latest')).height, trusted['height']);
  await assert.rejects(node.client().header(7), /no member more/);
});

test('a transaction is sent as its bytes, and waited for', async () => {
  const node = new FakeNode([ordered()]);
  const { height, time, receipt } = await node.client().execute(TRANSACTION);
  assert.deepEqual([height, time, receipt.index], [7, TIME, 0]);
  const [asked] = node.asked;
  assert.equal(asked?.url, 'http://node/v1/transactions?wait=ordered');
  assert.equal(asked?.headers['Content-Type'], 'application/octet-stream');
  assert.equal(toHex(asked?.body ?? new Uint8Array()), toHex(transactionBytes(TRANSACTION)));
});

test('the same bytes are sent again until a block has them', async () => {
  const busy = problem(429, 'sender_queue_full', { retry_after_s: 2 });
  const node = new FakeNode([new Error('broken'), problem(503, 'no_leader'), busy, PENDING, ordered()]);
  await node.client().submit(TRANSACTION);
  assert.equal(new Set(node.asked.map(({ body }) => toHex(body ?? new Uint8Array()))).size, 1);
  // The last answer does not say how long: what one before it said is over.
  assert.deepEqual(node.pauses, [100, 200, 2_000, 800]);
});

test('a pause that a node asks for does not outlast patience', async () => {
  const node = new FakeNode([problem(429, 'sender_queue_full', { retry_after_s: 3_600 }), ordered()]);
  await node.client().submit(TRANSACTION, { patienceMs: 1_000 });
  const [pause = assert.fail(), ...more] = node.pauses;
  assert.ok(pause > 0 && pause <= 1_000, String(pause));
  assert.deepEqual(more, []);
});

test('a first answer that was lost is found once the transaction has expired', async () => {
  const node = new FakeNode([new Error('broken'), problem(400, 'transaction_expired'), ordered()]);
  assert.equal((await node.client().submit(TRANSACTION)).height, 7);
  assert.equal(node.asked[2]?.url, `http://node/v1/transactions/${ID}`);
  const never = new FakeNode([new Error('broken'), problem(400, 'transaction_expired'), problem(404, 'not_found')]);
  await assert.rejects(never.client().submit(TRANSACTION), (error) => error instanceof ApiError);
  const atOnce = new FakeNode([problem(400, 'transaction_expired')]);
  await assert.rejects(atOnce.client().submit(TRANSACTION), { code: 'transaction_expired' });
});

test('a refusal of the chain is an error with every reason', async () => {
  const reasons = [
    { code: 'not_found', about: 'matter' },
    { code: 'not_allowed', about: null },
  ];
  const node = new FakeNode([ordered({ refused: { reasons } }), ordered({ refused: { reasons } })]);
  await assert.rejects(node.client().execute(TRANSACTION), (error) => {
    assert.ok(error instanceof RefusedError);
    assert.deepEqual(error.reasons, reasons);
    assert.equal(error.message, 'refused: not_found (matter), not_allowed');
    return true;
  });
  assert.deepEqual((await node.client().submit(TRANSACTION)).receipt.outcome, { refused: { reasons } });
});

test('patience ends', async () => {
  const node = new FakeNode([PENDING]);
  await assert.rejects(node.client().submit(TRANSACTION, { patienceMs: 0 }), (error) => {
    assert.ok(error instanceof NotYetError);
    assert.equal(error.transaction, ID);
    return true;
  });
});

test('an answer about another transaction is none', async () => {
  const other = { json: { id: CHAIN, height: 7, time: TIME, stage: 'ordered' } };
  await assert.rejects(new FakeNode([other]).client().submit(TRANSACTION), AnswerError);
  const receipt = { transaction: CHAIN, index: 0, outcome: { executed: { first_change: 3, changes: 1 } } };
  const foreign = { json: { id: ID, height: 7, time: TIME, stage: 'ordered', receipt } };
  await assert.rejects(new FakeNode([foreign]).client().submit(TRANSACTION), AnswerError);
});

test('problems keep all that the node says', async () => {
  const node = new FakeNode([problem(400, 'invalid_field', { field: 'state' })]);
  await assert.rejects(node.client().get('/v1/status'), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.code, error.status, error.requestId], ['invalid_field', 400, 'r-1']);
    assert.deepEqual([error.problem.field, error.isPassing, error.retryAfterMs], ['state', false, null]);
    return true;
  });
});

test('what no node answers is told apart from problems', async () => {
  await assert.rejects(new FakeNode([{ text: '<html>' }]).client().get('/v1/status'), AnswerError);
  await assert.rejects(new FakeNode([{ status: 502, text: '<html>' }]).client().get('/v1/status'), AnswerError);
  await assert.rejects(new FakeNode([new Error('refused')]).client().get('/v1/status'), UnreachableError);
});

test('a node that says nothing is given up', async () => {
  const silent: Fetch = () => new Promise(() => undefined);
  const client = new Client('http://node', { fetch: silent, timeoutMs: 1 });
  await assert.rejects(client.get('/v1/status'), UnreachableError);
});

test('a host without fetch is told to pass one', async () => {
  const host = globalThis.fetch;
  Reflect.deleteProperty(globalThis, 'fetch');
  try {
    await assert.rejects(new Client('http://node').get('/v1/status'), HostError);
  } finally {
    globalThis.fetch = host;
  }
});

test('a batch is each transaction behind its length', async () => {
  const node = new FakeNode([{ json: { verdicts: [] } }]);
  assert.deepEqual(await node.client().submitBatch([TRANSACTION, TRANSACTION]), []);
  const one = transactionBytes(TRANSACTION);
  const body = node.asked[0]?.body ?? new Uint8Array();
  assert.equal(body.length, 2 * (one.length + 4));
  assert.equal(new DataView(body.buffer, body.byteOffset).getUint32(0, true), one.length);
  assert.equal(toHex(body.subarray(4, 4 + one.length)), toHex(one));
});

test('proofs are read strictly', async () => {
  const { true: proofs } = vectors<{ true: { proof: Record<string, unknown> }[] }>('proofs');
  const proof = proofs[3]?.proof;
  const node = new FakeNode([{ json: proof }, { json: proof }, { json: proof }, { json: { ...proof, more: 1 } }]);
  const client = node.client();
  const read = await client.codeProof('53YTBC9QHDURLXJ', 7);
  assert.deepEqual(await client.recordProof('code', '53YTBC9QHDURLXJ'), read);
  assert.deepEqual(await client.transactionProof(ID), read);
  await assert.rejects(client.codeProof('53YTBC9QHDURLXJ'), /no member more/);
  assert.deepEqual(
    node.asked.map(({ url }) => url.replace('http://node/v1', '')),
    [
      '/codes/53YTBC9QHDURLXJ/proof?at_height=7',
      '/records/code/53YTBC9QHDURLXJ/proof',
      `/transactions/${ID}/proof`,
      '/codes/53YTBC9QHDURLXJ/proof',
    ],
  );
});
