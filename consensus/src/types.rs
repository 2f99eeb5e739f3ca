// SPDX-License-Identifier: Apache-2.0
//! What a node is told at its start, and what it says of itself.

use std::net::SocketAddr;
use std::sync::Arc;

use chain::genesis::{Genesis, NodeRole};
use chain::ids::Height;
use chain::keys::SecretKey;
use chain::limits::PROPOSAL_TRANSACTIONS;

use crate::clock::Clock;
use crate::error::ConsensusError;
use crate::limits;

/// What a node needs to take part.
#[derive(Clone, Debug)]
pub struct Config {
    /// The genesis; it names every node.
    pub genesis: Arc<Genesis>,
    /// This node's key, one of genesis.
    pub key: SecretKey,
    /// Where to listen for other nodes.
    pub listen: SocketAddr,
    /// Where other nodes are; one that is missing has to dial us.
    pub peers: Vec<PeerAddress>,
    /// The clock.
    pub clock: Clock,
    /// A validator may come back with a log that lacks what it once acknowledged: it fetches that
    /// from its peers before it votes.
    pub rejoin: bool,
    /// Transactions of a proposal that this node makes when it leads.
    pub proposal: ProposalSize,
}

/// Most transactions of a proposal, 1 to 5,000. A leader makes proposals smaller than the chain allows:
/// blocks of some thousand transactions cost more a transaction than those of a thousand, since what
/// they touch leaves the processor's caches before it is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposalSize(usize);

impl ProposalSize {
    /// A size; an error if no proposal may be so large, or none could hold anything.
    pub fn new(transactions: u32) -> Result<Self, ConsensusError> {
        let size = transactions as usize;
        let fits = (1..=PROPOSAL_TRANSACTIONS).contains(&size);
        fits.then_some(Self(size)).ok_or(ConsensusError::ProposalSize(transactions))
    }

    /// Transactions.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for ProposalSize {
    fn default() -> Self {
        Self(limits::PROPOSAL_COUNT)
    }
}

/// Where another node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerAddress {
    /// Its name in genesis.
    pub name: String,
    /// Its address.
    pub address: SocketAddr,
}

/// How a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It answers and takes transactions.
    Ready,
    /// It is behind and follows.
    CatchingUp,
    /// Nobody leads.
    NoLeader,
    /// It has stopped taking part, for this reason.
    Stopped(String),
}

impl Health {
    /// Its word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::CatchingUp => "catching_up",
            Self::NoLeader => "no_leader",
            Self::Stopped(_) => "stopped",
        }
    }
}

/// Another node as this one sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerStatus {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: NodeRole,
    /// True while connected.
    pub connected: bool,
    /// The height that it last named.
    pub height: Option<Height>,
    /// How far its clock is ahead of ours, ms.
    pub clock_offset_ms: Option<i64>,
}

/// A node's own words on how it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: NodeRole,
    /// Name of the leader, if one is known.
    pub leader: Option<String>,
    /// Raft's term.
    pub term: u64,
    /// Height executed here.
    pub height: Height,
    /// The highest height that any node named.
    pub highest_seen: Height,
    /// Index after the last log entry.
    pub log_end: u64,
    /// Transactions that wait or are under way.
    pub pending: u64,
    /// Their bytes.
    pub pending_bytes: u64,
    /// Other nodes.
    pub peers: Vec<PeerStatus>,
    /// How it is.
    pub health: Health,
}

/// Counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Transactions taken in here.
    pub submitted: u64,
    /// Transactions refused here before ordering.
    pub not_taken: u64,
    /// Transactions executed.
    pub executed: u64,
    /// Blocks executed.
    pub blocks: u64,
    /// Proposals made here.
    pub proposals: u64,
    /// Proposals in the log that make no block.
    pub refused_proposals: u64,
    /// Signatures checked.
    pub signatures: u64,
    /// Times that this node came to know another leader.
    pub leader_changes: u64,
    /// Safety alarms.
    pub alarms: u64,
}
