// SPDX-License-Identifier: Apache-2.0
/** How ids follow from what is on chain (docs/proofs.md, *Hashes*). Ids are 16 bytes; `formatId` gives their text. */
import { ascii, littleEndian, toHex } from './bytes.js';
import { encode } from './codec.js';
import { FormatError } from './errors.js';
import { ALPHABET, checkSymbol } from './gb32100.js';
import { sha256, TAGS, type Tag, tagged } from './hash.js';
import {
  type CodeId,
  formatId,
  type Hash,
  parseCodeId,
  parseHash,
  parseId,
  type Prefix,
  type RawId,
  type RecordId,
} from './ids.js';
import { InterfaceKind, MatterKind, NameKind, Subject } from './layouts/index.js';
import type { Identity } from './layouts/index.js';
import * as p from './primitives.js';
import { parseTime, type Time } from './time.js';

const ID_BYTES = 16;

function made(tag: Tag, ...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(tag, ...parts).subarray(0, ID_BYTES);
}

/** The id of what a transaction makes, by its place from 0: an application, a matter, a waybill, … */
export function madeId(prefix: Prefix, transaction: Hash, place = 0): RecordId {
  return formatId(prefix, made(TAGS.recordId, parseHash(transaction), littleEndian(place, 4)));
}

/** The id of the code that an application brings: it follows from the application's transaction. */
export function codeIdOf(transaction: Hash): CodeId {
  const first = tagged(TAGS.codeId, parseHash(transaction)).subarray(0, 8);
  let number = BigInt(`0x${toHex(first)}`);
  let symbols = '';
  for (let i = 0; i < 12; i += 1) {
    symbols = ALPHABET.charAt(Number(number % 31n)) + symbols;
    number /= 31n;
  }
  return `53${symbols}${checkSymbol(`53${symbols}`)}`;
}

/** The id of the record of a name. */
export function uniqueNameId(kind: NameKind, digest: Hash): RawId {
  return toHex(made(TAGS.nameId, encode(NameKind, kind), parseHash(digest)));
}

/** The digest of a waybill's number, which is there once for each maker. */
export function waybillNumberDigest(maker: RecordId, number: string, segment: string): Hash {
  const symbols = ascii(number);
  return toHex(sha256(parseId('org', maker), littleEndian(symbols.length, 1), symbols, ascii(segment)));
}

/** The id of the record of a key. */
export function registeredKeyId(key: p.PublicKey): RawId {
  return toHex(made(TAGS.keyId, encode(p.key, key)));
}

/** The id of the record of an organisation and an interface. */
export function interfaceId(organisation: RecordId, kind: InterfaceKind): RawId {
  return toHex(made(TAGS.interfaceId, parseId('org', organisation), encode(InterfaceKind, kind)));
}

/** The id of the erasure of the data that came with an application. */
export function erasureId(application: RecordId): RecordId {
  return formatId('era', made(TAGS.erasureId, parseId('app', application)));
}

/** The id of the affiliation of a driver's code with an enterprise. */
export function affiliationId(enterprise: RecordId, code: CodeId): RecordId {
  return formatId('aff', made(TAGS.affiliationId, parseId('org', enterprise), parseCodeId(code)));
}

/** The id of an organisation of genesis. Later ones are made by the transaction that admits them. */
export function genesisOrganisationId(identity: Identity): RecordId {
  const digest =
    'open' in identity ? sha256(encode(p.credit, identity.open.credit_code)) : parseHash(identity.personal.tag);
  return formatId('org', made(TAGS.nameId, encode(NameKind, 'credit_code'), digest));
}

/** The id of a matter that the chain opens by itself. */
export function automaticMatterId(matter: {
  readonly subject: Subject;
  readonly kind: MatterKind;
  readonly certificate: RecordId;
  readonly openedAt: Time;
}): RecordId {
  const parts = [
    encode(Subject, matter.subject),
    encode(MatterKind, matter.kind),
    parseId('cer', matter.certificate),
    littleEndian(parseTime(matter.openedAt), 8),
  ];
  return formatId('mat', made(TAGS.autoId, ...parts));
}

/** The digest of a dossier's open matters, in the order of the dossier. */
export function mattersDigest(
  matters: readonly { readonly id: RecordId; readonly settle_by: Time; readonly points: number }[],
): Hash {
  const parts = matters.flatMap(({ id, settle_by, points }) => [
    parseId('mat', id),
    littleEndian(parseTime(settle_by), 8),
    littleEndian(points, 1),
  ]);
  return toHex(tagged(TAGS.matters, ...parts));
}

/** The commitment to a secret that attesters share. */
export function tagSecretCommitment(secret: Uint8Array): Hash {
  if (secret.length !== 32) throw new FormatError('a tag secret has 32 bytes');
  return toHex(tagged(TAGS.tagSecret, secret));
}
