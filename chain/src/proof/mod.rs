// SPDX-License-Identifier: Apache-2.0
//! Proofs: what a light client checks with one trusted header. A proof holds nothing that is not
//! checked, and names no count: counts come from headers, the depth of the tree from genesis.

mod build;
mod verify;

pub use build::{record_at, transaction};
pub use verify::{ProofError, Proven, colour, verify};

use crate::block::{BlockRef, Header};
use crate::hash::Hash;
use crate::receipt::{Change, Receipt, Version};
use crate::records::{RecordKind, Value};

/// The layout of a proof file.
pub const VERSION: u16 = 1;

/// A proof against one header, which the verifier has from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Layout: 1.
    pub version: u16,
    /// Chain id.
    pub chain: Hash,
    /// The header that it is against, by height and hash.
    pub anchor: BlockRef,
    /// What it shows.
    pub shows: Shows,
}

/// What a proof shows.
#[expect(clippy::large_enum_variant, reason = "proofs are built and read one at a time")]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Shows {
    /// A transaction is in a block, with its receipt.
    Transaction {
        /// The block, unless it is the anchor's.
        block: Option<Earlier>,
        /// Canonical bytes of the transaction, in hexadecimal digits.
        transaction: String,
        /// Its receipt; its index is the place of both.
        receipt: Receipt,
        /// From the transaction's leaf to `tx_root`, lowest sibling first.
        transaction_path: Vec<Hash>,
        /// From the receipt's leaf to `receipt_root`.
        receipt_path: Vec<Hash>,
    },
    /// A record has this value since `version.since`, up to and with the anchor.
    Present {
        /// The newest version.
        record: Held,
        /// Its bucket.
        bucket: Bucket,
    },
    /// A record had this value from `version.since` until before the successor's `since`.
    Replaced {
        /// The version.
        record: Held,
        /// The change that wrote the next one.
        successor: Written,
    },
    /// There is no such record, nor ever was up to the anchor: nothing is deleted.
    Absent {
        /// Its kind.
        kind: RecordKind,
        /// Its id, 32 hexadecimal digits.
        #[serde(with = "crate::records::name::id_text")]
        id: crate::ids::RecordId,
        /// The bucket that lacks it.
        bucket: Bucket,
    },
    /// There was no such record before this change wrote its first version.
    Later {
        /// The change.
        first: Written,
    },
}

/// A version with its value.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The version.
    pub version: Version,
    /// The value that its digest is of.
    pub value: Value,
}

/// An earlier header, and its path in the anchor's history.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// The header.
    pub header: Header,
    /// From its leaf to the anchor's `history_root`.
    pub path: Vec<Hash>,
}

/// A bucket of the state tree; its index follows from the key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Its bytes in hexadecimal digits: 64 for each entry.
    pub bytes: String,
    /// From its leaf to `state_root`.
    pub path: Vec<Hash>,
}

/// A change in its block.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The block, unless it is the anchor's.
    pub block: Option<Earlier>,
    /// The change.
    pub change: Change,
    /// From its leaf to `change_root`.
    pub path: Vec<Hash>,
}
