// SPDX-License-Identifier: Apache-2.0
/**
 * The proof file: read strictly, nothing in it goes unchecked. What it claims is checked by `verify.ts`; here it
 * is only taken apart, and *bytes of* something are those of it and of nothing else.
 */
import { fromHex, toHex } from '../bytes.js';
import { type Codec, decode, variantOf } from '../codec.js';
import { at, FormatError } from '../errors.js';
import { type Hash, parseHash } from '../ids.js';
import { exactly, listOf, parseJson, wholeNumber } from '../json.js';
import { Change, Header, Receipt, Version } from '../layouts/index.js';
import { readRecordKey, type RecordKey, type ShownBucket } from '../state.js';

/** A path, lowest sibling first. */
type Path = readonly Uint8Array[];

/** An earlier header, and its path in the anchor's history. */
export interface EarlierBlock {
  readonly header: Header;
  readonly path: Path;
}

/** A version with the bytes of its value. */
export interface ShownRecord {
  readonly version: Version;
  readonly value: Uint8Array;
}

/** A change in its block; `block` is null where that is the anchor's. */
export interface ShownChange {
  readonly block: EarlierBlock | null;
  readonly change: Change;
  readonly path: Path;
}

/** A transaction and its receipt in their block. */
export interface ShownTransaction {
  readonly block: EarlierBlock | null;
  readonly transaction: Uint8Array;
  readonly receipt: Receipt;
  readonly transactionPath: Path;
  readonly receiptPath: Path;
}

/** What a proof shows. */
export type Shows =
  | ({ readonly what: 'transaction' } & ShownTransaction)
  | { readonly what: 'present'; readonly record: ShownRecord; readonly bucket: ShownBucket }
  | { readonly what: 'replaced'; readonly record: ShownRecord; readonly successor: ShownChange }
  | { readonly what: 'absent'; readonly key: RecordKey; readonly bucket: ShownBucket }
  | { readonly what: 'later'; readonly first: ShownChange };

/** A proof file. */
export interface ProofFile {
  readonly version: number;
  readonly chain: Hash;
  readonly anchor: { readonly height: number; readonly hash: Hash };
  readonly shows: Shows;
}

/** The proof of a text or of JSON that was parsed already; only a text can be checked for doubled members. */
export function readProof(file: unknown): ProofFile {
  const json = typeof file === 'string' ? parseJson(file) : file;
  const { version, chain, anchor, shows } = exactly(json, ['version', 'chain', 'anchor', 'shows']);
  return {
    version: at('version', () => wholeNumber(version)),
    chain: at('chain', () => hash(chain)),
    anchor: at('anchor', () => readAnchor(anchor)),
    shows: at('shows', () => readShows(shows)),
  };
}

function readAnchor(json: unknown): ProofFile['anchor'] {
  const { height, hash: text } = exactly(json, ['height', 'hash']);
  return { height: at('height', () => wholeNumber(height)), hash: at('hash', () => hash(text)) };
}

function readShows(json: unknown): Shows {
  const [what, inner] = variantOf(json);
  return at(what, () => {
    switch (what) {
      case 'transaction':
        return readTransactionShown(inner);
      case 'present': {
        const { record, bucket } = exactly(inner, ['record', 'bucket']);
        return { what, record: readRecord(record), bucket: readBucket(bucket) };
      }
      case 'replaced': {
        const { record, successor } = exactly(inner, ['record', 'successor']);
        return { what, record: readRecord(record), successor: readChange('successor', successor) };
      }
      case 'absent': {
        const { key, bucket } = exactly(inner, ['key', 'bucket']);
        return { what, key: at('key', () => readRecordKey(fromHex(key))), bucket: readBucket(bucket) };
      }
      case 'later': {
        const { first } = exactly(inner, ['first']);
        return { what, first: readChange('first', first) };
      }
      default:
        throw new FormatError('no proof shows that');
    }
  });
}

function readTransactionShown(json: unknown): Shows {
  const names = ['block', 'transaction', 'receipt', 'transaction_path', 'receipt_path'] as const;
  const shown = exactly(json, names);
  return {
    what: 'transaction',
    block: readBlock(shown.block),
    transaction: at('transaction', () => fromHex(shown.transaction)),
    receipt: at('receipt', () => bytesOf(Receipt, shown.receipt)),
    transactionPath: at('transaction_path', () => path(shown.transaction_path)),
    receiptPath: at('receipt_path', () => path(shown.receipt_path)),
  };
}

function readRecord(json: unknown): ShownRecord {
  return at('record', () => {
    const { version, value } = exactly(json, ['version', 'value']);
    return {
      version: at('version', () => bytesOf(Version, version)),
      value: at('value', () => fromHex(value)),
    };
  });
}

function readBucket(json: unknown): ShownBucket {
  return at('bucket', () => {
    const { bytes, path: siblings } = exactly(json, ['bytes', 'path']);
    return { bytes: at('bytes', () => fromHex(bytes)), path: at('path', () => path(siblings)) };
  });
}

function readChange(name: string, json: unknown): ShownChange {
  return at(name, () => {
    const { block, change, path: siblings } = exactly(json, ['block', 'change', 'path']);
    return {
      block: readBlock(block),
      change: at('change', () => bytesOf(Change, change)),
      path: at('path', () => path(siblings)),
    };
  });
}

function readBlock(json: unknown): EarlierBlock | null {
  if (json === null) return null;
  return at('block', () => {
    const { header, path: siblings } = exactly(json, ['header', 'path']);
    return { header: at('header', () => bytesOf(Header, header)), path: at('path', () => path(siblings)) };
  });
}

function bytesOf<T>(codec: Codec<T>, digits: unknown): T {
  return decode(codec, fromHex(digits));
}

function path(json: unknown): Path {
  return listOf(json, parseHash);
}

function hash(json: unknown): Hash {
  return toHex(parseHash(json));
}
