// SPDX-License-Identifier: Apache-2.0
/**
 * Canonical bytes (docs/proofs.md): one table of a type reads and writes both its JSON and its bytes. A value is
 * its JSON; so one value has one JSON and one encoding, and both are refused in any other form.
 *
 * Types are in `layouts/`; nothing here knows any of them.
 */
import { compare } from './bytes.js';
import { at, FormatError } from './errors.js';
import { exactly, membersOf } from './json.js';

/** Collects bytes. */
export class Writer {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.make(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Appends an unsigned number in `width` bytes, little-endian; it must fit. */
  uint(value: number | bigint, width: number): void {
    this.make(width);
    let rest = BigInt(value);
    for (let i = 0; i < width; i += 1) {
      this.bytes[this.length + i] = Number(rest & 255n);
      rest >>= 8n;
    }
    this.length += width;
  }

  /** What has been collected. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private make(room: number): void {
    if (this.length + room <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.length + room));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** Takes bytes from the front. */
export class Reader {
  private place = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** How many bytes are left. */
  get left(): number {
    return this.bytes.length - this.place;
  }

  /** The next `length` bytes. */
  raw(length: number): Uint8Array {
    if (length > this.left) throw new FormatError('the bytes end early');
    const taken = this.bytes.slice(this.place, this.place + length);
    this.place += length;
    return taken;
  }

  /** The next unsigned number of `width` bytes, little-endian. */
  uint(width: number): bigint {
    let value = 0n;
    const bytes = this.raw(width);
    for (let i = width - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes[i] ?? 0);
    return value;
  }

  /** A count of items that take a byte each at least, so that no count is believed beyond the bytes. */
  count(): number {
    const count = this.uint(8);
    if (count > BigInt(this.left)) throw new FormatError('a count beyond the bytes');
    return Number(count);
  }
}

/** How values of a type are read and written. */
export interface Codec<T> {
  /** The type as docs/proofs.md names it where it is used. */
  readonly type: string;
  /** What docs/proofs.md says of it, if it is a type of its own there. */
  readonly layout?: string;
  /** Appends the bytes of a value in its JSON; refuses what is none. */
  write(to: Writer, value: unknown): void;
  /** Takes a value. */
  read(from: Reader): T;
}

/** The values of a codec. */
export type Value<C> = C extends Codec<infer T> ? T : never;

/** The canonical bytes of a value. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  return encodeJson(codec, value);
}

function encodeJson(codec: Codec<unknown>, value: unknown): Uint8Array {
  const writer = new Writer();
  codec.write(writer, value);
  return writer.finish();
}

/** The value of canonical bytes; refuses bytes that end early or go on, or that are more than `most`. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, most = Number.MAX_SAFE_INTEGER): T {
  if (bytes.length > most) throw new FormatError(`more than ${most} bytes`);
  const reader = new Reader(bytes);
  const value = codec.read(reader);
  if (reader.left > 0) throw new FormatError(`${reader.left} bytes follow the value`);
  // Every reader refuses other forms itself; this makes sure that none was forgotten.
  if (compare(encode(codec, value), bytes) !== 0) throw new FormatError('not the canonical bytes of the value');
  return value;
}

/** A value of JSON as one of this type; refuses it in any form but its own. */
export function parse<T>(codec: Codec<T>, json: unknown): T {
  const bytes = encodeJson(codec, json);
  return codec.read(new Reader(bytes));
}

/** The members of a struct or of a variant. */
export type Fields = Readonly<Record<string, Codec<unknown>>>;
/** The value of some members. */
export type FieldsValue<F extends Fields> = { readonly [K in keyof F]: Value<F[K]> };

/** Members one after the other, without a name of their own. */
export function fields<F extends Fields>(table: F): Codec<FieldsValue<F>> {
  const entries = Object.entries(table);
  const names = entries.map(([name]) => name);
  return {
    type: `{ ${entries.map(([name, codec]) => `${name} ${codec.type}`).join(', ')} }`,
    write(to, value) {
      const given = exactly(value, names);
      for (const [name, codec] of entries) at(name, () => codec.write(to, given[name]));
    },
    read(from) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = at(name, () => codec.read(from));
      return value as FieldsValue<F>;
    },
  };
}

/** A struct: its fields in their order, nothing between them. */
export function struct<F extends Fields>(name: string, table: F): Codec<FieldsValue<F>> {
  const inner = fields(table);
  return { ...inner, type: name, layout: `struct ${name} ${inner.type}` };
}

/** What variants hold: `null` for nothing. */
export type Variants = Readonly<Record<string, Codec<unknown> | null>>;
/** The value of an enum: the word alone, or an object with the word as its one member. */
export type VariantsValue<V extends Variants> = {
  [K in keyof V]: V[K] extends Codec<infer T> ? { readonly [P in K]: T } : K;
}[keyof V];

/** How the number of a variant is written: in how many bytes, and at which words it does not just go on from 0. */
export interface Numbering {
  readonly width: 1 | 4;
  readonly jumps: Readonly<Record<string, number>>;
}

const USUAL: Numbering = { width: 4, jumps: {} };

/** The number of each word: one more than that of the word before, unless it jumps. */
function numbered(words: readonly string[], jumps: Numbering['jumps']): number[] {
  const numbers: number[] = [];
  for (const word of words) numbers.push(jumps[word] ?? (numbers.at(-1) ?? -1) + 1);
  return numbers;
}

/** An enum: the number of its variant, then what belongs to it. Variants are numbered in their order. */
export function variants<V extends Variants>(
  name: string,
  table: V,
  numbering: Numbering = USUAL,
): Codec<VariantsValue<V>> {
  const entries = Object.entries(table);
  const width = numbering.width;
  const numbers = numbered(Object.keys(table), numbering.jumps);
  const places = new Map(entries.map(([word], place) => [word, place]));
  const listed = entries.map(([word, held], place) => `${numbers[place]} ${word}${held ? ` ${held.type}` : ''}`);
  return {
    type: name,
    layout: `${width === 1 ? 'enum8' : 'enum'} ${name} { ${listed.join(', ')} }`,
    write(to, value) {
      const [word, inner] = variantOf(value);
      const place = places.get(word) ?? -1;
      const [held, number] = [entries[place]?.[1], numbers[place]];
      if (held === undefined || number === undefined) {
        throw new FormatError(`there is no ${name} ${JSON.stringify(word)}`);
      }
      if ((held === null) !== (typeof value === 'string')) throw new FormatError(`not the form of ${word}`);
      to.uint(number, width);
      if (held !== null) at(word, () => held.write(to, inner));
    },
    read(from) {
      const entry = entries[numbers.indexOf(Number(from.uint(width)))];
      if (entry === undefined) throw new FormatError(`no such variant of ${name}`);
      const [word, held] = entry;
      const value = held === null ? word : { [word]: at(word, () => held.read(from)) };
      return value as VariantsValue<V>;
    },
  };
}

/** The word of an enum's value and what belongs to it. */
export function variantOf(value: unknown): readonly [word: string, inner: unknown] {
  if (typeof value === 'string') return [value, undefined];
  const members = Object.entries(membersOf(value));
  const only = members.length === 1 ? members[0] : undefined;
  if (only === undefined) throw new FormatError('not an object with one member');
  return only;
}

/** An enum whose variants hold nothing. */
export function words<const W extends readonly string[]>(
  name: string,
  list: W,
  numbering: Numbering = USUAL,
): Codec<W[number]> {
  const table: Variants = Object.fromEntries(list.map((word) => [word, null]));
  return variants(name, table, numbering) as Codec<W[number]>;
}

/** A value or `null`: one byte 0, or one byte 1 and the value. */
export function option<T>(inner: Codec<T>): Codec<T | null> {
  return {
    type: `?${inner.type}`,
    write(to, value) {
      to.uint(value === null ? 0 : 1, 1);
      if (value !== null) inner.write(to, value);
    },
    read(from) {
      const mark = from.uint(1);
      if (mark > 1n) throw new FormatError('an option is 0 or 1');
      return mark === 0n ? null : inner.read(from);
    },
  };
}

/** A list: the number of items in 8 bytes, then the items. */
export function list<T>(inner: Codec<T>): Codec<readonly T[]> {
  return {
    type: `[${inner.type}]`,
    write(to, value) {
      if (!Array.isArray(value)) throw new FormatError('not a list');
      to.uint(value.length, 8);
      for (const [place, item] of value.entries()) at(String(place), () => inner.write(to, item));
    },
    read(from) {
      const count = from.count();
      return Array.from({ length: count }, (_, place) => at(String(place), () => inner.read(from)));
    },
  };
}
