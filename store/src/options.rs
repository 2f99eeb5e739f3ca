// SPDX-License-Identifier: Apache-2.0
//! How RocksDB is set up: memory and log bounded by these figures, not by the number of tables.

use std::hash::{BuildHasher, RandomState};

use rocksdb::{
    BlockBasedIndexType, BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType,
    DBRecoveryMode, Env,
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
    /// Buckets of the state tree kept in memory, bytes.
    pub bucket_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 64 << 20,
            memtable_bytes: 64 << 20,
            wal_bytes: 256 << 20,
            cached_records: 32_000,
            bucket_bytes: 24 << 20,
        }
    }
}

/// Log payloads from this size on lie in files of their own and are not copied by compaction.
const BLOB_BYTES: u64 = 4 << 10;
/// A part of a file's index or filter.
const METADATA_BYTES: usize = 4 << 10;
/// A table's memtable takes this share of all. Small ones are flushed in a moment, so that blocks never
/// wait long for a processor.
const MEMTABLE_SHARE: usize = 16;
/// Memtables of one table that may wait for their flush before writes stop.
const MEMTABLES: i32 = 4;
/// Share of a memtable that its filter takes.
const MEMTABLE_FILTER: f64 = 0.05;

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
        // Blocks come before compaction, which can wait; flushes cannot, since writes wait for them.
        if let Ok(mut threads) = Env::new() {
            threads.lower_thread_pool_cpu_priority();
            options.set_env(&threads);
        }
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
        // In parts that are read alone: the filter of a large file is larger than what the cache has left.
        blocks.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
        blocks.set_partition_filters(true);
        blocks.set_metadata_block_size(METADATA_BYTES);
        blocks.set_pin_top_level_index_and_filter(true);
        let mut options = rocksdb::Options::default();
        if tables::FILTERED.contains(&name) {
            blocks.set_bloom_filter(10.0, false);
            options.set_memtable_whole_key_filtering(true);
            options.set_memtable_prefix_bloom_ratio(MEMTABLE_FILTER);
        }
        options.set_block_based_table_factory(&blocks);
        // The same on every level: what lies behind all other rows is moved, not written again.
        options.set_compression_type(DBCompressionType::Lz4);
        options.set_write_buffer_size(uneven(self.memtable_bytes / MEMTABLE_SHARE));
        options.set_max_write_buffer_number(MEMTABLES);
        if name == tables::LOG {
            options.set_enable_blob_files(true);
            options.set_min_blob_size(BLOB_BYTES);
            options.set_blob_compression_type(DBCompressionType::Lz4);
        }
        options
    }
}

/// A size within a quarter of this one, drawn anew each time. Validators write the same; were their
/// memtables of one size, all would flush, and later compact, in the same moment.
fn uneven(size: usize) -> usize {
    let drawn = RandomState::new().hash_one(()) as usize % 1_024;
    size * 3 / 4 + size / 2 * drawn / 1_024
}

#[cfg(test)]
mod tests {
    use super::uneven;

    #[test]
    fn sizes_differ_by_a_quarter_at_most() {
        let sizes: Vec<usize> = (0..100).map(|_| uneven(4 << 20)).collect();
        assert!(sizes.iter().all(|size| (3 << 20..5 << 20).contains(size)), "{sizes:?}");
        assert!(sizes.iter().any(|size| *size != sizes[0]), "{sizes:?}");
    }
}
