// SPDX-License-Identifier: Apache-2.0
//! The only crate that knows RocksDB: tables, Raft log, blocks, records with versions, indexes.
//! Never holds rules and never hashes on its own account; what a block writes comes as one value.

mod apply;
mod buckets;
mod check;
mod compact;
mod error;
mod local;
mod log;
mod open;
mod options;
mod past;
mod read;
mod state;
mod tables;
mod vault;
mod watermark;

pub use self::vault::VaultShelf;
pub use check::Checked;
pub use error::StoreError;
pub use local::{Durable, Local, Row, Write};
pub use log::{LogRecord, Position, StoredVote};
pub use open::{Lost, Store};
pub use options::Options;
pub use read::Sizes;
pub use state::{At, Current};
