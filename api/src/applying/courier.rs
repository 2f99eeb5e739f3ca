// SPDX-License-Identifier: Apache-2.0
//! Carries what waits for an authority's answer to its inbox, again and again until the chain has the answer. What is
//! to be carried follows from chain and vault, so that a restart loses nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chain::Time;
use chain::fields;
use chain::ids::{ApplicationId, OrganisationId};
use chain::query;
use chain::records::application::{ApplicationState, ClaimState};
use chain::records::{Application, Organisation};
use sealing::{ClaimSent, Content};
use store::Store;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use vault::{Standing, Subject, Vault, View};

use super::inboxes::{Inboxes, NotPosted};
use crate::exchange::Exchange;
use crate::metrics::CourierMetrics;

/// Pause after the first try; each one after it is twice as long.
const FIRST: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(600);
/// How long what was left by somebody else waits: whoever leaves it may have posted it already.
const LEFT: Duration = Duration::from_secs(2);
/// Applications that wait at once; what is beyond is found by the next look through the vault.
const MOST: usize = 100_000;
/// Applications that may be handed over at once.
pub(super) const QUEUE: usize = 4_096;
/// Applications carried at once.
const AT_ONCE: usize = 32;
/// Subjects of the vault looked at in one go.
const PAGE: usize = 200;
/// Between two looks through the whole vault.
const LOOK: Duration = Duration::from_secs(3_600);

/// An application to look after.
#[derive(Clone, Copy, Debug)]
pub(super) enum Errand {
    /// This node put it on chain.
    Sent(ApplicationId),
    /// A sponsor left its data.
    Left(ApplicationId),
}

/// What a courier is made of.
pub(super) struct Parts {
    pub(super) store: Store,
    pub(super) exchange: Arc<Exchange>,
    pub(super) vault: Arc<Vault>,
    pub(super) inboxes: Arc<Inboxes>,
    pub(super) metrics: CourierMetrics,
}

struct Due {
    /// None while it is carried.
    at: Option<Instant>,
    pause: Duration,
    /// There is more to carry than what is carried now.
    is_more: bool,
}

/// What is to be carried of an application now.
struct Load(BTreeMap<OrganisationId, Vec<ClaimSent>>);

/// Carries until `shutdown`.
pub(super) async fn run(
    parts: Parts,
    mut errands: mpsc::Receiver<Errand>,
    shutdown: CancellationToken,
) {
    let parts = Arc::new(parts);
    let mut due: BTreeMap<ApplicationId, Due> = BTreeMap::new();
    let mut carrying: JoinSet<(ApplicationId, Carried)> = JoinSet::new();
    let mut look = tokio::time::interval(LOOK);
    loop {
        let room = carrying.len() < AT_ONCE;
        let next = due.values().filter_map(|one| one.at).min().filter(|_| room);
        let wait = async {
            match next {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            errand = errands.recv() => match errand {
                Some(Errand::Sent(id)) => add(&mut due, id, Duration::ZERO),
                Some(Errand::Left(id)) => add(&mut due, id, LEFT),
                None => return,
            },
            _ = look.tick() => {
                let parts = Arc::clone(&parts);
                let found = tokio::task::spawn_blocking(move || waiting(&parts)).await;
                for id in found.unwrap_or_default() {
                    add(&mut due, id, Duration::ZERO);
                }
            }
            Some(done) = carrying.join_next() => {
                if let Ok((id, carried)) = done {
                    again(&mut due, id, carried);
                }
            }
            () = wait => {
                let now = Instant::now();
                let ready = due.iter_mut().filter(|(_, one)| one.at.is_some_and(|at| at <= now));
                // Who waits longest is next, so that an inbox that hangs keeps nobody waiting for ever.
                let mut ready: Vec<_> = ready.collect();
                ready.sort_unstable_by_key(|(_, one)| one.at);
                for (id, one) in ready.into_iter().take(AT_ONCE - carrying.len()) {
                    one.at = None;
                    carrying.spawn(carry(Arc::clone(&parts), *id));
                }
            }
        }
        parts.metrics.waiting(due.len());
    }
}

fn add(due: &mut BTreeMap<ApplicationId, Due>, id: ApplicationId, after: Duration) {
    let at = Some(Instant::now() + after);
    let (new, is_room) = (Due { at, pause: FIRST, is_more: false }, due.len() < MOST);
    match due.get_mut(&id) {
        Some(one) if one.at.is_none() => one.is_more = true,
        Some(one) => *one = new,
        None if is_room => drop(due.insert(id, new)),
        None => {}
    }
}

/// What carrying came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    /// Nothing waits any more.
    Nothing,
    /// An inbox had no place free: soon again.
    Busy,
    /// It waits for the chain's answer, or for an inbox that gave none.
    Waits,
}

/// Later again what waits still.
fn again(due: &mut BTreeMap<ApplicationId, Due>, id: ApplicationId, carried: Carried) {
    match due.get_mut(&id) {
        Some(one) if one.is_more => {
            *one = Due { at: Some(Instant::now()), pause: FIRST, is_more: false };
        }
        Some(one) if carried == Carried::Busy => one.at = Some(Instant::now() + FIRST),
        Some(one) if carried == Carried::Waits => {
            one.at = Some(Instant::now() + one.pause);
            one.pause = (one.pause * 2).min(LONGEST);
        }
        _ => drop(due.remove(&id)),
    }
}

/// Carries what waits of an application.
async fn carry(parts: Arc<Parts>, id: ApplicationId) -> (ApplicationId, Carried) {
    let own = Arc::clone(&parts);
    let load = tokio::task::spawn_blocking(move || load(&own, id)).await;
    let Ok(Some(Load(load))) = load else { return (id, Carried::Nothing) };
    let mut carried = Carried::Waits;
    let now = parts.exchange.now();
    for (authority, claims) in load {
        let posted = parts.inboxes.post(authority, &Content::Claims(claims), now).await;
        if posted == Err(NotPosted::Busy) {
            carried = Carried::Busy;
            continue;
        }
        parts.metrics.posted(posted.is_ok());
        match posted {
            Ok(()) => {
                tracing::debug!(application = %id, %authority, "claims are with their authority");
            }
            Err(why) => {
                tracing::warn!(application = %id, %authority, ?why, "claims wait for their authority");
            }
        }
    }
    (id, carried)
}

/// What waits for an answer; none if nothing does, or nothing is held of it. Reads the disk.
fn load(parts: &Parts, id: ApplicationId) -> Option<Load> {
    let now = parts.exchange.now();
    let at = parts.store.latest();
    let application = query::typed::<Application, _>(&at, id.0, now)?.value;
    let places = places_that_wait(&application)?;
    let held = parts.vault.claims(Subject::Application(id), View::ordinary(now)).ok()?;
    let mut load: BTreeMap<OrganisationId, Vec<ClaimSent>> = BTreeMap::new();
    for claim in held.iter().filter(|claim| places.contains(&claim.place)) {
        let on_chain = application.claims.get(claim.place as usize)?;
        let root = fields::root(fields::table(claim.kind), &claim.fields);
        let attester = query::typed::<Organisation, _>(&at, on_chain.attester.0, now);
        let attests =
            attester.is_some_and(|seen| seen.value.attests(on_chain.kind, application.prefecture));
        if claim.kind != on_chain.kind || root != Ok(on_chain.root) || !attests {
            // Nobody is sent what is not theirs to answer.
            tracing::error!(application = %id, place = claim.place, "a claim is not carried");
            continue;
        }
        load.entry(on_chain.attester).or_default().push(ClaimSent {
            application: id,
            claim: claim.place,
            kind: claim.kind,
            fields: claim.fields.clone(),
        });
    }
    (!load.is_empty()).then_some(Load(load))
}

/// The places of claims that wait; none if the application is over.
fn places_that_wait(application: &Application) -> Option<BTreeSet<u32>> {
    let claims = (0_u32..).zip(&application.claims);
    let wait = claims.filter(|(_, claim)| claim.state == ClaimState::Waiting);
    let places: BTreeSet<u32> = wait.map(|(place, _)| place).collect();
    (application.state == ApplicationState::Verifying && !places.is_empty()).then_some(places)
}

/// The applications in the vault with claims that wait. Reads the disk.
fn waiting(parts: &Parts) -> Vec<ApplicationId> {
    let mut found = Vec::new();
    let mut after: Option<Subject> = None;
    let now: Time = parts.exchange.now();
    loop {
        let page = match parts.vault.subjects(after, PAGE) {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "the vault cannot be looked through");
                return found;
            }
        };
        let Some((last, _)) = page.last() else { return found };
        after = Some(*last);
        let at = parts.store.latest();
        for (subject, standing) in page {
            let Subject::Application(id) = subject else { continue };
            let application = query::typed::<Application, _>(&at, id.0, now);
            let waits = application.and_then(|seen| places_that_wait(&seen.value)).is_some();
            if waits && standing == Standing::Held && found.len() < MOST {
                found.push(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::ids::RecordId;

    use super::*;

    const ID: ApplicationId = ApplicationId(RecordId([1; 16]));

    #[test]
    fn pauses_grow_to_the_longest_and_begin_anew_with_something_new() {
        let mut due = BTreeMap::new();
        add(&mut due, ID, Duration::ZERO);
        let mut pause = FIRST;
        for _ in 0..10 {
            assert_eq!(due[&ID].pause, pause);
            due.get_mut(&ID).unwrap().at = None;
            again(&mut due, ID, Carried::Waits);
            pause = (pause * 2).min(LONGEST);
        }
        assert_eq!(pause, LONGEST);
        add(&mut due, ID, Duration::ZERO);
        assert_eq!(due[&ID].pause, FIRST);
        again(&mut due, ID, Carried::Nothing);
        assert!(due.is_empty());
    }

    #[test]
    fn what_comes_while_it_is_carried_is_carried_at_once_afterwards() {
        let mut due = BTreeMap::new();
        for carried in [Carried::Waits, Carried::Busy, Carried::Nothing] {
            add(&mut due, ID, Duration::ZERO);
            let one = due.get_mut(&ID).unwrap();
            (one.at, one.pause) = (None, LONGEST);
            add(&mut due, ID, Duration::ZERO);
            assert!(due[&ID].at.is_none(), "not carried twice at once");
            again(&mut due, ID, carried);
            assert!(due[&ID].at.unwrap() <= Instant::now());
            assert_eq!((due[&ID].pause, due[&ID].is_more), (FIRST, false));
        }
    }
}
