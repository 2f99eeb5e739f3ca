// SPDX-License-Identifier: Apache-2.0
//! Reading what execution needs, with the hot part of it in memory.

use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use chain::Hash;
use chain::codec;
use chain::ids::{Time, TransactionId};
use chain::receipt::Change;
use chain::records::{RecordKey, Value};
use chain::state_tree::{self, Entries};
use chain::view::{Executed, Stored};
use lru::LruCache;
use parking_lot::Mutex;
use rocksdb::{Direction, IteratorMode, ReadOptions};

use crate::buckets::Buckets;
use crate::error::stop;
use crate::open::Store;
use crate::options::Options;
use crate::tables::{self, Reader, join};

/// The leaf of a bucket without entries: of a young chain, most.
static EMPTY_LEAF: LazyLock<Hash> = LazyLock::new(|| state_tree::bucket_leaf(&[]));

/// Newest versions and buckets that were used of late.
pub(crate) struct Caches {
    records: Mutex<LruCache<RecordKey, Stored>>,
    buckets: Mutex<Buckets>,
    /// No deadline lies before this instant: what was there is deleted, and need not be walked over.
    due_from: AtomicU64,
}

impl Caches {
    pub(crate) fn new(options: &Options) -> Self {
        let records = NonZeroUsize::new(options.cached_records).unwrap_or(NonZeroUsize::MIN);
        Self {
            records: Mutex::new(LruCache::new(records)),
            buckets: Mutex::new(Buckets::new(options.bucket_bytes)),
            due_from: AtomicU64::new(0),
        }
    }

    /// Follows a block while nobody reads the newest state.
    pub(crate) fn apply(&self, executed: &Executed, depth: u8) {
        for to in executed.deadlines.iter().filter_map(|moved| moved.to) {
            self.due_from.fetch_min(to.0, Ordering::AcqRel);
        }
        let mut records = self.records.lock();
        let mut buckets = self.buckets.lock();
        for stored in &executed.newest {
            let key = stored.version.key();
            let state_key = key.state_key();
            buckets.follow(state_tree::bucket_of(&state_key, depth), state_key, stored.hash);
            records.put(key, stored.clone());
        }
    }
}

/// How large the database is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Files of all tables.
    pub tables: u64,
    /// Memtables.
    pub memtables: u64,
}

/// The version that a row of the table of changes brought.
fn decode_version(row: &[u8]) -> Option<Stored> {
    let (change, value) = decode_change(row)?;
    let version = change.version;
    let value = Value::decode_trusted(version.kind, value).ok()?;
    Some(Stored { hash: version.hash(), version, value })
}

/// The change in a row of their table, and the canonical bytes of the value behind it.
pub(crate) fn decode_change(row: &[u8]) -> Option<(Change, &[u8])> {
    let mut reader = Reader(row);
    let length = reader.u32()? as usize;
    let change = codec::decode_trusted(reader.slice(length)?).ok()?;
    Some((change, reader.0))
}

impl Store {
    pub(crate) fn read(&self, table: &str, key: &[u8]) -> Option<Vec<u8>> {
        match self.db().get_cf(self.table(table), key) {
            Ok(value) => value,
            Err(error) => stop(&format!("{table}: {error}")),
        }
    }

    /// Entries from `first` to before `last`, in order.
    pub(crate) fn range(
        &self,
        table: &str,
        first: &[u8],
        last: &[u8],
    ) -> impl Iterator<Item = (Box<[u8]>, Box<[u8]>)> + use<'_> {
        let mut options = ReadOptions::default();
        options.set_iterate_upper_bound(last);
        let mode = IteratorMode::From(first, Direction::Forward);
        let entries = self.db().iterator_cf_opt(self.table(table), options, mode);
        entries.map(|entry| entry.unwrap_or_else(|error| stop(error.as_ref())))
    }

    /// The newest version of a record.
    pub(crate) fn newest_version(&self, key: &RecordKey) -> Option<Stored> {
        if let Some(stored) = self.caches().records.lock().get(key) {
            return Some(stored.clone());
        }
        // A block that is applied meanwhile may make what is read here old: only what is still the
        // newest afterwards is kept.
        let head = self.read(tables::HEADS, &key.state_key().0)?;
        let seq = head.get(17..25).and_then(|bytes| Reader(bytes).u64());
        let stored = seq.and_then(|seq| self.version_of(seq));
        let stored = stored.unwrap_or_else(|| stop(&format!("the newest version of {key:?}")));
        let mut records = self.caches().records.lock();
        if self.read(tables::HEADS, &key.state_key().0).as_deref() == Some(&head[..]) {
            records.put(*key, stored.clone());
        }
        Some(stored)
    }

    /// The version that a change brought, if there is such a change.
    pub(crate) fn version_of(&self, seq: u64) -> Option<Stored> {
        let row = self.read(tables::CHANGES, &seq.to_be_bytes())?;
        Some(decode_version(&row).unwrap_or_else(|| stop(&format!("change {seq}"))))
    }

    /// A bucket whose leaf in the tree is `leaf`.
    pub(crate) fn read_bucket(&self, index: u32, depth: u8, leaf: Hash) -> Entries {
        if let Some(entries) = self.caches().buckets.lock().get(index) {
            return entries;
        }
        let is_empty = leaf == *EMPTY_LEAF;
        let entries = if is_empty { Entries::new() } else { self.scan_bucket(index, depth) };
        self.caches().buckets.lock().keep(index, entries.clone());
        entries
    }

    fn scan_bucket(&self, index: u32, depth: u8) -> Entries {
        let shift = 32 - u32::from(depth);
        let first = (index << shift).to_be_bytes();
        let after = (u64::from(index) + 1) << shift;
        // Behind the last bucket nothing follows: any longer key of ones is the end.
        let last =
            u32::try_from(after).map_or(vec![0xff; 33], |after| after.to_be_bytes().to_vec());
        let decode = |(key, value): (Box<[u8]>, Box<[u8]>)| {
            let hash = |bytes: &[u8]| bytes.try_into().ok().map(Hash);
            hash(&key).zip(value.get(25..57).and_then(hash))
        };
        self.range(tables::HEADS, &first, &last)
            .map(|entry| decode(entry).unwrap_or_else(|| stop("a bucket")))
            .collect()
    }

    pub(crate) fn read_history(&self, level: u8, index: u64) -> Hash {
        let value = self.read(tables::HISTORY, &join(&[&[level], &index.to_be_bytes()]));
        let hash = value.and_then(|bytes| bytes.try_into().ok()).map(Hash);
        hash.unwrap_or_else(|| stop(&format!("the history at level {level}, index {index}")))
    }

    /// What is due, for who holds the newest state still.
    pub(crate) fn take_due(&self, until: Time, limit: usize) -> Vec<(Time, RecordKey)> {
        let due = self.read_due(until, limit);
        let first = due.first().map_or(until.0.saturating_add(1), |(at, _)| at.0);
        self.caches().due_from.store(first, Ordering::Release);
        due
    }

    fn read_due(&self, until: Time, limit: usize) -> Vec<(Time, RecordKey)> {
        let first = self.caches().due_from.load(Ordering::Acquire).to_be_bytes();
        let last = until.0.saturating_add(1).to_be_bytes();
        let decode = |(key, _): (Box<[u8]>, Box<[u8]>)| {
            let at = key.get(..8)?.try_into().ok().map(u64::from_be_bytes)?;
            Some((Time(at), RecordKey::from_bytes(key.get(8..)?)?))
        };
        self.range(tables::DEADLINES, &first, &last)
            .take(limit)
            .map(|entry| decode(entry).unwrap_or_else(|| stop("a deadline")))
            .collect()
    }

    /// The earliest deadline of any record, by the newest block or the one before.
    pub fn next_deadline(&self) -> Option<Time> {
        self.read_due(Time(u64::MAX - 1), 1).first().map(|(at, _)| *at)
    }

    pub(crate) fn read_recent(&self, valid_until: Time, id: &TransactionId) -> bool {
        let key = join(&[&valid_until.0.to_be_bytes(), &id.0.0]);
        match self.db().get_pinned_cf(self.table(tables::RECENT), key) {
            Ok(found) => found.is_some(),
            Err(error) => stop(error.as_ref()),
        }
    }

    /// How large the database is.
    pub fn sizes(&self) -> Sizes {
        let sum = |name: &str| {
            let one = |table: &&str| {
                self.db().property_int_value_cf(self.table(table), name).ok().flatten()
            };
            tables::ALL.iter().filter_map(one).sum()
        };
        Sizes {
            tables: sum("rocksdb.total-sst-files-size") + sum("rocksdb.live-blob-file-size"),
            memtables: sum("rocksdb.cur-size-all-mem-tables"),
        }
    }
}
