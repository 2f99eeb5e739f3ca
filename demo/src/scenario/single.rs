// SPDX-License-Identifier: Apache-2.0
//! One waybill from offer to settlement, a step at a time, for whoever wants to look on.

use std::sync::Arc;

use chain::ids::WaybillId;

use super::trips::{Step, Trip};
use super::{Driver, Loader, Settings};
use crate::applicant::DemoError;
use crate::node::{Node, now, random};

/// Runs a waybill of a driver through all its steps; `tell` hears of each that was executed.
pub async fn trip<N: Node>(
    settings: &Settings<N>,
    driver: &Driver,
    tell: &(dyn Fn(Step) + Send + Sync),
) -> Result<WaybillId, DemoError> {
    trip_until(settings, driver, Step::Agree, tell).await
}

/// The same up to a step, which is the last.
pub async fn trip_until<N: Node>(
    settings: &Settings<N>,
    driver: &Driver,
    last: Step,
    tell: &(dyn Fn(Step) + Send + Sync),
) -> Result<WaybillId, DemoError> {
    let loader = Loader::new(settings);
    let offices = loader.known_offices().await?;
    if offices.is_empty() {
        return Err(DemoError::Data("the network has no hauliers yet".to_owned()));
    }
    let crew = Arc::new(loader.crew(&offices, driver)?);
    // A number of its own, so that a driver may have as many as they like.
    let run = u32::from_le_bytes(random());
    let mut trip = Trip::new(crew, loader.chain, (run, driver.index), now())?;
    for step in Step::ALL.into_iter().filter(|step| *step <= last) {
        let signed = trip.sign(step, now());
        loader.applicant.must("a waybill", &[signed]).await?;
        tell(step);
    }
    trip.id().ok_or_else(|| DemoError::Data("a waybill without an offer".to_owned()))
}
