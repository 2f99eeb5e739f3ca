// SPDX-License-Identifier: Apache-2.0
//! All nodes derive the same headers under load, observers too.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use chain::ids::TransactionId;
use dianyun_tests::testnet::{Testnet, succeed};

#[tokio::test(flavor = "multi_thread")]
async fn after_load_every_node_has_the_same_headers_and_every_acknowledged_transaction() {
    let net = Testnet::up(4, 1);
    let acks = net.dir().join("acks.txt");
    let report = succeed([
        "bench",
        "--dir",
        &net.dir().display().to_string(),
        "--clients",
        "4",
        "--seconds",
        "5",
        "--acks",
        &acks.display().to_string(),
        "--json",
    ]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert!(report["executed"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["refused"].as_u64(), Some(0), "valid life cycles only: {report}");
    let height = net.converged().await;
    net.assert_same_headers(height).await;
    let text = std::fs::read_to_string(&acks).unwrap();
    let ids: Vec<TransactionId> = text.lines().map(|line| line.parse().unwrap()).collect();
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "an id is acknowledged once");
    let step = (ids.len() / 50).max(1);
    for id in ids.iter().step_by(step) {
        for client in net.clients() {
            let answer = client.transaction(*id).await.unwrap().unwrap();
            assert!(answer.receipt.is_some(), "{id} has a receipt on every node");
        }
    }
}
