// SPDX-License-Identifier: Apache-2.0
//! What a node holds of persons and vehicles, as the exchange needs it: a narrow view of its vault.

use chain::exchange::{KeyField, KeyedField};
use chain::fields::Field;
use chain::ids::{ApplicationId, Time};
use chain::records::CertificateKind;
use chain::text::Word;

/// One certificate of an application: all fields of its table, with their salts.
#[derive(Clone, Debug)]
pub struct HeldClaim {
    /// Its kind.
    pub kind: CertificateKind,
    /// The fields, in the order of the table.
    pub fields: Vec<Field>,
}

/// How far a reader gets, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// True for a regulator's named case: data that are kept for the law alone are open to it.
    pub named_case: bool,
    /// The instant.
    pub now: Time,
}

/// The node cannot read what it holds: its operator finds the reason in the log.
#[derive(Debug, thiserror::Error)]
#[error("the data held here cannot be read: {0}")]
pub struct HoldingsError(pub String);

/// What a node holds. Every call may read the disk, and is made off the async threads. Data that are erased
/// are not there; those that are kept for the law alone are there for a named case only.
pub trait Holdings: Send + Sync + 'static {
    /// The certificates that came with an application; none if it is not held here.
    fn claims(
        &self,
        application: ApplicationId,
        reading: Reading,
    ) -> Result<Vec<HeldClaim>, HoldingsError>;

    /// The phone number that came with an application.
    fn phone(
        &self,
        application: ApplicationId,
        reading: Reading,
    ) -> Result<Option<Word>, HoldingsError>;

    /// The applications that came with a key field, at most 64.
    fn find(&self, key: &KeyField) -> Result<Vec<ApplicationId>, HoldingsError>;

    /// The same by a field keyed with the consortium's key.
    fn find_keyed(&self, key: &KeyedField) -> Result<Vec<ApplicationId>, HoldingsError>;
}

/// A node that holds nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Holdings for Nothing {
    fn claims(&self, _: ApplicationId, _: Reading) -> Result<Vec<HeldClaim>, HoldingsError> {
        Ok(Vec::new())
    }

    fn phone(&self, _: ApplicationId, _: Reading) -> Result<Option<Word>, HoldingsError> {
        Ok(None)
    }

    fn find(&self, _: &KeyField) -> Result<Vec<ApplicationId>, HoldingsError> {
        Ok(Vec::new())
    }

    fn find_keyed(&self, _: &KeyedField) -> Result<Vec<ApplicationId>, HoldingsError> {
        Ok(Vec::new())
    }
}
