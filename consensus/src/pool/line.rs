// SPDX-License-Identifier: Apache-2.0
//! What waits, in order of arrival: what somebody sends in one batch leaves in its order, whoever signed it.
//! How much each class may hold of it, the shares say.

use std::collections::BTreeMap;

use super::Id;

/// One that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) id: Id,
    pub(crate) bytes: usize,
    /// When it began to wait.
    pub(crate) since_ms: u64,
}

/// Everything that waits, by order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Line {
    waiting: BTreeMap<u64, Place>,
    bytes: usize,
}

impl Line {
    pub(crate) fn count(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Since when the first one waits.
    pub(crate) fn oldest_ms(&self) -> Option<u64> {
        self.waiting.values().next().map(|first| first.since_ms)
    }

    /// One more waits, at this place.
    pub(crate) fn put(&mut self, order: u64, place: Place) {
        self.bytes += place.bytes;
        let before = self.waiting.insert(order, place);
        self.bytes -= before.map_or(0, |before| before.bytes);
    }

    /// It waits no longer.
    pub(crate) fn remove(&mut self, order: u64) {
        let place = self.waiting.remove(&order);
        self.bytes -= place.map_or(0, |place| place.bytes);
    }

    /// Takes out the next one; none if nothing waits, or if it has more bytes than there is room for.
    pub(crate) fn next(&mut self, room: usize) -> Option<Id> {
        let (&order, &place) = self.waiting.first_key_value()?;
        if place.bytes > room {
            return None;
        }
        self.remove(order);
        Some(place.id)
    }
}
