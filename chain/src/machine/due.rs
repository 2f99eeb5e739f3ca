// SPDX-License-Identifier: Apache-2.0
//! Bringing records up to an instant: their due changes, in order of (instant, key).
//!
//! To touch a record touches the records whose due changes reach it, so that neither an index that
//! lags nor the order of touching alters an outcome (`domain.md` section 3). How many those are is
//! bounded: applications share vehicles, so a walk goes from one to the next no further than it must.

use std::collections::BTreeSet;

use super::overlay::Overlay;
use super::{application, certificate, colour, exchange, interface, waybill};
use crate::ids::Time;
use crate::records::{
    CodeFor, Holder, Owner, RecordKey, RecordKind, RecordValue, Subject, Value, Vehicle, Wanted,
};
use crate::view::Records;

/// Brings a record, and all that reaches it, up to an instant.
pub fn bring_up<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, root: RecordKey, to: Time) {
    let reached = reached(overlay, root, to);
    let mut queue = BTreeSet::new();
    for key in &reached {
        enqueue(overlay, &mut queue, *key, to);
    }
    while let Some((at, key)) = queue.pop_first() {
        // What fired since may have moved it.
        if overlay.due_at(&key) != Some(at) {
            continue;
        }
        let before = number(overlay, &key);
        let mark = overlay.mark();
        overlay.as_due(|overlay| fire(overlay, key, at));
        assert!(number(overlay, &key) > before, "a due change writes its record: {key:?} at {at}");
        for written in overlay.written_since(mark) {
            if reached.contains(&written) {
                enqueue(overlay, &mut queue, written, to);
            }
        }
    }
}

fn enqueue<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    queue: &mut BTreeSet<(Time, RecordKey)>,
    key: RecordKey,
    to: Time,
) {
    queue.extend(overlay.due_at(&key).filter(|at| *at <= to).map(|at| (at, key)));
}

/// The number of a record's newest version: one record may have several due changes at one instant.
fn number<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, key: &RecordKey) -> u64 {
    overlay.stored(key).map_or(0, |stored| stored.version.number)
}

/// The record and all whose due changes reach it. No due change adds to them.
///
/// The applications of a vehicle end the walk, since a lapse takes no more off a vehicle than its
/// mention. One that is due is walked on from, since its vehicles come up with it, but not to
/// further applications: in what order a vehicle loses mentions of several decides nothing.
fn reached<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    root: RecordKey,
    to: Time,
) -> BTreeSet<RecordKey> {
    let mut seen = BTreeSet::from([root]);
    let applications = walk(overlay, &mut seen, vec![root]);
    seen.extend(&applications);
    let is_due = |key: &RecordKey| overlay.due_at(key).is_some_and(|at| at <= to);
    let due = applications.into_iter().filter(is_due).collect();
    walk(overlay, &mut seen, due);
    seen
}

/// Walks on from what is open; the applications that it comes to, where it ends.
fn walk<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    seen: &mut BTreeSet<RecordKey>,
    mut open: Vec<RecordKey>,
) -> BTreeSet<RecordKey> {
    let mut applications = BTreeSet::new();
    while let Some(key) = open.pop() {
        let Some(stored) = overlay.stored(&key) else { continue };
        for next in neighbours(&stored.value) {
            if next.kind == RecordKind::Application {
                applications.insert(next);
            } else if seen.insert(next) {
                open.push(next);
            }
        }
    }
    applications
}

fn key(kind: RecordKind, id: crate::ids::RecordId) -> RecordKey {
    RecordKey { kind, id }
}

/// The records whose due changes may write this one, or that its own due change may write.
fn neighbours(value: &Value) -> Vec<RecordKey> {
    let mut out = Vec::new();
    match value {
        Value::Person(person) => {
            out.extend(person.code.map(|c| key(RecordKind::Code, c.record())));
            out.extend(person.application.map(|a| key(RecordKind::Application, a.0)));
        }
        Value::Organisation(organisation) => {
            out.extend(organisation.code.map(|c| key(RecordKind::Code, c.record())));
            out.extend(organisation.application.map(|a| key(RecordKind::Application, a.0)));
        }
        Value::Vehicle(vehicle) => out.extend(vehicle_neighbours(vehicle)),
        Value::Code(code) => {
            out.push(Subject::from(code.holder).key());
            let vehicles = code.current.iter().chain(&code.trailer);
            out.extend(vehicles.map(|v| key(RecordKind::Vehicle, v.0)));
            out.extend(code.waybills.iter().map(|w| key(RecordKind::Waybill, w.0)));
        }
        Value::Application(application) => {
            out.extend(application.person.map(|p| key(RecordKind::Person, p.0)));
            out.extend(application.vehicle.map(|v| key(RecordKind::Vehicle, v.0)));
            match &application.wanted {
                Wanted::Code(CodeFor::Driver { vehicles, .. }) => {
                    out.extend(vehicles.iter().map(|v| key(RecordKind::Vehicle, v.0)));
                }
                Wanted::Code(CodeFor::Enterprise(id)) => {
                    out.push(key(RecordKind::Organisation, id.0));
                }
                Wanted::Vehicle(_) => {}
            }
        }
        Value::Matter(matter) => out.push(matter.subject.key()),
        Value::Waybill(waybill) if waybill.is_under_way() => {
            if let Some(carrier) = &waybill.carrier {
                out.push(key(RecordKind::Code, carrier.code.record()));
                // A cancelled code has no current vehicle any more.
                let vehicles = [Some(carrier.vehicle), carrier.trailer];
                out.extend(vehicles.into_iter().flatten().map(|v| key(RecordKind::Vehicle, v.0)));
            }
        }
        Value::UniqueName(name) => out.push(name.target()),
        Value::RegisteredKey(registered) => match registered.owner {
            Owner::Person(id) => out.push(Subject::from(Holder::Person(id)).key()),
            Owner::Organisation(_) => {}
        },
        Value::Waybill(_) | Value::Parameters(_) | Value::Interface(_) => {}
        Value::Consent(_) | Value::Access(_) | Value::Erasure(_) | Value::Affiliation(_) => {}
    }
    out
}

fn vehicle_neighbours(vehicle: &Vehicle) -> Vec<RecordKey> {
    let codes = vehicle.current_for.iter().map(|c| key(RecordKind::Code, c.record()));
    let coupled = vehicle.coupled.iter().map(|v| key(RecordKind::Vehicle, v.0));
    let waybills = vehicle.under_way.iter().map(|w| key(RecordKind::Waybill, w.0));
    let applications = vehicle
        .application
        .iter()
        .chain(&vehicle.named_by)
        .map(|a| key(RecordKind::Application, a.0));
    codes.chain(coupled).chain(waybills).chain(applications).collect()
}

/// Applies the one due change of a record, as of its instant.
fn fire<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, key: RecordKey, at: Time) {
    match overlay.value(&key) {
        Some(Value::Person(person)) => {
            certificate::fire(overlay, Subject::Person(person.id), at);
        }
        Some(Value::Vehicle(vehicle)) => {
            certificate::fire(overlay, Subject::Vehicle(vehicle.id), at);
        }
        Some(Value::Organisation(organisation)) => {
            certificate::fire(overlay, Subject::Organisation(organisation.id), at);
        }
        Some(Value::Code(code)) => colour::fire(overlay, code, at),
        Some(Value::Application(application)) => application::fire(overlay, application, at),
        Some(Value::Waybill(waybill)) => waybill::fire(overlay, waybill, at),
        Some(Value::Interface(record)) => interface::fire(overlay, record, at),
        Some(Value::Consent(consent)) => exchange::end(overlay, consent, at),
        Some(other) => unreachable!("{:?} has no due change", other.key()),
        None => unreachable!("a record that is due exists"),
    }
}

/// The key of a typed record.
pub(crate) fn key_of<T: RecordValue>(id: crate::ids::RecordId) -> RecordKey {
    RecordKey { kind: T::KIND, id }
}
