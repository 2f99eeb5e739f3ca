// SPDX-License-Identifier: Apache-2.0
//! The protocol of an erasure or restriction: what a node did, without a word of what it held. Its digest
//! goes on chain.

use chain::hash::Hash;
use chain::ids::Time;
use chain::records::ErasureKind;
use serde::{Deserialize, Serialize};

use crate::document::DocumentName;
use crate::subject::Subject;

/// The form of a protocol.
pub(crate) const VERSION: u32 = 1;

/// A document as it lay on the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its name.
    pub name: DocumentName,
    /// SHA-256 of its sealed bytes, which tells nothing of the document: each is sealed under a fresh nonce.
    pub digest: Hash,
}

/// What became of a subject's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// The form: 1.
    pub version: u32,
    /// Whose.
    pub subject: Subject,
    /// Restricted or erased.
    pub kind: ErasureKind,
    /// SHA-256 of the wrapped key: the one that was destroyed, or that is kept.
    pub key: Hash,
    /// Documents that it opened.
    pub documents: Vec<Listed>,
    /// When.
    pub at: Time,
}

impl Protocol {
    /// The bytes that a node keeps and shows: JSON, its members in the order above.
    pub fn to_json(&self) -> Vec<u8> {
        match serde_json::to_vec(self) {
            Ok(bytes) => bytes,
            Err(_) => unreachable!("plain data has JSON"),
        }
    }

    /// SHA-256 of [`Protocol::to_json`]: the `digest` of the erasure on chain.
    pub fn digest(&self) -> Hash {
        Hash::of(&self.to_json())
    }
}
