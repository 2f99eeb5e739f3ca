// SPDX-License-Identifier: Apache-2.0
//! What a proof has shown, for which heights it answers, and the colour that follows from it. Nothing
//! here is made but by verifying.

use crate::block::Header;
use crate::ids::{Height, Time};
use crate::receipt::{Receipt, Version};
use crate::records::{Code, Colour, RecordKey, RecordValue, Standing, Value};
use crate::transaction::Transaction;

/// What a proof has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proven {
    /// The transaction is in the block at this height, with this receipt.
    Transaction {
        /// Height of the block.
        height: Height,
        /// The transaction.
        transaction: Box<Transaction>,
        /// Its receipt.
        receipt: Receipt,
    },
    /// The record had this value from a height on, until before another if one is named.
    Present {
        /// Version.
        version: Version,
        /// Value.
        value: Box<Value>,
        /// Before which height; none: still at the anchor.
        until: Option<Height>,
    },
    /// There was no such record before a height; none: not even at the anchor.
    Absent {
        /// Which.
        key: RecordKey,
        /// Before which height.
        before: Option<Height>,
    },
}

impl Proven {
    /// True if this is the answer as of a height: a transaction's block, or a height between a
    /// record's change and the next one that is not above the trusted header.
    pub fn answers(&self, at: Height, trusted: &Header) -> bool {
        let (from, before) = match self {
            Self::Transaction { height, .. } => return *height == at,
            Self::Present { version, until, .. } => (version.since, *until),
            Self::Absent { before, .. } => (Height(0), *before),
        };
        from <= at && at <= trusted.height && before.is_none_or(|before| at < before)
    }
}

/// The colour at a time that a proven code has; none where the proof cannot say: another kind of
/// record, a replaced version, a time before the header's or past the next change.
pub fn colour(proven: &Proven, trusted: &Header, at: Time) -> Option<(Standing, Option<Colour>)> {
    let Proven::Present { value, until: None, .. } = proven else { return None };
    let code = Code::from_value(value)?;
    let is_past = code.next_change_at.is_some_and(|next| at >= next);
    if at < trusted.time_ms || is_past {
        return None;
    }
    Some((code.standing(), code.colour_at(at)))
}
