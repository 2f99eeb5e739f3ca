// SPDX-License-Identifier: Apache-2.0
//! What the parts of a node share: store, pool, what is known of peers, and what is told to waiters.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use chain::genesis::{Genesis, GenesisNode, NodeRole};
use chain::ids::{Height, TransactionId};
use chain::keys::SecretKey;
use chain::receipt::Placed;
use chain::view::Executed;
use chain::{Hash, Past};
use parking_lot::Mutex;
use store::Store;
use tokio::sync::{Notify, oneshot, watch};

use crate::alarms::{Alarm, Told};
use crate::ask::Desk;
use crate::clock::{Clock, Moment, Offset};
use crate::heirs::Heirs;
use crate::memory::Memory;
use crate::net::caller::Caller;
use crate::net::{Lane, NodeNo, Registry};
use crate::owners::Owners;
use crate::pool::{Pool, PoolLimits};
use crate::raft::log::Log;
use crate::types::{Health, ProposalSize};
use crate::verify::Verifier;

/// Who waits for a transaction.
type Waiters = HashMap<TransactionId, Vec<oneshot::Sender<Placed>>>;

/// What a peer last said of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) height: Height,
    pub(crate) term: u64,
    pub(crate) leader: Option<NodeNo>,
    pub(crate) clock: Option<Offset>,
}

/// Who leads, as far as this node knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lead {
    pub(crate) leader: Option<NodeNo>,
    pub(crate) term: u64,
}

/// Counts since the start.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) submitted: AtomicU64,
    pub(crate) not_taken: AtomicU64,
    pub(crate) executed: AtomicU64,
    pub(crate) blocks: AtomicU64,
    pub(crate) proposals: AtomicU64,
    pub(crate) refused_proposals: AtomicU64,
    pub(crate) leader_changes: AtomicU64,
    pub(crate) alarms: AtomicU64,
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Shared by all tasks of a node.
pub(crate) struct Core {
    pub(crate) genesis: Arc<Genesis>,
    pub(crate) chain: Hash,
    pub(crate) own: GenesisNode,
    pub(crate) key: SecretKey,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) registry: Arc<Registry>,
    pub(crate) callers: BTreeMap<(NodeNo, Lane), Caller>,
    pub(crate) pool: Mutex<Pool<Bytes>>,
    /// Whom transactions count for.
    pub(crate) owners: Owners,
    pub(crate) verifier: Verifier,
    pub(crate) seen: Mutex<BTreeMap<NodeNo, Seen>>,
    pub(crate) lead: watch::Sender<Lead>,
    pub(crate) executed: watch::Sender<Height>,
    /// Something came into the pool, or a block was executed.
    pub(crate) wake: Notify,
    pub(crate) counts: Counts,
    waiters: Mutex<Waiters>,
    stopped: Mutex<Option<String>>,
    /// Which alarms were told.
    pub(crate) told: Mutex<Told>,
    pub(crate) leaderless_since: Mutex<Option<Instant>>,
    pub(crate) memory: Memory,
    pub(crate) proposal: ProposalSize,
    /// Drawn at the start, and how many greetings were said since.
    pub(crate) start: u64,
    pub(crate) greetings: Mutex<u64>,
    /// Validators whose headers contradict this node's; only one without a vote looks at it.
    pub(crate) contradicted_by: Mutex<BTreeSet<NodeNo>>,
    /// The payload hash of the proposal that was executed or refused last.
    pub(crate) processed: Mutex<Hash>,
    /// When the others were last asked for their clocks.
    pub(crate) asked: Mutex<Moment>,
    /// The Raft log, once it is open; observers have none.
    pub(crate) log: OnceLock<Log>,
    /// Whom the leaders of this node named to follow them.
    pub(crate) heirs: Mutex<Heirs>,
    /// Where other nodes' questions to the interface are answered.
    pub(crate) desk: Desk,
    /// The term in which openraft did not take a proposal of this node; 0 if it took all.
    pub(crate) not_written: AtomicU64,
}

/// What a core is made of.
pub(crate) struct Parts {
    pub(crate) genesis: Arc<Genesis>,
    pub(crate) own: GenesisNode,
    pub(crate) key: SecretKey,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) registry: Arc<Registry>,
    pub(crate) callers: BTreeMap<(NodeNo, Lane), Caller>,
    pub(crate) memory: Memory,
    pub(crate) proposal: ProposalSize,
}

impl Core {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { genesis, own, key, store, clock, registry, callers, memory, proposal } = parts;
        let height = store.header().height;
        let asked = clock.moment();
        let limits = PoolLimits::of_one(genesis.nodes.len());
        Self {
            chain: genesis.chain_id(),
            genesis,
            own,
            key,
            store,
            clock,
            registry,
            callers,
            pool: Mutex::new(Pool::new(limits)),
            owners: Owners::new(),
            verifier: Verifier::new(),
            seen: Mutex::new(BTreeMap::new()),
            lead: watch::Sender::new(Lead::default()),
            executed: watch::Sender::new(height),
            wake: Notify::new(),
            counts: Counts::default(),
            waiters: Mutex::new(HashMap::new()),
            stopped: Mutex::new(None),
            told: Mutex::new(Told::default()),
            leaderless_since: Mutex::new(Some(Instant::now())),
            memory,
            proposal,
            start: RandomState::new().hash_one(()),
            greetings: Mutex::new(0),
            contradicted_by: Mutex::new(BTreeSet::new()),
            processed: Mutex::new(Hash::ZERO),
            asked: Mutex::new(asked),
            log: OnceLock::new(),
            heirs: Mutex::new(Heirs::default()),
            desk: Desk::default(),
            not_written: AtomicU64::new(0),
        }
    }

    pub(crate) fn own_number(&self) -> NodeNo {
        NodeNo::from(self.own.number)
    }

    pub(crate) fn is_validator(&self) -> bool {
        self.own.role == NodeRole::Validator
    }

    /// The validators of genesis.
    pub(crate) fn validators(&self) -> impl Iterator<Item = &GenesisNode> {
        self.genesis.nodes.iter().filter(|node| node.role == NodeRole::Validator)
    }

    /// True if the node of this number is a validator.
    pub(crate) fn votes(&self, number: NodeNo) -> bool {
        self.validators().any(|node| NodeNo::from(node.number) == number)
    }

    pub(crate) fn node(&self, number: NodeNo) -> Option<&GenesisNode> {
        self.genesis.nodes.iter().find(|node| NodeNo::from(node.number) == number)
    }

    pub(crate) fn caller(&self, peer: NodeNo, lane: Lane) -> Option<&Caller> {
        self.callers.get(&(peer, lane))
    }

    /// Learns who leads; what was sent under another lead waits again.
    pub(crate) fn set_lead(&self, lead: Lead) {
        let changed = self.lead.send_if_modified(|known| {
            let differs = *known != lead;
            *known = lead;
            differs
        });
        let mut since = self.leaderless_since.lock();
        match lead.leader {
            Some(_) => *since = None,
            None => *since = since.or(Some(Instant::now())),
        }
        drop(since);
        if changed {
            tracing::info!(leader = lead.leader, term = lead.term, "lead");
            count(&self.counts.leader_changes);
            self.pool.lock().leader_changed(self.clock.now_ms());
            self.wake.notify_waiters();
        }
    }

    /// Follows a block that was just written.
    pub(crate) fn follow(&self, executed: &Executed) {
        let height = executed.header.height;
        count(&self.counts.blocks);
        let transactions = executed.transactions.len() as u64;
        self.counts.executed.fetch_add(transactions, Ordering::Relaxed);
        let expired = {
            let mut pool = self.pool.lock();
            let ids = executed.transactions.iter().map(|(id, _)| &id.0.0);
            pool.executed(ids, self.clock.now_ms());
            pool.expire(executed.header.time_ms.0)
        };
        {
            let mut waiters = self.waiters.lock();
            // Who waits for one whose time is over learns that there is nothing to wait for.
            for id in expired {
                waiters.remove(&TransactionId(Hash(id)));
            }
            for receipt in &executed.receipts {
                for waiter in waiters.remove(&receipt.transaction).unwrap_or_default() {
                    let (time, receipt) = (executed.header.time_ms, receipt.clone());
                    let _gone = waiter.send(Placed { height, time, receipt });
                }
            }
        }
        self.executed.send_replace(height);
        self.wake.notify_waiters();
    }

    /// What became of a transaction, or somebody who will be told.
    pub(crate) fn wait_for(&self, id: TransactionId) -> Result<Placed, oneshot::Receiver<Placed>> {
        let (waiter, told) = oneshot::channel();
        // Registered before looking, so that a block in between is not missed.
        self.waiters.lock().entry(id).or_default().push(waiter);
        self.store.placed(&id).ok_or(told)
    }

    /// Forgets waiters that have gone away.
    pub(crate) fn forget_waiters(&self) {
        self.waiters.lock().retain(|_, waiters| {
            waiters.retain(|waiter| !waiter.is_closed());
            !waiters.is_empty()
        });
    }

    /// Something that must not happen did, by this peer or by this node.
    pub(crate) fn alarm(&self, kind: Alarm, peer: NodeNo, what: &str) {
        count(&self.counts.alarms);
        if let Some(untold) = self.told.lock().tell(kind, peer, Instant::now()) {
            tracing::error!(peer, untold, what, "safety alarm");
        }
    }

    /// Takes no further part.
    pub(crate) fn stop_for(&self, reason: String) {
        self.alarm(Alarm::Stop, self.own_number(), &reason);
        self.stopped.lock().get_or_insert(reason);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.lock().is_some()
    }

    pub(crate) fn health(&self) -> Health {
        if let Some(reason) = self.stopped.lock().clone() {
            return Health::Stopped(reason);
        }
        if self.lead.borrow().leader.is_none() {
            return Health::NoLeader;
        }
        let behind = self.highest_seen().0.saturating_sub(self.store.header().height.0);
        if behind > BEHIND { Health::CatchingUp } else { Health::Ready }
    }

    /// The highest height that anybody named.
    pub(crate) fn highest_seen(&self) -> Height {
        let seen = self.seen.lock();
        let highest = seen.values().map(|seen| seen.height).max();
        highest.unwrap_or_default().max(self.store.header().height)
    }
}

/// A node this many blocks behind is catching up.
const BEHIND: u64 = 100;
