// SPDX-License-Identifier: Apache-2.0
//! Opening a folder: a new one gets the block of genesis, any other must be ours, whole and of this
//! layout. What is refused is left as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chain::genesis::Genesis;
use chain::machine::genesis_block;
use chain::state_tree::FlatTree;
use chain::view::Executed;
use chain::{Hash, Header};
use parking_lot::RwLock;
use rocksdb::{ColumnFamily, DB, WriteBatch};

use crate::apply;
use crate::error::{StoreError, stop};
use crate::log::Position;
use crate::options::Options;
use crate::read::Caches;
use crate::state::Newest;
use crate::tables::{self, Reader};
use crate::watermark::{self, Watermark};

/// A node's database. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: DB,
    path: PathBuf,
    newest: RwLock<Newest>,
    caches: Caches,
    lost: Option<Lost>,
    watermark: Watermark,
}

/// Entries that were acknowledged and did not come back: such a node must not vote before it has
/// them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The index after the last entry that was acknowledged.
    pub acknowledged: u64,
    /// The index after the last entry that came back.
    pub recovered: u64,
}

impl Store {
    /// Opens a node's folder; a new or empty one begins with the block of `genesis`.
    pub fn open(folder: &Path, genesis: &Genesis, options: &Options) -> Result<Self, StoreError> {
        Self::open_folder(folder, genesis, options).map_err(|error| error.of_folder(folder))
    }

    fn open_folder(
        folder: &Path,
        genesis: &Genesis,
        options: &Options,
    ) -> Result<Self, StoreError> {
        fs::create_dir_all(folder)?;
        refuse_strangers(folder)?;
        let path = folder.join("db");
        let is_new = !path.join("CURRENT").exists();
        if is_new && folder.join("watermark").exists() {
            return Err(StoreError::Damaged {
                path: folder.to_path_buf(),
                detail: "a watermark without its database".into(),
            });
        }
        let damaged = |detail: String| StoreError::Damaged { path: folder.to_path_buf(), detail };
        if !is_new {
            refuse_other_tables(folder, &path, options)?;
        }
        let db = DB::open_cf_descriptors(&options.database(), &path, options.tables())?;
        if is_empty(&db)? {
            begin(&db, genesis)?;
        }
        check_owner(&db, folder, genesis)?;
        let newest = load_newest(&db, genesis.depth).map_err(&damaged)?;
        let filed = watermark::read(&folder.join("watermark"))
            .map_err(|_| damaged("the watermark is no number".into()))?;
        let end = last_index(&db)?.map_or(0, |last| last + 1);
        check_applied(newest.applied, &db).map_err(&damaged)?;
        let lost = (filed > end).then_some(Lost { acknowledged: filed, recovered: end });
        if let Some(lost) = lost {
            tracing::error!(?lost, "log entries that were acknowledged did not come back");
        }
        // While something is lost the file keeps saying so, until the log has it again.
        let watermark = Watermark::start(folder.join("watermark"), end, filed)?;
        let inner = Inner {
            db,
            path: folder.to_path_buf(),
            newest: RwLock::new(newest),
            caches: Caches::new(options),
            lost,
            watermark,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What was acknowledged before the last stop and did not come back, if anything.
    pub fn lost(&self) -> Option<Lost> {
        self.inner.lost
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.inner.path
    }

    pub(crate) fn db(&self) -> &DB {
        &self.inner.db
    }

    pub(crate) fn table(&self, name: &str) -> &ColumnFamily {
        table(&self.inner.db, name)
    }

    pub(crate) fn newest(&self) -> &RwLock<Newest> {
        &self.inner.newest
    }

    pub(crate) fn caches(&self) -> &Caches {
        &self.inner.caches
    }

    pub(crate) fn watermark(&self) -> &Watermark {
        &self.inner.watermark
    }

    pub(crate) fn damaged(&self, detail: String) -> StoreError {
        StoreError::Damaged { path: self.inner.path.clone(), detail }
    }

    /// Writes a batch: in the write-ahead log when this returns.
    pub(crate) fn write(&self, batch: WriteBatch) -> Result<(), StoreError> {
        Ok(self.inner.db.write(batch)?)
    }
}

/// A table that opening made sure of.
pub(crate) fn table<'a>(db: &'a DB, name: &str) -> &'a ColumnFamily {
    match db.cf_handle(name) {
        Some(table) => table,
        None => stop(&format!("there is no table {name}")),
    }
}

/// Refuses a folder that holds something else, before anything is written.
fn refuse_strangers(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if !["db", "watermark", "lock"].iter().any(|own| name == *own) {
            return Err(StoreError::NotADatabase { path: folder.to_path_buf() });
        }
    }
    Ok(())
}

/// Refuses a database of somebody else, before a table is made in it. One of ours has all tables from
/// its first moment; one whose making was interrupted may have none but the nameless one.
fn refuse_other_tables(folder: &Path, path: &Path, options: &Options) -> Result<(), StoreError> {
    let found = DB::list_cf(&options.database(), path)?;
    let is_ours = |name: &String| name == "default" || tables::ALL.contains(&name.as_str());
    if !found.iter().all(is_ours) {
        return Err(StoreError::NotADatabase { path: folder.to_path_buf() });
    }
    let has_any = found.iter().any(|name| name != "default");
    if !has_any && !nameless_is_empty(path)? {
        return Err(StoreError::NotADatabase { path: folder.to_path_buf() });
    }
    Ok(())
}

fn nameless_is_empty(path: &Path) -> Result<bool, StoreError> {
    let db = DB::open_for_read_only(&rocksdb::Options::default(), path, false)?;
    Ok(db.iterator(rocksdb::IteratorMode::Start).next().transpose()?.is_none())
}

/// True if nothing was ever written. A database without its layout's number that holds something lost
/// it.
fn is_empty(db: &DB) -> Result<bool, StoreError> {
    for name in tables::ALL {
        let first = db.iterator_cf(table(db, name), rocksdb::IteratorMode::Start).next();
        if first.transpose()?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes the block of genesis and who the folder belongs to, in one synced batch.
fn begin(db: &DB, genesis: &Genesis) -> Result<(), StoreError> {
    let block: Executed = genesis_block(genesis)?;
    let mut batch = WriteBatch::default();
    let meta = table(db, tables::META);
    batch.put_cf(meta, tables::META_SCHEMA, tables::SCHEMA.to_le_bytes());
    batch.put_cf(meta, tables::META_GENESIS, genesis.to_bytes());
    apply::put_block(&|name| table(db, name), &mut batch, &block, None);
    let mut options = rocksdb::WriteOptions::default();
    options.set_sync(true);
    Ok(db.write_opt(batch, &options)?)
}

fn check_owner(db: &DB, folder: &Path, genesis: &Genesis) -> Result<(), StoreError> {
    let meta = table(db, tables::META);
    let damaged =
        |detail: &str| StoreError::Damaged { path: folder.to_path_buf(), detail: detail.into() };
    let schema = db.get_cf(meta, tables::META_SCHEMA)?;
    let schema = schema.and_then(|bytes| Reader(&bytes).u32());
    let found = schema.ok_or_else(|| damaged("the number of its layout is missing"))?;
    if found != tables::SCHEMA {
        let (path, wanted) = (folder.to_path_buf(), tables::SCHEMA);
        return Err(StoreError::Schema { path, found, wanted });
    }
    let bytes = db.get_cf(meta, tables::META_GENESIS)?;
    let bytes = bytes.ok_or_else(|| damaged("its genesis is missing"))?;
    let own = Genesis::from_bytes(&bytes).map_err(|_| damaged("its genesis cannot be read"))?;
    let (found, wanted) = (own.chain_id(), genesis.chain_id());
    if found != wanted {
        return Err(StoreError::Foreign { path: folder.to_path_buf(), found, wanted });
    }
    Ok(())
}

fn last_index(db: &DB) -> Result<Option<u64>, StoreError> {
    let last = db.iterator_cf(table(db, tables::LOG), rocksdb::IteratorMode::End).next();
    let key = last.transpose()?.map(|(key, _)| key);
    Ok(key.and_then(|key| key.as_ref().try_into().ok().map(u64::from_be_bytes)))
}

/// Applied entries are in the log, with the same term.
fn check_applied(applied: Option<Position>, db: &DB) -> Result<(), String> {
    let Some(applied) = applied else { return Ok(()) };
    let key = applied.index.to_be_bytes();
    let entry = db.get_pinned_cf(table(db, tables::LOG), key).map_err(|e| e.into_string())?;
    match entry.and_then(|value| Reader(&value).u64()) {
        Some(term) if term == applied.term => Ok(()),
        _ => Err(format!("blocks reach log entry {}, which the log does not hold", applied.index)),
    }
}

/// Reads the newest header and rebuilds the state tree, which must have its root.
fn load_newest(db: &DB, depth: u8) -> Result<Newest, String> {
    let meta =
        |key: &[u8]| db.get_cf(table(db, tables::META), key).map_err(|error| error.into_string());
    let height = meta(tables::META_HEIGHT)?.and_then(|bytes| Reader(&bytes).u64());
    let height = height.ok_or("the newest height is missing")?;
    let block = db.get_cf(table(db, tables::BLOCKS), height.to_be_bytes());
    let block = block.map_err(|error| error.into_string())?.ok_or("the newest block is missing")?;
    let block = apply::Block::decode(&block).ok_or("the newest block cannot be read")?;
    let tree = rebuild(db, depth)?;
    if tree.root() != block.header.state_root {
        return Err(format!("the records' root differs from that of block {height}"));
    }
    let applied = meta(tables::META_APPLIED)?;
    let applied = applied.and_then(|bytes| Position::read(&mut Reader(&bytes)));
    let header: Arc<Header> = Arc::new(block.header);
    Ok(Newest { header, hash: block.hash, tree, applied })
}

/// The state tree over all newest versions.
pub(crate) fn rebuild(db: &DB, depth: u8) -> Result<FlatTree, String> {
    let mut broken = None;
    let heads = db.iterator_cf(table(db, tables::HEADS), rocksdb::IteratorMode::Start);
    let heads = heads.map_while(|entry| match entry {
        Ok((key, value)) => {
            let hash = |bytes: &[u8]| bytes.try_into().ok().map(Hash);
            let pair = hash(&key).zip(value.get(25..57).and_then(hash));
            if pair.is_none() {
                broken = Some("a newest version cannot be read".to_owned());
            }
            pair
        }
        Err(error) => {
            broken = Some(error.into_string());
            None
        }
    });
    let tree = FlatTree::rebuild(depth, heads);
    broken.map_or(Ok(tree), Err)
}
