// SPDX-License-Identifier: Apache-2.0
//! The Raft log's disk: the node's store.

use super::disk::{Disk, Record, StoredVote};
use std::io;
use store::{LogRecord, Position, Store, StoreError};

fn failed(error: StoreError) -> io::Error {
    io::Error::other(error)
}

impl Disk for Store {
    fn range(&self) -> io::Result<(u64, u64)> {
        self.log_range().map_err(failed)
    }

    fn term(&self, index: u64) -> io::Result<u64> {
        let term = self.log_term(index).map_err(failed)?;
        term.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("log entry {index}")))
    }

    fn read(&self, from: u64, to: u64, max_bytes: usize) -> io::Result<Vec<Record>> {
        let records = self.log_read(from, to, max_bytes).map_err(failed)?;
        let convert = |record: LogRecord| Record {
            index: record.position.index,
            term: record.position.term,
            kind: record.kind,
            payload: record.payload,
        };
        Ok(records.into_iter().map(convert).collect())
    }

    fn append(&self, records: &[Record]) -> io::Result<()> {
        let convert = |record: &Record| LogRecord {
            position: Position { term: record.term, index: record.index },
            kind: record.kind,
            payload: record.payload.clone(),
        };
        let records: Vec<LogRecord> = records.iter().map(convert).collect();
        self.log_append(&records).map_err(failed)
    }

    fn sync(&self) -> io::Result<()> {
        self.log_sync().map_err(failed)
    }

    fn truncate_from(&self, index: u64) -> io::Result<()> {
        self.log_truncate_from(index).map_err(failed)
    }

    fn vote(&self) -> io::Result<Option<StoredVote>> {
        let vote = Store::vote(self).map_err(failed)?;
        Ok(vote.map(|v| StoredVote { term: v.term, node: v.node, committed: v.committed }))
    }

    fn save_vote(&self, vote: StoredVote) -> io::Result<()> {
        let StoredVote { term, node, committed } = vote;
        Store::save_vote(self, store::StoredVote { term, node, committed }).map_err(failed)
    }

    fn applied(&self) -> io::Result<Option<(u64, u64)>> {
        Ok(Store::applied(self).map(|position| (position.term, position.index)))
    }
}
