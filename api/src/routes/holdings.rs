// SPDX-License-Identifier: Apache-2.0
//! What a sponsor leaves with its node: fields and salts of the claims that it put on chain, and how the
//! holder is reached. It goes into the vault, and never comes back by these routes.

use std::sync::Arc;

use axum::extract::State;
use chain::Hash;
use chain::exchange::{KeyField, KeyKind};
use chain::fields::{self, Field};
use chain::ids::{ApplicationId, OrganisationId, Time};
use chain::keys::PublicKey;
use chain::query;
use chain::records::{Application, CertificateKind, Erasure, ErasureKind, InterfaceScope, Wanted};
use chain::text::Word;
use formats::{FormatError, Rules, Table};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vault::{Contact, Parcel, Standing, Subject, Vault, VaultError};
use zeroize::Zeroize;

use super::Api;
use super::webhooks::{keyed, member};
use crate::access::guard::Asking;
use crate::applying::Paper;
use crate::http::extract::{Id, Json as Body, Nothing, Query, invalid};
use crate::http::json::Json;
use crate::http::messages::{self, Message, Words};
use crate::http::problem::Problem;
use crate::keeping;

/// Why nothing is kept or told.
pub(super) const NOT_KEPT: &[&Message] =
    &[&messages::NO_VAULT, &messages::HOLDINGS_ELSEWHERE, &messages::SCOPE_MISSING];
/// Why what is left is not taken.
pub(super) const NOT_TAKEN: &[&Message] = &[
    &messages::FIELD_WRONG,
    &messages::CLAIM_DIFFERS,
    &messages::HOLDINGS_TAKEN,
    &messages::HOLDINGS_FULL,
    &messages::DATA_RESTRICTED,
    &messages::DATA_ERASED,
];

/// Longest mail address, in characters.
const EMAIL: usize = 100;
/// Longest address, and longest word on whom to call, in characters.
const TEXT: usize = 200;

/// The fields of one claim, with what opens its root.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimLeft {
    /// Its place in the application, from 0.
    place: u32,
    /// Its kind.
    kind: CertificateKind,
    /// All fields of the kind's table, in its order.
    fields: Vec<Field>,
}

impl Drop for ClaimLeft {
    fn drop(&mut self) {
        for field in &mut self.fields {
            field.value.zeroize();
            field.salt.0.zeroize();
        }
    }
}

/// How the holder is reached. None of it is on chain, not even as a commitment.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactLeft {
    /// Mobile number.
    pub(crate) phone: String,
    /// Mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// Where they live now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    /// Whom to call in an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) emergency: Option<String>,
}

/// What a sponsor leaves of an application.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldingsLeft {
    /// Some of its claims, or all.
    #[serde(default)]
    claims: Vec<ClaimLeft>,
    /// How the holder is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact: Option<ContactLeft>,
    /// The holder's key, as the application has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder: Option<PublicKey>,
}

/// How an application's data stand at this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HeldState {
    /// Nothing is held.
    None,
    /// They are held.
    Held,
    /// They are kept because the law requires it.
    Restricted,
    /// Their key is destroyed.
    Erased,
}

/// A document as it lies in the vault.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HeldDocument {
    /// Its name, such as `claim/0` or `contact`.
    name: String,
    /// SHA-256 of its sealed bytes, as a protocol of an erasure would list it. It tells nothing of the values.
    digest: Hash,
}

/// What is held of an application: names and digests, never values.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HoldingsAnswer {
    /// The application.
    application: ApplicationId,
    /// How its data stand.
    state: HeldState,
    /// Until when they are restricted, or when they were erased.
    at: Option<Time>,
    /// The documents.
    documents: Vec<HeldDocument>,
}

impl HoldingsAnswer {
    fn of(vault: &Vault, application: ApplicationId) -> Result<Self, VaultError> {
        let (state, at, documents) = held_of(vault, Subject::Application(application))?;
        Ok(Self { application, state, at, documents })
    }
}

/// How the data of a subject stand, the instant that goes with it, and the documents.
pub(super) fn held_of(
    vault: &Vault,
    subject: Subject,
) -> Result<(HeldState, Option<Time>, Vec<HeldDocument>), VaultError> {
    let (state, at) = match vault.standing(subject)? {
        None => (HeldState::None, None),
        Some(Standing::Held) => (HeldState::Held, None),
        Some(Standing::Restricted { until }) => (HeldState::Restricted, Some(until)),
        Some(Standing::Erased { at }) => (HeldState::Erased, Some(at)),
    };
    let listed = vault.listed(subject)?.into_iter();
    let documents =
        listed.map(|one| HeldDocument { name: one.name.to_string(), digest: one.digest });
    Ok((state, at, documents.collect()))
}

/// 存放申请资料。Leaves fields and salts of claims, and how the holder is reached, in the vault of this node.
///
/// For the sponsor, at a node of its own, or at any node if it runs none. The same again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/applications/{id}/holdings",
    tag = "exchange",
    params(("id" = ApplicationId, Path, description = "The application.")),
    request_body = HoldingsLeft,
    responses((status = 200, description = "What is held now.", body = HoldingsAnswer)),
)]
pub(super) async fn leave(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<ApplicationId>,
    Query(Nothing {}): Query<Nothing>,
    Body(left): Body<HoldingsLeft>,
) -> Result<Json<HoldingsAnswer>, Problem> {
    let read = api.read(move |api| {
        let (application, vault) = api.sponsored(&asking, id)?;
        api.still_wanted(id)?;
        left.check(&application, api.rules())?;
        let [contact, claims] = left.parcels(api);
        let subject = Subject::Application(id);
        vault.put(subject, &contact).map_err(refused)?;
        // They open what is on chain: other bytes than before are those of a corrected claim.
        vault.replace(subject, &claims).map_err(refused)?;
        api.applying.left(id);
        HoldingsAnswer::of(&vault, id).map_err(refused)
    });
    read.await.map(Json)
}

/// 查看存放情况。What is held of an application at this node, by names and digests.
#[utoipa::path(
    get,
    path = "/v1/applications/{id}/holdings",
    tag = "exchange",
    params(("id" = ApplicationId, Path, description = "The application.")),
    responses((status = 200, description = "What is held.", body = HoldingsAnswer)),
)]
pub(super) async fn held(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<ApplicationId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<HoldingsAnswer>, Problem> {
    let read = api.read(move |api| {
        let (_, vault) = api.sponsored(&asking, id)?;
        HoldingsAnswer::of(&vault, id).map_err(refused)
    });
    read.await.map(Json)
}

impl Api {
    /// An application of the caller's, and the vault that its data belong into.
    fn sponsored(
        &self,
        asking: &Asking,
        id: ApplicationId,
    ) -> Result<(Application, Arc<Vault>), Problem> {
        let by = member(asking)?.id;
        let found = query::typed::<Application, _>(&self.store.latest(), id.0, self.exchange.now());
        let own = found.map(|seen| seen.value).filter(|application| application.sponsor == by);
        let application = own.ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id))?;
        keyed(
            asking,
            match application.wanted {
                Wanted::Code(_) => InterfaceScope::Codes,
                Wanted::Vehicle(_) => InterfaceScope::Vehicles,
            },
        )?;
        Ok((application, self.vault_of(by)?))
    }

    /// A problem if the chain says that what came with an application is erased, or kept for the law alone: it is not
    /// taken again.
    fn still_wanted(&self, id: ApplicationId) -> Result<(), Problem> {
        let (at, now) = (self.store.latest(), self.exchange.now());
        let found = query::typed::<Erasure, _>(&at, Erasure::id_of(id).0, now);
        match found.map(|seen| seen.value.kind) {
            None => Ok(()),
            Some(ErasureKind::Restricted { until }) if now < until => {
                Err(Problem::new(&messages::DATA_RESTRICTED).value(id))
            }
            Some(_) => Err(Problem::new(&messages::DATA_ERASED).value(id)),
        }
    }

    /// The vault of this node, if what an organisation leaves belongs into it.
    pub(crate) fn vault_of(&self, by: OrganisationId) -> Result<Arc<Vault>, Problem> {
        let vault = self.vault.clone().ok_or_else(|| Problem::new(&messages::NO_VAULT))?;
        let nodes = self.exchange.names_of(by);
        if !nodes.is_empty() && !nodes.contains(&self.handle.status().name) {
            return Err(Problem::new(&messages::HOLDINGS_ELSEWHERE).value(nodes.join(", ")));
        }
        Ok(vault)
    }
}

impl HoldingsLeft {
    /// What an application that was prepared here leaves.
    pub(crate) fn of(
        claims: Vec<ClaimLeft>,
        contact: Option<ContactLeft>,
        holder: Option<PublicKey>,
    ) -> Self {
        Self { claims, contact, holder }
    }

    fn check(&self, application: &Application, rules: Rules) -> Result<(), Problem> {
        if self.claims.is_empty() && self.contact.is_none() && self.holder.is_none() {
            return Err(invalid("claims", "some, or a contact, or the holder's key"));
        }
        if self.holder.is_some_and(|key| key != application.holder_key) {
            return Err(Problem::new(&messages::CLAIM_DIFFERS).field("holder").value("holder"));
        }
        for (index, claim) in self.claims.iter().enumerate() {
            let is_twice = self.claims.iter().take(index).any(|other| other.place == claim.place);
            if is_twice {
                return Err(invalid(&format!("claims[{index}].place"), "each place once"));
            }
            claim.check(index, application, rules)?;
        }
        self.contact.as_ref().map_or(Ok(()), |contact| contact.check(rules))
    }

    /// How the holder is reached, and the claims with the holder's key; each found by its key fields, in the
    /// clear and under the consortium's key.
    pub(crate) fn parcels(&self, api: &Api) -> [Parcel; 2] {
        let mut contact = Parcel::new();
        if let Some(left) = &self.contact {
            contact = contact.contact(&left.contact());
            contact = findable(contact, api, KeyKind::Phone, &left.phone);
        }
        let mut claims = Parcel::new();
        for claim in &self.claims {
            claims = claims.claim(claim.place, claim.kind, &claim.fields);
            for field in &claim.fields {
                let kind = match field.name.as_str() {
                    "identityNumber" => KeyKind::IdentityNumber,
                    "vehicleNumber" => KeyKind::Plate,
                    _ => continue,
                };
                claims = findable(claims, api, kind, &field.value);
            }
        }
        if let Some(key) = &self.holder {
            claims = claims.holder(key);
        }
        [contact, claims]
    }
}

/// A parcel that is found by a value under the consortium's key too.
fn findable(parcel: Parcel, api: &Api, kind: KeyKind, value: &str) -> Parcel {
    let key = Word::new(value).ok().map(|value| KeyField { kind, value });
    match key.and_then(|key| api.exchange.keyed(&key)) {
        Some(keyed) => parcel.findable(keeping::keyed(&keyed)),
        None => parcel,
    }
}

impl ClaimLeft {
    /// A certificate of a draft.
    pub(crate) fn of(paper: &Paper) -> Self {
        Self { place: paper.place, kind: paper.kind, fields: paper.fields.clone() }
    }

    fn check(&self, index: usize, application: &Application, rules: Rules) -> Result<(), Problem> {
        let path = format!("claims[{index}]");
        let values = self.fields.iter().map(|field| (field.name.as_str(), field.value.as_str()));
        let values: Vec<(&str, &str)> = values.collect();
        let wrong = formats::check(Table::Certificate(self.kind), &values, rules);
        if let Some(wrong) = wrong.first() {
            return Err(field_wrong(&format!("{path}.{}", wrong.field), wrong.messages()));
        }
        let root = fields::root(fields::table(self.kind), &self.fields);
        let root = root.map_err(|error| invalid(&format!("{path}.fields"), error))?;
        let claimed = application.claims.get(self.place as usize);
        if claimed.is_none_or(|claim| claim.kind != self.kind || claim.root != root) {
            return Err(Problem::new(&messages::CLAIM_DIFFERS).value(path.clone()).field(path));
        }
        Ok(())
    }
}

impl ContactLeft {
    /// As the vault has it.
    pub(crate) fn of(contact: &Contact) -> Self {
        Self {
            phone: contact.phone.clone(),
            email: contact.email.clone(),
            address: contact.address.clone(),
            emergency: contact.emergency.clone(),
        }
    }

    pub(crate) fn check(&self, rules: Rules) -> Result<(), Problem> {
        let phone = match self.phone.is_empty() {
            true => Err(FormatError::Missing),
            false => formats::check_field("telephone", &self.phone, rules),
        };
        phone.map_err(|error| field_wrong("contact.phone", error.messages()))?;
        let texts = [
            ("contact.email", &self.email, EMAIL),
            ("contact.address", &self.address, TEXT),
            ("contact.emergency", &self.emergency, TEXT),
        ];
        for (field, text, most) in texts {
            let Some(text) = text else { continue };
            let is_short = (1..=most).contains(&text.chars().count());
            if !is_short || text.chars().any(char::is_control) {
                return Err(invalid(field, format!("1 to {most} characters on one line")));
            }
        }
        let is_mail =
            |text: &str| text.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
        match &self.email {
            Some(email) if !is_mail(email) => Err(invalid("contact.email", "a mail address")),
            _ => Ok(()),
        }
    }

    pub(crate) fn contact(&self) -> Contact {
        Contact {
            phone: self.phone.clone(),
            email: self.email.clone(),
            address: self.address.clone(),
            emergency: self.emergency.clone(),
        }
    }
}

pub(crate) fn field_wrong(field: &str, said: formats::Messages) -> Problem {
    let words = Words { zh: said.zh, en: said.en };
    Problem::new(&messages::FIELD_WRONG).field(field).words(words)
}

/// What a vault's refusal is; anything else is trouble of this node.
pub(crate) fn refused(error: VaultError) -> Problem {
    match error {
        VaultError::Taken { name, .. } => Problem::new(&messages::HOLDINGS_TAKEN).value(name),
        VaultError::TooMany { what, limit, .. } => {
            Problem::new(&messages::HOLDINGS_FULL).value(format!("{limit} {what}"))
        }
        VaultError::Restricted { subject, .. } => {
            Problem::new(&messages::DATA_RESTRICTED).value(subject)
        }
        VaultError::Erased { subject, .. } => Problem::new(&messages::DATA_ERASED).value(subject),
        error => {
            tracing::error!(%error, "the vault");
            Problem::new(&messages::INTERNAL)
        }
    }
}
