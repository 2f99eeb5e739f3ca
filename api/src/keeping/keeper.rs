// SPDX-License-Identifier: Apache-2.0
//! The vault follows the chain, and the chain the vault: an erasure that is recorded is done here, what was
//! restricted is erased when its time is over, and what was done here is published by its sponsor's key. All
//! of it is found again after a crash, by comparing the two.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chain::actions::{Action, ErasurePublish};
use chain::ids::{ApplicationId, Height, Time};
use chain::keys::SecretKey;
use chain::query::exchange::may_erase;
use chain::records::{Application, Erasure, ErasureKind, RecordKind};
use chain::refusal::Refused;
use chain::{Records, query};
use consensus::Handle;
use parking_lot::Mutex;
use store::Store;
use tokio_util::sync::CancellationToken;
use vault::{Protocol, Standing, Subject, Vault, VaultError};

use super::retention::retain;
use super::strays::Strays;
use crate::exchange::Exchange;

/// Subjects, or changes of a block, looked at in one go.
const PAGE: usize = 200;
/// Longest time between two looks.
const LOOK: Duration = Duration::from_secs(5);
/// Whether something is to be kept no longer is looked at so often, in milliseconds.
const RETAIN_MS: u64 = 24 * 3_600_000;
/// The same while something is held that the chain has nothing of.
const STRAYS_MS: u64 = 3_600_000;
/// What was refused is not published again before so many milliseconds.
const AGAIN_MS: u64 = 60_000;

/// What a keeper is made of.
#[derive(Clone)]
pub struct Parts {
    /// The node's vault.
    pub vault: Arc<Vault>,
    /// What signs for sponsors.
    pub exchange: Arc<Exchange>,
    /// The node's store.
    pub store: Store,
    /// The running node.
    pub handle: Handle,
}

/// Keeps a vault and the chain's erasures in step.
pub struct Keeper {
    parts: Parts,
    /// What was done here and is not on chain yet, and from when on it is tried.
    unpublished: Mutex<BTreeMap<ApplicationId, Time>>,
    /// Those for whose sponsor this node has no key: said once.
    told: Mutex<BTreeSet<ApplicationId>>,
    /// When it is looked at next what is to be kept no longer.
    retained: Mutex<Time>,
    strays: Mutex<Strays>,
}

/// Why nothing was restricted or erased.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The chain has no such application.
    #[error("{0} is no application on chain")]
    NotOnChain(ApplicationId),
    /// The chain's rules are against it.
    #[error("the chain's rules are against it: {}", reasons(.0))]
    Refused(Refused),
    /// The vault does not do it.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Restricts or erases what came with an application, if the chain's rules allow to publish it. What is so
/// already answers its protocol again. May take long: nothing is left on the disk when an erasure returns.
pub fn carry_out<R: Records + ?Sized>(
    vault: &Vault,
    (records, now): (&R, Time),
    id: ApplicationId,
    kind: ErasureKind,
) -> Result<Protocol, KeepError> {
    let subject = Subject::Application(id);
    if let Some(protocol) = vault.protocol(subject)?.filter(|protocol| protocol.kind == kind) {
        return Ok(protocol);
    }
    if vault.standing(subject)?.is_none() {
        return Err(VaultError::NotHeld(subject).into());
    }
    if recorded(records, id, now).is_none_or(|record| record.kind != kind) {
        let application = query::typed::<Application, _>(records, id.0, now);
        let application = application.ok_or(KeepError::NotOnChain(id))?.value;
        may_erase(records, &application, kind, now).map_err(KeepError::Refused)?;
    }
    done(vault, subject, kind, now)
}

/// The reasons of a refusal, by their codes.
pub(crate) fn reasons(refused: &Refused) -> String {
    let reasons = refused.0.iter().map(|reason| match &reason.about {
        Some(about) => format!("{} ({about})", reason.code.code()),
        None => reason.code.code().to_owned(),
    });
    reasons.collect::<Vec<_>>().join(", ")
}

pub(super) fn done(
    vault: &Vault,
    subject: Subject,
    kind: ErasureKind,
    now: Time,
) -> Result<Protocol, KeepError> {
    match kind {
        ErasureKind::Restricted { until } if until > now => {
            Ok(vault.restrict(subject, until, now)?)
        }
        // Restricted until an instant that is past: nobody may see it any more.
        ErasureKind::Restricted { .. } | ErasureKind::Erased => {
            let mut protocols = vault.erase(&[subject], now)?;
            protocols.pop().ok_or(KeepError::Vault(VaultError::NotHeld(subject)))
        }
    }
}

fn recorded<R: Records + ?Sized>(records: &R, id: ApplicationId, now: Time) -> Option<Erasure> {
    query::typed::<Erasure, _>(records, Erasure::id_of(id).0, now).map(|seen| seen.value)
}

impl Keeper {
    /// Starts keeping them in step, until `shutdown`.
    pub fn start(parts: Parts, shutdown: CancellationToken) -> Arc<Self> {
        let (unpublished, told, retained, strays) = Default::default();
        let keeper = Arc::new(Self { parts, unpublished, told, retained, strays });
        tokio::spawn(Arc::clone(&keeper).run(shutdown));
        keeper
    }

    /// Restricts or erases what came with an application, and publishes it as soon as it can. May block.
    pub fn carry_out(&self, id: ApplicationId, kind: ErasureKind) -> Result<Protocol, KeepError> {
        let at = self.parts.store.latest();
        let protocol = carry_out(&self.parts.vault, (&at, self.now()), id, kind)?;
        self.compare(Subject::Application(id))?;
        Ok(protocol)
    }

    fn now(&self) -> Time {
        self.parts.exchange.now()
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) {
        let mut blocks = self.parts.handle.blocks();
        let mut seen = None;
        loop {
            let own = Arc::clone(&self);
            let looked = tokio::task::spawn_blocking(move || own.look(seen)).await;
            match looked {
                Ok(Ok(height)) => seen = Some(height),
                Ok(Err(error)) => tracing::error!(%error, "the vault does not follow the chain"),
                Err(error) => tracing::error!(%error, "the vault was not looked at"),
            }
            self.publish().await;
            tokio::select! {
                () = shutdown.cancelled() => return,
                changed = blocks.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Does what the chain says since a height, or all that it says, and what is due.
    fn look(&self, seen: Option<Height>) -> Result<Height, KeepError> {
        let newest = self.parts.store.header().height;
        match seen {
            Some(seen) => {
                for height in seen.0 + 1..=newest.0 {
                    self.look_at_block(Height(height))?;
                }
            }
            None => self.compare_all()?,
        }
        self.retain_all()?;
        loop {
            let due = self.parts.vault.due(self.now(), PAGE)?;
            if due.is_empty() {
                return Ok(newest);
            }
            self.parts.vault.erase(&due, self.now())?;
            for subject in due {
                tracing::info!(%subject, "its time is over: erased");
                self.compare(subject)?;
            }
        }
    }

    fn look_at_block(&self, height: Height) -> Result<(), KeepError> {
        let mut skip = 0;
        loop {
            let changes = self.parts.store.changes_from(height, skip, PAGE);
            for change in &changes {
                if change.version.kind != RecordKind::Erasure {
                    continue;
                }
                let (at, id) = (self.parts.store.latest(), change.version.id);
                if let Some(erasure) = query::typed::<Erasure, _>(&at, id, self.now()) {
                    self.compare(Subject::Application(erasure.value.application))?;
                }
            }
            if changes.len() < PAGE {
                return Ok(());
            }
            skip += PAGE;
        }
    }

    fn compare_all(&self) -> Result<(), KeepError> {
        let mut after = None;
        loop {
            let page = self.parts.vault.subjects(after, PAGE)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(*last);
            for (subject, _) in &page {
                self.compare(*subject)?;
            }
        }
    }

    /// Ends the keeping of waybills whose time is over and of what never came onto the chain, once a day.
    fn retain_all(&self) -> Result<(), KeepError> {
        let now = self.now();
        if now < *self.retained.lock() {
            return Ok(());
        }
        let mut after = None;
        loop {
            let page = self.parts.vault.subjects(after, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            for (subject, standing) in &page {
                let (vault, at) = (&self.parts.vault, self.parts.store.latest());
                match subject {
                    Subject::Waybill(id) => {
                        if let Some(protocol) = retain(vault, (&at, now), *id)? {
                            tracing::debug!(%subject, kind = ?protocol.kind, "no longer kept as it was");
                        }
                    }
                    Subject::Application(id) => {
                        let (held, as_of) = ((&**vault, *id, *standing), at.header().time_ms);
                        if self.strays.lock().look(held, (&at, as_of), now)? {
                            tracing::info!(%subject, "it never came onto the chain: taken out");
                        }
                    }
                }
            }
        }
        self.parts.vault.end_erasures()?;
        let pause = if self.strays.lock().are_any() { STRAYS_MS } else { RETAIN_MS };
        *self.retained.lock() = now.plus(pause);
        Ok(())
    }

    /// Brings what is held of a subject and what the chain says of it together: the later word counts, and
    /// what is erased stays so.
    fn compare(&self, subject: Subject) -> Result<(), KeepError> {
        let Subject::Application(id) = subject else { return Ok(()) };
        let Some(standing) = self.parts.vault.standing(subject)? else { return Ok(()) };
        let own = self.parts.vault.protocol(subject)?;
        let record = recorded(&self.parts.store.latest(), id, self.now());
        match (own, record) {
            (None, None) => {}
            (Some(own), Some(record)) if own.kind == record.kind => {
                self.unpublished.lock().remove(&id);
            }
            (Some(own), record) if is_later(standing, &own, record.as_ref()) => {
                self.unpublished.lock().entry(id).or_insert(Time(0));
            }
            (_, Some(record)) => {
                done(&self.parts.vault, subject, record.kind, self.now())?;
                tracing::info!(%subject, kind = ?record.kind, "done as the chain says");
            }
            (Some(_), None) => {}
        }
        Ok(())
    }

    /// Publishes what was done here, each by the key of its sponsor.
    async fn publish(self: &Arc<Self>) {
        let now = self.now();
        let due: Vec<ApplicationId> = {
            let unpublished = self.unpublished.lock();
            let due = unpublished.iter().filter(|(_, from)| **from <= now);
            due.map(|(id, _)| *id).collect()
        };
        for id in due {
            self.unpublished.lock().insert(id, now.plus(AGAIN_MS));
            let own = Arc::clone(self);
            let signed = tokio::task::spawn_blocking(move || own.word(id)).await;
            let Ok(Ok(Some((action, key)))) = signed else { continue };
            match self.parts.exchange.order(action, &key).await {
                Ok(_) => drop(self.unpublished.lock().remove(&id)),
                Err(problem) => {
                    tracing::warn!(application = %id, code = problem.code(), "an erasure waits to be published");
                }
            }
        }
    }

    /// What is published of an application, and the key that signs it; none if it is published, may not be
    /// published, or no key is here.
    fn word(&self, id: ApplicationId) -> Result<Option<(Action, SecretKey)>, KeepError> {
        let (at, now) = (self.parts.store.latest(), self.now());
        let Some(protocol) = self.parts.vault.protocol(Subject::Application(id))? else {
            return Ok(None);
        };
        if recorded(&at, id, now).is_some_and(|record| record.kind == protocol.kind) {
            self.unpublished.lock().remove(&id);
            return Ok(None);
        }
        let application = query::typed::<Application, _>(&at, id.0, now);
        let application = application.ok_or(KeepError::NotOnChain(id))?.value;
        if let Err(refused) = may_erase(&at, &application, protocol.kind, now) {
            let refused = reasons(&refused);
            tracing::warn!(application = %id, refused, "an erasure cannot be published yet");
            return Ok(None);
        }
        let Some(key) = self.parts.exchange.signing_key(application.sponsor) else {
            if self.told.lock().insert(id) {
                tracing::warn!(
                    application = %id, sponsor = %application.sponsor,
                    "an erasure waits: `exchange.keys` has no key of its sponsor; `dianyun vault erase --key` signs by a file"
                );
            }
            return Ok(None);
        };
        let kind = protocol.kind;
        let action = ErasurePublish { application: id, kind, digest: protocol.digest() };
        Ok(Some((action.into(), key)))
    }
}

/// True if what was done here is what the chain is to be told.
fn is_later(standing: Standing, own: &Protocol, record: Option<&Erasure>) -> bool {
    match record {
        None => true,
        Some(_) if matches!(standing, Standing::Erased { .. }) => true,
        Some(record) => record.kind != ErasureKind::Erased && own.at > record.at,
    }
}
