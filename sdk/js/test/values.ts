// SPDX-License-Identifier: Apache-2.0
/** Values of any type, made by chance from the layouts as docs/proofs.md writes them, not from this package's own. */
import {
  ALPHABET,
  checkSymbol,
  EXCHANGE_FIELDS,
  formatId,
  formatTime,
  organisationCheckSymbol,
  type Prefix,
  PREFIXES,
  toHex,
} from '../src/index.js';
import { Chance, documentedLayouts } from './support.js';

type Make = (chance: Chance) => unknown;

const symbols = (chance: Chance, count: number): string =>
  Array.from({ length: count }, () => ALPHABET.charAt(chance.below(31))).join('');

function creditCode(chance: Chance): string {
  const eight = symbols(chance, 8);
  const start = `91${String(530_100 + chance.below(99))}${eight}${organisationCheckSymbol(eight)}`;
  return start + checkSymbol(start);
}

function codeId(chance: Chance): string {
  const start = `53${symbols(chance, 12)}`;
  return start + checkSymbol(start);
}

const LETTERS = ['a', 'Z', '9', ' ', 'é', '滇', '🚚', '"', '\\', '\u00a0', '\u2028', '\ufeff'];

function text(chance: Chance, most: number): string {
  const wanted = Array.from({ length: 1 + chance.below(8) }, () => chance.one(LETTERS)).join('');
  return Buffer.byteLength(wanted) <= most ? wanted : 'x';
}

const ids = Object.fromEntries(
  PREFIXES.map((prefix: Prefix): [string, Make] => [
    prefix,
    (chance) => formatId(prefix, chance.bytes(16)),
  ]),
);

const PRIMITIVES: Readonly<Record<string, Make>> = {
  bool: (chance) => chance.below(2) === 1,
  u8: (chance) => chance.below(256),
  u16: (chance) => chance.below(65_536),
  u32: (chance) => chance.below(2 ** 32),
  u64: (chance) => chance.below(2 ** 21) * 2 ** 32 + chance.below(2 ** 32),
  hash: (chance) => toHex(chance.bytes(32)),
  nonce: (chance) => toHex(chance.bytes(16)),
  id: (chance) => toHex(chance.bytes(16)),
  time: (chance) => formatTime(chance.below(58_999) * 2 ** 32 + chance.below(2 ** 32)),
  word: (chance) => text(chance, 40),
  name: (chance) => text(chance, 120),
  key: (chance) => `ed25519:${toHex(chance.bytes(32))}`,
  signature: (chance) => `ed25519:${toHex(chance.bytes(64))}`,
  code: codeId,
  credit: creditCode,
  fields: (chance) => EXCHANGE_FIELDS.filter(() => chance.below(2) === 0),
  ...ids,
};

/** Reads the notation of a layout. */
class Notation {
  private readonly tokens: string[];
  private place = 0;

  constructor(layout: string) {
    this.tokens = layout.match(/[[\]{}?,]|\w+/g) ?? [];
  }

  next(): string {
    const token = this.tokens[this.place];
    if (token === undefined) throw new Error('the layout ends early');
    this.place += 1;
    return token;
  }

  peek(): string | undefined {
    return this.tokens[this.place];
  }

  type(): Make {
    if (this.peek() === '{') return this.fields();
    const token = this.next();
    if (token === '?') {
      const inner = this.type();
      return (chance) => (chance.below(3) === 0 ? null : inner(chance));
    }
    if (token === '[') {
      const inner = this.type();
      this.next();
      return (chance) => Array.from({ length: chance.below(3) }, () => inner(chance));
    }
    return (chance) => make(token, chance);
  }

  fields(): Make {
    const fields: [string, Make][] = [];
    this.listed(() => fields.push([this.next(), this.type()]));
    return (chance) => Object.fromEntries(fields.map(([name, inner]) => [name, inner(chance)]));
  }

  variants(): Make {
    const list: Make[] = [];
    this.listed(() => {
      this.next();
      const word = this.next();
      const isBare = this.peek() === ',' || this.peek() === '}';
      const inner = isBare ? null : this.type();
      list.push((chance) => (inner === null ? word : { [word]: inner(chance) }));
    });
    return (chance) => chance.one(list)(chance);
  }

  private listed(item: () => void): void {
    this.next();
    while (this.peek() !== '}') {
      item();
      if (this.peek() === ',') this.next();
    }
    this.next();
  }
}

const MAKERS = new Map(
  [...documentedLayouts()].map(([name, layout]): [string, Make] => {
    const notation = new Notation(layout);
    const isStruct = notation.next() === 'struct';
    notation.next();
    return [name, isStruct ? notation.fields() : notation.variants()];
  }),
);

/** The types that docs/proofs.md gives a layout. */
export const TYPES: readonly string[] = [...MAKERS.keys()];

/** A value of a type. */
export function make(type: string, chance: Chance): unknown {
  const maker = PRIMITIVES[type] ?? MAKERS.get(type);
  if (maker === undefined) throw new Error(`docs/proofs.md has no type ${type}`);
  return maker(chance);
}
