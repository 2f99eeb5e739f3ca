// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type Exchanged, exchangeHolds, openedBy, TABLES } from '../src/index.js';
import { doc } from './support.js';

/** What a node answered, as the description shows it. */
function recorded(): Exchanged {
  const { paths } = JSON.parse(doc('docs/openapi.json'));
  const answer = paths['/v1/exchange'].post.responses[200].content['application/json'];
  return structuredClone(answer.examples.ok.value) as Exchanged;
}

test('the exchange of the description holds, and whatever is changed in it does not', () => {
  assert.ok(exchangeHolds(recorded()));
  const none = '0'.repeat(64);
  const changes: ((answer: any) => void)[] = [
    ({ certificates }) => (certificates[0].fields[0].value = '张三'),
    ({ certificates }) => (certificates[0].fields[0].salt = none),
    ({ certificates }) => (certificates[0].fields[0].path[0] = none),
    ({ certificates }) => (certificates[0].fields[0].name = 'sex'),
    ({ certificates }) => (certificates[0].root = none),
    ({ certificates }) => (certificates[0].kind = 'policy'),
    ({ certificates }) => (certificates[0].kind = 'constructor'),
    (answer) => (answer.fields = ['plate']),
  ];
  for (const [place, change] of changes.entries()) {
    const changed = recorded();
    change(changed);
    assert.ok(!exchangeHolds(changed), `${place}`);
  }
});

test('a sensitive value opens under its own field alone, and every field of every certificate under something', () => {
  assert.deepEqual(openedBy('driving_licence', 'drivingLicense'), ['identity_number']);
  assert.deepEqual(openedBy('bank_account', 'validPeriodTo'), ['bank_account']);
  assert.deepEqual(openedBy('identity', 'driverName'), ['identity', 'name']);
  assert.deepEqual(openedBy('policy', 'constructor'), ['policy']);
  const { waybill: _, ...certificates } = TABLES;
  for (const [kind, names] of Object.entries(certificates)) {
    for (const name of names) assert.ok(openedBy(kind as keyof typeof certificates, name).length > 0);
  }
});
