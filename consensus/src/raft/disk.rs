// SPDX-License-Identifier: Apache-2.0
//! What the Raft log needs of the disk: a narrow seam, so that tests run it in memory.
//! Never interprets a payload: bytes in, the same bytes out.

use bytes::Bytes;
use std::io;

/// A blank entry: the first of a new leader.
pub(crate) const BLANK: u8 = 0;
/// An ordinary entry: a proposal.
pub(crate) const PROPOSAL: u8 = 1;
/// A membership entry.
pub(crate) const MEMBERSHIP: u8 = 2;

/// A log entry as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) index: u64,
    pub(crate) term: u64,
    pub(crate) kind: u8,
    pub(crate) payload: Bytes,
}

/// The vote as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoredVote {
    pub(crate) term: u64,
    pub(crate) node: u64,
    pub(crate) committed: bool,
}

/// The log on disk. Every method may block; none is called on an async thread.
pub(crate) trait Disk: Send + Sync + 'static {
    /// The first index and the index after the last; equal if the log is empty.
    fn range(&self) -> io::Result<(u64, u64)>;
    /// The term of an entry that exists.
    fn term(&self, index: u64) -> io::Result<u64>;
    /// Entries from `from` to before `to`, cut after `max_bytes` of payload but never before one.
    fn read(&self, from: u64, to: u64, max_bytes: usize) -> io::Result<Vec<Record>>;
    /// Writes a batch; it is in the write-ahead log when this returns, not yet synced.
    fn append(&self, records: &[Record]) -> io::Result<()>;
    /// Makes everything written so far durable.
    fn sync(&self) -> io::Result<()>;
    /// Removes this index and all after it, durably.
    fn truncate_from(&self, index: u64) -> io::Result<()>;
    /// The vote, if one was ever saved.
    fn vote(&self) -> io::Result<Option<StoredVote>>;
    /// Saves the vote durably.
    fn save_vote(&self, vote: StoredVote) -> io::Result<()>;
    /// The position (term, index) of the last entry that was applied.
    fn applied(&self) -> io::Result<Option<(u64, u64)>>;
}

/// A log in memory, for tests of what stands on it.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) records: parking_lot::Mutex<Vec<Record>>,
    pub(crate) vote: parking_lot::Mutex<Option<StoredVote>>,
    pub(crate) synced: std::sync::atomic::AtomicU64,
}

#[cfg(test)]
impl Disk for Memory {
    fn range(&self) -> io::Result<(u64, u64)> {
        Ok((0, self.records.lock().len() as u64))
    }

    fn term(&self, index: u64) -> io::Result<u64> {
        let records = self.records.lock();
        let at = usize::try_from(index).map_err(io::Error::other)?;
        records.get(at).map(|record| record.term).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn read(&self, from: u64, to: u64, max_bytes: usize) -> io::Result<Vec<Record>> {
        let mut taken = Vec::new();
        let mut used = 0;
        for record in self.records.lock().iter() {
            if record.index < from || record.index >= to {
                continue;
            }
            used += record.payload.len();
            if used > max_bytes && !taken.is_empty() {
                break;
            }
            taken.push(record.clone());
        }
        Ok(taken)
    }

    fn append(&self, records: &[Record]) -> io::Result<()> {
        self.records.lock().extend_from_slice(records);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.synced.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }

    fn truncate_from(&self, index: u64) -> io::Result<()> {
        self.records.lock().retain(|record| record.index < index);
        Ok(())
    }

    fn vote(&self) -> io::Result<Option<StoredVote>> {
        Ok(*self.vote.lock())
    }

    fn save_vote(&self, vote: StoredVote) -> io::Result<()> {
        *self.vote.lock() = Some(vote);
        Ok(())
    }

    fn applied(&self) -> io::Result<Option<(u64, u64)>> {
        Ok(None)
    }
}
