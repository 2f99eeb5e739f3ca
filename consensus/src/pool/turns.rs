// SPDX-License-Identifier: Apache-2.0
//! What waits, by class in order of arrival, and whose turn it is: deficit round robin over the bytes
//! that each class sends. Whoever fills the pool waits behind itself alone.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::Id;
use super::shares::Class;
use crate::limits;

/// One that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) id: Id,
    pub(crate) bytes: usize,
    /// When it began to wait.
    pub(crate) since_ms: u64,
}

/// What waits of one class, by order of arrival.
#[derive(Debug)]
struct Line {
    waiting: BTreeMap<u64, Place>,
    /// Bytes that it may still send in this turn.
    credit: usize,
}

/// Everything that waits.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    lines: HashMap<Class, Line>,
    /// The classes of which something waits; the first has its turn.
    ring: VecDeque<Class>,
    count: usize,
    bytes: usize,
}

impl Turns {
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Since when the first in one of the lines waits.
    pub(crate) fn oldest_ms(&self) -> Option<u64> {
        let lines = self.ring.iter().filter_map(|class| self.lines.get(class));
        lines.filter_map(|line| line.waiting.values().next()).map(|first| first.since_ms).min()
    }

    /// One more waits, at this place of its class.
    pub(crate) fn put(&mut self, class: Class, order: u64, place: Place) {
        self.count += 1;
        self.bytes += place.bytes;
        let ring = &mut self.ring;
        let line = self.lines.entry(class).or_insert_with(|| {
            ring.push_back(class);
            Line { waiting: BTreeMap::new(), credit: limits::TURN_BYTES }
        });
        line.waiting.insert(order, place);
    }

    /// It waits no longer.
    pub(crate) fn remove(&mut self, class: Class, order: u64) {
        let Some(line) = self.lines.get_mut(&class) else { return };
        let Some(place) = line.waiting.remove(&order) else { return };
        self.count -= 1;
        self.bytes -= place.bytes;
        if line.waiting.is_empty() {
            self.lines.remove(&class);
            self.ring.retain(|other| *other != class);
        }
    }

    /// Takes out the next one; none if nothing waits, or if it has more bytes than there is room for.
    pub(crate) fn next(&mut self, room: usize) -> Option<Id> {
        loop {
            let class = *self.ring.front()?;
            let line = self.lines.get_mut(&class)?;
            let (&order, &place) = line.waiting.first_key_value()?;
            if place.bytes > line.credit {
                line.credit += limits::TURN_BYTES;
                self.ring.rotate_left(1);
                continue;
            }
            if place.bytes > room {
                return None;
            }
            line.credit -= place.bytes;
            self.remove(class, order);
            return Some(place.id);
        }
    }
}
