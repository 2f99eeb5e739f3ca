// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes and texts of shown codes (docs/showing.md): packed big-endian fields without lengths or padding. One value
 * has one form; whatever else is read is refused.
 */
import { fromBase45, toBase45 } from '../base45.js';
import { concat, fromHex, toHex } from '../bytes.js';
import { at, FormatError } from '../errors.js';
import { formatCodeId, formatId, parseCodeId, parseId } from '../ids.js';
import { keyBytes, signatureBytes } from '../primitives.js';
import { publicKey, signature } from '../keys.js';
import { formatTime, parseTime, type Time } from '../time.js';
import {
  BADGE_KINDS,
  CODE_STATES,
  type Facts,
  KEY_CUSTODIES,
  OPERATOR_STATES,
  type Shown,
  type ShownWhat,
  type Witness,
  type Witnessed,
} from './facts.js';

/** What the text of a shown code begins with. */
export const SHOWN_PREFIX = 'DYM1:';
/** Most witnesses of a shown code. */
export const SHOWN_WITNESSES = 4;
/** Longest that facts hold after the block that they were read from, in milliseconds. */
export const SHOWN_VALID_MS = 24 * 3_600_000;

const FACTS_BYTES = 70;
const WITNESS_BYTES = 66;
const SHOWING_BYTES = 68;
const LONGEST_TEXT = 608;

/** Version 1 in the high half, what is shown in the low one. */
const CODE = 0x11;
const ORGANISATION = 0x12;

/** An unsigned number below 2^(8·width), most significant byte first. */
function bigEndian(value: number, width: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** (8 * width)) {
    throw new FormatError('a height or time is out of range');
  }
  const bytes = new Uint8Array(width);
  let rest = value;
  for (let i = width - 1; i >= 0; i -= 1) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** Takes fields one after the other. */
class Fields {
  private place = 0;

  constructor(private readonly bytes: Uint8Array) {}

  take(length: number): Uint8Array {
    const field = this.bytes.subarray(this.place, this.place + length);
    if (field.length !== length) throw new FormatError('the bytes end early');
    this.place += length;
    return field;
  }

  number(width: number): number {
    return this.take(width).reduce((number, byte) => number * 256 + byte, 0);
  }
}

function placeOf(list: readonly string[], value: string): number {
  const place = list.indexOf(value);
  if (place < 0) throw new FormatError(`${JSON.stringify(value)} is not known`);
  return place;
}

function oneOf<T>(list: readonly T[], place: number): T {
  const found = list[place];
  if (found === undefined) throw new FormatError('a flag is not known');
  return found;
}

/** First byte, flags and id of what is shown. */
function packWhat(shows: ShownWhat): [what: number, flags: number, id: Uint8Array] {
  if ('organisation' in shows) {
    const { id, kind } = shows.organisation;
    return [ORGANISATION, placeOf(BADGE_KINDS, kind), parseId('org', id)];
  }
  const { id, state, operator, custody } = shows.code;
  const flags = placeOf(CODE_STATES, state) | (placeOf(OPERATOR_STATES, operator) << 3);
  return [CODE, flags | (placeOf(KEY_CUSTODIES, custody) << 5), parseCodeId(id)];
}

function unpackWhat(what: number, flags: number, id: Uint8Array): ShownWhat {
  if (what === ORGANISATION) {
    return { organisation: { id: formatId('org', id), kind: oneOf(BADGE_KINDS, flags) } };
  }
  if (what !== CODE) throw new FormatError('the version, or what is shown, is not known');
  const state = oneOf(CODE_STATES, flags & 7);
  const operator = oneOf(OPERATOR_STATES, (flags >> 3) & 3);
  const custody = oneOf(KEY_CUSTODIES, flags >> 5);
  return { code: { id: formatCodeId(id), state, operator, custody } };
}

function checkValidity(ms: number): number {
  if (ms < 1 || ms > SHOWN_VALID_MS) throw new FormatError('it holds for no time, or for too long');
  return ms;
}

/** The 70 bytes of facts: what witnesses sign. */
export function packFacts(facts: Facts): Uint8Array {
  const [what, flags, id] = packWhat(facts.shows);
  const asOf = parseTime(facts.as_of);
  const holds = checkValidity(parseTime(facts.valid_until) - asOf);
  return concat(
    Uint8Array.of(what),
    fromHex(facts.chain_tag, 4),
    Uint8Array.of(flags),
    id,
    bigEndian(facts.height, 6),
    bigEndian(asOf, 6),
    bigEndian(holds, 4),
    keyBytes(facts.key),
  );
}

/** Reads what `packFacts` wrote. */
export function unpackFacts(bytes: Uint8Array): Facts {
  if (bytes.length !== FACTS_BYTES) throw new FormatError(`facts have ${FACTS_BYTES} bytes`);
  const fields = new Fields(bytes);
  const what = fields.number(1);
  const chain_tag = toHex(fields.take(4));
  const flags = fields.number(1);
  const shows = unpackWhat(what, flags, fields.take(16));
  const height = fields.number(6);
  const asOf = fields.number(6);
  const holds = checkValidity(fields.number(4));
  const [as_of, valid_until] = [formatTime(asOf), formatTime(asOf + holds)];
  return { chain_tag, shows, height, as_of, valid_until, key: publicKey(fields.take(32)) };
}

function checkWitnesses(witnesses: readonly Witness[]): void {
  const numbers = witnesses.map(({ number }) => number);
  const ascend = numbers.every((number, i) => number > (numbers[i - 1] ?? 0));
  if (!ascend || numbers.length < 1 || numbers.length > SHOWN_WITNESSES) {
    throw new FormatError(`witnesses are 1 to ${SHOWN_WITNESSES}, in ascending order of their numbers`);
  }
}

/** Bytes of facts and witnesses. */
export function packWitnessed({ facts, witnesses }: Witnessed): Uint8Array {
  checkWitnesses(witnesses);
  const packed = witnesses.map(({ number, signature }) => [bigEndian(number, 2), signatureBytes(signature)]);
  return concat(packFacts(facts), ...packed.flat());
}

/** Reads what `packWitnessed` wrote, such as `packed` of a node's answer. */
export function unpackWitnessed(bytes: Uint8Array): Witnessed {
  const facts = unpackFacts(bytes.subarray(0, FACTS_BYTES));
  const fields = new Fields(bytes.subarray(FACTS_BYTES));
  const witnesses: Witness[] = [];
  for (let rest = bytes.length - FACTS_BYTES; rest > 0; rest -= WITNESS_BYTES) {
    witnesses.push({ number: fields.number(2), signature: signature(fields.take(64)) });
  }
  checkWitnesses(witnesses);
  return { facts, witnesses };
}

/** Bytes of all that the holder signs. */
export function packShowing(witnessed: Witnessed, shownAt: Time): Uint8Array {
  const { as_of, valid_until } = witnessed.facts;
  const at = parseTime(shownAt);
  if (at >= parseTime(valid_until)) throw new FormatError('it is shown when its facts hold no more');
  return concat(packWitnessed(witnessed), bigEndian(at - parseTime(as_of), 4));
}

/** All bytes of a shown code. */
export function packShown({ witnessed, shown_at, signature }: Shown): Uint8Array {
  return concat(packShowing(witnessed, shown_at), signatureBytes(signature));
}

/** Reads what `packShown` wrote. */
export function unpackShown(bytes: Uint8Array): Shown {
  if (bytes.length < SHOWING_BYTES) throw new FormatError('the bytes end early');
  const witnessed = unpackWitnessed(bytes.subarray(0, -SHOWING_BYTES));
  const fields = new Fields(bytes.subarray(-SHOWING_BYTES));
  const { as_of, valid_until } = witnessed.facts;
  const at = parseTime(as_of) + fields.number(4);
  if (at >= parseTime(valid_until)) throw new FormatError('it is shown when its facts hold no more');
  return { witnessed, shown_at: formatTime(at), signature: signature(fields.take(64)) };
}

/** The text of a shown code, for a picture. */
export function shownText(shown: Shown): string {
  return SHOWN_PREFIX + toBase45(packShown(shown));
}

/** Reads what `shownText` wrote, and nothing that is nearly it. */
export function parseShown(text: string): Shown {
  return at('shown code', () => {
    if (!text.startsWith(SHOWN_PREFIX) || text.length > LONGEST_TEXT) {
      throw new FormatError(`not ${SHOWN_PREFIX} and base45`);
    }
    return unpackShown(fromBase45(text.slice(SHOWN_PREFIX.length)));
  });
}
