// SPDX-License-Identifier: Apache-2.0
/**
 * The state tree: 2^depth buckets of state keys and version hashes, and the records that they stand for.
 * A bucket that is not exactly as it must be is refused before anything is looked up in it.
 */
import { compare, equal, fromHex, toHex } from './bytes.js';
import { type Codec, decode, encode, parse, variantOf } from './codec.js';
import { at, FormatError, ProofError } from './errors.js';
import { leafHash, TAGS, tagged } from './hash.js';
import { type Hash, parseCodeId, parseHash, parseId, type RawId } from './ids.js';
import {
  Access,
  Affiliation,
  Application,
  Code,
  Consent,
  Erasure,
  Interface,
  Matter,
  Organisation,
  Parameters,
  Person,
  RecordKind,
  RegisteredKey,
  UniqueName,
  Vehicle,
  Version,
  Waybill,
} from './layouts/index.js';
import { interfaceId, registeredKeyId, uniqueNameId } from './made.js';
import { inclusionHolds } from './merkle.js';

const KEY_BYTES = 32;
const ENTRY_BYTES = 64;
/** The most bytes of a bucket that a verifier reads: 4,096 entries. */
export const BUCKET_BYTES = 4_096 * ENTRY_BYTES;
/** The deepest state tree. */
export const DEEPEST = 24;

/** The values of records by their kinds. */
export const VALUES = {
  parameters: Parameters,
  organisation: Organisation,
  registered_key: RegisteredKey,
  unique_name: UniqueName,
  person: Person,
  vehicle: Vehicle,
  application: Application,
  code: Code,
  matter: Matter,
  waybill: Waybill,
  interface: Interface,
  consent: Consent,
  access: Access,
  erasure: Erasure,
  affiliation: Affiliation,
} as const satisfies Record<RecordKind, Codec<unknown>>;

/** A record's value under the word of its kind. */
export type RecordValue = {
  [K in RecordKind]: { readonly kind: K; readonly value: ReturnType<(typeof VALUES)[K]['read']> };
}[RecordKind];

/** What a record is found by. */
export interface RecordKey {
  readonly kind: RecordKind;
  /** 16 bytes in digits. */
  readonly id: RawId;
}

/** The key of a record in the state tree. */
export function stateKey({ kind, id }: RecordKey): Uint8Array {
  return tagged(TAGS.stateKey, encode(RecordKind, kind), fromHex(id, 16));
}

/** The hash of a version, as buckets and later versions name it. */
export function versionHash(version: Version): Hash {
  return toHex(leafHash(TAGS.versionLeaf, encode(Version, version)));
}

/** The digest of a value's bytes. */
export function valueDigest(value: Uint8Array): Hash {
  return toHex(tagged(TAGS.value, value));
}

/** The value that a version stands for, if these are its bytes: digest, form and id are checked. */
export function valueOf(version: Version, bytes: Uint8Array): RecordValue {
  if (valueDigest(bytes) !== version.digest) throw new ProofError('value', 'the value is not that of the version');
  const kind = version.kind;
  let held: RecordValue;
  try {
    const codec: Codec<unknown> = VALUES[kind];
    held = { kind, value: decode(codec, bytes) } as RecordValue;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new ProofError('value', `the value's bytes are no ${kind}: ${error.message}`);
  }
  if (ownId(held) !== version.id) throw new ProofError('value', "the value's own id is not that of the version");
  return held;
}

/** The value in an answer that has it under the word of its kind, refused in any other form. */
export function readRecord(json: unknown): RecordValue {
  const [kind, value] = variantOf(json);
  const codec: Codec<unknown> | undefined = new Map<string, Codec<unknown>>(Object.entries(VALUES)).get(kind);
  if (codec === undefined) throw new FormatError(`there are no records of kind ${JSON.stringify(kind)}`);
  return at(kind, () => ({ kind, value: parse(codec, value) }) as RecordValue);
}

const NO_ID = '0'.repeat(32);

/** The id that a value itself says it has. */
export function ownId(held: RecordValue): RawId {
  switch (held.kind) {
    case 'parameters':
      return NO_ID;
    case 'registered_key':
      return registeredKeyId(held.value.key);
    case 'unique_name':
      return uniqueNameId(held.value.kind, held.value.digest);
    case 'code':
      return toHex(parseCodeId(held.value.id));
    case 'organisation':
      return toHex(parseId('org', held.value.id));
    case 'person':
      return toHex(parseId('per', held.value.id));
    case 'vehicle':
      return toHex(parseId('veh', held.value.id));
    case 'application':
      return toHex(parseId('app', held.value.id));
    case 'matter':
      return toHex(parseId('mat', held.value.id));
    case 'waybill':
      return toHex(parseId('way', held.value.id));
    case 'interface':
      return interfaceId(held.value.organisation, held.value.interface);
    case 'consent':
      return toHex(parseId('con', held.value.id));
    case 'access':
      return toHex(parseId('acc', held.value.id));
    case 'erasure':
      return toHex(parseId('era', held.value.id));
    case 'affiliation':
      return toHex(parseId('aff', held.value.id));
  }
}

/** The bucket of a state key: its first `depth` bits, most significant first. */
export function bucketIndex(key: Uint8Array, depth: number): number {
  const first = ((key[0] ?? 0) << 16) | ((key[1] ?? 0) << 8) | (key[2] ?? 0);
  return first >>> (DEEPEST - depth);
}

/** The leaf of a bucket's bytes. */
export function bucketLeaf(bytes: Uint8Array): Uint8Array {
  return leafHash(TAGS.bucketLeaf, bytes);
}

/** Refuses a depth that no state tree has. */
export function checkDepth(depth: number): void {
  if (!Number.isSafeInteger(depth) || depth < 1 || depth > DEEPEST) {
    throw new ProofError('depth', `a state tree has a depth of 1 to ${DEEPEST}, not ${depth}`);
  }
}

/** A bucket as it is shown. */
export interface ShownBucket {
  readonly bytes: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** The version hash at a state key in the bucket under a state root, or `null`: there is none. */
export function lookUp(key: Uint8Array, bucket: ShownBucket, depth: number, stateRoot: Hash): Hash | null {
  checkDepth(depth);
  const index = bucketIndex(key, depth);
  const found = search(bucket.bytes, key, depth);
  const leaf = bucketLeaf(bucket.bytes);
  const root = parseHash(stateRoot);
  if (!inclusionHolds({ leaf, index, count: 2 ** depth, path: bucket.path, root })) {
    throw new ProofError('state_root', 'a path does not lead to state_root');
  }
  return found;
}

/** Looks through all of a bucket: order and membership of every key are checked on the way. */
function search(bytes: Uint8Array, key: Uint8Array, depth: number): Hash | null {
  if (bytes.length % ENTRY_BYTES !== 0 || bytes.length > BUCKET_BYTES) {
    throw new ProofError('bucket_length', "a bucket's length is not a multiple of 64 bytes up to 262144");
  }
  let found: Hash | null = null;
  let before: Uint8Array | null = null;
  for (let place = 0; place < bytes.length; place += ENTRY_BYTES) {
    const entry = bytes.subarray(place, place + KEY_BYTES);
    if (before !== null && compare(before, entry) >= 0) {
      throw new ProofError('bucket_order', "a bucket's keys are not strictly ascending");
    }
    if (bucketIndex(entry, depth) !== bucketIndex(key, depth)) {
      throw new ProofError('bucket_key', 'a bucket holds a key of another');
    }
    if (equal(entry, key)) found = toHex(bytes.subarray(place + KEY_BYTES, place + ENTRY_BYTES));
    before = entry;
  }
  return found;
}

/** The record key of a state key's 17 bytes before they are hashed, as a proof of absence names them. */
export function readRecordKey(bytes: Uint8Array): RecordKey {
  if (bytes.length !== 17) throw new FormatError('a key has 17 bytes');
  return { kind: decode(RecordKind, bytes.subarray(0, 1)), id: toHex(bytes.subarray(1)) };
}
