// SPDX-License-Identifier: Apache-2.0
//! Tags: one that is known joins its record, so that nobody sheds matters by applying anew.

use crate::event::Event;
use crate::hash::Hash;
use crate::ids::{PersonId, VehicleId};
use crate::machine::certificate::check_trailer;
use crate::machine::context::Context;
use crate::records::name::{NameKind, UniqueName};
use crate::records::{
    Application, CertificateKind, Class, Dossier, Person, RecordKind, Vehicle, VehicleOwner, Wanted,
};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

/// Joins the record that the tags name, or makes it, and holds it for the application. An application
/// whose certificate is attested again stays that of the same person or vehicle.
pub(super) fn join<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &mut Application,
    (kind, class): (CertificateKind, &Class),
    tags: &[Hash],
) -> Result<(), Refused> {
    match (kind, tags) {
        (CertificateKind::Identity, [tag]) => join_person(context, application, *tag),
        (CertificateKind::VehicleLicence, [vin, plate]) => {
            join_vehicle(context, application, (*vin, *plate), class)
        }
        _ => Ok(()),
    }
}

fn named<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    kind: NameKind,
    digest: &Hash,
) -> Option<UniqueName> {
    context.overlay.peek::<UniqueName>(UniqueName::id_of(kind, digest)).cloned()
}

fn join_person<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &mut Application,
    tag: Hash,
) -> Result<(), Refused> {
    let known = named(context, NameKind::Identity, &tag);
    let person = match known.and_then(|name| context.get::<Person>(name.target_id)) {
        Some(person) => {
            let elsewhere = person.application.is_some_and(|held| held != application.id);
            if person.code.is_some() || elsewhere {
                return Err(Refused::about(RefusalCode::SubjectExists, "identity"));
            }
            person
        }
        None => new_person(context, tag),
    };
    if application.person.is_some_and(|before| before != person.id) {
        return Err(Refused::about(RefusalCode::InvalidField, "tags"));
    }
    application.person = Some(person.id);
    let event = match person.application.is_none() && person.keys.is_empty() {
        true => Event::PersonRegistered,
        false => Event::PersonChanged,
    };
    context.put(Person { application: Some(application.id), ..person }, event);
    Ok(())
}

fn new_person<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, tag: Hash) -> Person {
    let id = PersonId(context.new_id());
    let name = UniqueName {
        kind: NameKind::Identity,
        digest: tag,
        target_kind: RecordKind::Person,
        target_id: id.0,
        moved_from: None,
    };
    context.put(name, Event::NameGiven);
    Person {
        id,
        tag,
        keys: Vec::new(),
        dossier: Dossier::empty(),
        code: None,
        application: None,
        next_change_at: None,
    }
}

fn join_vehicle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    application: &mut Application,
    (vin, plate): (Hash, Hash),
    class: &Class,
) -> Result<(), Refused> {
    let Wanted::Vehicle(owner) = application.wanted else { return Ok(()) };
    let known = named(context, NameKind::Vin, &vin);
    let known = known.and_then(|name| context.get::<Vehicle>(name.target_id));
    let event = if known.is_some() { Event::VehicleChanged } else { Event::VehicleRegistered };
    let mut vehicle = match known {
        Some(vehicle) => {
            if vehicle.application.is_some_and(|held| held != application.id) {
                return Err(Refused::about(RefusalCode::SubjectExists, "vehicle_licence"));
            }
            check_trailer(&vehicle.dossier, class)?;
            vehicle
        }
        None => new_vehicle(context, vin, owner),
    };
    if application.vehicle.is_some_and(|before| before != vehicle.id) {
        return Err(Refused::about(RefusalCode::InvalidField, "tags"));
    }
    vehicle.application = Some(application.id);
    vehicle.plate_tag = Some(plate);
    application.vehicle = Some(vehicle.id);
    move_plate(context, plate, vehicle.id);
    context.put(vehicle, event);
    Ok(())
}

fn new_vehicle<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    vin: Hash,
    owner: VehicleOwner,
) -> Vehicle {
    let id = VehicleId(context.new_id());
    let name = UniqueName {
        kind: NameKind::Vin,
        digest: vin,
        target_kind: RecordKind::Vehicle,
        target_id: id.0,
        moved_from: None,
    };
    context.put(name, Event::NameGiven);
    Vehicle {
        id,
        vin_tag: vin,
        plate_tag: None,
        owner,
        dossier: Dossier::empty(),
        drivers: Vec::new(),
        current_for: Vec::new(),
        coupled: None,
        over_limit: Vec::new(),
        released_at: None,
        under_way: Vec::new(),
        carried_until: None,
        application: None,
        named_by: Vec::new(),
        next_change_at: None,
    }
}

/// A plate is the VIN's that was attested last; the event names both. A vehicle that has had
/// another plate since keeps that one.
fn move_plate<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, plate: Hash, to: VehicleId) {
    let before = named(context, NameKind::Plate, &plate).map(|name| VehicleId(name.target_id));
    if before == Some(to) {
        return;
    }
    if let Some(mut old) = before.and_then(|id| context.get::<Vehicle>(id.0))
        && old.plate_tag == Some(plate)
    {
        old.plate_tag = None;
        context.put(old, Event::PlateMoved);
    }
    let event = if before.is_some() { Event::NameMoved } else { Event::NameGiven };
    let name = UniqueName {
        kind: NameKind::Plate,
        digest: plate,
        target_kind: RecordKind::Vehicle,
        target_id: to.0,
        moved_from: before,
    };
    context.put(name, event);
}
