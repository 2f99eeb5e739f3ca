// SPDX-License-Identifier: Apache-2.0
//! Keeping a code's sums and colour in step with the dossiers that it counts.

use super::dossier;
use super::overlay::Overlay;
use crate::domain;
use crate::event::Event;
use crate::hash::Hash;
use crate::ids::{CodeId, Time};
use crate::records::{
    Code, Colour, Dossier, Organisation, Person, Standing, Subject, Summary, Vehicle,
};
use crate::view::Records;

/// The sums over a dossier at an instant.
pub(super) fn summary(dossier: &Dossier, at: Time) -> Summary {
    let mut bytes = Vec::with_capacity(dossier.matters.len() * 25);
    for matter in &dossier.matters {
        bytes.extend_from_slice(&matter.id.0.0);
        bytes.extend_from_slice(&matter.settle_by.0.to_le_bytes());
        bytes.push(matter.points);
    }
    Summary {
        open: dossier.matters.len() as u32,
        earliest_settle_by: dossier.matters.iter().map(|m| m.settle_by).min(),
        most_points: dossier.matters.iter().map(|m| m.points).max().unwrap_or(0),
        earliest_certificate_change: dossier::earliest_certificate_change(dossier, at),
        digest: Hash::tagged(domain::MATTERS, &[&bytes]),
    }
}

/// Refreshes the codes that count a subject's dossier.
pub(super) fn refresh<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    subject: Subject,
    at: Time,
) {
    for id in codes_that_count(overlay, subject) {
        if let Some(code) = overlay.peek::<Code>(id.record()).cloned() {
            write(overlay, code, None, at);
        }
    }
}

fn codes_that_count<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    subject: Subject,
) -> Vec<CodeId> {
    match subject {
        Subject::Person(id) => {
            overlay.peek::<Person>(id.0).and_then(|p| p.code).into_iter().collect()
        }
        Subject::Organisation(id) => {
            overlay.peek::<Organisation>(id.0).and_then(|o| o.code).into_iter().collect()
        }
        Subject::Vehicle(id) => {
            let Some(vehicle) = overlay.peek::<Vehicle>(id.0).cloned() else { return Vec::new() };
            let mut codes = vehicle.current_for;
            if codes.is_empty()
                && let Some(other) = vehicle.coupled
                && let Some(puller) = overlay.peek::<Vehicle>(other.0)
            {
                codes.clone_from(&puller.current_for);
            }
            codes
        }
    }
}

/// Writes a code with its sums, colour and next change as they follow from the records.
///
/// Without an event of its own nothing is written where nothing differs; a change of colour names
/// itself unless `event` says more than that the code changed.
pub(super) fn write<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    mut code: Code,
    event: Option<Event>,
    at: Time,
) {
    code.trailer =
        code.current.and_then(|v| overlay.peek::<Vehicle>(v.0).and_then(|vehicle| vehicle.coupled));
    code.own = summary_of(overlay, code.holder.into(), at)
        .unwrap_or_else(|| summary(&Dossier::empty(), at));
    code.of_vehicle = code.current.and_then(|v| summary_of(overlay, Subject::Vehicle(v), at));
    code.of_trailer = code.trailer.and_then(|v| summary_of(overlay, Subject::Vehicle(v), at));
    code.colour = code.colour_at(at);
    code.next_change_at = next_change(&code, at);
    let before = overlay.peek::<Code>(code.id.record());
    if event.is_none() && before == Some(&code) {
        return;
    }
    let recoloured = before.map(|b| b.colour) != Some(code.colour);
    let named = match code.colour {
        Some(Colour::Blue) if recoloured => Event::CodeBlue,
        Some(Colour::Yellow) if recoloured => Event::CodeYellow,
        Some(Colour::Red) if recoloured => Event::CodeRed,
        _ => Event::CodeChanged,
    };
    let event = event.filter(|event| *event != Event::CodeChanged);
    overlay.put(code, event.unwrap_or(named), at);
}

fn summary_of<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    subject: Subject,
    at: Time,
) -> Option<Summary> {
    dossier::load(overlay, subject).map(|dossier| summary(&dossier, at))
}

/// The earliest instant after `at` at which standing or colour can change with no new transaction.
/// One more matter that is overdue changes nothing of what is red.
fn next_change(code: &Code, at: Time) -> Option<Time> {
    if code.standing() != Standing::Issued {
        return None;
    }
    let is_red = code.colour == Some(Colour::Red);
    code.summaries()
        .flat_map(|s| [s.earliest_settle_by.filter(|_| !is_red), s.earliest_certificate_change])
        .flatten()
        .filter(|instant| *instant > at)
        .min()
}

/// The due change of a code: its colour turns.
pub(super) fn fire<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, code: Code, at: Time) {
    write(overlay, code, None, at);
}
