// SPDX-License-Identifier: Apache-2.0
//! What a proof has shown, for which heights it answers, and the colours that follow from it. Nothing
//! here is made but by verifying.

use crate::block::Header;
use crate::ids::{Height, Time};
use crate::query::OperatorState;
use crate::query::code::{displayed, state_of};
use crate::receipt::{Receipt, Version};
use crate::records::{Code, Colour, RecordKey, RecordValue, Standing, Subject, Value};
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

/// What a code shows at a time together with its operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Displayed {
    /// Its standing.
    pub standing: Standing,
    /// The colour to show; none unless issued.
    pub colour: Option<Colour>,
    /// Its operator's state.
    pub operator: OperatorState,
    /// Before which instant this holds if no transaction comes; none: for ever.
    pub until: Option<Time>,
}

/// The record that shows the state of a proven code's operator; none if it has no operator.
pub fn operator_of(code: &Proven) -> Option<RecordKey> {
    let Proven::Present { value, .. } = code else { return None };
    Code::from_value(value)?.operator.map(|operator| Subject::from(operator).key())
}

/// What a proven code with its operator, proven under the same header, shows at a time; none where the
/// two cannot say.
pub fn display(
    code: &Proven,
    operator: Option<&Proven>,
    trusted: &Header,
    at: Time,
) -> Option<Displayed> {
    let (standing, colour) = colour(code, trusted, at)?;
    let Proven::Present { value, .. } = code else { return None };
    let (state, changes_at) = match operator_of(code) {
        None => (OperatorState::None, None),
        Some(key) => match operator? {
            Proven::Present { value, until: None, .. } if value.key() == key => {
                state_of(value, trusted.time_ms)
            }
            _ => return None,
        },
    };
    if changes_at.is_some_and(|change| at >= change) {
        return None;
    }
    let until = value.next_change_at().into_iter().chain(changes_at).min();
    Some(Displayed { standing, colour: displayed(colour, state), operator: state, until })
}
