// SPDX-License-Identifier: Apache-2.0
//! The two views: the newest state, held still while it is read, and the records as of a past height.

use std::sync::Arc;

use chain::ids::{Height, Time, TransactionId};
use chain::receipt::{Change, Receipt};
use chain::records::{ListKey, RecordKey};
use chain::state_tree::FlatTree;
use chain::view::{Past, Records, Stored, View};
use chain::{Hash, Header};
use parking_lot::RwLockReadGuard;

use crate::log::Position;
use crate::open::Store;

/// What changes with every block.
pub(crate) struct Newest {
    pub(crate) header: Arc<Header>,
    pub(crate) hash: Hash,
    pub(crate) tree: FlatTree,
    pub(crate) applied: Option<Position>,
}

/// The newest state. No block is applied while this is held: hold it briefly.
pub struct Current<'a> {
    store: &'a Store,
    newest: RwLockReadGuard<'a, Newest>,
}

/// The records as of a height. It does not hold up anything.
#[derive(Clone)]
pub struct At {
    store: Store,
    header: Arc<Header>,
}

impl Store {
    /// The newest state.
    pub fn current(&self) -> Current<'_> {
        Current { store: self, newest: self.newest().read() }
    }

    /// The records as of a height; none if it is not executed yet.
    pub fn at(&self, height: Height) -> Option<At> {
        let header = self.header();
        if header.height == height {
            return Some(At { store: self.clone(), header });
        }
        let header = Arc::new(self.header_at(height)?);
        Some(At { store: self.clone(), header })
    }

    /// The records as of the newest height.
    pub fn latest(&self) -> At {
        At { store: self.clone(), header: self.header() }
    }

    /// The newest header.
    pub fn header(&self) -> Arc<Header> {
        Arc::clone(&self.newest().read().header)
    }

    /// The hash of the newest header.
    pub fn header_hash(&self) -> Hash {
        self.newest().read().hash
    }

    /// The last log entry that was applied.
    pub fn applied(&self) -> Option<Position> {
        self.newest().read().applied
    }
}

impl Records for Current<'_> {
    fn header(&self) -> &Header {
        &self.newest.header
    }

    fn chain(&self) -> Hash {
        self.newest.header.chain
    }

    fn record(&self, key: &RecordKey) -> Option<Stored> {
        self.store.newest_version(key)
    }
}

impl View for Current<'_> {
    fn header_hash(&self) -> Hash {
        self.newest.hash
    }

    fn depth(&self) -> u8 {
        self.newest.tree.depth()
    }

    fn bucket(&self, index: u32) -> Vec<(Hash, Hash)> {
        let tree = &self.newest.tree;
        self.store.read_bucket(index, tree.depth(), tree.node(0, index))
    }

    fn tree_node(&self, level: u8, index: u32) -> Hash {
        self.newest.tree.node(level, index)
    }

    fn history_node(&self, level: u8, index: u64) -> Hash {
        self.store.read_history(level, index)
    }

    fn due(&self, until: Time, limit: usize) -> Vec<(Time, RecordKey)> {
        self.store.take_due(until, limit)
    }

    fn is_recent(&self, valid_until: Time, id: &TransactionId) -> bool {
        self.store.read_recent(valid_until, id)
    }
}

impl Records for At {
    fn header(&self) -> &Header {
        &self.header
    }

    fn chain(&self) -> Hash {
        self.header.chain
    }

    fn record(&self, key: &RecordKey) -> Option<Stored> {
        self.store.version_at(key, self.header.height)
    }
}

/// Everything of the past up to a view's own height.
macro_rules! past_through {
    ($type:ty, $height:expr) => {
        impl Past for $type {
            fn header_at(&self, height: Height) -> Option<Header> {
                self.store.header_at(height).filter(|header| header.height <= $height(self))
            }

            fn header_before(&self, time: Time) -> Option<Header> {
                let found = self.store.header_before(time)?;
                let own = $height(self);
                if found.height <= own { Some(found) } else { self.store.header_at(own) }
            }

            fn version(&self, key: &RecordKey, number: u64) -> Option<Stored> {
                let found = self.store.version(key, number);
                found.filter(|stored| stored.version.since <= $height(self))
            }

            fn version_at(&self, key: &RecordKey, height: Height) -> Option<Stored> {
                self.store.version_at(key, height.min($height(self)))
            }

            fn changes_at(&self, height: Height) -> Vec<Change> {
                self.store.changes_at(height)
            }

            fn receipts_at(&self, height: Height) -> Vec<Receipt> {
                self.store.receipts_at(height)
            }

            fn find_transaction(&self, id: &TransactionId) -> Option<(Height, u32)> {
                self.store.find_transaction(id).filter(|(height, _)| *height <= $height(self))
            }

            fn transactions_at(&self, height: Height) -> Vec<Vec<u8>> {
                self.store.transactions_at(height)
            }

            fn list(
                &self,
                list: ListKey,
                after: Option<u64>,
                limit: usize,
            ) -> Vec<(u64, RecordKey)> {
                let header = Records::header(self);
                let end = header.change_first_seq + u64::from(header.change_count);
                let mut entries = self.store.list(list, after, limit);
                entries.retain(|(seq, _)| *seq < end);
                entries
            }
        }
    };
}

past_through!(Current<'_>, |view: &Current<'_>| view.newest.header.height);
past_through!(At, |view: &At| view.header.height);
