// SPDX-License-Identifier: Apache-2.0
/** The client over a real connection, with what the host has. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { Client, type Header, HostError, UnreachableError, WebCryptoSigner } from '../src/index.js';
import { vectors } from './support.js';

async function withServer(listener: RequestListener, work: (client: Client) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    await work(new Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

test('a path is read and a problem is told', async () => {
  const answers: Record<string, [number, string]> = {
    '/v1/status': [200, '{"chain":"00"}'],
    '/v1/validators': [503, '{"code":"no_leader","what_to_do":"Retry.","status":503,"title":"","detail":""}'],
  };
  const listener: RequestListener = (request, response) => {
    const [status, text] = answers[request.url ?? ''] ?? assert.fail(request.url);
    response.writeHead(status).end(text);
  };
  await withServer(listener, async (client) => {
    assert.equal((await client.get('/v1/status')).chain, '00');
    await assert.rejects(client.get('/v1/validators'), { code: 'no_leader' });
  });
});

test('events come as they are written, and the stream ends when it is left', async () => {
  let isLeft: () => void = () => undefined;
  const left = new Promise<void>((done) => {
    isLeft = done;
  });
  const listener: RequestListener = (request, response) => {
    assert.equal(request.headers['last-event-id'], '41');
    response.on('close', isLeft);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('retry: 1\n\nid: 42\nevent: code_red\ndata: {"seq":42}\n\n');
  };
  await withServer(listener, async (client) => {
    for await (const event of client.events({ after: 41 })) {
      assert.deepEqual(event, { seq: 42, event: 'code_red', data: { seq: 42 } });
      break;
    }
    await left;
  });
});

test('a stream that breaks before its first event misses nothing that happens meanwhile', async () => {
  const { trusted } = vectors<{ trusted: Header }>('proofs');
  const first = trusted.change_first_seq;
  let count = trusted.change_count;
  const resumed: (string | undefined)[] = [];
  const listener: RequestListener = (request, response) => {
    if (request.url === '/v1/headers/latest') {
      response.end(JSON.stringify({ header: { ...trusted, change_count: count } }));
      return;
    }
    const last = request.headers['last-event-id'] as string | undefined;
    resumed.push(last);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    // The first connection breaks, and two changes come while nobody listens.
    const isFirst = resumed.length === 1;
    response.write('retry: 1\n\n', () => isFirst && response.destroy());
    const newest = first + count - 1;
    for (let seq = last === undefined ? newest + 1 : Number(last) + 1; seq <= newest; seq += 1) {
      response.write(`id: ${seq}\nevent: code_red\ndata: {"seq":${seq}}\n\n`);
    }
    if (isFirst) count += 2;
  };
  const newest = first + count - 1;
  await withServer(listener, async (client) => {
    const seen: number[] = [];
    for await (const { seq } of client.events({ reconnects: 3, idleMs: 500 })) {
      seen.push(seq);
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen, [newest + 1, newest + 2]);
  });
  assert.deepEqual(resumed, [String(newest), String(newest)]);
});

test('a connection that breaks is no answer', async () => {
  const listener: RequestListener = (_, response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('{');
    response.destroy();
  };
  await withServer(listener, async (client) => {
    await assert.rejects(client.get('/v1/status'), UnreachableError);
  });
});

test('a host that makes no Ed25519 keys says so', async (context) => {
  const { subtle } = globalThis.crypto;
  context.mock.method(subtle, 'generateKey', async () => {
    throw new Error('NotSupportedError');
  });
  await assert.rejects(WebCryptoSigner.generate(), HostError);
});
