// SPDX-License-Identifier: Apache-2.0
//! The Raft log for openraft: on disk, with the newest entries and the vote in memory.
//! Never leaves a hole, never truncates at or below what is committed, never purges.

use super::disk::{self, Disk, Record, StoredVote};
use super::payload::Payload;
use super::terms::Terms;
use super::{Entry, EntryPayload, LogId, Types, Vote, log_id, membership, term_of, wire};
use crate::limits;
use crate::offload::offload;
use futures::stream::{self, Stream, StreamExt};
use openraft::storage::{IOFlushed, RaftLogReader, RaftLogStorage};
use openraft::{LogState, OptionalSend};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::fmt::Debug;
use std::io;
use std::ops::{Bound, RangeBounds};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

/// The log, shared by openraft's tasks, the guard and block sync. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Log {
    shared: Arc<Shared>,
}

struct Shared {
    disk: Arc<dyn Disk>,
    memory: Mutex<InMemory>,
    /// One more than the highest index that is known to be committed.
    committed_end: AtomicU64,
    flushes: std::sync::mpsc::Sender<IOFlushed<Types>>,
}

struct InMemory {
    vote: Option<Vote>,
    terms: Terms,
    first: u64,
    newest: VecDeque<Entry>,
    newest_bytes: usize,
}

impl InMemory {
    fn remember(&mut self, entry: Entry) {
        self.newest_bytes += payload_bytes(&entry);
        self.newest.push_back(entry);
        while self.newest.len() > limits::CACHED_ENTRIES
            || (self.newest_bytes > limits::CACHED_BYTES && self.newest.len() > 1)
        {
            let Some(oldest) = self.newest.pop_front() else { break };
            self.newest_bytes -= payload_bytes(&oldest);
        }
    }

    fn forget_from(&mut self, index: u64) {
        while self.newest.back().is_some_and(|entry| entry.log_id.index >= index) {
            if let Some(entry) = self.newest.pop_back() {
                self.newest_bytes -= payload_bytes(&entry);
            }
        }
    }

    /// The index of the oldest entry in memory; from there on all are.
    fn cached_from(&self) -> u64 {
        self.newest.front().map_or(u64::MAX, |entry| entry.log_id.index)
    }

    fn cached(&self, from: u64, to: u64, max_bytes: usize) -> Vec<Entry> {
        let mut taken = Vec::new();
        let mut used = 0usize;
        for entry in &self.newest {
            if entry.log_id.index < from {
                continue;
            }
            used += payload_bytes(entry);
            if entry.log_id.index >= to || (used > max_bytes && !taken.is_empty()) {
                break;
            }
            taken.push(entry.clone());
        }
        taken
    }
}

/// About what an entry takes in memory and on its way.
pub(crate) fn payload_bytes(entry: &Entry) -> usize {
    match &entry.payload {
        EntryPayload::Normal(payload) => payload.bytes().len(),
        EntryPayload::Blank | EntryPayload::Membership(_) => 64,
    }
}

impl Log {
    /// Opens the log and starts the thread that syncs it.
    pub(crate) fn open(disk: Arc<dyn Disk>) -> io::Result<Self> {
        let (first, end) = disk.range()?;
        let terms = Terms::load(first, end, &mut |index| disk.term(index))?;
        let applied = disk.applied()?;
        if let Some((term, index)) = applied
            && terms.at(index) != Some(term)
        {
            return Err(corrupt(format!(
                "block state is at log position {term}.{index}, which the log does not hold; \
                 restore this node's folder from its peers"
            )));
        }
        let vote = disk.vote()?.map(|vote| from_stored(&vote));
        let memory = InMemory { vote, terms, first, newest: VecDeque::new(), newest_bytes: 0 };
        let flushes = start_syncing(Arc::downgrade(&disk))?;
        let shared = Shared {
            disk,
            memory: Mutex::new(memory),
            committed_end: AtomicU64::new(applied.map_or(0, |(_, index)| index + 1)),
            flushes,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The position of the last entry.
    pub(crate) fn last(&self) -> Option<LogId> {
        self.shared.memory.lock().terms.last().map(|(term, index)| log_id(term, index))
    }

    /// The vote that was saved last.
    pub(crate) fn vote(&self) -> Option<Vote> {
        self.shared.memory.lock().vote
    }

    /// The term at an index, if the log has it.
    pub(crate) fn term_at(&self, index: u64) -> Option<u64> {
        self.shared.memory.lock().terms.at(index)
    }

    /// One more than the highest committed index known here.
    pub(crate) fn committed_end(&self) -> u64 {
        self.shared.committed_end.load(Ordering::Acquire)
    }

    /// Learns that entries up to this index are committed, and here.
    pub(crate) fn set_committed(&self, index: u64) {
        self.shared.committed_end.fetch_max(index + 1, Ordering::AcqRel);
    }

    /// Reads at least one entry of the range if it exists, cut by bytes, from memory if it is there.
    pub(crate) async fn read(
        &self,
        from: u64,
        to: u64,
        max_bytes: usize,
    ) -> io::Result<Vec<Entry>> {
        let cached_from = {
            let memory = self.shared.memory.lock();
            let cached_from = memory.cached_from();
            if from >= cached_from {
                return Ok(memory.cached(from, to, max_bytes));
            }
            cached_from
        };
        let disk = self.shared.disk.clone();
        let to = to.min(cached_from);
        let records = blocking(move || disk.read(from, to, max_bytes)).await?;
        records.into_iter().map(to_entry).collect()
    }

    async fn read_all(&self, from: u64, to: u64) -> io::Result<Vec<Entry>> {
        let mut all: Vec<Entry> = Vec::new();
        let mut next = from;
        while next < to {
            let some = self.read(next, to, limits::READ_BYTES).await?;
            let Some(last) = some.last() else { break };
            next = last.log_id.index + 1;
            all.extend(some);
        }
        Ok(all)
    }

    async fn write(&self, entries: &[Entry]) -> io::Result<()> {
        let mut terms = self.shared.memory.lock().terms.clone();
        let mut records = Vec::with_capacity(entries.len());
        for entry in entries {
            let (term, index) = (term_of(&entry.log_id), entry.log_id.index);
            if !terms.may_follow(term, index) {
                return Err(corrupt(format!("entry {term}.{index} does not follow the log")));
            }
            terms.push(term, index);
            records.push(to_record(entry)?);
        }
        let disk = self.shared.disk.clone();
        let size = records.iter().map(|record| record.payload.len()).sum();
        offload(size, move || disk.append(&records)).await.map_err(io::Error::other)??;
        let mut memory = self.shared.memory.lock();
        memory.terms = terms;
        for entry in entries {
            memory.remember(entry.clone());
        }
        Ok(())
    }
}

fn corrupt(detail: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, detail)
}

/// Runs blocking work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// One thread syncs for all: whatever was appended while a sync ran shares the next one. It holds
/// the disk weakly: a thread that nobody waits for must not be the one that closes it while the
/// process ends.
fn start_syncing(disk: Weak<dyn Disk>) -> io::Result<std::sync::mpsc::Sender<IOFlushed<Types>>> {
    let (flushes, waiting) = std::sync::mpsc::channel::<IOFlushed<Types>>();
    std::thread::Builder::new().name("log-sync".into()).spawn(move || {
        while let Ok(first) = waiting.recv() {
            let mut batch = vec![first];
            batch.extend(waiting.try_iter());
            let synced = match disk.upgrade() {
                Some(disk) => disk.sync(),
                None => Err(io::Error::other("the log is closed")),
            };
            for callback in batch {
                callback.io_completed(again(&synced));
            }
        }
    })?;
    Ok(flushes)
}

fn again(result: &io::Result<()>) -> io::Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}

fn from_stored(vote: &StoredVote) -> Vote {
    match vote.committed {
        true => Vote::new_committed(vote.term, vote.node),
        false => Vote::new(vote.term, vote.node),
    }
}

fn to_stored(vote: &Vote) -> StoredVote {
    let (term, node) = (vote.leader_id.term, vote.leader_id.voted_for);
    StoredVote { term, node, committed: vote.committed }
}

fn to_record(entry: &Entry) -> io::Result<Record> {
    let (kind, payload) = wire::payload_parts(&entry.payload)
        .ok_or_else(|| corrupt("a joint membership or one with learners".into()))?;
    Ok(Record { index: entry.log_id.index, term: term_of(&entry.log_id), kind, payload })
}

/// Turns a record into an entry for openraft.
pub(crate) fn to_entry(record: Record) -> io::Result<Entry> {
    let payload = match record.kind {
        disk::BLANK => EntryPayload::Blank,
        disk::PROPOSAL => EntryPayload::Normal(Payload::new(record.payload)),
        disk::MEMBERSHIP => EntryPayload::Membership(membership(
            &wire::voters(&record.payload)
                .ok_or_else(|| corrupt(format!("membership at index {}", record.index)))?,
        )),
        kind => return Err(corrupt(format!("entry of kind {kind} at index {}", record.index))),
    };
    Ok(Entry { log_id: log_id(record.term, record.index), payload })
}

fn bounds(range: &impl RangeBounds<u64>) -> (u64, u64) {
    let from = match range.start_bound() {
        Bound::Included(index) => *index,
        Bound::Excluded(index) => index + 1,
        Bound::Unbounded => 0,
    };
    let to = match range.end_bound() {
        Bound::Included(index) => index + 1,
        Bound::Excluded(index) => *index,
        Bound::Unbounded => u64::MAX,
    };
    (from, to)
}

impl RaftLogReader<Types> for Log {
    async fn entries_stream<R>(
        &mut self,
        range: R,
    ) -> impl Stream<Item = io::Result<Entry>> + OptionalSend
    where
        R: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        let (from, to) = bounds(&range);
        let start = (self.clone(), from, to);
        let pieces = stream::unfold(start, |(log, from, to)| async move {
            if from >= to {
                return None;
            }
            match log.read(from, to, limits::READ_BYTES).await {
                Ok(entries) => {
                    let next = entries.last().map_or(to, |entry| entry.log_id.index + 1);
                    let items: Vec<_> = entries.into_iter().map(Ok).collect();
                    Some((stream::iter(items), (log, next, to)))
                }
                Err(error) => Some((stream::iter(vec![Err(error)]), (log, to, to))),
            }
        });
        Box::pin(pieces.flatten())
    }

    async fn try_get_log_entries<R>(&mut self, range: R) -> io::Result<Vec<Entry>>
    where
        R: RangeBounds<u64> + Clone + Debug + OptionalSend,
    {
        let (from, to) = bounds(&range);
        let (first, end) = {
            let memory = self.shared.memory.lock();
            (memory.first, memory.terms.last().map_or(0, |(_, index)| index + 1))
        };
        self.read_all(from.max(first), to.min(end)).await
    }

    async fn read_vote(&mut self) -> io::Result<Option<Vote>> {
        Ok(self.shared.memory.lock().vote)
    }

    async fn limited_get_log_entries(&mut self, start: u64, end: u64) -> io::Result<Vec<Entry>> {
        self.read(start, end, limits::READ_BYTES).await
    }
}

impl RaftLogStorage<Types> for Log {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> io::Result<LogState<Types>> {
        Ok(LogState { last_purged_log_id: None, last_log_id: self.last() })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> io::Result<()> {
        let disk = self.shared.disk.clone();
        let stored = to_stored(vote);
        blocking(move || disk.save_vote(stored)).await?;
        self.shared.memory.lock().vote = Some(*vote);
        Ok(())
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<Types>) -> io::Result<()>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let entries: Vec<Entry> = entries.into_iter().collect();
        self.write(&entries).await?;
        self.shared.flushes.send(callback).map_err(|_| corrupt("the sync thread is gone".into()))
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> io::Result<()> {
        let from = last.map_or(0, |id| id.index + 1);
        if from < self.committed_end() {
            tracing::error!(from, committed_end = self.committed_end(), "raft_safety_violation");
            return Err(corrupt(format!(
                "raft_safety_violation: asked to remove entries from {from} on, but entries \
                 before {} are committed; this node stops",
                self.committed_end()
            )));
        }
        let disk = self.shared.disk.clone();
        blocking(move || disk.truncate_from(from)).await?;
        let mut memory = self.shared.memory.lock();
        memory.terms.truncate_from(from);
        memory.forget_from(from);
        Ok(())
    }

    async fn purge(&mut self, upto: LogId) -> io::Result<()> {
        Err(corrupt(format!("asked to purge up to {upto}: a purged entry is a lost block body")))
    }
}

#[cfg(test)]
mod tests;
