// SPDX-License-Identifier: Apache-2.0
//! A running node seen from outside: submit, wait, look, stop.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use chain::TransactionId;
use chain::ids::Height;
use chain::receipt::Placed;
use chain::transaction::Decoded;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::core::Core;
use crate::error::SubmitError;
use crate::net::NodeNo;
use crate::pool::Origin;
use crate::service::Part;
use crate::types::{Counters, PeerStatus, Status};

/// A running node. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(crate) core: Arc<Core>,
    pub(crate) part: Option<Part>,
    pub(crate) tasks: Arc<Mutex<Vec<AbortHandle>>>,
    pub(crate) listening: std::net::SocketAddr,
}

/// How long a leader that stops waits for another to take the lead.
const GIVE_AWAY: Duration = Duration::from_secs(2);

impl Handle {
    /// Takes in canonical transactions; a verdict for each, in order. One that is known, waiting or
    /// executed, is taken again without effect.
    pub async fn submit(
        &self,
        transactions: Vec<Bytes>,
    ) -> Vec<Result<TransactionId, SubmitError>> {
        self.core.take_in(transactions, Origin::Here).await
    }

    /// Why what the sender of this transaction submits now would not be taken, if it would wait for too
    /// long. Whoever asks need not read more of what it was sent; nothing is checked but whose it claims to
    /// be. None while this node takes no part, and for what is no transaction: submitting says more.
    pub fn busy_for(&self, transaction: Bytes) -> Option<SubmitError> {
        let core = &self.core;
        if core.closed().is_some() {
            return None;
        }
        let decoded = Decoded::from_bytes(transaction.to_vec(), core.chain).ok()?;
        let class = core.owners.class(&core.store, &decoded.sender());
        let room = core.pool.lock().queue(class);
        room.refusal()
    }

    /// Waits until a transaction is executed here: what became of it. From the call on no block is missed;
    /// the time runs from the first poll on.
    pub fn executed(
        &self,
        id: TransactionId,
        within: Duration,
    ) -> impl Future<Output = Option<Placed>> + use<> {
        let waited = self.core.wait_for(id);
        async move {
            match waited {
                Ok(placed) => Some(placed),
                Err(told) => tokio::time::timeout(within, told).await.ok()?.ok(),
            }
        }
    }

    /// True while a transaction waits here or is under way.
    pub fn is_pending(&self, id: &TransactionId) -> bool {
        self.core.pool.lock().contains(&id.0.0)
    }

    /// The newest height executed here, as it grows.
    pub fn blocks(&self) -> watch::Receiver<Height> {
        self.core.executed.subscribe()
    }

    /// Where this node listens for others.
    pub fn listening(&self) -> std::net::SocketAddr {
        self.listening
    }

    /// How the node is.
    pub fn status(&self) -> Status {
        let core = &self.core;
        let lead = *core.lead.borrow();
        let name = |number: NodeNo| core.node(number).map(|node| node.name.to_string());
        let (pending, pending_bytes) = {
            let pool = core.pool.lock();
            (pool.len() as u64, pool.bytes() as u64)
        };
        let log_end = self.part.as_ref().and_then(|part| part.log.last());
        Status {
            name: core.own.name.to_string(),
            role: core.own.role,
            leader: lead.leader.and_then(name),
            term: lead.term,
            height: core.store.header().height,
            highest_seen: core.highest_seen(),
            log_end: log_end.map_or(0, |last| last.index + 1),
            pending,
            pending_bytes,
            peers: self.peers(),
            health: core.health(),
        }
    }

    fn peers(&self) -> Vec<PeerStatus> {
        let seen = self.core.seen.lock().clone();
        let others = self.core.genesis.nodes.iter().filter(|n| n.number != self.core.own.number);
        others
            .map(|node| {
                let number = NodeNo::from(node.number);
                let peer = self.core.registry.peer(number);
                let seen = seen.get(&number);
                PeerStatus {
                    name: node.name.to_string(),
                    role: node.role,
                    connected: peer.is_some_and(|peer| peer.connected()),
                    height: seen.map(|seen| seen.height),
                    clock_offset_ms: seen.and_then(|seen| seen.clock).map(|clock| clock.ms),
                }
            })
            .collect()
    }

    /// Counts since the start.
    pub fn counters(&self) -> Counters {
        let counts = &self.core.counts;
        let read = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            submitted: read(&counts.submitted),
            not_taken: read(&counts.not_taken),
            executed: read(&counts.executed),
            blocks: read(&counts.blocks),
            proposals: read(&counts.proposals),
            refused_proposals: read(&counts.refused_proposals),
            signatures: self.core.verifier.checked(),
            leader_changes: read(&counts.leader_changes),
            alarms: read(&counts.alarms),
        }
    }

    /// Gives the lead away if it is here, ends Raft, and leaves the network.
    pub async fn stop(&self) {
        if let Some(part) = &self.part {
            self.give_away(part).await;
        }
        // First those who would take the end of Raft for a failure.
        for task in self.tasks.lock().drain(..) {
            task.abort();
        }
        if let Some(part) = &self.part {
            let _ended = part.raft.shutdown().await;
        }
    }

    async fn give_away(&self, part: &Part) {
        let own = self.core.own_number();
        let mut lead = self.core.lead.subscribe();
        if lead.borrow().leader != Some(own) {
            return;
        }
        let Some(heir) = self.core.heir(part) else { return };
        if self.core.name_heir(part, heir).await {
            let given = lead.wait_for(|lead| lead.leader != Some(own));
            let _in_time = tokio::time::timeout(GIVE_AWAY, given).await;
        }
    }
}
