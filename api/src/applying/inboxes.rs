// SPDX-License-Identifier: Apache-2.0
//! The inboxes of authorities: which key each publishes, checked against the chain, and what is posted to it.

use std::collections::BTreeMap;

use axum::http::{Request, header};
use bytes::Bytes;
use chain::ids::{OrganisationId, Prefecture, Time};
use chain::query;
use chain::records::certificate::CertificateKind;
use chain::records::key::Use;
use chain::records::{Organisation, Owner, RegisteredKey, Role};
use chain::{Hash, Records};
use parking_lot::Mutex;
use sealing::{Content, Parcel, Published};
use serde::Deserialize;
use store::Store;

use super::config::InboxConfig;
use crate::outgoing::{Failure, Outgoing, Target};

/// Bytes of an inbox's answer that are read.
const ANSWER_BYTES: usize = 16 << 10;

/// Why a parcel did not get into an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotPosted {
    /// Nobody takes the connection, or the answer is no answer.
    Unreachable,
    /// What it publishes is not signed by a key that the chain has of it.
    NotTrusted,
    /// It refused, with this code and reason.
    Refused {
        /// Stable code.
        code: String,
        /// What it said.
        detail: String,
    },
}

/// What an authority says of itself, as far as it matters here.
#[derive(Deserialize)]
struct Who {
    sealed_to: Published,
}

/// What an inbox says when it refuses.
#[derive(Deserialize)]
struct Said {
    code: String,
    #[serde(default)]
    detail: String,
}

struct Inbox {
    authority: Target,
    parcels: Target,
    /// The key that was published last, until it ends or is not known any more.
    published: Mutex<Option<Published>>,
}

/// All of them.
pub(super) struct Inboxes {
    store: Store,
    outgoing: Outgoing,
    of: BTreeMap<OrganisationId, Inbox>,
}

impl Inboxes {
    pub(super) fn new(store: Store, outgoing: Outgoing, config: &[InboxConfig]) -> Self {
        let inbox = |one: &InboxConfig| {
            let authority = one.inbox.at("/v1/authority")?;
            let parcels = one.inbox.at("/v1/parcels")?;
            let inbox = Inbox { authority, parcels, published: Mutex::default() };
            Some((one.organisation, inbox))
        };
        Self { store, outgoing, of: config.iter().filter_map(inbox).collect() }
    }

    pub(super) fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    /// Who attests a kind in a prefecture and can be reached. Reads the database.
    pub(super) fn attester<R: Records + ?Sized>(
        &self,
        records: &R,
        (kind, prefecture): (CertificateKind, Prefecture),
        now: Time,
    ) -> Option<OrganisationId> {
        let attests = |id: &&OrganisationId| {
            let found = query::typed::<Organisation, _>(records, id.0, now);
            found.is_some_and(|seen| seen.value.attests(kind, prefecture))
        };
        self.of.keys().find(attests).copied()
    }

    /// Seals content to an authority's key, and posts it.
    pub(super) async fn post(
        &self,
        organisation: OrganisationId,
        content: &Content,
        now: Time,
    ) -> Result<(), NotPosted> {
        let inbox = self.of.get(&organisation).ok_or(NotPosted::Unreachable)?;
        let posted = self.posted(organisation, inbox, content, now).await;
        match posted {
            // It started anew since: its new key is asked for once.
            Err(NotPosted::Refused { code, .. }) if code == "key_unknown" => {
                *inbox.published.lock() = None;
                self.posted(organisation, inbox, content, now).await
            }
            other => other,
        }
    }

    async fn posted(
        &self,
        organisation: OrganisationId,
        inbox: &Inbox,
        content: &Content,
        now: Time,
    ) -> Result<(), NotPosted> {
        let to = self.published(organisation, inbox, now).await?;
        let parcel = Parcel::seal(content, &to).map_err(|_| NotPosted::NotTrusted)?;
        let body = serde_json::to_vec(&parcel).map_err(|_| NotPosted::NotTrusted)?;
        let request =
            Request::post(inbox.parcels.path()).header(header::CONTENT_TYPE, "application/json");
        let sent = self.outgoing.send(&inbox.parcels, request, Bytes::from(body), ANSWER_BYTES);
        let (status, answer) = sent.await.map_err(unreachable)?;
        if (200..300).contains(&status) {
            return Ok(());
        }
        let said = serde_json::from_slice::<Said>(&answer);
        Err(said.map_or(NotPosted::Unreachable, |said| {
            let short = |text: String| text.chars().take(200).collect();
            NotPosted::Refused { code: short(said.code), detail: short(said.detail) }
        }))
    }

    async fn published(
        &self,
        organisation: OrganisationId,
        inbox: &Inbox,
        now: Time,
    ) -> Result<Published, NotPosted> {
        let known = inbox.published.lock().clone();
        let of = (self.chain(), organisation);
        if let Some(known) = known.filter(|known| known.check(of, now).is_ok()) {
            return Ok(known);
        }
        let request = Request::get(inbox.authority.path());
        let sent = self.outgoing.send(&inbox.authority, request, Bytes::new(), ANSWER_BYTES);
        let (status, answer) = sent.await.map_err(unreachable)?;
        let who = serde_json::from_slice::<Who>(&answer).ok().filter(|_| status == 200);
        let published = who.ok_or(NotPosted::Unreachable)?.sealed_to;
        if let Err(error) = published.check(of, now) {
            tracing::error!(%organisation, %error, "an authority's key is not trusted");
            return Err(NotPosted::NotTrusted);
        }
        let store = self.store.clone();
        let signer = RegisteredKey::id_of(&published.signer);
        let found = tokio::task::spawn_blocking(move || {
            query::typed::<RegisteredKey, _>(&store.latest(), signer, now)
        });
        let found = found.await.ok().flatten().map(|seen| seen.value);
        let attests = found.is_some_and(|key| {
            let has_role = matches!(key.uses, Use::Organisation(roles) if roles.has(Role::Attest));
            key.owner == Owner::Organisation(organisation) && has_role && key.ended_at.is_none()
        });
        if !attests {
            tracing::error!(%organisation, "an authority's key is signed by none that the chain has of it");
            return Err(NotPosted::NotTrusted);
        }
        *inbox.published.lock() = Some(published.clone());
        Ok(published)
    }

    fn chain(&self) -> Hash {
        self.store.header().chain
    }
}

fn unreachable(failure: Failure) -> NotPosted {
    tracing::warn!(?failure, "an authority's inbox gave no answer");
    NotPosted::Unreachable
}
