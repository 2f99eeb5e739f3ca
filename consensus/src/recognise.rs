// SPDX-License-Identifier: Apache-2.0
//! Validators remember what others once held. One whose log goes back (a wiped disk, an old backup)
//! has forgotten its votes too: it is refused at the greeting until its operator lets it rejoin, and
//! then neither votes nor acknowledges before it knows and holds what it once promised to keep.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use store::Lost;

use crate::core::Core;
use crate::greeting::Greeting;
use crate::net::{NodeNo, Refusal};

/// The peer's log goes back behind what it once held.
pub(crate) const LOG_WENT_BACK: u8 = 6;

/// What a node remembers of others, and what they say of itself.
pub(crate) struct Memory {
    /// This node comes back with less than it once held: it says so itself, or its operator does.
    rejoins: bool,
    /// The index after the last entry that it knows to have acknowledged.
    acknowledged: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The highest kept end that each validator named.
    kept: BTreeMap<NodeNo, u64>,
    /// Start and number of the newest greeting of each.
    newest: BTreeMap<NodeNo, (u64, u64)>,
    /// True while the database does not have them.
    changed: bool,
    /// Whom this node refuses since their logs went back.
    refuses: BTreeSet<NodeNo>,
    /// Who refuses this node since its log went back.
    refused_by: BTreeSet<NodeNo>,
    /// What each validator said while this node rejoins: how far its log or its memory of ours
    /// reaches, and its term.
    told: BTreeMap<NodeNo, (u64, u64)>,
    /// True once a rejoining node holds what it must.
    is_back: bool,
}

/// What comes of comparing a peer's word with what is remembered of it.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Known,
    WentBack { kept: u64, is_news: bool },
}

impl Memory {
    /// `lost` is what this node's own watermark says of a loss.
    pub(crate) fn new(kept: BTreeMap<NodeNo, u64>, rejoins: bool, lost: Option<Lost>) -> Self {
        let acknowledged = lost.map_or(0, |lost| lost.acknowledged);
        let state = Mutex::new(State { kept, ..State::default() });
        Self { rejoins: rejoins || lost.is_some(), acknowledged, state }
    }

    /// True while this node does not hold what it once did, and says so.
    pub(crate) fn is_away(&self) -> bool {
        self.rejoins && !self.state.lock().is_back
    }

    /// The highest kept end that a peer ever named.
    pub(crate) fn kept(&self, peer: NodeNo) -> u64 {
        self.state.lock().kept.get(&peer).copied().unwrap_or(0)
    }

    /// What is to be written down, if anything changed since the last time.
    pub(crate) fn take_changed(&self) -> Option<BTreeMap<NodeNo, u64>> {
        let mut state = self.state.lock();
        std::mem::take(&mut state.changed).then(|| state.kept.clone())
    }

    /// Compares a validator's word with what is remembered of it.
    fn compare(&self, peer: NodeNo, greeting: &Greeting) -> Verdict {
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let newest = state.newest.entry(peer).or_default();
        if newest.0 == greeting.start && newest.1 > greeting.number {
            // It was overtaken: what it says is old, and no sign of a log that went back.
            return Verdict::Known;
        }
        *newest = (greeting.start, greeting.number);
        let kept = state.kept.entry(peer).or_insert(0);
        let went_back = greeting.log_end < *kept;
        if greeting.kept_end > *kept {
            *kept = greeting.kept_end;
            state.changed = true;
        }
        if !went_back || greeting.rejoins {
            state.refuses.remove(&peer);
            return Verdict::Known;
        }
        Verdict::WentBack { kept: *kept, is_news: state.refuses.insert(peer) }
    }

    /// Keeps what a validator says while this node rejoins.
    fn listen(&self, peer: NodeNo, greeting: &Greeting) {
        let mut state = self.state.lock();
        if self.rejoins && !state.is_back {
            let told = state.told.entry(peer).or_insert((0, 0));
            // Of those who hold what this node once acknowledged, one is among enough others.
            let end = greeting.remembered.max(greeting.log_end);
            *told = (told.0.max(end), told.1.max(greeting.term));
        }
    }

    /// The lowest term whose leader a rejoining node may follow, once it was told by so many that
    /// one of them was part of every majority that this node was part of.
    fn safe_term(&self, needed: usize) -> Option<u64> {
        let state = self.state.lock();
        if !self.rejoins || state.is_back {
            return Some(0);
        }
        (state.told.len() >= needed).then(|| state.told.values().map(|t| t.1).max().unwrap_or(0))
    }

    /// True if an away node may give its vote: the candidate holds whatever this node may once have
    /// acknowledged, in a term in which it cannot have voted. Else those who are left might elect
    /// nobody, and this node could fetch from nobody.
    fn may_elect(&self, (end, term): (u64, u64), needed: usize) -> bool {
        let state = self.state.lock();
        let told = || state.told.values();
        state.told.len() >= needed
            && end >= told().map(|told| told.0).max().unwrap_or(0).max(self.acknowledged)
            && term > told().map(|told| told.1).max().unwrap_or(0)
    }

    /// Looks whether a rejoining node now holds what it must; true at the moment it does.
    fn came_back(&self, log_end: u64, needed: usize) -> bool {
        let mut state = self.state.lock();
        if !self.rejoins || state.is_back || state.told.len() < needed {
            return false;
        }
        let told = state.told.values().map(|told| told.0).max().unwrap_or(0);
        // Who is alone has nobody to fetch from, and nobody to contradict.
        state.is_back = needed == 0 || log_end >= told.max(self.acknowledged);
        state.is_back
    }

    /// How many refuse this node, if this one is new among them.
    fn refused(&self, by: NodeNo) -> Option<usize> {
        let mut state = self.state.lock();
        state.refused_by.insert(by).then(|| state.refused_by.len())
    }

    fn welcomed(&self, by: NodeNo) {
        self.state.lock().refused_by.remove(&by);
    }

    /// True while this node refuses a peer.
    pub(crate) fn refuses(&self, peer: NodeNo) -> bool {
        self.state.lock().refuses.contains(&peer)
    }
}

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
        let kept = match self.memory.compare(peer, greeting) {
            Verdict::Known => {
                self.memory.listen(peer, greeting);
                return Ok(());
            }
            Verdict::WentBack { kept, is_news } => {
                if is_news {
                    self.alarm(&format!("node {peer}'s log once reached {kept}, now {end}"));
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

    /// True if this node may answer a candidate whose log ends there, in that term.
    pub(crate) fn may_vote(&self, log_end: u64, term: u64) -> bool {
        let is_away = self.memory.is_away();
        !is_away || self.memory.may_elect((log_end, term), self.enough_others())
    }

    /// True at the moment when a rejoining node holds again what it once did.
    pub(crate) fn came_back(&self, log_end: u64) -> bool {
        self.memory.came_back(log_end, self.enough_others())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(log_end: u64, kept_end: u64) -> Greeting {
        Greeting { log_end, kept_end, ..Greeting::EMPTY }
    }

    #[test]
    fn a_log_that_goes_back_is_noticed_and_an_unkept_tail_may_go() {
        let memory = Memory::new(BTreeMap::new(), false, None);
        assert_eq!(memory.compare(2, &says(9, 7)), Verdict::Known);
        assert_eq!(memory.take_changed(), Some([(2, 7)].into()));
        assert_eq!(memory.compare(2, &says(7, 7)), Verdict::Known, "two were never kept");
        assert_eq!(memory.take_changed(), None);
        let went_back = |is_news| Verdict::WentBack { kept: 7, is_news };
        assert_eq!(memory.compare(2, &says(6, 6)), went_back(true));
        assert_eq!(memory.compare(2, &says(6, 6)), went_back(false));
        let rejoins = Greeting { rejoins: true, ..says(0, 0) };
        assert_eq!(memory.compare(2, &rejoins), Verdict::Known);
        assert_eq!(memory.kept(2), 7, "it is not forgotten by that");
        let again = Memory::new([(2, 7)].into(), false, None);
        assert_eq!(again.compare(2, &says(1, 0)), went_back(true), "nor by a restart");
    }

    #[test]
    fn a_greeting_that_was_overtaken_is_no_sign_of_a_loss() {
        let memory = Memory::new(BTreeMap::new(), false, None);
        let said = |start, number, end| Greeting { start, number, ..says(end, end) };
        assert_eq!(memory.compare(2, &said(1, 8, 90)), Verdict::Known);
        assert_eq!(memory.compare(2, &said(1, 7, 80)), Verdict::Known);
        assert_eq!(memory.kept(2), 90);
        let again = memory.compare(2, &said(2, 1, 80));
        assert_eq!(again, Verdict::WentBack { kept: 90, is_news: true });
        assert!(memory.refuses(2));
    }

    #[test]
    fn who_is_alone_does_not_wait() {
        let lost = Lost { acknowledged: 60, recovered: 50 };
        let memory = Memory::new(BTreeMap::new(), false, Some(lost));
        assert!(memory.is_away() && memory.came_back(50, 0) && !memory.is_away());
    }

    #[test]
    fn who_rejoins_waits_for_enough_words_and_for_its_entries() {
        let memory = Memory::new(BTreeMap::new(), true, None);
        let told = |remembered, term| Greeting { remembered, term, ..says(41, 41) };
        memory.listen(2, &told(40, 3));
        assert_eq!(memory.safe_term(2), None);
        assert!(!memory.came_back(99, 2), "one word is not enough");
        memory.listen(3, &told(42, 5));
        assert_eq!(memory.safe_term(2), Some(5));
        assert!(!memory.may_elect((42, 5), 2), "it may have voted in that term");
        assert!(!memory.may_elect((41, 6), 2), "the candidate lacks something");
        assert!(memory.may_elect((42, 6), 2) && !memory.may_elect((42, 6), 3));
        assert!(!memory.came_back(41, 2) && memory.is_away());
        assert!(memory.came_back(42, 2) && !memory.is_away());
        assert!(!memory.came_back(42, 2), "only once");
        assert_eq!(memory.safe_term(2), Some(0));
    }

    #[test]
    fn who_lost_something_waits_for_that_too() {
        let lost = Lost { acknowledged: 60, recovered: 50 };
        let memory = Memory::new(BTreeMap::new(), false, Some(lost));
        memory.listen(2, &Greeting { remembered: 40, ..says(50, 50) });
        assert!(memory.is_away());
        assert!(!memory.came_back(59, 1));
        assert!(memory.came_back(60, 1));
    }

    #[test]
    fn who_does_not_rejoin_never_waits() {
        let memory = Memory::new(BTreeMap::new(), false, None);
        assert!(!memory.is_away());
        assert_eq!(memory.safe_term(2), Some(0));
        assert_eq!((memory.refused(2), memory.refused(2)), (Some(1), None));
        assert_eq!(memory.refused(3), Some(2));
        memory.welcomed(2);
        assert_eq!(memory.refused(4), Some(2));
    }
}
