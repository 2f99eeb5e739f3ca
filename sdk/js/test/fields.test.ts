// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  EXCHANGE_FIELDS,
  type Field,
  fieldDigest,
  fieldHolds,
  fieldPath,
  fieldSet,
  fieldsRoot,
  saltFields,
  SENSITIVE_FIELDS,
  TABLES,
  type Table,
} from '../src/index.js';
import { Chance, doc, fenced, refuses, vectors } from './support.js';

interface Fields {
  readonly roots: readonly {
    readonly table: Table;
    readonly fields: readonly Field[];
    readonly digests: readonly string[];
    readonly root: string;
  }[];
  readonly openings: readonly {
    readonly table: Table;
    readonly field: Field;
    readonly path: readonly string[];
    readonly root: string;
    readonly holds: boolean;
  }[];
}

const { roots, openings } = vectors<Fields>('fields');

test('the tables are those of the document', () => {
  const words = fenced('fields').join(' ').trim().split(/\s+/);
  const ours = Object.entries(TABLES).flatMap(([table, names]) => [`${table}:`, ...names]);
  assert.deepEqual(ours, words);
});

test('the exchange fields and the sensitive ones are those of the document', () => {
  const [, section = ''] = doc('docs/proofs.md').split('## Exchange fields\n');
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => /^\| \d/.test(line));
  const named = rows.flatMap((row) => {
    const words = (row.split('|')[2] ?? '').match(/\w+/g) ?? [];
    return words.map((word) => ({ word, sensitive: row.includes('; sensitive |') }));
  });
  assert.deepEqual(named.map(({ word }) => word), EXCHANGE_FIELDS);
  assert.deepEqual(named.filter(({ sensitive }) => sensitive).map(({ word }) => word), SENSITIVE_FIELDS);
});

test('a set of exchange fields has one form', () => {
  assert.deepEqual(fieldSet(['track', 'name', 'phone', 'name']), ['name', 'phone', 'track']);
  assert.deepEqual(fieldSet([]), []);
});

test('fields have their digests and tables their roots', () => {
  for (const { table, fields, digests, root } of roots) {
    assert.deepEqual(fields.map(fieldDigest), digests);
    assert.equal(fieldsRoot(table, fields), root);
  }
});

test('openings hold or not as their vectors say', () => {
  for (const { table, field, path, root, holds } of openings) {
    assert.equal(fieldHolds(table, field, path, root), holds, `${table} ${field.name}`);
  }
});

test('each field of a certificate opens under its own name alone', async () => {
  const chance = new Chance(2);
  for (const table of Object.keys(TABLES) as Table[]) {
    const first = TABLES[table][0] ?? '';
    const fields = await saltFields(table, { [first]: '滇A00001' }, (length) => chance.bytes(length));
    const root = fieldsRoot(table, fields);
    for (const field of fields) {
      const path = fieldPath(table, fields, field.name);
      assert.ok(fieldHolds(table, field, path, root));
      assert.ok(!fieldHolds(table, { ...field, value: `${field.value}x` }, path, root));
      for (const name of TABLES[table]) {
        assert.equal(fieldHolds(table, { ...field, name }, path, root), name === field.name);
      }
    }
  }
});

test('fields that are not those of the table are refused', async () => {
  const fields = await saltFields('bank_account', {});
  assert.ok(refuses(() => fieldsRoot('bank_account', fields.slice(1))));
  assert.ok(refuses(() => fieldsRoot('bank_account', [...fields].reverse())));
  const long = fields.map((field) => ({ ...field, value: '滇'.repeat(342) }));
  assert.ok(refuses(() => fieldsRoot('bank_account', long)));
  assert.equal(new Set(fields.map(({ salt }) => salt)).size, fields.length);
  await assert.rejects(saltFields('bank_account', { vin: '1' }), /has no field vin/);
});
