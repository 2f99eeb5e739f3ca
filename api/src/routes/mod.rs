// SPDX-License-Identifier: Apache-2.0
//! The routes under `/v1`, and what they share: the store, the running node, and limits.
//! Never a rule of the chain: answers come from `chain::query` over a view.

mod affiliations;
mod applying;
mod batches;
mod blocks;
mod cargo;
mod codes;
mod consents;
mod deliveries;
#[cfg(test)]
mod examples;
mod exchange;
mod holders;
pub(crate) mod holdings;
mod interfaces;
mod lists;
mod modules;
mod node;
mod papers;
mod prepare;
mod proofs;
mod records;
mod shapes;
mod shown;
mod sign;
pub(crate) mod stream;
pub(crate) mod submit;
mod waybills;
mod webhooks;
mod written;

use std::num::NonZeroUsize;
use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware;
use bytes::Bytes;
use chain::shown::WitnessKey;
use chain::{Genesis, Past, Time};
use consensus::Handle;
use store::{At, Store};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use vault::Vault;

use crate::access::credentials::Access;
use crate::access::guard::guard;
use crate::access::register::Register;
use crate::access::signing::Keystore;
use crate::applying::{Applying, Parts};
use crate::config::ApiConfig;
use crate::description::{self, refusing};
use crate::docs;
use crate::events::Streams;
use crate::exchange::Exchange;
use crate::http::extract::Bodies;
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;
use crate::metrics::{HttpMetrics, Metrics, node as node_metrics};
use crate::pages;
use crate::server::{ServeError, Server};
use crate::shell::{Shell, with_fallbacks};
use crate::webhooks::Webhooks;

/// What every route can reach. Every request clones it several times: one count, not one for each part.
#[derive(Clone)]
pub struct Api(Arc<Reached>);

impl Deref for Api {
    type Target = Reached;

    fn deref(&self) -> &Reached {
        &self.0
    }
}

/// What there is to reach.
pub struct Reached {
    pub(crate) store: Store,
    pub(crate) handle: Handle,
    pub(crate) genesis: Arc<Genesis>,
    /// What signs for shown codes; none on an observer.
    pub(crate) witness: Option<WitnessKey>,
    pub(crate) metrics: Metrics,
    pub(crate) access: Arc<Access>,
    pub(crate) exchange: Arc<Exchange>,
    pub(crate) applying: Arc<Applying>,
    pub(crate) keystore: watch::Receiver<Arc<Keystore>>,
    /// Personal data that this node keeps; none where it keeps none.
    pub(crate) vault: Option<Arc<Vault>>,
    bodies: Arc<Bodies>,
    reads: Arc<Semaphore>,
    pub(crate) streams: Streams,
    /// Cancelled once this node stops serving.
    pub(crate) shutdown: CancellationToken,
    pub(crate) tips: stream::Changes,
    pub(crate) webhooks: Arc<Webhooks>,
    /// What `/openapi.json` answers.
    pub(crate) description: Bytes,
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
    /// What signs for shown codes, and nothing else; none on an observer.
    pub witness: Option<WitnessKey>,
    /// Where the process' metrics are registered.
    pub registry: prometheus_client::registry::Registry,
    /// The API keys that it knows, as they change.
    pub keys: watch::Receiver<Arc<Register>>,
    /// Its exchange with other nodes.
    pub exchange: Arc<Exchange>,
    /// Its vault, if it has one.
    pub vault: Option<Arc<Vault>>,
    /// Its webhooks, which are delivered while it serves.
    pub webhooks: Arc<Webhooks>,
    /// The keys with which it signs for organisations, as they change.
    pub keystore: watch::Receiver<Arc<Keystore>>,
}

/// Takes the port; serves until `shutdown`. Returns the address and the serving task.
pub async fn serve(
    served: Served,
    config: &ApiConfig,
    shutdown: CancellationToken,
) -> Result<(std::net::SocketAddr, tokio::task::JoinHandle<()>), ServeError> {
    let Served {
        store,
        handle,
        genesis,
        witness,
        mut registry,
        keys,
        keystore,
        exchange,
        vault,
        webhooks,
    } = served;
    let http = HttpMetrics::register(&mut registry);
    node_metrics::register(&mut registry, &store, &handle);
    webhooks.register_metrics(&mut registry);
    let server = Server::bind(config, http.clone()).await?;
    let listen = config.listen;
    let address = server.address().map_err(|source| ServeError::Bind { listen, source })?;
    let limits = &config.limits;
    let (routes, document) = described();
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let reads = Arc::new(Semaphore::new(limits.reads_per_core.saturating_mul(cores)));
    let access = Access::new(
        config.allow_open_api_without_credentials,
        keys,
        (config.per_minute.clone(), config.proxy.clone()),
        token::audience(genesis.chain_id(), &handle.status().name),
    );
    let applying = Applying::start(
        Parts {
            config: &config.applying,
            genesis: &genesis,
            name: &handle.status().name,
            store: &store,
            exchange: &exchange,
            vault: vault.as_ref(),
        },
        &mut registry,
        shutdown.clone(),
    )?;
    let api = Api(Arc::new(Reached {
        applying: Arc::new(applying),
        tips: stream::Changes::start(store.clone(), handle.blocks(), Arc::clone(&reads)),
        webhooks,
        store,
        handle,
        genesis,
        witness,
        metrics: Metrics::new(registry),
        access: Arc::new(access),
        exchange,
        keystore,
        vault,
        bodies: Arc::new(Bodies::new(limits.body(), limits.large_bodies)),
        reads,
        description: description::finished(&document).to_string().into(),
        streams: Streams::new(limits, http.clone(), shutdown.clone()),
        shutdown: shutdown.clone(),
    }));
    api.webhooks.start(&api);
    let guarded = middleware::from_fn_with_state(api.clone(), guard);
    let any_host = !config.listen.ip().is_loopback();
    let app = Shell { any_host, metrics: http }
        .around(with_fallbacks(routes).layer(guarded).with_state(api));
    Ok((address, tokio::spawn(server.run(app, shutdown))))
}

type Problems = &'static [&'static Message];

/// What can be wrong with a query, and with an id.
const ASKED: Problems = &[&messages::UNKNOWN_FIELD, &messages::INVALID_FIELD];
/// What can be wrong with a page.
const PAGED: Problems =
    &[&messages::UNKNOWN_FIELD, &messages::INVALID_FIELD, &messages::INVALID_CURSOR];
/// What more can be wrong with an earlier height or time.
const PAST: Problems =
    &[&messages::FIELDS_EXCLUSIVE, &messages::HEIGHT_NOT_REACHED, &messages::BEFORE_GENESIS];
const REACHED: Problems = &[&messages::HEIGHT_NOT_REACHED];
const FOUND: Problems = &[&messages::NOT_FOUND];

/// Every route with its description and the problems that it can answer.
pub(crate) fn described() -> (Router<Api>, OpenApi) {
    OpenApiRouter::with_openapi(description::base())
        .merge(transactions())
        .merge(blocks())
        .merge(codes())
        .merge(shown())
        .merge(records())
        .merge(lists())
        .merge(consents())
        .merge(exchange())
        .merge(holders())
        .merge(applying())
        .merge(modules())
        .merge(webhooks())
        .merge(node())
        .split_for_parts()
}

fn transactions() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(routes!(submit::submit), &[ASKED, submit::BODY, submit::NOT_TAKEN]))
        .routes(refusing(routes!(submit::submit_batch), &[ASKED, submit::BODY, submit::BATCH]))
        .routes(refusing(routes!(prepare::prepare), &[ASKED, submit::BODY, prepare::LARGE]))
        .routes(refusing(
            routes!(sign::sign),
            &[ASKED, submit::BODY, prepare::LARGE, sign::NOT_SIGNED],
        ))
        .routes(refusing(routes!(blocks::transaction), &[ASKED, FOUND]))
        .routes(refusing(routes!(proofs::transaction_proof), &[ASKED, FOUND]))
}

fn blocks() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(routes!(blocks::blocks), &[PAGED]))
        .routes(refusing(routes!(blocks::block), &[PAGED, REACHED]))
        .routes(refusing(routes!(blocks::block_changes), &[PAGED, REACHED]))
        .routes(refusing(routes!(blocks::header), &[ASKED, REACHED]))
}

fn codes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(routes!(lists::codes), &[PAGED]))
        .routes(refusing(routes!(codes::code), &[ASKED, PAST]))
        .routes(refusing(routes!(papers::papers), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(codes::code_history), &[PAGED]))
        .routes(refusing(routes!(proofs::code_proof), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(codes::code_qr), &[ASKED]))
}

fn shown() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(routes!(shown::witness_code), &[ASKED, shown::NOT_WITNESSED]))
        .routes(refusing(
            routes!(shown::witness_organisation),
            &[ASKED, shown::KEY_NEEDED, shown::NOT_WITNESSED],
        ))
        .routes(refusing(routes!(shown::verify_shown), &[ASKED, submit::BODY]))
}

fn records() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(routes!(records::parameters), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(records::organisation), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(interfaces::of_organisation), &[ASKED, PAST]))
        .routes(refusing(routes!(records::person), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(records::application), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(records::vehicle), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(records::matter), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(records::waybill), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(proofs::record_proof), &[ASKED, PAST, FOUND]))
}

fn lists() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(routes!(lists::organisations), &[PAGED]))
        .routes(refusing(routes!(interfaces::interfaces), &[PAGED]))
        .routes(refusing(routes!(lists::applications), &[PAGED]))
        .routes(refusing(routes!(lists::vehicles), &[PAGED]))
        .routes(refusing(routes!(lists::matters), &[PAGED, &[&messages::FIELDS_EXCLUSIVE]]))
        .routes(refusing(routes!(waybills::waybills), &[PAGED, FOUND]))
        .routes(refusing(routes!(lists::state), &[PAGED]))
}

fn consents() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(routes!(consents::consents), &[PAGED]))
        .routes(refusing(routes!(records::consent), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(consents::code_consents), &[PAGED]))
        .routes(refusing(routes!(consents::accesses), &[PAGED]))
        .routes(refusing(routes!(records::access), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(consents::code_accesses), &[PAGED]))
        .routes(refusing(routes!(consents::erasures), &[PAGED]))
        .routes(refusing(routes!(records::erasure), &[ASKED, PAST, FOUND]))
}

fn exchange() -> OpenApiRouter<Api> {
    use exchange::{NOT_BEGUN, NOT_COLLECTED, NOT_RECORDED, NOT_SHOWN};
    let (body, taken) = (submit::BODY, submit::NOT_TAKEN);
    let at_once: [Problems; 6] = [ASKED, body, NOT_BEGUN, NOT_RECORDED, NOT_COLLECTED, taken];
    let shown = [&at_once[..], &[NOT_SHOWN]].concat();
    OpenApiRouter::default()
        .routes(refusing(routes!(exchange::exchange), &at_once))
        .routes(refusing(routes!(exchange::prepare_exchange), &[ASKED, body, NOT_BEGUN]))
        .routes(refusing(routes!(exchange::collect), &[ASKED, FOUND, NOT_COLLECTED]))
        .routes(refusing(routes!(exchange::exchange_state), &[ASKED, FOUND, NOT_BEGUN]))
        .routes(refusing(routes!(exchange::capacity), &shown))
        .routes(refusing(routes!(exchange::prepare_capacity), &[ASKED, body, NOT_BEGUN, NOT_SHOWN]))
        .routes(refusing(routes!(holders::wish), &[ASKED, body, holders::NOT_WISHED]))
        .routes(refusing(
            routes!(holdings::leave),
            &[ASKED, body, FOUND, holdings::NOT_KEPT, holdings::NOT_TAKEN],
        ))
        .routes(refusing(routes!(holdings::held), &[ASKED, FOUND, holdings::NOT_KEPT]))
        .routes(refusing(
            routes!(cargo::leave_fields),
            &[ASKED, body, FOUND, holdings::NOT_KEPT, cargo::NOT_TAKEN],
        ))
        .routes(refusing(routes!(cargo::fields_held), &[ASKED, FOUND, holdings::NOT_KEPT]))
        .routes(refusing(routes!(cargo::waybill_fields), &[ASKED, FOUND, holdings::NOT_KEPT]))
}

fn holders() -> OpenApiRouter<Api> {
    const STREAMS: Problems = &[&messages::TOO_MANY_STREAMS];
    let body = submit::BODY;
    OpenApiRouter::default()
        .routes(refusing(routes!(holders::draw_capacity), &[ASKED, body, holders::NOT_OFFERED]))
        .routes(refusing(routes!(holders::sign_capacity), &[ASKED, body, holders::NOT_SIGNED]))
        .routes(refusing(routes!(holders::prompts), &[ASKED, FOUND]))
        .routes(refusing(routes!(holders::refuse_prompt), &[ASKED, FOUND]))
        .routes(refusing(routes!(holders::prompt_events), &[ASKED, FOUND, STREAMS]))
}

fn applying() -> OpenApiRouter<Api> {
    use applying::{
        IN_CLEAR, NOT_CORRECTED, NOT_MATCHED, NOT_PROVED, NOT_READY, NOT_SENT, NOT_SUBMITTED,
    };
    let (body, taken, signed) = (submit::BODY, submit::NOT_TAKEN, sign::NOT_SIGNED);
    let kept = holdings::NOT_TAKEN;
    let submitted = [ASKED, IN_CLEAR, body, FOUND, NOT_READY, NOT_SUBMITTED, taken, signed, kept];
    OpenApiRouter::default()
        .routes(refusing(routes!(applying::send_one_time_code), &[ASKED, IN_CLEAR, body, NOT_SENT]))
        .routes(refusing(
            routes!(applying::verify_one_time_code),
            &[ASKED, IN_CLEAR, body, NOT_PROVED],
        ))
        .routes(refusing(routes!(applying::check_papers), &[ASKED, IN_CLEAR, body]))
        .routes(refusing(
            routes!(applying::prepare_application),
            &[ASKED, IN_CLEAR, body, NOT_READY],
        ))
        .routes(refusing(
            routes!(applying::prepare_correction),
            &[ASKED, IN_CLEAR, body, FOUND, NOT_READY, NOT_CORRECTED],
        ))
        .routes(refusing(
            routes!(applying::prepare_key_change),
            &[ASKED, IN_CLEAR, body, NOT_READY, NOT_MATCHED],
        ))
        .routes(refusing(routes!(applying::submit_draft), &submitted))
}

fn modules() -> OpenApiRouter<Api> {
    use modules::{NOT_ASKED, NOT_SHOWN};
    const EXCLUSIVE: Problems = &[&messages::FIELDS_EXCLUSIVE];
    OpenApiRouter::default()
        .routes(refusing(routes!(affiliations::affiliations), &[PAGED, EXCLUSIVE]))
        .routes(refusing(routes!(records::affiliation), &[ASKED, PAST, FOUND]))
        .routes(refusing(routes!(modules::enterprise_drivers), &[PAGED, NOT_SHOWN]))
        .routes(refusing(routes!(modules::drivers_with_values), &[PAGED, NOT_ASKED]))
        .routes(refusing(routes!(modules::enterprise_vehicles), &[PAGED, NOT_SHOWN]))
        .routes(refusing(routes!(modules::vehicles_with_values), &[PAGED, NOT_ASKED]))
}

fn webhooks() -> OpenApiRouter<Api> {
    let told = webhooks::TOLD;
    OpenApiRouter::default()
        .routes(refusing(routes!(webhooks::create), &[ASKED, told, webhooks::ADDED]))
        .routes(refusing(routes!(webhooks::list), &[ASKED]))
        .routes(refusing(routes!(webhooks::look), &[ASKED, FOUND]))
        .routes(refusing(routes!(webhooks::remove), &[ASKED, FOUND]))
        .routes(refusing(routes!(deliveries::deliveries), &[PAGED, FOUND]))
        .routes(refusing(routes!(webhooks::rotate), &[ASKED, FOUND, told]))
        .routes(refusing(routes!(webhooks::test), &[ASKED, FOUND, told, &[&messages::OVERLOADED]]))
        .routes(refusing(
            routes!(webhooks::replay),
            &[ASKED, FOUND, told, &[&messages::FIELDS_EXCLUSIVE]],
        ))
}

fn node() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(refusing(
            routes!(stream::events),
            &[ASKED, REACHED, &[&messages::TOO_MANY_STREAMS]],
        ))
        .routes(refusing(routes!(node::status), &[ASKED]))
        .routes(refusing(routes!(node::validators), &[ASKED]))
        .routes(refusing(routes!(node::genesis), &[ASKED]))
        .routes(refusing(routes!(node::metrics), &[]))
        .routes(refusing(routes!(node::live), &[]))
        .routes(refusing(routes!(node::ready), &[&[&messages::NOT_READY]]))
        .merge(docs::routes())
        .merge(pages::routes())
}

/// As of when something is read: the newest block, an earlier height, or an instant.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// Read as of this height; not together with `at_time`.
    at_height: Option<u64>,
    /// Read as of this instant; not together with `at_height`.
    #[serde(default, deserialize_with = "instant")]
    at_time: Option<Time>,
}

/// As of when a record is read, and whether with a proof.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// Read as of this height; not together with `at_time`.
    at_height: Option<u64>,
    /// Read as of this instant; not together with `at_height`.
    #[serde(default, deserialize_with = "instant")]
    at_time: Option<Time>,
    /// Add a proof of what is read.
    #[serde(default)]
    #[param(required = false)]
    pub(crate) proof: bool,
}

/// An instant of a query. Its `+` is read as a space where a client did not escape it, and no instant
/// has a space: so it is one.
fn instant<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(from)?;
    text.replace(' ', "+").parse().map(Some).map_err(serde::de::Error::custom)
}

impl AsOf {
    pub(crate) fn when(self) -> When {
        When { at_height: self.at_height, at_time: self.at_time }
    }
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
    pub(crate) fn as_of(&self, asked: When) -> Result<(At, Time), Problem> {
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
                Err(Problem::new(&messages::FIELDS_EXCLUSIVE).value("at_height, at_time"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::table::TABLE;

    /// The router tells its paths to nobody but where it is printed.
    #[test]
    fn every_routed_path_has_a_row() {
        let printed = format!("{:?}", described().0);
        let paths = printed.split('"').filter(|part| part.starts_with('/'));
        // What answers for no path at all is no path.
        let paths = paths.filter(|path| !path.starts_with("/{*__private__"));
        let paths: std::collections::BTreeSet<&str> = paths.collect();
        assert!(paths.len() > 30 && paths.contains("/docs/start.js"), "{paths:?}");
        for path in paths {
            let row =
                TABLE.iter().find(|row| row.route.split_once(' ').is_some_and(|r| r.1 == path));
            assert!(row.is_some(), "{path} has no row");
        }
    }
}
