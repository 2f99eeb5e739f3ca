// SPDX-License-Identifier: Apache-2.0
/** The types that docs/proofs.md takes for granted under *Canonical bytes*, each in its JSON and its bytes. */
import { ascii, fromHex, fromUtf8, toHex, toUtf8 } from './bytes.js';
import { type Codec, Reader, Writer } from './codec.js';
import { FormatError } from './errors.js';
import { EXCHANGE_FIELDS, type ExchangeField } from './exchange_fields.js';
import { checkCreditCode } from './gb32100.js';
import {
  type CodeId,
  formatCodeId,
  formatId,
  type Hash,
  type Prefix,
  parseCodeId,
  parseId,
  type RawId,
  type RecordId,
} from './ids.js';
import { wholeNumber } from './json.js';
import { formatTime, LAST_TIME_MS, parseTime, type Time } from './time.js';

/** `ed25519:` and 64 hexadecimal digits. */
export type PublicKey = string;
/** `ed25519:` and 128 hexadecimal digits. */
export type Signature = string;

/** `true` or `false`. */
export const bool: Codec<boolean> = {
  type: 'bool',
  write(to, value) {
    if (typeof value !== 'boolean') throw new FormatError('not true or false');
    to.uint(value ? 1 : 0, 1);
  },
  read(from) {
    const byte = from.uint(1);
    if (byte > 1n) throw new FormatError('a bool is 0 or 1');
    return byte === 1n;
  },
};

function unsigned(type: string, width: number): Codec<number> {
  const most = Math.min(2 ** (8 * width) - 1, Number.MAX_SAFE_INTEGER);
  return {
    type,
    write: (to, value) => to.uint(wholeNumber(value, most), width),
    read(from) {
      const value = from.uint(width);
      if (value > BigInt(most)) throw new FormatError('a number of more than 53 bits');
      return Number(value);
    },
  };
}

export const u8 = unsigned('u8', 1);
export const u16 = unsigned('u16', 2);
export const u32 = unsigned('u32', 4);
/** Heights, numbers and counts: the chain counts them itself, so none ever needs more than 53 bits. */
export const u64 = unsigned('u64', 8);

/** A number that somebody chose, of up to 64 bits: a `number` where that is exact, else a `bigint`. */
export const u64Wide: Codec<number | bigint> = {
  type: 'u64',
  write(to, value) {
    const isLarge = typeof value === 'bigint' && value > BigInt(Number.MAX_SAFE_INTEGER);
    if (isLarge && value >= 1n << 64n) throw new FormatError('a number of more than 64 bits');
    to.uint(isLarge ? value : wholeNumber(value), 8);
  },
  read(from) {
    const value = from.uint(8);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? value : Number(value);
  },
};

function digits(type: string, length: number): Codec<string> {
  return {
    type,
    write: (to, value) => to.raw(fromHex(value, length)),
    read: (from) => toHex(from.raw(length)),
  };
}

export const hash: Codec<Hash> = digits('hash', 32);
export const nonce: Codec<string> = digits('nonce', 16);
/** The 16 bytes of an id of any kind. */
export const id: Codec<RawId> = digits('id', 16);

export const time: Codec<Time> = {
  type: 'time',
  write: (to, value) => to.uint(parseTime(value), 8),
  read(from) {
    const ms = from.uint(8);
    if (ms > BigInt(LAST_TIME_MS)) throw new FormatError('a time after the last');
    return formatTime(Number(ms));
  },
};

/** Unicode category Cc. */
const isControl = (symbol: string): boolean => symbol < ' ' || (symbol >= '\u007f' && symbol <= '\u009f');

function text(type: string, most: number): Codec<string> {
  const check = (value: string, length: number): string => {
    if (length === 0) throw new FormatError('an empty text');
    if (length > most) throw new FormatError(`a text of more than ${most} bytes`);
    if (Array.from(value).some(isControl)) throw new FormatError('a text with control characters');
    return value;
  };
  return {
    type,
    write(to, value) {
      if (typeof value !== 'string') throw new FormatError('not a text');
      const bytes = toUtf8(value);
      check(value, bytes.length);
      to.uint(bytes.length, 8);
      to.raw(bytes);
    },
    read(from) {
      const length = from.count();
      return check(fromUtf8(from.raw(length)), length);
    },
  };
}

export const word = text('word', 40);
export const name = text('name', 120);

const SCHEME = 'ed25519:';

function schemed(type: string, length: number): Codec<string> {
  return {
    type,
    write(to, value) {
      if (typeof value !== 'string' || !value.startsWith(SCHEME)) {
        throw new FormatError(`not ${SCHEME} and ${2 * length} hexadecimal digits`);
      }
      to.uint(0, 4);
      to.raw(fromHex(value.slice(SCHEME.length), length));
    },
    read(from) {
      if (from.uint(4) !== 0n) throw new FormatError('no such scheme of keys');
      return SCHEME + toHex(from.raw(length));
    },
  };
}

export const key: Codec<PublicKey> = schemed('key', 32);
export const signature: Codec<Signature> = schemed('signature', 64);

function recordId(prefix: Prefix): Codec<RecordId> {
  return {
    type: prefix,
    write: (to, value) => to.raw(parseId(prefix, value)),
    read: (from) => formatId(prefix, from.raw(16)),
  };
}

export const org = recordId('org');
export const per = recordId('per');
export const veh = recordId('veh');
export const cer = recordId('cer');
export const app = recordId('app');
export const mat = recordId('mat');
export const way = recordId('way');
export const con = recordId('con');
export const acc = recordId('acc');
export const era = recordId('era');
export const aff = recordId('aff');

export const code: Codec<CodeId> = {
  type: 'code',
  write: (to, value) => to.raw(parseCodeId(value)),
  read: (from) => formatCodeId(from.raw(16)),
};

/** A unified social credit code. */
export const credit: Codec<string> = {
  type: 'credit',
  write: (to, value) => to.raw(ascii(checkCreditCode(value))),
  read: (from) => checkCreditCode(String.fromCharCode(...from.raw(18))),
};

const FIELD_SET_BYTES = 4;

/** A set of exchange fields: a bit for each, in JSON their words in the order of the table. */
export const fieldSet: Codec<readonly ExchangeField[]> = {
  type: 'fields',
  write(to, value) {
    if (!Array.isArray(value)) throw new FormatError('not a list');
    const places = Array.from(value, (word) => EXCHANGE_FIELDS.indexOf(word as ExchangeField));
    if (places.includes(-1)) throw new FormatError('not a word of the exchange fields');
    const ascend = places.every((place, i) => i === 0 || place > (places[i - 1] ?? -1));
    if (!ascend) throw new FormatError('not in the order of the exchange fields, each once');
    to.uint(places.reduce((bits, place) => bits | (1 << place), 0), FIELD_SET_BYTES);
  },
  read(from) {
    const bits = Number(from.uint(FIELD_SET_BYTES));
    if (bits >= 2 ** EXCHANGE_FIELDS.length) throw new FormatError('a bit of no exchange field');
    return EXCHANGE_FIELDS.filter((_, place) => (bits & (1 << place)) !== 0);
  },
};

/** The bytes of a key, without its scheme. */
export function keyBytes(text: PublicKey): Uint8Array {
  return bare(key, text);
}

/** The bytes R ‖ s of a signature, without its scheme. */
export function signatureBytes(text: Signature): Uint8Array {
  return bare(signature, text);
}

function bare(codec: Codec<string>, text: string): Uint8Array {
  const writer = new Writer();
  codec.write(writer, text);
  const reader = new Reader(writer.finish());
  reader.uint(4);
  return reader.raw(reader.left);
}
