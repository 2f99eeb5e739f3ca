// SPDX-License-Identifier: Apache-2.0
//! Matters that people open: opened, extended, settled, voided, and a vehicle's release.

use super::automatic;
use super::context::Context;
use super::{dossier, due};
use crate::actions::{MatterExtend, MatterOpen, MatterSettle, MatterVoid, VehicleRelease};
use crate::event::Event;
use crate::ids::MatterId;
use crate::limits::{OPEN_MATTERS, OVER_LIMIT_KEPT};
use crate::records::vehicle::OverLimit;
use crate::records::{
    Matter, MatterKind, MatterSource, MatterState, OpenMatter, OrganisationKind, ParameterName,
    Subject, Vehicle,
};
use crate::refusal::{Reason, RefusalCode, Refused};
use crate::text::Word;
use crate::view::Records;

/// The points that a matter may have (`domain.md` section 4).
const POINTS: [u8; 6] = [0, 1, 3, 5, 10, 20];

/// An authority or regulator opens a matter.
pub(super) fn open<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &MatterOpen,
) -> Result<(), Refused> {
    let source = context.organisation()?.id;
    due::bring_up(context.overlay, action.subject.key(), context.now);
    let found = dossier::load(context.overlay, action.subject);
    let mut reasons = of_fields(context, action);
    let duration = time_to_settle(action.kind).map(|name| context.parameter(name));
    let earliest = context.now.plus(duration.unwrap_or_default());
    let settle_by = action.settle_by.unwrap_or(earliest);
    let mut refuse = |code, about| reasons.extend(Refused::about(code, about).0);
    if settle_by < earliest {
        refuse(RefusalCode::InvalidField, "settle_by");
    }
    match &found {
        None => refuse(RefusalCode::NotFound, "subject"),
        Some(dossier) if dossier.matters.len() >= OPEN_MATTERS => {
            refuse(RefusalCode::TooMany, "subject");
        }
        Some(_) => {}
    }
    let Some(mut dossier) = found.filter(|_| reasons.is_empty()) else {
        return Err(Refused(reasons));
    };
    let id = MatterId(context.new_id());
    let matter = Matter {
        id,
        kind: action.kind,
        subject: action.subject,
        source: MatterSource { organisation: source, automatic: false, certificate: None },
        reference: action.reference,
        points: action.points,
        over_limit: action.over_limit,
        occurred_at: action.occurred_at,
        opened_at: context.now,
        settle_by,
        extension: None,
        state: MatterState::Open,
        ended_at: None,
        end_reason: None,
    };
    if action.over_limit {
        let over_limit = OverLimit { matter: id, occurred_at: action.occurred_at };
        change_over_limit(context, action.subject, |kept| keep_newest(kept, over_limit));
    }
    context.put(matter, Event::MatterOpened);
    automatic::insert(&mut dossier, OpenMatter { id, settle_by, points: action.points });
    save(context, action.subject, dossier);
    Ok(())
}

/// The parameter of a kind that people open; the others are the chain's own.
fn time_to_settle(kind: MatterKind) -> Option<ParameterName> {
    match kind {
        MatterKind::Violation => Some(ParameterName::SettleViolationMs),
        MatterKind::Breach => Some(ParameterName::SettleBreachMs),
        MatterKind::Other => Some(ParameterName::SettleOtherMs),
        MatterKind::StudyShortfall
        | MatterKind::EndedCertificate
        | MatterKind::SuspendedCertificate
        | MatterKind::RevokedCertificate => None,
    }
}

fn of_fields<R: Records + ?Sized>(
    context: &Context<'_, '_, R>,
    action: &MatterOpen,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut refuse = |code, about| reasons.extend(Refused::about(code, about).0);
    if time_to_settle(action.kind).is_none() {
        refuse(RefusalCode::MatterAutomatic, "kind");
    }
    if !POINTS.contains(&action.points) {
        refuse(RefusalCode::InvalidField, "points");
    }
    if action.over_limit && !matches!(action.subject, Subject::Vehicle(_)) {
        refuse(RefusalCode::InvalidField, "over_limit");
    }
    if action.occurred_at > context.now {
        refuse(RefusalCode::InvalidField, "occurred_at");
    }
    reasons
}

/// Keeps the newest by when they happened.
fn keep_newest(kept: &mut Vec<OverLimit>, new: OverLimit) {
    let at = kept.partition_point(|other| other.occurred_at <= new.occurred_at);
    kept.insert(at, new);
    if kept.len() > OVER_LIMIT_KEPT {
        kept.remove(0);
    }
}

fn change_over_limit<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    subject: Subject,
    change: impl FnOnce(&mut Vec<OverLimit>),
) {
    let Subject::Vehicle(id) = subject else { return };
    if let Some(mut vehicle) = context.get::<Vehicle>(id.0) {
        change(&mut vehicle.over_limit);
        context.put(vehicle, Event::VehicleChanged);
    }
}

/// Saves the dossier of a matter's subject, as what it is: a person, vehicle or organisation changed.
fn save<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    subject: Subject,
    dossier: crate::records::Dossier,
) {
    let event = dossier::changed(subject);
    dossier::save(context.overlay, subject, dossier, event, context.now);
}

/// Whose word an open matter needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Its source's alone; of the chain's own a regulator is a source too.
    Source,
    /// Its source's or a regulator's.
    SourceOrRegulator,
}

/// An open matter on which the sender has a word.
fn own<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: MatterId,
    needed: Whose,
) -> Result<Matter, Refused> {
    let matter: Matter = context.need(id.0, "matter")?;
    let sender = context.organisation()?;
    let is_source = sender.id == matter.source.organisation;
    let regulators_may = needed == Whose::SourceOrRegulator || matter.source.automatic;
    let is_regulator = sender.kind == OrganisationKind::Regulator;
    if !(is_source || regulators_may && is_regulator) {
        return Err(RefusalCode::NotAllowed.into());
    }
    if matter.state != MatterState::Open {
        return Err(Refused::about(RefusalCode::MatterEnded, "matter"));
    }
    Ok(matter)
}

/// The source gives more time; red may turn yellow again.
pub(super) fn extend<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &MatterExtend,
) -> Result<(), Refused> {
    let mut matter = own(context, action.matter, Whose::Source)?;
    if action.settle_by <= matter.settle_by || action.settle_by <= context.now {
        return Err(Refused::about(RefusalCode::InvalidField, "settle_by"));
    }
    matter.settle_by = action.settle_by;
    matter.extension = Some(action.reason.clone());
    let subject = matter.subject;
    context.put(matter, Event::MatterExtended);
    if let Some(mut dossier) = dossier::load(context.overlay, subject) {
        for listed in dossier.matters.iter_mut().filter(|listed| listed.id == action.matter) {
            listed.settle_by = action.settle_by;
        }
        save(context, subject, dossier);
    }
    Ok(())
}

/// The source or a regulator settles a matter that people opened.
pub(super) fn settle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &MatterSettle,
) -> Result<(), Refused> {
    let matter = own(context, action.matter, Whose::SourceOrRegulator)?;
    if matter.source.automatic {
        return Err(Refused::about(RefusalCode::MatterAutomatic, "matter"));
    }
    end(context, matter, MatterState::Settled, None);
    Ok(())
}

/// The source or a regulator takes a matter back: it stops counting now.
pub(super) fn void<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &MatterVoid,
) -> Result<(), Refused> {
    let matter = own(context, action.matter, Whose::SourceOrRegulator)?;
    if matter.over_limit {
        change_over_limit(context, matter.subject, |kept| {
            kept.retain(|other| other.matter != matter.id);
        });
    }
    end(context, matter, MatterState::Void, Some(action.reason.clone()));
    Ok(())
}

fn end<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    matter: Matter,
    state: MatterState,
    end_reason: Option<Word>,
) {
    let event = match state {
        MatterState::Void => Event::MatterVoided,
        _ => Event::MatterSettled,
    };
    let (id, subject, ended_at) = (matter.id, matter.subject, Some(context.now));
    context.put(Matter { state, ended_at, end_reason, ..matter }, event);
    if let Some(mut dossier) = dossier::load(context.overlay, subject) {
        dossier.matters.retain(|listed| listed.id != id);
        save(context, subject, dossier);
    }
}

/// A regulator releases a vehicle from its over-limit matters so far.
pub(super) fn release<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &VehicleRelease,
) -> Result<(), Refused> {
    let mut vehicle: Vehicle = context.need(action.vehicle.0, "vehicle")?;
    vehicle.released_at = Some(context.now);
    context.put(vehicle, Event::VehicleChanged);
    Ok(())
}
