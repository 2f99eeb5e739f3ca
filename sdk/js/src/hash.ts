// SPDX-License-Identifier: Apache-2.0
/**
 * SHA-256 and its tagged forms (docs/proofs.md, *Hashes* and *Trees*). All tags of the chain are on this page.
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';

import { ascii, concat } from './bytes.js';

/** What each tag is for: docs/proofs.md. */
export const TAGS = {
  genesis: 'dy/genesis/1',
  header: 'dy/header/1',
  transaction: 'dy/tx/1',
  transactionSigned: 'dy/tx-sign/1',
  value: 'dy/value/1',
  stateKey: 'dy/state-key/1',
  action: 'dy/stmt-action/1',
  capacity: 'dy/capacity/1',
  release: 'dy/release/1',
  request: 'dy/request/1',
  digits: 'dy/digits/1',
  statement: 'dy/statement/1',
  proposal: 'dy/proposal/1',
  proposalSigned: 'dy/prop-sign/1',
  field: 'dy/field/1',
  witness: 'dy/witness/1',
  shown: 'dy/shown/1',
  matters: 'dy/matters/1',
  tagSecret: 'dy/tag-secret/1',
  recordId: 'dy/record-id/1',
  nameId: 'dy/name-id/1',
  keyId: 'dy/key-id/1',
  interfaceId: 'dy/iface-id/1',
  erasureId: 'dy/erasure-id/1',
  affiliationId: 'dy/affil-id/1',
  autoId: 'dy/auto-id/1',
  codeId: 'dy/code-id/1',
  transactionLeaf: 'dy/tx-leaf/1',
  receiptLeaf: 'dy/receipt/1',
  changeLeaf: 'dy/change/1',
  historyLeaf: 'dy/history/1',
  bucketLeaf: 'dy/bucket/1',
  versionLeaf: 'dy/version/1',
} as const;

/** One of the tags of the chain. */
export type Tag = (typeof TAGS)[keyof typeof TAGS];

const TAG_BYTES = 16;

/** SHA-256 (FIPS 180-4) of some bytes, one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return nobleSha256(concat(...parts));
}

/** A tag as it is hashed: ASCII, padded with zeros to 16 bytes. */
export function tagBytes(tag: Tag): Uint8Array {
  const bytes = new Uint8Array(TAG_BYTES);
  bytes.set(ascii(tag));
  return bytes;
}

/** SHA-256(tag ‖ bytes). */
export function tagged(tag: Tag, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(tagBytes(tag), ...parts);
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The RFC 6962 hash of a leaf: SHA-256(0 ‖ tag ‖ bytes); `null` where the tree's leaves have no tag. */
export function leafHash(tag: Tag | null, ...parts: readonly Uint8Array[]): Uint8Array {
  return tag === null ? sha256(LEAF, ...parts) : sha256(LEAF, tagBytes(tag), ...parts);
}

/** The RFC 6962 hash of an inner node: SHA-256(1 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right);
}
