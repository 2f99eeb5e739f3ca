// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  Code,
  decode,
  display,
  fromHex,
  operatorKey,
  readGenesis,
  readHeader,
  readProof,
  shadeOf,
  verifyProof,
} from '../src/index.js';
import { vectors } from './support.js';

interface Shade {
  readonly name: string;
  readonly code: string;
  readonly header_time: string;
  readonly at: string;
  readonly known: boolean;
  readonly standing: string | null;
  readonly colour: string | null;
}

interface Operators {
  readonly genesis: unknown;
  readonly cases: readonly {
    readonly name: string;
    readonly trusted: unknown;
    readonly code: unknown;
    readonly operator: unknown;
    readonly at: string;
    readonly known: boolean;
    readonly standing: string | null;
    readonly colour: string | null;
    readonly state: string | null;
    readonly until: string | null;
  }[];
}

test('standing and colour are those of the vectors', () => {
  for (const { name, code, header_time, at, known, standing, colour } of vectors<readonly Shade[]>('colours')) {
    const shade = shadeOf(decode(Code, fromHex(code)), header_time, at);
    assert.deepEqual(shade, known ? { standing, colour } : null, name);
  }
});

const OPERATORS = vectors<Operators>('operators');

test('what is shown with an operator is what the vectors say', () => {
  const { depth } = readGenesis(OPERATORS.genesis);
  for (const one of OPERATORS.cases) {
    const trusted = readHeader(one.trusted);
    const proven = (file: unknown) => (file === null ? null : verifyProof(readProof(file), trusted, depth));
    const code = proven(one.code) ?? assert.fail();
    const seen = display(code, proven(one.operator), trusted, one.at);
    const got = seen && {
      standing: seen.standing,
      colour: seen.displayed,
      state: seen.operator,
      until: seen.until,
    };
    const { standing, colour, state, until } = one;
    assert.deepEqual(got, one.known ? { standing, colour, state, until } : null, one.name);
  }
});

test('nothing is shown from another proof than one that the code is there now', () => {
  const { depth } = readGenesis(OPERATORS.genesis);
  const [one, other] = OPERATORS.cases.filter(({ known, operator }) => known && operator !== null);
  assert.ok(one !== undefined && other !== undefined);
  const trusted = readHeader(one.trusted);
  const code = verifyProof(readProof(one.code), trusted, depth);
  const operator = verifyProof(readProof(one.operator), trusted, depth);
  assert.ok(code.what === 'record' && code.kind === 'code');
  assert.equal(operatorKey(code.value)?.kind, 'organisation');
  assert.ok(display(code, operator, trusted, trusted.time_ms) !== null);
  assert.equal(display({ ...code, until: 9 }, operator, trusted, trusted.time_ms), null);
  assert.equal(display(operator, operator, trusted, trusted.time_ms), null);
  assert.equal(display(code, { ...code }, trusted, trusted.time_ms), null);
  assert.ok(operator.what === 'record');
  assert.equal(display(code, { ...operator, until: 9 }, trusted, trusted.time_ms), null);
  const elsewhere = { ...trusted, height: trusted.height + 1 };
  assert.equal(display(code, operator, elsewhere, trusted.time_ms), null);
});
