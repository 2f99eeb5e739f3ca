// SPDX-License-Identifier: Apache-2.0
//! Whom a leader named to take the lead from it. Only such a candidate may be voted for while the
//! leader is alive: a candidate's own word for it would let anybody depose leaders without end. Pure.

use std::time::Instant;

use crate::limits;
use crate::net::NodeNo;
use crate::raft::{Vote, VoteRequest};

/// Heirs that were named.
#[derive(Default)]
pub(crate) struct Heirs {
    /// The last one, and by whom.
    named: Option<(Vote, NodeNo)>,
    /// The term in which this node asked another to take its lead, and when.
    asked: Option<(u64, Instant)>,
}

impl Heirs {
    /// A leader names its heir; whoever is not the leader that this node voted for names nobody.
    pub(crate) fn name(&mut self, leader: &Vote, heir: NodeNo, own: Option<Vote>) {
        if own.is_some_and(|own| own.leader_id == leader.leader_id) {
            self.named = Some((*leader, heir));
        }
    }

    /// True if the leader that this node still follows named the candidate, in the next term.
    pub(crate) fn may_take_over(&self, request: &VoteRequest, own: Option<Vote>) -> bool {
        let candidate = &request.vote.leader_id;
        self.named.zip(own).is_some_and(|((leader, heir), own)| {
            own.leader_id == leader.leader_id
                && candidate.voted_for == heir
                && Some(candidate.term) == leader.leader_id.term.checked_add(1)
        })
    }

    /// True if this node asked an heir in this term a moment ago; else it does so now.
    pub(crate) fn was_asked(&mut self, term: u64, now: Instant) -> bool {
        let is_recent = |at: Instant| now.saturating_duration_since(at) < limits::HEIR_AGAIN;
        let was_asked = self.asked.is_some_and(|(in_term, at)| in_term == term && is_recent(at));
        if !was_asked {
            self.asked = Some((term, now));
        }
        was_asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whom_the_leader_named_takes_over_and_only_in_the_next_term() {
        let own = Some(Vote::new_committed(5, 1));
        let ask = |term, node| VoteRequest::new(Vote::new(term, node), None);
        let mut heirs = Heirs::default();
        assert!(!heirs.may_take_over(&ask(6, 2), own), "nobody is named");
        heirs.name(&Vote::new_committed(5, 3), 3, own);
        heirs.name(&Vote::new_committed(9, 3), 3, own);
        assert!(!heirs.may_take_over(&ask(6, 3), own), "named by another than the leader");
        heirs.name(&Vote::new_committed(5, 1), 2, own);
        assert!(heirs.may_take_over(&ask(6, 2), own));
        assert!(!heirs.may_take_over(&ask(6, 3), own) && !heirs.may_take_over(&ask(7, 2), own));
        let later = Some(Vote::new_committed(6, 2));
        assert!(!heirs.may_take_over(&ask(7, 2), later), "that lead is over");
    }

    #[test]
    fn an_heir_is_asked_once_in_a_while() {
        let (mut heirs, now) = (Heirs::default(), Instant::now());
        assert!(!heirs.was_asked(5, now) && heirs.was_asked(5, now));
        assert!(!heirs.was_asked(6, now), "another lead");
        assert!(!heirs.was_asked(6, now + limits::HEIR_AGAIN), "it was in vain");
    }
}
