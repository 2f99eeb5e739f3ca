// SPDX-License-Identifier: Apache-2.0
//! Erasures: the node of an application's sponsor says that the data that came with it are kept for the
//! law alone, or destroyed. What is in use is neither.

use super::basis::{covers, erasure};
use crate::actions::ErasurePublish;
use crate::event::Event;
use crate::ids::{CodeId, Time, VehicleId};
use crate::limits::RESTRICTION_MS;
use crate::machine::context::Context;
use crate::records::{
    Application, ApplicationState, Code, Erasure, ErasureKind, ErasureSubject, Owner, Vehicle,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// The sponsor of an application publishes an erasure of its data.
pub(in crate::machine) fn publish_erasure<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ErasurePublish,
) -> Result<(), Refused> {
    let application: Application = context.need(action.application.0, "application")?;
    if !context.is(Owner::Organisation(application.sponsor)) {
        return Err(RefusalCode::NotAllowed.into());
    }
    let subject = subject_of(&application)?;
    let mut reasons = Reasons::default();
    reasons.add(check_kind(action.kind, context.now));
    reasons.add(check_unused(context, subject));
    reasons.add(check_not_erased(context, subject));
    reasons.done()?;
    let published = Erasure {
        id: Erasure::id_of(&subject),
        subject,
        application: application.id,
        by: application.sponsor,
        kind: action.kind,
        digest: action.digest,
        at: context.now,
    };
    context.put(published, Event::ErasurePublished);
    Ok(())
}

/// Whose data came with an application that is over.
fn subject_of(application: &Application) -> Result<ErasureSubject, Refused> {
    let of_issued = application
        .code
        .map(ErasureSubject::Code)
        .or(application.vehicle.map(ErasureSubject::Vehicle));
    match (application.state, of_issued) {
        (ApplicationState::Verifying, _) => {
            Err(Refused::about(RefusalCode::ApplicationOpen, "application"))
        }
        (ApplicationState::Issued, Some(subject)) => Ok(subject),
        _ => Ok(ErasureSubject::Application(application.id)),
    }
}

fn check_kind(kind: ErasureKind, now: Time) -> Result<(), Refused> {
    match kind {
        ErasureKind::Restricted { until } if until <= now || until > now.plus(RESTRICTION_MS) => {
            Err(Refused::about(RefusalCode::InvalidField, "until"))
        }
        ErasureKind::Restricted { .. } | ErasureKind::Erased => Ok(()),
    }
}

/// The code is cancelled, the vehicle is nobody's and carries nothing.
fn check_unused<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    subject: ErasureSubject,
) -> Result<(), Refused> {
    match subject {
        ErasureSubject::Code(id) => check_code(context, id),
        ErasureSubject::Vehicle(id) => check_vehicle(context, id),
        ErasureSubject::Application(_) => Ok(()),
    }
}

fn check_code<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: CodeId,
) -> Result<(), Refused> {
    let code: Code = context.need(id.record(), "code")?;
    let mut reasons = Reasons::default();
    reasons.bar_if(code.cancelled_at.is_none(), RefusalCode::CodeNotCancelled, "code");
    // A waybill goes on after its code was cancelled.
    reasons.bar_if(!code.waybills.is_empty(), RefusalCode::CodeHasWaybill, "code");
    reasons.done()
}

fn check_vehicle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: VehicleId,
) -> Result<(), Refused> {
    let vehicle: Vehicle = context.need(id.0, "vehicle")?;
    let mut reasons = Reasons::default();
    reasons.bar_if(!vehicle.drivers.is_empty(), RefusalCode::VehicleBound, "vehicle");
    reasons.bar_if(vehicle.coupled.is_some(), RefusalCode::AlreadyCoupled, "vehicle");
    reasons.bar_if(!vehicle.under_way.is_empty(), RefusalCode::VehicleUnderWay, "vehicle");
    reasons.done()
}

/// What is destroyed is not kept again; a vehicle's licence that was attested since is other data.
fn check_not_erased<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    subject: ErasureSubject,
) -> Result<(), Refused> {
    let Some(before) = erasure(context.overlay, subject) else { return Ok(()) };
    let same_data = match subject {
        ErasureSubject::Vehicle(id) => covers(context.overlay, &before, id, context.now),
        ErasureSubject::Code(_) | ErasureSubject::Application(_) => true,
    };
    if before.kind == ErasureKind::Erased && same_data {
        return Err(RefusalCode::DataErased.into());
    }
    Ok(())
}
