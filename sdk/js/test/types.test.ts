// SPDX-License-Identifier: Apache-2.0
/**
 * docs/proofs.md and docs/openapi.json say the same of each type: what this package makes is what a node takes. Most
 * of it is checked as this file is compiled.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type Action,
  parse,
  readHeader,
  readRecord,
  Receipt,
  type RecordKind,
  type Schemas,
  Transaction,
  VALUES,
} from '../src/index.js';
import type * as layouts from '../src/layouts/index.js';
import { Chance, doc, refuses } from './support.js';
import { make } from './values.js';

/** A type without the numbers that JSON has no exact form of. */
type Exact<T> = T extends bigint ? never : T extends object ? { [K in keyof T]: Exact<T[K]> } : T;

/** Compiles only if every `Ours` is a `Theirs`. */
type Agree<Theirs, Ours extends Theirs> = Ours extends Theirs ? true : never;

export type Agreed = [
  Agree<Schemas['Transaction'], Exact<layouts.Transaction>>,
  Agree<Schemas['Header'], layouts.Header>,
  Agree<Schemas['Receipt'], layouts.Receipt>,
  Agree<Schemas['Change'], layouts.Change & { id: string }>,
  Agree<Schemas['Version'], layouts.Version>,
  Agree<Schemas['Parameters'], Exact<layouts.Parameters>>,
  Agree<Schemas['Organisation'], layouts.Organisation>,
  Agree<Schemas['Person'], layouts.Person>,
  Agree<Schemas['Vehicle'], layouts.Vehicle>,
  Agree<Schemas['Application'], layouts.Application>,
  Agree<Schemas['Code'], layouts.Code>,
  Agree<Schemas['Matter'], layouts.Matter>,
  Agree<Schemas['Waybill'], layouts.Waybill>,
];

interface Schema {
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
}

test('the actions of the interface are those of the document', () => {
  const { components } = JSON.parse(doc('docs/openapi.json')) as { components: { schemas: Record<string, Schema> } };
  const named = (components.schemas['Action']?.oneOf ?? []).flatMap(({ properties }) => Object.keys(properties ?? {}));
  const chance = new Chance(1);
  const made = Array.from({ length: 2_000 }, () => Object.keys(make('Action', chance) as Action)[0] ?? '');
  assert.deepEqual([...new Set(made)].sort(), [...new Set(named)].sort());
});

test('a record in an answer is read by the word of its kind', () => {
  const chance = new Chance(9);
  for (const kind of Object.keys(VALUES) as RecordKind[]) {
    const value = make(VALUES[kind].type, chance) as object;
    assert.deepEqual(readRecord({ [kind]: value }), { kind, value });
    assert.ok(refuses(() => readRecord({ [kind]: { ...value, more: 1 } })));
  }
  for (const wrong of ['code', { toString: {} }, { codes: {} }, null]) assert.ok(refuses(() => readRecord(wrong)));
});

/** Every object in a value. */
function* objects(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const inner of Object.values(value)) yield* objects(inner);
}

test('what the examples of the interface hold is read as strictly as all else', () => {
  const described = [...objects(JSON.parse(doc('docs/openapi.json')))];
  const examples = described.flatMap(({ example, examples }) => [example, examples]);
  let read = 0;
  for (const object of [...objects(examples)]) {
    if (typeof object['action'] === 'object' && 'signature' in object) read += parse(Transaction, object) ? 1 : 0;
    if ('state_root' in object) read += readHeader(object) ? 1 : 0;
    if ('outcome' in object && 'index' in object && !('id' in object)) read += parse(Receipt, object) ? 1 : 0;
    if ('value' in object && 'version' in object && 'id' in object) read += readRecord(object['value']) ? 1 : 0;
  }
  assert.ok(read >= 15, `${read} things read`);
});
