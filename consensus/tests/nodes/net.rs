// SPDX-License-Identifier: Apache-2.0
//! A network for tests: real stores, real sockets on loopback, one process.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chain::actions::{Action, MatterSettle};
use chain::ids::{Height, MatterId, RecordId, Time};
use chain::nonce::Nonce;
use chain::transaction::Transaction;
use chain::{Hash, TransactionId};
use consensus::clock::Clock;
use consensus::{Config, Handle, Health, PeerAddress, ProposalSize, start};
use genesis::demo::{Consortium, Plan, consortium};
use store::{Options, Store};

/// Longer than any of it takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A network of real nodes.
pub(crate) struct Net {
    pub(crate) consortium: Consortium,
    folders: Vec<tempfile::TempDir>,
    addresses: Vec<SocketAddr>,
    pub(crate) nodes: Vec<Option<(Handle, Store)>>,
    pub(crate) clocks: Vec<Clock>,
    /// Which nodes their operators let come back with nothing.
    pub(crate) rejoin: Vec<bool>,
    /// Transactions of a proposal that the nodes make.
    pub(crate) proposal: ProposalSize,
    nonce: u64,
}

fn free_addresses(count: usize) -> Vec<SocketAddr> {
    let listeners: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
}

impl Net {
    pub(crate) async fn start(validators: u32, observers: u32) -> Self {
        let mut plan = Plan::testnet(Time(Clock::default().now_ms() - 1_000), [5; 32]);
        (plan.validators, plan.observers, plan.depth) = (validators, observers, 8);
        plan.heartbeat_ms = 500;
        let consortium = consortium(&plan).unwrap();
        let count = consortium.nodes.len();
        let mut net = Self {
            consortium,
            folders: (0..count).map(|_| tempfile::tempdir().unwrap()).collect(),
            addresses: free_addresses(count),
            nodes: (0..count).map(|_| None).collect(),
            clocks: (0..count).map(|_| Clock::default()).collect(),
            rejoin: vec![false; count],
            proposal: ProposalSize::default(),
            nonce: 0,
        };
        for place in 0..count {
            net.run(place).await;
        }
        net
    }

    pub(crate) async fn run(&mut self, place: usize) {
        let genesis = Arc::new(self.consortium.genesis.clone());
        let store = self.open(place).await;
        let names = self.consortium.nodes.iter().zip(&self.addresses);
        let peers = names.map(|(n, a)| PeerAddress { name: n.name.clone(), address: *a });
        let config = Config {
            genesis: Arc::clone(&genesis),
            key: self.consortium.nodes[place].key.clone(),
            listen: self.addresses[place],
            peers: peers.collect(),
            clock: self.clocks[place].clone(),
            rejoin: self.rejoin[place],
            proposal: self.proposal,
        };
        let handle = start(config, store.clone()).await.unwrap();
        self.nodes[place] = Some((handle, store));
    }

    /// The store of a node that does not run. Tasks of one that was stopped let go of it a little
    /// later.
    pub(crate) async fn open(&self, place: usize) -> Store {
        let folder = self.folders[place].path();
        let genesis = &self.consortium.genesis;
        until("the store opens", || Store::open(folder, genesis, &Options::default()).ok()).await
    }

    /// The disk of a node that does not run is lost.
    pub(crate) async fn wipe(&mut self, place: usize) {
        drop(self.open(place).await);
        self.folders[place] = tempfile::tempdir().unwrap();
    }

    pub(crate) async fn stop(&mut self, place: usize) {
        let (handle, _) = self.nodes[place].take().unwrap();
        handle.stop().await;
    }

    pub(crate) fn handle(&self, place: usize) -> &Handle {
        &self.nodes[place].as_ref().unwrap().0
    }

    pub(crate) fn store(&self, place: usize) -> &Store {
        &self.nodes[place].as_ref().unwrap().1
    }

    pub(crate) fn name(&self, place: usize) -> &str {
        &self.consortium.nodes[place].name
    }

    pub(crate) fn number(&self, place: usize) -> u32 {
        let nodes = &self.consortium.genesis.nodes;
        nodes.iter().find(|node| node.name.as_str() == self.name(place)).unwrap().number
    }

    pub(crate) fn is_stopped(&self, place: usize) -> bool {
        matches!(self.handle(place).status().health, Health::Stopped(_))
    }

    /// Waits until a node says that it takes no further part, and why.
    pub(crate) async fn stopped(&self, place: usize) -> String {
        until("the node stops by itself", || match self.handle(place).status().health {
            Health::Stopped(reason) => Some(reason),
            _ => None,
        })
        .await
    }

    pub(crate) fn running(&self) -> impl Iterator<Item = &(Handle, Store)> {
        self.nodes.iter().flatten()
    }

    pub(crate) fn transaction(&mut self) -> (TransactionId, Bytes) {
        self.transaction_of("traffic-police")
    }

    /// A transaction of a member, which the state machine refuses.
    pub(crate) fn transaction_of(&mut self, member: &str) -> (TransactionId, Bytes) {
        self.nonce += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.nonce.to_le_bytes());
        let action = Action::MatterSettle(MatterSettle { matter: MatterId(RecordId(nonce)) });
        let member = self.consortium.member(member).unwrap();
        let until = Time(Clock::default().now_ms() + 60_000);
        let chain = self.consortium.genesis.chain_id();
        let signed = Transaction::sign(&member.key, chain, action, Nonce(nonce), until);
        (signed.id(), Bytes::from(signed.to_bytes()))
    }

    pub(crate) async fn leader(&self) -> usize {
        until("somebody leads", || {
            let leader = self.running().find_map(|(handle, _)| {
                let status = handle.status();
                (status.health == Health::Ready).then_some(status.leader?)
            })?;
            let place = self.consortium.nodes.iter().position(|n| n.name == leader)?;
            self.nodes[place].is_some().then_some(place)
        })
        .await
    }

    /// Submits through a node until it is taken, and waits until it is executed there.
    pub(crate) async fn execute(&mut self, place: usize) -> TransactionId {
        let (id, bytes) = self.transaction();
        self.submit(place, id, bytes).await;
        id
    }

    pub(crate) async fn submit(&self, place: usize, id: TransactionId, bytes: Bytes) -> Height {
        let handle = self.handle(place);
        let started = Instant::now();
        loop {
            let taken = handle.submit(vec![bytes.clone()]).await;
            if taken[0].is_ok()
                && let Some(placed) = handle.executed(id, Duration::from_secs(5)).await
            {
                return placed.height;
            }
            assert!(started.elapsed() < PATIENCE, "not executed: {taken:?} {:?}", handle.status());
        }
    }

    pub(crate) async fn converged(&self) -> Height {
        until("all nodes at one height", || {
            let mut heights: Vec<Height> =
                self.running().map(|(_, store)| store.header().height).collect();
            heights.dedup();
            (heights.len() == 1).then(|| heights[0])
        })
        .await
    }

    pub(crate) fn assert_same_headers(&self, height: Height) {
        for at in (0..=height.0).map(Height) {
            let hashes: Vec<Option<Hash>> =
                self.running().map(|(_, store)| store.hash_at(at)).collect();
            assert!(hashes.iter().all(|hash| hash.is_some() && *hash == hashes[0]), "height {at}");
        }
    }
}

pub(crate) async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
