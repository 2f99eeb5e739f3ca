// SPDX-License-Identifier: Apache-2.0
//! How the node is: status, validators, metrics, liveness, readiness. Never changes anything.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chain::Hash;
use chain::genesis::{Genesis, NodeRole};
use chain::ids::{Height, Time};
use chain::keys::PublicKey;
use consensus::Health;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::shapes::Stage;
use crate::http::extract::{Nothing, Query};
use crate::http::json::Json;
use crate::http::messages;
use crate::http::problem::Problem;
use crate::metrics::MEDIA_TYPE;

/// Another node as this one sees it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Peer {
    /// Its name in genesis.
    name: String,
    /// Its role.
    role: NodeRole,
    /// Whether there is a connection.
    connected: bool,
    /// The height that it named last.
    height: Option<Height>,
    /// How far its clock was ahead of this node's, in milliseconds.
    clock_offset_ms: Option<i64>,
}

/// How a node is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Status {
    /// Chain id: the hash of genesis. Transactions are signed for it.
    chain: Hash,
    /// The node's name in genesis.
    name: String,
    /// Its role.
    role: NodeRole,
    /// `ready`, `catching_up`, `no_leader` or `stopped`.
    health: String,
    /// Newest height executed here.
    height: Height,
    /// Newest final height. Until seals exist, what is executed here is final.
    final_height: Height,
    /// Time of the newest block.
    time: Time,
    /// Its stage.
    stage: Stage,
    /// Hash of its header.
    header_hash: Hash,
    /// Name of the leader; null while none is known.
    leader: Option<String>,
    /// Term of Raft.
    term: u64,
    /// The highest height that any node named.
    highest_seen: Height,
    /// Entries of the log here; 0 on an observer.
    log_end: u64,
    /// Transactions that wait or are under way.
    pending: u64,
    /// Their bytes.
    pending_bytes: u64,
    /// Safety alarms since the start. Any is a reason to look at the log.
    alarms: u64,
    /// The other nodes.
    peers: Vec<Peer>,
}

/// 节点状态。How the node is: height, leader, pool and peers.
#[utoipa::path(
    get,
    path = "/v1/status",
    tag = "node",
    responses((status = 200, description = "How the node is.", body = Status)),
)]
pub(super) async fn status(
    State(api): State<Api>,
    Query(Nothing {}): Query<Nothing>,
) -> Json<Status> {
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
        health: status.health.word().to_owned(),
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
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct NodeItem {
    /// Its number, never used again.
    number: u32,
    /// Its name.
    name: String,
    /// Its role.
    role: NodeRole,
    /// Its key.
    key: PublicKey,
}

/// The nodes that may speak.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Validators {
    /// Height of the newest block.
    height: Height,
    /// Its time.
    time: Time,
    /// Its stage.
    stage: Stage,
    /// Number of the validator set.
    config_no: u32,
    /// Validators and observers.
    nodes: Vec<NodeItem>,
}

/// 验证节点。The validators, and the observers that follow them.
#[utoipa::path(
    get,
    path = "/v1/validators",
    tag = "node",
    responses((status = 200, description = "The nodes.", body = Validators)),
)]
pub(super) async fn validators(
    State(api): State<Api>,
    Query(Nothing {}): Query<Nothing>,
) -> Json<Validators> {
    let header = api.store.header();
    let nodes = api.genesis.nodes.iter().map(|node| NodeItem {
        number: node.number,
        name: node.name.to_string(),
        role: node.role,
        key: node.key,
    });
    let (height, time, config_no) = (header.height, header.time_ms, header.config_no);
    Json(Validators { height, time, stage: Stage::Ordered, config_no, nodes: nodes.collect() })
}

/// 创世文件。What the chain begins with: mode, depth of the state tree, first organisations and nodes.
///
/// The hash of its canonical bytes is the chain id, so that nobody has to believe the node.
#[utoipa::path(
    get,
    path = "/v1/genesis",
    tag = "node",
    responses((status = 200, description = "The genesis.", body = Genesis)),
)]
pub(super) async fn genesis(
    State(api): State<Api>,
    Query(Nothing {}): Query<Nothing>,
) -> Json<Genesis> {
    Json(Genesis::clone(&api.genesis))
}

/// 指标。Metrics in the OpenMetrics text format (docs/metrics.md).
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "node",
    responses((
        status = 200,
        description = "All metrics.",
        body = String,
        content_type = "application/openmetrics-text",
    )),
)]
pub(super) async fn metrics(State(api): State<Api>) -> Response {
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], api.metrics.write()).into_response()
}

/// 存活探针。The process answers.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "node",
    responses((status = 200, description = "`alive`", body = String, content_type = "text/plain")),
)]
pub(super) async fn live() -> &'static str {
    "alive\n"
}

/// 就绪探针。The node takes part and is not far behind.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "node",
    responses((status = 200, description = "`ready`", body = String, content_type = "text/plain")),
)]
pub(super) async fn ready(State(api): State<Api>) -> Result<&'static str, Problem> {
    match api.handle.status().health {
        Health::Ready => Ok("ready\n"),
        Health::Stopped(reason) => Err(Problem::new(&messages::NOT_READY).value(reason)),
        other => Err(Problem::new(&messages::NOT_READY).value(other.word()).retry_after(1)),
    }
}
