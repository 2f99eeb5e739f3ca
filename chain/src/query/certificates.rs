// SPDX-License-Identifier: Apache-2.0
//! The certificates that an access is about, and the applications that they came with: who asks and who
//! answers find the same ones, as the chain had them when the access was recorded.

use super::record::typed;
use crate::hash::Hash;
use crate::ids::Time;
use crate::records::certificate::{Certificate, CertificateKind};
use crate::records::subject::{Dossier, Operator, Subject};
use crate::records::{
    Access, Application, Code, FieldSet, Holder, Organisation, Person, RecordKind, Value, Vehicle,
};
use crate::rules::exchange::is_about;
use crate::view::{Past, Records};

/// A certificate of a subject: a commitment that fields open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Whose.
    pub subject: Subject,
    /// The certificate.
    pub certificate: Certificate,
}

/// The certificates of holder, vehicles and operator that an access is about, as of `at`.
pub fn committed<R: Records + ?Sized>(records: &R, access: &Access, at: Time) -> Vec<Committed> {
    let holder = Subject::from(access.holder);
    let mut found = of_subject(records, holder, access.fields, at);
    for vehicle in &access.vehicles {
        found.extend(of_subject(records, Subject::Vehicle(*vehicle), access.fields, at));
    }
    let code = typed::<Code, _>(records, access.code.record(), at);
    let operator = code.and_then(|code| code.value.operator);
    if let Some(Operator::Organisation(id)) = operator
        && access.holder != Holder::Organisation(id)
    {
        let all = of_subject(records, Subject::Organisation(id), access.fields, at);
        let is_permit = |one: &Committed| one.certificate.kind == CertificateKind::BusinessPermit;
        found.extend(all.into_iter().filter(is_permit));
    }
    found
}

fn of_subject<R: Records + ?Sized>(
    records: &R,
    subject: Subject,
    fields: FieldSet,
    at: Time,
) -> Vec<Committed> {
    let id = subject.key().id;
    let dossier = match subject {
        Subject::Person(_) => typed::<Person, _>(records, id, at).map(|seen| seen.value.dossier),
        Subject::Vehicle(_) => typed::<Vehicle, _>(records, id, at).map(|seen| seen.value.dossier),
        Subject::Organisation(_) => {
            typed::<Organisation, _>(records, id, at).map(|seen| seen.value.dossier)
        }
    };
    let asked = |one: &Certificate| fields.iter().any(|field| is_about(field, one.kind));
    let certificates = dossier.map_or_else(Vec::new, |dossier: Dossier| dossier.certificates);
    let certificates = certificates.into_iter().filter(asked);
    certificates.map(|certificate| Committed { subject, certificate }).collect()
}

/// The application that a certificate came with, if it came with one: a renewal did not.
pub fn came_with<S: Past + ?Sized>(state: &S, committed: &Committed) -> Option<Application> {
    let terms = &committed.certificate.terms;
    let header = state.header_before(terms.attested_at)?;
    if header.time_ms != terms.attested_at {
        return None;
    }
    // The answer that attested it is a change of its application in that block.
    let changes = state.changes_at(header.height).into_iter();
    let mut versions = changes.map(|change| change.version);
    versions.find_map(|version| {
        let key = version.key();
        if key.kind != RecordKind::Application {
            return None;
        }
        match state.version(&key, version.number)?.value {
            Value::Application(found) => Some(found).filter(|found| claims(found, &terms.root)),
            _ => None,
        }
    })
}

fn claims(application: &Application, root: &Hash) -> bool {
    application.claims.iter().any(|claim| claim.root == *root)
}

/// The application that the code of an access came from: what nobody attests came with it.
pub fn application_of_code<R: Records + ?Sized>(
    records: &R,
    access: &Access,
    at: Time,
) -> Option<Application> {
    let code = typed::<Code, _>(records, access.code.record(), at)?;
    typed::<Application, _>(records, code.value.application.0, at).map(|seen| seen.value)
}
