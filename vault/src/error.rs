// SPDX-License-Identifier: Apache-2.0
//! Everything that can go wrong with a vault, each with what to do. None shows what a document holds.

use chain::ids::Time;

use crate::document::DocumentName;
use crate::key::KeyId;
use crate::shelf::ShelfError;
use crate::subject::Subject;

/// Why a vault does not do what it is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// What lies beneath failed.
    #[error("the vault's shelf failed: {0}")]
    Shelf(#[from] ShelfError),
    /// The vault was sealed under another node key.
    #[error(
        "the vault is sealed under node key {found}, and {given} was given: name the vault key file that \
         belongs to this folder, or end the rotation with `dianyun vault rotate`"
    )]
    WrongKey {
        /// What it is sealed under.
        found: KeyId,
        /// What was given.
        given: KeyId,
    },
    /// Bytes on the shelf are not what was put there.
    #[error(
        "the vault's {what} of {subject} was altered or damaged: restore the folder from a backup"
    )]
    Altered {
        /// Whose.
        subject: Subject,
        /// Which part.
        what: String,
    },
    /// The vault's own rows are not what was put there.
    #[error("the vault is damaged: {0}. Restore the folder from a backup")]
    Damaged(String),
    /// A document of that name is there, with other bytes.
    #[error("{subject} has another document {name} already: replace it on purpose, or leave it")]
    Taken {
        /// Whose.
        subject: Subject,
        /// Which.
        name: DocumentName,
    },
    /// Nothing is held of that subject.
    #[error("nothing is held of {0}")]
    NotHeld(Subject),
    /// What was held is gone.
    #[error("what was held of {subject} was erased at {at}")]
    Erased {
        /// Whose.
        subject: Subject,
        /// When.
        at: Time,
    },
    /// Kept because the law requires it, and shown to nobody, or to a regulator for a case alone.
    #[error("what is held of {subject} is restricted until {until}")]
    Restricted {
        /// Whose.
        subject: Subject,
        /// Until when the law requires it.
        until: Time,
    },
    /// A restriction would end before it begins.
    #[error("a restriction until {0} would be over already: erase instead")]
    Over(Time),
    /// A document is too large.
    #[error("document {name} is larger than {limit} bytes")]
    TooLarge {
        /// Which.
        name: DocumentName,
        /// The limit.
        limit: usize,
    },
    /// A subject would have too many documents or be found by too many values.
    #[error("{subject} would have more than {limit} {what}")]
    TooMany {
        /// Whose.
        subject: Subject,
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// No name of a document.
    #[error("{0:?} is no name of a document: 1 to 80 of a to z, 0 to 9, `_`, `-`, `.` and `/`")]
    Name(String),
    /// A parcel holds a document twice.
    #[error("the parcel holds document {0} twice")]
    Twice(DocumentName),
    /// The system gave no randomness.
    #[error("the system's random source failed: {0}")]
    Random(String),
}
