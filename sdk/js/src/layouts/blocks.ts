// SPDX-License-Identifier: Apache-2.0
/** Headers, proposals, transactions, receipts, changes and versions: what is signed, ordered and derived. */
import { fields, list, option, struct, type Value, variants } from '../codec.js';
import * as p from '../primitives.js';
import { Action } from './actions.js';
import { Event, RecordKind, RefusalCode } from './words.js';

/** A block's header: derived by every validator from what was ordered. */
export const Header = struct('Header', {
  version: p.u16,
  chain: p.hash,
  config_no: p.u32,
  height: p.u64,
  parent_hash: p.hash,
  time_ms: p.time,
  tx_count: p.u32,
  tx_root: p.hash,
  receipt_root: p.hash,
  change_first_seq: p.u64,
  change_count: p.u32,
  change_root: p.hash,
  history_root: p.hash,
  state_root: p.hash,
  payload_hash: p.hash,
});
export type Header = Value<typeof Header>;

/** A block by height and hash. */
export const BlockRef = struct('BlockRef', { height: p.u64, hash: p.hash });
export type BlockRef = Value<typeof BlockRef>;

/** One vote of a seal. */
export const SealVote = struct('SealVote', { voter_time_ms: p.time, signature: p.signature });
export type SealVote = Value<typeof SealVote>;

/** A quorum of votes for a block. None exist yet. */
export const Seal = struct('Seal', {
  config_no: p.u32,
  source: BlockRef,
  target: BlockRef,
  signers: list(list(p.u8)),
  votes: list(SealVote),
});
export type Seal = Value<typeof Seal>;

/** What a leader orders: the batch that becomes a block. */
export const Proposal = struct('Proposal', {
  chain: p.hash,
  config_no: p.u32,
  prev_payload_hash: p.hash,
  base: BlockRef,
  justify: option(Seal),
  proposed_ms: p.time,
  transactions: list(list(p.u8)),
  proposer: p.key,
  signature: p.signature,
});
export type Proposal = Value<typeof Proposal>;

/** A signed wish. */
export const Transaction = struct('Transaction', {
  version: p.u16,
  chain: p.hash,
  sender: p.key,
  nonce: p.nonce,
  valid_until: p.time,
  action: Action,
  signature: p.signature,
});
export type Transaction = Value<typeof Transaction>;

/** One reason of a refusal. */
export const Reason = struct('Reason', { code: RefusalCode, about: option(p.word) });
export type Reason = Value<typeof Reason>;

/** What became of a transaction. */
export const Outcome = variants('Outcome', {
  executed: fields({ first_change: p.u64, changes: p.u32 }),
  refused: fields({ reasons: list(Reason) }),
});
export type Outcome = Value<typeof Outcome>;

/** What became of a transaction. */
export const Receipt = struct('Receipt', { transaction: p.hash, index: p.u32, outcome: Outcome });
export type Receipt = Value<typeof Receipt>;

/** A version of a record. Its hash is in the state tree, the digest is of its value. */
export const Version = struct('Version', {
  kind: RecordKind,
  id: p.id,
  number: p.u64,
  since: p.u64,
  previous: p.hash,
  digest: p.hash,
});
export type Version = Value<typeof Version>;

/** A written version in its block: events are the changes. */
export const Change = struct('Change', {
  seq: p.u64,
  event: Event,
  at: p.time,
  transaction: option(p.u32),
  version: Version,
});
export type Change = Value<typeof Change>;
