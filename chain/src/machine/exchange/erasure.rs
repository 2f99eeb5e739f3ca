// SPDX-License-Identifier: Apache-2.0
//! Erasures: the node of an application's sponsor says that the data that came with it are kept for the
//! law alone, or destroyed. What is in use is neither, and what a contract still needs is not destroyed.

use super::basis::erasure;
use crate::actions::ErasurePublish;
use crate::event::Event;
use crate::ids::{ApplicationId, CodeId, OrganisationId, RecordId, Time, VehicleId};
use crate::limits::RESTRICTION_MS;
use crate::machine::context::{Context, parameter};
use crate::machine::due;
use crate::machine::overlay::Overlay;
use crate::records::{
    Application, ApplicationState, Code, DataSubject, Erasure, ErasureKind, Organisation,
    OrganisationKind, Owner, ParameterName, RecordValue, Vehicle,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// The sponsor of an application publishes an erasure of its data; a regulator, once there is no sponsor.
pub(in crate::machine) fn publish_erasure<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ErasurePublish,
) -> Result<(), Refused> {
    let application: Application = context.need(action.application.0, "application")?;
    let by = publisher(context, application.sponsor)?;
    let (subject, before) = check(context.overlay, &application, action.kind, context.now)?;
    let published = Erasure {
        id: Erasure::id_of(application.id),
        application: application.id,
        subject,
        by,
        kind: action.kind,
        digest: action.digest,
        first_at: before.map_or(context.now, |before| before.first_at),
        at: context.now,
    };
    context.put(published, Event::ErasurePublished);
    Ok(())
}

/// Whose data came with an application and what was published of them, if they may be kept so or destroyed
/// at `now`; else every reason against it.
pub(crate) fn check<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    application: &Application,
    kind: ErasureKind,
    now: Time,
) -> Result<(DataSubject, Option<Erasure>), Refused> {
    let subject = subject_of(application)?;
    let before = erasure(overlay, application.id);
    let mut reasons = Reasons::default();
    reasons.add(check_kind(kind, before.as_ref(), now));
    reasons.add(check_use(&mut Look { overlay, now }, (application.id, subject), kind));
    reasons.done()?;
    Ok((subject, before))
}

/// Records as they are at an instant.
struct Look<'a, 'v, R: Records + ?Sized> {
    overlay: &'a mut Overlay<'v, R>,
    now: Time,
}

impl<R: Records + ?Sized> Look<'_, '_, R> {
    fn need<T: RecordValue + Clone>(&mut self, id: RecordId, field: &str) -> Result<T, Refused> {
        due::bring_up(self.overlay, due::key_of::<T>(id), self.now);
        let found = self.overlay.peek::<T>(id).cloned();
        found.ok_or_else(|| Refused::about(RefusalCode::NotFound, field))
    }
}

/// The sender, if it may speak of the sponsor's data.
fn publisher<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    sponsor: OrganisationId,
) -> Result<OrganisationId, Refused> {
    let sender = context.organisation()?;
    let sponsor: Organisation = context.need(sponsor.0, "application")?;
    let in_its_place = sender.kind == OrganisationKind::Regulator && !sponsor.is_admitted();
    if context.is(Owner::Organisation(sponsor.id)) || in_its_place {
        Ok(sender.id)
    } else {
        Err(RefusalCode::NotAllowed.into())
    }
}

/// Whose data came with an application that is over.
fn subject_of(application: &Application) -> Result<DataSubject, Refused> {
    let of_issued =
        application.code.map(DataSubject::Code).or(application.vehicle.map(DataSubject::Vehicle));
    match (application.state, of_issued) {
        (ApplicationState::Verifying, _) => {
            Err(Refused::about(RefusalCode::ApplicationOpen, "application"))
        }
        (ApplicationState::Issued, Some(subject)) => Ok(subject),
        _ => Ok(DataSubject::Application(application.id)),
    }
}

/// What is destroyed is not kept again, a restriction whose time is over not renewed, and none lasts
/// longer than 10 years in all.
fn check_kind(kind: ErasureKind, before: Option<&Erasure>, now: Time) -> Result<(), Refused> {
    let first_at = before.map_or(now, |before| before.first_at);
    let latest = first_at.plus(RESTRICTION_MS);
    match (before.map(|before| before.kind), kind) {
        (Some(ErasureKind::Erased), _) => Err(RefusalCode::DataErased.into()),
        (_, ErasureKind::Erased) => Ok(()),
        (Some(ErasureKind::Restricted { until }), _) if now >= until => {
            Err(Refused::about(RefusalCode::RestrictionOver, "kind"))
        }
        (_, ErasureKind::Restricted { until }) if until <= now || until > latest => {
            Err(Refused::about(RefusalCode::InvalidField, "until"))
        }
        (_, ErasureKind::Restricted { .. }) => Ok(()),
    }
}

/// The data are not in use, and if they are to be destroyed, no contract needs them.
fn check_use<R: Records + ?Sized>(
    look: &mut Look<'_, '_, R>,
    (application, subject): (ApplicationId, DataSubject),
    kind: ErasureKind,
) -> Result<(), Refused> {
    let is_last = kind == ErasureKind::Erased;
    match subject {
        DataSubject::Code(id) => check_code(look, id, is_last),
        DataSubject::Vehicle(id) => check_vehicle(look, (id, application), is_last),
        DataSubject::Application(_) => Ok(()),
    }
}

/// The code is cancelled and carries nothing.
fn check_code<R: Records + ?Sized>(
    look: &mut Look<'_, '_, R>,
    id: CodeId,
    is_last: bool,
) -> Result<(), Refused> {
    let code: Code = look.need(id.record(), "code")?;
    let mut reasons = Reasons::default();
    reasons.bar_if(code.cancelled_at.is_none(), RefusalCode::CodeNotCancelled, "code");
    // A waybill goes on after its code was cancelled.
    reasons.bar_if(!code.waybills.is_empty(), RefusalCode::CodeHasWaybill, "code");
    let needed = code.disputes > 0 || is_lately(look, code.carried_until);
    reasons.bar_if(is_last && needed, RefusalCode::DataNeeded, "code");
    reasons.done()
}

/// The vehicle is nobody's and carries nothing, or all that is attested of it came otherwise.
fn check_vehicle<R: Records + ?Sized>(
    look: &mut Look<'_, '_, R>,
    (id, application): (VehicleId, ApplicationId),
    is_last: bool,
) -> Result<(), Refused> {
    let vehicle: Vehicle = look.need(id.0, "vehicle")?;
    let words = vehicle.dossier.certificates.iter();
    let mut words = words.flat_map(|one| std::iter::once(&one.terms).chain(&one.next));
    if !words.any(|terms| terms.application == Some(application)) {
        return Ok(());
    }
    let mut reasons = Reasons::default();
    reasons.bar_if(!vehicle.drivers.is_empty(), RefusalCode::VehicleBound, "vehicle");
    reasons.bar_if(vehicle.coupled.is_some(), RefusalCode::AlreadyCoupled, "vehicle");
    reasons.bar_if(!vehicle.under_way.is_empty(), RefusalCode::VehicleUnderWay, "vehicle");
    let needed = is_lately(look, vehicle.carried_until);
    reasons.bar_if(is_last && needed, RefusalCode::DataNeeded, "vehicle");
    reasons.done()
}

/// True while a maker may see what its contract needs.
fn is_lately<R: Records + ?Sized>(look: &mut Look<'_, '_, R>, carried_until: Option<Time>) -> bool {
    carried_until.is_some_and(|end| {
        let window = parameter(look.overlay, ParameterName::WaybillAccessMs, end);
        look.now < end.plus(window)
    })
}
