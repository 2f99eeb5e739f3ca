// SPDX-License-Identifier: Apache-2.0
//! The narrow trait through which the state machine reads, and the value in which it writes.
//!
//! A view answers from memory or disk and never fails: a store that cannot read ends its process.

use crate::block::Header;
use crate::hash::Hash;
use crate::ids::{Height, Time, TransactionId};
use crate::receipt::{Change, Placed, Receipt, Version};
use crate::records::{ListKey, RecordKey, Value};

/// The newest version of a record, with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The version.
    pub version: Version,
    /// Its hash.
    pub hash: Hash,
    /// The value.
    pub value: Value,
}

/// Records as of one height.
pub trait Records {
    /// The header they are of.
    fn header(&self) -> &Header;

    /// The chain id.
    fn chain(&self) -> Hash;

    /// A record as it stood after that header's block.
    fn record(&self, key: &RecordKey) -> Option<Stored>;
}

/// All that executing the next block needs to read.
pub trait View: Records {
    /// The hash of [`Records::header`].
    fn header_hash(&self) -> Hash;

    /// The payload hash of the newest executed proposal; zeros after genesis.
    fn payload_hash(&self) -> Hash {
        self.header().payload_hash
    }

    /// The sequence number of the next change.
    fn next_seq(&self) -> u64 {
        let header = self.header();
        header.change_first_seq + u64::from(header.change_count)
    }

    /// Depth of the state tree: 2^depth buckets.
    fn depth(&self) -> u8;

    /// A bucket: (state key, version hash), strictly ascending by key.
    fn bucket(&self, index: u32) -> Vec<(Hash, Hash)>;

    /// A node of the state tree; level 0 holds the 2^depth leaf hashes of buckets.
    fn tree_node(&self, level: u8, index: u32) -> Hash;

    /// The hash of a complete subtree of the history: level 0 holds the leaf hashes of headers.
    fn history_node(&self, level: u8, index: u64) -> Hash;

    /// Records due at or before an instant, in order of (next_change_at, key), at most `limit`.
    fn due(&self, until: Time, limit: usize) -> Vec<(Time, RecordKey)>;

    /// True if a transaction or statement with this id was used within the window.
    fn is_recent(&self, valid_until: Time, id: &TransactionId) -> bool;
}

/// A version that a block wrote, with its canonical value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The version.
    pub version: Version,
    /// Its hash.
    pub hash: Hash,
    /// Canonical bytes of the value.
    pub value: Vec<u8>,
}

/// How a record's place in the deadline index moves in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadlineMove {
    /// Which record.
    pub key: RecordKey,
    /// Where it was before the block.
    pub from: Option<Time>,
    /// Where it is after it.
    pub to: Option<Time>,
}

/// A new entry of a derived list. Entries are in order of `seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListEntry {
    /// Which list.
    pub list: ListKey,
    /// The change that brought the record into it.
    pub seq: u64,
    /// The record.
    pub key: RecordKey,
}

/// All that a block writes: one value, stored as one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// The header.
    pub header: Header,
    /// Its hash.
    pub header_hash: Hash,
    /// Ids of the transactions that are leaves, in order, with their places in the proposal.
    pub transactions: Vec<(TransactionId, u32)>,
    /// Their receipts.
    pub receipts: Vec<Receipt>,
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// The versions, in the order of the changes; the last of a record is its newest.
    pub written: Vec<Written>,
    /// The newest version of each record that was written, in order of their keys: what a cache keeps.
    pub newest: Vec<Stored>,
    /// New nodes of the state tree: (level, index, hash).
    pub tree_nodes: Vec<(u8, u32, Hash)>,
    /// New nodes of the history: (level, index, hash). The parent's leaf is among them.
    pub history_nodes: Vec<(u8, u64, Hash)>,
    /// Ids to remember until their `valid_until`: transactions and statements.
    pub recent: Vec<(Time, TransactionId)>,
    /// Moves in the deadline index.
    pub deadlines: Vec<DeadlineMove>,
    /// New entries of lists.
    pub lists: Vec<ListEntry>,
}

/// The past: what queries as of an earlier height or time need.
pub trait Past {
    /// The header at a height, if there is one yet.
    fn header_at(&self, height: Height) -> Option<Header>;

    /// The newest header whose time is not after an instant.
    fn header_before(&self, time: Time) -> Option<Header>;

    /// A version of a record by number, with its value.
    fn version(&self, key: &RecordKey, number: u64) -> Option<Stored>;

    /// The newest version written at or before a height.
    fn version_at(&self, key: &RecordKey, height: Height) -> Option<Stored>;

    /// Changes of a block, in order.
    fn changes_at(&self, height: Height) -> Vec<Change>;

    /// Receipts of a block, in order.
    fn receipts_at(&self, height: Height) -> Vec<Receipt>;
    /// The receipt of a transaction by its place in the block.
    fn receipt_at(&self, height: Height, index: u32) -> Option<Receipt> {
        self.receipts_at(height).into_iter().nth(index as usize)
    }

    /// Where a transaction was executed: height and index.
    fn find_transaction(&self, id: &TransactionId) -> Option<(Height, u32)>;

    /// What became of a transaction, if it was executed.
    fn placed(&self, id: &TransactionId) -> Option<Placed> {
        let (height, index) = self.find_transaction(id)?;
        let time = self.header_at(height)?.time_ms;
        Some(Placed { height, time, receipt: self.receipt_at(height, index)? })
    }

    /// Canonical bytes of the transactions that are leaves of a block, in order.
    fn transactions_at(&self, height: Height) -> Vec<Vec<u8>>;

    /// A page of a list in order of `seq`, after `after`; at most `limit` entries.
    fn list(&self, list: ListKey, after: Option<u64>, limit: usize) -> Vec<(u64, RecordKey)>;
}
