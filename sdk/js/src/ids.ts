// SPDX-License-Identifier: Apache-2.0
/**
 * Texts of ids and hashes: record ids in Crockford's symbols behind a prefix, ids of codes with their check
 * symbol, hashes in digits. Each text has one form; how ids come to be is in `made.ts`.
 */
import { ascii, fromHex, toHex } from './bytes.js';
import { at, FormatError } from './errors.js';
import { checkSymbol } from './gb32100.js';

/** A SHA-256 hash: 64 lower-case hexadecimal digits. */
export type Hash = string;
/** 16 bytes of an id of whatever kind: 32 lower-case hexadecimal digits. */
export type RawId = string;
/** An id of a code: `53`, twelve symbols and a check symbol. */
export type CodeId = string;

/** What an id is of, by its prefix. */
export const PREFIXES = ['org', 'per', 'veh', 'cer', 'app', 'mat', 'way', 'con', 'acc', 'era', 'aff'] as const;
/** One of the prefixes of record ids. */
export type Prefix = (typeof PREFIXES)[number];
/** An id of a record, such as `veh_7qmgj1c73qx28jtpw86jx2az0v`. */
export type RecordId = string;

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
const SYMBOLS = 26;
const ID_BYTES = 16;
const HASH_BYTES = 32;

/** The text of 16 bytes as an id with a prefix. */
export function formatId(prefix: Prefix, bytes: Uint8Array): RecordId {
  if (bytes.length !== ID_BYTES) throw new FormatError('an id has 16 bytes');
  let number = BigInt(`0x${toHex(bytes)}`);
  let text = '';
  for (let i = 0; i < SYMBOLS; i += 1) {
    text = CROCKFORD.charAt(Number(number & 31n)) + text;
    number >>= 5n;
  }
  return `${prefix}_${text}`;
}

/** The 16 bytes of an id with this prefix. */
export function parseId(prefix: Prefix, text: unknown): Uint8Array {
  if (typeof text !== 'string' || !text.startsWith(`${prefix}_`)) {
    throw new FormatError(`not an id that begins with ${prefix}_`);
  }
  const symbols = text.slice(prefix.length + 1);
  if (symbols.length !== SYMBOLS) throw new FormatError(`an id has 26 symbols behind ${prefix}_`);
  let number = 0n;
  for (const symbol of symbols) {
    const place = CROCKFORD.indexOf(symbol);
    if (place < 0) throw new FormatError(`${JSON.stringify(symbol)} is no symbol of an id`);
    number = (number << 5n) | BigInt(place);
  }
  if (number >> 128n !== 0n) throw new FormatError('the first symbol of an id is at most 7');
  return fromHex(number.toString(16).padStart(2 * ID_BYTES, '0'));
}

/** The bytes of a hash. */
export function parseHash(text: unknown): Uint8Array {
  return fromHex(text, HASH_BYTES);
}

/** The text of the 15 symbols and a zero byte that a code's id is. */
export function formatCodeId(bytes: Uint8Array): CodeId {
  if (bytes.length !== ID_BYTES || bytes[15] !== 0) throw new FormatError("a code's id ends with a zero byte");
  return checkCodeId(String.fromCharCode(...bytes.subarray(0, 15)));
}

/** The 16 bytes of a code's id: its symbols and a zero byte. */
export function parseCodeId(text: unknown): Uint8Array {
  const bytes = new Uint8Array(ID_BYTES);
  bytes.set(ascii(checkCodeId(text)));
  return bytes;
}

/** A code's id as it is; refused with what is wrong about it. */
export function checkCodeId(text: unknown): CodeId {
  if (typeof text !== 'string' || text.length !== 15) throw new FormatError("a code's id has 15 symbols");
  if (!text.startsWith('53')) throw new FormatError("a code's id begins with 53");
  if (text.charAt(14) !== checkSymbol(text.slice(0, 14))) {
    throw new FormatError("a wrong check symbol of a code's id");
  }
  return text;
}

/** A code's id as somebody typed it: lower case is folded, nothing else. */
export function readCodeId(input: string): CodeId {
  return at('code', () => checkCodeId(input.replace(/[a-z]/g, (symbol) => symbol.toUpperCase())));
}
