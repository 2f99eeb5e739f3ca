// SPDX-License-Identifier: Apache-2.0
//! An authority's judgement of a claim: the fields it was sent against its own register.
//! Pure: no network, no clock, no chain; the same claim gets the same answer.

use chain::actions::Answer;
use chain::fields::Field;
use chain::hash::Hash;
use chain::ids::{Prefecture, Time};
use chain::records::certificate::{
    CertificateKind as Kind, Class, Energy, PolicyKind, VehicleClass,
};
use chain::rules::licence;
use chain::text::Word;

use super::book::{About, Book, Entry};
use crate::yunnan::vehicles::Vehicle;
use formats::{Mode, Rules, identity, uscc, vin};
use genesis::secrets::{TagSecrets, tag};

/// Why an authority says no: a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The number breaks its own rules, or is no invented one.
    NumberInvalid,
    /// The register has no such certificate.
    NotOnRegister,
    /// A field says something else than the register.
    FieldDiffers,
    /// It has ended.
    CertificateEnded,
}

impl Doubt {
    /// Its code, as the chain records it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NumberInvalid => "number_invalid",
            Self::NotOnRegister => "not_on_register",
            Self::FieldDiffers => "field_differs",
            Self::CertificateEnded => "certificate_ended",
        }
    }
}

/// Judges fields whose root is already known to be the claim's.
pub fn judge(book: &Book, secrets: &TagSecrets, kind: Kind, fields: &[Field], now: Time) -> Answer {
    match examine(book, kind, fields, now) {
        Ok(entry) => yes(secrets, &entry),
        Err(doubt) => no(doubt),
    }
}

fn no(doubt: Doubt) -> Answer {
    match Word::new(doubt.code()) {
        Ok(reason) => Answer::No { reason },
        Err(_) => unreachable!("every code is a word"),
    }
}

fn examine(book: &Book, kind: Kind, fields: &[Field], now: Time) -> Result<Entry, Doubt> {
    let value = |name: &str| {
        let found = fields.iter().find(|field| field.name == name);
        found.map_or_else(String::new, |field| field.value.clone())
    };
    check_numbers(book, kind, value)?;
    let entry = book.find(kind, value).ok_or(Doubt::NotOnRegister)?;
    let printed = &entry.certificate.fields;
    let same = printed.len() == fields.len()
        && printed
            .iter()
            .zip(fields)
            .all(|((name, text), field)| *name == field.name && *text == field.value);
    if !same {
        return Err(Doubt::FieldDiffers);
    }
    match end_of(&entry) {
        Some(end) if end <= now => Err(Doubt::CertificateEnded),
        _ => Ok(entry),
    }
}

/// The numbers' own rules first: in the demo only invented ones pass.
fn check_numbers(book: &Book, kind: Kind, value: impl Fn(&str) -> String) -> Result<(), Doubt> {
    let rules = Rules { mode: Mode::Demo, as_of: book.register().as_of };
    let checked = match kind {
        Kind::Identity => identity::check(&value("identityNumber"), rules).map(drop),
        Kind::DrivingLicence => identity::check(&value("drivingLicense"), rules).map(drop),
        Kind::VehicleLicence => vin::check(&value("vin"), rules.mode),
        Kind::BusinessPermit => {
            uscc::check(&value("unifiedSocialCreditIdentifier"), rules.mode).map(drop)
        }
        _ => Ok(()),
    };
    checked.map_err(|_| Doubt::NumberInvalid)
}

/// A last day holds to its end; a policy of the counter to its very instant.
fn end_of(entry: &Entry) -> Option<Time> {
    entry.ends.or_else(|| entry.certificate.until.map(|day| day.end()))
}

fn yes(secrets: &TagSecrets, entry: &Entry) -> Answer {
    Answer::Yes {
        valid_from: entry.certificate.from.start(),
        valid_until: end_of(entry),
        class: class(entry),
        tags: tags(secrets, entry),
    }
}

fn class(entry: &Entry) -> Class {
    match (entry.certificate.kind, &entry.about) {
        (Kind::DrivingLicence, _) => {
            let class = entry.certificate.value("vehicleClass").unwrap_or_default();
            Class::Licence { classes: licence::class(class).unwrap_or(0) }
        }
        (Kind::Qualification, _) => Class::Qualification { ordinary: true, hazardous: false },
        (Kind::VehicleLicence, About::Vehicle(vehicle)) => Class::Vehicle(vehicle_class(vehicle)),
        (Kind::TransportPermit | Kind::BusinessPermit, _) => Class::Permit { hazardous: false },
        (Kind::Policy, _) => Class::Policy { kind: PolicyKind::Compulsory },
        _ => Class::None,
    }
}

fn vehicle_class(vehicle: &Vehicle) -> VehicleClass {
    let vehicle_type = match Word::new(vehicle.type_code) {
        Ok(word) => word,
        Err(_) => unreachable!("every type code is a word"),
    };
    VehicleClass {
        vehicle_type,
        total_mass_kg: vehicle.frame.mass_kg,
        rated_load_kg: vehicle.frame.load_kg,
        axles: vehicle.frame.axles,
        trailer: vehicle.trailer,
        energy: energy(vehicle.energy),
        hazardous: false,
        prefecture: Prefecture(vehicle.prefecture.code),
    }
}

/// The ministry's letters of energy.
fn energy(letter: char) -> Energy {
    match letter {
        'A' => Energy::Petrol,
        'B' => Energy::Diesel,
        'C' => Energy::Electric,
        'D' | 'O' => Energy::Hybrid,
        'E' | 'F' => Energy::Gas,
        _ => Energy::Other,
    }
}

fn tags(secrets: &TagSecrets, entry: &Entry) -> Vec<Hash> {
    let value = |name: &str| entry.certificate.value(name).unwrap_or_default();
    match entry.certificate.kind {
        Kind::Identity => vec![tag(&secrets.identity, value("identityNumber").as_bytes())],
        Kind::VehicleLicence => {
            let (plate, colour) = (value("vehicleNumber"), value("vehiclePlateColorCode"));
            // A plate has a tag with its colour: the same symbols in another colour are another plate.
            let plate = format!("{plate}|{colour}");
            let vin = tag(&secrets.vin, value("vin").as_bytes());
            vec![vin, tag(&secrets.plate, plate.as_bytes())]
        }
        _ => Vec::new(),
    }
}
