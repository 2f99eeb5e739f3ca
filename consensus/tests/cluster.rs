// SPDX-License-Identifier: Apache-2.0
//! Real nodes in one process: real stores, real sockets on loopback.

#![allow(clippy::unwrap_used)]

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chain::actions::{Action, MatterSettle};
use chain::ids::{Height, MatterId, RecordId, Time};
use chain::nonce::Nonce;
use chain::transaction::Transaction;
use chain::{Hash, Past, TransactionId};
use consensus::clock::Clock;
use consensus::{Config, Handle, Health, PeerAddress, start};
use genesis::demo::{Consortium, Plan, consortium};
use store::{Options, Store};

const PATIENCE: Duration = Duration::from_secs(30);

struct Net {
    consortium: Consortium,
    folders: Vec<tempfile::TempDir>,
    addresses: Vec<SocketAddr>,
    nodes: Vec<Option<(Handle, Store)>>,
    clocks: Vec<Clock>,
    nonce: u64,
}

fn free_addresses(count: usize) -> Vec<SocketAddr> {
    let listeners: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
}

impl Net {
    async fn start(validators: u32, observers: u32) -> Self {
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
            nonce: 0,
        };
        for place in 0..count {
            net.run(place).await;
        }
        net
    }

    async fn run(&mut self, place: usize) {
        let genesis = Arc::new(self.consortium.genesis.clone());
        let folder = self.folders[place].path().to_path_buf();
        // Tasks of a node that was stopped let go of its store a little later.
        let store =
            until("the store opens", || Store::open(&folder, &genesis, &Options::default()).ok())
                .await;
        let names = self.consortium.nodes.iter().zip(&self.addresses);
        let peers = names.map(|(n, a)| PeerAddress { name: n.name.clone(), address: *a });
        let config = Config {
            genesis: Arc::clone(&genesis),
            key: self.consortium.nodes[place].key.clone(),
            listen: self.addresses[place],
            peers: peers.collect(),
            clock: self.clocks[place].clone(),
        };
        let handle = start(config, store.clone()).await.unwrap();
        self.nodes[place] = Some((handle, store));
    }

    async fn stop(&mut self, place: usize) {
        let (handle, _) = self.nodes[place].take().unwrap();
        handle.stop().await;
    }

    fn handle(&self, place: usize) -> &Handle {
        &self.nodes[place].as_ref().unwrap().0
    }

    fn running(&self) -> impl Iterator<Item = &(Handle, Store)> {
        self.nodes.iter().flatten()
    }

    fn transaction(&mut self) -> (TransactionId, Bytes) {
        self.nonce += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.nonce.to_le_bytes());
        let action = Action::MatterSettle(MatterSettle { matter: MatterId(RecordId(nonce)) });
        let member = self.consortium.member("traffic-police").unwrap();
        let until = Time(Clock::default().now_ms() + 60_000);
        let chain = self.consortium.genesis.chain_id();
        let signed = Transaction::sign(&member.key, chain, action, Nonce(nonce), until);
        (signed.id(), Bytes::from(signed.to_bytes()))
    }

    async fn leader(&self) -> usize {
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
    async fn execute(&mut self, place: usize) -> TransactionId {
        let (id, bytes) = self.transaction();
        self.submit(place, id, bytes).await;
        id
    }

    async fn submit(&self, place: usize, id: TransactionId, bytes: Bytes) -> Height {
        let handle = self.handle(place);
        let started = Instant::now();
        loop {
            let taken = handle.submit(vec![bytes.clone()]).await;
            if taken[0].is_ok()
                && let Some((height, _)) = handle.executed(id, Duration::from_secs(5)).await
            {
                return height;
            }
            assert!(started.elapsed() < PATIENCE, "not executed: {taken:?} {:?}", handle.status());
        }
    }

    async fn converged(&self) -> Height {
        until("all nodes at one height", || {
            let mut heights: Vec<Height> =
                self.running().map(|(_, store)| store.header().height).collect();
            heights.dedup();
            (heights.len() == 1).then(|| heights[0])
        })
        .await
    }

    fn assert_same_headers(&self, height: Height) {
        for at in (0..=height.0).map(Height) {
            let hashes: Vec<Option<Hash>> =
                self.running().map(|(_, store)| store.hash_at(at)).collect();
            assert!(hashes.iter().all(|hash| hash.is_some() && *hash == hashes[0]), "height {at}");
        }
    }
}

async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_and_an_observer_derive_the_same_headers() {
    let mut net = Net::start(4, 1).await;
    net.leader().await;
    let mut ids = Vec::new();
    for round in 0..20 {
        ids.push(net.execute(round % 5).await);
    }
    let batch: Vec<_> = (0..500).map(|_| net.transaction()).collect();
    let bytes = batch.iter().map(|(_, bytes)| bytes.clone()).collect();
    let taken = net.handle(1).submit(bytes).await;
    assert!(taken.iter().all(Result::is_ok));
    for (id, _) in &batch {
        assert!(net.handle(2).executed(*id, PATIENCE).await.is_some());
    }
    let height = net.converged().await;
    net.assert_same_headers(height);
    for (_, store) in net.running() {
        assert!(ids.iter().all(|id| store.find_transaction(id).is_some()));
    }
    assert!(net.running().all(|(handle, _)| handle.counters().alarms == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_transaction_through_every_node_is_executed_once() {
    let mut net = Net::start(4, 1).await;
    net.leader().await;
    let (id, bytes) = net.transaction();
    let mut heights = Vec::new();
    for place in 0..5 {
        heights.push(net.submit(place, id, bytes.clone()).await);
    }
    heights.dedup();
    assert_eq!(heights.len(), 1);
    assert_eq!(net.handle(0).counters().executed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_leader_stops_another_leads_and_nothing_is_lost() {
    let mut net = Net::start(4, 0).await;
    let leader = net.leader().await;
    let mut ids = vec![net.execute(leader).await];
    net.stop(leader).await;
    let other = (leader + 1) % 4;
    for _ in 0..5 {
        ids.push(net.execute(other).await);
    }
    assert_ne!(net.leader().await, leader);
    net.run(leader).await;
    ids.push(net.execute(leader).await);
    let height = net.converged().await;
    net.assert_same_headers(height);
    for (_, store) in net.running() {
        assert!(ids.iter().all(|id| store.find_transaction(id).is_some()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_nodes_stop_and_start_again_with_what_they_had() {
    let mut net = Net::start(3, 0).await;
    net.leader().await;
    let id = net.execute(0).await;
    let before = net.converged().await;
    for place in 0..3 {
        net.stop(place).await;
    }
    for place in 0..3 {
        net.run(place).await;
    }
    let again = net.execute(1).await;
    let height = net.converged().await;
    assert!(height > before);
    net.assert_same_headers(height);
    for (_, store) in net.running() {
        assert!(store.find_transaction(&id).is_some() && store.find_transaction(&again).is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_whose_clock_runs_ahead_loses_the_lead() {
    let mut net = Net::start(4, 0).await;
    let leader = net.leader().await;
    net.execute(leader).await;
    net.clocks[leader].shift(60_000);
    let name = net.consortium.nodes[leader].name.clone();
    until("another leads", || {
        let others = net.running().filter(|(handle, _)| handle.status().name != name);
        let leaders: Vec<_> = others.filter_map(|(handle, _)| handle.status().leader).collect();
        (leaders.len() == 3 && leaders.iter().all(|leader| *leader != name)).then_some(())
    })
    .await;
    let other = (leader + 1) % 4;
    net.execute(other).await;
    let time = net.nodes[other].as_ref().unwrap().1.header().time_ms.0;
    assert!(time < Clock::default().now_ms() + 11_000, "no block from the wrong clock");
}
