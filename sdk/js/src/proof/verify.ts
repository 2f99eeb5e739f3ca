// SPDX-License-Identifier: Apache-2.0
/**
 * Verifying a proof under one trusted header, rule by rule as docs/proofs.md numbers them. Pure: it asks nobody
 * for anything, and whatever does not hold ends in a `ProofError`.
 */
import { encode } from '../codec.js';
import { DianyunError, FormatError, ProofError } from '../errors.js';
import { leafHash, TAGS } from '../hash.js';
import { type Hash, parseHash } from '../ids.js';
import { headerHash, historyHolds } from '../header.js';
import { Change, type Header, Receipt, type Transaction, type Version } from '../layouts/index.js';
import { inclusionHolds } from '../merkle.js';
import { checkDepth, lookUp, type RecordKey, type RecordValue, stateKey, valueOf, versionHash } from '../state.js';
import { readTransaction, transactionFault, transactionId } from '../transaction.js';
import type { EarlierBlock, ProofFile, ShownChange, ShownRecord, ShownTransaction } from './file.js';

/** The layout of proof files that this package knows. */
export const PROOF_VERSION = 2;

const ZEROS = '0'.repeat(64);

/** The header that a proof was verified under. */
export interface Anchor {
  readonly height: number;
  readonly hash: Hash;
}

/** A transaction that is in the block at `height`, with what became of it. */
export interface ProvenTransaction {
  readonly what: 'transaction';
  readonly anchor: Anchor;
  readonly id: Hash;
  readonly height: number;
  readonly transaction: Transaction;
  readonly receipt: Receipt;
}

/** A record that has this value from `version.since` until before `until`; null: up to and with the anchor. */
export type ProvenRecord = {
  readonly what: 'record';
  readonly anchor: Anchor;
  readonly version: Version;
  readonly until: number | null;
} & RecordValue;

/** A record that was not there before `before`; null: up to and with the anchor. */
export interface ProvenAbsence extends RecordKey {
  readonly what: 'absent';
  readonly anchor: Anchor;
  readonly before: number | null;
}

/** What a proof has shown. */
export type Proven = ProvenTransaction | ProvenRecord | ProvenAbsence;

/**
 * Verifies a proof.
 * @param trusted a header that the caller trusts, from elsewhere than the proof.
 * @param depth `depth` of the genesis whose hash is the header's `chain`.
 */
export function verifyProof(file: ProofFile, trusted: Header, depth: number): Proven {
  const anchor = checkAnchor(file, trusted);
  checkDepth(depth);
  const { shows } = file;
  switch (shows.what) {
    case 'transaction':
      return { what: 'transaction', anchor, ...checkTransaction(shows, trusted) };
    case 'present': {
      const held = checkRecord(shows.record);
      const { version } = shows.record;
      const found = lookUp(stateKey(version), shows.bucket, depth, trusted.state_root);
      if (found !== versionHash(version)) {
        throw new ProofError('not_present', "the record's bucket does not hold this version");
      }
      return { what: 'record', anchor, version, until: null, ...held };
    }
    case 'replaced': {
      const held = checkRecord(shows.record);
      const next = checkChange(shows.successor, trusted);
      const { version } = shows.record;
      if (!follows(next, version)) {
        throw new ProofError('successor', 'the successor does not follow the version');
      }
      return { what: 'record', anchor, version, until: next.since, ...held };
    }
    case 'absent': {
      const found = lookUp(stateKey(shows.key), shows.bucket, depth, trusted.state_root);
      if (found !== null) throw new ProofError('not_absent', 'the record is there, and claimed absent');
      return { what: 'absent', anchor, ...shows.key, before: null };
    }
    case 'later': {
      const { kind, id, number, previous, since } = checkChange(shows.first, trusted);
      if (number !== 1 || previous !== ZEROS) throw new ProofError('change', 'not the first version of its record');
      return { what: 'absent', anchor, kind, id, before: since };
    }
  }
}

/** Rule 1. */
function checkAnchor({ version, chain, anchor }: ProofFile, trusted: Header): Anchor {
  if (version !== PROOF_VERSION) throw new ProofError('layout', `layout ${version} of a proof is not known`);
  if (chain !== trusted.chain) throw new ProofError('chain', 'the proof is for another chain than the header');
  if (anchor.height !== trusted.height || anchor.hash !== headerHash(trusted)) {
    throw new ProofError('anchor', `the proof is against another header: fetch the one at height ${anchor.height}`);
  }
  return anchor;
}

/** Rule 2. */
function headerOf(block: EarlierBlock | null, trusted: Header): Header {
  if (block === null) return trusted;
  if (!historyHolds(block.header, block.path, trusted)) {
    throw new ProofError('history', `block ${block.header.height} is not in the history of the header`);
  }
  return block.header;
}

/** Rule 3. */
function checkTransaction(
  shown: ShownTransaction,
  trusted: Header,
): Pick<ProvenTransaction, 'id' | 'height' | 'transaction' | 'receipt'> {
  const header = headerOf(shown.block, trusted);
  const { receipt } = shown;
  const place = { index: receipt.index, count: header.tx_count };
  const leaf = leafHash(TAGS.transactionLeaf, shown.transaction);
  if (!inclusionHolds({ leaf, ...place, path: shown.transactionPath, root: parseHash(header.tx_root) })) {
    throw new ProofError('tx_root', 'a path does not lead to tx_root');
  }
  const receiptLeaf = leafHash(TAGS.receiptLeaf, encode(Receipt, receipt));
  const receiptRoot = parseHash(header.receipt_root);
  if (!inclusionHolds({ leaf: receiptLeaf, ...place, path: shown.receiptPath, root: receiptRoot })) {
    throw new ProofError('receipt_root', 'a path does not lead to receipt_root');
  }
  const transaction = readShown(shown.transaction);
  const id = transactionId(transaction);
  if (receipt.transaction !== id) throw new ProofError('receipt', 'the receipt is of another transaction');
  const fault = transactionFault(transaction, header.chain);
  if (fault !== null) throw new ProofError('transaction', `the transaction is wrong: ${fault}`);
  return { id, height: header.height, transaction, receipt };
}

function readShown(bytes: Uint8Array): Transaction {
  try {
    return readTransaction(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new ProofError('transaction', `the transaction's bytes are wrong: ${error.message}`);
  }
}

/** Rule 4. */
function checkRecord({ version, value }: ShownRecord): RecordValue {
  return valueOf(version, value);
}

/** Rule 7. */
function checkChange(shown: ShownChange, trusted: Header): Version {
  const header = headerOf(shown.block, trusted);
  const { change } = shown;
  const place = {
    leaf: leafHash(TAGS.changeLeaf, encode(Change, change)),
    index: change.seq - header.change_first_seq,
    count: header.change_count,
  };
  if (place.index < 0) throw new ProofError('change', 'the change is before its block');
  if (!inclusionHolds({ ...place, path: shown.path, root: parseHash(header.change_root) })) {
    throw new ProofError('change_root', 'a path does not lead to change_root');
  }
  if (change.version.since !== header.height) throw new ProofError('change', 'the change is of another height');
  return change.version;
}

/** Rule 8. */
function follows(next: Version, version: Version): boolean {
  return (
    next.kind === version.kind &&
    next.id === version.id &&
    next.number === version.number + 1 &&
    next.previous === versionHash(version) &&
    next.since > version.since
  );
}

/** True if what was proven answers for a height; for another height it is no answer. */
export function answersFor(proven: Proven, height: number): boolean {
  if (!Number.isSafeInteger(height) || height < 0 || height > proven.anchor.height) return false;
  switch (proven.what) {
    case 'transaction':
      return height === proven.height;
    case 'record':
      return height >= proven.version.since && (proven.until === null || height < proven.until);
    case 'absent':
      return proven.before === null || height < proven.before;
  }
}

/** What became of verifying: for those who want an answer and no error. */
export function tryVerify(
  file: ProofFile,
  trusted: Header,
  depth: number,
): { readonly proven: Proven } | { readonly fault: DianyunError } {
  try {
    return { proven: verifyProof(file, trusted, depth) };
  } catch (error) {
    if (error instanceof DianyunError) return { fault: error };
    throw error;
  }
}
