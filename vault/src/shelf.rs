// SPDX-License-Identifier: Apache-2.0
//! Where the vault's bytes lie: the narrow side of a database. All that it ever gets is sealed.

/// A part of the shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Drawer {
    /// Wrapped keys, and what became of those that were destroyed.
    Keys,
    /// Sealed documents, and the index.
    Values,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A row, in the place of one of that key.
    Put {
        /// Where.
        drawer: Drawer,
        /// Its key.
        key: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
    },
    /// No row.
    Remove {
        /// Where.
        drawer: Drawer,
        /// Its key.
        key: Vec<u8>,
    },
}

/// A row: key and value.
pub type Row = (Vec<u8>, Vec<u8>);

/// The disk does not do what it is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ShelfError(pub String);

/// Rows in two drawers, sorted by their keys.
pub trait Shelf: Send + Sync {
    /// The value of a row, if there is one.
    fn get(&self, drawer: Drawer, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError>;

    /// At most `limit` rows whose keys begin with a prefix, in their order, behind `after` if it is given.
    fn list(
        &self,
        drawer: Drawer,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Row>, ShelfError>;

    /// Writes all changes or none; they are on disk when this returns.
    fn write(&self, changes: Vec<Change>) -> Result<(), ShelfError>;

    /// When this returns, no file holds a value any more that was removed or replaced before under these
    /// beginnings of keys.
    fn purge(&self, places: &[(Drawer, Vec<u8>)]) -> Result<(), ShelfError>;
}
