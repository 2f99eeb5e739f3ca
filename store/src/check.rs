// SPDX-License-Identifier: Apache-2.0
//! Looking through a whole folder: what is stored is what the headers commit to, and what is derived
//! from it is what it should be.

use chain::block::Proposal;
use chain::ids::{Height, Time};
use chain::receipt::{Change, Version};
use chain::records::RecordKey;
use chain::view::Past;
use chain::{Hash, Header, domain, history, merkle};
use rocksdb::IteratorMode;

use crate::error::StoreError;
use crate::open::{self, Store};
use crate::tables::{self, Reader, join};

/// What a check looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The newest height.
    pub height: Height,
    /// Blocks whose bodies, receipts and changes were hashed again.
    pub blocks: u64,
    /// Transactions in those blocks.
    pub transactions: u64,
    /// Their canonical bytes.
    pub transaction_bytes: u64,
    /// Records whose newest values were hashed again.
    pub records: u64,
}

impl Store {
    /// Hashes every header, body, receipt and change again, and the newest version of every record;
    /// compares places, times, lists and deadlines with them. `progress` gets every height that is
    /// done. Not meant for a node that runs.
    pub fn check(&self, progress: &dyn Fn(Height)) -> Result<Checked, StoreError> {
        let newest = self.header();
        let mut parent = Hash::ZERO;
        let (mut transactions, mut transaction_bytes) = (0, 0);
        for height in (0..=newest.height.0).map(Height) {
            let header = self.header_at(height);
            let header =
                header.ok_or_else(|| self.damaged(format!("block {height} is missing")))?;
            if header.parent_hash != parent {
                return Err(self.damaged(format!("block {height} does not follow its parent")));
            }
            let changes = self.changes_at(height);
            transaction_bytes += self.check_block(&header, &changes)?;
            transactions += u64::from(header.tx_count);
            self.check_lists(height, &changes)?;
            parent = header.hash();
            progress(height);
        }
        let depth = self.newest().read().tree.depth();
        let tree = open::rebuild(self.db(), depth).map_err(|detail| self.damaged(detail))?;
        if tree.root() != newest.state_root || parent != self.header_hash() {
            return Err(self.damaged("the records' root differs from the newest header".into()));
        }
        let records = self.check_records()?;
        let (height, blocks) = (newest.height, newest.height.0 + 1);
        Ok(Checked { height, blocks, transactions, transaction_bytes, records })
    }

    fn require(&self, holds: bool, what: &str) -> Result<(), StoreError> {
        if holds { Ok(()) } else { Err(self.damaged(what.to_owned())) }
    }

    /// The bytes of the block's transactions.
    fn check_block(&self, header: &Header, changes: &[Change]) -> Result<u64, StoreError> {
        let height = header.height;
        let differs = |what: &str| format!("{what} of block {height} differ from its header");
        let receipts = self.receipts_at(height);
        let receipt_leaves: Vec<Hash> = receipts.iter().map(|r| r.leaf()).collect();
        let change_leaves: Vec<Hash> = changes.iter().map(|c| c.leaf()).collect();
        let receipt_root = merkle::root_of(&receipt_leaves);
        self.require(receipt_root == header.receipt_root, &differs("receipts"))?;
        let change_root = merkle::root_of(&change_leaves);
        self.require(change_root == header.change_root, &differs("changes"))?;
        let node = |level, index| self.read_history(level, index);
        let history = history::root(node, height.0);
        self.require(history == header.history_root, &differs("the headers before that"))?;
        let time = self.read(tables::TIMES, &header.time_ms.0.to_be_bytes());
        let is_found = time.is_some_and(|value| value == height.0.to_be_bytes());
        self.require(is_found, &differs("what is found by the time"))?;
        let Some(body) = self.body(height) else { return Ok(0) };
        self.require(Proposal::payload_hash(&body) == header.payload_hash, &differs("the bytes"))?;
        let leaf = |bytes: &Vec<u8>| merkle::leaf_hash(domain::TRANSACTION_LEAF, bytes);
        let transactions = self.transactions_at(height);
        let leaves: Vec<Hash> = transactions.iter().map(leaf).collect();
        self.require(merkle::root_of(&leaves) == header.tx_root, &differs("transactions"))?;
        for (index, receipt) in (0_u32..).zip(&receipts) {
            let place = self.find_transaction(&receipt.transaction);
            self.require(place == Some((height, index)), &differs("places of transactions"))?;
        }
        Ok(transactions.iter().map(|bytes| bytes.len() as u64).sum())
    }

    /// Each change that brought a record into a list has its entry there.
    fn check_lists(&self, height: Height, changes: &[Change]) -> Result<(), StoreError> {
        for change in changes {
            let key = change.version.key();
            let missing = || self.damaged(format!("a version of block {height} is missing"));
            let number = change.version.number;
            let now = self.version(&key, number).ok_or_else(missing)?;
            let differs = || format!("a version of block {height} differs from its change");
            self.require(now.version == change.version, &differs())?;
            let now = now.value.lists();
            let before = number.checked_sub(1).and_then(|number| self.version(&key, number));
            let before = before.map_or_else(Vec::new, |stored| stored.value.lists());
            for list in now.into_iter().filter(|list| !before.contains(list)) {
                let name = chain::codec::encode(&list.list)[0];
                let entry = join(&[&[name], &list.of.0, &change.seq.to_be_bytes()]);
                let holds =
                    self.read(tables::LISTS, &entry).as_deref() == Some(&key.to_bytes()[..]);
                self.require(holds, &format!("a list lacks a record of block {height}"))?;
            }
        }
        Ok(())
    }

    /// Every newest version and its value, and the deadlines, which are exactly theirs.
    fn check_records(&self) -> Result<u64, StoreError> {
        let mut records = 0;
        let mut due = 0;
        for entry in self.db().iterator_cf(self.table(tables::HEADS), IteratorMode::Start) {
            let (_, head) = entry?;
            let read = || {
                let mut reader = Reader(&head);
                let key = RecordKey::from_bytes(reader.slice(17)?)?;
                Some((key, reader.u64()?, Hash(reader.bytes()?)))
            };
            let (key, seq, hash) =
                read().ok_or_else(|| self.damaged("a newest version cannot be read".into()))?;
            let wrong =
                || format!("the newest version of {} {:?} differs", key.kind.word(), key.id);
            let stored = self.version_of(seq).ok_or_else(|| self.damaged(wrong()))?;
            let digest = Version::value_digest(&stored.value.encode());
            let holds = stored.version.hash() == hash && stored.version.digest == digest;
            self.require(holds && stored.version.key() == key, &wrong())?;
            if let Some(Time(at)) = stored.value.next_change_at() {
                let entry = join(&[&at.to_be_bytes(), &key.to_bytes()]);
                let is_there = self.read(tables::DEADLINES, &entry).is_some();
                self.require(is_there, "a deadline is missing")?;
                due += 1;
            }
            records += 1;
        }
        let deadlines = self.db().iterator_cf(self.table(tables::DEADLINES), IteratorMode::Start);
        self.require(deadlines.count() == due, "a deadline belongs to no record")?;
        Ok(records)
    }
}
