// SPDX-License-Identifier: Apache-2.0
//! Attesters whose registration has ended: what they attested stays, and answers flag it.

use std::collections::BTreeSet;

use super::papers::PapersOf;
use super::record::typed;
use crate::ids::{OrganisationId, Time};
use crate::records::{Certificate, Organisation, Value};
use crate::view::Records;

/// Those who attested what a record holds, and are registered no more by `at`.
pub fn ended_attesters<R: Records + ?Sized>(
    records: &R,
    value: &Value,
    at: Time,
) -> Vec<OrganisationId> {
    let attesters = match value {
        Value::Person(person) => of(&person.dossier.certificates).collect(),
        Value::Vehicle(vehicle) => of(&vehicle.dossier.certificates).collect(),
        Value::Organisation(organisation) => of(&organisation.dossier.certificates).collect(),
        Value::Application(application) => {
            application.claims.iter().map(|claim| claim.attester).collect()
        }
        _ => BTreeSet::new(),
    };
    ended(records, attesters, at)
}

/// Those who attested what stands behind a code, and are registered no more by `at`.
pub fn ended_among<R: Records + ?Sized>(
    records: &R,
    papers: &[PapersOf],
    at: Time,
) -> Vec<OrganisationId> {
    ended(records, papers.iter().flat_map(|papers| of(&papers.certificates)).collect(), at)
}

fn ended<R: Records + ?Sized>(
    records: &R,
    attesters: BTreeSet<OrganisationId>,
    at: Time,
) -> Vec<OrganisationId> {
    let has_ended = |id: &OrganisationId| {
        typed::<Organisation, _>(records, id.0, at).is_some_and(|seen| !seen.value.is_admitted())
    };
    attesters.into_iter().filter(has_ended).collect()
}

fn of(certificates: &[Certificate]) -> impl Iterator<Item = OrganisationId> {
    let terms = certificates.iter().flat_map(|c| c.next.iter().chain([&c.terms]));
    terms.map(|terms| terms.attester)
}
