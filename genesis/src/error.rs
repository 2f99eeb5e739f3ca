// SPDX-License-Identifier: Apache-2.0
//! What may be wrong with a genesis file or a testnet's folders; each message says what to do.

use std::path::PathBuf;

use crate::keyfile::KeyFileError;

/// Why a genesis file or folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GenesisFileError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The genesis is wrong; every problem is listed.
    #[error("{} cannot begin a chain:\n{}", path.display(), problems.join("\n"))]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// What is wrong, a line each.
        problems: Vec<String>,
    },
    /// A key file is wrong.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// A file of tag secrets is wrong.
    #[error("{}: {detail}", path.display())]
    Secrets {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// A folder is there already.
    #[error("{} holds a network already: use another --dir, or for a testnet `dianyun testnet reset`", .0.display())]
    Occupied(PathBuf),
    /// A plan that no network can follow.
    #[error("{0}")]
    Plan(String),
}

impl GenesisFileError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
