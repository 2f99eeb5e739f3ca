// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkCreditCode, checkCodeId, formatTime, later, LAST_TIME_MS, parseTime, readCodeId } from '../src/index.js';
import { Chance, codecOf, refuses, vectors } from './support.js';
import { decode, encode, fromHex, fromUtf8, parse, parseJson, primitives, toHex, toUtf8 } from './under.js';

interface Primitives {
  readonly accepted: readonly { readonly type: string; readonly json: unknown; readonly bytes: string }[];
  readonly refused: readonly { readonly type: string; readonly bytes: string; readonly why: string }[];
}

const { accepted, refused } = vectors<Primitives>('primitives');

test('primitives have the bytes of their vectors', () => {
  for (const { type, json, bytes } of accepted) {
    assert.equal(toHex(encode(codecOf(type), json)), bytes, `${type} ${String(json)}`);
    assert.deepEqual(decode(codecOf(type), fromHex(bytes)), json, type);
  }
});

test('bytes that are no value are refused', () => {
  assert.ok(refused.length > 15);
  for (const { type, bytes, why } of refused) {
    assert.ok(refuses(() => decode(codecOf(type), fromHex(bytes))), `${type}: ${why}`);
  }
});

test('texts in any other form are refused', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['bool', 1],
    ['u8', 256],
    ['u8', -1],
    ['u8', -0],
    ['u8', 1.5],
    ['u8', '1'],
    ['u32', 2 ** 32],
    ['u64', 2 ** 53],
    ['hash', 'AA'.repeat(32)],
    ['hash', '0'.repeat(63)],
    ['nonce', '0'.repeat(64)],
    ['time', '2026-11-24T12:00:00+08:00'],
    ['time', '2026-11-24T04:00:00.000Z'],
    ['time', '2026-02-29T12:00:00.000+08:00'],
    ['time', '2026-11-24T24:00:00.000+08:00'],
    ['time', '1970-01-01T07:59:59.999+08:00'],
    ['word', ''],
    ['word', 'x'.repeat(41)],
    ['word', '滇'.repeat(14)],
    ['word', 'a\u0085b'],
    ['word', 'a\u007f'],
    ['word', '\ud800'],
    ['name', 'x'.repeat(121)],
    ['key', '0'.repeat(64)],
    ['key', `sm2:${'0'.repeat(64)}`],
    ['key', `ed25519:${'A'.repeat(64)}`],
    ['signature', `ed25519:${'0'.repeat(64)}`],
    ['org', 'per_00000000000000000000000000'],
    ['org', 'org_80000000000000000000000000'],
    ['org', 'org_0000000000000000000000000'],
    ['org', 'org_0000000000000000000000000u'],
    ['org', 'org_0000000000000000000000000A'],
    ['code', '53q13qn2k3xcw6x'],
    ['code', '53Q13QN2K3XCW6'],
    ['code', '53Q13QN2K3XCW60'],
    ['code', '54Q13QN2K3XCW6X'],
    ['credit', '91539901MA00TE5T2X'],
    ['credit', '91539901MO00TE5T2W'],
    ['credit', '91539901MA00TE5T2'],
    ['credit', '91539901MA00TE5T0N'],
    ['aff', 'acc_00000000000000000000000000'],
    ['fields', ['phone', 'name']],
    ['fields', ['name', 'name']],
    ['fields', ['names']],
    ['fields', 'name'],
    ['fields', { length: 0 }],
    ['fields', new Array(1)],
  ];
  for (const [type, json] of wrong) assert.ok(refuses(() => parse(codecOf(type), json)), `${type} ${String(json)}`);
});

test('a number that somebody chose may have 64 bits', () => {
  for (const value of [2n ** 53n, 2n ** 64n - 1n]) {
    const bytes = encode(primitives.u64Wide, value);
    assert.equal(decode(primitives.u64Wide, bytes), value);
    assert.ok(refuses(() => decode(primitives.u64, bytes)));
  }
  assert.equal(decode(primitives.u64Wide, fromHex('ffffffffffff1f00')), Number.MAX_SAFE_INTEGER);
  for (const wrong of [2n ** 64n, -1n, 1n]) assert.ok(refuses(() => parse(primitives.u64Wide, wrong)));
});

test('credit codes and ids of codes keep their check symbols', () => {
  const good = ['91539901MA00TE5T2W', '92539903MA0QDY012D', '91539906MA0FRT998J', '11539900000000019L'];
  for (const text of good) assert.equal(checkCreditCode(text), text);
  for (const text of good) {
    for (let place = 0; place < text.length; place += 1) {
      const other = text.charAt(place) === '3' ? '4' : '3';
      const changed = text.slice(0, place) + other + text.slice(place + 1);
      assert.ok(refuses(() => checkCreditCode(changed)), changed);
    }
  }
  assert.equal(readCodeId('53q13qn2k3xcw6x'), '53Q13QN2K3XCW6X');
  assert.ok(refuses(() => readCodeId(' 53Q13QN2K3XCW6X')));
  assert.ok(refuses(() => checkCodeId('53Q13QN2K3XCW6Y')));
});

test('instants are their texts', () => {
  const chance = new Chance(3);
  for (let i = 0; i < 2_000; i += 1) {
    const ms = Math.min(chance.below(59_000) * 2 ** 32 + chance.below(2 ** 32), LAST_TIME_MS);
    assert.equal(parseTime(formatTime(ms)), ms);
  }
  assert.equal(formatTime(0), '1970-01-01T08:00:00.000+08:00');
  assert.equal(later('2028-02-28T23:59:59.999+08:00', 1), '2028-02-29T00:00:00.000+08:00');
  for (const ms of [-1, 0.5, LAST_TIME_MS + 1, Number.NaN]) assert.ok(refuses(() => formatTime(ms)));
});

test('UTF-8 is that of the host, and stricter', () => {
  const chance = new Chance(5);
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const host = (bytes: Uint8Array): string | null => {
    try {
      return strict.decode(bytes);
    } catch {
      return null;
    }
  };
  const starts = [0x41, 0xc2, 0xe0, 0xe6, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff, 0xc0];
  for (let i = 0; i < 20_000; i += 1) {
    const bytes = Uint8Array.from({ length: 1 + chance.below(5) }, (_, place) =>
      place === 0 || chance.below(4) === 0 ? chance.one(starts) : 0x80 + chance.below(0x40),
    );
    const text = host(bytes);
    if (text === null) assert.ok(refuses(() => fromUtf8(bytes)), toHex(bytes));
    else {
      assert.equal(fromUtf8(bytes), text);
      assert.deepEqual(toUtf8(text), bytes);
    }
  }
});

test('a JSON text may say each thing once, and numbers plainly', () => {
  assert.deepEqual(parseJson('{"a":[{"b":1,"c:\\"":"d:-1.5e3"}],"e":{}}'), {
    a: [{ b: 1, 'c:"': 'd:-1.5e3' }],
    e: {},
  });
  const wrong = ['{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', '{"a":1,"\\u0061":2}', '1.0', '-0', '1e3', '{"a":}', ''];
  for (const text of wrong) assert.ok(refuses(() => parseJson(text)), text);
});
