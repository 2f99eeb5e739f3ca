// SPDX-License-Identifier: Apache-2.0
//! One record as of an instant.

use crate::ids::{RecordId, Time};
use crate::machine::due;
use crate::machine::overlay::Overlay;
use crate::receipt::Version;
use crate::records::{RecordKey, RecordValue, Value};
use crate::view::Records;

/// A record as it stands at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen<T> {
    /// The newest version that a block wrote. Its digest is that of `value` unless something came due
    /// since that no block has written yet.
    pub version: Version,
    /// The value at the instant.
    pub value: T,
}

/// A record at `at`, which is not before the records' header; none if there is none.
pub fn record<R: Records + ?Sized>(records: &R, key: RecordKey, at: Time) -> Option<Seen<Value>> {
    let version = records.record(&key)?.version;
    let value = brought_up(records, key, at).value(&key)?;
    Some(Seen { version, value })
}

/// A record of a known kind at `at`.
pub fn typed<T, R>(records: &R, id: RecordId, at: Time) -> Option<Seen<T>>
where
    T: RecordValue + Clone,
    R: Records + ?Sized,
{
    let seen = record(records, RecordKey { kind: T::KIND, id }, at)?;
    let value = T::from_value(&seen.value)?.clone();
    Some(Seen { version: seen.version, value })
}

/// The records with one of them, and all that reaches it, brought up to an instant.
pub(super) fn brought_up<R: Records + ?Sized>(
    records: &R,
    key: RecordKey,
    at: Time,
) -> Overlay<'_, R> {
    let mut overlay = fresh(records);
    due::bring_up(&mut overlay, key, at);
    overlay
}

/// The records with nothing brought up yet.
pub(super) fn fresh<R: Records + ?Sized>(records: &R) -> Overlay<'_, R> {
    let header = records.header();
    let next_seq = header.change_first_seq + u64::from(header.change_count);
    Overlay::new(records, header.height.next(), next_seq)
}
