// SPDX-License-Identifier: Apache-2.0
//! Everything that can go wrong with a folder, each with what to do.

use std::path::{Path, PathBuf};

/// Why a store cannot open or write.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder belongs to another chain.
    #[error(
        "{path} belongs to chain {found}, this node's genesis is chain {wanted}: \
         name another data folder, or the genesis that this one was made with"
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The chain in it.
        found: chain::Hash,
        /// The chain of the given genesis.
        wanted: chain::Hash,
    },
    /// The folder was written by another release.
    #[error(
        "{path} has layout {found}, this release reads layout {wanted}: use the release that wrote \
         it, or start with an empty folder and let the node catch up"
    )]
    Schema {
        /// The folder.
        path: PathBuf,
        /// The layout in it.
        found: u32,
        /// The layout of this release.
        wanted: u32,
    },
    /// The folder holds something else.
    #[error("{path} is not empty and holds no database of a node: name another data folder")]
    NotADatabase {
        /// The folder.
        path: PathBuf,
    },
    /// What is on disk contradicts itself.
    #[error(
        "{path} is damaged: {detail}. Move it away and start with an empty folder, a validator with \
         `dianyun node run --rejoin`: the node fetches the chain from its peers, never its vault of personal \
         data, which comes back from a backup alone"
    )]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The genesis cannot begin a chain.
    #[error("the genesis cannot begin a chain: {0}")]
    Genesis(#[from] chain::machine::GenesisError),
    /// The disk does not do what it is asked.
    #[error("the disk failed: {0}. Check space, permissions and the disk itself")]
    Disk(String),
}

impl StoreError {
    /// What is found while a folder is opened: damage is told apart from a failing disk.
    pub(crate) fn of_folder(self, path: &Path) -> Self {
        match self {
            Self::Disk(detail) if detail.starts_with("Corruption") => {
                Self::Damaged { path: path.to_path_buf(), detail }
            }
            other => other,
        }
    }
}

impl From<rocksdb::Error> for StoreError {
    fn from(error: rocksdb::Error) -> Self {
        Self::Disk(error.into_string())
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error.to_string())
    }
}

/// Ends the process where a view cannot be read: going on could only make it worse.
pub(crate) fn stop(what: &str) -> ! {
    tracing::error!(what, "the database cannot be read; this process stops");
    eprintln!("The database cannot be read: {what}. This process stops.");
    std::process::exit(74)
}
