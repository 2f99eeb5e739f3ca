// SPDX-License-Identifier: Apache-2.0
//! Rows that this node keeps for itself: no block writes them, no root covers them, and another node has
//! others. Who keeps rows gives them a prefix of its own.

use rocksdb::{WriteBatch, WriteOptions};

use crate::error::StoreError;
use crate::open::Store;
use crate::tables::{self, join};

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);
/// A key, and what is to stand there: none takes the row away.
pub type Write = (Vec<u8>, Option<Vec<u8>>);

/// When a write counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durable {
    /// Once it is on the disk.
    Now,
    /// Soon: a power cut may take it back, together with all that was written after it.
    Soon,
}

/// The table of this node's own rows. Cheap to clone.
#[derive(Clone)]
pub struct Local(Store);

impl Store {
    /// The table of this node's own rows.
    pub fn local(&self) -> Local {
        Local(self.clone())
    }
}

impl Local {
    /// The value at a key.
    pub fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.read(tables::LOCAL, key)
    }

    /// The first rows whose keys begin with a prefix and go on with `from` or more, in order.
    pub fn range(&self, prefix: &[u8], from: &[u8], limit: usize) -> Vec<Row> {
        let (first, last) = (join(&[prefix, from]), behind(prefix));
        let rows = self.0.range(tables::LOCAL, &first, &last).take(limit);
        rows.map(|(key, value)| (key.into_vec(), value.into_vec())).collect()
    }

    /// Writes rows, all or none.
    pub fn put(&self, rows: Vec<Write>, durable: Durable) -> Result<(), StoreError> {
        let mut batch = WriteBatch::default();
        let table = self.0.table(tables::LOCAL);
        for (key, value) in rows {
            match value {
                Some(value) => batch.put_cf(table, key, value),
                None => batch.delete_cf(table, key),
            }
        }
        let mut options = WriteOptions::default();
        options.set_sync(durable == Durable::Now);
        Ok(self.0.db().write_opt(batch, &options)?)
    }
}

/// The first key behind all that begin with a prefix.
fn behind(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    // Nothing is behind a prefix of 0xff alone, nor so long.
    vec![u8::MAX; 64]
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn what_is_behind_a_prefix_is_the_next_one_of_its_length_or_shorter() {
        assert_eq!(behind(b"ab"), b"ac");
        assert_eq!(behind(&[1, 255]), [2]);
        assert_eq!(behind(&[255]), [255; 64]);
    }
}
