// SPDX-License-Identifier: Apache-2.0
//! What is put into the vault at once: documents of one subject, and what it is found by.

use std::collections::BTreeSet;

use chain::fields::Field;
use chain::keys::PublicKey;
use chain::records::certificate::CertificateKind;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::document::{Contact, DocumentName, HeldClaim};
use crate::error::VaultError;
use crate::find::{KeyField, KeyKind};

/// Documents and key fields of one subject. Wiped when it is dropped.
#[derive(Default)]
pub struct Parcel {
    pub(crate) documents: Vec<(DocumentName, Zeroizing<Vec<u8>>)>,
    pub(crate) keys: Vec<KeyField>,
}

/// Canonical JSON of a document's own type.
fn json(value: &impl Serialize) -> Zeroizing<Vec<u8>> {
    match serde_json::to_vec(value) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(_) => unreachable!("plain data has JSON"),
    }
}

impl Parcel {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fields and salts of the claim in a place of the application; the subject is found by an identity
    /// number and a plate among them.
    pub fn claim(self, place: u32, kind: CertificateKind, fields: &[Field]) -> Self {
        let held = HeldClaim { place, kind, fields: fields.to_vec() };
        let key = |name: &str, kind| {
            let found = fields.iter().find(|field| field.name == name && !field.value.is_empty());
            found.map(|field| KeyField::new(kind, &field.value))
        };
        let number = key("identityNumber", KeyKind::IdentityNumber);
        let plate = key("vehicleNumber", KeyKind::Plate);
        let with = self.with(DocumentName::claim(place), json(&held));
        number.into_iter().chain(plate).fold(with, Self::findable)
    }

    /// How the holder is reached; the subject is found by the phone.
    pub fn contact(self, contact: &Contact) -> Self {
        let with = self.with(DocumentName::contact(), json(contact));
        if contact.phone.is_empty() {
            return with;
        }
        with.findable(KeyField::new(KeyKind::Phone, &contact.phone))
    }

    /// The holder's public key.
    pub fn holder(self, key: &PublicKey) -> Self {
        self.with(DocumentName::holder(), json(key))
    }

    /// The full fields of a waybill with their salts.
    pub fn waybill(self, fields: &[Field]) -> Self {
        self.with(DocumentName::waybill(), json(&fields))
    }

    /// Any document.
    pub fn document(self, name: DocumentName, bytes: Vec<u8>) -> Self {
        self.with(name, Zeroizing::new(bytes))
    }

    /// A value that the subject is found by.
    pub fn findable(mut self, key: KeyField) -> Self {
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
        self
    }

    fn with(mut self, name: DocumentName, bytes: Zeroizing<Vec<u8>>) -> Self {
        self.documents.push((name, bytes));
        self
    }

    /// No document twice, and none too large.
    pub(crate) fn check(&self) -> Result<(), VaultError> {
        let mut names = BTreeSet::new();
        for (name, bytes) in &self.documents {
            if !names.insert(name) {
                return Err(VaultError::Twice(name.clone()));
            }
            let limit = crate::DOCUMENT_BYTES;
            if bytes.len() > limit {
                return Err(VaultError::TooLarge { name: name.clone(), limit });
            }
        }
        Ok(())
    }
}
