// SPDX-License-Identifier: Apache-2.0
//! One newcomer's whole way to a code, watched step by step: the vehicle first, then the driver.
//! Newcomers are the last people of the register, whom the scenario leaves alone.

use std::collections::BTreeSet;

use super::{Driver, Loader, Settings};
use crate::applicant::{Applicant, DemoError, Watcher};
use crate::cast::{self, Player, key};
use crate::node::Node;
use crate::yunnan::certificates::{FATED, Fate};

/// Takes the first newcomer whose papers are in order, and who never applied, from nothing to an issued
/// code. `watcher` sees every change of the applications: each authority's answer, and the issuing.
pub async fn newcomer<N: Node>(
    settings: &Settings<N>,
    watcher: Watcher,
) -> Result<Driver, DemoError> {
    let mut loader = Loader::new(settings);
    let offices = loader.offices().await?;
    loader.applicant = Applicant::watched_by(loader.applicant, watcher);
    let mut applied = BTreeSet::new();
    for office in &offices {
        let applications = settings.node.applications_of(office.id).await?;
        applied.extend(applications.iter().map(|application| application.holder_key.bytes));
    }
    let is_new = |index: &u64| {
        let key = key(loader.chain, Player::Driver(*index)).public();
        loader.register.fate(*index, FATED) == Fate::Sound && !applied.contains(&key.bytes)
    };
    let index = (cast::NEWCOMERS..cast::PEOPLE).find(is_new);
    let index =
        index.ok_or_else(|| DemoError::Data("the register has no more newcomers".into()))?;
    let vehicles = loader.vehicles(&offices, index..index + 1).await?;
    let drivers = loader.drivers(&offices, vehicles).await?;
    let refused = || DemoError::Refused {
        step: "the newcomer's application",
        reasons: "an authority said no; the application says why".to_owned(),
    };
    drivers.into_iter().next().ok_or_else(refused)
}
