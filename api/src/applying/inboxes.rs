// SPDX-License-Identifier: Apache-2.0
//! The inboxes of authorities: which key each publishes, checked against the chain, and what is posted to it.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{Request, header};
use bytes::Bytes;
use chain::ids::{OrganisationId, Prefecture, Time};
use chain::query;
use chain::records::certificate::CertificateKind;
use chain::records::{Organisation, Role};
use chain::{Hash, Records};
use parking_lot::Mutex;
use sealing::{Content, Parcel, Published};
use serde::Deserialize;
use store::Store;
use tokio::sync::Semaphore;

use super::config::InboxConfig;
use crate::access::signing::signs_for;
use crate::outgoing::{Failure, Outgoing, Target};

/// Bytes of an inbox's answer that are read.
const ANSWER_BYTES: usize = 16 << 10;

/// Longest life of a published key, with room for clocks, in milliseconds.
const LONGEST_MS: u64 = 70 * 60_000;

/// Parcels on their way to one inbox at once. The courier has more places, so that one that hangs does not take all.
const AT_ONCE: usize = 4;
/// How long a parcel waits for its place: it comes again, and somebody waits for a new key.
const PLACE: Duration = Duration::from_secs(1);
const PLACE_OF_KEY: Duration = Duration::from_secs(10);

/// Why a parcel did not get into an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotPosted {
    /// Nobody takes the connection, or the answer is no answer.
    Unreachable,
    /// As many as may be are on their way to it.
    Busy,
    /// What it publishes is not signed by a key that the chain has of it.
    NotTrusted,
    /// It refused, with this code and reason.
    Refused {
        /// Stable code.
        code: String,
        /// Its reasons, as codes.
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
    places: Semaphore,
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
            let (published, places) = (Mutex::default(), Semaphore::new(AT_ONCE));
            let inbox = Inbox { authority, parcels, published, places };
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
        let patience = match content {
            Content::KeyChange(_) => PLACE_OF_KEY,
            Content::Claims(_) => PLACE,
        };
        let place = tokio::time::timeout(patience, inbox.places.acquire()).await;
        let _place = place.ok().and_then(Result::ok).ok_or(NotPosted::Busy)?;
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
        Err(said.map_or(NotPosted::Unreachable, |said| NotPosted::Refused {
            code: codes(&said.code),
            detail: codes(&said.detail),
        }))
    }

    /// The key that an authority publishes, as far as the chain has its signer in force now.
    async fn published(
        &self,
        organisation: OrganisationId,
        inbox: &Inbox,
        now: Time,
    ) -> Result<Published, NotPosted> {
        let of = (self.chain(), organisation);
        let known = inbox.published.lock().clone().filter(|known| known.check(of, now).is_ok());
        let published = match known {
            Some(known) => known,
            None => self.asked(inbox).await?,
        };
        *inbox.published.lock() = None;
        if let Err(error) = published.check(of, now) {
            tracing::error!(%organisation, %error, "an authority's key is not trusted");
            return Err(NotPosted::NotTrusted);
        }
        if published.valid_until > now.plus(LONGEST_MS) {
            tracing::error!(%organisation, "an authority's key is published for too long");
            return Err(NotPosted::NotTrusted);
        }
        if !self.is_signed_by_it(&published, now).await {
            tracing::error!(%organisation, "an authority's key is signed by none that the chain has of it");
            return Err(NotPosted::NotTrusted);
        }
        *inbox.published.lock() = Some(published.clone());
        Ok(published)
    }

    async fn asked(&self, inbox: &Inbox) -> Result<Published, NotPosted> {
        let request = Request::get(inbox.authority.path());
        let sent = self.outgoing.send(&inbox.authority, request, Bytes::new(), ANSWER_BYTES);
        let (status, answer) = sent.await.map_err(unreachable)?;
        let who = serde_json::from_slice::<Who>(&answer).ok().filter(|_| status == 200);
        Ok(who.ok_or(NotPosted::Unreachable)?.sealed_to)
    }

    async fn is_signed_by_it(&self, published: &Published, now: Time) -> bool {
        let store = self.store.clone();
        let (signer, of) = (published.signer, (published.organisation, Role::Attest));
        let signed =
            tokio::task::spawn_blocking(move || signs_for(&store.latest(), &signer, of, now));
        signed.await.unwrap_or(false)
    }

    fn chain(&self) -> Hash {
        self.store.header().chain
    }
}

fn unreachable(failure: Failure) -> NotPosted {
    tracing::warn!(?failure, "an authority's inbox gave no answer");
    NotPosted::Unreachable
}

/// Codes with commas between; nothing of a text, which might repeat what the authority was sent.
fn codes(text: &str) -> String {
    let is_code = |symbol: char| symbol.is_ascii_lowercase() || "_, ".contains(symbol);
    match text.len() <= 100 && text.chars().all(is_code) {
        true => text.to_owned(),
        false => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_an_authority_says_codes_alone_go_on() {
        assert_eq!(codes("person_differs, statement_missing"), "person_differs, statement_missing");
        for text in ["no such person 539901199001010015", "\u{5f20}\u{4e09}", &"x".repeat(101)] {
            assert_eq!(codes(text), "", "{text}");
        }
    }
}
