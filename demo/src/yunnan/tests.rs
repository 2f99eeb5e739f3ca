// SPDX-License-Identifier: Apache-2.0
//! What must hold of everything that the register invents.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use chain::calendar::Date;

use super::certificates::{FATED, Fate};
use super::trade::{GOODS, Parties};
use super::vehicles::Build;
use super::*;
use formats::{Mode, Rules, Table, certificate, contact, identity, plate, uscc, vin};

const MANY: u64 = 3_000;

fn registers() -> [Register; 3] {
    let day = |year, month, day| Date::new(year, month, day).unwrap();
    [
        Register { seed: 0, as_of: day(2026, 11, 23), enterprises: 40 },
        Register { seed: 7, as_of: day(2028, 2, 29), enterprises: 1 },
        Register { seed: u64::MAX, as_of: day(2027, 1, 1), enterprises: 300 },
    ]
}

fn demo(register: &Register) -> Rules {
    Rules { mode: Mode::Demo, as_of: register.as_of }
}

#[test]
fn every_persons_numbers_pass_and_none_could_be_real() {
    for register in registers() {
        let mut numbers = BTreeSet::new();
        let (mut mobiles, mut cards) = (BTreeSet::new(), BTreeSet::new());
        for index in 0..MANY {
            let person = register.person(index).unwrap();
            let read = identity::check(&person.identity_number, demo(&register)).unwrap();
            assert_eq!((read.birth, read.sex), (person.birth, person.sex));
            assert_ne!(read.sequence, 0);
            assert_eq!(read.region, person.prefecture.synthetic_region());
            let real = Rules { mode: Mode::Production, ..demo(&register) };
            assert!(identity::check(&person.identity_number, real).is_err());
            assert!(person.name.ends_with(people::SUFFIX), "{}", person.name);
            contact::check_mobile(&person.mobile, Mode::Demo).unwrap();
            contact::check_card(&person.card, Mode::Demo).unwrap();
            let age = register.as_of.year - person.birth.year;
            assert!((21..=60).contains(&age), "{index} is {age}");
            assert!(numbers.insert(person.identity_number));
            assert!(mobiles.insert(person.mobile) && cards.insert(person.card));
        }
    }
}

#[test]
fn every_vehicles_numbers_pass_and_are_its_own() {
    for register in registers() {
        let (mut plates, mut vins, mut permits) = Default::default();
        for index in 0..MANY {
            let motor = register.vehicle(index).unwrap();
            let trailer = register.trailer(index).unwrap();
            assert_eq!(trailer.is_some(), motor.build.pulls());
            for vehicle in std::iter::once(motor).chain(trailer) {
                check_vehicle(&register, &vehicle);
                assert_unique(&mut plates, &vehicle.numbers.plate);
                assert_unique(&mut vins, &vehicle.numbers.vin);
                if vehicle.needs_permit() {
                    assert_unique(&mut permits, &vehicle.numbers.permit);
                }
            }
        }
    }
}

fn assert_unique(seen: &mut BTreeSet<String>, text: &str) {
    assert!(seen.insert(text.to_owned()), "{text} twice");
}

fn check_vehicle(register: &Register, vehicle: &vehicles::Vehicle) {
    let (numbers, frame) = (&vehicle.numbers, vehicle.frame);
    let large = plate::is_large(frame.mass_kg, frame.length_mm);
    let kind = plate::check_colour(&numbers.plate, numbers.colour, large).unwrap();
    assert_eq!(kind == plate::Kind::Trailer, vehicle.trailer);
    assert_eq!(numbers.plate.chars().nth(1), Some(vehicle.prefecture.letter));
    vin::check(&numbers.vin, Mode::Demo).unwrap();
    let placeholder = certificate::check_permit(&numbers.permit, demo(register)).unwrap();
    assert_eq!(placeholder, !vehicle.needs_permit());
    assert!(vehicle.registered < register.as_of);
}

#[test]
fn every_enterprises_numbers_pass() {
    for register in registers() {
        let mut codes = BTreeSet::new();
        for index in 0..MANY {
            for one in [register.enterprise(index).unwrap(), register.shipper(index).unwrap()] {
                let read = uscc::check(&one.uscc, Mode::Demo).unwrap();
                assert_eq!(read.region, one.prefecture.synthetic_region());
                assert!(!read.is_personal());
                assert!(uscc::check(&one.uscc, Mode::Production).is_err());
                assert!(one.name.starts_with(enterprises::PREFIX), "{}", one.name);
                let permit = certificate::check_permit(&one.permit_number, demo(&register));
                assert_eq!(permit, Ok(false));
                assert!(codes.insert(one.uscc));
            }
        }
    }
}

#[test]
fn the_same_numbers_give_the_same_register_and_others_another() {
    let [register, ..] = registers();
    let again = Register { ..register };
    let other = Register { seed: register.seed + 1, ..register };
    for index in [0, 1, 999] {
        assert_eq!(register.person(index), again.person(index));
        assert_eq!(register.vehicle(index), again.vehicle(index));
        assert_ne!(register.person(index), other.person(index));
    }
}

#[test]
fn shares_are_those_of_the_recipe() {
    let [register, ..] = registers();
    let (mut light, mut electric, mut kunming, mut women) = (0, 0, 0, 0);
    for index in 0..MANY {
        let vehicle = register.vehicle(index).unwrap();
        women += u64::from(register.person(index).unwrap().sex == identity::Sex::Female);
        light += u64::from(vehicle.build == Build::Light);
        electric += u64::from(vehicle.energy == 'C');
        kunming += u64::from(vehicle.prefecture.code == 5301);
    }
    assert!((390..450).contains(&(light * 1_000 / MANY)), "{light}");
    assert!((80..160).contains(&(electric * 1_000 / light)), "{electric}");
    assert!((250..310).contains(&(kunming * 1_000 / MANY)), "{kunming}");
    assert!((40..80).contains(&(women * 1_000 / MANY)), "{women}");
    assert_eq!(GOODS.iter().map(|goods| goods.share).sum::<u64>(), 100);
}

#[test]
fn certificates_end_as_their_fate_says() {
    for register in registers() {
        for index in 0..MANY {
            let person = register.person(index).unwrap();
            let vehicle = register.vehicle(index).unwrap();
            let owner = register.owner_of(index).unwrap();
            let all = [
                register.identity(&person),
                register.driving_licence(&person, vehicle.build.licence()),
                register.qualification(&person),
                register.vehicle_licence(&vehicle, &owner),
                register.transport_permit(&vehicle, &owner),
                register.policy(&vehicle, &owner),
                register.bank_account(&person),
            ];
            let fate = register.fate(index, FATED);
            for one in &all {
                check_certificate(&register, one, fate);
            }
        }
    }
}

fn check_certificate(register: &Register, one: &certificates::Certificate, fate: Fate) {
    assert!(one.from < register.as_of || fate != Fate::Sound);
    if let Some(until) = one.until {
        let left = days::days_between(register.as_of, until);
        match fate {
            Fate::Ended(kind) if kind == one.kind => assert!(left < 0),
            Fate::EndsSoon(kind) if kind == one.kind => assert!((2..=60).contains(&left)),
            _ => assert!(left > 60, "{:?} {left}", one.kind),
        }
    }
    let names: Vec<&str> = one.fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, chain::fields::table(one.kind), "{:?}", one.kind);
    assert!(one.fields.iter().all(|(_, value)| value.len() <= 255));
    passes(register, Table::Certificate(one.kind), &one.fields);
}

/// All fields of a table are right in the demo.
fn passes(register: &Register, table: Table, fields: &[(&'static str, String)]) {
    let given: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(formats::check(table, &given, demo(register)), [], "{table:?} {given:?}");
}

#[test]
fn fates_fall_as_often_as_the_recipe_says() {
    let [register, ..] = registers();
    let ended = (0..MANY).filter(|i| matches!(register.fate(*i, FATED), Fate::Ended(_))).count();
    assert!((30..50).contains(&(ended * 1_000 / MANY as usize)), "{ended}");
}

#[test]
fn every_carriage_fits_its_vehicle_and_its_fields_pass() {
    for register in registers() {
        for index in 0..MANY {
            let vehicle = register.vehicle(index).unwrap();
            let carriage = register.carriage(index, &vehicle).unwrap();
            let trailer = register.trailer(index).unwrap();
            let load = trailer.map_or(vehicle.frame.load_kg, |trailer| trailer.frame.load_kg);
            assert!((1..=load).contains(&carriage.weight_kg));
            assert!(carriage.price_fen > 0 && carriage.km >= 40);
            let hours = carriage.travel_ms / 3_600_000;
            assert!(hours <= u64::from(carriage.km) / 45 + 1, "{hours} h");
            check_fields(&register, &carriage, &vehicle);
        }
    }
}

fn check_fields(register: &Register, carriage: &trade::Carriage, vehicle: &vehicles::Vehicle) {
    let index = carriage.index;
    let maker = register.owner_of(index).unwrap();
    let (consignor, consignee) =
        (register.shipper(index).unwrap(), register.shipper(index + 1).unwrap());
    let driver = register.person(index).unwrap();
    let policy = register.policy(vehicle, &maker);
    let parties = Parties {
        maker: &maker,
        consignor: &consignor,
        consignee: &consignee,
        driver: &driver,
        vehicle,
        policy: (policy.value("policyNumber").unwrap(), "DCAT"),
    };
    let number = carriage.number(u32::MAX);
    let fields = carriage.fields(&number, parties, register.as_of.start());
    let value = |name: &str| fields.iter().find(|(n, _)| *n == name).unwrap().1.as_str();
    passes(register, Table::Waybill, &fields);
    assert!(value("DespatchActualDateTime") < value("GoodsReceiptDateTime"));
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, chain::fields::WAYBILL);
    assert!(fields.iter().all(|(_, value)| !value.is_empty()));
}
