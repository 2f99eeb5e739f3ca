// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes and their texts: lower-case hexadecimal digits and strict UTF-8. Written out here because
 * `TextEncoder` is missing in some mini-programs, and because both directions must refuse what Rust refuses.
 */
import { FormatError } from './errors.js';

const DIGITS = '0123456789abcdef';

/** Lower-case hexadecimal digits of some bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  return text;
}

/** The bytes of lower-case hexadecimal digits; `length` in bytes where it is fixed. */
export function fromHex(text: unknown, length?: number): Uint8Array {
  if (typeof text !== 'string' || text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw new FormatError('not an even number of lower-case hexadecimal digits');
  }
  if (length !== undefined && text.length !== 2 * length) {
    throw new FormatError(`not ${2 * length} hexadecimal digits`);
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** All of some bytes, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** Negative, zero or positive: in which order two byte strings come. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** True if two byte strings are the same. Never for secrets: it takes longer the more they agree. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return compare(a, b) === 0;
}

/** An unsigned number below 2^53 in `width` bytes, little-endian. */
export function littleEndian(value: number, width: number): Uint8Array {
  const bytes = new Uint8Array(width);
  let rest = value;
  for (let i = 0; i < width; i += 1) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** The bytes of an ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (symbol) => {
    const code = symbol.charCodeAt(0);
    if (code > 127) throw new FormatError('not ASCII');
    return code;
  });
}

/** The UTF-8 bytes of a text; half a surrogate pair is refused. */
export function toUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const symbol of text) {
    const point = symbol.codePointAt(0) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff) throw new FormatError('not Unicode: half a surrogate pair');
    bytes.push(...encodePoint(point));
  }
  return Uint8Array.from(bytes);
}

function encodePoint(point: number): number[] {
  const tail = (shift: number): number => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}

/** First bytes of sequences: mask and value that tell the length, and the least code point of that length. */
const SEQUENCES = [
  { mask: 0x80, head: 0x00, tails: 0, least: 0 },
  { mask: 0xe0, head: 0xc0, tails: 1, least: 0x80 },
  { mask: 0xf0, head: 0xe0, tails: 2, least: 0x800 },
  { mask: 0xf8, head: 0xf0, tails: 3, least: 0x10000 },
] as const;

/** The text of UTF-8 bytes; what is too long a form, a surrogate, beyond Unicode or cut off is refused. */
export function fromUtf8(bytes: Uint8Array): string {
  let text = '';
  let place = 0;
  while (place < bytes.length) {
    const first = bytes[place] ?? 0;
    const form = SEQUENCES.find(({ mask, head }) => (first & mask) === head);
    if (form === undefined) throw new FormatError('not UTF-8');
    let point = first & ~form.mask & 0xff;
    for (let i = 1; i <= form.tails; i += 1) point = (point << 6) | tailBits(bytes[place + i]);
    const isSurrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < form.least || point > 0x10ffff || isSurrogate) throw new FormatError('not UTF-8');
    text += String.fromCodePoint(point);
    place += 1 + form.tails;
  }
  return text;
}

function tailBits(byte: number | undefined): number {
  if (byte === undefined || (byte & 0xc0) !== 0x80) throw new FormatError('not UTF-8');
  return byte & 0x3f;
}
