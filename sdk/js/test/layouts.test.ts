// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decode, encode, fromHex, parse, toHex, variantOf } from './under.js';
import { Chance, CODECS, codecOf, documentedLayouts, refuses, replaced, vectors } from './support.js';
import { make, TYPES } from './values.js';

interface Vector {
  readonly bytes: string;
  readonly json: unknown;
}

const LAYOUTS = vectors<Record<string, readonly Vector[]>>('layouts');

/** A vector for each value, with the type that it is of. */
function each(check: (type: string, vector: Vector) => void): void {
  for (const [type, list] of Object.entries(LAYOUTS)) for (const vector of list) check(type, vector);
}

test('the tables are those of the document', () => {
  const documented = documentedLayouts();
  assert.ok(documented.size > 100, `${documented.size} layouts found`);
  for (const [name, layout] of documented) {
    const own = codecOf(name).layout;
    assert.equal(own?.replace(/[\s,]+/g, ' '), layout.replace(/[\s,]+/g, ' '), name);
  }
  const ours = [...CODECS.values()].filter(({ layout }) => layout !== undefined).map(({ type }) => type);
  assert.deepEqual(ours.sort(), [...documented.keys()].sort());
});

test('every type has vectors', () => {
  assert.deepEqual(Object.keys(LAYOUTS).sort(), [...documentedLayouts().keys()].sort());
});

test('every value has the bytes of its vector, and the bytes the value', () => {
  each((type, { bytes, json }) => {
    assert.equal(toHex(encode(codecOf(type), json)), bytes, type);
    assert.deepEqual(decode(codecOf(type), fromHex(bytes)), json, type);
  });
});

test('bytes that end early or go on are refused', () => {
  each((type, { bytes }) => {
    const whole = fromHex(bytes);
    for (let length = 0; length < whole.length; length += 1) {
      assert.ok(refuses(() => decode(codecOf(type), whole.subarray(0, length))), `${type} cut to ${length}`);
    }
    assert.ok(refuses(() => decode(codecOf(type), Uint8Array.of(...whole, 0))), `${type} with a byte more`);
  });
});

test('bytes with a bit changed are refused, or are the one encoding of another value', () => {
  const chance = new Chance(7);
  each((type, { bytes, json }) => {
    for (let i = 0; i < 40; i += 1) {
      const changed = fromHex(bytes);
      const place = chance.below(changed.length);
      changed[place] = (changed[place] ?? 0) ^ (1 << chance.below(8));
      if (refuses(() => decode(codecOf(type), changed))) continue;
      const value = decode(codecOf(type), changed);
      assert.notDeepEqual(value, json, type);
      assert.equal(toHex(encode(codecOf(type), value)), toHex(changed), type);
    }
  });
});

/** Every object within a value, with a way to have the value with another object in its place. */
function* objects(value: unknown, put: (inner: unknown) => unknown): Generator<[object, (inner: unknown) => unknown]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [value, put];
  for (const [name, inner] of Object.entries(value)) {
    const putInner = (other: unknown): unknown => put(replaced(value, name, other));
    yield* objects(inner, putInner);
  }
}

test('members that are missing or unknown are refused', () => {
  each((type, { json }) => {
    for (const [object, put] of objects(json, (inner) => inner)) {
      assert.ok(refuses(() => parse(codecOf(type), put({ ...object, more: 1 }))), `${type} with more`);
      for (const name of Object.keys(object)) {
        const { [name]: _, ...rest } = object as Record<string, unknown>;
        assert.ok(refuses(() => parse(codecOf(type), put(rest))), `${type} without ${name}`);
      }
    }
  });
});

test('a variant that holds nothing is its word alone', () => {
  assert.ok(refuses(() => parse(codecOf('Custody'), { device: null })));
  assert.ok(refuses(() => parse(codecOf('Custody'), 'platform')));
  assert.ok(refuses(() => parse(codecOf('Custody'), {})));
  assert.deepEqual(variantOf('device'), ['device', undefined]);
  assert.ok(refuses(() => parse(codecOf('Mode'), 'constructor')));
  assert.ok(refuses(() => parse(codecOf('Mode'), { __proto__: null })));
});

test('a list has no holes', () => {
  const prefectures: number[] = [];
  prefectures[1] = 5301;
  assert.ok(refuses(() => parse(codecOf('Scope'), { kind: 'identity', prefectures })));
  assert.ok(refuses(() => parse(codecOf('Scope'), { kind: 'identity', prefectures: { length: 0 } })));
});

test('what is wrong is said with the place where it is', () => {
  const roles = { admin: true, operate: 1, attest: false };
  const action = { key_add: { key: `ed25519:${'0'.repeat(64)}`, roles, statements: [] } };
  assert.throws(() => parse(codecOf('Action'), action), /^FormatError: key_add\.roles\.operate: not true or false$/);
});

test('values made by chance come back from their bytes', () => {
  const seed = Number(process.env['SEED'] ?? 20_261_127);
  const chance = new Chance(seed);
  for (const type of TYPES) {
    for (let i = 0; i < 25; i += 1) {
      const value = make(type, chance);
      const bytes = encode(codecOf(type), value);
      assert.deepEqual(decode(codecOf(type), bytes), value, `${type}, seed ${seed}`);
    }
  }
});

test('bytes made by chance are refused or canonical', () => {
  const seed = Number(process.env['SEED'] ?? 7_112_026);
  const chance = new Chance(seed);
  for (const type of TYPES) {
    for (let i = 0; i < 25; i += 1) {
      const bytes = chance.bytes(chance.below(80)).map((byte) => (byte % 3 === 0 ? byte : byte % 2));
      if (refuses(() => decode(codecOf(type), bytes))) continue;
      const value = decode(codecOf(type), bytes);
      assert.equal(toHex(encode(codecOf(type), value)), toHex(bytes), `${type}, seed ${seed}`);
    }
  }
});
