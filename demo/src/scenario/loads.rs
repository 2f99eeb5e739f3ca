// SPDX-License-Identifier: Apache-2.0
//! What more than one waybill or vehicle has a part in: part loads that share a lorry, and a lorry that
//! takes over from another on the road.

use std::sync::Arc;

use chain::actions::VehicleBind;
use chain::ids::{VehicleId, WaybillId};
use chain::transaction::Transaction;

use super::colours::ENDING;
use super::drivers::with_word;
use super::trips::{Crew, Step, Trip};
use super::{Driver, Loader, Office};
use crate::applicant::DemoError;
use crate::node::{Node, now, sign};
use crate::yunnan::certificates::{FATED, Fate};

/// Vehicles below this number may stand by for others; behind it the load generator has its own.
const SPARES: u64 = 1_000;
/// Runs of waybill numbers that only these waybills have.
const SHARED: [u32; 2] = [1, 2];
const SWAPPED: u32 = 3;
/// How far the waybills go.
const WAY: [Step; 4] = [Step::Offer, Step::Accept, Step::Load, Step::Depart];

/// Waybills under way that share a vehicle, or have changed theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnTheRoad {
    /// Two part loads on one lorry; none if so little was loaded that nobody is free for them.
    pub part_loads: Vec<WaybillId>,
    /// A waybill that another lorry took over.
    pub swapped: Option<WaybillId>,
}

impl<N: Node> Loader<'_, N> {
    /// Lets one free driver carry two part loads at once, and another change the vehicle under way.
    pub(crate) async fn loads(
        &self,
        offices: &[Office],
        drivers: &[Driver],
    ) -> Result<OnTheRoad, DemoError> {
        let mut free = self.free(drivers);
        let mut found = OnTheRoad::default();
        if let Some(driver) = free.next() {
            found.part_loads = self.share(offices, driver).await?;
        }
        let spared = free.find_map(|driver| Some((driver, self.spare(offices, drivers, driver)?)));
        if let Some((driver, spare)) = spared {
            found.swapped = self.break_down(offices, driver, spare).await?;
        }
        Ok(found)
    }

    /// Two part loads under way on one vehicle.
    async fn share(
        &self,
        offices: &[Office],
        driver: &Driver,
    ) -> Result<Vec<WaybillId>, DemoError> {
        let crew = Arc::new(self.crew(offices, driver)?);
        let mut under_way = Vec::new();
        for run in SHARED {
            let trip = self.trip_of(&crew, run, driver)?.part();
            under_way.extend(self.depart(trip).await?.id());
        }
        Ok(under_way)
    }

    /// A vehicle of the same haulier and build that may load as much, and whose papers are in order.
    fn spare(&self, offices: &[Office], drivers: &[Driver], driver: &Driver) -> Option<u64> {
        let own = self.register.vehicle(driver.index).ok().filter(|own| !own.build.pulls())?;
        let office = self.office(offices, driver.index).id;
        let stands_by = |index: &u64| {
            self.office(offices, *index).id == office
                && self.register.fate(*index, FATED) == Fate::Sound
                && self.register.vehicle(*index).is_ok_and(|other| {
                    other.build == own.build && other.frame.load_kg >= own.frame.load_kg
                })
        };
        let behind = drivers.iter().map(|one| one.index + 1).max().unwrap_or(ENDING);
        (behind..SPARES).find(stands_by)
    }

    /// A waybill that departs, and goes on with another vehicle.
    async fn break_down(
        &self,
        offices: &[Office],
        driver: &Driver,
        spare: u64,
    ) -> Result<Option<WaybillId>, DemoError> {
        let vehicles = self.vehicles(offices, spare..spare + 1).await?;
        let Some(vehicle) = vehicles.get(&spare).copied() else { return Ok(None) };
        let bound = self.binding(offices, driver, vehicle);
        self.applicant.must("binding a vehicle", &[bound]).await?;
        let crew = Arc::new(self.crew(offices, driver)?);
        let trip = self.depart(self.trip_of(&crew, SWAPPED, driver)?).await?;
        let proposed = trip.propose_swap(vehicle, now())?;
        self.applicant.must("proposing another vehicle", &[proposed]).await?;
        let agreed = trip.agree_to_swap(vehicle, now());
        self.applicant.must("agreeing to another vehicle", &[agreed]).await?;
        Ok(trip.id())
    }

    /// The haulier binds a vehicle of its own to a driver, who gives their word.
    fn binding(&self, offices: &[Office], driver: &Driver, vehicle: VehicleId) -> Transaction {
        let now = now();
        let action = VehicleBind { code: driver.code, vehicle, statements: Vec::new() };
        let action = with_word(&driver.key, self.chain, action.into(), now);
        sign(&self.office(offices, driver.index).key, self.chain, action, now)
    }

    fn trip_of(&self, crew: &Arc<Crew>, run: u32, driver: &Driver) -> Result<Trip, DemoError> {
        Trip::new(Arc::clone(crew), self.chain, (run, driver.index), now())
    }

    /// Takes a trip to where it is in transit.
    async fn depart(&self, mut trip: Trip) -> Result<Trip, DemoError> {
        for step in WAY {
            let signed = trip.sign(step, now());
            self.applicant.must("waybills that share or swap", &[signed]).await?;
        }
        Ok(trip)
    }
}
