// SPDX-License-Identifier: Apache-2.0
//! The past: headers, versions, changes, receipts, bodies and lists, straight from their tables.

use bytes::Bytes;
use chain::Header;
use chain::block::Proposal;
use chain::codec;
use chain::ids::{Height, Time, TransactionId};
use chain::limits::VALUE_BYTES;
use chain::receipt::{Change, Receipt};
use chain::records::{ListKey, RecordKey};
use chain::view::{Past, Stored};
use rocksdb::{Direction, IteratorMode};

use crate::apply::Block;
use crate::error::stop;
use crate::open::Store;
use crate::read::decode_change;
use crate::tables::{self, Reader, join};

impl Store {
    pub(crate) fn block(&self, height: Height) -> Option<Block> {
        let value = self.read(tables::BLOCKS, &height.0.to_be_bytes())?;
        Some(Block::decode(&value).unwrap_or_else(|| stop(&format!("block {height}"))))
    }

    /// The hash of the header at a height.
    pub fn hash_at(&self, height: Height) -> Option<chain::Hash> {
        self.block(height).map(|block| block.hash)
    }

    /// The proposal that became a block, as it was ordered; none for genesis.
    pub fn body(&self, height: Height) -> Option<Bytes> {
        let position = self.position_of(height)?;
        match self.log_entry(position.index) {
            Ok(Some(record)) => Some(record.payload),
            Ok(None) => stop(&format!("the body of block {height} is missing")),
            Err(error) => stop(&error.to_string()),
        }
    }

    /// At most `limit` changes of a block, behind the first `skip`.
    pub fn changes_from(&self, height: Height, skip: usize, limit: usize) -> Vec<Change> {
        let Some(header) = self.header_at(height) else { return Vec::new() };
        let first = header.change_first_seq.saturating_add(skip as u64);
        let end = header.change_first_seq + u64::from(header.change_count);
        let rows = self.range(tables::CHANGES, &first.to_be_bytes(), &end.to_be_bytes());
        let decode =
            |(_, row): (Box<[u8]>, Box<[u8]>)| decode_change(&row).map(|(change, _)| change);
        let change =
            |row| decode(row).unwrap_or_else(|| stop(&format!("changes of block {height}")));
        rows.take(limit).map(change).collect()
    }

    /// The newest version with `since` at or before a height, among those up to `newest`.
    fn seek_version(&self, key: &RecordKey, height: Height, newest: u64) -> Option<Stored> {
        let (mut low, mut high) = (1, newest);
        let mut found = None;
        while low <= high {
            let middle = low + (high - low) / 2;
            let stored = self.version(key, middle);
            let stored = stored.unwrap_or_else(|| stop(&format!("version {middle} of {key:?}")));
            if stored.version.since <= height {
                found = Some(stored);
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        found
    }
}

impl Past for Store {
    fn header_at(&self, height: Height) -> Option<Header> {
        self.block(height).map(|block| block.header)
    }

    fn header_before(&self, time: Time) -> Option<Header> {
        let key = time.0.to_be_bytes();
        let mode = IteratorMode::From(&key, Direction::Reverse);
        let entry = self.db().iterator_cf(self.table(tables::TIMES), mode).next()?;
        let (_, value) = entry.unwrap_or_else(|error| stop(error.as_ref()));
        let height = value.as_ref().try_into().ok().map(u64::from_be_bytes);
        self.header_at(Height(height.unwrap_or_else(|| stop("a height by time"))))
    }

    fn version(&self, key: &RecordKey, number: u64) -> Option<Stored> {
        let seq = self.read(tables::VERSIONS, &join(&[&key.to_bytes(), &number.to_be_bytes()]))?;
        let stored = Reader(&seq).u64().and_then(|seq| self.version_of(seq));
        Some(stored.unwrap_or_else(|| stop(&format!("version {number} of {key:?}"))))
    }

    fn version_at(&self, key: &RecordKey, height: Height) -> Option<Stored> {
        let newest = self.newest_version(key)?;
        if newest.version.since <= height {
            return Some(newest);
        }
        self.seek_version(key, height, newest.version.number - 1)
    }

    fn changes_at(&self, height: Height) -> Vec<Change> {
        self.changes_from(height, 0, usize::MAX)
    }

    fn receipts_at(&self, height: Height) -> Vec<Receipt> {
        let value = self.read(tables::RECEIPTS, &height.0.to_be_bytes()).unwrap_or_default();
        tables::decode_each(&value).unwrap_or_else(|| stop(&format!("receipts of block {height}")))
    }

    fn receipt_at(&self, height: Height, index: u32) -> Option<Receipt> {
        let value = self.read(tables::RECEIPTS, &height.0.to_be_bytes())?;
        let found = tables::decode_one(&value, index as usize);
        found.unwrap_or_else(|| stop(&format!("receipts of block {height}")))
    }

    fn find_transaction(&self, id: &TransactionId) -> Option<(Height, u32)> {
        let value = self.read(tables::PLACES, &id.0.0)?;
        let mut reader = Reader(&value);
        reader.u64().map(Height).zip(reader.u32())
    }

    fn transactions_at(&self, height: Height) -> Vec<Vec<u8>> {
        let Some(block) = self.block(height).filter(|_| height.0 > 0) else { return Vec::new() };
        if block.places.is_empty() {
            return Vec::new();
        }
        let body = self.body(height).unwrap_or_default();
        let mut proposal: Proposal = match codec::decode(&body, VALUE_BYTES) {
            Ok(proposal) => proposal,
            Err(error) => stop(&format!("the body of block {height}: {error}")),
        };
        let mut take =
            |place: u32| proposal.transactions.get_mut(place as usize).map(std::mem::take);
        let taken: Option<Vec<_>> = block.places.iter().map(|place| take(*place)).collect();
        taken.unwrap_or_else(|| stop(&format!("the places of block {height}")))
    }

    fn list(&self, list: ListKey, after: Option<u64>, limit: usize) -> Vec<(u64, RecordKey)> {
        let Some(from) = after.map_or(Some(0), |seq| seq.checked_add(1)) else {
            return Vec::new();
        };
        let prefix = join(&[&[codec::encode(&list.list)[0]], &list.of.0]);
        let (first, last) =
            (join(&[&prefix, &from.to_be_bytes()]), join(&[&prefix, &u64::MAX.to_be_bytes()]));
        let entries = self.range(tables::LISTS, &first, &last);
        let decode = |(key, value): (Box<[u8]>, Box<[u8]>)| {
            let seq = key.get(17..25)?.try_into().ok().map(u64::from_be_bytes)?;
            Some((seq, RecordKey::from_bytes(&value)?))
        };
        entries.take(limit).map(|e| decode(e).unwrap_or_else(|| stop("a list"))).collect()
    }
}
