// SPDX-License-Identifier: Apache-2.0
//! Why a node cannot start, and why a transaction is not taken.

use chain::limits::PROPOSAL_TRANSACTIONS;
use chain::transaction::Invalid;

/// Why a node cannot take part.
#[derive(Debug, thiserror::Error)]
pub enum ConsensusError {
    /// The key is not in genesis: use the node's own key file.
    #[error("the node's key {0} is not in genesis: use the key file that was made for this node")]
    NotInGenesis(chain::keys::PublicKey),
    /// A peer is named that genesis does not know.
    #[error("peer {0:?} is not in genesis: correct the list of peers")]
    UnknownPeer(String),
    /// No proposal may be so large or hold nothing: name 1 to 5,000 transactions.
    #[error("a proposal of {0} transactions cannot be: name 1 to {PROPOSAL_TRANSACTIONS}")]
    ProposalSize(u32),
    /// The network could not start: is the address free?
    #[error("the network between nodes cannot start: {0}")]
    Network(String),
    /// The log cannot be opened.
    #[error("the log cannot be opened: {0}")]
    Log(#[from] std::io::Error),
    /// Raft ended.
    #[error("raft: {0}")]
    Raft(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// Why a transaction is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// It can never be executed as it is.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// This node holds as many as it may: try again shortly.
    #[error("this node holds as many transactions as it may: try again shortly")]
    PoolFull,
    /// The sender's organisation, or those that its key is counted with, have their share of what waits:
    /// try again shortly.
    #[error("those whom this sender counts for have their share of what waits: try again shortly")]
    ShareFull,
    /// This sender has as many waiting as it may: wait for some of them.
    #[error("this sender has as many transactions waiting as it may: wait for some of them")]
    SenderFull,
    /// Nobody leads at the moment: try again shortly.
    #[error("no leader is known at the moment: try again shortly")]
    NoLeader,
    /// The node is stopping, or has stopped taking part.
    #[error("this node does not take part at the moment: use another")]
    Stopped,
}

impl SubmitError {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::PoolFull => "pool_full",
            Self::ShareFull => "share_full",
            Self::SenderFull => "sender_queue_full",
            Self::NoLeader => "no_leader",
            Self::Stopped => "node_stopped",
        }
    }
}
