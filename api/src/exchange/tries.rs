// SPDX-License-Identifier: Apache-2.0
//! Wrong tries: so many of them, and who made them is not heard for a quarter of an hour.

use std::collections::BTreeMap;

use chain::ids::Time;
use parking_lot::Mutex;

/// So many wrong tries of an organisation lock.
pub(super) const MOST: u32 = 5;
/// So many of all who ask through one node lock that node.
pub(super) const MOST_OF_NODE: u32 = 50;
/// For so long, in milliseconds: 15 minutes.
pub(super) const LOCKED_MS: u64 = 15 * 60 * 1_000;
/// Those who are remembered at once; beyond them nobody new is heard until one is forgotten.
const REMEMBERED: usize = 10_000;

struct Tried {
    /// Tries that were wrong or are not decided yet.
    wrong: u32,
    /// When the last wrong one was.
    last: Time,
}

impl Tried {
    fn is_over(&self, now: Time) -> bool {
        now >= self.last.plus(LOCKED_MS)
    }
}

/// The wrong tries of some.
pub(super) struct Tries<K> {
    most: u32,
    all: Mutex<BTreeMap<K, Tried>>,
}

impl<K: Copy + Ord> Tries<K> {
    /// So many lock.
    pub(super) fn new(most: u32) -> Self {
        Self { most, all: Mutex::default() }
    }

    /// Begins a try, which counts as wrong until it was right: many at once are no more than one after the other.
    /// False while somebody is not heard.
    pub(super) fn begin(&self, who: K, now: Time) -> bool {
        let mut all = self.all.lock();
        if all.len() >= REMEMBERED {
            all.retain(|_, tried| !tried.is_over(now));
        }
        if !all.contains_key(&who) && all.len() >= REMEMBERED {
            return false;
        }
        let tried = all.entry(who).or_insert(Tried { wrong: 0, last: now });
        if tried.is_over(now) {
            *tried = Tried { wrong: 0, last: now };
        }
        if tried.wrong >= self.most {
            return false;
        }
        tried.wrong += 1;
        true
    }

    /// The try that was begun was wrong.
    pub(super) fn wrong(&self, who: K, now: Time) {
        if let Some(tried) = self.all.lock().get_mut(&who) {
            tried.last = tried.last.max(now);
        }
    }

    /// The try that was begun was right. What was wrong before counts still: one right code, known beforehand, buys
    /// no more guesses.
    pub(super) fn right(&self, who: K) {
        let mut all = self.all.lock();
        let Some(tried) = all.get_mut(&who) else { return };
        tried.wrong = tried.wrong.saturating_sub(1);
        if tried.wrong == 0 {
            all.remove(&who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_000);

    fn miss(tries: &Tries<u32>, who: u32, now: Time) -> bool {
        let is_heard = tries.begin(who, now);
        if is_heard {
            tries.wrong(who, now);
        }
        is_heard
    }

    #[test]
    fn the_fifth_wrong_try_locks_for_a_quarter_of_an_hour_and_nobody_else() {
        let tries = Tries::new(MOST);
        assert!((0..5).all(|_| miss(&tries, 1, NOW)));
        assert!(!tries.begin(1, Time(NOW.0 + LOCKED_MS - 1)));
        assert!(tries.begin(2, NOW));
        assert!((0..5).all(|_| miss(&tries, 1, NOW.plus(LOCKED_MS))), "it counts anew");
        assert!(!tries.begin(1, NOW.plus(LOCKED_MS)));
    }

    #[test]
    fn a_right_try_costs_nothing_and_buys_nothing() {
        let tries = Tries::new(MOST);
        for _ in 0..20 {
            assert!(tries.begin(1, NOW));
            tries.right(1);
        }
        for _ in 0..4 {
            assert!(miss(&tries, 1, NOW) && tries.begin(1, NOW));
            tries.right(1);
        }
        assert!(miss(&tries, 1, NOW) && !tries.begin(1, NOW), "five were wrong all the same");
    }

    #[test]
    fn many_at_once_are_no_more_than_one_after_the_other() {
        let tries = Tries::new(MOST);
        assert!((0..5).all(|_| tries.begin(1, NOW)));
        assert!(!tries.begin(1, NOW), "none of them is decided yet");
        tries.right(1);
        assert!(tries.begin(1, NOW));
    }

    #[test]
    fn right_tries_do_not_keep_the_wrong_ones_from_ageing() {
        let tries = Tries::new(MOST);
        assert!((0..4).all(|_| miss(&tries, 1, NOW)));
        let later = Time(NOW.0 + LOCKED_MS - 1);
        assert!(tries.begin(1, later));
        tries.right(1);
        assert!((0..5).all(|_| miss(&tries, 1, NOW.plus(LOCKED_MS))));
    }
}
