// SPDX-License-Identifier: Apache-2.0
//! Applying, the whole way: a phone is proved, papers become commitments and go into the vault, the holder's word
//! makes a transaction of them, authorities are sent what they need sealed to them. What may be applied for, and
//! whose word it takes, the chain says.

pub mod config;
mod courier;
mod drafts;
mod gateway;
mod inboxes;
pub(crate) mod phones;
mod prepare;
mod submit;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chain::genesis::Mode;
use chain::ids::{ApplicationId, OrganisationId};
use chain::{Genesis, Time};
use prometheus_client::registry::Registry;
use store::Store;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use vault::Vault;

use crate::exchange::Exchange;
use crate::metrics::CourierMetrics;
use crate::outgoing::{AuthoritiesError, Outgoing};
use config::ApplyingConfig;
use courier::Errand;
use drafts::{Drafts, Owner};
use gateway::Gateway;
use inboxes::Inboxes;
use phones::{Drawn, NotDrawn, Phone, Phones};

pub(crate) use drafts::Paper;
pub(crate) use prepare::{Correction, KeyWish, PaperLeft, Prepared, Wish, in_order};
pub(crate) use submit::Submitted;

/// Longest answer of a gateway or an inbox: a change of a key is answered once it is on chain.
const TIME: Duration = Duration::from_secs(20);
/// Whatever might tell a right guess from a wrong one is answered no sooner than this.
pub(crate) const FLOOR: Duration = Duration::from_millis(300);

/// How often what is good no more is wiped.
const SWEEP: Duration = Duration::from_secs(60);

/// Why applications cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum ApplyingError {
    /// The gateway's secret cannot be used.
    #[error("{}: {why}; api.applying.sms.secret names a file with the gateway's secret", path.display())]
    Secret {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The file of authorities cannot be used.
    #[error("{0}; api.applying.certificates names a PEM file with certificates")]
    Certificates(#[from] AuthoritiesError),
    /// The system gives no random bytes.
    #[error("the system's random source failed")]
    Random,
}

/// What applications need of a node.
pub(crate) struct Parts<'a> {
    pub(crate) config: &'a ApplyingConfig,
    pub(crate) genesis: &'a Genesis,
    /// The name of this node.
    pub(crate) name: &'a str,
    pub(crate) store: &'a Store,
    pub(crate) exchange: &'a Arc<Exchange>,
    pub(crate) vault: Option<&'a Arc<Vault>>,
}

/// Applications that this node takes.
pub(crate) struct Applying {
    phones: Arc<Phones>,
    gateway: Gateway,
    drafts: Arc<Drafts>,
    inboxes: Arc<Inboxes>,
    errands: mpsc::Sender<Errand>,
    /// The organisation that runs this node: it sends what persons apply for here.
    runner: Option<OrganisationId>,
}

impl Applying {
    /// Starts carrying what waits, until `shutdown`.
    pub(crate) fn start(
        parts: Parts<'_>,
        registry: &mut Registry,
        shutdown: CancellationToken,
    ) -> Result<Self, ApplyingError> {
        let Parts { config, genesis, name, store, exchange, vault } = parts;
        let outgoing = Outgoing::to_operators_choice(config.certificates.as_deref(), TIME)?;
        let inboxes = Inboxes::new(store.clone(), outgoing, &config.authorities);
        let inboxes = Arc::new(inboxes);
        let (errands, waiting) = mpsc::channel(courier::QUEUE);
        let metrics = CourierMetrics::default();
        metrics.register(registry);
        if let Some(vault) = vault {
            let parts = courier::Parts {
                store: store.clone(),
                exchange: Arc::clone(exchange),
                vault: Arc::clone(vault),
                inboxes: Arc::clone(&inboxes),
                metrics,
            };
            tokio::spawn(courier::run(parts, waiting, shutdown.clone()));
        }
        let phones = Arc::new(Phones::new().ok_or(ApplyingError::Random)?);
        let drafts = Arc::new(Drafts::default());
        let (swept, exchange) = ((Arc::clone(&phones), Arc::clone(&drafts)), Arc::clone(exchange));
        tokio::spawn(async move {
            let sweeping = async {
                let mut times = tokio::time::interval(SWEEP);
                loop {
                    times.tick().await;
                    swept.0.forget_old(exchange.now());
                    swept.1.forget_old(exchange.now());
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = sweeping => {}
            }
        });
        let node = genesis.nodes.iter().find(|node| node.name.to_string() == name);
        let runner = node.and_then(|node| genesis.organisations.get(node.organisation as usize));
        Ok(Self {
            phones,
            gateway: Gateway::new(config.sms.as_ref(), genesis.mode == Mode::Demo)?,
            drafts,
            inboxes,
            errands,
            runner: runner.map(|runner| Genesis::organisation_id(&runner.identity)),
        })
    }

    /// Looks after an application whose data a sponsor left.
    pub(crate) fn left(&self, id: ApplicationId) {
        // A full queue loses nothing: the vault is looked through again.
        let _full = self.errands.try_send(Errand::Left(id));
    }

    /// Draws a one-time code for a phone whose number was checked, and sends it.
    pub(crate) async fn send_code(
        &self,
        phone: &str,
        now: Time,
    ) -> Result<Drawn, Result<NotDrawn, gateway::NotSent>> {
        let drawn = self.phones.draw(phone, now).map_err(Ok)?;
        match self.gateway.send(self.inboxes.outgoing(), phone, &drawn).await {
            Ok(()) => Ok(drawn),
            Err(not) => {
                // What may be on its way counts, so that a slow gateway lets nobody be flooded.
                if not.is_certain {
                    self.phones.take_back(&drawn);
                }
                Err(Err(not))
            }
        }
    }

    /// True if nobody can prove a phone here.
    pub(crate) fn is_closed(&self) -> bool {
        self.gateway.is_none()
    }

    /// A ticket for who enters the right code.
    pub(crate) fn enter(&self, request: &str, code: &str, now: Time) -> Option<String> {
        self.phones.enter(request, code, now)
    }

    fn shown(&self, ticket: &str, now: Time) -> Option<(Phone, Owner)> {
        let (phone, digest) = self.phones.shown(ticket, now)?;
        Some((phone, Owner::Ticket(digest)))
    }
}
