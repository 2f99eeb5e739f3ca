// SPDX-License-Identifier: Apache-2.0
//! Validators remember what others once held. One whose log goes back (a wiped disk, an old backup)
//! has forgotten its votes too: it is refused at the greeting until its operator lets it rejoin, and
//! then neither votes nor acknowledges before it knows and holds what it once promised to keep.

use crate::alarms::Alarm;
use crate::core::Core;
use crate::greeting::Greeting;
use crate::memory::Verdict;
use crate::net::{NodeNo, Refusal};
use crate::raft::{LogId, Vote, VoteResponse, term_of};

/// The peer's log goes back behind what it once held.
pub(crate) const LOG_WENT_BACK: u8 = 6;

impl Core {
    /// So many others that every majority with this node in it has one of them.
    fn enough_others(&self) -> usize {
        let voters = self.validators().count();
        let quorum = voters / 2 + 1;
        (voters - quorum + 1).min(voters.saturating_sub(1))
    }

    fn both_vote(&self, peer: NodeNo) -> bool {
        self.votes(peer) && self.is_validator()
    }

    /// Refuses a validator whose log goes back, unless its operator lets it rejoin.
    pub(crate) fn recognise(&self, peer: NodeNo, greeting: &Greeting) -> Result<(), Refusal> {
        if !self.both_vote(peer) {
            return Ok(());
        }
        let end = greeting.log_end;
        let committed = self.log.get();
        let term_at = |index| {
            committed.filter(|log| index < log.committed_end()).and_then(|log| log.term_at(index))
        };
        let kept = match self.memory.compare(peer, greeting, term_at) {
            Verdict::Overtaken => return Ok(()),
            Verdict::Known => {
                self.memory.listen(peer, greeting);
                return Ok(());
            }
            Verdict::WentBack { kept, is_news } => {
                if is_news {
                    let what = format!("its log once reached {kept}, now {end}");
                    self.alarm(Alarm::WentBack, peer, &what);
                }
                kept
            }
        };
        let detail = format!("your log once reached {kept} and now ends at {end}");
        Err(Refusal::new(LOG_WENT_BACK, detail))
    }

    /// A validator accepted our greeting, or is not there to refuse it.
    pub(crate) fn was_welcomed(&self, by: NodeNo) {
        self.memory.welcomed(by);
    }

    /// A validator refuses us since our log went back; so many of them are right.
    pub(crate) fn was_refused(&self, by: NodeNo, detail: &str) {
        if !self.both_vote(by) {
            return;
        }
        let Some(count) = self.memory.refused(by) else { return };
        tracing::error!(peer = by, detail, "refused at the greeting");
        if count >= self.enough_others() {
            self.stop_for(format!(
                "other validators remember more of this node's log than it holds: {detail}. If its \
                 data folder was lost or replaced, start it once with `dianyun node run --rejoin`: \
                 it fetches the log from its peers, and votes only when it holds again what it once \
                 acknowledged"
            ));
        }
    }

    /// True if entries of a leader of this term may be acknowledged.
    pub(crate) fn may_follow(&self, term: u64) -> bool {
        self.memory.safe_term(self.enough_others()).is_some_and(|lowest| term >= lowest)
    }

    /// What a candidate is told in whose term this node must not vote, since it may have done so and
    /// forgotten it; `by` names the term behind which the candidate has to ask again.
    pub(crate) fn no_vote(&self, asked: &Vote, by: NodeNo) -> Option<VoteResponse> {
        let needed = self.enough_others();
        let voters = self.validators().count();
        let after = self.memory.votes_after(voters, needed, |number| self.is_there(number));
        if after.is_some_and(|after| asked.leader_id.term > after) {
            return None;
        }
        let term = after.or_else(|| self.memory.safe_term(needed)).unwrap_or(0);
        Some(VoteResponse::new(Vote::new(term, by), None, false))
    }

    fn is_there(&self, number: NodeNo) -> bool {
        self.registry.peer(number).is_some_and(|peer| peer.ready())
    }

    /// True if the peer's vote must not count, since it is not the only one here that forgot its votes.
    pub(crate) fn is_one_of_many_away(&self, peer: NodeNo) -> bool {
        self.memory.is_one_of_many_away(peer, |number| self.is_there(number))
    }

    /// True at the moment when a rejoining node holds again what it once did.
    pub(crate) fn came_back(&self, last: Option<LogId>) -> bool {
        let last = last.map(|last| (term_of(&last), last.index + 1));
        self.memory.came_back(last, self.enough_others())
    }
}
