// SPDX-License-Identifier: Apache-2.0
//! Reading and writing a subject's dossier, whatever kind of record holds it.
//!
//! Saving one refreshes the codes that count it, so that no rule can forget to.

use super::context::parameter;
use super::overlay::Overlay;
use super::{colour, due};
use crate::event::Event;
use crate::ids::Time;
use crate::records::{
    Certificate, CertificateState, Dossier, Organisation, ParameterName, Person, Subject, Vehicle,
};
use crate::view::Records;

/// What a certificate does next by itself. At one instant they come in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// A renewal takes over.
    Takeover,
    /// It ends.
    End,
    /// Its end is near.
    Notice,
    /// A policy begins that covers for one that has ended. Each of the others lets it begin as well.
    Cover,
}

/// The dossier of a subject; None if there is no such record.
pub(super) fn load<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    subject: Subject,
) -> Option<Dossier> {
    match subject {
        Subject::Person(id) => overlay.peek::<Person>(id.0).map(|r| r.dossier.clone()),
        Subject::Vehicle(id) => overlay.peek::<Vehicle>(id.0).map(|r| r.dossier.clone()),
        Subject::Organisation(id) => overlay.peek::<Organisation>(id.0).map(|r| r.dossier.clone()),
    }
}

/// Writes a subject's dossier as of an instant and refreshes the codes that count it.
pub(super) fn save<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    subject: Subject,
    dossier: Dossier,
    event: Event,
    at: Time,
) {
    // A notice may be overdue when its certificate comes into the dossier: it counts from then.
    let next_change_at = next_change(overlay, &dossier, at.plus(1)).map(|(due, _, _)| due.max(at));
    match subject {
        Subject::Person(id) => {
            if let Some(mut record) = overlay.peek::<Person>(id.0).cloned() {
                record.dossier = dossier;
                record.next_change_at = next_change_at;
                overlay.put(record, event, at);
            }
        }
        Subject::Vehicle(id) => {
            if let Some(mut record) = overlay.peek::<Vehicle>(id.0).cloned() {
                record.dossier = dossier;
                record.next_change_at = next_change_at;
                overlay.put(record, event, at);
            }
        }
        Subject::Organisation(id) => {
            if let Some(mut record) = overlay.peek::<Organisation>(id.0).cloned() {
                record.dossier = dossier;
                record.next_change_at = next_change_at;
                overlay.put(record, event, at);
            }
        }
    }
    colour::refresh(overlay, subject, at);
    // What came in may be due already: it is brought up in this same write.
    due::bring_up(overlay, subject.key(), at);
}

/// The next due change of a dossier: when, what, and of which certificate (its place). What began
/// before an instant has had its effect.
pub(super) fn next_change<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    dossier: &Dossier,
    from: Time,
) -> Option<(Time, Due, usize)> {
    let mut next = None;
    for (place, certificate) in dossier.certificates.iter().enumerate() {
        let attested_at = certificate.terms.attested_at;
        let notice_ms = parameter(overlay, ParameterName::CertificateNoticeMs, attested_at);
        let covers = covers_from(dossier, certificate, from).map(|at| (at, Due::Cover));
        for (at, due) in due_changes(certificate, notice_ms).into_iter().chain(covers) {
            let candidate = (at, due, place);
            if next.is_none_or(|n| candidate < n) {
                next = Some(candidate);
            }
        }
    }
    next
}

fn due_changes(certificate: &Certificate, notice_ms: u64) -> Vec<(Time, Due)> {
    let mut due = Vec::new();
    due.extend(certificate.next.as_ref().map(|next| (next.valid_from, Due::Takeover)));
    if matches!(certificate.state, CertificateState::Ended | CertificateState::Revoked) {
        return due;
    }
    if let Some(end) = certificate.terms.valid_until {
        due.push((end, Due::End));
        if !certificate.notice {
            let notice = Time(end.0.saturating_sub(notice_ms)).max(certificate.terms.attested_at);
            if notice < end {
                due.push((notice, Due::Notice));
            }
        }
    }
    due
}

/// When a policy begins beside one of its kind of policy that has ended; not before an instant.
fn covers_from(dossier: &Dossier, certificate: &Certificate, from: Time) -> Option<Time> {
    let kind = Some(certificate.policy()?);
    let has_ended = |c: &Certificate| c.policy() == kind && c.state == CertificateState::Ended;
    let begins = certificate.terms.valid_from;
    let covers = certificate.state == CertificateState::Valid && begins >= from;
    (covers && dossier.certificates.iter().any(has_ended)).then_some(begins)
}

/// The earliest instant after one at which a certificate ends or begins to cover for one that has, or a
/// renewal takes over: the colour may change.
pub(super) fn earliest_certificate_change(dossier: &Dossier, at: Time) -> Option<Time> {
    let changes = |certificate| {
        let due = due_changes(certificate, 0).into_iter().filter(|(_, due)| *due != Due::Notice);
        due.map(|(at, _)| at).chain(covers_from(dossier, certificate, at.plus(1)))
    };
    dossier.certificates.iter().flat_map(changes).min()
}

/// What happened to a subject whose dossier changed, where nothing says more.
pub(super) fn changed(subject: Subject) -> Event {
    match subject {
        Subject::Person(_) => Event::PersonChanged,
        Subject::Vehicle(_) => Event::VehicleChanged,
        Subject::Organisation(_) => Event::OrganisationChanged,
    }
}
