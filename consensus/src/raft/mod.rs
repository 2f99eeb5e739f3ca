// SPDX-License-Identifier: Apache-2.0
//! openraft behind a guard: its types, its log in the store, its network over the lanes.
//! Never trusts openraft's debug assertions: what only they check is checked here, both ways.

pub(crate) mod disk;
pub(crate) mod guard;
pub(crate) mod log;
pub(crate) mod machine;
pub(crate) mod network;
pub(crate) mod payload;
mod store_disk;
pub(crate) mod terms;
pub(crate) mod wire;

use crate::net::NodeNo;
use payload::Payload;
use std::collections::BTreeSet;

openraft::declare_raft_types!(
    /// openraft with our payload and standard Raft's one leader a term.
    pub(crate) Types:
        D = Payload,
        R = (),
        NodeId = NodeNo,
        Node = (),
        Term = u64,
        LeaderId = openraft::vote::leader_id_std::LeaderId<Self::Term, Self::NodeId>,
        ErrorSource = openraft::AnyError,
);

pub(crate) type LogId = openraft::alias::LogIdOf<Types>;
pub(crate) type Vote = openraft::alias::VoteOf<Types>;
pub(crate) type Entry = openraft::alias::EntryOf<Types>;
pub(crate) type EntryPayload = openraft::alias::PayloadOf<Types>;
pub(crate) type Membership = openraft::Membership<NodeNo, ()>;
pub(crate) type AppendRequest = openraft::raft::AppendEntriesRequest<Types>;
pub(crate) type AppendResponse = openraft::raft::AppendEntriesResponse<Types>;
pub(crate) type VoteRequest = openraft::raft::VoteRequest<Types>;
pub(crate) type VoteResponse = openraft::raft::VoteResponse<Types>;
pub(crate) type TransferRequest = openraft::raft::TransferLeaderRequest<Types>;

/// A log position from its term and index.
pub(crate) fn log_id(term: u64, index: u64) -> LogId {
    LogId::new_term_index(term, index)
}

/// The term of a log position.
pub(crate) fn term_of(id: &LogId) -> u64 {
    id.leader_id.term
}

/// The membership that genesis fixes: these voters, nobody else.
pub(crate) fn membership(voters: &BTreeSet<NodeNo>) -> Membership {
    Membership::new_with_defaults(vec![voters.clone()], [])
}
