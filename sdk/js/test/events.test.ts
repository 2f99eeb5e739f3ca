// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  AnswerError,
  ApiError,
  Client,
  EventParser,
  eventsIn,
  type Fetch,
  type Header,
  HostError,
  UnreachableError,
} from '../src/index.js';
import { Chance, vectors } from './support.js';
import { toUtf8 } from './under.js';

const STREAM = [
  'retry: 700\n:dianyun\n\n',
  'id: 7\nevent: code_red\ndata: {"seq":7,"id":"滇"}\n\n',
  ': heartbeat\n\n',
  'id: 8\r\nevent:code_blue\r\ndata: {"seq":8,\r\ndata: "id":"x"}\r\n\r\n',
].join('');

test('events come out however the bytes are cut', () => {
  const chance = new Chance(4);
  for (let i = 0; i < 200; i += 1) {
    const parser = new EventParser();
    const bytes = toUtf8(STREAM);
    const events = [];
    for (let place = 0; place < bytes.length; ) {
      const length = 1 + chance.below(20);
      events.push(...parser.push(bytes.subarray(place, place + length)));
      place += length;
    }
    assert.deepEqual(events, [
      { seq: 7, event: 'code_red', data: { seq: 7, id: '滇' } },
      { seq: 8, event: 'code_blue', data: { seq: 8, id: 'x' } },
    ]);
    assert.equal(parser.retryMs, 700);
  }
});

test('what is no event of a node is refused', () => {
  const push = (text: string) => () => new EventParser().push(toUtf8(text));
  assert.throws(push('id: x\nevent: e\ndata: {}\n\n'), AnswerError);
  assert.throws(push('id: 1\nevent: e\ndata: {\n\n'), AnswerError);
  assert.throws(push('x'.repeat(65_537)), AnswerError);
  assert.deepEqual(push('id: 1\nevent: e\n\n')(), []);
});

type Connection =
  | { readonly texts: readonly string[]; readonly end?: 'breaks' | 'hangs' }
  | { readonly status: number }
  | Error;

/** A stream that gives a text each time it is asked, and then ends as it is told to. */
function streamOf(texts: readonly string[], end: 'breaks' | 'hangs' | undefined): ReadableStream<Uint8Array> {
  const left = [...texts];
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const text = left.shift();
    if (text !== undefined) controller.enqueue(toUtf8(text));
    else if (end === 'breaks') controller.error(new Error('broken'));
    else if (end === 'hangs') await new Promise(() => undefined);
    else controller.close();
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** A node with a stream for each connection. */
function node(connections: Connection[]): { fetch: Fetch; resumed: (string | undefined)[]; pauses: number[] } {
  const resumed: (string | undefined)[] = [];
  const fetch: Fetch = async (_, { headers }) => {
    resumed.push(headers['Last-Event-ID']);
    const connection = connections.shift() ?? assert.fail('no connection more was to be made');
    if (connection instanceof Error) throw connection;
    const get = (): null => null;
    if ('status' in connection) {
      const { status } = connection;
      const json = { status, code: 'some', title: '', detail: '', what_to_do: '', type: '', request_id: '' };
      return { status, headers: { get }, text: async () => JSON.stringify(json) };
    }
    const body = streamOf(connection.texts, connection.end);
    return { status: 200, headers: { get }, body, text: async () => '' };
  };
  return { fetch, resumed, pauses: [] };
}

function clientOf(fake: ReturnType<typeof node>): Client {
  const pause = async (ms: number): Promise<void> => {
    fake.pauses.push(ms);
  };
  return new Client('http://node', { fetch: fake.fetch, pause });
}

const event = (seq: number): string => `id: ${seq}\nevent: code_red\ndata: {"seq":${seq}}\n\n`;

test('a stream that ends goes on behind the last event', async () => {
  const fake = node([
    { texts: [event(4), event(5), 'id: 6\nev'] },
    new Error('not reached'),
    { status: 503 },
    { texts: ['retry: 5\n\n', event(6)], },
    { texts: [event(7)] },
  ]);
  const seen: number[] = [];
  for await (const { seq } of clientOf(fake).events({ after: 3 })) {
    seen.push(seq);
    if (seq === 7) break;
  }
  assert.deepEqual(seen, [4, 5, 6, 7]);
  assert.deepEqual(fake.resumed, ['3', '5', '5', '5', '6']);
  assert.deepEqual(fake.pauses, [2_000, 2_000, 2_000, 5]);
});

test('a stream that breaks or falls silent goes on behind the last event', async () => {
  const fake = node([{ texts: [event(4)], end: 'breaks' }, { texts: [event(5)], end: 'hangs' }, { texts: [event(6)] }]);
  const seen: number[] = [];
  for await (const { seq } of clientOf(fake).events({ after: 3, idleMs: 5 })) {
    seen.push(seq);
    if (seq === 6) break;
  }
  assert.deepEqual(seen, [4, 5, 6]);
  assert.deepEqual(fake.resumed, ['3', '4', '5']);
});

test('a node that never answers is given up', async () => {
  const fetch: Fetch = () => new Promise(() => undefined);
  const client = new Client('http://node', { fetch, timeoutMs: 1 });
  for (const after of [{ after: 3 }, {}]) {
    await assert.rejects(client.events({ ...after, idleMs: 1, reconnects: 0 }).next(), UnreachableError);
  }
});

test('a new stream begins behind the newest change', async () => {
  const { trusted } = vectors<{ trusted: Header }>('proofs');
  const newest = trusted.change_first_seq + trusted.change_count - 1;
  const fake = node([{ texts: [event(newest + 1)] }]);
  const answers: (object | Error)[] = [new Error('not reached'), { header: trusted }];
  const fetch: Fetch = async (url, request) => {
    if (!url.endsWith('/v1/headers/latest')) return fake.fetch(url, request);
    const answer = answers.shift() ?? assert.fail('the newest change was to be asked for once');
    if (answer instanceof Error) throw answer;
    return { status: 200, headers: { get: () => null }, text: async () => JSON.stringify(answer) };
  };
  const stream = clientOf({ ...fake, fetch }).events({ reconnects: 1 });
  assert.equal((await stream.next()).value?.seq, newest + 1);
  await stream.return();
  assert.deepEqual(fake.resumed, [String(newest)]);
});

test('a stream that is ended while it asks for the newest change opens none', async () => {
  const { trusted } = vectors<{ trusted: Header }>('proofs');
  const ending = new AbortController();
  const fetch: Fetch = async (url) => {
    assert.ok(url.endsWith('/v1/headers/latest'), url);
    ending.abort();
    return { status: 200, headers: { get: () => null }, text: async () => JSON.stringify({ header: trusted }) };
  };
  const stream = new Client('http://node', { fetch }).events({ signal: ending.signal, reconnects: 0 });
  assert.equal((await stream.next()).done, true);
});

test('a node that is not reached so often is given up', async () => {
  const fake = node([{ texts: [] }, new Error('not reached'), new Error('not reached')]);
  await assert.rejects(clientOf(fake).events({ after: 3, reconnects: 2 }).next(), UnreachableError);
  assert.equal(fake.resumed.length, 3);
});

test('a refusal ends the stream', async () => {
  await assert.rejects(clientOf(node([{ status: 400 }])).events({ after: 3 }).next(), ApiError);
});

test('who listens may stop', async () => {
  const abort = new AbortController();
  const fake = node([{ texts: [event(1), event(2)] }]);
  const seen: number[] = [];
  for await (const { seq } of clientOf(fake).events({ after: 0, signal: abort.signal })) {
    seen.push(seq);
    if (seq === 2) abort.abort();
  }
  assert.deepEqual(seen, [1, 2]);
  const never = clientOf(node([])).events({ signal: abort.signal });
  assert.equal((await never.next()).done, true);
});

test('a host without bodies in parts is told so', async () => {
  const fetch: Fetch = async () => ({ status: 200, headers: { get: () => null }, text: async () => '' });
  await assert.rejects(new Client('http://node', { fetch }).events({ after: 3 }).next(), HostError);
});

test('the events in a body come out of any stream, which is let go of when it falls silent', async () => {
  const seen: number[] = [];
  let isCancelled = false;
  const texts = [event(4), event(5)];
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const text = texts.shift();
      if (text !== undefined) return controller.enqueue(toUtf8(text));
      await new Promise(() => undefined);
    },
    cancel: () => {
      isCancelled = true;
    },
  });
  const reading = async (): Promise<void> => {
    for await (const { seq } of eventsIn('/some', body, new EventParser(), 5)) seen.push(seq);
  };
  await assert.rejects(reading(), (error) => error instanceof UnreachableError && error.url === '/some');
  assert.deepEqual([seen, isCancelled], [[4, 5], true]);
});
