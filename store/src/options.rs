// SPDX-License-Identifier: Apache-2.0
//! How RocksDB is set up: memory and log bounded by these figures, not by the number of tables.

use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType, DBRecoveryMode,
};

use crate::tables;

/// What an operator may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Block cache, bytes.
    pub cache_bytes: usize,
    /// All memtables together, bytes.
    pub memtable_bytes: usize,
    /// Write-ahead log before the oldest memtables are flushed, bytes.
    pub wal_bytes: u64,
    /// Decoded newest versions kept in memory.
    pub cached_records: usize,
    /// Buckets of the state tree kept in memory.
    pub cached_buckets: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 96 << 20,
            memtable_bytes: 64 << 20,
            wal_bytes: 256 << 20,
            cached_records: 32_000,
            cached_buckets: 50_000,
        }
    }
}

/// Log payloads from this size on lie in files of their own and are not copied by compaction.
const BLOB_BYTES: u64 = 4 << 10;

impl Options {
    pub(crate) fn database(&self) -> rocksdb::Options {
        let mut options = rocksdb::Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        // A flipped bit anywhere but in the torn tail is refused, never dropped in silence.
        options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
        // A log that is missing or shorter than the manifest says is refused, not skipped.
        options.set_track_and_verify_wals_in_manifest(true);
        options.set_paranoid_checks(true);
        options.set_max_total_wal_size(self.wal_bytes);
        options.set_db_write_buffer_size(self.memtable_bytes);
        options.set_max_background_jobs(2);
        options.set_max_open_files(512);
        options.set_keep_log_file_num(4);
        options.set_max_log_file_size(4 << 20);
        options
    }

    pub(crate) fn tables(&self) -> Vec<ColumnFamilyDescriptor> {
        let cache = Cache::new_lru_cache(self.cache_bytes);
        let table = |name: &str| ColumnFamilyDescriptor::new(name, self.table(name, &cache));
        tables::ALL.iter().map(|name| table(name)).collect()
    }

    fn table(&self, name: &str, cache: &Cache) -> rocksdb::Options {
        let mut blocks = BlockBasedOptions::default();
        blocks.set_block_cache(cache);
        blocks.set_cache_index_and_filter_blocks(true);
        if tables::FILTERED.contains(&name) {
            blocks.set_bloom_filter(10.0, false);
        }
        let mut options = rocksdb::Options::default();
        options.set_block_based_table_factory(&blocks);
        options.set_compression_type(DBCompressionType::Lz4);
        options.set_bottommost_compression_type(DBCompressionType::Zstd);
        options.set_write_buffer_size(32 << 20);
        if name == tables::LOG {
            options.set_enable_blob_files(true);
            options.set_min_blob_size(BLOB_BYTES);
            options.set_blob_compression_type(DBCompressionType::Lz4);
        }
        options
    }
}
