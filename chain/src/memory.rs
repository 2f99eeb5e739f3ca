// SPDX-License-Identifier: Apache-2.0
//! A whole chain in memory: the view, the past and the lists that a store offers, in sorted maps.
//!
//! For tests and light tools. Never in here: rules, files, anything that lasts.

use std::collections::{BTreeMap, BTreeSet};

use crate::block::Header;
use crate::genesis::Genesis;
use crate::hash::Hash;
use crate::ids::{Height, Time, TransactionId};
use crate::machine::{GenesisError, Ordered, execute, genesis_block};
use crate::receipt::{Change, Receipt};
use crate::records::{ListKey, RecordKey, RecordValue, Value};
use crate::state_tree::{self, Entries, FlatTree};
use crate::transaction::Checked;
use crate::view::{Executed, Past, Records, Stored, View};

/// What is kept of a block.
#[derive(Clone, Debug)]
struct Block {
    header: Header,
    hash: Hash,
    changes: Vec<Change>,
    receipts: Vec<Receipt>,
    transactions: Vec<Vec<u8>>,
}

/// A chain in memory.
#[derive(Clone, Debug)]
pub struct Memory {
    blocks: Vec<Block>,
    records: BTreeMap<RecordKey, Vec<Stored>>,
    buckets: BTreeMap<u32, Entries>,
    tree: FlatTree,
    history: BTreeMap<(u8, u64), Hash>,
    deadlines: BTreeSet<(Time, RecordKey)>,
    recent: BTreeSet<(Time, TransactionId)>,
    places: BTreeMap<TransactionId, (Height, u32)>,
    lists: BTreeMap<(ListKey, u64), RecordKey>,
}

impl Memory {
    /// The chain that a genesis begins.
    pub fn new(genesis: &Genesis) -> Result<Self, GenesisError> {
        let first = genesis_block(genesis)?;
        let mut memory = Self {
            blocks: Vec::new(),
            records: BTreeMap::new(),
            buckets: BTreeMap::new(),
            tree: FlatTree::empty(genesis.depth),
            history: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            recent: BTreeSet::new(),
            places: BTreeMap::new(),
            lists: BTreeMap::new(),
        };
        memory.apply(first, Vec::new());
        Ok(memory)
    }

    /// Executes a block of these transactions by a proposer whose clock shows `proposed_ms`, and
    /// applies it.
    pub fn run(&mut self, proposed_ms: Time, transactions: &[Option<Checked>]) -> Executed {
        let config_no = self.header().config_no;
        self.order(&Ordered { payload_hash: Hash::ZERO, proposed_ms, config_no, transactions })
    }

    /// Executes and applies what was ordered.
    pub fn order(&mut self, ordered: &Ordered<'_>) -> Executed {
        let executed = execute(self, ordered);
        let bytes = executed
            .transactions
            .iter()
            .filter_map(|(_, place)| ordered.transactions[*place as usize].as_ref())
            .map(|checked| checked.bytes().to_vec())
            .collect();
        self.apply(executed.clone(), bytes);
        executed
    }

    /// Takes over what a block wrote, with the bytes of its transactions in order.
    ///
    /// # Panics
    /// If a value does not decode: only this process wrote it.
    pub fn apply(&mut self, executed: Executed, transactions: Vec<Vec<u8>>) {
        let height = executed.header.height;
        for written in executed.written {
            let key = written.version.key();
            let value = match Value::decode_trusted(key.kind, &written.value) {
                Ok(value) => value,
                Err(error) => panic!("a value that was just written: {error}"),
            };
            let stored = Stored { version: written.version, hash: written.hash, value };
            self.put_head(key.state_key(), stored.hash);
            self.records.entry(key).or_default().push(stored);
        }
        self.tree.apply(&executed.tree_nodes);
        self.history.extend(executed.history_nodes.into_iter().map(|(l, i, hash)| ((l, i), hash)));
        for moved in executed.deadlines {
            moved.from.map(|at| self.deadlines.remove(&(at, moved.key)));
            moved.to.map(|at| self.deadlines.insert((at, moved.key)));
        }
        self.lists.extend(executed.lists.into_iter().map(|e| ((e.list, e.seq), e.key)));
        self.recent.extend(executed.recent);
        for (index, (id, _)) in executed.transactions.iter().enumerate() {
            self.places.insert(*id, (height, index as u32));
        }
        self.blocks.push(Block {
            header: executed.header,
            hash: executed.header_hash,
            changes: executed.changes,
            receipts: executed.receipts,
            transactions,
        });
    }

    fn put_head(&mut self, state_key: Hash, version: Hash) {
        let index = state_tree::bucket_of(&state_key, self.tree.depth());
        state_tree::put(self.buckets.entry(index).or_default(), state_key, version);
    }

    /// The newest block's time.
    pub fn now(&self) -> Time {
        self.header().time_ms
    }

    /// The newest version's value of a record of a known kind, as it was written.
    pub fn get<T: RecordValue + Clone>(&self, id: crate::ids::RecordId) -> Option<T> {
        let stored = self.records.get(&RecordKey { kind: T::KIND, id })?.last()?;
        T::from_value(&stored.value).cloned()
    }

    /// Every record in its newest version, in order of their keys.
    pub fn newest(&self) -> impl Iterator<Item = (&RecordKey, &Stored)> {
        self.records.iter().filter_map(|(key, versions)| Some((key, versions.last()?)))
    }

    fn last(&self) -> &Block {
        match self.blocks.last() {
            Some(block) => block,
            None => panic!("a chain in memory begins with genesis"),
        }
    }

    fn block(&self, height: Height) -> Option<&Block> {
        self.blocks.get(usize::try_from(height.0).ok()?)
    }
}

impl Records for Memory {
    fn header(&self) -> &Header {
        &self.last().header
    }

    fn chain(&self) -> Hash {
        self.header().chain
    }

    fn record(&self, key: &RecordKey) -> Option<Stored> {
        self.records.get(key)?.last().cloned()
    }
}

impl View for Memory {
    fn header_hash(&self) -> Hash {
        self.last().hash
    }

    fn depth(&self) -> u8 {
        self.tree.depth()
    }

    fn bucket(&self, index: u32) -> Vec<(Hash, Hash)> {
        self.buckets.get(&index).cloned().unwrap_or_default()
    }

    fn tree_node(&self, level: u8, index: u32) -> Hash {
        self.tree.node(level, index)
    }

    fn history_node(&self, level: u8, index: u64) -> Hash {
        self.history.get(&(level, index)).copied().unwrap_or(Hash::ZERO)
    }

    fn due(&self, until: Time, limit: usize) -> Vec<(Time, RecordKey)> {
        self.deadlines.iter().take_while(|(at, _)| *at <= until).take(limit).copied().collect()
    }

    fn is_recent(&self, valid_until: Time, id: &TransactionId) -> bool {
        self.recent.contains(&(valid_until, *id))
    }
}

impl Past for Memory {
    fn header_at(&self, height: Height) -> Option<Header> {
        self.block(height).map(|block| block.header.clone())
    }

    fn header_before(&self, time: Time) -> Option<Header> {
        let after = self.blocks.partition_point(|block| block.header.time_ms <= time);
        Some(self.blocks[after.checked_sub(1)?].header.clone())
    }

    fn version(&self, key: &RecordKey, number: u64) -> Option<Stored> {
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        self.records.get(key)?.get(place).cloned()
    }

    fn version_at(&self, key: &RecordKey, height: Height) -> Option<Stored> {
        let versions = self.records.get(key)?;
        let after = versions.partition_point(|stored| stored.version.since <= height);
        Some(versions[after.checked_sub(1)?].clone())
    }

    fn changes_at(&self, height: Height) -> Vec<Change> {
        self.block(height).map_or_else(Vec::new, |block| block.changes.clone())
    }

    fn receipts_at(&self, height: Height) -> Vec<Receipt> {
        self.block(height).map_or_else(Vec::new, |block| block.receipts.clone())
    }

    fn find_transaction(&self, id: &TransactionId) -> Option<(Height, u32)> {
        self.places.get(id).copied()
    }

    fn transactions_at(&self, height: Height) -> Vec<Vec<u8>> {
        self.block(height).map_or_else(Vec::new, |block| block.transactions.clone())
    }

    fn list(&self, list: ListKey, after: Option<u64>, limit: usize) -> Vec<(u64, RecordKey)> {
        let from = after.map_or(Some(0), |seq| seq.checked_add(1));
        let Some(from) = from else { return Vec::new() };
        self.lists
            .range((list, from)..=(list, u64::MAX))
            .take(limit)
            .map(|((_, seq), key)| (*seq, *key))
            .collect()
    }
}
