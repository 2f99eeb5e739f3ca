// SPDX-License-Identifier: Apache-2.0
//! Applications: made by a sponsor, answered by attesters, issued by the last yes that is needed.
//! Nothing is issued but by answers, and nothing that was answered is forgotten.

mod answer;
mod apply;
mod issue;
mod join;

pub(super) use answer::answer;
pub(super) use apply::{apply_for_code, apply_for_vehicle, correct, withdraw};

use super::context::parameter;
use super::overlay::Overlay;
use crate::event::Event;
use crate::ids::{ApplicationId, Time, VehicleId};
use crate::records::application::WantedOperator;
use crate::records::{
    Application, ApplicationState, CertificateKind, ClaimState, CodeFor, Organisation,
    ParameterName, Person, Subject, Vehicle, Wanted,
};
use crate::view::Records;

/// The due change of an application: its time ran out.
pub(super) fn fire<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    application: Application,
    at: Time,
) {
    end(overlay, application, ApplicationState::Lapsed, at);
}

/// Ends an application that was not issued, and lets go of what it held.
fn end<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    mut application: Application,
    state: ApplicationState,
    at: Time,
) {
    let event = match state {
        ApplicationState::Withdrawn => Event::ApplicationWithdrawn,
        _ => Event::ApplicationLapsed,
    };
    close(&mut application, state, at);
    release(overlay, &application, at);
    overlay.put(application, event, at);
}

/// Marks an application as over; what still waits is overtaken.
fn close(application: &mut Application, state: ApplicationState, at: Time) {
    application.state = state;
    application.ended_at = Some(at);
    application.lapses_at = None;
    for claim in &mut application.claims {
        if claim.state == ClaimState::Waiting {
            claim.state = ClaimState::Ended;
        }
    }
}

/// Takes an application off the person, organisation and vehicles that it held.
fn release<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, application: &Application, at: Time) {
    let held = Some(application.id);
    if let Some(mut person) =
        application.person.and_then(|id| overlay.peek::<Person>(id.0).cloned())
        && person.application == held
    {
        person.application = None;
        overlay.put(person, Event::PersonChanged, at);
    }
    if let Wanted::Code(CodeFor::Enterprise(id)) = &application.wanted
        && let Some(mut organisation) = overlay.peek::<Organisation>(id.0).cloned()
    {
        organisation.application = None;
        overlay.put(organisation, Event::OrganisationChanged, at);
    }
    for id in application.vehicle.iter().chain(named_vehicles(application)) {
        release_vehicle(overlay, *id, application.id, at);
    }
}

fn release_vehicle<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    id: VehicleId,
    application: ApplicationId,
    at: Time,
) {
    let Some(mut vehicle) = overlay.peek::<Vehicle>(id.0).cloned() else { return };
    vehicle.application = vehicle.application.filter(|held| *held != application);
    vehicle.named_by.retain(|held| *held != application);
    overlay.put(vehicle, Event::VehicleChanged, at);
}

/// The vehicles that a driver's application names.
fn named_vehicles(application: &Application) -> &[VehicleId] {
    match &application.wanted {
        Wanted::Code(CodeFor::Driver { vehicles, .. }) => vehicles,
        _ => &[],
    }
}

/// When a verifying application lapses: at the first answer that is overdue, or at its own end.
fn lapses_at<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    application: &Application,
) -> Option<Time> {
    let in_all = parameter(overlay, ParameterName::ApplicationMs, application.asked_at);
    let waiting = application.claims.iter().filter(|claim| claim.state == ClaimState::Waiting);
    let answers = waiting.map(|claim| claim.answer_by);
    answers.chain([application.asked_at.plus(in_all)]).min()
}

/// The kinds that may be claimed, and those that must be.
fn kinds(wanted: &Wanted) -> (&'static [CertificateKind], &'static [CertificateKind]) {
    use CertificateKind::*;
    match wanted {
        Wanted::Vehicle(_) => (&[VehicleLicence, TransportPermit, Policy], &[VehicleLicence]),
        Wanted::Code(CodeFor::Enterprise(_)) => (&[BusinessPermit, BankAccount], &[BusinessPermit]),
        Wanted::Code(CodeFor::Driver { operator: Some(WantedOperator::Applicant), .. }) => (
            &[Identity, DrivingLicence, Qualification, BankAccount, BusinessPermit],
            &[Identity, DrivingLicence],
        ),
        Wanted::Code(CodeFor::Driver { .. }) => {
            (&[Identity, DrivingLicence, Qualification, BankAccount], &[Identity, DrivingLicence])
        }
    }
}

/// What the certificates of an application are about, once that is known.
fn subject(application: &Application) -> Option<Subject> {
    match &application.wanted {
        Wanted::Vehicle(_) => application.vehicle.map(Subject::Vehicle),
        Wanted::Code(CodeFor::Enterprise(id)) => Some(Subject::Organisation(*id)),
        Wanted::Code(CodeFor::Driver { .. }) => application.person.map(Subject::Person),
    }
}
