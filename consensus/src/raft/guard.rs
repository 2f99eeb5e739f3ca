// SPDX-License-Identifier: Apache-2.0
//! What openraft only asserts in debug builds, checked before it and behind it. Pure.
//! Never answers with a conflict: what is wrong is refused, and stays in the sender's log.

use super::{
    AppendRequest, AppendResponse, EntryPayload, LogId, Membership, TransferRequest, Vote,
    VoteRequest, VoteResponse, term_of,
};
use crate::limits;
use crate::net::NodeNo;
use std::cmp::Ordering;

/// Why a message of a peer is not given to openraft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("a vote or an append must be made in the sender's own name")]
    NotTheSender,
    #[error("the sender is not a validator")]
    NotAValidator,
    #[error("entries must follow the previous one without a gap")]
    Gap,
    #[error("terms must not fall, nor pass the leader's")]
    FallingTerm,
    #[error("it would remove entries that are committed here")]
    TruncatesCommitted,
    #[error("a membership other than genesis'")]
    Membership,
    #[error("more was acknowledged than sent")]
    MoreThanSent,
    #[error("a conflict answered to a request without a previous entry")]
    ConflictWithoutPrevious,
    #[error("its term is further ahead than elections can bring it")]
    TermFarAhead,
    #[error("what it names as committed is not of the leader's log")]
    CommitNotOfTheLog,
    #[error("only its leader gives a lead away")]
    NotTheLeader,
    #[error("the asker was told of a lead of its own")]
    OwnLead,
}

/// What the guard needs to know of the node's own log.
pub(crate) trait OwnLog {
    /// The term at an index, if the log has it.
    fn term_at(&self, index: u64) -> Option<u64>;
    /// One more than the highest committed index known here.
    fn committed_end(&self) -> u64;
    /// The highest term that this node knows to be one, whatever it voted in.
    fn term(&self) -> u64;
}

/// openraft writes down any term it is told and adds one: from a term at the end of the numbers
/// nobody could ever be elected again.
pub(crate) fn check_term(term: u64, known: u64) -> Result<(), Wrong> {
    let highest = known.saturating_add(limits::TERMS_AHEAD);
    if term > highest { Err(Wrong::TermFarAhead) } else { Ok(()) }
}

/// Checks an append request of `from` against genesis and the own log.
pub(crate) fn check_append(
    request: &AppendRequest,
    from: NodeNo,
    genesis: &Membership,
    own: &impl OwnLog,
) -> Result<(), Wrong> {
    if !request.vote.committed || request.vote.leader_id.voted_for != from {
        return Err(Wrong::NotTheSender);
    }
    if genesis.get_node(&from).is_none() {
        return Err(Wrong::NotAValidator);
    }
    check_term(request.vote.leader_id.term, own.term())?;
    check_order(request)?;
    let memberships_fit = request.entries.iter().all(|entry| match &entry.payload {
        EntryPayload::Membership(members) => members == genesis,
        EntryPayload::Blank | EntryPayload::Normal(_) => true,
    });
    if !memberships_fit {
        return Err(Wrong::Membership);
    }
    let entries = request.entries.iter().map(|entry| &entry.log_id);
    let keeps = request.prev_log_id.iter().chain(entries).all(|id| keeps_committed(id, own));
    if keeps { Ok(()) } else { Err(Wrong::TruncatesCommitted) }
}

fn check_order(request: &AppendRequest) -> Result<(), Wrong> {
    let mut last_term = request.prev_log_id.as_ref().map_or(0, term_of);
    let first = request.prev_log_id.map_or(0, |id| id.index.saturating_add(1));
    for (index, entry) in (first..).zip(&request.entries) {
        if entry.log_id.index != index {
            return Err(Wrong::Gap);
        }
        if term_of(&entry.log_id) < last_term {
            return Err(Wrong::FallingTerm);
        }
        last_term = term_of(&entry.log_id);
    }
    if last_term > request.vote.leader_id.term {
        return Err(Wrong::FallingTerm);
    }
    check_commit(request)
}

/// openraft compares what is committed with its log by terms first: an index far ahead under an old
/// term would have it apply what it does not have.
fn check_commit(request: &AppendRequest) -> Result<(), Wrong> {
    let Some(commit) = &request.leader_commit else { return Ok(()) };
    let last = request.entries.last().map(|entry| entry.log_id).or(request.prev_log_id);
    // Both are of one log, in which terms never fall.
    let fits = last.is_none_or(|last| match commit.index.cmp(&last.index) {
        Ordering::Less => term_of(commit) <= term_of(&last),
        Ordering::Equal => term_of(commit) == term_of(&last),
        Ordering::Greater => term_of(commit) >= term_of(&last),
    });
    let is_of_the_log = fits && term_of(commit) <= request.vote.leader_id.term;
    if is_of_the_log { Ok(()) } else { Err(Wrong::CommitNotOfTheLog) }
}

fn keeps_committed(id: &LogId, own: &impl OwnLog) -> bool {
    id.index >= own.committed_end() || own.term_at(id.index) == Some(term_of(id))
}

/// Checks a request for a vote (or a pre-vote) of `from`.
pub(crate) fn check_vote(
    request: &VoteRequest,
    from: NodeNo,
    genesis: &Membership,
    own: &impl OwnLog,
) -> Result<(), Wrong> {
    if request.vote.committed || request.vote.leader_id.voted_for != from {
        return Err(Wrong::NotTheSender);
    }
    if genesis.get_node(&from).is_none() {
        return Err(Wrong::NotAValidator);
    }
    check_term(request.vote.leader_id.term, own.term())?;
    let last_term = request.last_log_id.as_ref().map_or(0, term_of);
    if last_term > request.vote.leader_id.term { Err(Wrong::FallingTerm) } else { Ok(()) }
}

/// Checks the word of `from` that it gives its lead away.
pub(crate) fn check_transfer(
    request: &TransferRequest,
    from: NodeNo,
    genesis: &Membership,
) -> Result<(), Wrong> {
    if genesis.get_node(&from).is_none() || genesis.get_node(request.to_node_id()).is_none() {
        return Err(Wrong::NotAValidator);
    }
    let leader = request.from_leader();
    let leads = leader.committed && leader.leader_id.voted_for == from;
    if leads { Ok(()) } else { Err(Wrong::NotTheLeader) }
}

/// What openraft may learn of an answer to an append. It unwraps what a conflict must have, believes
/// how far a partial success reached, and takes the vote of another as it stands.
pub(crate) fn check_append_response(
    response: AppendResponse,
    request: &AppendRequest,
    known_term: u64,
) -> Result<AppendResponse, Wrong> {
    match &response {
        AppendResponse::Conflict if request.prev_log_id.is_none() => {
            Err(Wrong::ConflictWithoutPrevious)
        }
        AppendResponse::PartialSuccess(matched) if !was_sent(matched.as_ref(), request) => {
            Err(Wrong::MoreThanSent)
        }
        AppendResponse::HigherVote(vote) => {
            let leader = &vote.leader_id;
            check_term(leader.term, known_term)?;
            if leader.voted_for == request.vote.leader_id.voted_for {
                // It would lead without an election.
                return Err(Wrong::OwnLead);
            }
            // Who leads shows once it appends.
            Ok(AppendResponse::HigherVote(Vote::new(leader.term, leader.voted_for)))
        }
        AppendResponse::Success | AppendResponse::Conflict | AppendResponse::PartialSuccess(_) => {
            Ok(response)
        }
    }
}

/// True for the previous entry of a request and each that follows.
fn was_sent(matched: Option<&LogId>, request: &AppendRequest) -> bool {
    matched == request.prev_log_id.as_ref()
        || matched.is_some_and(|id| request.entries.iter().any(|entry| entry.log_id == *id))
}

/// What openraft may learn of an answer to a request for a vote (or a pre-vote).
pub(crate) fn check_vote_response(
    mut response: VoteResponse,
    asked: &Vote,
    target: NodeNo,
    known_term: u64,
) -> Result<VoteResponse, Wrong> {
    let Vote { leader_id, .. } = response.vote;
    check_term(leader_id.term, known_term)?;
    if leader_id.voted_for == asked.leader_id.voted_for && leader_id.term > asked.leader_id.term {
        // A lead or candidacy that the asker has forgotten: it learns the term only.
        response.vote = Vote::new(leader_id.term, target);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::raft::payload::Payload;
    use crate::raft::{Entry, Vote, log_id, membership};

    struct Own {
        terms: Vec<u64>,
        committed_end: u64,
    }

    impl OwnLog for Own {
        fn term_at(&self, index: u64) -> Option<u64> {
            self.terms.get(usize::try_from(index).unwrap()).copied()
        }

        fn committed_end(&self) -> u64 {
            self.committed_end
        }

        fn term(&self) -> u64 {
            5
        }
    }

    const FAR: u64 = 5 + limits::TERMS_AHEAD + 1;

    fn normal(term: u64, index: u64) -> Entry {
        let payload = EntryPayload::Normal(Payload::new(bytes::Bytes::new()));
        Entry { log_id: log_id(term, index), payload }
    }

    fn request(prev: Option<(u64, u64)>, entries: Vec<Entry>) -> AppendRequest {
        AppendRequest {
            vote: Vote::new_committed(5, 1),
            prev_log_id: prev.map(|(term, index)| log_id(term, index)),
            entries,
            leader_commit: None,
        }
    }

    fn check(request: &AppendRequest) -> Result<(), Wrong> {
        let own = Own { terms: vec![0, 1, 1, 2], committed_end: 3 };
        check_append(request, 1, &membership(&[1, 2, 3].into()), &own)
    }

    #[test]
    fn a_proper_request_passes() {
        assert_eq!(check(&request(Some((2, 3)), vec![normal(2, 4), normal(5, 5)])), Ok(()));
        assert_eq!(check(&request(Some((1, 2)), vec![normal(3, 3)])), Ok(()), "uncommitted");
        assert_eq!(check(&request(None, vec![])), Ok(()));
    }

    #[test]
    fn only_the_sender_may_lead_and_only_a_validator() {
        let genesis = membership(&[1, 2, 3].into());
        let own = Own { terms: vec![], committed_end: 0 };
        let proper = request(None, vec![]);
        assert_eq!(check_append(&proper, 2, &genesis, &own), Err(Wrong::NotTheSender));
        let uncommitted = AppendRequest { vote: Vote::new(5, 1), ..proper };
        assert_eq!(check_append(&uncommitted, 1, &genesis, &own), Err(Wrong::NotTheSender));
        let observer = AppendRequest { vote: Vote::new_committed(5, 9), ..uncommitted };
        assert_eq!(check_append(&observer, 9, &genesis, &own), Err(Wrong::NotAValidator));
    }

    #[test]
    fn gaps_and_falling_terms_are_refused() {
        let gap = request(Some((2, 3)), vec![normal(2, 5)]);
        assert_eq!(check(&gap), Err(Wrong::Gap));
        let gap_inside = request(Some((2, 3)), vec![normal(2, 4), normal(2, 6)]);
        assert_eq!(check(&gap_inside), Err(Wrong::Gap));
        let first = request(None, vec![normal(2, 1)]);
        assert_eq!(check(&first), Err(Wrong::Gap));
        let falling = request(Some((2, 3)), vec![normal(1, 4)]);
        assert_eq!(check(&falling), Err(Wrong::FallingTerm));
        let beyond = request(Some((2, 3)), vec![normal(6, 4)]);
        assert_eq!(check(&beyond), Err(Wrong::FallingTerm));
    }

    #[test]
    fn what_is_committed_stays() {
        let by_previous = request(Some((2, 2)), vec![]);
        assert_eq!(check(&by_previous), Err(Wrong::TruncatesCommitted));
        let by_entry = request(Some((1, 1)), vec![normal(2, 2)]);
        assert_eq!(check(&by_entry), Err(Wrong::TruncatesCommitted));
        let same = request(Some((1, 1)), vec![normal(1, 2)]);
        assert_eq!(check(&same), Ok(()));
    }

    #[test]
    fn membership_is_that_of_genesis() {
        let other = membership(&[1, 2, 3, 4].into());
        let entry = Entry { log_id: log_id(2, 4), payload: EntryPayload::Membership(other) };
        assert_eq!(check(&request(Some((2, 3)), vec![entry])), Err(Wrong::Membership));
    }

    #[test]
    fn answers_stay_within_the_request() {
        let sent = request(Some((1, 1)), vec![normal(1, 2), normal(3, 3), normal(3, 4)]);
        let check = |response: AppendResponse| check_append_response(response, &sent, 5);
        let partial = |term, index| AppendResponse::PartialSuccess(Some(log_id(term, index)));
        for (term, index) in [(1, 1), (1, 2), (3, 4)] {
            assert_eq!(check(partial(term, index)), Ok(partial(term, index)));
        }
        for (term, index) in [(3, 5), (1, 0), (1, 3), (2, u64::MAX), (3, 1), (2, 3)] {
            assert_eq!(check(partial(term, index)), Err(Wrong::MoreThanSent), "{term} {index}");
        }
        assert_eq!(check(AppendResponse::PartialSuccess(None)), Err(Wrong::MoreThanSent));
        assert_eq!(check(AppendResponse::Conflict), Ok(AppendResponse::Conflict));
        let first = request(None, vec![normal(1, 0)]);
        let conflict = check_append_response(AppendResponse::Conflict, &first, 5);
        assert_eq!(conflict, Err(Wrong::ConflictWithoutPrevious));
    }

    #[test]
    fn no_answer_makes_a_leader() {
        let sent = request(None, vec![]);
        let check = |vote| check_append_response(AppendResponse::HigherVote(vote), &sent, 5);
        assert_eq!(check(Vote::new_committed(6, 1)), Err(Wrong::OwnLead));
        assert_eq!(check(Vote::new(6, 1)), Err(Wrong::OwnLead));
        let stripped = Ok(AppendResponse::HigherVote(Vote::new(6, 2)));
        assert_eq!(check(Vote::new_committed(6, 2)), stripped);
        assert_eq!(check(Vote::new(FAR, 2)), Err(Wrong::TermFarAhead));
    }

    #[test]
    fn an_answer_to_a_candidate_is_no_forgotten_lead_of_its_own() {
        let asked = Vote::new(5, 1);
        let check = |vote| {
            let answer = VoteResponse::new(vote, None, false);
            check_vote_response(answer, &asked, 2, 5).map(|answer| answer.vote)
        };
        assert_eq!(check(asked), Ok(asked), "granted");
        assert_eq!(check(Vote::new_committed(7, 1)), Ok(Vote::new(7, 2)));
        assert_eq!(check(Vote::new(7, 3)), Ok(Vote::new(7, 3)));
        assert_eq!(check(Vote::new(FAR, 3)), Err(Wrong::TermFarAhead));
        assert_eq!(check(Vote::new(u64::MAX, 3)), Err(Wrong::TermFarAhead));
    }

    #[test]
    fn a_vote_is_asked_in_ones_own_name() {
        let genesis = membership(&[1, 2, 3].into());
        let own = Own { terms: vec![], committed_end: 0 };
        let check = |ask: &VoteRequest, from| check_vote(ask, from, &genesis, &own);
        let ask = VoteRequest::new(Vote::new(5, 1), Some(log_id(4, 9)));
        assert_eq!(check(&ask, 1), Ok(()));
        assert_eq!(check(&ask, 2), Err(Wrong::NotTheSender));
        let leads = VoteRequest::new(Vote::new_committed(5, 1), Some(log_id(4, 9)));
        assert_eq!(check(&leads, 1), Err(Wrong::NotTheSender), "who leads asks nobody");
        let beyond = VoteRequest::new(Vote::new(5, 1), Some(log_id(6, 9)));
        assert_eq!(check(&beyond, 1), Err(Wrong::FallingTerm));
        let far = |term| VoteRequest::new(Vote::new(term, 1), None);
        assert_eq!(check(&far(FAR - 1), 1), Ok(()));
        assert_eq!(check(&far(FAR), 1), Err(Wrong::TermFarAhead));
        assert_eq!(check(&far(u64::MAX), 1), Err(Wrong::TermFarAhead));
    }

    #[test]
    fn nobody_leads_in_a_term_that_elections_cannot_reach() {
        let far = AppendRequest { vote: Vote::new_committed(FAR, 1), ..request(None, vec![]) };
        assert_eq!(check(&far), Err(Wrong::TermFarAhead));
        let near = AppendRequest { vote: Vote::new_committed(FAR - 1, 1), ..far };
        assert_eq!(check(&near), Ok(()));
    }

    #[test]
    fn what_is_committed_is_of_the_leaders_log() {
        let sent = |term, index| AppendRequest {
            leader_commit: Some(log_id(term, index)),
            ..request(Some((2, 3)), vec![normal(3, 4), normal(3, 5)])
        };
        for (term, index) in [(1, 2), (2, 4), (3, 5), (3, 9), (5, 9)] {
            assert_eq!(check(&sent(term, index)), Ok(()), "{term} {index}");
        }
        for (term, index) in [(1, u64::MAX), (2, 5), (4, 4), (6, 9)] {
            let refused = check(&sent(term, index));
            assert_eq!(refused, Err(Wrong::CommitNotOfTheLog), "{term} {index}");
        }
    }

    #[test]
    fn only_the_leader_gives_its_lead_away() {
        let genesis = membership(&[1, 2, 3].into());
        let check = |vote, to, from| {
            check_transfer(&TransferRequest::new(vote, to, Some(log_id(4, 9))), from, &genesis)
        };
        assert_eq!(check(Vote::new_committed(5, 1), 2, 1), Ok(()));
        assert_eq!(check(Vote::new_committed(5, 1), 2, 3), Err(Wrong::NotTheLeader));
        assert_eq!(check(Vote::new(5, 1), 2, 1), Err(Wrong::NotTheLeader), "a candidate");
        assert_eq!(check(Vote::new_committed(5, 9), 2, 9), Err(Wrong::NotAValidator));
        assert_eq!(check(Vote::new_committed(5, 1), 9, 1), Err(Wrong::NotAValidator));
    }
}
