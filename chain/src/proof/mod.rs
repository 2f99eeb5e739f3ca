// SPDX-License-Identifier: Apache-2.0
//! Proofs: what a light client checks with one trusted header. A proof holds nothing that is not
//! checked, and names no count: counts come from headers, the depth of the tree from genesis.
//!
//! In a proof file whatever is hashed stands as the very bytes that are hashed, in hexadecimal digits.

mod build;
mod digits;
mod proven;
mod verify;

pub use build::{record_at, transaction};
pub use proven::{Displayed, Proven, colour, display, operator_of};
pub use verify::{ProofError, verify};

use crate::block::{BlockRef, Header};
use crate::hash::Hash;
use crate::receipt::{Change, Receipt, Version};
use crate::records::RecordKey;

/// The layout of a proof file.
pub const VERSION: u16 = 2;

/// A proof against one header, which the verifier has from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Layout: 2.
    pub version: u16,
    /// Chain id.
    pub chain: Hash,
    /// The header that it is against, by height and hash.
    pub anchor: BlockRef,
    /// What it shows.
    pub shows: Shows,
}

/// What a proof shows.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Shows {
    /// A transaction is in a block, with its receipt.
    Transaction {
        /// The block, unless it is the anchor's.
        #[serde(deserialize_with = "digits::or_null")]
        #[cfg_attr(feature = "openapi", schema(required))]
        block: Option<Earlier>,
        /// Canonical bytes of the transaction, signature included.
        #[serde(with = "digits::bytes")]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        transaction: Vec<u8>,
        /// Its receipt; its index is the place of both.
        #[serde(with = "digits::canonical")]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
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
        /// Its kind and id.
        #[serde(with = "digits::canonical")]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        key: RecordKey,
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The version.
    #[serde(with = "digits::canonical")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub version: Version,
    /// The canonical value that its digest is of.
    #[serde(with = "digits::bytes")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub value: Vec<u8>,
}

/// An earlier header, and its path in the anchor's history.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// The header.
    #[serde(with = "digits::canonical")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub header: Header,
    /// From its leaf to the anchor's `history_root`.
    pub path: Vec<Hash>,
}

/// A bucket of the state tree; its index follows from the key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// 64 bytes for each entry.
    #[serde(with = "digits::bytes")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub bytes: Vec<u8>,
    /// From its leaf to `state_root`.
    pub path: Vec<Hash>,
}

/// A change in its block.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The block, unless it is the anchor's.
    #[serde(deserialize_with = "digits::or_null")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub block: Option<Earlier>,
    /// The change.
    #[serde(with = "digits::canonical")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub change: Change,
    /// From its leaf to `change_root`.
    pub path: Vec<Hash>,
}
