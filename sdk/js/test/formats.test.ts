// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkField, checkFields, FORMAT_MESSAGES, type FormatMode, type Table } from '../src/index.js';
import { vectors } from './support.js';

interface Formats {
  readonly as_of: string;
  readonly messages: readonly { readonly code: string; readonly zh: string; readonly en: string }[];
  readonly numbers: readonly {
    readonly name: string;
    readonly field: string;
    readonly value: string;
    readonly mode: FormatMode;
    readonly wrong: string | null;
  }[];
  readonly tables: readonly {
    readonly name: string;
    readonly table: Table;
    readonly mode: FormatMode;
    readonly fields: readonly (readonly [string, string])[];
    readonly wrong: readonly (readonly [string, string])[];
  }[];
}

const { as_of: asOf, messages, numbers, tables } = vectors<Formats>('formats');

test('every number passes or fails for its reason', () => {
  for (const { name, field, value, mode, wrong } of numbers) {
    assert.equal(checkField(field, value, { mode, asOf }), wrong, `${name}: ${value}`);
  }
});

test('whole tables fail for their reasons alone', () => {
  for (const { name, table, mode, fields, wrong } of tables) {
    const found = checkFields(table, fields, { mode, asOf });
    assert.deepEqual(found.map(({ field, code }) => [field, code]), wrong, name);
  }
});

test('a field that is there twice is refused', () => {
  for (const { table, fields, wrong } of tables.filter(({ name }) => name.startsWith('a right '))) {
    const [one] = fields;
    assert.ok(one !== undefined && wrong.length === 0);
    const found = checkFields(table, [...fields, one], { mode: 'demo', asOf });
    assert.deepEqual(found.map(({ field, code }) => [field, code]), [[one[0], 'field_twice']]);
  }
});

test('codes and messages are those of the nodes', () => {
  const ours = Object.entries(FORMAT_MESSAGES).map(([code, [zh, en]]) => ({ code, zh, en }));
  assert.deepEqual(ours, messages);
});
