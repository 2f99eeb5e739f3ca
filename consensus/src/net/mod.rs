// SPDX-License-Identifier: Apache-2.0
//! The network between registered nodes: libp2p (TCP, Noise, yamux), five lanes of framed streams.
//! Never trusts what a peer says of itself: a peer is its key in the registry, and nobody else speaks.

pub(crate) mod caller;
pub(crate) mod frame;
pub(crate) mod server;
pub(crate) mod swarm;
#[cfg(test)]
mod tests;

use crate::limits;
use bytes::Bytes;
use libp2p::{PeerId, StreamProtocol, identity};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// The number of a node in the registry. Numbers are never used again.
pub(crate) type NodeNo = u64;

/// A kind of stream. Each has its own protocol name, so that none waits behind another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Lane {
    /// Log entries from the leader, in order and pipelined.
    Append,
    /// Small calls: greetings, votes, heartbeats, transfer of the lead.
    Control,
    /// Transactions on their way to the leader.
    Forward,
    /// Blocks for those who are behind.
    Sync,
    /// Questions of one node's interface to another's; agreement never waits for them.
    Exchange,
}

impl Lane {
    pub(crate) const ALL: [Lane; 5] =
        [Lane::Append, Lane::Control, Lane::Forward, Lane::Sync, Lane::Exchange];

    pub(crate) fn protocol(self) -> StreamProtocol {
        StreamProtocol::new(match self {
            Lane::Append => "/dianyun/append/1",
            Lane::Control => "/dianyun/control/1",
            Lane::Forward => "/dianyun/forward/1",
            Lane::Sync => "/dianyun/sync/1",
            Lane::Exchange => "/dianyun/exchange/1",
        })
    }

    pub(crate) fn max_frame(self) -> usize {
        match self {
            Lane::Control => limits::CONTROL_FRAME_BYTES,
            Lane::Exchange => limits::EXCHANGE_FRAME_BYTES,
            Lane::Append | Lane::Forward | Lane::Sync => limits::FRAME_BYTES,
        }
    }
}

/// A node as the registry names it.
#[derive(Clone, Debug)]
pub(crate) struct Registered {
    pub(crate) number: NodeNo,
    pub(crate) key: [u8; 32],
    /// Where to dial it; none if it dials us.
    pub(crate) address: Option<SocketAddr>,
}

/// What the network knows of one registered peer right now.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) number: NodeNo,
    pub(crate) id: PeerId,
    pub(crate) address: Option<SocketAddr>,
    connections: AtomicU32,
    /// It accepted our greeting on this connection.
    welcomed: AtomicBool,
    /// We accepted its greeting on this connection.
    greeted: AtomicBool,
    /// It answered a greeting of ours on this connection, one way or another.
    answered: AtomicBool,
}

impl Peer {
    pub(crate) fn connected(&self) -> bool {
        self.connections.load(Ordering::Acquire) > 0
    }

    /// True if it accepted our greeting and we its own, so that calls make sense.
    pub(crate) fn ready(&self) -> bool {
        self.connected() && self.welcomed.load(Ordering::Acquire) && self.greeted()
    }

    pub(crate) fn greeted(&self) -> bool {
        self.greeted.load(Ordering::Acquire)
    }

    pub(crate) fn answered(&self) -> bool {
        self.answered.load(Ordering::Acquire)
    }

    pub(crate) fn set_answered(&self) {
        self.answered.store(true, Ordering::Release);
    }

    pub(crate) fn set_welcomed(&self, yes: bool) {
        self.welcomed.store(yes, Ordering::Release);
    }

    pub(crate) fn set_greeted(&self, yes: bool) {
        self.greeted.store(yes, Ordering::Release);
    }

    pub(crate) fn set_connections(&self, count: u32) {
        if count == 0 {
            self.set_welcomed(false);
            self.set_greeted(false);
            self.answered.store(false, Ordering::Release);
        }
        self.connections.store(count, Ordering::Release);
    }
}

/// The registered peers of this node: who may speak.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    by_id: HashMap<PeerId, Arc<Peer>>,
    by_number: HashMap<NodeNo, Arc<Peer>>,
}

impl Registry {
    /// Builds the registry; an invalid key is named by its node number.
    pub(crate) fn new(nodes: &[Registered]) -> Result<Self, NodeNo> {
        let mut registry = Self::default();
        for node in nodes {
            let peer = Arc::new(Peer {
                number: node.number,
                id: peer_id(&node.key).ok_or(node.number)?,
                address: node.address,
                connections: AtomicU32::new(0),
                welcomed: AtomicBool::new(false),
                greeted: AtomicBool::new(false),
                answered: AtomicBool::new(false),
            });
            registry.by_id.insert(peer.id, peer.clone());
            registry.by_number.insert(node.number, peer);
        }
        Ok(registry)
    }

    pub(crate) fn by_id(&self, id: &PeerId) -> Option<&Arc<Peer>> {
        self.by_id.get(id)
    }

    pub(crate) fn peer(&self, number: NodeNo) -> Option<&Arc<Peer>> {
        self.by_number.get(&number)
    }

    pub(crate) fn peers(&self) -> impl Iterator<Item = &Arc<Peer>> {
        self.by_number.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_number.len()
    }
}

/// The libp2p name of an Ed25519 key; none if the bytes are no key.
pub(crate) fn peer_id(key: &[u8; 32]) -> Option<PeerId> {
    let key = identity::ed25519::PublicKey::try_from_bytes(key).ok()?;
    Some(identity::PublicKey::from(key).to_peer_id())
}

/// Why a call to a peer gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// Not connected, or it did not accept our greeting.
    #[error("peer {0} is not connected")]
    Unreachable(NodeNo),
    /// The stream broke while the call was under way.
    #[error("stream to peer {0} broke")]
    Broken(NodeNo),
    /// No answer in time.
    #[error("peer {0} did not answer in time")]
    Timeout(NodeNo),
    /// Too many calls are under way.
    #[error("too many calls to peer {0} are under way")]
    Busy(NodeNo),
    /// The peer refused, for the reason that it gave.
    #[error("peer {number} refused ({code}): {detail}")]
    Refused { number: NodeNo, code: u8, detail: String },
    /// The answer was not understood.
    #[error("answer of peer {0} was not understood")]
    Malformed(NodeNo),
}

/// An answer that says no, with a code that machines understand and words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u8,
    pub(crate) detail: String,
}

impl Refusal {
    pub(crate) fn new(code: u8, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// What a served call gives back.
pub(crate) type Served = Result<Vec<Bytes>, Refusal>;
