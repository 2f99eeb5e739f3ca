// SPDX-License-Identifier: Apache-2.0
//! The pool alone: limits, order, and that its counters always agree with its content.
#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

const SMALL: PoolLimits =
    PoolLimits { count: 5, bytes: 100, per_sender: 3, queue: 2, queue_ms: 50 };

/// Each sender is an organisation.
fn class(sender: u8) -> Class {
    Class::Organisation([sender; 16])
}

fn incoming(id: u8, sender: u8, bytes: usize) -> Incoming<u8> {
    Incoming {
        id: [id; 32],
        sender: [sender; 32],
        class: class(sender),
        valid_until_ms: 1_000 + u64::from(id),
        bytes,
        body: id,
    }
}

fn bodies(taken: &[(Id, u8)]) -> Vec<u8> {
    taken.iter().map(|(_, body)| *body).collect()
}

#[test]
fn each_limit_refuses_with_its_own_word() {
    let mut pool = Pool::new(SMALL);
    for id in 0..3 {
        assert_eq!(pool.insert(incoming(id, 1, 10), Origin::Here, 0), Inserted::New);
    }
    assert_eq!(pool.insert(incoming(3, 1, 10), Origin::Here, 0), Inserted::SenderFull);
    assert_eq!(pool.insert(incoming(4, 2, 71), Origin::Here, 0), Inserted::Full);
    assert_eq!(pool.insert(incoming(5, 2, 10), Origin::Here, 0), Inserted::New);
    assert_eq!(pool.insert(incoming(6, 2, 10), Origin::Here, 0), Inserted::New);
    assert_eq!(pool.insert(incoming(7, 3, 10), Origin::Here, 0), Inserted::Full);
}

#[test]
fn a_known_transaction_is_not_taken_twice() {
    let mut pool = Pool::new(SMALL);
    assert_eq!(pool.insert(incoming(1, 1, 10), Origin::Peer, 0), Inserted::New);
    assert_eq!(pool.insert(incoming(1, 1, 10), Origin::Here, 0), Inserted::Known);
    assert_eq!(bodies(&pool.take(10, 1_000, 0)), [1]);
    assert_eq!(pool.insert(incoming(1, 1, 10), Origin::Here, 0), Inserted::Known);
    assert!(pool.take(10, 1_000, 0).is_empty());
}

#[test]
fn order_of_arrival_is_order_of_leaving_even_after_a_failed_proposal() {
    let mut pool = Pool::new(SMALL);
    for id in [3, 1, 2] {
        pool.insert(incoming(id, 7, 10), Origin::Here, u64::from(id));
    }
    let taken = pool.take(2, 1_000, 5);
    assert_eq!(bodies(&taken), [3, 1]);
    pool.put_back(&taken.iter().map(|(id, _)| *id).collect::<Vec<_>>(), 6);
    assert_eq!(pool.waiting(), Waiting { count: 3, bytes: 30, oldest_ms: Some(6) });
    assert_eq!(bodies(&pool.take(10, 20, 7)), [3, 1]);
    assert_eq!(bodies(&pool.take(10, 20, 7)), [2]);
}

#[test]
fn a_change_of_leader_keeps_ours_and_drops_what_peers_sent() {
    let mut pool = Pool::new(SMALL);
    pool.insert(incoming(1, 1, 10), Origin::Here, 0);
    pool.insert(incoming(2, 2, 10), Origin::Peer, 0);
    pool.take(10, 1_000, 1);
    pool.insert(incoming(3, 2, 10), Origin::Peer, 2);
    pool.leader_changed(3);
    assert_eq!(bodies(&pool.take(10, 1_000, 4)), [1]);
    assert_eq!(pool.len(), 1);
}

#[test]
fn what_stays_sent_for_too_long_waits_again() {
    let mut pool = Pool::new(SMALL);
    pool.insert(incoming(1, 1, 10), Origin::Here, 0);
    pool.take(10, 1_000, 10);
    assert_eq!(pool.retry_sent_before(10, 20), 0);
    assert_eq!(pool.retry_sent_before(11, 20), 1);
    assert_eq!(bodies(&pool.take(10, 1_000, 20)), [1]);
}

#[test]
fn valid_until_is_the_last_block_time_that_may_hold_it() {
    let mut pool = Pool::new(SMALL);
    pool.insert(incoming(1, 1, 10), Origin::Here, 0);
    assert!(pool.expire(1_001).is_empty());
    assert_eq!(pool.expire(1_002), [[1; 32]]);
    assert_eq!((pool.len(), pool.bytes()), (0, 0));
}

/// True while one more of sender 1 would wait for too long.
fn is_busy(pool: &Pool<u8>) -> bool {
    pool.queue(class(1)) != Room::Free
}

#[test]
fn a_queue_is_as_long_as_blocks_are_fast() {
    let limits = PoolLimits { count: 100, bytes: 1_000, per_sender: 100, queue: 2, queue_ms: 500 };
    let mut pool = Pool::new(limits);
    let insert = |pool: &mut Pool<u8>, ids: std::ops::Range<u8>| {
        for id in ids {
            assert_eq!(pool.insert(incoming(id, 1, 1), Origin::Here, 0), Inserted::New);
        }
    };
    insert(&mut pool, 0..1);
    assert!(!is_busy(&pool), "there is always room for two");
    insert(&mut pool, 1..20);
    assert!(is_busy(&pool), "how fast they are taken is not known");
    let ids = |ids: std::ops::Range<u8>| ids.map(|id| [id; 32]).collect::<Vec<_>>();
    pool.executed(&ids(0..4), 600);
    assert!(is_busy(&pool), "nor within less than a second");
    pool.executed(&ids(4..10), 1_000);
    assert!(is_busy(&pool), "10 a second are 5 in half a second, and 10 wait");
    pool.executed(&ids(10..16), 1_500);
    assert!(!is_busy(&pool), "4 wait");
    pool.executed(&ids(90..99), 9_000);
    assert!(is_busy(&pool), "none of ours was taken for long: less than one a second");
    pool.executed(&ids(16..18), 9_001);
    assert!(is_busy(&pool), "2 wait");
    pool.executed(&ids(18..19), 9_002);
    assert!(!is_busy(&pool));
    pool.executed(&ids(19..20), 5);
    insert(&mut pool, 30..32);
    assert!(is_busy(&pool), "a clock that was put back changes nothing");
}

#[test]
fn what_peers_forward_keeps_nobody_out() {
    let limits = PoolLimits { count: 100, bytes: 1_000, per_sender: 100, queue: 2, queue_ms: 500 };
    let mut pool = Pool::new(limits);
    for id in 0..50 {
        assert_eq!(pool.insert(incoming(id, 1, 1), Origin::Peer, 0), Inserted::New);
    }
    assert!(!is_busy(&pool), "none is ours");
    assert!(pool.senders.is_empty(), "nor counts for its sender here");
    pool.insert(incoming(60, 1, 1), Origin::Here, 0);
    assert!(!is_busy(&pool));
    assert!(pool.adopt(&[3; 32]) && pool.adopt(&[3; 32]));
    assert!(is_busy(&pool), "one that was sent here too is ours, once");
    pool.executed(&[[3; 32]], 0);
    assert!(!is_busy(&pool));
    pool.leader_changed(0);
    pool.insert(incoming(61, 1, 1), Origin::Here, 0);
    assert!(is_busy(&pool) && pool.len() == 2, "ours stay");
}

#[test]
fn the_more_nodes_take_in_the_shorter_their_queues() {
    let queues = [0, 1, 4, 7, 100].map(|nodes| PoolLimits::of_one(nodes).queue);
    assert_eq!(queues, [12_000, 12_000, 3_000, 1_714, 1_000]);
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u8, u8, usize, bool),
    Take(usize, usize),
    PutBack(u8),
    Remove(u8),
    Expire(u64),
    LeaderChanged,
    Retry,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..20u8, 0..4u8, 1..40usize, any::<bool>())
            .prop_map(|(id, sender, bytes, here)| Step::Insert(id, sender, bytes, here)),
        2 => (0..4usize, 0..80usize).prop_map(|(count, bytes)| Step::Take(count, bytes)),
        1 => (0..20u8).prop_map(Step::PutBack),
        1 => (0..20u8).prop_map(Step::Remove),
        1 => (1_000..1_022u64).prop_map(Step::Expire),
        1 => Just(Step::LeaderChanged),
        1 => Just(Step::Retry),
    ]
}

fn run(pool: &mut Pool<u8>, step: Step, now: u64) {
    match step {
        Step::Insert(id, sender, bytes, here) => {
            let origin = if here { Origin::Here } else { Origin::Peer };
            pool.insert(incoming(id, sender, bytes), origin, now);
        }
        Step::Take(count, bytes) => {
            let taken = pool.take(count, bytes, now);
            assert!(taken.len() <= count);
            let of = |(id, _): &(Id, u8)| pool.held[id].bytes;
            assert!(taken.iter().map(of).sum::<usize>() <= bytes);
        }
        Step::PutBack(id) => pool.put_back(&[[id; 32]], now),
        Step::Remove(id) => pool.executed(&[[id; 32]], now),
        Step::Expire(time) => drop(pool.expire(time)),
        Step::LeaderChanged => pool.leader_changed(now),
        Step::Retry => drop(pool.retry_sent_before(now, now)),
    }
}

fn agrees(pool: &Pool<u8>) {
    assert!(pool.len() <= SMALL.count && pool.bytes() <= SMALL.bytes);
    assert_eq!(pool.bytes(), pool.held.values().map(|held| held.bytes).sum::<usize>());
    assert_eq!(pool.expiry.len(), pool.held.len());
    let waiting: Vec<_> = pool.held.values().filter(|h| h.state == State::Waiting).collect();
    assert_eq!(pool.line.count(), waiting.len());
    assert_eq!(pool.sent.len(), pool.len() - waiting.len());
    assert_eq!(pool.line.bytes(), waiting.iter().map(|held| held.bytes).sum::<usize>());
    let ours = pool.held.values().filter(|held| held.origin == Origin::Here).count();
    assert_eq!(pool.shares.all().ours, ours);
    for (class, share) in pool.shares.classes() {
        let of_class = || pool.held.values().filter(|held| held.class == *class);
        assert!(share.count > 0);
        assert_eq!(share.count, of_class().count());
        assert_eq!(share.bytes, of_class().map(|held| held.bytes).sum::<usize>());
        let ours = of_class().filter(|held| held.origin == Origin::Here).count();
        assert_eq!(share.ours, ours);
    }
    assert_eq!(pool.senders.values().sum::<usize>(), ours);
    assert!(pool.senders.values().all(|count| *count > 0));
}

proptest! {
    #[test]
    fn counters_agree_with_content_after_any_steps(steps in prop::collection::vec(step(), 0..200)) {
        let mut pool = Pool::new(SMALL);
        for (now, step) in steps.into_iter().enumerate() {
            run(&mut pool, step, now as u64);
            agrees(&pool);
        }
    }
}
