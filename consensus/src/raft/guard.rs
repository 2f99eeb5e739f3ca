// SPDX-License-Identifier: Apache-2.0
//! What openraft only asserts in debug builds, checked before it and behind it. Pure.
//! Never answers with a conflict: what is wrong is refused, and stays in the sender's log.

use super::{AppendRequest, AppendResponse, EntryPayload, LogId, Membership, VoteRequest, term_of};
use crate::net::NodeNo;

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
}

/// What the guard needs to know of the node's own log.
pub(crate) trait OwnLog {
    /// The term at an index, if the log has it.
    fn term_at(&self, index: u64) -> Option<u64>;
    /// One more than the highest committed index known here.
    fn committed_end(&self) -> u64;
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
    Ok(())
}

fn keeps_committed(id: &LogId, own: &impl OwnLog) -> bool {
    id.index >= own.committed_end() || own.term_at(id.index) == Some(term_of(id))
}

/// Checks a request for a vote (or a pre-vote) of `from`.
pub(crate) fn check_vote(
    request: &VoteRequest,
    from: NodeNo,
    genesis: &Membership,
) -> Result<(), Wrong> {
    if request.vote.leader_id.voted_for != from {
        return Err(Wrong::NotTheSender);
    }
    if genesis.get_node(&from).is_none() {
        return Err(Wrong::NotAValidator);
    }
    let last_term = request.last_log_id.as_ref().map_or(0, term_of);
    if last_term > request.vote.leader_id.term { Err(Wrong::FallingTerm) } else { Ok(()) }
}

/// Checks an answer against the request: openraft unwraps what a conflict must have, and believes
/// how far a partial success reached.
pub(crate) fn check_append_response(
    response: &AppendResponse,
    prev: Option<&LogId>,
    last: Option<&LogId>,
) -> Result<(), Wrong> {
    match response {
        AppendResponse::Conflict if prev.is_none() => Err(Wrong::ConflictWithoutPrevious),
        AppendResponse::PartialSuccess(matched) => {
            let within = matched.as_ref() >= prev && matched.as_ref() <= last;
            if within { Ok(()) } else { Err(Wrong::MoreThanSent) }
        }
        AppendResponse::Success | AppendResponse::Conflict | AppendResponse::HigherVote(_) => {
            Ok(())
        }
    }
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
    }

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
        let (low, high) = (log_id(1, 1), log_id(1, 5));
        let partial = |index| AppendResponse::PartialSuccess(Some(log_id(1, index)));
        let check =
            |response: &AppendResponse| check_append_response(response, Some(&low), Some(&high));
        assert_eq!(check(&partial(3)), Ok(()));
        assert_eq!(check(&partial(6)), Err(Wrong::MoreThanSent));
        assert_eq!(check(&partial(0)), Err(Wrong::MoreThanSent));
        assert_eq!(check(&AppendResponse::Conflict), Ok(()));
        assert_eq!(
            check_append_response(&AppendResponse::Conflict, None, Some(&high)),
            Err(Wrong::ConflictWithoutPrevious)
        );
    }

    #[test]
    fn a_vote_is_asked_in_ones_own_name() {
        let genesis = membership(&[1, 2, 3].into());
        let ask = VoteRequest::new(Vote::new(5, 1), Some(log_id(4, 9)));
        assert_eq!(check_vote(&ask, 1, &genesis), Ok(()));
        assert_eq!(check_vote(&ask, 2, &genesis), Err(Wrong::NotTheSender));
        let beyond = VoteRequest::new(Vote::new(5, 1), Some(log_id(6, 9)));
        assert_eq!(check_vote(&beyond, 1, &genesis), Err(Wrong::FallingTerm));
    }
}
