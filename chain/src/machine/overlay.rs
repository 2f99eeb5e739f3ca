// SPDX-License-Identifier: Apache-2.0
//! The overlay: what a block or a query has written so far, above the records below.
//!
//! It turns each write into a version and a change, and takes back what a refused transaction wrote.

use std::collections::BTreeMap;

use crate::event::Event;
use crate::hash::Hash;
use crate::ids::{Height, RecordId, Time};
use crate::receipt::{Change, Version};
use crate::records::{RecordKey, RecordValue, Value};
use crate::view::{DeadlineMove, ListEntry, Records, Stored, Written};

/// Records as written so far, above a view.
pub struct Overlay<'v, R: Records + ?Sized> {
    below: &'v R,
    height: Height,
    first_seq: u64,
    loaded: BTreeMap<RecordKey, Option<Stored>>,
    written: Vec<Written>,
    changes: Vec<Change>,
    lists: Vec<ListEntry>,
    undo: Vec<(RecordKey, Option<Stored>)>,
    transaction: Option<u32>,
    due_changes: usize,
}

/// How far an overlay had come: what is after it can be taken back.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    changes: usize,
    lists: usize,
    due_changes: usize,
}

impl Mark {
    /// Before anything was written.
    pub(crate) const START: Self = Self { changes: 0, lists: 0, due_changes: 0 };
}

/// What a block wrote, taken out of its overlay.
pub(crate) struct Writes {
    pub(crate) changes: Vec<Change>,
    pub(crate) written: Vec<Written>,
    pub(crate) lists: Vec<ListEntry>,
    pub(crate) deadlines: Vec<DeadlineMove>,
    pub(crate) newest: Vec<Stored>,
}

impl<'v, R: Records + ?Sized> Overlay<'v, R> {
    /// An overlay for the block at `height` whose first change is number `first_seq`.
    pub fn new(below: &'v R, height: Height, first_seq: u64) -> Self {
        Self {
            below,
            height,
            first_seq,
            loaded: BTreeMap::new(),
            written: Vec::new(),
            changes: Vec::new(),
            lists: Vec::new(),
            undo: Vec::new(),
            transaction: None,
            due_changes: 0,
        }
    }

    /// The chain id.
    pub fn chain(&self) -> Hash {
        self.below.chain()
    }

    /// A record as written so far.
    pub fn stored(&mut self, key: &RecordKey) -> Option<&Stored> {
        let below = self.below;
        self.loaded.entry(*key).or_insert_with(|| below.record(key)).as_ref()
    }

    /// The value of a record as written so far, borrowed.
    pub fn peek<T: RecordValue>(&mut self, id: RecordId) -> Option<&T> {
        let stored = self.stored(&RecordKey { kind: T::KIND, id })?;
        T::from_value(&stored.value)
    }

    /// True if there is such a record.
    pub fn exists<T: RecordValue>(&mut self, id: RecordId) -> bool {
        self.stored(&RecordKey { kind: T::KIND, id }).is_some()
    }

    /// Writes a version of a record: a change that counts from `at`.
    pub fn put<T: RecordValue>(&mut self, value: T, event: Event, at: Time) {
        let key = value.key();
        let value = value.into_value();
        let before = self.stored(&key).cloned();
        let bytes = value.encode();
        let version = Version {
            kind: key.kind,
            id: key.id,
            number: before.as_ref().map_or(1, |b| b.version.number + 1),
            since: self.height,
            previous: before.as_ref().map_or(Hash::ZERO, |b| b.hash),
            digest: Version::value_digest(&bytes),
        };
        let hash = version.hash();
        let seq = self.next_seq();
        let known = before.as_ref().map_or_else(Vec::new, |b| b.value.lists());
        let new = value.lists().into_iter().filter(|list| !known.contains(list));
        self.lists.extend(new.map(|list| ListEntry { list, seq, key }));
        let transaction = self.transaction;
        self.changes.push(Change { seq, event, at, transaction, version: version.clone() });
        self.written.push(Written { version: version.clone(), hash, value: bytes });
        self.undo.push((key, before));
        self.loaded.insert(key, Some(Stored { version, hash, value }));
    }

    /// The number that the next change gets.
    pub fn next_seq(&self) -> u64 {
        self.first_seq + self.changes.len() as u64
    }

    /// What `bring` writes are due changes: they belong to no transaction and count against no limit.
    pub(crate) fn as_due<T>(&mut self, bring: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.mark();
        let transaction = self.transaction.take();
        let result = bring(self);
        self.transaction = transaction;
        self.due_changes = mark.due_changes + (self.changes.len() - mark.changes);
        result
    }

    /// Says which transaction what follows belongs to.
    pub(crate) fn begin(&mut self, transaction: Option<u32>) -> Mark {
        self.transaction = transaction;
        self.mark()
    }

    /// How far it has come.
    pub fn mark(&self) -> Mark {
        Mark { changes: self.changes.len(), lists: self.lists.len(), due_changes: self.due_changes }
    }

    /// Changes since a mark, and how many of them a transaction wrote itself.
    pub(crate) fn changes_since(&self, mark: Mark) -> (&[Change], usize) {
        let changes = &self.changes[mark.changes..];
        (changes, changes.len() - (self.due_changes - mark.due_changes))
    }

    /// The records written since a mark, as often as they were.
    pub(crate) fn written_since(&self, mark: Mark) -> Vec<RecordKey> {
        self.changes[mark.changes..].iter().map(|change| change.version.key()).collect()
    }

    /// Takes back all that was written after a mark.
    pub(crate) fn roll_back(&mut self, mark: Mark) {
        while self.undo.len() > mark.changes {
            if let Some((key, before)) = self.undo.pop() {
                self.loaded.insert(key, before);
            }
        }
        self.changes.truncate(mark.changes);
        self.written.truncate(mark.changes);
        self.lists.truncate(mark.lists);
        self.due_changes = mark.due_changes;
    }

    /// What was written, with the moves in the deadline index.
    pub(crate) fn into_writes(mut self) -> Writes {
        let mut first: BTreeMap<RecordKey, Option<Time>> = BTreeMap::new();
        for (key, before) in &self.undo {
            first
                .entry(*key)
                .or_insert_with(|| before.as_ref().and_then(|b| b.value.next_change_at()));
        }
        let mut deadlines = Vec::new();
        let mut newest = Vec::with_capacity(first.len());
        for (key, from) in first {
            let now = self.loaded.remove(&key).flatten();
            let to = now.as_ref().and_then(|stored| stored.value.next_change_at());
            if from != to {
                deadlines.push(DeadlineMove { key, from, to });
            }
            newest.extend(now);
        }
        let Self { changes, written, lists, .. } = self;
        Writes { changes, written, lists, deadlines, newest }
    }
}

impl<R: Records + ?Sized> Overlay<'_, R> {
    /// When a record changes by itself next.
    pub(crate) fn due_at(&mut self, key: &RecordKey) -> Option<Time> {
        self.stored(key).and_then(|s| s.value.next_change_at())
    }

    /// A copy of the value of any record.
    pub fn value(&mut self, key: &RecordKey) -> Option<Value> {
        self.stored(key).map(|s| s.value.clone())
    }
}
