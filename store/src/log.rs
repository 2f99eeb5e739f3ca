// SPDX-License-Identifier: Apache-2.0
//! The Raft log and the vote. A payload is bytes in, the same bytes out.

use std::collections::BTreeMap;

use bytes::Bytes;
use rocksdb::{Direction, IteratorMode, WriteBatch, WriteOptions};

use crate::error::StoreError;
use crate::open::Store;
use crate::tables::{self, Reader};

/// The place of a log entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Term of the leader who made it.
    pub term: u64,
    /// Its index.
    pub index: u64,
}

/// A log entry as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// Its place.
    pub position: Position,
    /// What it is; the store does not care.
    pub kind: u8,
    /// Its content.
    pub payload: Bytes,
}

/// The vote as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredVote {
    /// Term.
    pub term: u64,
    /// For whom.
    pub node: u64,
    /// True once a quorum gave it.
    pub committed: bool,
}

impl Position {
    pub(crate) fn encode(self) -> [u8; 16] {
        let mut out = [0; 16];
        out[..8].copy_from_slice(&self.term.to_le_bytes());
        out[8..].copy_from_slice(&self.index.to_le_bytes());
        out
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { term: reader.u64()?, index: reader.u64()? })
    }
}

fn decode(index: u64, value: &[u8]) -> Option<LogRecord> {
    let mut reader = Reader(value);
    let term = reader.u64()?;
    let [kind] = reader.bytes()?;
    let payload = Bytes::copy_from_slice(reader.0);
    Some(LogRecord { position: Position { term, index }, kind, payload })
}

fn index_of(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}

/// The bytes of an entry as the table takes them.
pub(crate) fn encode(record: &LogRecord) -> Vec<u8> {
    tables::join(&[&record.position.term.to_le_bytes(), &[record.kind], &record.payload])
}

impl Store {
    /// The first index and the index after the last; equal if the log is empty.
    pub fn log_range(&self) -> Result<(u64, u64), StoreError> {
        let end = |mode| -> Result<Option<u64>, StoreError> {
            let first = self.db().iterator_cf(self.table(tables::LOG), mode).next();
            Ok(first.transpose()?.and_then(|(key, _)| index_of(&key)))
        };
        let first = end(IteratorMode::Start)?;
        let last = end(IteratorMode::End)?;
        Ok(match (first, last) {
            (Some(first), Some(last)) => (first, last + 1),
            _ => (0, 0),
        })
    }

    /// The term of an entry; none if there is no such entry.
    pub fn log_term(&self, index: u64) -> Result<Option<u64>, StoreError> {
        let value = self.db().get_pinned_cf(self.table(tables::LOG), index.to_be_bytes())?;
        Ok(value.and_then(|value| Reader(&value).u64()))
    }

    /// One entry.
    pub fn log_entry(&self, index: u64) -> Result<Option<LogRecord>, StoreError> {
        let value = self.db().get_pinned_cf(self.table(tables::LOG), index.to_be_bytes())?;
        match value {
            Some(value) => {
                let record = decode(index, &value);
                record.map(Some).ok_or_else(|| self.damaged(format!("log entry {index}")))
            }
            None => Ok(None),
        }
    }

    /// Entries from `from` to before `to`, cut after `max_bytes` of payload but never before one.
    pub fn log_read(
        &self,
        from: u64,
        to: u64,
        max_bytes: usize,
    ) -> Result<Vec<LogRecord>, StoreError> {
        let start = from.to_be_bytes();
        let mode = IteratorMode::From(&start, Direction::Forward);
        let mut taken = Vec::new();
        let mut used = 0;
        for entry in self.db().iterator_cf(self.table(tables::LOG), mode) {
            let (key, value) = entry?;
            let index = index_of(&key).ok_or_else(|| self.damaged("a key of the log".into()))?;
            if index >= to {
                break;
            }
            used += value.len();
            if used > max_bytes && !taken.is_empty() {
                break;
            }
            let record = decode(index, &value);
            taken.push(record.ok_or_else(|| self.damaged(format!("log entry {index}")))?);
        }
        Ok(taken)
    }

    /// Writes entries; they are in the write-ahead log when this returns, not yet synced.
    pub fn log_append(&self, records: &[LogRecord]) -> Result<(), StoreError> {
        let mut batch = WriteBatch::default();
        for record in records {
            let key = record.position.index.to_be_bytes();
            batch.put_cf(self.table(tables::LOG), key, encode(record));
        }
        self.write(batch)?;
        if let Some(last) = records.last() {
            self.watermark().appended(last.position.index + 1);
        }
        Ok(())
    }

    /// Makes everything written so far durable.
    pub fn log_sync(&self) -> Result<(), StoreError> {
        let written = self.watermark().before_sync();
        self.db().flush_wal(true)?;
        self.watermark().acknowledge(written);
        Ok(())
    }

    /// Removes this index and all after it, durably.
    pub fn log_truncate_from(&self, index: u64) -> Result<(), StoreError> {
        // Lowered first: a crash in between must not look like a loss.
        self.watermark().lower(index)?;
        let (first, end) = self.log_range()?;
        let mut batch = WriteBatch::default();
        for at in index.max(first)..end {
            batch.delete_cf(self.table(tables::LOG), at.to_be_bytes());
        }
        self.write(batch)?;
        Ok(self.db().flush_wal(true)?)
    }

    /// The index after the last entry that was written.
    pub fn log_end(&self) -> u64 {
        self.watermark().written()
    }

    /// The index after the last entry that is durable, so that it may be promised to others.
    pub fn acknowledged(&self) -> u64 {
        self.watermark().acknowledged()
    }

    /// How far other validators once held their logs, by their numbers.
    pub fn marks(&self) -> Result<BTreeMap<u64, u64>, StoreError> {
        let value = self.db().get_cf(self.table(tables::META), tables::META_MARKS)?;
        let value = value.unwrap_or_default();
        let mut reader = Reader(&value);
        let mut marks = BTreeMap::new();
        while !reader.0.is_empty() {
            let pair = reader.u64().zip(reader.u64());
            let (number, end) = pair.ok_or_else(|| self.damaged("the marks of others".into()))?;
            marks.insert(number, end);
        }
        Ok(marks)
    }

    /// Keeps how far other validators hold their logs.
    pub fn save_marks(&self, marks: &BTreeMap<u64, u64>) -> Result<(), StoreError> {
        let pairs = marks.iter().map(|(number, end)| (number.to_le_bytes(), end.to_le_bytes()));
        let value = pairs.flat_map(|(number, end)| [number, end].concat()).collect::<Vec<u8>>();
        let mut batch = WriteBatch::default();
        batch.put_cf(self.table(tables::META), tables::META_MARKS, value);
        self.write(batch)
    }

    /// The vote, if one was ever saved.
    pub fn vote(&self) -> Result<Option<StoredVote>, StoreError> {
        let value = self.db().get_pinned_cf(self.table(tables::META), tables::META_VOTE)?;
        let Some(value) = value else { return Ok(None) };
        let mut reader = Reader(&value);
        let vote = || {
            let (term, node) = (reader.u64()?, reader.u64()?);
            let [committed] = reader.bytes()?;
            Some(StoredVote { term, node, committed: committed == 1 })
        };
        let mut vote = vote;
        vote().map(Some).ok_or_else(|| self.damaged("the vote".into()))
    }

    /// Saves the vote durably.
    pub fn save_vote(&self, vote: StoredVote) -> Result<(), StoreError> {
        let value = tables::join(&[
            &vote.term.to_le_bytes(),
            &vote.node.to_le_bytes(),
            &[u8::from(vote.committed)],
        ]);
        let mut batch = WriteBatch::default();
        batch.put_cf(self.table(tables::META), tables::META_VOTE, value);
        let mut options = WriteOptions::default();
        options.set_sync(true);
        Ok(self.db().write_opt(batch, &options)?)
    }
}
