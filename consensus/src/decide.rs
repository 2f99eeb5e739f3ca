// SPDX-License-Identifier: Apache-2.0
//! When the leader proposes: by size, by time, at a deadline, or to show that it lives. Pure.
//! Never reads a clock and never builds a proposal: it is told what is, and says what to do.

use crate::pool::Waiting;

/// The settings of the proposer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Transactions that fill a proposal.
    pub(crate) full_count: usize,
    /// Bytes that fill a proposal.
    pub(crate) full_bytes: usize,
    /// From the first waiting transaction to its proposal, while none is under way and transactions
    /// come in crowds: the answers to a block bring the next ones, all within a moment.
    pub(crate) linger_ms: u64,
    /// So many transactions in the newest block are a crowd; else the first goes at once.
    pub(crate) crowd: u32,
    /// Without a block for this long, an empty one shows that the chain lives.
    pub(crate) heartbeat_ms: u64,
    /// Proposals not yet executed here, at most.
    pub(crate) ahead: usize,
}

/// What the proposer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Situation {
    /// The wall clock.
    pub(crate) now_ms: u64,
    /// What waits in the pool; `oldest_ms` is of the same clock.
    pub(crate) waiting: Waiting,
    /// Own proposals not yet executed here.
    pub(crate) under_way: usize,
    /// Block time of the newest block executed here.
    pub(crate) last_block_ms: u64,
    /// Its transactions.
    pub(crate) last_count: u32,
    /// The earliest deadline in the state, if any.
    pub(crate) next_deadline_ms: Option<u64>,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Propose what waits, up to a full proposal.
    Propose,
    /// Propose a block without transactions.
    ProposeEmpty,
    /// Nothing until this moment, unless something happens before.
    WaitUntil(u64),
    /// Nothing until something happens.
    WaitForChange,
}

/// Decides. Calling it again with nothing changed but a later time never takes a proposal back.
pub(crate) fn decide(rules: &Rules, now: &Situation) -> Decision {
    if now.under_way >= rules.ahead {
        return Decision::WaitForChange;
    }
    let full = now.waiting.count >= rules.full_count || now.waiting.bytes >= rules.full_bytes;
    if full {
        return Decision::Propose;
    }
    if now.under_way > 0 {
        // What comes meanwhile is gathered and goes when the one under way is done.
        return Decision::WaitForChange;
    }
    let linger_ms = if now.last_count >= rules.crowd { rules.linger_ms } else { 0 };
    match now.waiting.oldest_ms {
        Some(oldest) => at(oldest.saturating_add(linger_ms), now.now_ms, Decision::Propose),
        None => at(empty_due(rules, now), now.now_ms, Decision::ProposeEmpty),
    }
}

fn at(due_ms: u64, now_ms: u64, what: Decision) -> Decision {
    if now_ms >= due_ms { what } else { Decision::WaitUntil(due_ms) }
}

/// When an empty block is due: at the next deadline, or when the heartbeat is over.
fn empty_due(rules: &Rules, now: &Situation) -> u64 {
    let heartbeat = now.last_block_ms.saturating_add(rules.heartbeat_ms);
    now.next_deadline_ms.map_or(heartbeat, |deadline| deadline.min(heartbeat))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const RULES: Rules = Rules {
        full_count: 100,
        full_bytes: 1_000,
        linger_ms: 8,
        crowd: 10,
        heartbeat_ms: 5_000,
        ahead: 4,
    };

    fn idle(now_ms: u64) -> Situation {
        Situation {
            now_ms,
            waiting: Waiting::default(),
            under_way: 0,
            last_block_ms: 1_000,
            last_count: 10,
            next_deadline_ms: None,
        }
    }

    fn with(count: usize, bytes: usize, oldest_ms: u64) -> Waiting {
        Waiting { count, bytes, oldest_ms: Some(oldest_ms) }
    }

    #[test]
    fn decisions_by_size_time_deadline_and_heartbeat() {
        use Decision::*;
        let base = idle(2_000);
        let cases = [
            ("nothing to do", base, WaitUntil(6_000)),
            ("heartbeat", idle(6_000), ProposeEmpty),
            (
                "deadline ahead",
                Situation { next_deadline_ms: Some(3_000), ..base },
                WaitUntil(3_000),
            ),
            ("deadline now", Situation { next_deadline_ms: Some(2_000), ..base }, ProposeEmpty),
            ("deadline past", Situation { next_deadline_ms: Some(1), ..base }, ProposeEmpty),
            ("first lingers", Situation { waiting: with(1, 9, 1_999), ..base }, WaitUntil(2_007)),
            ("no crowd", Situation { waiting: with(1, 9, 2_000), last_count: 9, ..base }, Propose),
            ("lingered", Situation { waiting: with(1, 9, 1_992), ..base }, Propose),
            ("full by count", Situation { waiting: with(100, 9, 2_000), ..base }, Propose),
            ("full by bytes", Situation { waiting: with(9, 1_000, 2_000), ..base }, Propose),
        ];
        for (name, situation, expected) in cases {
            assert_eq!(decide(&RULES, &situation), expected, "{name}");
        }
    }

    #[test]
    fn with_one_under_way_only_a_full_proposal_follows_at_once() {
        let busy = Situation { under_way: 1, waiting: with(99, 999, 0), ..idle(9_000) };
        assert_eq!(decide(&RULES, &busy), Decision::WaitForChange);
        let full = Situation { waiting: with(100, 9, 0), ..busy };
        assert_eq!(decide(&RULES, &full), Decision::Propose);
        let ahead = Situation { under_way: 4, ..full };
        assert_eq!(decide(&RULES, &ahead), Decision::WaitForChange);
    }

    proptest! {
        #[test]
        fn waiting_until_the_named_moment_always_leads_to_a_proposal(
            now_ms in 0..20_000u64, last in 0..20_000u64, count in 0..3usize,
            oldest in 0..20_000u64, deadline in prop::option::of(0..20_000u64),
            last_count in 0..20u32,
        ) {
            let waiting = Waiting {
                count, bytes: count, oldest_ms: (count > 0).then_some(oldest),
            };
            let situation = Situation {
                now_ms,
                waiting,
                under_way: 0,
                last_block_ms: last,
                last_count,
                next_deadline_ms: deadline,
            };
            if let Decision::WaitUntil(moment) = decide(&RULES, &situation) {
                prop_assert!(moment > now_ms);
                let later = decide(&RULES, &Situation { now_ms: moment, ..situation });
                prop_assert!(matches!(later, Decision::Propose | Decision::ProposeEmpty));
            }
        }
    }
}
