// SPDX-License-Identifier: Apache-2.0
//! The vault: personal data that a holder's or maker's node keeps, each subject's under a key of its own,
//! so that destroying the key erases. Never opens a file or a socket: bytes lie on a [`Shelf`].
//!
//! ```text
//! node key (age, X25519; a file)  wraps  subject keys and the index key  (drawer `Keys`)
//! subject key (XChaCha20-Poly1305)  seals  documents                     (drawer `Values`)
//! index key (HMAC-SHA-256)  hides  what subjects are found by            (drawer `Values`)
//! ```

mod check;
mod document;
mod erase;
mod error;
mod find;
mod key;
mod parcel;
mod protocol;
mod rotate;
mod rows;
mod seal;
mod shelf;
mod standing;
mod subject;
mod vault;

pub use check::{Checked, Status};
pub use document::{Contact, DocumentName, HeldClaim};
pub use error::VaultError;
pub use find::{KeyField, KeyKind};
pub use key::{KeyId, NodeKey};
pub use parcel::Parcel;
pub use protocol::{Listed, Protocol};
pub use shelf::{Change, Drawer, Row, Shelf, ShelfError};
pub use standing::{Reach, Standing, View};
pub use subject::Subject;
pub use vault::Vault;

/// Largest document, in bytes.
pub const DOCUMENT_BYTES: usize = 64 * 1024;
/// Most documents of a subject.
pub const DOCUMENTS: usize = 64;
/// Most values that one subject is found by.
pub const KEY_FIELDS: usize = 16;
/// Most subjects that a search answers, and most on a page.
pub const PAGE: usize = 200;
