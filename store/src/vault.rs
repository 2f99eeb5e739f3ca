// SPDX-License-Identifier: Apache-2.0
//! The shelf of the node's vault: two tables of this database that no block, no root and no other node
//! knows of. Whatever is written is synced; what is purged is in no file any more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rocksdb::{
    BottommostLevelCompaction, CompactOptions, Direction, FlushOptions, IteratorMode, WriteBatch,
};
use vault::{Change, Drawer, Row, Shelf, ShelfError};

use crate::error::StoreError;
use crate::open::Store;
use crate::tables;

/// Written before a purge, so that there is something to flush and the log goes on in another file.
const PURGED: &[u8] = b"\xffpurged";
/// Files that nobody needs go in the background, mostly at once.
const GONE_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The tables of a vault in a node's database.
#[derive(Clone)]
pub struct VaultShelf {
    store: Store,
}

impl Store {
    /// The shelf of this node's vault.
    pub fn vault_shelf(&self) -> VaultShelf {
        VaultShelf { store: self.clone() }
    }
}

fn table_of(drawer: Drawer) -> &'static str {
    match drawer {
        Drawer::Keys => tables::VAULT_KEYS,
        Drawer::Values => tables::VAULT,
    }
}

fn failed(error: impl std::fmt::Display) -> ShelfError {
    ShelfError(error.to_string())
}

/// The first key behind all that begin with a prefix; none where there is no such key.
fn behind(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

impl Shelf for VaultShelf {
    fn get(&self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        self.store.db().get_cf(self.store.table(table_of(drawer)), key).map_err(failed)
    }

    fn list(
        &self,
        drawer: Drawer,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, ShelfError> {
        let from = IteratorMode::From(after.unwrap_or(prefix), Direction::Forward);
        let mut found = Vec::new();
        for row in self.store.db().iterator_cf(self.store.table(table_of(drawer)), from) {
            let (key, value) = row.map_err(failed)?;
            if !key.starts_with(prefix) || found.len() == limit {
                break;
            }
            if after.is_none_or(|after| key.as_ref() > after) && key.as_ref() != PURGED {
                found.push((key.into_vec(), value.into_vec()));
            }
        }
        Ok(found)
    }

    fn write(&self, changes: Vec<Change>) -> Result<(), ShelfError> {
        let mut batch = WriteBatch::default();
        for change in changes {
            match change {
                Change::Put { drawer, key, value } => {
                    batch.put_cf(self.store.table(table_of(drawer)), key, value);
                }
                Change::Remove { drawer, key } => {
                    batch.delete_cf(self.store.table(table_of(drawer)), key);
                }
            }
        }
        self.store.write_synced(batch).map_err(failed)
    }

    fn purge(&self, places: &[(Drawer, Vec<u8>)]) -> Result<(), ShelfError> {
        let logs = self.files("log")?;
        self.flush_all()?;
        for (drawer, prefix) in places {
            self.compact_prefix(*drawer, prefix);
        }
        self.wait_until_gone(&logs)
    }
}

impl VaultShelf {
    fn folder(&self) -> PathBuf {
        self.store.folder().join("db")
    }

    /// Flushes every table: a log file lives until the last of them has what it holds.
    fn flush_all(&self) -> Result<(), ShelfError> {
        let mut batch = WriteBatch::default();
        for name in [tables::VAULT_KEYS, tables::VAULT] {
            batch.put_cf(self.store.table(name), PURGED, []);
        }
        self.store.write_synced(batch).map_err(failed)?;
        let all: Vec<_> = tables::ALL.iter().map(|name| self.store.table(name)).collect();
        let all: Vec<_> = all.iter().collect();
        let mut options = FlushOptions::default();
        options.set_wait(true);
        self.store.db().flush_cfs_opt(&all, &options).map_err(failed)
    }

    /// Writes the files of a range anew, down to the last level, without what was removed or replaced.
    fn compact_prefix(&self, drawer: Drawer, prefix: &[u8]) {
        let mut options = CompactOptions::default();
        options.set_bottommost_level_compaction(BottommostLevelCompaction::Force);
        let table = self.store.table(table_of(drawer));
        let end = behind(prefix);
        self.store.db().compact_range_cf_opt(table, Some(prefix), end.as_deref(), &options);
    }

    /// Waits for the log files that were there before, and the table files that nobody needs, to go.
    fn wait_until_gone(&self, logs: &BTreeSet<PathBuf>) -> Result<(), ShelfError> {
        let began = Instant::now();
        loop {
            let live = self.store.db().live_files().map_err(failed)?;
            let live: BTreeSet<PathBuf> = live
                .iter()
                .map(|file| self.folder().join(file.name.trim_start_matches('/')))
                .collect();
            let tables = self.files("sst")?;
            let left = tables.difference(&live).chain(logs.iter().filter(|log| log.exists()));
            let Some(left) = left.into_iter().next() else { return Ok(()) };
            if began.elapsed() > GONE_WITHIN {
                return Err(failed(format!("{} does not go: call again", left.display())));
            }
            std::thread::park_timeout(LOOK_EVERY);
        }
    }

    fn files(&self, extension: &str) -> Result<BTreeSet<PathBuf>, ShelfError> {
        let mut found = BTreeSet::new();
        for entry in std::fs::read_dir(self.folder()).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|other| Path::new(other) == Path::new(extension)) {
                found.insert(path);
            }
        }
        Ok(found)
    }
}

impl Store {
    /// Writes a batch: on disk when this returns.
    fn write_synced(&self, batch: WriteBatch) -> Result<(), StoreError> {
        let mut options = rocksdb::WriteOptions::default();
        options.set_sync(true);
        Ok(self.db().write_opt(batch, &options)?)
    }
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn a_range_ends_behind_all_keys_that_begin_so() {
        assert_eq!(behind(b"a"), Some(b"b".to_vec()));
        assert_eq!(behind(&[1, 255, 255]), Some(vec![2]));
        assert_eq!(behind(&[255, 255]), None);
        assert_eq!(behind(b""), None);
    }
}
