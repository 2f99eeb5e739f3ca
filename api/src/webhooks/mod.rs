// SPDX-License-Identifier: Apache-2.0
//! Webhooks: the changes that an organisation may see, posted to an address of its choice. A webhook keeps
//! a place in the chain's changes and what could not be delivered; the changes themselves are read from the
//! chain, so nothing is lost, on a restart neither. Never decides who sees what: the table of access does.

pub mod config;
mod deliver;
mod hook;
mod record;
mod rows;
mod schedule;
mod seal;
mod send;
mod sign;

use std::collections::BTreeMap;
use std::sync::Arc;

use chain::Time;
use chain::ids::OrganisationId;
use chain::records::RecordKind;
use consensus::clock::Clock;
use parking_lot::{Mutex, RwLock};
use prometheus_client::registry::Registry;
use store::{Local, StoreError};
use tokio::sync::Semaphore;

use crate::access::Narrowed;
use crate::metrics::WebhookMetrics;
use crate::outgoing::AuthoritiesError;
pub(crate) use crate::outgoing::Target;
use crate::routes::Api;
use config::WebhookConfig;
pub(crate) use deliver::is_wanted;
pub(crate) use hook::Hook;
pub(crate) use record::{DeadLetter, Done, Stopped, WebhookId};
use record::{Kept, Progress, Sealed};
use rows::Rows;
pub use seal::SealKey;
use send::Sender;
pub(crate) use send::{Failure, Sent};
use sign::Secret;

/// Why webhooks cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The file of authorities cannot be used.
    #[error("{0}; api.webhooks.authorities names a PEM file with certificates")]
    Authorities(#[from] AuthoritiesError),
    /// A row of this node's table cannot be read.
    #[error("what this node keeps of webhook {0} cannot be read: another release wrote it")]
    Row(String),
    /// It was removed meanwhile.
    #[error("the webhook was removed")]
    Removed,
    /// Reading the chain failed.
    #[error("the chain cannot be read at the moment")]
    Busy,
    /// The system gives no random bytes.
    #[error("the system's random source failed")]
    Random,
    /// The disk does not do what it is asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a webhook is not registered.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The organisation has one with this address and these kinds.
    Exists(WebhookId),
    /// The organisation, or the node, has as many as it may.
    TooMany(usize),
    /// It went wrong here.
    Failed(WebhookError),
}

impl<E: Into<WebhookError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What a new webhook is to be.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Whose it is.
    pub(crate) organisation: OrganisationId,
    /// What it may see at most.
    pub(crate) most: Narrowed,
    /// Where it is delivered to.
    pub(crate) target: Target,
    /// Kinds of records whose changes are wanted; none means all.
    pub(crate) kinds: Vec<RecordKind>,
    /// The first change that is wanted.
    pub(crate) from: u64,
}

/// All webhooks of a node.
pub struct Webhooks {
    rows: Rows,
    config: WebhookConfig,
    seal: SealKey,
    sender: Sender,
    /// Places for deliveries under way, and those among them that one organisation may have.
    places: Semaphore,
    of_one: Mutex<BTreeMap<OrganisationId, Arc<Semaphore>>>,
    hooks: RwLock<BTreeMap<WebhookId, Arc<Hook>>>,
    metrics: WebhookMetrics,
}

impl Webhooks {
    /// Reads those that a node has. Nothing is delivered yet.
    pub fn open(local: Local, config: &WebhookConfig, seal: SealKey) -> Result<Self, WebhookError> {
        let rows = Rows::new(local);
        let sender = Sender::new(config)?;
        let hooks = rows.all()?.into_iter().map(|(kept, progress)| {
            let hook = Hook::new(kept, progress);
            (hook.id(), Arc::new(hook))
        });
        let hooks: BTreeMap<_, _> = hooks.collect();
        let metrics = WebhookMetrics::default();
        metrics.registered(hooks.len());
        Ok(Self {
            rows,
            seal,
            sender,
            places: Semaphore::new(config.at_once),
            of_one: Mutex::default(),
            hooks: RwLock::new(hooks),
            metrics,
            config: config.clone(),
        })
    }

    /// The places of one organisation: a quarter of all, so that whoever answers slowly delays itself alone.
    fn places_of(&self, organisation: OrganisationId) -> Arc<Semaphore> {
        let own = || Arc::new(Semaphore::new((self.config.at_once / 4).max(1)));
        Arc::clone(self.of_one.lock().entry(organisation).or_insert_with(own))
    }

    pub(crate) fn register_metrics(&self, registry: &mut Registry) {
        self.metrics.register(registry);
    }

    /// Delivers until the interface shuts down. Where one node serves two interfaces, one of them does.
    pub(crate) fn start(&self, api: &Api) {
        for hook in self.hooks.read().values() {
            hook.start(api);
        }
    }

    pub(crate) fn config(&self) -> &WebhookConfig {
        &self.config
    }

    /// Those of an organisation, in the order in which they were registered.
    pub(crate) fn of(&self, organisation: OrganisationId) -> Vec<Arc<Hook>> {
        let hooks = self.hooks.read();
        let mut own: Vec<_> =
            hooks.values().filter(|hook| hook.organisation() == organisation).cloned().collect();
        own.sort_by_key(|hook| (hook.created_at(), hook.id()));
        own
    }

    /// One of an organisation.
    pub(crate) fn find(&self, organisation: OrganisationId, id: WebhookId) -> Option<Arc<Hook>> {
        let found = self.hooks.read().get(&id).cloned();
        found.filter(|hook| hook.organisation() == organisation)
    }

    /// Registers one, and gives its secret, which is not kept in the clear.
    pub(crate) fn add(&self, wanted: Wanted) -> Result<(Arc<Hook>, String), Refused> {
        let mut hooks = self.hooks.write();
        let mut own = hooks.values().filter(|hook| hook.organisation() == wanted.organisation);
        let is_same = |hook: &&Arc<Hook>| hook.wants_the_same(&wanted.target, &wanted.kinds);
        if let Some(same) = own.clone().find(is_same) {
            return Err(Refused::Exists(same.id()));
        }
        let most = self.config.per_organisation;
        if own.by_ref().count() >= most || hooks.len() >= self.config.most {
            return Err(Refused::TooMany(most));
        }
        let id = WebhookId::of(random()?);
        let secret = Secret::of(random()?);
        let sealed = Sealed { text: self.seal.seal(id, &secret, random()?), until: None };
        let Wanted { organisation, most, target, kinds, from } = wanted;
        let kept = Kept {
            id,
            organisation,
            url: target,
            kinds,
            scopes: most.scopes,
            by_office: most.by_office,
            created_at: now(),
            secrets: vec![sealed],
        };
        let progress = Progress::at(from);
        self.rows.register(&kept, &progress)?;
        let hook = Arc::new(Hook::new(kept, progress));
        hooks.insert(id, Arc::clone(&hook));
        self.metrics.registered(hooks.len());
        Ok((hook, secret.reveal()))
    }

    /// Forgets one, with all that it could not deliver.
    pub(crate) fn remove(&self, hook: &Hook) -> Result<(), WebhookError> {
        let mut hooks = self.hooks.write();
        hook.end();
        self.rows.forget(hook.id())?;
        hooks.remove(&hook.id());
        self.metrics.registered(hooks.len());
        Ok(())
    }

    /// A new secret; the one before signs beside it for a while.
    pub(crate) fn rotate(&self, hook: &Hook, overlap_ms: u64) -> Result<String, WebhookError> {
        let secret = Secret::of(random()?);
        let sealed = Sealed { text: self.seal.seal(hook.id(), &secret, random()?), until: None };
        let now = now();
        hook.change(|state| {
            let before = state.kept.secrets.last_mut();
            if let Some(before) = before {
                before.until = Some(now.plus(overlap_ms));
            }
            // The newest before, and no older: a receiver follows one change at a time.
            let kept = state.kept.secrets.len().saturating_sub(1);
            state.kept.secrets.drain(..kept);
            state.kept.secrets.retain(|old| old.until.is_none_or(|until| now < until));
            state.kept.secrets.push(sealed);
            self.rows.keep(&state.kept)
        })?;
        Ok(secret.reveal())
    }

    /// Goes on from a change, wherever that is; what could not be delivered from there on is forgotten,
    /// since it comes again.
    pub(crate) fn replay_from(&self, hook: &Hook, from: u64) -> Result<(), WebhookError> {
        hook.change(|state| {
            let (delivered, wanted) = (state.progress.delivered, state.progress.wanted);
            let forgotten = self.rows.forget_dead(hook.id(), from)?;
            let dead = state.progress.dead.saturating_sub(forgotten);
            let wanted = wanted && dead > 0;
            state.progress = Progress { delivered, dead, wanted, ..Progress::at(from) };
            state.epoch += 1;
            Ok(self.rows.progress(hook.id(), &state.progress, store::Durable::Now)?)
        })
    }

    /// Delivers once more what could not be delivered.
    pub(crate) fn replay_dead(&self, hook: &Hook) -> Result<u64, WebhookError> {
        hook.change(|state| {
            state.progress.wanted = state.progress.dead > 0;
            state.progress.wanted_from = 0;
            self.rows.progress(hook.id(), &state.progress, store::Durable::Now)?;
            Ok(state.progress.dead)
        })
    }

    /// What could not be delivered, behind a change.
    pub(crate) fn dead(&self, id: WebhookId, from: u64, limit: usize) -> Vec<DeadLetter> {
        self.rows.dead(id, from, limit)
    }

    /// What was delivered of late, in the order of the changes.
    pub(crate) fn done(&self, id: WebhookId) -> Vec<Done> {
        self.rows.done(id)
    }
}

/// The clock of who delivers.
pub(crate) fn now() -> Time {
    Time(Clock::default().now_ms())
}

fn random<const N: usize>() -> Result<[u8; N], WebhookError> {
    let mut random = [0; N];
    getrandom::fill(&mut random).map_err(|_| WebhookError::Random)?;
    Ok(random)
}
