// SPDX-License-Identifier: Apache-2.0
//! Attesters whose registration has ended: what they attested stays, and answers flag it.

use std::collections::BTreeSet;

use super::record::typed;
use crate::ids::{OrganisationId, Time};
use crate::records::{Dossier, Organisation, Value};
use crate::view::Records;

/// Those who attested what a record holds, and are registered no more by `at`.
pub fn ended_attesters<R: Records + ?Sized>(
    records: &R,
    value: &Value,
    at: Time,
) -> Vec<OrganisationId> {
    let attesters = match value {
        Value::Person(person) => of_dossier(&person.dossier),
        Value::Vehicle(vehicle) => of_dossier(&vehicle.dossier),
        Value::Organisation(organisation) => of_dossier(&organisation.dossier),
        Value::Application(application) => {
            application.claims.iter().map(|claim| claim.attester).collect()
        }
        _ => BTreeSet::new(),
    };
    let has_ended = |id: &OrganisationId| {
        typed::<Organisation, _>(records, id.0, at).is_some_and(|seen| !seen.value.is_admitted())
    };
    attesters.into_iter().filter(has_ended).collect()
}

fn of_dossier(dossier: &Dossier) -> BTreeSet<OrganisationId> {
    let terms = dossier.certificates.iter().flat_map(|c| c.next.iter().chain([&c.terms]));
    terms.map(|terms| terms.attester).collect()
}
