// SPDX-License-Identifier: Apache-2.0
/** What a finding looks like, by what was shown and what the chain says since. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatTime, type Shown } from '../../sdk/js/src/index.js';
import { type Answer, type Finding, findingLook, judge, reasonNow, withAnswer } from '../src/scan/judge.js';

const AT = 1_800_000_000_000;
const END = AT + 60_000;

function found(state: 'blue' | 'yellow', operator: 'valid' | 'invalid' = 'valid'): Finding & { readonly holds: true } {
  const shows = { code: { id: '53D7H4Y4P7GE9DM', state, operator, custody: 'device' as const } };
  const facts = {
    chain_tag: '00000000',
    shows,
    height: 1,
    as_of: formatTime(AT),
    valid_until: formatTime(END),
    key: '',
  };
  const shown: Shown = { witnessed: { facts, witnesses: [] }, shown_at: formatTime(AT), signature: '' };
  return { holds: true, shown, at: AT, since: 'asking' };
}

function answer(
  more: Partial<Answer> = {},
  code: Partial<{ standing: string; displayed: 'blue' | 'yellow' | 'red' | null; valid_until: string | null }> = {},
): Answer {
  const now = { code: { standing: 'issued', displayed: 'blue' as const, valid_until: null, ...code } };
  return { height: 2, time: formatTime(AT), verdict: 'verified', reason: null, now, changed: [], ...more };
}

test('what holds looks as it was shown until its end, and then is unknown', () => {
  assert.equal(findingLook(found('blue'), END - 1), 'blue');
  assert.equal(findingLook(found('blue'), END), 'unknown');
  assert.equal(reasonNow(found('blue'), END), 'expired');
  assert.equal(findingLook(found('blue', 'invalid'), AT), 'yellow');
  assert.equal(findingLook({ holds: false, reason: 'bad_signature', at: AT }, AT), 'unknown');
});

test('what the chain says since counts more, and a key that ended shows nothing', () => {
  const cases: readonly (readonly [Answer | 'offline', string, string | null])[] = [
    ['offline', 'blue', null],
    [answer(), 'blue', null],
    [answer({ changed: ['colour'] }, { displayed: 'red' }), 'red', null],
    [answer({ changed: ['standing'] }, { standing: 'suspended', displayed: null }), 'suspended', null],
    [answer({ changed: ['standing'] }, { standing: 'cancelled', displayed: null }), 'cancelled', null],
    [answer({ changed: ['standing'] }, { standing: 'unknown', displayed: null }), 'unknown', 'not_confirmed'],
    [answer({ changed: ['key'] }), 'unknown', 'key_ended'],
    [answer({ verdict: 'unknown', now: null }), 'unknown', 'not_confirmed'],
    [answer({}, { valid_until: formatTime(AT) }), 'unknown', 'expired'],
    [answer({ now: { organisation: { admitted: false } } }), 'unknown', 'not_confirmed'],
  ];
  for (const [since, look, reason] of cases) {
    const finding = withAnswer(found('blue'), since);
    assert.equal(findingLook(finding, AT), look, JSON.stringify(since));
    assert.equal(reasonNow(finding, AT), reason, JSON.stringify(since));
  }
});

test('without a list of witnesses nothing is known', () => {
  assert.deepEqual(judge('DYM1:', null, AT), { holds: false, reason: 'no_list', at: AT });
});
