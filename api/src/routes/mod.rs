// SPDX-License-Identifier: Apache-2.0
//! The routes under `/v1`, and what they share: the store, the running node, and limits.
//! Never a rule of the chain: answers come from `chain::query` over a view.

mod blocks;
mod codes;
mod lists;
mod node;
mod proofs;
mod records;
mod shapes;
mod stream;
mod submit;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use chain::{Genesis, Past, Time};
use consensus::Handle;
use store::{At, Store};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::config::ApiConfig;
use crate::docs;
use crate::events::Streams;
use crate::http::extract::Bodies;
use crate::http::messages;
use crate::http::problem::Problem;
use crate::metrics::{HttpMetrics, Metrics};
use crate::server::{ServeError, Server};
use crate::shell::Shell;

/// What every route can reach. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    pub(crate) store: Store,
    pub(crate) handle: Handle,
    pub(crate) genesis: Arc<Genesis>,
    pub(crate) metrics: Metrics,
    bodies: Arc<Bodies>,
    reads: Arc<Semaphore>,
    pub(crate) streams: Streams,
    pub(crate) tips: stream::Changes,
}

impl FromRef<Api> for Arc<Bodies> {
    fn from_ref(api: &Api) -> Self {
        Arc::clone(&api.bodies)
    }
}

/// A node whose interface is to be served.
pub struct Served {
    /// Its store.
    pub store: Store,
    /// The running node.
    pub handle: Handle,
    /// Its genesis.
    pub genesis: Arc<Genesis>,
    /// Where the process' metrics are registered.
    pub registry: prometheus_client::registry::Registry,
}

/// Takes the port; serves until `shutdown`. Returns the address and the serving task.
pub async fn serve(
    served: Served,
    config: &ApiConfig,
    shutdown: CancellationToken,
) -> Result<(std::net::SocketAddr, tokio::task::JoinHandle<()>), ServeError> {
    let Served { store, handle, genesis, mut registry } = served;
    let http = HttpMetrics::register(&mut registry);
    node::register(&mut registry, &store, &handle);
    let server = Server::bind(config, http.clone()).await?;
    let listen = config.listen;
    let address = server.address().map_err(|source| ServeError::Bind { listen, source })?;
    let limits = &config.limits;
    let api = Api {
        tips: stream::Changes::start(store.clone(), handle.blocks()),
        store,
        handle,
        genesis,
        metrics: Metrics::new(registry),
        bodies: Arc::new(Bodies::new(limits.body(), limits.large_bodies)),
        reads: Arc::new(Semaphore::new(limits.reads)),
        streams: Streams::new(limits.streams, http.clone(), shutdown.clone()),
    };
    let any_host = !config.listen.ip().is_loopback();
    let app = Shell { any_host, metrics: http }.around(routes().with_state(api));
    Ok((address, tokio::spawn(server.run(app, shutdown))))
}

fn routes() -> Router<Api> {
    Router::new()
        .route("/v1/transactions", post(submit::one))
        .route("/v1/transactions/batch", post(submit::batch))
        .route("/v1/transactions/{id}", get(blocks::transaction))
        .route("/v1/transactions/{id}/proof", get(proofs::transaction))
        .route("/v1/codes/{id}/proof", get(proofs::code))
        .route("/v1/records/{kind}/{id}/proof", get(proofs::of_kind))
        .route("/v1/blocks", get(blocks::blocks))
        .route("/v1/blocks/{height}", get(blocks::block))
        .route("/v1/headers/{height}", get(blocks::header))
        .route("/v1/status", get(node::status))
        .route("/v1/validators", get(node::validators))
        .route("/v1/parameters", get(records::parameters))
        .route("/v1/organisations", get(lists::organisations))
        .route("/v1/organisations/{id}", get(records::organisation))
        .route("/v1/persons/{id}", get(records::person))
        .route("/v1/applications", get(lists::applications))
        .route("/v1/applications/{id}", get(records::application))
        .route("/v1/vehicles", get(lists::vehicles))
        .route("/v1/vehicles/{id}", get(records::vehicle))
        .route("/v1/matters", get(lists::matters))
        .route("/v1/matters/{id}", get(records::matter))
        .route("/v1/waybills", get(lists::waybills))
        .route("/v1/waybills/{id}", get(records::waybill))
        .route("/v1/codes", get(lists::codes))
        .route("/v1/codes/{id}", get(codes::code))
        .route("/v1/codes/{id}/history", get(codes::history))
        .route("/v1/codes/{id}/qr.svg", get(codes::qr))
        .route("/v1/state/{kind}", get(lists::state))
        .route("/v1/events", get(stream::events))
        .route("/metrics", get(node::metrics))
        .route("/livez", get(node::live))
        .route("/readyz", get(node::ready))
        .merge(docs::routes())
}

/// As of when something is read: the newest block, an earlier height, or an instant.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AsOf {
    pub(crate) at_height: Option<u64>,
    pub(crate) at_time: Option<Time>,
}

impl Api {
    /// Reads off the async threads, so many at once.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Api) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let internal = || Problem::new(&messages::INTERNAL);
        let permit = Arc::clone(&self.reads).acquire_owned().await.map_err(|_| internal())?;
        let api = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&api)
        });
        read.await.map_err(|_| internal())?
    }

    /// The records as of when they are asked for, and the instant that an answer is for.
    pub(crate) fn as_of(&self, asked: AsOf) -> Result<(At, Time), Problem> {
        let not_reached = |what: String| Problem::new(&messages::HEIGHT_NOT_REACHED).value(what);
        match (asked.at_height, asked.at_time) {
            (None, None) => {
                let at = self.store.latest();
                let time = chain::Records::header(&at).time_ms;
                Ok((at, time))
            }
            (Some(height), None) => {
                let at = self.store.at(chain::Height(height));
                let at = at.ok_or_else(|| not_reached(format!("height {height}")))?;
                let time = chain::Records::header(&at).time_ms;
                Ok((at, time))
            }
            (None, Some(time)) => {
                if time > self.store.header().time_ms {
                    return Err(not_reached(time.to_string()));
                }
                let header = self.store.header_before(time);
                let before = || Problem::new(&messages::BEFORE_GENESIS).value(time);
                let height = header.ok_or_else(before)?.height;
                let at = self.store.at(height).ok_or_else(before)?;
                Ok((at, time))
            }
            (Some(_), Some(_)) => {
                Err(Problem::new(&messages::PROOF_NOT_OFFERED).value("at_height, at_time"))
            }
        }
    }
}
