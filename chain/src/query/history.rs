// SPDX-License-Identifier: Apache-2.0
//! The versions of a record, newest first.

use crate::ids::{Height, Time};
use crate::receipt::Version;
use crate::records::{RecordKey, Value};
use crate::view::Past;

/// One version of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryItem {
    /// The time of the block that wrote it.
    pub time: Time,
    /// The version.
    pub version: Version,
    /// Its value.
    pub value: Value,
}

/// At most `limit` versions written at or before `height`, newest first, with numbers below `below`.
pub fn history<P: Past + ?Sized>(
    past: &P,
    key: &RecordKey,
    height: Height,
    below: Option<u64>,
    limit: usize,
) -> Vec<HistoryItem> {
    let Some(newest) = past.version_at(key, height) else { return Vec::new() };
    let first = newest.version.number.min(below.map_or(u64::MAX, |b| b.saturating_sub(1)));
    (1..=first)
        .rev()
        .take(limit)
        .filter_map(|number| {
            let stored = past.version(key, number)?;
            let time = past.header_at(stored.version.since)?.time_ms;
            Some(HistoryItem { time, version: stored.version, value: stored.value })
        })
        .collect()
}
