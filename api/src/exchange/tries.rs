// SPDX-License-Identifier: Apache-2.0
//! Wrong tries: so many of them within a quarter of an hour, and who made them is not heard for another.

use std::collections::BTreeMap;

use chain::ids::Time;
use parking_lot::Mutex;

/// So many wrong tries of an organisation lock.
pub(super) const MOST: u32 = 5;
/// So many organisations that are locked lock the node through which they ask.
pub(super) const MOST_OF_NODE: u32 = 10;
/// Within so long, and for so long, in milliseconds: 15 minutes.
pub(super) const LOCKED_MS: u64 = 15 * 60 * 1_000;
/// Those who are remembered at once; beyond them nobody new is heard until one is forgotten.
const REMEMBERED: usize = 10_000;

/// What becomes of somebody who wants to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Try {
    /// It may: the try is [`Tries::right`] or [`Tries::wrong`] then.
    Heard,
    /// As many tries as may be wrong are not decided yet.
    Busy,
    /// It is not heard.
    Locked,
}

#[derive(Default)]
struct Tried {
    /// Wrong tries since an instant.
    wrong: u32,
    since: Time,
    /// Tries that are not decided yet.
    open: u32,
    locked_until: Option<Time>,
}

impl Tried {
    fn is_over(&self, now: Time) -> bool {
        match self.locked_until {
            Some(until) => now >= until,
            None => now >= self.since.plus(LOCKED_MS),
        }
    }

    fn forget_old(&mut self, now: Time) {
        if self.is_over(now) {
            *self = Self { open: self.open, since: now, ..Self::default() };
        }
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

    /// Begins a try: many at once are no more than one after the other.
    pub(super) fn begin(&self, who: K, now: Time) -> Try {
        let mut all = self.all.lock();
        if all.len() >= REMEMBERED {
            all.retain(|_, tried| tried.open > 0 || !tried.is_over(now));
        }
        if !all.contains_key(&who) && all.len() >= REMEMBERED {
            return Try::Locked;
        }
        let tried = all.entry(who).or_insert_with(|| Tried { since: now, ..Tried::default() });
        tried.forget_old(now);
        if tried.locked_until.is_some() {
            return Try::Locked;
        }
        if tried.wrong + tried.open >= self.most {
            return Try::Busy;
        }
        tried.open += 1;
        Try::Heard
    }

    /// True while somebody is not heard.
    pub(super) fn is_locked(&self, who: K, now: Time) -> bool {
        let all = self.all.lock();
        all.get(&who).and_then(|tried| tried.locked_until).is_some_and(|until| now < until)
    }

    /// The try that was begun was wrong; true if it locks.
    pub(super) fn wrong(&self, who: K, now: Time) -> bool {
        let mut all = self.all.lock();
        let Some(tried) = all.get_mut(&who) else { return false };
        tried.forget_old(now);
        tried.open = tried.open.saturating_sub(1);
        if tried.wrong == 0 {
            tried.since = now;
        }
        tried.wrong += 1;
        let locks = tried.wrong >= self.most && tried.locked_until.is_none();
        if locks {
            tried.locked_until = Some(now.plus(LOCKED_MS));
        }
        locks
    }

    /// The try that was begun was right, or nobody said that it was wrong. What was wrong before counts still: a
    /// right code that is known beforehand buys no more guesses.
    pub(super) fn right(&self, who: K) {
        let mut all = self.all.lock();
        let Some(tried) = all.get_mut(&who) else { return };
        tried.open = tried.open.saturating_sub(1);
        if tried.wrong + tried.open == 0 {
            all.remove(&who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_000);

    fn miss(tries: &Tries<u32>, who: u32, now: Time) -> Try {
        let begun = tries.begin(who, now);
        if begun == Try::Heard {
            tries.wrong(who, now);
        }
        begun
    }

    fn misses(tries: &Tries<u32>, times: usize, now: Time) -> bool {
        (0..times).all(|_| miss(tries, 1, now) == Try::Heard)
    }

    #[test]
    fn the_fifth_wrong_try_locks_for_a_quarter_of_an_hour_and_nobody_else() {
        let tries = Tries::new(MOST);
        assert!(misses(&tries, 5, NOW));
        assert_eq!(tries.begin(1, Time(NOW.0 + LOCKED_MS - 1)), Try::Locked);
        assert_eq!(tries.begin(2, NOW), Try::Heard);
        let later = NOW.plus(LOCKED_MS);
        assert!(misses(&tries, 5, later), "it counts anew");
        assert_eq!(tries.begin(1, later), Try::Locked);
    }

    #[test]
    fn the_try_that_locks_says_so_once() {
        let tries = Tries::new(MOST);
        for number in 1..=5 {
            assert_eq!(tries.begin(1, NOW), Try::Heard);
            assert_eq!(tries.wrong(1, NOW), number == 5);
        }
    }

    #[test]
    fn a_right_try_costs_nothing_and_buys_nothing() {
        let tries = Tries::new(MOST);
        for _ in 0..20 {
            assert_eq!(tries.begin(1, NOW), Try::Heard);
            tries.right(1);
        }
        for _ in 0..4 {
            assert!(misses(&tries, 1, NOW));
            assert_eq!(tries.begin(1, NOW), Try::Heard);
            tries.right(1);
        }
        assert!(misses(&tries, 1, NOW));
        assert_eq!(tries.begin(1, NOW), Try::Locked, "five were wrong all the same");
    }

    #[test]
    fn many_at_once_are_no_more_than_one_after_the_other() {
        let tries = Tries::new(MOST);
        assert!((0..5).all(|_| tries.begin(1, NOW) == Try::Heard));
        assert_eq!(tries.begin(1, NOW), Try::Busy, "none of them is decided yet");
        tries.right(1);
        assert_eq!(tries.begin(1, NOW), Try::Heard);
    }

    #[test]
    fn a_few_wrong_tries_now_and_then_lock_nobody() {
        let tries = Tries::new(MOST);
        assert!(misses(&tries, 4, NOW));
        for quarter in 1..9 {
            let now = NOW.plus(quarter * LOCKED_MS);
            assert!(misses(&tries, 4, now));
            assert_eq!(tries.begin(1, now), Try::Heard);
            tries.right(1);
        }
    }
}
