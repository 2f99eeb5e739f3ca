// SPDX-License-Identifier: Apache-2.0
//! Signing in an organisation's name with a key of the node's keystore. Who asks shows an API key that is bound to
//! that key and whose scopes allow the action; whether the key may send it, the chain says.

use std::collections::BTreeMap;

use chain::ids::{OrganisationId, Time};
use chain::keys::{PublicKey, SecretKey};
use chain::nonce::Nonce;
use chain::records::key::Use;
use chain::records::{InterfaceScope, OrganisationKind, Owner, RegisteredKey, Role};
use chain::rules::senders;
use chain::{Action, Records, Transaction, query};

use super::caller::{Caller, Narrowed};
use super::guard::Asking;
use crate::http::messages;
use crate::http::problem::Problem;
use crate::routes::Api;

/// The keys with which a node signs in the name of organisations.
#[derive(Debug, Default)]
pub struct Keystore(BTreeMap<PublicKey, SecretKey>);

impl Keystore {
    /// A keystore with these keys.
    pub fn new(keys: impl IntoIterator<Item = SecretKey>) -> Self {
        Self(keys.into_iter().map(|key| (key.public(), key)).collect())
    }
}

/// What actions are about, by the beginning of their words, and the scope that an API key needs for them. What is not
/// here is done by office: attesting, matters, interfaces, the registration itself.
const ABOUT: [(&str, InterfaceScope); 8] = [
    ("code_", InterfaceScope::Codes),
    ("operator_", InterfaceScope::Codes),
    ("vehicle_", InterfaceScope::Vehicles),
    ("waybill_", InterfaceScope::Waybills),
    ("consent_", InterfaceScope::Exchange),
    ("access_", InterfaceScope::Exchange),
    ("erasure_", InterfaceScope::Exchange),
    ("affiliation_", InterfaceScope::Modules),
];

/// The scope that an API key needs for an action; none: only one that acts by office sends it.
fn scope_of(action: &Action) -> Option<InterfaceScope> {
    let about = || ABOUT.iter().find(|(begin, _)| action.word().starts_with(begin));
    senders::Row::of(action).grant.or_else(|| about().map(|(_, scope)| *scope))
}

/// True if the scopes of an API key allow an action.
fn allows(key: &Narrowed, action: &Action) -> bool {
    scope_of(action).map_or(key.by_office, |scope| key.scopes.has(scope))
}

/// The role that a key needs to send an action; none where none is signed for here. Keys and registrations are
/// never changed by a key that lies on a server.
fn role_of(action: &Action, kind: OrganisationKind) -> Option<Role> {
    senders::Row::of(action).role_of(kind).filter(|role| *role != Role::Admin)
}

/// True if a key is registered to an organisation, in force, and has a role. Reads the database.
pub(crate) fn signs_for<R: Records + ?Sized>(
    records: &R,
    key: &PublicKey,
    (organisation, role): (OrganisationId, Role),
    now: Time,
) -> bool {
    let found = query::typed::<RegisteredKey, _>(records, RegisteredKey::id_of(key), now);
    found.map(|seen| seen.value).is_some_and(|found| {
        let has_role = matches!(found.uses, Use::Organisation(roles) if roles.has(role));
        found.owner == Owner::Organisation(organisation) && has_role && found.ended_at.is_none()
    })
}

impl Api {
    /// The key with which this node signs an action for who asks. Reads the database.
    pub(crate) fn signing_key(
        &self,
        asking: &Asking,
        action: &Action,
    ) -> Result<SecretKey, Problem> {
        let not_here = |why: &str| Problem::new(&messages::NOT_SIGNED_HERE).value(why);
        let Caller::Member(member) = &asking.caller else {
            return Err(not_here("API key"));
        };
        let bound = member.key.as_ref().and_then(|key| Some((key, key.signs_with?)));
        let (key, public) = bound.ok_or_else(|| not_here("API key"))?;
        if !allows(key, action) {
            let scope = scope_of(action).map_or("office", InterfaceScope::word);
            return Err(Problem::new(&messages::SCOPE_MISSING).value(scope));
        }
        let role = role_of(action, member.kind).ok_or_else(|| not_here(action.word()))?;
        let (at, now) = (self.store.latest(), self.store.header().time_ms);
        if !signs_for(&at, &public, (member.id, role), now) {
            return Err(not_here("ed25519"));
        }
        let keystore = self.keystore.borrow();
        keystore.0.get(&public).cloned().ok_or_else(|| not_here("ed25519"))
    }

    /// An action signed in the name of who asks, good for so long from the newest block. Reads the database.
    pub(crate) fn sign(
        &self,
        asking: &Asking,
        action: Action,
        valid_for_ms: u64,
    ) -> Result<Transaction, Problem> {
        let key = self.signing_key(asking, &action)?;
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|_| Problem::new(&messages::INTERNAL))?;
        let until = self.store.header().time_ms.plus(valid_for_ms);
        Ok(Transaction::sign(&key, self.genesis.chain_id(), action, Nonce(nonce), until))
    }
}
