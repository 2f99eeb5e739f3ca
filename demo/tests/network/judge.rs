// SPDX-License-Identifier: Apache-2.0
//! An authority says yes to what its register says, and no to everything else, each for its reason.
#![allow(clippy::unwrap_used)]

use chain::actions::Answer;
use chain::calendar::Date;
use chain::ids::Time;
use chain::records::{CertificateKind as Kind, Class};
use chain::rules::licence;
use demo::authority::book::Book;
use demo::authority::judge::judge;
use demo::cast;
use demo::sealed::{Sealed, seal};
use demo::yunnan::Register;
use demo::yunnan::certificates::{Certificate, FATED, Fate};
use genesis::TagSecrets;
use genesis::secrets::tag;

const SECRETS: TagSecrets = TagSecrets { identity: [1; 32], vin: [2; 32], plate: [3; 32] };
const PEOPLE: u64 = 400;

struct Court {
    book: Book,
    register: Register,
    now: Time,
}

impl Court {
    fn new() -> Self {
        let now = Date::new(2026, 11, 24).unwrap().start();
        let register = cast::register(now);
        Self { book: Book::new(register, PEOPLE).unwrap(), register, now }
    }

    fn judge(&self, sealed: &Sealed) -> Answer {
        judge(&self.book, &SECRETS, sealed.kind, &sealed.fields, self.now)
    }

    fn sound(&self) -> u64 {
        self.of_fate(|fate| fate == Fate::Sound)
    }

    fn of_fate(&self, wanted: impl Fn(Fate) -> bool) -> u64 {
        (0..PEOPLE).find(|index| wanted(self.register.fate(*index, FATED))).unwrap()
    }

    fn papers(&self, index: u64) -> Vec<Certificate> {
        let (register, person) = (&self.register, self.register.person(index).unwrap());
        let motor = register.vehicle(index).unwrap();
        let owner = register.owner_of(index).unwrap();
        let mut papers = vec![
            register.identity(&person),
            register.driving_licence(&person, motor.build.licence()),
            register.qualification(&person),
            register.policy(&motor, &owner),
            register.business_permit(&owner),
        ];
        for vehicle in std::iter::once(motor).chain(register.trailer(index).unwrap()) {
            papers.push(register.vehicle_licence(&vehicle, &owner));
            papers.push(register.transport_permit(&vehicle, &owner));
        }
        papers
    }
}

fn reason(answer: Answer) -> String {
    match answer {
        Answer::No { reason } => reason.to_string(),
        Answer::Yes { .. } => "yes".to_owned(),
    }
}

#[test]
fn every_certificate_of_a_sound_driver_is_attested() {
    let court = Court::new();
    for index in (0..PEOPLE).filter(|i| court.register.fate(*i, FATED) == Fate::Sound).take(80) {
        for certificate in court.papers(index) {
            let sealed = seal(&certificate).unwrap();
            let Answer::Yes { valid_from, valid_until, class, .. } = court.judge(&sealed) else {
                panic!("{:?} of {index} was refused", sealed.kind);
            };
            assert!(valid_from <= court.now && valid_until.is_none_or(|end| end > court.now));
            let matches = match sealed.kind {
                Kind::Identity => class == Class::None,
                Kind::DrivingLicence => matches!(class, Class::Licence { classes: 1.. }),
                Kind::VehicleLicence => matches!(class, Class::Vehicle(_)),
                Kind::Policy => matches!(class, Class::Policy { .. }),
                _ => class != Class::None,
            };
            assert!(matches, "{:?} {class:?}", sealed.kind);
        }
    }
}

#[test]
fn a_licence_covers_the_vehicle_of_its_driver() {
    let court = Court::new();
    for index in 0..PEOPLE {
        let motor = court.register.vehicle(index).unwrap();
        let trailer = court.register.trailer(index).unwrap();
        let held = licence::class(motor.build.licence()).unwrap();
        let needed = licence::needed(motor.frame.mass_kg, trailer.map(|t| t.frame.mass_kg));
        assert!(licence::covers(held, needed), "{index} {:?}", motor.build);
    }
}

#[test]
fn whatever_field_is_changed_the_answer_is_no() {
    let court = Court::new();
    for certificate in court.papers(court.sound()) {
        let sealed = seal(&certificate).unwrap();
        for place in 0..sealed.fields.len() {
            let mut forged = sealed.clone();
            forged.fields[place].value.push('1');
            assert_ne!(reason(court.judge(&forged)), "yes", "{:?} {place}", sealed.kind);
        }
    }
}

#[test]
fn each_doubt_has_its_reason() {
    let court = Court::new();
    let person = court.register.person(court.sound()).unwrap();
    let identity = court.register.identity(&person);
    let with = |name: &str, value: &str| {
        let mut sealed = seal(&identity).unwrap();
        sealed.fields.iter_mut().find(|field| field.name == name).unwrap().value = value.into();
        reason(court.judge(&sealed))
    };
    assert_eq!(with("driverName", "某人(测)"), "field_differs");
    assert_eq!(with("identityNumber", "539901198506150018"), "number_invalid");
    assert_eq!(with("identityNumber", "539901198506150019"), "not_on_register");
    let real = "530102209901010011";
    assert_eq!(with("identityNumber", real), "number_invalid", "a real region is no demo number");
    let stranger = court.register.identity(&court.register.person(PEOPLE + 1).unwrap());
    assert_eq!(reason(court.judge(&seal(&stranger).unwrap())), "not_on_register");
}

#[test]
fn what_has_ended_is_refused() {
    let court = Court::new();
    let index = court.of_fate(|fate| fate == Fate::Ended(Kind::Policy));
    let (vehicle, owner) =
        (court.register.vehicle(index).unwrap(), court.register.owner_of(index).unwrap());
    let sealed = seal(&court.register.policy(&vehicle, &owner)).unwrap();
    assert_eq!(reason(court.judge(&sealed)), "certificate_ended");
}

#[test]
fn a_policy_of_the_counter_ends_at_its_very_instant() {
    let mut court = Court::new();
    let index = court.sound();
    let vehicle = court.register.vehicle(index).unwrap();
    let ends = court.now.plus(12_345);
    let policy = court.book.sell(&vehicle.numbers.vin, ends).unwrap();
    let sealed = seal(&policy).unwrap();
    let Answer::Yes { valid_until, .. } = court.judge(&sealed) else { panic!("it was sold") };
    assert_eq!(valid_until, Some(ends));
    court.now = ends;
    assert_eq!(reason(court.judge(&sealed)), "certificate_ended");
    assert!(court.book.sell("LX0AB3CD5T0000001", ends).is_none(), "no such vehicle");
}

#[test]
fn tags_follow_from_the_numbers_alone() {
    let court = Court::new();
    let papers = court.papers(court.sound());
    let of_kind = |kind: Kind| papers.iter().find(|paper| paper.kind == kind).unwrap();
    let tags = |kind: Kind| match court.judge(&seal(of_kind(kind)).unwrap()) {
        Answer::Yes { tags, .. } => tags,
        Answer::No { reason } => panic!("{reason}"),
    };
    let value = |kind: Kind, name: &str| of_kind(kind).value(name).unwrap().to_owned();
    let number = value(Kind::Identity, "identityNumber");
    assert_eq!(tags(Kind::Identity), [tag(&SECRETS.identity, number.as_bytes())]);
    let plate = format!(
        "{}|{}",
        value(Kind::VehicleLicence, "vehicleNumber"),
        value(Kind::VehicleLicence, "vehiclePlateColorCode")
    );
    let vin = value(Kind::VehicleLicence, "vin");
    let expected = [tag(&SECRETS.vin, vin.as_bytes()), tag(&SECRETS.plate, plate.as_bytes())];
    assert_eq!(tags(Kind::VehicleLicence), expected);
    assert!(tags(Kind::Policy).is_empty());
}
