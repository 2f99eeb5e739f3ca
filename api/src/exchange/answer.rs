// SPDX-License-Identifier: Apache-2.0
//! What an exchange brought, as JSON: every value with what proves it against the commitment on chain, which
//! `GET /v1/records/{kind}/{id}/proof` proves in turn. It has no `Debug`: values are personal.

use chain::Hash;
use chain::exchange::{DisclosedCertificate, Opened};
use chain::fields::{self, Salt};
use chain::ids::{AccessId, Height, OrganisationId, Time};
use chain::query::certificates::Committed;
use chain::records::{
    Access, Basis, CertificateKind, CertificateState, Custody, DataSubject, ExchangeField,
    FieldSet, Subject,
};
use chain::rules::exchange::opened_by;
use chain::text::Word;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A field with what opens its commitment.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct OpenedField {
    /// Its name in the table of its kind.
    name: Word,
    /// Its value; empty where it is absent.
    value: String,
    /// What hides it on chain.
    salt: Salt,
    /// Its place in the table, from 0.
    index: u32,
    /// Hashes beside the way to the root, from below.
    path: Vec<Hash>,
}

/// The fields of one certificate that were opened, and what the chain says of it.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct OpenedCertificate {
    /// Whose: holder, vehicle, trailer or operator.
    subject: Subject,
    /// Its kind.
    kind: CertificateKind,
    /// Who attested it.
    attester: OrganisationId,
    /// When.
    attested_at: Time,
    /// From when it holds.
    valid_from: Time,
    /// When it ends; null for ever.
    valid_until: Option<Time>,
    /// Where it stood when the access was recorded.
    state: CertificateState,
    /// The commitment that the fields open.
    root: Hash,
    /// The fields.
    fields: Vec<OpenedField>,
}

/// What an exchange brought.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ExchangeAnswer {
    /// The access that is its record.
    access: AccessId,
    /// Height of the access's block.
    height: Height,
    /// When it was recorded: the data are as the chain had them then.
    time: Time,
    /// Whose data.
    about: DataSubject,
    /// What it rests on.
    basis: Basis,
    /// Who has the key in hand that gave the consent.
    custody: Option<Custody>,
    /// The fields that were asked for.
    fields: FieldSet,
    /// What was opened, certificate by certificate.
    certificates: Vec<OpenedCertificate>,
    /// The phone number as the holder gave it: nobody attests it.
    phone: Option<Word>,
    /// Fields of which nothing was found.
    missing: FieldSet,
    /// Names of the nodes that had something of it.
    answered_by: Vec<String>,
    /// Names of the nodes that gave no answer, where something may be missing for it: collecting again within 10
    /// minutes uses nothing more.
    silent: Vec<String>,
}

impl ExchangeAnswer {
    /// The access that is its record.
    pub(crate) fn access(&self) -> AccessId {
        self.access
    }

    /// True if the field was asked for.
    pub(crate) fn asked_for(&self, field: ExchangeField) -> bool {
        self.fields.contains(field)
    }

    /// The phone number, if it came.
    pub(crate) fn phone(&self) -> Option<&str> {
        self.phone.as_ref().map(Word::as_str)
    }

    /// What a field of a kind of certificate came with, of a subject or of whatever subject has one.
    pub(crate) fn value(
        &self,
        subject: Option<Subject>,
        (kind, name): (CertificateKind, &str),
    ) -> Option<&str> {
        let is_its = |one: &&OpenedCertificate| {
            one.kind == kind && subject.is_none_or(|subject| one.subject == subject)
        };
        let of_kind = self.certificates.iter().filter(is_its);
        let mut fields = of_kind.flat_map(|one| &one.fields);
        let is_there =
            |field: &&OpenedField| field.name.as_str() == name && !field.value.is_empty();
        fields.find(is_there).map(|field| field.value.as_str())
    }
}

/// What was found of an access.
pub(super) struct Found {
    pub(super) certificates: Vec<(Committed, DisclosedCertificate)>,
    pub(super) phone: Option<Word>,
    pub(super) answered_by: Vec<String>,
    pub(super) silent: Vec<String>,
}

impl Found {
    /// The fields that something was found of.
    fn fields(&self) -> FieldSet {
        let certificates = self.certificates.iter();
        let opened = certificates.flat_map(|(_, one)| {
            let names = one.fields.iter().map(|field| opened_by(one.kind, field.name.as_str()));
            names.flat_map(FieldSet::iter)
        });
        opened.chain(self.phone.is_some().then_some(ExchangeField::Phone)).collect()
    }
}

/// The answer to who recorded an access.
pub(crate) fn disclosed_answer(access: Access, height: Height, found: Found) -> ExchangeAnswer {
    let had = found.fields();
    let missing = access.fields.iter().filter(|field| !had.contains(*field)).collect();
    let certificates = found.certificates.into_iter();
    ExchangeAnswer {
        access: access.id,
        height,
        time: access.at,
        about: access.about,
        basis: access.basis,
        custody: access.custody,
        fields: access.fields,
        certificates: certificates.map(|(committed, one)| opened(&committed, one)).collect(),
        phone: found.phone,
        missing,
        answered_by: found.answered_by,
        silent: found.silent,
    }
}

fn opened(committed: &Committed, one: DisclosedCertificate) -> OpenedCertificate {
    let (table, certificate) = (fields::table(one.kind), &committed.certificate);
    let field = |opened: Opened| {
        let place = table.iter().position(|name| *name == opened.name.as_str());
        OpenedField {
            index: place.unwrap_or_default() as u32,
            name: opened.name,
            value: opened.value,
            salt: Salt(opened.salt),
            path: opened.path,
        }
    };
    OpenedCertificate {
        subject: one.subject,
        kind: one.kind,
        attester: certificate.terms.attester,
        attested_at: certificate.terms.attested_at,
        valid_from: certificate.terms.valid_from,
        valid_until: certificate.terms.valid_until,
        state: certificate.state,
        root: one.root,
        fields: one.fields.into_iter().map(field).collect(),
    }
}
