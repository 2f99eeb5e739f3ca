// SPDX-License-Identifier: Apache-2.0
//! What the modules of an enterprise show: its affiliated drivers and its vehicles, with what the chain says of
//! them in the clear. Of whom it has no open account it sees no more than everybody.

use super::affiliation::{Standing, affiliation};
use super::code::{CodeAnswer, code};
use super::list::{Item, list};
use super::record::typed;
use crate::ids::{AffiliationId, CodeId, OrganisationId, Time, VehicleId};
use crate::records::{
    Account, Affiliation, Certificate, Code, Colour, Dossier, Holder, Person, Value, Vehicle,
    VehicleOwner,
};
use crate::view::{Past, Records};

/// Affiliations looked at for one page of vehicles, at most.
const LOOKED_AT: usize = 200;
/// Entries read at a time.
const STEP: usize = 50;

/// A driver of an enterprise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverOf {
    /// How the affiliation stands.
    pub standing: Standing,
    /// The driver's code.
    pub code: CodeAnswer,
    /// The person's certificates, in order of attestation; none unless the account is open.
    pub certificates: Vec<Certificate>,
}

impl DriverOf {
    /// True while the enterprise has an open account of the driver.
    pub fn is_opened(&self) -> bool {
        self.standing.account == Account::Opened
    }
}

/// A driver by the affiliation, at `at`, which is not before the records' header.
pub fn driver<R: Records + ?Sized>(records: &R, id: AffiliationId, at: Time) -> Option<DriverOf> {
    let standing = affiliation(records, id, at)?;
    let code = code(records, standing.affiliation.code, at);
    let holder = code.record.as_ref().map(|(_, code)| code.holder);
    let person = match holder.filter(|_| standing.account == Account::Opened) {
        Some(Holder::Person(id)) => typed::<Person, _>(records, id.0, at),
        _ => None,
    };
    let certificates = person.map_or_else(Vec::new, |seen| seen.value.dossier.certificates);
    Some(DriverOf { standing, code, certificates })
}

/// A vehicle of an enterprise: its own, or bound to a driver of whom it has an open account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleOf {
    /// The record.
    pub vehicle: Vehicle,
    /// The enterprise's drivers whose current vehicle it is, or whose current vehicle it is coupled to.
    pub drivers: Vec<CodeId>,
    /// The colour of its own open matters.
    pub colour: Colour,
}

/// Where a page of vehicles begins: those that the enterprise owns come first, then those of its drivers,
/// each once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VehiclePlace {
    /// Among its own, behind this entry of their list.
    Owned(Option<u64>),
    /// Among those of its drivers, behind this entry of its affiliations, so many of the next one's vehicles
    /// left out.
    OfDrivers(Option<u64>, u8),
}

/// A page of vehicles. There may be fewer than were asked for, and none, although more follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehiclePage {
    /// The vehicles.
    pub items: Vec<VehicleOf>,
    /// Where the next page goes on; none at the end.
    pub next: Option<VehiclePlace>,
}

/// A page of the vehicles of an enterprise that a filter keeps, at most `limit`, at `at`, which is not before
/// the records' header.
pub fn vehicles<S: Records + Past + ?Sized>(
    state: &S,
    enterprise: OrganisationId,
    from: VehiclePlace,
    (limit, at): (usize, Time),
    keep: &dyn Fn(&VehicleOf) -> bool,
) -> VehiclePage {
    let fleet = Fleet { state, enterprise, at };
    let (mut items, (after, skip)) = match from {
        VehiclePlace::OfDrivers(after, skip) => (Vec::new(), (after, skip)),
        VehiclePlace::Owned(after) => {
            let (items, next) = fleet.owned(after, limit, keep);
            if let Some(next) = next {
                return VehiclePage { items, next: Some(VehiclePlace::Owned(Some(next))) };
            }
            (items, (None, 0))
        }
    };
    let next = fleet.of_drivers((after, usize::from(skip)), limit, keep, &mut items);
    let place = |(after, skip): (Option<u64>, usize)| {
        VehiclePlace::OfDrivers(after, u8::try_from(skip).unwrap_or(u8::MAX))
    };
    VehiclePage { items, next: next.map(place) }
}

/// One enterprise at one instant.
struct Fleet<'a, S: ?Sized> {
    state: &'a S,
    enterprise: OrganisationId,
    at: Time,
}

impl<S: Records + Past + ?Sized> Fleet<'_, S> {
    fn owned(
        &self,
        after: Option<u64>,
        limit: usize,
        keep: &dyn Fn(&VehicleOf) -> bool,
    ) -> (Vec<VehicleOf>, Option<u64>) {
        let keep = |value: &Value| match value {
            Value::Vehicle(vehicle) => keep(&self.seen(vehicle.clone())),
            _ => false,
        };
        let page =
            list(self.state, Vehicle::list_of(self.enterprise), after, (limit, self.at), &keep);
        let vehicle = |item: Item| match item.seen.value {
            Value::Vehicle(vehicle) => Some(self.seen(vehicle)),
            _ => None,
        };
        (page.items.into_iter().filter_map(vehicle).collect(), page.next)
    }

    /// Adds vehicles of drivers until there are `limit`; where to go on.
    fn of_drivers(
        &self,
        (mut after, mut skip): (Option<u64>, usize),
        limit: usize,
        keep: &dyn Fn(&VehicleOf) -> bool,
        items: &mut Vec<VehicleOf>,
    ) -> Option<(Option<u64>, usize)> {
        let mut looked_at = 0;
        while looked_at < LOOKED_AT {
            let entries = self.state.list(Affiliation::list_of(self.enterprise), after, STEP);
            let is_last = entries.len() < STEP;
            for (seq, key) in entries {
                looked_at += 1;
                let found = self.of_affiliation(AffiliationId(key.id)).into_iter().enumerate();
                for (place, vehicle) in found.skip(skip) {
                    if items.len() == limit {
                        return Some((after, place));
                    }
                    items.extend(Some(vehicle).filter(|vehicle| keep(vehicle)));
                }
                (after, skip) = (Some(seq), 0);
            }
            if is_last {
                return None;
            }
        }
        Some((after, 0))
    }

    /// The vehicles of a driver that are not shown elsewhere: they are not the enterprise's own, and no
    /// earlier driver of theirs is one of the enterprise's.
    fn of_affiliation(&self, id: AffiliationId) -> Vec<VehicleOf> {
        let Some(standing) = affiliation(self.state, id, self.at) else { return Vec::new() };
        if standing.account != Account::Opened {
            return Vec::new();
        }
        let own = standing.affiliation.code;
        let code = typed::<Code, _>(self.state, own.record(), self.at);
        let bound = code.map_or_else(Vec::new, |code| code.value.vehicles);
        let bound = bound.into_iter().filter_map(|id| self.vehicle(id));
        let with_trailers = bound.flat_map(|vehicle| {
            let trailer = vehicle.coupled.and_then(|id| self.vehicle(id));
            [Some(vehicle), trailer].into_iter().flatten()
        });
        let is_here = |vehicle: &Vehicle| {
            let first = self.drivers_of(vehicle).into_iter().find(|code| self.has(*code));
            vehicle.owner != VehicleOwner::Organisation(self.enterprise) && first == Some(own)
        };
        with_trailers.filter(is_here).map(|vehicle| self.seen(vehicle)).collect()
    }

    fn vehicle(&self, id: VehicleId) -> Option<Vehicle> {
        typed::<Vehicle, _>(self.state, id.0, self.at).map(|seen| seen.value)
    }

    /// The codes that a vehicle is bound to; a trailer's are those of what it is coupled to.
    fn drivers_of(&self, vehicle: &Vehicle) -> Vec<CodeId> {
        match vehicle.coupled.filter(|_| vehicle.drivers.is_empty()) {
            Some(id) => self.vehicle(id).map_or_else(Vec::new, |puller| puller.drivers),
            None => vehicle.drivers.clone(),
        }
    }

    /// True if the enterprise has an open account of the driver.
    fn has(&self, code: CodeId) -> bool {
        let id = Affiliation::id_of(self.enterprise, code);
        affiliation(self.state, id, self.at).is_some_and(|one| one.account == Account::Opened)
    }

    fn seen(&self, vehicle: Vehicle) -> VehicleOf {
        let current = match vehicle.coupled.filter(|_| vehicle.current_for.is_empty()) {
            Some(id) => self.vehicle(id).map_or_else(Vec::new, |puller| puller.current_for),
            None => vehicle.current_for.clone(),
        };
        let drivers = current.into_iter().filter(|code| self.has(*code)).collect();
        let colour = colour_of(&vehicle.dossier, self.at);
        VehicleOf { vehicle, drivers, colour }
    }
}

/// The colour of what is open in one dossier alone.
fn colour_of(dossier: &Dossier, at: Time) -> Colour {
    match dossier.matters.iter().map(|matter| matter.settle_by).min() {
        Some(settle_by) if settle_by <= at => Colour::Red,
        Some(_) => Colour::Yellow,
        None => Colour::Blue,
    }
}
