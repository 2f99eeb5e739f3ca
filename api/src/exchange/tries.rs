// SPDX-License-Identifier: Apache-2.0
//! Wrong tries: five of them, and who made them is not heard for a quarter of an hour.

use std::collections::BTreeMap;

use chain::ids::{OrganisationId, Time};
use parking_lot::Mutex;

/// So many wrong tries lock.
pub(super) const MOST: u32 = 5;
/// For so long, in milliseconds: 15 minutes.
pub(super) const LOCKED_MS: u64 = 15 * 60 * 1_000;
/// Those who are remembered at once; beyond them nobody new is heard until one is forgotten.
const REMEMBERED: usize = 10_000;

struct Tried {
    wrong: u32,
    /// When the last one was.
    last: Time,
}

impl Tried {
    fn is_over(&self, now: Time) -> bool {
        now >= self.last.plus(LOCKED_MS)
    }
}

/// The wrong tries of organisations.
#[derive(Default)]
pub(super) struct Tries(Mutex<BTreeMap<OrganisationId, Tried>>);

impl Tries {
    /// True while somebody is not heard.
    pub(super) fn is_locked(&self, who: OrganisationId, now: Time) -> bool {
        let mut all = self.0.lock();
        if all.len() >= REMEMBERED {
            all.retain(|_, tried| !tried.is_over(now));
        }
        match all.get(&who) {
            Some(tried) => tried.wrong >= MOST && !tried.is_over(now),
            None => all.len() >= REMEMBERED,
        }
    }

    /// Counts a wrong try.
    pub(super) fn wrong(&self, who: OrganisationId, now: Time) {
        let mut all = self.0.lock();
        let tried = all.entry(who).or_insert(Tried { wrong: 0, last: now });
        if tried.is_over(now) {
            tried.wrong = 0;
        }
        *tried = Tried { wrong: tried.wrong.saturating_add(1), last: now };
    }

    /// Forgets what somebody who was right tried before.
    pub(super) fn right(&self, who: OrganisationId) {
        self.0.lock().remove(&who);
    }
}

#[cfg(test)]
mod tests {
    use chain::ids::RecordId;

    use super::*;

    #[test]
    fn the_fifth_wrong_try_locks_for_a_quarter_of_an_hour_and_nobody_else() {
        let (tries, now) = (Tries::default(), Time(1_000));
        let [one, other] = [1, 2].map(|number| OrganisationId(RecordId([number; 16])));
        for _ in 0..4 {
            tries.wrong(one, now);
            assert!(!tries.is_locked(one, now));
        }
        tries.wrong(one, now);
        assert!(tries.is_locked(one, Time(now.0 + LOCKED_MS - 1)));
        assert!(!tries.is_locked(one, now.plus(LOCKED_MS)) && !tries.is_locked(other, now));
        tries.wrong(one, now.plus(LOCKED_MS));
        assert!(!tries.is_locked(one, now.plus(LOCKED_MS)), "it counts anew");
    }

    #[test]
    fn who_is_right_begins_anew() {
        let (tries, now) = (Tries::default(), Time(1_000));
        let one = OrganisationId(RecordId([1; 16]));
        (0..4).for_each(|_| tries.wrong(one, now));
        tries.right(one);
        tries.wrong(one, now);
        assert!(!tries.is_locked(one, now));
    }
}
