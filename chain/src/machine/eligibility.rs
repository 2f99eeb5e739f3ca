// SPDX-License-Identifier: Apache-2.0
//! Who may accept a waybill, and which vehicle may take one over: stricter than the colour, and every
//! reason against it is named.

use std::collections::BTreeSet;

use super::binding::operator_dossier;
use super::context::Context;
use super::required::{self, Parties};
use crate::calendar::Date;
use crate::ids::{Time, WaybillId};
use crate::limits::UNDER_WAY;
use crate::records::waybill::Offer;
use crate::records::{Code, Colour, Holder, ParameterName, Person, Standing, Vehicle, Waybill};
use crate::refusal::{Reason, RefusalCode, Refused};
use crate::view::Records;

/// Every reason why a code may not carry what is offered; none: it may.
pub(super) fn reasons<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    offer: &Offer,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut bar = |code, about| reasons.extend(Refused::about(code, about).0);
    if code.standing() != Standing::Issued {
        bar(RefusalCode::CodeNotIssued, "code");
    }
    if code.colour_at(context.now) == Some(Colour::Red) {
        bar(RefusalCode::CodeRed, "code");
    }
    let barring = context.parameter(ParameterName::BarringPoints);
    if code.summaries().any(|summary| u64::from(summary.most_points) >= barring) {
        bar(RefusalCode::PointsTooMany, "code");
    }
    let vehicle = code.current.and_then(|id| context.get::<Vehicle>(id.0));
    reasons.extend(of_parties(context, code, vehicle.as_ref(), &[offer]));
    reasons
}

/// Every reason why a vehicle may not take over what a code has under way; none: it may.
///
/// How code and driver stand in other ways bars nothing: what is under way goes on. Of a vehicle that is
/// not bound to the code nothing more is said.
pub(super) fn against_vehicle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    vehicle: &Vehicle,
    offers: &[&Offer],
) -> Vec<Reason> {
    if !code.vehicles.contains(&vehicle.id) {
        return Refused::about(RefusalCode::VehicleNotBound, "vehicle").0;
    }
    let mut reasons = Vec::new();
    let mut bar = |code| reasons.extend(Refused::about(code, "vehicle").0);
    let trailer = vehicle.coupled.and_then(|id| context.get::<Vehicle>(id.0));
    let matters = || std::iter::once(vehicle).chain(&trailer).flat_map(|v| &v.dossier.matters);
    if matters().any(|matter| context.now >= matter.settle_by) {
        bar(RefusalCode::CodeRed);
    }
    let barring = context.parameter(ParameterName::BarringPoints);
    if matters().any(|matter| u64::from(matter.points) >= barring) {
        bar(RefusalCode::PointsTooMany);
    }
    reasons.extend(of_parties(context, code, Some(vehicle), offers));
    reasons
}

/// What driver, operator and vehicle lack for loads that come onto it together.
fn of_parties<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    vehicle: Option<&Vehicle>,
    offers: &[&Offer],
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut bar = |code, about| reasons.extend(Refused::about(code, about).0);
    let operator = operator_dossier(context, code.operator);
    if code.operator.is_some() && operator.is_none() {
        bar(RefusalCode::OperatorInvalid, "operator");
    }
    if vehicle.is_none() {
        bar(RefusalCode::NoVehicle, "code");
    }
    let coupled = vehicle.and_then(|vehicle| vehicle.coupled);
    let trailer = coupled.and_then(|id| context.get::<Vehicle>(id.0));
    if let Holder::Person(id) = code.holder
        && let Some(person) = context.get::<Person>(id.0)
    {
        let parties = Parties {
            driver: &person.dossier,
            vehicle,
            trailer: trailer.as_ref(),
            operator: operator.as_ref(),
            hazardous_goods: vehicle.is_some() && offers.iter().any(|offer| offer.hazardous),
        };
        reasons.extend(required::unmet(&parties, context.now));
    }
    if let Some(vehicle) = vehicle {
        reasons.extend(of_vehicles(context, vehicle, trailer.as_ref(), offers));
    }
    reasons
}

fn of_vehicles<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    vehicle: &Vehicle,
    trailer: Option<&Vehicle>,
    offers: &[&Offer],
) -> Vec<Reason> {
    let aboard = loads(context, vehicle, trailer);
    let mut reasons = Vec::new();
    let mut bar = |code, about| reasons.extend(Refused::about(code, about).0);
    let both = || std::iter::once(vehicle).chain(trailer);
    if both().any(|v| is_over_limit_too_often(context, v)) {
        bar(RefusalCode::OverLimitTooMany, "vehicle");
    }
    let aboard: Vec<&Offer> = aboard.iter().map(|waybill| &waybill.offer).collect();
    let together = aboard.len() + offers.len();
    let shares = together <= UNDER_WAY && aboard.iter().chain(offers).all(|offer| offer.part_load);
    if !(together <= 1 || shares) {
        bar(RefusalCode::VehicleBusy, "vehicle");
    }
    let rated: u32 = both()
        .filter_map(Vehicle::class)
        .fold(0, |sum, class| sum.saturating_add(class.rated_load_kg));
    // What cannot be shared is no sum: then only what comes is too heavy, or not.
    let shared = aboard.iter().filter(|_| shares).chain(offers);
    let upper_ends = shared.map(|offer| offer.weight_to_kg);
    if upper_ends.fold(0, u32::saturating_add) > rated {
        bar(RefusalCode::OverLoaded, "weight_to_kg");
    }
    reasons
}

/// The waybills under way of a vehicle with its trailer, each once.
fn loads<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    vehicle: &Vehicle,
    trailer: Option<&Vehicle>,
) -> Vec<Waybill> {
    let both = std::iter::once(vehicle).chain(trailer);
    let ids: BTreeSet<WaybillId> = both.flat_map(|v| v.under_way.iter().copied()).collect();
    ids.into_iter().filter_map(|id| context.get::<Waybill>(id.0)).collect()
}

/// More over-limit matters in the window than a vehicle may have, not counting those before its
/// release.
fn is_over_limit_too_often<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    vehicle: &Vehicle,
) -> bool {
    let months = context.parameter(ParameterName::OverLimitMonths);
    let allowed = context.parameter(ParameterName::OverLimitMatters);
    let counts = |occurred_at: Time| {
        let is_released = vehicle.released_at.is_some_and(|released| occurred_at <= released);
        !is_released && context.now < months_after(occurred_at, months)
    };
    let count = vehicle.over_limit.iter().filter(|one| counts(one.occurred_at)).count();
    count as u64 > allowed
}

/// The same time of day so many months later, Beijing time.
fn months_after(time: Time, months: u64) -> Time {
    let day = Date::in_beijing(time);
    let into_day = time.since(day.start());
    day.plus_months(months).start().plus(into_day)
}
