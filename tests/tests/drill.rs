// SPDX-License-Identifier: Apache-2.0
//! The drill: kill -9 at random moments under load, then start again. Nothing acknowledged is lost or
//! doubled, and every node converges. The seed is printed; DRILL_SEED repeats it.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chain::ids::{Height, TransactionId};
use dianyun_tests::testnet::{Testnet, binary};
use dianyun_tests::waiting::until;

/// The load lasts so long; kills fall into it.
const LOAD: Duration = Duration::from_secs(40);
/// Transactions a second.
const RATE: u64 = 300;
/// The whole drill lasts at most so long.
const DRILL: Duration = Duration::from_secs(90);

/// A small generator: the same seed, the same drill.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

fn seed() -> u64 {
    let given = std::env::var("DRILL_SEED").ok().map(|text| text.parse().unwrap());
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let seed = given.unwrap_or(u64::from(time.subsec_nanos()) + 1);
    println!("DRILL_SEED={seed}");
    assert_ne!(seed, 0, "the generator needs another seed");
    seed
}

async fn leader(net: &Testnet) -> Option<String> {
    for client in net.clients() {
        if let Ok(status) = client.status().await
            && status.leader.is_some()
        {
            return status.leader;
        }
    }
    None
}

/// Kills whom this round's draw says, lets the rest go on, and starts them again.
async fn round(net: &Testnet, draw: &mut Draw) {
    let all: Vec<String> = net.nodes.iter().map(|node| node.name.clone()).collect();
    let victims = match draw.below(4) {
        0 => all,
        1 => leader(net).await.into_iter().collect(),
        _ => vec![all[draw.below(all.len() as u64) as usize].clone()],
    };
    println!("killing {victims:?}");
    for name in &victims {
        net.kill(name);
    }
    tokio::time::sleep(Duration::from_millis(draw.below(1_500))).await;
    for name in &victims {
        net.start(name);
    }
    let limit = Duration::from_secs(30);
    let clients = net.clients();
    until("every node answers and knows a leader", limit, || async {
        for client in &clients {
            client.status().await.ok()?.leader?;
        }
        Some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_when_nodes_are_killed() {
    let mut draw = Draw(seed());
    let net = Testnet::up(4, 1);
    let acks = net.dir().join("acks.txt");
    let load = Command::new(binary())
        .args(["bench", "--clients", "4", "--json", "--rate"])
        .arg(RATE.to_string())
        .arg("--seconds")
        .arg(LOAD.as_secs().to_string())
        .arg("--dir")
        .arg(net.dir())
        .arg("--acks")
        .arg(&acks)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let written = || async { std::fs::metadata(&acks).ok().filter(|m| m.len() > 0) };
    until("the load begins", Duration::from_secs(30), written).await;
    let started = Instant::now();
    while started.elapsed() + Duration::from_secs(8) < LOAD {
        tokio::time::sleep(Duration::from_millis(500 + draw.below(2_500))).await;
        round(&net, &mut draw).await;
    }
    let ended = tokio::task::spawn_blocking(move || load.wait_with_output());
    let ended = ended.await.unwrap().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    println!("{report}");
    assert!(ended.status.success(), "the load failed");
    assert!(started.elapsed() < DRILL, "the drill took {:?}", started.elapsed());
    let height = net.converged().await;
    net.assert_same_headers(height).await;
    let counted = count(&net, height).await;
    assert!(counted.values().all(|times| *times == 1), "a transaction is in the chain twice");
    let text = std::fs::read_to_string(&acks).unwrap();
    let acknowledged: Vec<TransactionId> =
        text.lines().filter_map(|line| line.parse().ok()).collect();
    // A quarter of what is sent while all nodes live.
    let floor = usize::try_from(RATE * LOAD.as_secs() / 4).unwrap();
    assert!(acknowledged.len() > floor, "only {} were acknowledged", acknowledged.len());
    let lost = acknowledged.iter().filter(|id| !counted.contains_key(id)).count();
    assert_eq!(lost, 0, "of {} acknowledged transactions", acknowledged.len());
}

/// How often each transaction is in the chain.
async fn count(net: &Testnet, height: Height) -> BTreeMap<TransactionId, usize> {
    let client = net.client(0);
    let mut times = BTreeMap::new();
    for at in 1..=height.0 {
        let block = client.block(Height(at)).await.unwrap();
        for transaction in block.transactions {
            *times.entry(transaction.id).or_default() += 1;
        }
    }
    times
}
