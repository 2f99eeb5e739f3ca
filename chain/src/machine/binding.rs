// SPDX-License-Identifier: Apache-2.0
//! Bindings: which vehicles a driver has, which is current, which trailer it draws, who operates.

use super::code::{holder_owner, in_force, is_holder, release_vehicle};
use super::colour;
use super::context::Context;
use super::required::{self, Parties};
use crate::actions::{
    OperatorSet, TrailerCouple, TrailerUncouple, VehicleBind, VehicleChoose, VehicleUnbind,
};
use crate::event::Event;
use crate::ids::{CodeId, VehicleId};
use crate::limits::BINDINGS;
use crate::records::{
    Code, Dossier, Holder, Operator, Organisation, OrganisationKind, Owner, ParameterName, Person,
    Role, Subject, Vehicle, VehicleOwner,
};
use crate::refusal::{Reason, RefusalCode, Refused};
use crate::view::Records;

/// The holder with the operator's word, or the operator with the holder's, binds a vehicle.
pub(super) fn bind<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &VehicleBind,
) -> Result<(), Refused> {
    let mut code = in_force(context, action.code)?;
    let person = driver(context, &code)?;
    let vehicle: Vehicle = context.need(action.vehicle.0, "vehicle")?;
    both_agree(context, &code, &vehicle)?;
    let mut reasons = bars(context, &code, &vehicle);
    reasons.extend(unmet(context, &person.dossier, &vehicle, code.operator));
    if !reasons.is_empty() {
        return Err(Refused(reasons));
    }
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

/// The sender is one side, and the other gave its word: the operator's, or without one the owner's.
fn both_agree<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    vehicle: &Vehicle,
) -> Result<(), Refused> {
    let holder = holder_owner(code);
    let other = match code.operator {
        Some(operator) => Some(operator_owner(operator)),
        None => owner(context, vehicle),
    };
    let other = other.ok_or(RefusalCode::NotAllowed)?;
    if is_holder(context, code) {
        return if other == holder { Ok(()) } else { context.take_word_of(other) };
    }
    if acts_for(context, other) {
        return context.take_word_of(holder);
    }
    Err(RefusalCode::NotAllowed.into())
}

fn operator_owner(operator: Operator) -> Owner {
    match operator {
        Operator::Organisation(id) => Owner::Organisation(id),
        Operator::Person(id) => Owner::Person(id),
    }
}

/// True if the sender is this owner, an organisation with the role `operate`.
fn acts_for<R: Records + ?Sized>(context: &Context<'_, '_, R>, owner: Owner) -> bool {
    match owner {
        Owner::Organisation(id) => context.is_organisation(id, Role::Operate),
        Owner::Person(_) => context.sender.owner == owner,
    }
}

/// Who owns a vehicle now; none while the holder's key that names the owner is not registered.
fn owner<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    vehicle: &Vehicle,
) -> Option<Owner> {
    match vehicle.owner {
        VehicleOwner::Organisation(id) => Some(Owner::Organisation(id)),
        VehicleOwner::Holder(key) => {
            let id = crate::records::RegisteredKey::id_of(&key);
            context.overlay.peek::<crate::records::RegisteredKey>(id).map(|known| known.owner)
        }
    }
}

/// Limits and states that bar a binding.
pub(super) fn bars<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    vehicle: &Vehicle,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut bar = |code, about| reasons.extend(Refused::about(code, about).0);
    if vehicle.class().is_none_or(|class| class.trailer) {
        bar(RefusalCode::InvalidField, "vehicle");
    }
    if code.vehicles.contains(&vehicle.id) {
        bar(RefusalCode::VehicleBound, "vehicle");
    }
    let limit = |context: &mut Context<'_, '_, R>, name| {
        usize::try_from(context.parameter(name)).unwrap_or(BINDINGS).min(BINDINGS)
    };
    if code.vehicles.len() >= limit(context, ParameterName::VehiclesPerDriver) {
        bar(RefusalCode::TooMany, "code");
    }
    if vehicle.drivers.len() >= limit(context, ParameterName::DriversPerVehicle) {
        bar(RefusalCode::TooMany, "vehicle");
    }
    reasons
}

/// Certificates that driver, vehicle, trailer and operator lack for each other.
pub(super) fn unmet<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    driver: &Dossier,
    vehicle: &Vehicle,
    operator: Option<Operator>,
) -> Vec<Reason> {
    let trailer = vehicle.coupled.and_then(|id| context.get::<Vehicle>(id.0));
    let operator = operator_dossier(context, operator);
    let parties = Parties {
        driver,
        vehicle: Some(vehicle),
        trailer: trailer.as_ref(),
        operator: operator.as_ref(),
        hazardous_goods: false,
    };
    required::unmet(&parties, context.now)
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

/// The holder or the operator takes a vehicle off a code.
pub(super) fn unbind<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &VehicleUnbind,
) -> Result<(), Refused> {
    let mut code = in_force(context, action.code)?;
    let operates = code.operator.is_some_and(|o| acts_for(context, operator_owner(o)));
    if !is_holder(context, &code) && !operates {
        return Err(RefusalCode::NotAllowed.into());
    }
    let vehicle = bound(context, &code, action.vehicle)?;
    if vehicle.under_way.iter().any(|waybill| code.waybills.contains(waybill)) {
        return Err(Refused::about(RefusalCode::VehicleUnderWay, "vehicle"));
    }
    code.vehicles.retain(|id| *id != vehicle.id);
    code.current = code.current.filter(|id| *id != vehicle.id);
    release_vehicle(context, code.id, vehicle.id);
    colour::write(context.overlay, code, Some(Event::CodeChanged), context.now);
    Ok(())
}

fn bound<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    vehicle: VehicleId,
) -> Result<Vehicle, Refused> {
    if !code.vehicles.contains(&vehicle) {
        return Err(Refused::about(RefusalCode::VehicleNotBound, "vehicle"));
    }
    context.need(vehicle.0, "vehicle")
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
    if !code.waybills.is_empty() {
        return Err(Refused::about(RefusalCode::VehicleUnderWay, "code"));
    }
    let chosen = match action.vehicle {
        Some(id) => Some(bound(context, &code, id)?),
        None => None,
    };
    if let Some(mut before) = code.current.and_then(|id| context.get::<Vehicle>(id.0)) {
        before.current_for.retain(|id| *id != code.id);
        context.put(before, Event::VehicleChanged);
    }
    if let Some(id) = chosen.map(|vehicle| vehicle.id)
        && let Some(mut vehicle) = context.get::<Vehicle>(id.0)
    {
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
    if !acts_for(context, of_vehicle) {
        return Err(RefusalCode::NotAllowed.into());
    }
    let of_trailer = owner(context, &trailer).ok_or(RefusalCode::StatementMissing)?;
    if of_trailer != of_vehicle {
        context.take_word_of(of_trailer)?;
    }
    let is_trailer = |v: &Vehicle| v.class().is_some_and(|class| class.trailer);
    if is_trailer(&vehicle) || !is_trailer(&trailer) {
        return Err(Refused::about(RefusalCode::NotATrailer, "trailer"));
    }
    if vehicle.coupled.is_some() || trailer.coupled.is_some() {
        return Err(Refused::about(RefusalCode::AlreadyCoupled, "trailer"));
    }
    if !vehicle.under_way.is_empty() {
        return Err(Refused::about(RefusalCode::VehicleUnderWay, "vehicle"));
    }
    vehicle.coupled = Some(trailer.id);
    trailer.coupled = Some(vehicle.id);
    write_coupling(context, vehicle, trailer);
    Ok(())
}

/// The owner of either takes a trailer off.
pub(super) fn uncouple<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &TrailerUncouple,
) -> Result<(), Refused> {
    let mut vehicle: Vehicle = context.need(action.vehicle.0, "vehicle")?;
    let not_coupled = || Refused::about(RefusalCode::NotCoupled, "vehicle");
    let is_trailer = vehicle.class().is_some_and(|class| class.trailer);
    let trailer = vehicle.coupled.filter(|_| !is_trailer).ok_or_else(not_coupled)?;
    let mut trailer: Vehicle = context.need(trailer.0, "vehicle")?;
    let owners = [owner(context, &vehicle), owner(context, &trailer)];
    if !owners.into_iter().flatten().any(|owner| acts_for(context, owner)) {
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
    driver(context, &code)?;
    if !code.waybills.is_empty() {
        return Err(Refused::about(RefusalCode::CodeHasWaybill, "code"));
    }
    let holder = holder_owner(&code);
    let sends = is_holder(context, &code);
    match action.operator {
        Some(operator) => {
            check_operator(context, operator, holder)?;
            let other = operator_owner(operator);
            match sends {
                true if other == holder => {}
                true => context.take_word_of(other)?,
                false if acts_for(context, other) => context.take_word_of(holder)?,
                false => return Err(RefusalCode::NotAllowed.into()),
            }
        }
        None => {
            let operates = code.operator.is_some_and(|o| acts_for(context, operator_owner(o)));
            if !sends && !operates {
                return Err(RefusalCode::NotAllowed.into());
            }
        }
    }
    code.operator = action.operator;
    colour::write(context.overlay, code, Some(Event::CodeChanged), context.now);
    Ok(())
}

/// An operator is an admitted enterprise or platform, or the holder as a one-man business.
pub(super) fn check_operator<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    operator: Operator,
    holder: Owner,
) -> Result<(), Refused> {
    let fits = match operator {
        Operator::Organisation(id) => {
            let organisation: Organisation = context.need(id.0, "operator")?;
            let kinds = [OrganisationKind::Enterprise, OrganisationKind::Platform];
            organisation.is_admitted() && kinds.contains(&organisation.kind)
        }
        Operator::Person(id) => holder == Owner::Person(id),
    };
    if fits { Ok(()) } else { Err(Refused::about(RefusalCode::OperatorInvalid, "operator")) }
}
