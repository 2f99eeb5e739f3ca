// SPDX-License-Identifier: Apache-2.0
//! Writing a block: everything that executing it gave, in one atomic batch.

use std::collections::HashMap;
use std::sync::Arc;

use chain::block::Header;
use chain::ids::Height;
use chain::receipt::Change;
use chain::records::RecordKey;
use chain::view::Executed;
use chain::{Hash, codec};
use rocksdb::{ColumnFamily, WriteBatch};

use crate::error::StoreError;
use crate::log::{self, LogRecord, Position};
use crate::open::Store;
use crate::state::Newest;
use crate::tables::{self, Reader, join};

/// Ids past the window are removed once block time has gone on by this much, ms.
const FORGET_EVERY_MS: u64 = 30_000;

/// What the table of blocks holds.
pub(crate) struct Block {
    pub(crate) hash: Hash,
    pub(crate) position: Position,
    pub(crate) header: Header,
    /// Places of the leaves in the body; none where all are.
    pub(crate) places: Vec<u32>,
}

impl Block {
    pub(crate) fn decode(value: &[u8]) -> Option<Self> {
        let mut reader = Reader(value);
        let hash = Hash(reader.bytes()?);
        let position = Position::read(&mut reader)?;
        let length = reader.u32()? as usize;
        let header = codec::decode_trusted(reader.slice(length)?).ok()?;
        let mut places = Vec::new();
        while !reader.0.is_empty() {
            places.push(reader.u32()?);
        }
        Some(Self { hash, position, header, places })
    }
}

fn encode_block(executed: &Executed, position: Position) -> Vec<u8> {
    let header = codec::encode(&executed.header);
    let length = (header.len() as u32).to_le_bytes();
    let mut value = join(&[&executed.header_hash.0, &position.encode(), &length, &header]);
    for (_, place) in &executed.transactions {
        value.extend_from_slice(&place.to_le_bytes());
    }
    value
}

/// Puts a block into a batch. Genesis has no place in the log.
pub(crate) fn put_block<'a>(
    table: &impl Fn(&str) -> &'a ColumnFamily,
    batch: &mut WriteBatch,
    executed: &Executed,
    position: Option<Position>,
) {
    let header = &executed.header;
    let height = header.height.0.to_be_bytes();
    let meta = table(tables::META);
    batch.put_cf(meta, tables::META_HEIGHT, header.height.0.to_le_bytes());
    if let Some(position) = position {
        batch.put_cf(meta, tables::META_APPLIED, position.encode());
    }
    let position = position.unwrap_or(Position { term: 0, index: 0 });
    batch.put_cf(table(tables::BLOCKS), height, encode_block(executed, position));
    batch.put_cf(table(tables::TIMES), header.time_ms.0.to_be_bytes(), height);
    batch.put_cf(table(tables::RECEIPTS), height, tables::encode_each(&executed.receipts));
    put_changes(table, batch, executed);
    put_indexes(table, batch, executed);
}

fn put_changes<'a>(
    table: &impl Fn(&str) -> &'a ColumnFamily,
    batch: &mut WriteBatch,
    executed: &Executed,
) {
    let (changes, versions, heads) =
        (table(tables::CHANGES), table(tables::VERSIONS), table(tables::HEADS));
    // Which change brought the newest version of each record: a later one takes its place.
    let mut newest: HashMap<RecordKey, u64> = HashMap::with_capacity(executed.newest.len());
    for (change, written) in executed.changes.iter().zip(&executed.written) {
        batch.put_cf(changes, change.seq.to_be_bytes(), encode_change(change, &written.value));
        let key = change.version.key();
        let version = join(&[&key.to_bytes(), &change.version.number.to_be_bytes()]);
        batch.put_cf(versions, version, change.seq.to_le_bytes());
        newest.insert(key, change.seq);
    }
    for stored in &executed.newest {
        let key = stored.version.key();
        let Some(seq) = newest.get(&key) else { unreachable!("a newest version is a change") };
        let head = join(&[&key.to_bytes(), &seq.to_le_bytes(), &stored.hash.0]);
        batch.put_cf(heads, key.state_key().0, head);
    }
}

fn encode_change(change: &Change, value: &[u8]) -> Vec<u8> {
    let change = codec::encode(change);
    join(&[&(change.len() as u32).to_le_bytes(), &change, value])
}

fn put_indexes<'a>(
    table: &impl Fn(&str) -> &'a ColumnFamily,
    batch: &mut WriteBatch,
    executed: &Executed,
) {
    let height = executed.header.height.0.to_le_bytes();
    for (index, (id, _)) in (0_u32..).zip(&executed.transactions) {
        let value = join(&[&height, &index.to_le_bytes()]);
        batch.put_cf(table(tables::PLACES), id.0.0, value);
    }
    for (level, index, hash) in &executed.history_nodes {
        let key = join(&[&[*level], &index.to_be_bytes()]);
        batch.put_cf(table(tables::HISTORY), key, hash.0);
    }
    for (valid_until, id) in &executed.recent {
        let key = join(&[&valid_until.0.to_be_bytes(), &id.0.0]);
        batch.put_cf(table(tables::RECENT), key, []);
    }
    let deadlines = table(tables::DEADLINES);
    for moved in &executed.deadlines {
        let key = |at: chain::Time| join(&[&at.0.to_be_bytes(), &moved.key.to_bytes()]);
        if let Some(from) = moved.from {
            batch.delete_cf(deadlines, key(from));
        }
        if let Some(to) = moved.to {
            batch.put_cf(deadlines, key(to), []);
        }
    }
    for entry in &executed.lists {
        let list = codec::encode(&entry.list.list)[0];
        let key = join(&[&[list], &entry.list.of.0, &entry.seq.to_be_bytes()]);
        batch.put_cf(table(tables::LISTS), key, entry.key.to_bytes());
    }
}

impl Store {
    /// Writes a block whose body is the log entry at `position`.
    pub fn apply(&self, position: Position, executed: &Executed) -> Result<(), StoreError> {
        self.apply_batch(position, executed, WriteBatch::default())
    }

    /// Writes a block together with the log entry that is its body, for a node that gets its blocks
    /// without taking part in Raft.
    pub fn apply_synced(
        &self,
        position: Position,
        kind: u8,
        payload: &[u8],
        executed: &Executed,
    ) -> Result<(), StoreError> {
        let payload = bytes::Bytes::copy_from_slice(payload);
        let mut batch = WriteBatch::default();
        let value = log::encode(&LogRecord { position, kind, payload });
        batch.put_cf(self.table(tables::LOG), position.index.to_be_bytes(), value);
        self.apply_batch(position, executed, batch)
    }

    /// Notes a log entry that makes no block.
    pub fn pass(&self, position: Position) -> Result<(), StoreError> {
        let mut newest = self.newest().write();
        let mut batch = WriteBatch::default();
        batch.put_cf(self.table(tables::META), tables::META_APPLIED, position.encode());
        self.write(batch)?;
        newest.applied = Some(position);
        Ok(())
    }

    fn apply_batch(
        &self,
        position: Position,
        executed: &Executed,
        mut batch: WriteBatch,
    ) -> Result<(), StoreError> {
        // The batch is built before anybody has to wait.
        put_block(&|name| self.table(name), &mut batch, executed, Some(position));
        let before = self.header().time_ms.0;
        let now = executed.header.time_ms.0;
        if before / FORGET_EVERY_MS != now / FORGET_EVERY_MS {
            // The next block is later than this one: what ends by now can never be repeated.
            let recent = self.table(tables::RECENT);
            batch.delete_range_cf(recent, 0_u64.to_be_bytes(), now.to_be_bytes());
        }
        let mut newest = self.newest().write();
        assert!(
            newest.header.height.next() == executed.header.height
                && newest.hash == executed.header.parent_hash,
            "a block is applied to its parent"
        );
        self.write(batch)?;
        self.caches().apply(executed, newest.tree.depth());
        let Newest { header, hash, tree, applied } = &mut *newest;
        tree.apply(&executed.tree_nodes);
        *header = Arc::new(executed.header.clone());
        *hash = executed.header_hash;
        *applied = Some(position);
        Ok(())
    }

    /// Where in the log the body of a block lies.
    pub fn position_of(&self, height: Height) -> Option<Position> {
        self.block(height).filter(|_| height.0 > 0).map(|block| block.position)
    }
}
