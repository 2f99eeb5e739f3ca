// SPDX-License-Identifier: Apache-2.0
/** What many tests need: the repository's documents and vectors, the layouts as written there, and seeded chance. */
import { readFileSync } from 'node:fs';

import * as sdk from '../src/index.js';
import * as primitives from '../src/primitives.js';
import type { Codec } from '../src/codec.js';

/** The root of the repository, seen from where the compiled tests lie. */
export const ROOT = new URL('../../../../', import.meta.url);

/** A document of the repository. */
export function doc(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** A file of docs/vectors. */
export function vectors<T>(name: string): T {
  return JSON.parse(doc(`docs/vectors/${name}.json`)) as T;
}

/** The blocks of docs/proofs.md that are fenced with a word. */
export function fenced(language: string): string[] {
  const blocks = doc('docs/proofs.md').matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'));
  return [...blocks].map((block) => block[1] ?? '');
}

/** Every `struct` and `enum` of docs/proofs.md on one line each, by its name. */
export function documentedLayouts(): Map<string, string> {
  const text = fenced('layout').join('\n').replace(/\/\/.*/g, '').replace(/\s+/g, ' ');
  const starts = [...text.matchAll(/\b(?:struct|enum8|enum) (\w+) \{/g)];
  return new Map(
    starts.map((start, place) => {
      const end = starts[place + 1]?.index ?? text.length;
      return [start[1] ?? '', text.slice(start.index, end).trim()];
    }),
  );
}

function isCodec(value: unknown): value is Codec<unknown> {
  return typeof value === 'object' && value !== null && 'write' in value && 'read' in value;
}

const EXPORTED: readonly unknown[] = [...Object.values(primitives), ...Object.values(sdk)];

/** Every type that this package has a codec of, by the name that docs/proofs.md uses. */
export const CODECS: ReadonlyMap<string, Codec<unknown>> = new Map(
  EXPORTED.filter(isCodec).map((codec) => [codec.type, codec]),
);

/** The codec of a type. */
export function codecOf(type: string): Codec<unknown> {
  const codec = CODECS.get(type);
  if (codec === undefined) throw new Error(`there is no codec of ${type}`);
  return codec;
}

/** Chance that follows from a seed (mulberry32), so that a failure can be had again. */
export class Chance {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** A whole number from 0 and below `end`, up to 2^32. */
  below(end: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  one<T>(list: readonly T[]): T {
    const found = list[this.below(list.length)];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  }
}

/** A list or an object with another item or member in the place of one. */
export function replaced(whole: object, name: string, other: unknown): unknown {
  if (!Array.isArray(whole)) return { ...whole, [name]: other };
  return whole.map((one: unknown, place) => (String(place) === name ? other : one));
}

/** True if the work ends in an error of this package; any other error is a failure of the test. */
export function refuses(work: () => unknown): boolean {
  try {
    work();
  } catch (error) {
    if (error instanceof sdk.DianyunError) return true;
    throw error;
  }
  return false;
}
