// SPDX-License-Identifier: Apache-2.0
//! How far terms are, by this node's own word and by what validators say of theirs.
//! Never believes one alone: a single liar must not lift anybody's term without end.

use crate::core::{Core, Lead, Seen};
use crate::net::NodeNo;
use crate::raft::guard::OwnLog;
use crate::raft::log::Log;

/// The own log, and what terms are known besides.
pub(crate) struct Known<'a> {
    pub(crate) core: &'a Core,
    pub(crate) log: &'a Log,
}

impl OwnLog for Known<'_> {
    fn term_at(&self, index: u64) -> Option<u64> {
        self.log.term_at(index)
    }

    fn committed_end(&self) -> u64 {
        self.log.committed_end()
    }

    fn term(&self) -> u64 {
        self.core.known_term(self.log)
    }
}

impl Core {
    /// The highest term that is proven: of what is committed, or reached by enough validators.
    pub(crate) fn known_term(&self, log: &Log) -> u64 {
        let committed = log.committed_end().checked_sub(1).and_then(|index| log.term_at(index));
        let own = log.vote().map_or(0, |vote| vote.leader_id.term);
        let named = self.validators_seen().map(|(_, seen)| seen.term).collect();
        committed.unwrap_or(0).max(proven(own, named, self.validators().count()))
    }

    /// Who leads by the word of validators, for a node without a vote.
    pub(crate) fn named_lead(&self) -> Option<Lead> {
        let named = self.validators_seen();
        second_newest(
            named.map(|(_, seen)| Lead { leader: seen.leader, term: seen.term }).collect(),
        )
    }

    fn validators_seen(&self) -> impl Iterator<Item = (NodeNo, Seen)> {
        let seen = self.seen.lock().clone();
        seen.into_iter().filter(|(number, _)| self.votes(*number))
    }
}

/// A term that half of the other validators have reached, since a node that was away for long, or
/// begins anew, must not take them for liars; or a majority with this node in it. The own vote alone
/// proves nothing: a liar may have lifted it, and would lift it again from there.
fn proven(own: u64, named: Vec<u64>, voters: usize) -> u64 {
    let mut all = named.clone();
    all.push(own);
    // Who was not heard has reached nothing.
    all.resize(voters.max(all.len()), 0);
    all.sort_unstable();
    all[(all.len() - 1) / 2].max(reached_by_half(named))
}

/// A term that at least half have reached, but never one that only one has.
fn reached_by_half(mut terms: Vec<u64>) -> u64 {
    if terms.len() < 2 {
        return 0;
    }
    terms.sort_unstable();
    terms[(terms.len() - 1) / 2]
}

/// The newest lead but for one that a single validator may have made up.
fn second_newest(mut leads: Vec<Lead>) -> Option<Lead> {
    leads.retain(|lead| lead.leader.is_some());
    leads.sort_by_key(|lead| std::cmp::Reverse(lead.term));
    leads.get(usize::from(leads.len() > 2)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;
    use crate::raft::guard;

    #[test]
    fn one_liar_lifts_no_term() {
        assert_eq!(reached_by_half(vec![]), 0);
        assert_eq!(reached_by_half(vec![u64::MAX]), 0);
        assert_eq!(reached_by_half(vec![u64::MAX, 7]), 7);
        assert_eq!(reached_by_half(vec![9, u64::MAX, 7]), 9);
        assert_eq!(reached_by_half(vec![9, 0, 9]), 9, "nor does one keep it low");
    }

    #[test]
    fn a_liar_lifts_a_node_once_but_not_again_from_there() {
        let known = |own, named: &[u64]| proven(own, named.to_vec(), 4).max(5);
        let far = 5 + limits::TERMS_AHEAD;
        assert_eq!(guard::check_term(far, known(5, &[5, 5, 5])), Ok(()));
        let again = far + limits::TERMS_AHEAD;
        for named in [&[5, 5, far][..], &[5, 5, u64::MAX], &[again], &[]] {
            let refused = guard::check_term(far + 1, known(far, named));
            assert_eq!(refused, Err(guard::Wrong::TermFarAhead), "{named:?}");
        }
    }

    #[test]
    fn those_who_were_lifted_together_go_on_from_there() {
        assert_eq!(proven(9, vec![9, 0], 3), 9, "a liar says otherwise");
        assert_eq!(proven(5, vec![9, 9, 0], 4), 9, "nor does one who was not lifted block them");
        assert_eq!(proven(9, vec![9, 9, 0], 4), 9);
        assert_eq!(proven(9, vec![9], 2), 9);
        assert_eq!(proven(9, vec![], 1), 9, "who is alone");
    }

    #[test]
    fn one_liar_names_no_leader() {
        let lead = |leader, term| Lead { leader: Some(leader), term };
        assert_eq!(second_newest(vec![]), None);
        assert_eq!(second_newest(vec![lead(2, 7)]), Some(lead(2, 7)));
        let named = vec![lead(2, 7), lead(9, u64::MAX), Lead::default(), lead(2, 7)];
        assert_eq!(second_newest(named), Some(lead(2, 7)));
    }
}
