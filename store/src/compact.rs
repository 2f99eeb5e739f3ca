// SPDX-License-Identifier: Apache-2.0
//! Compacting every table, and what each then takes on disk.

use std::collections::BTreeMap;

use crate::error::StoreError;
use crate::open::Store;
use crate::tables;

/// Properties of RocksDB: live bytes in table files and in blob files.
const LIVE: [&str; 2] = ["rocksdb.live-sst-files-size", "rocksdb.live-blob-file-size"];

impl Store {
    /// Compacts every table; returns the bytes of each on disk. Not meant for a node that runs.
    pub fn compact(&self) -> Result<BTreeMap<&'static str, u64>, StoreError> {
        let mut sizes = BTreeMap::new();
        for name in tables::ALL {
            let table = self.table(name);
            self.db().flush_cf(table)?;
            self.db().compact_range_cf(table, None::<&[u8]>, None::<&[u8]>);
            let mut bytes = 0;
            for property in LIVE {
                bytes += self.db().property_int_value_cf(table, property)?.unwrap_or_default();
            }
            sizes.insert(name, bytes);
        }
        Ok(sizes)
    }
}
