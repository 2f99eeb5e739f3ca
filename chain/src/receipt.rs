// SPDX-License-Identifier: Apache-2.0
//! Receipts and changes: what a block did, as leaves of its trees.

use crate::codec::{self, Decode, Encode};
use crate::data::data;
use crate::domain;
use crate::event::Event;
use crate::hash::Hash;
use crate::ids::{Height, RecordId, Time, TransactionId};
use crate::records::{RecordKey, RecordKind};
use crate::refusal::Reason;

data! {
    /// What became of a transaction.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Outcome {
        /// Executed.
        Executed {
            /// Sequence number of its first change.
            first_change: u64,
            /// How many changes it wrote, those of bringing up included.
            changes: u32,
        },
        /// Refused: nothing changed.
        Refused {
            /// Every reason, at most 32.
            reasons: Vec<Reason>,
        },
    }

    /// The receipt of a transaction: leaf i of `receipt_root` names transaction i.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Receipt {
        /// Which transaction.
        pub transaction: TransactionId,
        /// Its place in the block.
        pub index: u32,
        /// What became of it.
        pub outcome: Outcome,
    }
}

/// What became of a transaction in its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Height of its block.
    pub height: Height,
    /// Time of its block.
    pub time: Time,
    /// Its receipt.
    pub receipt: Receipt,
}

/// A version of a record: what the state tree and the changes commit to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Kind of record.
    pub kind: RecordKind,
    /// Id of the record, 32 hexadecimal digits in JSON.
    #[serde(with = "crate::records::name::id_text")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: RecordId,
    /// Number, from 1.
    pub number: u64,
    /// Height of the block that wrote it.
    pub since: Height,
    /// Hash of the version before; zeros for the first.
    pub previous: Hash,
    /// Digest of the value.
    pub digest: Hash,
}

impl Version {
    /// The key of the record.
    pub fn key(&self) -> RecordKey {
        RecordKey { kind: self.kind, id: self.id }
    }

    /// Its hash: the RFC 6962 leaf hash of its bytes behind its tag.
    pub fn hash(&self) -> Hash {
        crate::merkle::leaf_hash(domain::VERSION, &codec::encode(self))
    }

    /// The digest of a record's canonical value.
    pub fn value_digest(value: &[u8]) -> Hash {
        Hash::tagged(domain::VALUE, &[value])
    }
}

data! {
    /// A change: a version that a block wrote, with the event's name. Events are the changes.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Change {
        /// Dense number over the whole chain.
        pub seq: u64,
        /// What happened.
        pub event: Event,
        /// The instant at which it counts: block time, or the instant of a due change.
        pub at: Time,
        /// Place of the transaction in the block; none for what came due.
        pub transaction: Option<u32>,
        /// What was written.
        pub version: Version,
    }
}

impl Change {
    /// Its leaf of `change_root`.
    pub fn leaf(&self) -> Hash {
        crate::merkle::leaf_hash(domain::CHANGE, &codec::encode(self))
    }
}

impl Receipt {
    /// Its leaf of `receipt_root`.
    pub fn leaf(&self) -> Hash {
        crate::merkle::leaf_hash(domain::RECEIPT, &codec::encode(self))
    }
}
