// SPDX-License-Identifier: Apache-2.0
//! How much of the pool each class holds, and whether it may take in more: less than a multiple of what
//! is free. So one class alone has almost all, many that want all have the same, and whoever comes with
//! little always finds room. Nobody is put out again.

use std::collections::HashMap;

use crate::limits::{PERSON_CLASSES, POOL_SHARE, POOL_STRANGERS};

/// Whom what waits counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// All keys of an organisation, by its id.
    Organisation([u8; 16]),
    /// Persons whose ids fall together.
    Persons(u8),
    /// Keys that the state executed here does not know: their transactions are refused in a block, unless
    /// one that is not executed here yet registers them.
    Strangers,
}

impl Class {
    /// The class of a person's id, which is a digest.
    pub(crate) fn of_person(id: [u8; 16]) -> Self {
        Self::Persons(id[0] % PERSON_CLASSES)
    }
}

/// Whether a class may take in more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// It may.
    Free,
    /// There is as much as there may be.
    Full,
    /// The class has its share, others have room.
    ShareFull,
}

/// An amount that is there, and how much there may be.
struct Measure {
    own: usize,
    all: usize,
    limit: usize,
    /// What one class may have at most.
    most: usize,
}

impl Measure {
    fn room(&self, class: Class, more: usize) -> Room {
        let free = self.limit.saturating_sub(self.all);
        let most = match class {
            Class::Strangers => (self.most / POOL_STRANGERS).max(1),
            Class::Organisation(_) | Class::Persons(_) => self.most,
        };
        let fits = self.own.saturating_add(more) <= most.min(free.saturating_mul(POOL_SHARE));
        // Nobody else is there, nor would be let in for long.
        let is_alone = self.own == self.all && class != Class::Strangers;
        match fits && more <= free {
            true => Room::Free,
            false if more > free || is_alone => Room::Full,
            false => Room::ShareFull,
        }
    }
}

/// What is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) count: usize,
    pub(crate) bytes: usize,
    /// How many this node answers for.
    pub(crate) ours: usize,
}

/// What is held of each class, and in all.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    classes: HashMap<Class, Held>,
    all: Held,
}

impl Shares {
    pub(crate) fn all(&self) -> Held {
        self.all
    }

    fn of(&self, class: Class) -> Held {
        self.classes.get(&class).copied().unwrap_or_default()
    }

    pub(crate) fn add(&mut self, class: Class, bytes: usize, is_ours: bool) {
        for held in [self.classes.entry(class).or_default(), &mut self.all] {
            held.count += 1;
            held.bytes += bytes;
            held.ours += usize::from(is_ours);
        }
    }

    /// This node answers for one more of those that are there.
    pub(crate) fn adopt(&mut self, class: Class) {
        for held in [self.classes.entry(class).or_default(), &mut self.all] {
            held.ours += 1;
        }
    }

    pub(crate) fn remove(&mut self, class: Class, bytes: usize, is_ours: bool) {
        for held in [self.classes.entry(class).or_default(), &mut self.all] {
            held.count -= 1;
            held.bytes -= bytes;
            held.ours -= usize::from(is_ours);
        }
        if self.of(class).count == 0 {
            self.classes.remove(&class);
        }
    }

    /// Whether one more of so many bytes may be held within these limits.
    pub(crate) fn room(&self, class: Class, bytes: usize, most: (usize, usize)) -> Room {
        let (own, all) = (self.of(class), self.all);
        let measure = |own, all, limit| Measure { own, all, limit, most: limit };
        match measure(own.count, all.count, most.0).room(class, 1) {
            Room::Free => measure(own.bytes, all.bytes, most.1).room(class, bytes),
            full => full,
        }
    }

    /// Whether the queue of what this node answers for may grow where one class may have `most` of it.
    /// What is kept for others comes on top.
    pub(crate) fn queue(&self, class: Class, most: usize) -> Room {
        let limit = most.saturating_add(most.div_ceil(POOL_SHARE));
        let measure = Measure { own: self.of(class).ours, all: self.all.ours, limit, most };
        measure.room(class, 1)
    }

    #[cfg(test)]
    pub(crate) fn classes(&self) -> impl Iterator<Item = (&Class, &Held)> {
        self.classes.iter()
    }
}
