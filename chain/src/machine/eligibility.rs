// SPDX-License-Identifier: Apache-2.0
//! Who may accept a waybill: stricter than the colour, and every reason against it is named.

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
    let operator = operator_dossier(context, code.operator);
    if code.operator.is_some() && operator.is_none() {
        bar(RefusalCode::OperatorInvalid, "operator");
    }
    let vehicle = code.current.and_then(|id| context.get::<Vehicle>(id.0));
    if vehicle.is_none() {
        bar(RefusalCode::NoVehicle, "code");
    }
    let coupled = vehicle.as_ref().and_then(|vehicle| vehicle.coupled);
    let trailer = coupled.and_then(|id| context.get::<Vehicle>(id.0));
    if let Holder::Person(id) = code.holder
        && let Some(person) = context.get::<Person>(id.0)
    {
        let parties = Parties {
            driver: &person.dossier,
            vehicle: vehicle.as_ref(),
            trailer: trailer.as_ref(),
            operator: operator.as_ref(),
            hazardous_goods: offer.hazardous && vehicle.is_some(),
        };
        reasons.extend(required::unmet(&parties, context.now));
    }
    if let Some(vehicle) = vehicle {
        reasons.extend(of_vehicles(context, &vehicle, trailer.as_ref(), offer));
    }
    reasons
}

fn of_vehicles<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    vehicle: &Vehicle,
    trailer: Option<&Vehicle>,
    offer: &Offer,
) -> Vec<Reason> {
    let loads = loads(context, vehicle, trailer);
    let mut reasons = Vec::new();
    let mut bar = |code, about| reasons.extend(Refused::about(code, about).0);
    let both = || std::iter::once(vehicle).chain(trailer);
    if both().any(|v| is_over_limit_too_often(context, v)) {
        bar(RefusalCode::OverLimitTooMany, "vehicle");
    }
    let shares = offer.part_load
        && loads.len() < UNDER_WAY
        && loads.iter().all(|waybill| waybill.offer.part_load);
    if !(loads.is_empty() || shares) {
        bar(RefusalCode::VehicleBusy, "vehicle");
    }
    let rated: u32 = both()
        .filter_map(Vehicle::class)
        .fold(0, |sum, class| sum.saturating_add(class.rated_load_kg));
    let shared = loads.iter().filter(|_| shares).map(|waybill| waybill.offer.weight_to_kg);
    if shared.fold(offer.weight_to_kg, u32::saturating_add) > rated {
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
