// SPDX-License-Identifier: Apache-2.0
//! How the node is: status, validators, metrics, liveness, readiness.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chain::Hash;
use chain::genesis::NodeRole;
use chain::ids::{Height, Time};
use chain::keys::PublicKey;
use consensus::{Handle, Health};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use serde::Serialize;
use store::Store;

use super::Api;
use super::shapes::Stage;
use crate::http::messages;
use crate::http::problem::Problem;

/// Another node as this one sees it.
#[derive(Debug, Serialize)]
struct Peer {
    name: String,
    role: NodeRole,
    connected: bool,
    height: Option<Height>,
    clock_offset_ms: Option<i64>,
}

/// How a node is.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    chain: Hash,
    name: String,
    role: NodeRole,
    health: &'static str,
    height: Height,
    final_height: Height,
    time: Time,
    stage: Stage,
    header_hash: Hash,
    leader: Option<String>,
    term: u64,
    highest_seen: Height,
    log_end: u64,
    pending: u64,
    pending_bytes: u64,
    alarms: u64,
    peers: Vec<Peer>,
}

/// `GET /v1/status`. Until seals exist, what is executed here is final.
pub(super) async fn status(State(api): State<Api>) -> Json<Status> {
    let status = api.handle.status();
    let header = api.store.header();
    let peers = status.peers.into_iter().map(|peer| Peer {
        name: peer.name,
        role: peer.role,
        connected: peer.connected,
        height: peer.height,
        clock_offset_ms: peer.clock_offset_ms,
    });
    Json(Status {
        chain: header.chain,
        name: status.name,
        role: status.role,
        health: status.health.word(),
        height: header.height,
        final_height: header.height,
        time: header.time_ms,
        stage: Stage::Ordered,
        header_hash: header.hash(),
        leader: status.leader,
        term: status.term,
        highest_seen: status.highest_seen,
        log_end: status.log_end,
        pending: status.pending,
        pending_bytes: status.pending_bytes,
        alarms: api.handle.counters().alarms,
        peers: peers.collect(),
    })
}

/// A node of genesis.
#[derive(Debug, Serialize)]
struct NodeItem {
    number: u32,
    name: String,
    role: NodeRole,
    key: PublicKey,
}

/// The nodes that may speak.
#[derive(Debug, Serialize)]
pub(crate) struct Validators {
    height: Height,
    config_no: u32,
    nodes: Vec<NodeItem>,
}

/// `GET /v1/validators`: validators, and the observers that follow them.
pub(super) async fn validators(State(api): State<Api>) -> Json<Validators> {
    let header = api.store.header();
    let nodes = api.genesis.nodes.iter().map(|node| NodeItem {
        number: node.number,
        name: node.name.to_string(),
        role: node.role,
        key: node.key,
    });
    let (height, config_no) = (header.height, header.config_no);
    Json(Validators { height, config_no, nodes: nodes.collect() })
}

/// `GET /metrics`.
pub(super) async fn metrics(State(api): State<Api>) -> Response {
    let media = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, media)], api.metrics.write()).into_response()
}

/// `GET /livez`: the process answers.
pub(super) async fn live() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: the node takes part and is not far behind.
pub(super) async fn ready(State(api): State<Api>) -> Result<&'static str, Problem> {
    match api.handle.status().health {
        Health::Ready => Ok("ready\n"),
        Health::Stopped(reason) => Err(Problem::new(&messages::NOT_READY).value(reason)),
        other => Err(Problem::new(&messages::NOT_READY).value(other.word()).retry_after(1)),
    }
}

/// Reads the node's own counts whenever metrics are asked for.
struct NodeMetrics {
    store: Store,
    handle: Handle,
}

impl std::fmt::Debug for NodeMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NodeMetrics")
    }
}

/// Registers what the node counts itself.
pub(super) fn register(registry: &mut Registry, store: &Store, handle: &Handle) {
    let (store, handle) = (store.clone(), handle.clone());
    registry.register_collector(Box::new(NodeMetrics { store, handle }));
}

impl Collector for NodeMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let (counts, status) = (self.handle.counters(), self.handle.status());
        let sizes = self.store.sizes();
        let gauges = [
            ("dianyun_height", "Height executed here", status.height.0),
            ("dianyun_highest_seen", "Highest height that any node named", status.highest_seen.0),
            ("dianyun_term", "Term of Raft", status.term),
            ("dianyun_pending", "Transactions that wait or are under way", status.pending),
            ("dianyun_pending_bytes", "Their bytes", status.pending_bytes),
            ("dianyun_table_bytes", "Files of all tables", sizes.tables),
            ("dianyun_memtable_bytes", "Memtables", sizes.memtables),
        ];
        for (name, help, value) in gauges {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        let counters = [
            ("dianyun_submitted", "Transactions taken in", counts.submitted),
            ("dianyun_not_taken", "Transactions refused before ordering", counts.not_taken),
            ("dianyun_executed", "Transactions executed", counts.executed),
            ("dianyun_blocks", "Blocks executed", counts.blocks),
            ("dianyun_proposals", "Proposals made here", counts.proposals),
            ("dianyun_refused_proposals", "Proposals without a block", counts.refused_proposals),
            ("dianyun_signatures", "Signatures checked", counts.signatures),
            ("dianyun_leader_changes", "Changes of the leader", counts.leader_changes),
            ("dianyun_alarms", "Safety alarms", counts.alarms),
        ];
        for (name, help, value) in counters {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(
                name,
                help,
                None,
                counter.metric_type(),
            )?)?;
        }
        Ok(())
    }
}
