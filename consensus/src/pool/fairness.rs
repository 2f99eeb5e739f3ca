// SPDX-License-Identifier: Apache-2.0
//! The pool alone: who fills it keeps nobody out; who is alone has it all.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::limits::{PERSON_CLASSES, POOL_STRANGERS};

const LIMITS: PoolLimits =
    PoolLimits { count: 800, bytes: 8 << 20, per_sender: 1_000, queue: 700, queue_ms: 1_000 };
const ONE: Class = Class::Organisation([1; 16]);
const TWO: Class = Class::Organisation([2; 16]);
const THREE: Class = Class::Organisation([3; 16]);

/// A pool that is filled with numbers: each transaction is the next.
struct Filled {
    pool: Pool<u64>,
    next: u64,
}

impl Filled {
    fn new() -> Self {
        Self { pool: Pool::new(LIMITS), next: 0 }
    }

    fn put(&mut self, class: Class, bytes: usize, origin: Origin) -> Inserted {
        self.next += 1;
        let mut id = [0; 32];
        id[..8].copy_from_slice(&self.next.to_le_bytes());
        let sender = [9; 32];
        let new = Incoming { id, sender, class, valid_until_ms: 1_000, bytes, body: self.next };
        self.pool.insert(new, origin, 0)
    }

    /// How many are taken in until one is refused, and with which word.
    fn fill(&mut self, class: Class, bytes: usize) -> (usize, Inserted) {
        for count in 0.. {
            match self.put(class, bytes, Origin::Peer) {
                Inserted::New => {}
                refused => return (count, refused),
            }
        }
        unreachable!("a pool without a limit")
    }

    fn take(&mut self, count: usize) -> Vec<(Class, u64)> {
        let taken = self.pool.take(count, usize::MAX, 0);
        taken.into_iter().map(|(id, body)| (self.pool.held[&id].class, body)).collect()
    }
}

#[test]
fn one_alone_has_seven_eighths_of_the_pool_and_whoever_comes_finds_room() {
    let mut filled = Filled::new();
    assert_eq!(filled.fill(ONE, 10), (700, Inserted::Full));
    assert_eq!(filled.put(TWO, 10, Origin::Here), Inserted::New);
    assert_eq!(filled.put(ONE, 10, Origin::Here), Inserted::ShareFull);
}

#[test]
fn those_who_want_all_come_to_equal_shares_and_leave_room() {
    let mut filled = Filled::new();
    let classes = [ONE, TWO, THREE];
    for _ in 0..1_000 {
        for class in classes {
            filled.fill(class, 10);
        }
        filled.take(3).iter().for_each(|(_, body)| {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&body.to_le_bytes());
            filled.pool.executed(&[id], 0);
        });
    }
    let shares: Vec<usize> = filled.pool.shares.classes().map(|(_, held)| held.count).collect();
    let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
    assert!(most - least <= 60, "{shares:?}");
    assert!(filled.pool.len() < LIMITS.count - 20, "{shares:?}");
}

#[test]
fn bytes_are_shared_like_places() {
    let mut filled = Filled::new();
    let (count, refused) = filled.fill(ONE, 16 << 10);
    assert_eq!((count, refused), (448, Inserted::Full), "seven eighths of 512");
    assert_eq!(filled.put(TWO, 16 << 10, Origin::Here), Inserted::New);
    assert_eq!(filled.put(ONE, 1, Origin::Here), Inserted::ShareFull);
}

#[test]
fn keys_that_nobody_knows_hold_a_small_part_together_even_alone() {
    let mut filled = Filled::new();
    let few = LIMITS.count / POOL_STRANGERS;
    assert_eq!(filled.fill(Class::Strangers, 10), (few, Inserted::ShareFull));
    assert_eq!(filled.put(ONE, 10, Origin::Here), Inserted::New);
}

#[test]
fn a_flooder_fills_its_queue_and_not_that_of_others() {
    let mut filled = Filled::new();
    for _ in 0..700 {
        assert_eq!(filled.pool.queue(ONE), Room::Free);
        assert_eq!(filled.put(ONE, 10, Origin::Here), Inserted::New);
    }
    assert_eq!(filled.pool.queue(ONE), Room::Full, "alone: the queue is what is full");
    assert_eq!(filled.pool.queue(TWO), Room::Free);
    assert_eq!(filled.put(TWO, 10, Origin::Here), Inserted::New);
    assert_eq!(filled.pool.queue(ONE), Room::ShareFull, "others are let in");
    assert_eq!(filled.pool.queue(Class::Strangers), Room::Free);
}

#[test]
fn what_came_first_leaves_first_whoever_sent_it() {
    let mut filled = Filled::new();
    for place in 0..90 {
        filled.put([ONE, TWO, THREE][place % 3], 100 + place * 37 % 900, Origin::Here);
    }
    let mut taken = Vec::new();
    while filled.pool.waiting().count > 0 {
        taken.extend(filled.take(7));
    }
    let bodies: Vec<u64> = taken.iter().map(|(_, body)| *body).collect();
    assert_eq!(bodies.len(), 90);
    assert!(bodies.is_sorted(), "a batch leaves in its order: {bodies:?}");
}

#[test]
fn what_does_not_fit_keeps_its_place() {
    let mut filled = Filled::new();
    filled.put(ONE, 3_000, Origin::Here);
    filled.put(TWO, 10, Origin::Here);
    assert!(filled.pool.take(10, 2_999, 0).is_empty());
    assert_eq!(filled.take(1).first().unwrap().0, ONE);
}

#[test]
fn persons_fall_into_few_classes_by_their_ids() {
    let classes: std::collections::HashSet<Class> =
        (0..=255).map(|byte| Class::of_person([byte; 16])).collect();
    assert_eq!(classes.len(), usize::from(PERSON_CLASSES));
}
