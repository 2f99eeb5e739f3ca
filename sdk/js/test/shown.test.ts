// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  displayedColour,
  FormatError,
  fromHex,
  joinWitnessed,
  later,
  LocalSigner,
  packShown,
  packWitnessed,
  parseShown,
  qrModules,
  qrSvg,
  readWitnessed,
  SHOWN_WITNESSES,
  type Shown,
  show,
  shownText,
  toHex,
  unpackShown,
  unpackWitnessed,
  verifyShown,
  type WitnessList,
  witnessMessage,
  witnessesOf,
  type Witnessed,
} from '../src/index.js';
import { fromBase45, toBase45 } from '../src/base45.js';
import { Chance, refuses, vectors } from './support.js';

interface Scanned {
  readonly name: string;
  readonly text: string;
  readonly now: string;
  readonly threshold: number;
}

interface Vectors {
  readonly list: WitnessList;
  readonly seeds: { readonly holder: string; readonly 'validator-1': string };
  readonly accept: readonly (Scanned & {
    readonly bytes: string;
    readonly shown: Shown;
    readonly displayed: string | null;
    readonly witnesses: readonly number[];
  })[];
  readonly refuse: readonly (Scanned & { readonly reason: string })[];
}

const { list, seeds, accept, refuse } = vectors<Vectors>('shown');
const HOLDER = new LocalSigner(fromHex(seeds.holder));
const VALIDATOR = new LocalSigner(fromHex(seeds['validator-1']));
const [FIRST] = accept;
const GOOD = FIRST ?? assert.fail();

test('what the vectors accept is verified, with what it shows', () => {
  assert.ok(accept.length > 15);
  for (const { name, text, now, threshold, bytes, shown, displayed, witnesses } of accept) {
    const verdict = verifyShown(text, list, { now, threshold });
    assert.deepEqual(verdict, { verdict: 'verified', shown, displayed, witnesses }, name);
    assert.equal(toHex(packShown(shown)), bytes, name);
    assert.equal(shownText(shown), text, name);
    assert.deepEqual(unpackShown(fromHex(bytes)), shown, name);
  }
});

test('what the vectors refuse is unknown, for the reason that they name', () => {
  assert.ok(refuse.length > 45);
  for (const { name, text, now, threshold, reason } of refuse) {
    assert.deepEqual(verifyShown(text, list, { now, threshold }), { verdict: 'unknown', reason }, name);
    if (reason === 'malformed') assert.ok(refuses(() => parseShown(text)), name);
  }
});

async function witnessed(): Promise<Witnessed> {
  const { facts } = GOOD.shown.witnessed;
  const signature = await VALIDATOR.sign(witnessMessage(list.chain, facts));
  return { facts, witnesses: [{ number: 1, signature }] };
}

test('a validator and a holder sign as the vectors do', async () => {
  assert.equal(await show(HOLDER, list.chain, await witnessed(), GOOD.shown.shown_at), GOOD.text);
});

test('a clock behind the chain is overtaken by it, and what is over is not shown', async () => {
  const whole = await witnessed();
  const { as_of, valid_until } = whole.facts;
  const early = parseShown(await show(HOLDER, list.chain, whole, later(as_of, -30_000)));
  assert.equal(early.shown_at, as_of);
  await assert.rejects(show(HOLDER, list.chain, whole, valid_until), FormatError);
  await assert.rejects(show(VALIDATOR, list.chain, whole, as_of), /another key/);
  await assert.rejects(show(HOLDER, '0'.repeat(64), whole, as_of), /another chain/);
});

test('the word of a node is taken only as it was packed', async () => {
  const whole = await witnessed();
  const [witness] = whole.witnesses;
  assert.ok(witness !== undefined);
  const packed = toHex(packWitnessed(whole));
  assert.deepEqual(readWitnessed({ facts: whole.facts, witness, packed }), whole);
  assert.deepEqual(unpackWitnessed(fromHex(packed)), whole);
  const other = { ...whole.facts, height: whole.facts.height + 1 };
  assert.throws(() => readWitnessed({ facts: other, witness, packed }), FormatError);
});

test('witnesses of the same facts are joined in their order', async () => {
  const one = await witnessed();
  const by = (number: number): Witnessed => ({
    facts: one.facts,
    witnesses: one.witnesses.map(({ signature }) => ({ number, signature })),
  });
  const numbers = ({ witnesses }: Witnessed) => witnesses.map(({ number }) => number);
  const two = joinWitnessed(by(3), by(1));
  assert.deepEqual(numbers(two), [1, 3]);
  assert.deepEqual(numbers(joinWitnessed(two, by(3))), [1, 3]);
  const later = { ...by(2), facts: { ...one.facts, height: 9 } };
  assert.ok(refuses(() => joinWitnessed(two, later)));
  const four = joinWitnessed(joinWitnessed(two, by(2)), by(4));
  assert.equal(four.witnesses.length, SHOWN_WITNESSES);
  assert.ok(refuses(() => joinWitnessed(four, by(5))));
});

test('only validators are witnesses', () => {
  const nodes = list.witnesses.map((node) => ({ ...node, role: 'validator' }));
  const observer = { number: 9, name: 'observer-1', role: 'observer', key: HOLDER.key };
  assert.deepEqual(witnessesOf(list.chain, { nodes: [...nodes, observer] }), list);
});

test('blue is shown only with an operator that is not invalid', () => {
  const code = { id: '53D7H4Y4P7GE9DM', state: 'blue', custody: 'device' } as const;
  assert.equal(displayedColour({ code: { ...code, operator: 'valid' } }), 'blue');
  assert.equal(displayedColour({ code: { ...code, operator: 'invalid' } }), 'yellow');
  assert.equal(displayedColour({ code: { ...code, state: 'suspended', operator: 'valid' } }), null);
});

test('base45 is that of RFC 9285, and has one form', () => {
  const ascii = (text: string) => Uint8Array.from(text, (symbol) => symbol.charCodeAt(0));
  for (const [text, symbols] of [
    ['AB', 'BB8'],
    ['Hello!!', '%69 VD92EX0'],
    ['base-45', 'UJCLQE7W581'],
    ['ietf!', 'QED8WEX0'],
    ['', ''],
  ] as const) {
    assert.equal(toBase45(ascii(text)), symbols);
    assert.deepEqual(fromBase45(symbols), ascii(text));
  }
  for (const wrong of ['GGW', ':::', '::', 'A', 'ABCD', 'bb8', 'B!8', 'BB8Ä']) {
    assert.ok(refuses(() => fromBase45(wrong)), wrong);
  }
  const chance = new Chance(7);
  for (let i = 0; i < 200; i += 1) {
    const bytes = chance.bytes(chance.below(60));
    assert.deepEqual(fromBase45(toBase45(bytes)), bytes);
  }
});

test('no text makes a scanner stumble, and a bit that differs is noticed', () => {
  const chance = new Chance(11);
  const symbols = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
  for (let i = 0; i < 300; i += 1) {
    const text = Array.from({ length: chance.below(700) }, () => chance.one(Array.from(symbols))).join('');
    const verdict = verifyShown(`DYM1:${text}`, list, { now: GOOD.now });
    assert.deepEqual(verdict, { verdict: 'unknown', reason: 'malformed' });
  }
  for (let place = 0; place < 204; place += 7) {
    const bytes = fromHex(GOOD.bytes);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << chance.below(8));
    assert.equal(verifyShown(`DYM1:${toBase45(bytes)}`, list, { now: GOOD.now }).verdict, 'unknown');
  }
});

test('the picture of one with one witness has 57 modules and a quiet zone of four', () => {
  assert.equal(GOOD.text.length, 311);
  const rows = qrModules(GOOD.text);
  assert.equal(rows.length, 57 + 8);
  const isWhite = (row: readonly boolean[] | undefined) => row?.every((module) => !module);
  assert.ok(rows.slice(0, 4).every(isWhite) && rows.slice(-4).every(isWhite));
  const svg = qrSvg(GOOD.text, 300);
  assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 65 65" width="300" height="300"/);
  const dark = [...svg.matchAll(/h(\d+)v1/g)].reduce((sum, [, length]) => sum + Number(length), 0);
  assert.equal(dark, rows.flat().filter((module) => module).length);
  assert.ok(!qrSvg(GOOD.text).includes('width='));
  assert.ok(refuses(() => qrSvg('')));
});
