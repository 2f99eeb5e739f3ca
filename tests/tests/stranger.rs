// SPDX-License-Identifier: Apache-2.0
//! A peer whose key is not in genesis cannot speak, and does no harm.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use client::Signer;
use dianyun_tests::testnet::Testnet;
use libp2p::futures::StreamExt;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, StreamProtocol, Swarm, noise, tcp, yamux};

/// The lanes between nodes.
const LANES: [&str; 4] =
    ["/dianyun/append/1", "/dianyun/control/1", "/dianyun/forward/1", "/dianyun/sync/1"];

fn stranger() -> Swarm<libp2p_stream::Behaviour> {
    libp2p::SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| libp2p_stream::Behaviour::new())
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(30)))
        .build()
}

fn address(p2p: &str) -> Multiaddr {
    let socket: std::net::SocketAddr = p2p.parse().unwrap();
    format!("/ip4/{}/tcp/{}", socket.ip(), socket.port()).parse().unwrap()
}

/// Dials, tries every lane as soon as a connection stands, and waits until the node ends it.
async fn is_turned_away(p2p: &str) {
    let mut swarm = stranger();
    swarm.dial(address(p2p)).unwrap();
    let mut attempts = tokio::task::JoinSet::new();
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::ConnectionEstablished { peer_id, .. } => {
                for lane in LANES {
                    let mut control = swarm.behaviour().new_control();
                    let lane = StreamProtocol::new(lane);
                    attempts.spawn(async move { control.open_stream(peer_id, lane).await.is_ok() });
                }
            }
            SwarmEvent::ConnectionClosed { .. } | SwarmEvent::OutgoingConnectionError { .. } => {
                break;
            }
            _ => {}
        }
    }
    drop(swarm);
    // One that began when the connection had ended waits for another that never comes.
    attempts.abort_all();
    while let Some(opened) = attempts.join_next().await {
        assert!(!opened.is_ok_and(|opened| opened), "a stranger opened a lane");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_turned_away_and_the_chain_goes_on() {
    let net = Testnet::up(4, 0);
    for node in &net.nodes {
        let turned_away = is_turned_away(&node.p2p);
        tokio::time::timeout(Duration::from_secs(20), turned_away).await.unwrap();
    }
    let client = net.client(0);
    let signer: Signer = net.signer("traffic-police");
    let time = client.status().await.unwrap().time;
    let action = chain::actions::MatterSettle {
        matter: chain::ids::MatterId(chain::ids::RecordId([9; 16])),
    };
    let transaction = signer.sign(chain::Action::MatterSettle(action), time);
    let bytes = transaction.to_bytes();
    let verdicts = client.submit_batch([bytes.as_slice()], true).await.unwrap();
    assert!(verdicts[0].is_ordered(), "{:?}", verdicts[0]);
    let height = net.converged().await;
    net.assert_same_headers(height).await;
}
