// SPDX-License-Identifier: Apache-2.0
//! Bindings: which vehicles a driver has, which is current, which trailer it draws, who operates.

use super::code::{holder_owner, in_force, is_holder, release_vehicle};
use super::colour;
use super::context::{Context, owner_of, parameter};
use super::required::{self, Parties};
use crate::actions::{
    OperatorSet, TrailerCouple, TrailerUncouple, VehicleBind, VehicleChoose, VehicleUnbind,
};
use crate::event::Event;
use crate::ids::{CodeId, OrganisationId, Time, VehicleId};
use crate::limits::BINDINGS;
use crate::records::{
    Code, Dossier, Holder, Operator, Organisation, OrganisationKind, Owner, ParameterName, Person,
    Subject, Vehicle, VehicleOwner,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// Holder, operator and owner agree to bind a vehicle: one of them sends, with the others' words.
pub(super) fn bind<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &VehicleBind,
) -> Result<(), Refused> {
    let mut code = in_force(context, action.code)?;
    let person = driver(context, &code)?;
    let vehicle: Vehicle = context.need(action.vehicle.0, "vehicle")?;
    let mut reasons = Reasons::default();
    reasons.add(all_agree(context, &code, &vehicle)?.done());
    reasons.add(bars(context, &code, &vehicle, context.now));
    reasons.add(unmet(context, &person.dossier, &vehicle, code.operator));
    reasons.done()?;
    code.vehicles.push(vehicle.id);
    let is_first = code.current.is_none();
    if is_first {
        code.current = Some(vehicle.id);
    }
    attach(context, code.id, vehicle, is_first);
    colour::write(context.overlay, code, Some(Event::CodeChanged), context.now);
    Ok(())
}

/// Writes the vehicle's side of a binding.
pub(super) fn attach<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: CodeId,
    mut vehicle: Vehicle,
    current: bool,
) {
    vehicle.drivers.push(code);
    if current {
        vehicle.current_for.push(code);
    }
    context.put(vehicle, Event::VehicleChanged);
}

/// The person of a driver's code.
fn driver<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
) -> Result<Person, Refused> {
    match code.holder {
        Holder::Person(id) => context.need(id.0, "code"),
        Holder::Organisation(_) => Err(Refused::about(RefusalCode::InvalidField, "code")),
    }
}

/// The sender is the holder, the operator or the vehicle's owner; the words of the others that lack.
fn all_agree<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    vehicle: &Vehicle,
) -> Result<Reasons, Refused> {
    let mut parties = vec![owner(context, vehicle).ok_or(RefusalCode::NotAllowed)?];
    for party in [Some(holder_owner(code)), code.operator.map(operator_owner)] {
        parties.extend(party.filter(|party| !parties.contains(party)));
    }
    let sender = parties.iter().position(|party| context.is(*party));
    parties.remove(sender.ok_or(RefusalCode::NotAllowed)?);
    let mut reasons = Reasons::default();
    for party in parties {
        reasons.add(context.take_word_of(party));
    }
    Ok(reasons)
}

fn operator_owner(operator: Operator) -> Owner {
    match operator {
        Operator::Organisation(id) => Owner::Organisation(id),
        Operator::Person(id) => Owner::Person(id),
    }
}

/// Who owns a vehicle now; none while the holder's key that names the owner is not registered.
fn owner<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    vehicle: &Vehicle,
) -> Option<Owner> {
    match vehicle.owner {
        VehicleOwner::Organisation(id) => Some(Owner::Organisation(id)),
        VehicleOwner::Holder(key) => owner_of(context.overlay, &key),
    }
}

/// Limits and states that bar a binding that began at an instant.
pub(super) fn bars<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    vehicle: &Vehicle,
    begun: Time,
) -> Result<(), Refused> {
    let mut limit = |name| {
        let limit = parameter(context.overlay, name, begun);
        usize::try_from(limit).unwrap_or(BINDINGS).min(BINDINGS)
    };
    let vehicles = limit(ParameterName::VehiclesPerDriver);
    let drivers = limit(ParameterName::DriversPerVehicle);
    let is_no_vehicle = vehicle.class().is_none_or(|class| class.trailer);
    let is_bound = code.vehicles.contains(&vehicle.id);
    let mut reasons = Reasons::default();
    reasons.bar_if(is_no_vehicle, RefusalCode::InvalidField, "vehicle");
    reasons.bar_if(is_bound, RefusalCode::VehicleBound, "vehicle");
    reasons.bar_if(code.vehicles.len() >= vehicles, RefusalCode::TooMany, "code");
    reasons.bar_if(vehicle.drivers.len() >= drivers, RefusalCode::TooMany, "vehicle");
    reasons.done()
}

/// Certificates that driver, vehicle, trailer and operator lack for each other.
pub(super) fn unmet<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    driver: &Dossier,
    vehicle: &Vehicle,
    operator: Option<Operator>,
) -> Result<(), Refused> {
    let trailer = vehicle.coupled.and_then(|id| context.get::<Vehicle>(id.0));
    let operator = operator_dossier(context, operator);
    let parties = Parties {
        driver,
        vehicle: Some(vehicle),
        trailer: trailer.as_ref(),
        operator: operator.as_ref(),
        hazardous_goods: false,
    };
    let reasons = required::unmet(&parties, context.now);
    if reasons.is_empty() { Ok(()) } else { Err(Refused(reasons)) }
}

/// The dossier of an operator that may operate; none without one, or one that is not admitted.
pub(super) fn operator_dossier<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    operator: Option<Operator>,
) -> Option<Dossier> {
    match operator? {
        Operator::Organisation(id) => {
            let organisation = context.get::<Organisation>(id.0)?;
            organisation.is_admitted().then_some(organisation.dossier)
        }
        Operator::Person(id) => context.get::<Person>(id.0).map(|person| person.dossier),
    }
}

/// The holder, the operator or the vehicle's owner takes a vehicle off a code.
pub(super) fn unbind<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &VehicleUnbind,
) -> Result<(), Refused> {
    let mut code = in_force(context, action.code)?;
    let operates = code.operator.is_some_and(|o| context.is(operator_owner(o)));
    let vehicle: Vehicle = context.need(action.vehicle.0, "vehicle")?;
    let owns = owner(context, &vehicle).is_some_and(|owner| context.is(owner));
    let mut reasons = Reasons::default();
    if !is_holder(context, &code) && !operates && !owns {
        reasons.add(Err(RefusalCode::NotAllowed.into()));
    }
    reasons.add(check_bound(&code, vehicle.id));
    let carries = vehicle.under_way.iter().any(|waybill| code.waybills.contains(waybill));
    reasons.bar_if(carries, RefusalCode::VehicleUnderWay, "vehicle");
    reasons.done()?;
    code.vehicles.retain(|id| *id != vehicle.id);
    code.current = code.current.filter(|id| *id != vehicle.id);
    release_vehicle(context, code.id, vehicle.id);
    colour::write(context.overlay, code, Some(Event::CodeChanged), context.now);
    Ok(())
}

fn check_bound(code: &Code, vehicle: VehicleId) -> Result<(), Refused> {
    if code.vehicles.contains(&vehicle) {
        Ok(())
    } else {
        Err(Refused::about(RefusalCode::VehicleNotBound, "vehicle"))
    }
}

/// The holder makes a bound vehicle, or none, the current one. Not while a waybill is under way.
pub(super) fn choose<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &VehicleChoose,
) -> Result<(), Refused> {
    let mut code = in_force(context, action.code)?;
    if !is_holder(context, &code) {
        return Err(RefusalCode::NotAllowed.into());
    }
    let mut reasons = Reasons::default();
    reasons.bar_if(!code.waybills.is_empty(), RefusalCode::VehicleUnderWay, "code");
    reasons.add(action.vehicle.map_or(Ok(()), |id| check_bound(&code, id)));
    reasons.done()?;
    if let Some(mut before) = code.current.and_then(|id| context.get::<Vehicle>(id.0)) {
        before.current_for.retain(|id| *id != code.id);
        context.put(before, Event::VehicleChanged);
    }
    if let Some(mut vehicle) = action.vehicle.and_then(|id| context.get::<Vehicle>(id.0)) {
        vehicle.current_for.push(code.id);
        context.put(vehicle, Event::VehicleChanged);
    }
    code.current = action.vehicle;
    colour::write(context.overlay, code, Some(Event::CodeChanged), context.now);
    Ok(())
}

/// The owner couples a trailer, with the word of the trailer's owner where that is another.
pub(super) fn couple<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &TrailerCouple,
) -> Result<(), Refused> {
    let mut vehicle: Vehicle = context.need(action.vehicle.0, "vehicle")?;
    let mut trailer: Vehicle = context.need(action.trailer.0, "trailer")?;
    let of_vehicle = owner(context, &vehicle).ok_or(RefusalCode::NotAllowed)?;
    if !context.is(of_vehicle) {
        return Err(RefusalCode::NotAllowed.into());
    }
    let of_trailer = owner(context, &trailer).ok_or(RefusalCode::StatementMissing)?;
    let mut reasons = Reasons::default();
    if of_trailer != of_vehicle {
        reasons.add(context.take_word_of(of_trailer));
    }
    reasons.bar_if(is_trailer(&vehicle) != Some(false), RefusalCode::NotATrailer, "vehicle");
    reasons.bar_if(is_trailer(&trailer) != Some(true), RefusalCode::NotATrailer, "trailer");
    reasons.bar_if(vehicle.coupled.is_some(), RefusalCode::AlreadyCoupled, "vehicle");
    reasons.bar_if(trailer.coupled.is_some(), RefusalCode::AlreadyCoupled, "trailer");
    reasons.bar_if(!vehicle.under_way.is_empty(), RefusalCode::VehicleUnderWay, "vehicle");
    reasons.done()?;
    vehicle.coupled = Some(trailer.id);
    trailer.coupled = Some(vehicle.id);
    write_coupling(context, vehicle, trailer);
    Ok(())
}

/// What its licence says; none for a vehicle that has none yet.
fn is_trailer(vehicle: &Vehicle) -> Option<bool> {
    vehicle.class().map(|class| class.trailer)
}

/// The owner of either takes a trailer off.
pub(super) fn uncouple<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &TrailerUncouple,
) -> Result<(), Refused> {
    let mut vehicle: Vehicle = context.need(action.vehicle.0, "vehicle")?;
    let not_coupled = || Refused::about(RefusalCode::NotCoupled, "vehicle");
    let drawn = is_trailer(&vehicle) == Some(true);
    let trailer = vehicle.coupled.filter(|_| !drawn).ok_or_else(not_coupled)?;
    let mut trailer: Vehicle = context.need(trailer.0, "vehicle")?;
    let owners = [owner(context, &vehicle), owner(context, &trailer)];
    if !owners.into_iter().flatten().any(|owner| context.is(owner)) {
        return Err(RefusalCode::NotAllowed.into());
    }
    if !vehicle.under_way.is_empty() {
        return Err(Refused::about(RefusalCode::VehicleUnderWay, "vehicle"));
    }
    vehicle.coupled = None;
    trailer.coupled = None;
    write_coupling(context, vehicle, trailer);
    Ok(())
}

fn write_coupling<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    vehicle: Vehicle,
    trailer: Vehicle,
) {
    let subject = Subject::Vehicle(vehicle.id);
    context.put(vehicle, Event::VehicleChanged);
    context.put(trailer, Event::VehicleChanged);
    colour::refresh(context.overlay, subject, context.now);
}

/// The holder with the new operator's word, or that operator with the holder's, sets the operator;
/// either the holder or the operator takes it off.
pub(super) fn set_operator<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &OperatorSet,
) -> Result<(), Refused> {
    let mut code = in_force(context, action.code)?;
    let mut reasons = Reasons::default();
    reasons.add(driver(context, &code).map(drop));
    reasons.bar_if(!code.waybills.is_empty(), RefusalCode::CodeHasWaybill, "code");
    let holder = holder_owner(&code);
    let sends = is_holder(context, &code);
    match action.operator {
        Some(operator) => {
            let other = operator_owner(operator);
            let fits = match operator {
                Operator::Organisation(id) => check_operator(context, id),
                Operator::Person(_) if other == holder => Ok(()),
                Operator::Person(_) => {
                    Err(Refused::about(RefusalCode::OperatorInvalid, "operator"))
                }
            };
            // Whose word it takes is known once it is clear who may operate.
            reasons.add(fits.and_then(|()| match sends {
                true if other == holder => Ok(()),
                true => context.take_word_of(other),
                false if context.is(other) => context.take_word_of(holder),
                false => Err(RefusalCode::NotAllowed.into()),
            }));
        }
        None => {
            let operates = code.operator.is_some_and(|o| context.is(operator_owner(o)));
            if !sends && !operates {
                reasons.add(Err(RefusalCode::NotAllowed.into()));
            }
        }
    }
    reasons.done()?;
    code.operator = action.operator;
    colour::write(context.overlay, code, Some(Event::CodeChanged), context.now);
    Ok(())
}

/// An organisation that operates is an admitted enterprise or platform.
pub(super) fn check_operator<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: OrganisationId,
) -> Result<(), Refused> {
    let organisation: Organisation = context.need(id.0, "operator")?;
    let kinds = [OrganisationKind::Enterprise, OrganisationKind::Platform];
    if organisation.is_admitted() && kinds.contains(&organisation.kind) {
        Ok(())
    } else {
        Err(Refused::about(RefusalCode::OperatorInvalid, "operator"))
    }
}
