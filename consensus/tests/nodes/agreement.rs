// SPDX-License-Identifier: Apache-2.0
//! All nodes derive the same headers, whoever stops and comes back.

use chain::Past;
use consensus::ProposalSize;

use crate::net::{Net, PATIENCE};

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
async fn blocks_are_no_larger_than_the_leader_makes_them() {
    let mut net = Net::start(1, 0).await;
    net.stop(0).await;
    net.proposal = ProposalSize::new(3).unwrap();
    net.run(0).await;
    net.leader().await;
    let batch: Vec<_> = (0..20).map(|_| net.transaction()).collect();
    let taken = net.handle(0).submit(batch.iter().map(|(_, bytes)| bytes.clone()).collect()).await;
    assert!(taken.iter().all(Result::is_ok));
    let mut counts = Vec::new();
    for (id, _) in &batch {
        let placed = net.handle(0).executed(*id, PATIENCE).await.unwrap();
        assert_eq!(placed.receipt.transaction, *id);
        counts.push(net.store(0).header_at(placed.height).unwrap().tx_count);
    }
    assert!(counts.iter().all(|count| *count <= 3) && counts.contains(&3), "{counts:?}");
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
