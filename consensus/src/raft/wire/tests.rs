// SPDX-License-Identifier: Apache-2.0
//! Messages come back as they went, and nothing else is read as a message.
#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn joined(parts: &[Bytes]) -> Bytes {
    Bytes::from(parts.concat())
}

fn entry() -> impl Strategy<Value = Entry> {
    let payload = prop_oneof![
        Just(EntryPayload::Blank),
        prop::collection::vec(any::<u8>(), 0..300)
            .prop_map(|bytes| EntryPayload::Normal(Payload::new(Bytes::from(bytes)))),
        prop::collection::btree_set(any::<u64>(), 1..6)
            .prop_map(|voters| EntryPayload::Membership(membership(&voters))),
    ];
    (any::<u64>(), any::<u64>(), payload)
        .prop_map(|(term, index, payload)| Entry { log_id: log_id(term, index), payload })
}

fn position() -> impl Strategy<Value = Option<LogId>> {
    prop::option::of((any::<u64>(), any::<u64>()).prop_map(|(term, index)| log_id(term, index)))
}

fn same(one: &Entry, two: &Entry) -> bool {
    one.log_id == two.log_id && payload_parts(&one.payload) == payload_parts(&two.payload)
}

proptest! {
    #[test]
    fn an_append_request_comes_back(
        entries in prop::collection::vec(entry(), 0..6), prev in position(), commit in position(),
    ) {
        let request = AppendRequest {
            vote: Vote::new_committed(3, 4), prev_log_id: prev, entries, leader_commit: commit,
        };
        let bytes = joined(&append_request(&request).unwrap());
        let back = read_append_request(bytes).unwrap();
        prop_assert_eq!(back.vote, request.vote);
        prop_assert_eq!(back.prev_log_id, request.prev_log_id);
        prop_assert_eq!(back.leader_commit, request.leader_commit);
        prop_assert_eq!(back.entries.len(), request.entries.len());
        prop_assert!(back.entries.iter().zip(&request.entries).all(|(one, two)| same(one, two)));
    }

    #[test]
    fn any_bytes_are_a_message_or_nothing_and_never_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = Bytes::from(bytes);
        let _ = read_append_request(bytes.clone());
        let _ = read_append_response(bytes.clone());
        let _ = read_vote_request(Reader(bytes.clone()));
        let _ = read_vote_response(bytes.clone());
        let _ = read_transfer(Reader(bytes));
    }
}

#[test]
fn answers_come_back() {
    let id = Some(log_id(2, 9));
    for response in [
        AppendResponse::Success,
        AppendResponse::PartialSuccess(id),
        AppendResponse::PartialSuccess(None),
        AppendResponse::Conflict,
        AppendResponse::HigherVote(Vote::new(5, 1)),
    ] {
        assert_eq!(read_append_response(append_response(&response)), Some(response));
    }
    let vote = VoteResponse::new(Vote::new(5, 1), id, true);
    assert_eq!(read_vote_response(vote_response(&vote)), Some(vote));
    let mut bytes = BytesMut::new();
    let request = VoteRequest::new(Vote::new(6, 2), id);
    put_vote_request(&mut bytes, &request);
    assert_eq!(read_vote_request(Reader(bytes.freeze())), Some(request));
    let mut bytes = BytesMut::new();
    let request = TransferRequest::new(Vote::new_committed(6, 2), 3, None);
    put_transfer(&mut bytes, &request);
    assert_eq!(read_transfer(Reader(bytes.freeze())), Some(request));
}

#[test]
fn trailing_bytes_and_impossible_counts_are_refused() {
    let mut bytes = append_response(&AppendResponse::Success).to_vec();
    bytes.push(0);
    assert_eq!(read_append_response(Bytes::from(bytes)), None);
    let request = AppendRequest {
        vote: Vote::new_committed(1, 1),
        prev_log_id: None,
        entries: vec![],
        leader_commit: None,
    };
    let mut bytes = joined(&append_request(&request).unwrap()).to_vec();
    let count = bytes.len() - 4;
    bytes[count..].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(read_append_request(Bytes::from(bytes)).is_none());
}

#[test]
fn voters_are_ascending_numbers() {
    let bytes = |list: &[u64]| {
        Bytes::from(list.iter().flat_map(|voter| voter.to_le_bytes()).collect::<Vec<_>>())
    };
    assert_eq!(voters(&bytes(&[1, 2, 9])), Some([1, 2, 9].into()));
    assert_eq!(voters(&bytes(&[2, 1])), None);
    assert_eq!(voters(&bytes(&[1, 1])), None);
    assert_eq!(voters(&Bytes::new()), None);
    assert_eq!(voters(&Bytes::from_static(b"seven b")), None);
}
