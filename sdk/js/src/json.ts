// SPDX-License-Identifier: Apache-2.0
/**
 * JSON of others: refuses what `JSON.parse` lets pass and a canonical reader must not (doubled members, numbers
 * that are no plain integers), and takes objects apart member by member.
 */
import { at, FormatError } from './errors.js';

const TEXTS = /"(?:[^"\\]|\\.)*"/g;

/** Parses a JSON text; refuses doubled members and numbers in any form but a plain integer. */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError('not JSON');
  }
  const bare = text.replace(TEXTS, '""');
  if (/\d[.eE]|-/.test(bare)) throw new FormatError('a number that is no plain integer');
  const written = bare.split(':').length - 1;
  if (written !== members(value)) throw new FormatError('a member is there twice');
  return value;
}

/** How many members all objects in a value have. */
function members(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: unknown[] = Object.values(value);
  const own = Array.isArray(value) ? 0 : parts.length;
  return parts.reduce<number>((sum, part) => sum + members(part), own);
}

/** The members of an object. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FormatError('not an object');
  return value as Readonly<Record<string, unknown>>;
}

/** The members of an object that has exactly these names. */
export function exactly<N extends string>(value: unknown, names: readonly N[]): Readonly<Record<N, unknown>> {
  const given = membersOf(value);
  for (const name of Object.keys(given)) {
    if (!(names as readonly string[]).includes(name)) throw new FormatError(`there is no member ${name}`);
  }
  for (const name of names) {
    if (!Object.hasOwn(given, name)) throw new FormatError(`the member ${name} is missing`);
  }
  return given as Readonly<Record<N, unknown>>;
}

/** An unsigned whole number up to `most`. */
export function wholeNumber(value: unknown, most: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
    throw new FormatError('not a whole number');
  }
  if (value > most) throw new FormatError(`a number above ${most}`);
  return value;
}

/** A list, each of its items read by `item`. */
export function listOf<T>(value: unknown, item: (one: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new FormatError('not a list');
  return value.map((one, place) => at(String(place), () => item(one)));
}
