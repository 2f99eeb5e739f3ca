// SPDX-License-Identifier: Apache-2.0
//! A code's standing: suspended by layers that are lifted one by one, cancelled for good.

use super::context::Context;
use super::{colour, waybill};
use crate::actions::{CodeCancel, CodeResume, CodeSuspend};
use crate::event::Event;
use crate::ids::{CodeId, VehicleId};
use crate::limits::SUSPENSIONS;
use crate::records::{
    CertificateKind, Code, Holder, Organisation, OrganisationKind, Owner, Person, Suspension,
    Vehicle,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// A regulator or authority lays a suspension.
pub(super) fn suspend<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &CodeSuspend,
) -> Result<(), Refused> {
    let by = context.organisation()?.id;
    let mut code = in_force(context, action.code)?;
    let is_laid = code.suspensions.iter().any(|s| s.by == by && s.reason == action.reason);
    let mut reasons = Reasons::default();
    reasons.bar_if(is_laid, RefusalCode::AlreadyExists, "reason");
    reasons.bar_if(code.suspensions.len() >= SUSPENSIONS, RefusalCode::TooMany, "code");
    reasons.done()?;
    code.suspensions.push(Suspension { by, reason: action.reason.clone(), at: context.now });
    waybill::flag(context, &code);
    colour::write(context.overlay, code, Some(Event::CodeSuspended), context.now);
    Ok(())
}

/// Who laid a suspension, or a regulator, lifts it.
pub(super) fn resume<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &CodeResume,
) -> Result<(), Refused> {
    let sender = context.organisation()?;
    if sender.id != action.by && sender.kind != OrganisationKind::Regulator {
        return Err(RefusalCode::NotAllowed.into());
    }
    let mut code = in_force(context, action.code)?;
    let laid = code.suspensions.iter().position(|s| s.by == action.by && s.reason == action.reason);
    let laid = laid.ok_or_else(|| Refused::about(RefusalCode::NotSuspended, "reason"))?;
    code.suspensions.remove(laid);
    colour::write(context.overlay, code, Some(Event::CodeResumed), context.now);
    Ok(())
}

/// The holder, a regulator, or the identity authority ends a code for good.
pub(super) fn cancel<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &CodeCancel,
) -> Result<(), Refused> {
    let code = in_force(context, action.code)?;
    if is_holder(context, &code) {
        if !code.waybills.is_empty() {
            return Err(Refused::about(RefusalCode::CodeHasWaybill, "code"));
        }
    } else {
        check_canceller(context, &code)?;
    }
    put_an_end(context, code);
    Ok(())
}

/// Ends a code for good and takes it off its holder and vehicles.
pub(super) fn put_an_end<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, code: Code) {
    waybill::flag(context, &code);
    let vehicles = code.vehicles.clone();
    let (id, holder) = (code.id, code.holder);
    let cancelled =
        Code { cancelled_at: Some(context.now), vehicles: Vec::new(), current: None, ..code };
    release_holder(context, holder);
    for vehicle in vehicles {
        release_vehicle(context, id, vehicle);
    }
    colour::write(context.overlay, cancelled, Some(Event::CodeCancelled), context.now);
}

/// A regulator ends any code, the identity authority of its prefecture a person's, at death.
fn check_canceller<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
) -> Result<(), Refused> {
    let sender = context.organisation()?;
    let verifies = sender.attests(CertificateKind::Identity, code.prefecture);
    let at_death = verifies && matches!(code.holder, Holder::Person(_));
    if sender.kind == OrganisationKind::Regulator || at_death {
        Ok(())
    } else {
        Err(RefusalCode::NotAllowed.into())
    }
}

fn release_holder<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, holder: Holder) {
    match holder {
        Holder::Person(id) => {
            if let Some(mut person) = context.get::<Person>(id.0) {
                person.code = None;
                context.put(person, Event::PersonChanged);
            }
        }
        Holder::Organisation(id) => {
            if let Some(mut organisation) = context.get::<Organisation>(id.0) {
                organisation.code = None;
                context.put(organisation, Event::OrganisationChanged);
            }
        }
    }
}

/// Takes a code off a vehicle.
pub(super) fn release_vehicle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: CodeId,
    vehicle: VehicleId,
) {
    if let Some(mut vehicle) = context.get::<Vehicle>(vehicle.0) {
        vehicle.drivers.retain(|driver| *driver != code);
        vehicle.current_for.retain(|driver| *driver != code);
        context.put(vehicle, Event::VehicleChanged);
    }
}

/// A code that is not cancelled.
pub(super) fn in_force<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: CodeId,
) -> Result<Code, Refused> {
    let code: Code = context.need(id.record(), "code")?;
    if code.cancelled_at.is_some() {
        return Err(Refused::about(RefusalCode::CodeNotIssued, "code"));
    }
    Ok(code)
}

/// True if the sender holds this code.
pub(super) fn is_holder<R: Records + ?Sized>(context: &Context<'_, '_, R>, code: &Code) -> bool {
    context.is(holder_owner(code))
}

/// Whose word the holder's is.
pub(super) fn holder_owner(code: &Code) -> Owner {
    code.holder.into()
}
