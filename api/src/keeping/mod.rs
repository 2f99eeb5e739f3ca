// SPDX-License-Identifier: Apache-2.0
//! The vault of a node behind its interface: the exchange reads it, sponsors fill it, and what the chain
//! says of erasures is done in it. Who may see what is not decided here.

mod keeper;
mod retention;
mod strays;

use std::sync::Arc;

use chain::exchange::{KeyField, KeyKind, KeyedField};
use chain::ids::ApplicationId;
use chain::text::Word;
use vault::{Subject, Vault, VaultError, View};

pub(crate) use keeper::reasons;
pub use keeper::{KeepError, Keeper, Parts, carry_out};
pub use retention::{due_of, retain};
pub use strays::Strays;

use crate::exchange::holdings::{HeldClaim, Holdings, HoldingsError, Reading};

/// Most applications that a search answers.
const FOUND: usize = 64;

/// A vault as the exchange reads it.
pub struct Vaulted(pub Arc<Vault>);

fn view(reading: Reading) -> View {
    match reading.named_case {
        true => View::case(reading.now),
        false => View::ordinary(reading.now),
    }
}

/// What is kept for the law alone, or gone, is not there; anything else is trouble.
fn there<T: Default>(read: Result<T, VaultError>) -> Result<T, HoldingsError> {
    match read {
        Err(VaultError::Restricted { .. } | VaultError::Erased { .. }) => Ok(T::default()),
        other => other.map_err(trouble),
    }
}

fn trouble(error: VaultError) -> HoldingsError {
    HoldingsError(error.to_string())
}

pub(crate) fn kind(kind: KeyKind) -> vault::KeyKind {
    match kind {
        KeyKind::IdentityNumber => vault::KeyKind::IdentityNumber,
        KeyKind::Phone => vault::KeyKind::Phone,
        KeyKind::Plate => vault::KeyKind::Plate,
    }
}

/// A field that is keyed, as the vault finds by it.
pub(crate) fn keyed(key: &KeyedField) -> vault::KeyField {
    vault::KeyField::new(kind(key.kind), &key.digest.to_string())
}

impl Vaulted {
    fn found(&self, key: &vault::KeyField) -> Result<Vec<ApplicationId>, HoldingsError> {
        let subjects = self.0.find(key).map_err(trouble)?.into_iter();
        let applications = subjects.filter_map(|subject| match subject {
            Subject::Application(id) => Some(id),
            Subject::Waybill(_) => None,
        });
        Ok(applications.take(FOUND).collect())
    }
}

impl Holdings for Vaulted {
    fn claims(
        &self,
        application: ApplicationId,
        reading: Reading,
    ) -> Result<Vec<HeldClaim>, HoldingsError> {
        let claims = there(self.0.claims(Subject::Application(application), view(reading)))?;
        let claim =
            |one: &vault::HeldClaim| HeldClaim { kind: one.kind, fields: one.fields.clone() };
        Ok(claims.iter().map(claim).collect())
    }

    fn phone(
        &self,
        application: ApplicationId,
        reading: Reading,
    ) -> Result<Option<Word>, HoldingsError> {
        let contact = there(self.0.contact(Subject::Application(application), view(reading)))?;
        let phone = contact.map(|contact| Word::new(&contact.phone)).transpose();
        phone.map_err(|_| HoldingsError("a phone number is too long".to_owned()))
    }

    fn find(&self, key: &KeyField) -> Result<Vec<ApplicationId>, HoldingsError> {
        self.found(&vault::KeyField::new(kind(key.kind), &key.plain()))
    }

    fn find_keyed(&self, key: &KeyedField) -> Result<Vec<ApplicationId>, HoldingsError> {
        self.found(&keyed(key))
    }
}
