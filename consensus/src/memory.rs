// SPDX-License-Identifier: Apache-2.0
//! What a validator remembers of others' logs, and what it is told while it comes back with less than
//! it once held. Pure but for its lock.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use store::Lost;

use crate::greeting::Greeting;
use crate::net::NodeNo;

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
    /// Who said last of itself that it comes back with less than it once held.
    away: BTreeSet<NodeNo>,
    /// What each validator said last while this node rejoins.
    told: BTreeMap<NodeNo, Told>,
    /// True once a rejoining node took entries from a leader.
    has_fetched: bool,
    /// True once a rejoining node holds what it must.
    is_back: bool,
    /// A node that came back may have voted in terms up to this one, and forgotten it.
    forgotten_term: u64,
}

/// What a validator says to a node that rejoins.
#[derive(Clone, Copy)]
struct Told {
    /// The term of its last entry, and how far its log or its memory of ours reaches: of two logs
    /// the one with the newer term holds more.
    last: (u64, u64),
    term: u64,
    /// It was said after this node took entries from a leader.
    has_fetched: bool,
}

/// The lowest value that so many of those have not passed: any of them that are enough will do, and
/// no liar among the others can raise it.
fn passed_by(mut values: Vec<(u64, u64)>, needed: usize) -> Option<(u64, u64)> {
    values.sort_unstable();
    match needed.checked_sub(1) {
        Some(place) => values.get(place).copied(),
        None => Some((0, 0)),
    }
}

impl State {
    /// The term up to which this node may have voted.
    fn told_term(&self, needed: usize) -> Option<u64> {
        passed_by(self.told.values().map(|told| (told.term, 0)).collect(), needed).map(|(t, _)| t)
    }

    /// The term up to which a node that is back may have voted: it only sinks.
    fn floor(&mut self, needed: usize) -> u64 {
        let told = self.told_term(needed);
        self.forgotten_term = told.map_or(self.forgotten_term, |t| t.min(self.forgotten_term));
        self.forgotten_term
    }

    /// Where the log must reach so that it holds whatever this node once acknowledged. As long as a
    /// leader has not sent it anything, it may still count what this node has forgotten.
    fn told_last(&self, needed: usize) -> Option<(u64, u64)> {
        let told = self.told.values().filter(|told| told.has_fetched == self.has_fetched);
        passed_by(told.map(|told| told.last).collect(), needed)
    }
}

/// What comes of comparing a peer's word with what is remembered of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Known,
    /// It says nothing new.
    Overtaken,
    WentBack {
        kept: u64,
        is_news: bool,
    },
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

    /// Compares a validator's word with what is remembered of it. `term_at` is the term of a committed
    /// entry, where this node has it.
    pub(crate) fn compare(
        &self,
        peer: NodeNo,
        greeting: &Greeting,
        term_at: impl Fn(u64) -> Option<u64>,
    ) -> Verdict {
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let kept = state.kept.entry(peer).or_insert(0);
        let newest = state.newest.entry(peer).or_default();
        if newest.0 == greeting.start && newest.1 > greeting.number {
            // What it says is old: no sign of a log that went back, nor of one that is whole.
            return match state.refuses.contains(&peer) {
                true => Verdict::WentBack { kept: *kept, is_news: false },
                false => Verdict::Overtaken,
            };
        }
        *newest = (greeting.start, greeting.number);
        match greeting.rejoins {
            true => state.away.insert(peer),
            false => state.away.remove(&peer),
        };
        // A log that ends in an older term than what was kept has lost that, however long it is.
        let kept_term = kept.checked_sub(1).and_then(term_at);
        let went_back = greeting.log_end < *kept || Some(greeting.last_term) < kept_term;
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

    /// Keeps what a validator says while this node rejoins, and its first word after that.
    pub(crate) fn listen(&self, peer: NodeNo, greeting: &Greeting) {
        let mut guard = self.state.lock();
        let state = &mut *guard;
        // A liar among the first that were enough may have named any term. What others say later
        // corrects it, once each; but for those who may have forgotten theirs.
        let is_late = state.is_back && !greeting.rejoins && !state.told.contains_key(&peer);
        if self.rejoins && (!state.is_back || is_late) {
            // Of those who hold what this node once acknowledged, one is among enough others.
            let last = (greeting.last_term, greeting.remembered.max(greeting.log_end));
            // The first entry is that of genesis, which each node writes for itself.
            let last = if last == (0, 1) { (0, 0) } else { last };
            let told = Told { last, term: greeting.term, has_fetched: state.has_fetched };
            state.told.insert(peer, told);
        }
    }

    /// A leader's entries were taken: from now on it counts nothing that this node has forgotten.
    pub(crate) fn fetched(&self) {
        if self.is_away() {
            self.state.lock().has_fetched = true;
        }
    }

    /// True for a validator that has forgotten its votes, if it is not the only one of those. Two
    /// majorities share two nodes, of which one must remember.
    pub(crate) fn is_one_of_many_away(
        &self,
        peer: NodeNo,
        is_there: impl Fn(NodeNo) -> bool,
    ) -> bool {
        let state = self.state.lock();
        state.away.contains(&peer)
            && state.away.iter().any(|other| *other != peer && is_there(*other))
    }

    /// The lowest term whose leader a rejoining node may follow, once it was told by so many that
    /// one of them was part of every majority that this node was part of.
    pub(crate) fn safe_term(&self, needed: usize) -> Option<u64> {
        let mut state = self.state.lock();
        if !self.rejoins || state.is_back {
            return Some(state.floor(needed));
        }
        state.told_term(needed)
    }

    /// The term up to which this node must not vote, none if it must not at all.
    ///
    /// An away node may give its vote in a term in which it cannot have voted, if the number of
    /// voters is even: then two majorities share two nodes, and the other one remembers, so that it
    /// votes for nobody who lacks what is committed. Else those who are left might elect nobody, and
    /// this node could fetch from nobody. With an odd number they can. Another that is away counts
    /// only while it is there, as it does for a candidate: one that is gone votes for nobody.
    pub(crate) fn votes_after(
        &self,
        voters: usize,
        needed: usize,
        is_there: impl Fn(NodeNo) -> bool,
    ) -> Option<u64> {
        let mut state = self.state.lock();
        if !self.rejoins || state.is_back {
            return Some(state.floor(needed));
        }
        let is_the_only_one = !state.away.iter().any(|other| is_there(*other));
        let may_be_the_only_one = voters.is_multiple_of(2) && is_the_only_one;
        state.told_term(needed).filter(|_| may_be_the_only_one)
    }

    /// Looks whether a rejoining node now holds what it must; true at the moment it does.
    pub(crate) fn came_back(&self, last: Option<(u64, u64)>, needed: usize) -> bool {
        let mut state = self.state.lock();
        if !self.rejoins || state.is_back {
            return false;
        }
        let Some((told, term)) = state.told_last(needed).zip(state.told_term(needed)) else {
            return false;
        };
        let (last_term, end) = last.unwrap_or_default();
        // Who is alone has nobody to fetch from, and nobody to contradict.
        state.is_back = needed == 0 || ((last_term, end) >= told && end >= self.acknowledged);
        if state.is_back {
            state.forgotten_term = term;
        }
        state.is_back
    }

    /// How many refuse this node, if this one is new among them.
    pub(crate) fn refused(&self, by: NodeNo) -> Option<usize> {
        let mut state = self.state.lock();
        state.refused_by.insert(by).then(|| state.refused_by.len())
    }

    pub(crate) fn welcomed(&self, by: NodeNo) {
        self.state.lock().refused_by.remove(&by);
    }

    /// True while this node refuses a peer.
    pub(crate) fn refuses(&self, peer: NodeNo) -> bool {
        self.state.lock().refuses.contains(&peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(log_end: u64, kept_end: u64) -> Greeting {
        Greeting { log_end, kept_end, ..Greeting::EMPTY }
    }

    /// A greeting compared where nothing of the log is committed.
    fn compare(memory: &Memory, peer: NodeNo, greeting: &Greeting) -> Verdict {
        memory.compare(peer, greeting, |_| None)
    }

    #[test]
    fn a_log_that_goes_back_is_noticed_and_an_unkept_tail_may_go() {
        let memory = Memory::new(BTreeMap::new(), false, None);
        assert_eq!(compare(&memory, 2, &says(9, 7)), Verdict::Known);
        assert_eq!(memory.take_changed(), Some([(2, 7)].into()));
        assert_eq!(compare(&memory, 2, &says(7, 7)), Verdict::Known, "two were never kept");
        assert_eq!(memory.take_changed(), None);
        let went_back = |is_news| Verdict::WentBack { kept: 7, is_news };
        assert_eq!(compare(&memory, 2, &says(6, 6)), went_back(true));
        assert_eq!(compare(&memory, 2, &says(6, 6)), went_back(false));
        let rejoins = Greeting { rejoins: true, ..says(0, 0) };
        assert_eq!(compare(&memory, 2, &rejoins), Verdict::Known);
        assert_eq!(memory.kept(2), 7, "it is not forgotten by that");
        let again = Memory::new([(2, 7)].into(), false, None);
        assert_eq!(compare(&again, 2, &says(1, 0)), went_back(true), "nor by a restart");
    }

    #[test]
    fn a_long_tail_of_an_old_term_does_not_hide_a_log_that_went_back() {
        let memory = Memory::new([(2, 93)].into(), false, None);
        let term_at = |index| (index == 92).then_some(5);
        let old = Greeting { last_term: 4, ..says(98, 90) };
        let went_back = Verdict::WentBack { kept: 93, is_news: true };
        assert_eq!(memory.compare(2, &old, term_at), went_back);
        let whole = Greeting { last_term: 5, ..says(93, 90) };
        assert_eq!(memory.compare(2, &whole, term_at), Verdict::Known);
    }

    #[test]
    fn a_greeting_that_was_overtaken_is_no_sign_of_a_loss_nor_of_its_end() {
        let memory = Memory::new(BTreeMap::new(), false, None);
        let said = |start, number, end| Greeting { start, number, ..says(end, end) };
        assert_eq!(compare(&memory, 2, &said(1, 8, 90)), Verdict::Known);
        assert_eq!(compare(&memory, 2, &said(1, 7, 80)), Verdict::Overtaken);
        assert_eq!(memory.kept(2), 90);
        let went_back = |is_news| Verdict::WentBack { kept: 90, is_news };
        assert_eq!(compare(&memory, 2, &said(2, 5, 80)), went_back(true));
        assert_eq!(compare(&memory, 2, &said(2, 4, 95)), went_back(false), "it stays refused");
        assert!(memory.refuses(2));
    }

    #[test]
    fn who_is_alone_does_not_wait() {
        let lost = Lost { acknowledged: 60, recovered: 50 };
        let memory = Memory::new(BTreeMap::new(), false, Some(lost));
        assert!(memory.is_away() && memory.came_back(Some((1, 50)), 0) && !memory.is_away());
    }

    /// What a validator says of its last entry, its memory of ours, and its term.
    fn told(last_term: u64, log_end: u64, remembered: u64, term: u64) -> Greeting {
        Greeting { last_term, remembered, term, ..says(log_end, 0) }
    }

    #[test]
    fn who_rejoins_waits_for_enough_words_and_for_its_entries() {
        let memory = Memory::new(BTreeMap::new(), true, None);
        memory.listen(2, &told(3, 41, 40, 3));
        assert_eq!(memory.safe_term(2), None);
        assert!(!memory.came_back(Some((9, 99)), 2), "one word is not enough");
        memory.listen(3, &told(3, 41, 42, 5));
        assert_eq!(memory.safe_term(2), Some(5));
        assert!(!memory.came_back(Some((3, 41)), 2) && memory.is_away());
        assert!(!memory.came_back(Some((2, 50)), 2), "a tail of an older term is not what it held");
        assert!(memory.came_back(Some((3, 42)), 2) && !memory.is_away());
        assert!(!memory.came_back(Some((3, 42)), 2), "only once");
        assert_eq!(memory.safe_term(2), Some(5), "it may have promised not to follow another");
        assert_eq!(memory.votes_after(3, 2, |_| true), Some(5), "nor to vote for one");
    }

    #[test]
    fn once_a_leader_sent_entries_the_words_before_that_are_not_enough() {
        let memory = Memory::new(BTreeMap::new(), true, None);
        memory.listen(2, &told(3, 41, 0, 3));
        memory.listen(3, &told(3, 41, 0, 3));
        memory.fetched();
        assert!(!memory.came_back(Some((3, 42)), 2), "a leader may have counted what it forgot");
        assert_eq!(memory.safe_term(2), Some(3), "but may be followed");
        memory.listen(2, &told(3, 43, 0, 3));
        memory.listen(3, &told(3, 41, 0, 3));
        assert!(!memory.came_back(Some((3, 42)), 2));
        assert!(memory.came_back(Some((3, 43)), 2));
    }

    #[test]
    fn an_away_vote_counts_only_where_another_remembers() {
        let memory = Memory::new(BTreeMap::new(), true, None);
        memory.listen(2, &told(5, 93, 93, 5));
        assert_eq!(memory.votes_after(4, 2, |_| true), None, "one word is not enough");
        memory.listen(3, &told(4, 98, 0, 4));
        assert_eq!(memory.votes_after(4, 2, |_| true), Some(5), "it may have voted in that term");
        // Of three, two majorities share one: nobody would know that the third lacks something.
        assert_eq!(memory.votes_after(3, 2, |_| true), None);
        let away = Greeting { rejoins: true, ..told(0, 0, 0, 0) };
        assert_eq!(compare(&memory, 3, &away), Verdict::Known);
        assert_eq!(memory.votes_after(4, 2, |_| true), None, "the other may have forgotten too");
        assert_eq!(memory.votes_after(4, 2, |other| other != 3), Some(5), "the other is gone");
        assert_eq!(compare(&memory, 3, &told(5, 93, 0, 5)), Verdict::Known);
        assert_eq!(memory.votes_after(4, 2, |_| true), Some(5));
    }

    #[test]
    fn a_candidate_counts_one_vote_of_those_who_forgot() {
        let memory = Memory::new(BTreeMap::new(), false, None);
        let away = Greeting { rejoins: true, ..Greeting::EMPTY };
        assert!(!memory.is_one_of_many_away(2, |_| true));
        assert_eq!(compare(&memory, 2, &away), Verdict::Known);
        assert!(!memory.is_one_of_many_away(2, |_| true), "the only one");
        assert_eq!(compare(&memory, 3, &away), Verdict::Known);
        assert!(memory.is_one_of_many_away(2, |_| true) && memory.is_one_of_many_away(3, |_| true));
        assert!(!memory.is_one_of_many_away(2, |other| other != 3), "the other is gone");
        assert!(!memory.is_one_of_many_away(4, |_| true));
        assert_eq!(compare(&memory, 3, &Greeting::EMPTY), Verdict::Known);
        assert!(!memory.is_one_of_many_away(2, |_| true), "the other is back");
    }

    #[test]
    fn neither_a_liar_nor_a_leader_that_died_keeps_a_node_away() {
        let memory = Memory::new(BTreeMap::new(), true, None);
        memory.listen(2, &told(u64::MAX, u64::MAX, u64::MAX, u64::MAX));
        memory.listen(3, &told(3, 41, 41, 3));
        memory.listen(4, &told(3, 44, 41, 4));
        assert_eq!((memory.safe_term(2), memory.votes_after(4, 2, |_| true)), (Some(4), Some(4)));
        memory.listen(4, &told(3, 43, 41, 4));
        assert!(memory.came_back(Some((3, 43)), 2), "its last word counts");
    }

    #[test]
    fn a_liar_does_not_fix_the_floor_of_a_node_that_came_back() {
        let memory = Memory::new(BTreeMap::new(), true, None);
        memory.listen(2, &told(3, 41, 41, u64::MAX));
        memory.listen(3, &told(3, 41, 41, 3));
        assert!(memory.came_back(Some((3, 41)), 2));
        assert_eq!(memory.safe_term(2), Some(u64::MAX));
        memory.listen(4, &Greeting { rejoins: true, ..told(0, 0, 0, 0) });
        assert_eq!(memory.safe_term(2), Some(u64::MAX), "it may have forgotten its term");
        memory.listen(4, &told(3, 44, 41, 4));
        let floor = (memory.safe_term(2), memory.votes_after(4, 2, |_| true));
        assert_eq!(floor, (Some(4), Some(4)));
        for peer in [2, 3, 4] {
            memory.listen(peer, &told(3, 44, 41, 0));
        }
        assert_eq!(memory.safe_term(2), Some(4), "each is heard once");
    }

    #[test]
    fn who_begins_anew_waits_for_nobody_who_began_before() {
        let memory = Memory::new(BTreeMap::new(), true, None);
        memory.listen(2, &told(0, 1, 0, 0));
        memory.listen(3, &told(0, 0, 0, 0));
        assert!(memory.came_back(None, 2), "nobody has more than genesis");
    }

    #[test]
    fn who_lost_something_waits_for_that_too() {
        let lost = Lost { acknowledged: 60, recovered: 50 };
        let memory = Memory::new(BTreeMap::new(), false, Some(lost));
        memory.listen(2, &told(3, 50, 40, 3));
        assert!(memory.is_away());
        assert!(!memory.came_back(Some((3, 59)), 1));
        assert!(memory.came_back(Some((3, 60)), 1));
    }

    #[test]
    fn who_does_not_rejoin_never_waits() {
        let memory = Memory::new(BTreeMap::new(), false, None);
        assert!(!memory.is_away());
        assert_eq!((memory.safe_term(2), memory.votes_after(3, 2, |_| true)), (Some(0), Some(0)));
        assert_eq!((memory.refused(2), memory.refused(2)), (Some(1), None));
        assert_eq!(memory.refused(3), Some(2));
        memory.welcomed(2);
        assert_eq!(memory.refused(4), Some(2));
    }
}
