// SPDX-License-Identifier: Apache-2.0
//! The node's wall clock and what its peers' clocks say about it.
//! Never used inside the chain's rules: time enters a block as the proposal's data.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970 UTC, with a shift that tests may set.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    shift_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Now, in milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        now.saturating_add_signed(self.shift_ms.load(Ordering::Relaxed))
    }

    /// Now, by both clocks.
    pub(crate) fn moment(&self) -> Moment {
        Moment { wall_ms: self.now_ms(), steady: Instant::now() }
    }

    /// Makes this clock wrong by so many milliseconds. For tests and drills.
    pub fn shift(&self, ms: i64) {
        self.shift_ms.store(ms, Ordering::Relaxed);
    }
}

/// A moment by the wall clock, and by one that never jumps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) wall_ms: u64,
    steady: Instant,
}

impl Moment {
    /// How far the wall clock went ahead of the steady one since an earlier moment.
    pub(crate) fn jumped_ms(&self, since: &Moment) -> i64 {
        let steady = self.steady.saturating_duration_since(since.steady).as_millis();
        let steady = u64::try_from(steady).unwrap_or(u64::MAX);
        clamped(i128::from(self.wall_ms) - i128::from(since.wall_ms) - i128::from(steady))
    }
}

/// How far a peer's clock was ahead of ours, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offset {
    pub(crate) ms: i64,
    pub(crate) at: Moment,
}

impl Offset {
    /// How far it is ahead now, if only our clock has jumped since.
    pub(crate) fn now_ms(&self, now: &Moment) -> i64 {
        self.ms.saturating_sub(now.jumped_ms(&self.at))
    }
}

fn clamped(ms: i128) -> i64 {
    i64::try_from(ms).unwrap_or(if ms > 0 { i64::MAX } else { i64::MIN })
}

/// How far a peer's clock is ahead of ours, from one answer and the time it took.
pub(crate) fn offset_ms(own_now_ms: u64, peer_ms: u64, round_trip_ms: u64) -> i64 {
    let own_middle = own_now_ms.saturating_sub(round_trip_ms / 2);
    clamped(i128::from(peer_ms) - i128::from(own_middle))
}

/// The lower median of all clocks, this node's own among them: else a single slow one of two peers
/// would have every leader take itself for wrong. None with fewer than two peers, which prove nothing.
pub(crate) fn median_offset_ms(offsets: &[i64]) -> Option<i64> {
    if offsets.len() < 2 {
        return None;
    }
    let mut sorted = [offsets, &[0]].concat();
    sorted.sort_unstable();
    sorted.get((sorted.len() - 1) / 2).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_offset_is_taken_in_the_middle_of_the_round_trip() {
        assert_eq!(offset_ms(1_000, 1_000, 100), 50);
        assert_eq!(offset_ms(1_000, 950, 100), 0);
        assert_eq!(offset_ms(1_000, u64::MAX, 0), i64::MAX);
    }

    #[test]
    fn one_liar_does_not_move_the_median() {
        assert_eq!(median_offset_ms(&[9_000_000, 3, 4]), Some(3));
        assert_eq!(median_offset_ms(&[9_000_000, 3]), Some(3));
        assert_eq!(median_offset_ms(&[9_000_000]), None);
    }

    #[test]
    fn a_minority_of_slow_clocks_does_not_make_the_own_one_wrong() {
        assert_eq!(median_offset_ms(&[-6_000, 0]), Some(0), "of three, or of four without one");
        assert_eq!(median_offset_ms(&[-6_000, -6_000, 1, 2]), Some(0), "two of five");
        assert_eq!(median_offset_ms(&[-6_000, -6_000]), Some(-6_000), "the own one is wrong");
        assert_eq!(median_offset_ms(&[6_000, 6_000, 6_000]), Some(6_000), "it is slow");
    }

    #[test]
    fn a_shifted_clock_is_wrong_by_the_shift() {
        let (right, wrong) = (Clock::default(), Clock::default());
        wrong.shift(60_000);
        assert!(wrong.now_ms() >= right.now_ms() + 59_000);
    }

    #[test]
    fn a_jump_shows_before_any_peer_is_asked_again() {
        let clock = Clock::default();
        let about = |ms: i64, expected: i64| (ms - expected).abs() < 1_000;
        let measured = Offset { ms: 200, at: clock.moment() };
        assert!(about(measured.now_ms(&clock.moment()), 200));
        clock.shift(60_000);
        assert!(about(clock.moment().jumped_ms(&measured.at), 60_000));
        assert!(about(measured.now_ms(&clock.moment()), -59_800));
        clock.shift(-60_000);
        assert!(about(measured.now_ms(&clock.moment()), 60_200));
        clock.shift(0);
        assert!(about(measured.now_ms(&clock.moment()), 200), "and so does its end");
    }
}
