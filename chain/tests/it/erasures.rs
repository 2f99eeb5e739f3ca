// SPDX-License-Identifier: Apache-2.0
//! Erasures: published by the sponsor whose node holds the data, once nobody uses them; what is kept for
//! the law alone is shown to a regulator for a named case, what is erased to nobody.

use crate::common::exchange::*;
use crate::common::fleet::*;
use crate::common::issue::digest;
use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::limits::RESTRICTION_MS;
use chain::records::certificate::VehicleClass;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Hash, Time};

fn publish(application: ApplicationId, kind: ErasureKind) -> ErasurePublish {
    ErasurePublish { application, kind, digest: digest("protocol") }
}

fn application_of(world: &World, driver: &Driver) -> ApplicationId {
    world.code(driver.code).application
}

/// A driver whose code is cancelled, and the application that it came from.
fn leaver(world: &mut World) -> (Driver, ApplicationId) {
    let driver = world.driver_for(&[], None);
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
    let application = application_of(world, &driver);
    (driver, application)
}

fn by_office(code: CodeId, of: &[ExchangeField]) -> AccessRecord {
    let basis = Basis::Office { case: Hash::of(b"case") };
    AccessRecord { code, basis, fields: fields(of), request: request() }
}

#[test]
fn the_sponsor_publishes_what_became_of_the_data_of_a_cancelled_code() {
    let mut world = World::new();
    let (driver, application) = leaver(&mut world);
    let sponsor = world.parties.enterprise.clone();
    let (at, kind) = (world.clock, ErasureKind::Erased);
    world.send(&sponsor.key, publish(application, kind));
    let subject = ErasureSubject::Code(driver.code);
    let id = Erasure::id_of(&subject);
    let digest = digest("protocol");
    let expected = Erasure { id, subject, application, by: sponsor.id, kind, digest, at };
    assert_eq!(world.get::<Erasure>(id.0), expected);
}

#[test]
fn nobody_but_the_sponsor_publishes_it() {
    let mut world = World::new();
    let (driver, application) = leaver(&mut world);
    let p = world.parties.clone();
    let erased = publish(application, ErasureKind::Erased);
    let others = [&p.platform, &p.other_enterprise, &p.regulator, &p.insurer];
    for key in others.map(|party| &party.key).into_iter().chain([&driver.key]) {
        world.refuses(key, erased.clone(), &[(R::NotAllowed, "")]);
    }
    let unknown = publish(ApplicationId::default(), ErasureKind::Erased);
    world.refuses(&p.enterprise.key, unknown, &[(R::NotFound, "application")]);
}

#[test]
fn restricted_data_are_shown_to_a_regulator_for_a_named_case_until_the_law_requires_them_no_more() {
    let mut world = World::new();
    let (driver, application) = leaver(&mut world);
    let p = world.parties.clone();
    let until = world.clock.plus(30 * DAY);
    let ask = by_office(driver.code, &[ExchangeField::Identity]);
    world.send(&p.public_security.key, ask.clone());
    world.send(&p.enterprise.key, publish(application, ErasureKind::Restricted { until }));
    world.refuses(&p.public_security.key, ask.clone(), &[(R::DataRestricted, "")]);
    for (at, good) in [(Time(until.0 - 1), true), (until, false)] {
        let mut world = world.clone();
        world.at(at);
        if good {
            world.send(&p.regulator.key, ask.clone());
        } else {
            world.refuses(&p.regulator.key, ask.clone(), &[(R::DataRestricted, "")]);
        }
    }
}

#[test]
fn restricted_data_are_shown_on_no_waybill() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let maker = world.parties.enterprise.key.clone();
    let waybill = world.waybill_in(&driver, WaybillState::Signed);
    let (basis, fields) = (Basis::Waybill(waybill), fields(&[ExchangeField::Name]));
    let ask = AccessRecord { code: driver.code, basis, fields, request: request() };
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
    world.send(&maker, ask.clone());
    let until = world.clock.plus(DAY);
    let application = application_of(&world, &driver);
    world.send(&maker, publish(application, ErasureKind::Restricted { until }));
    world.refuses(&maker, ask, &[(R::DataRestricted, "")]);
}

#[test]
fn erased_data_are_shown_to_nobody_and_stay_erased() {
    let mut world = World::new();
    let (driver, application) = leaver(&mut world);
    let p = world.parties.clone();
    let until = world.clock.plus(DAY);
    let restricted = publish(application, ErasureKind::Restricted { until });
    world.send(&p.enterprise.key, restricted.clone());
    let longer = ErasureKind::Restricted { until: until.plus(DAY) };
    world.send(&p.enterprise.key, publish(application, longer));
    world.send(&p.enterprise.key, publish(application, ErasureKind::Erased));
    let ask = by_office(driver.code, &[ExchangeField::Name]);
    world.refuses(&p.regulator.key, ask.clone(), &[(R::DataErased, "")]);
    world.refuses(&p.public_security.key, ask, &[(R::DataErased, "")]);
    for again in [restricted, publish(application, ErasureKind::Erased)] {
        world.refuses(&p.enterprise.key, again, &[(R::DataErased, "")]);
    }
}

#[test]
fn a_restriction_ends_within_ten_years() {
    let mut world = World::new();
    let (_, application) = leaver(&mut world);
    let sponsor = world.parties.enterprise.key.clone();
    let now = world.clock;
    for (until, good) in [
        (now, false),
        (now.plus(1), true),
        (now.plus(RESTRICTION_MS), true),
        (now.plus(RESTRICTION_MS + 1), false),
    ] {
        let mut world = world.clone();
        let restricted = publish(application, ErasureKind::Restricted { until });
        if good {
            world.send(&sponsor, restricted);
        } else {
            world.refuses(&sponsor, restricted, &[(R::InvalidField, "until")]);
        }
    }
}

#[test]
fn what_is_in_use_is_not_erased() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let p = world.parties.clone();
    let application = application_of(&world, &driver);
    let erased = publish(application, ErasureKind::Erased);
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::CodeNotCancelled, "code")]);
    let code = driver.code;
    world.send(&p.regulator.key, CodeSuspend { code, reason: word("inquiry") });
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::CodeNotCancelled, "code")]);
    world.send(&p.regulator.key, CodeResume { code, by: p.regulator.id, reason: word("inquiry") });
    let waybill = world.waybill_in(&driver, WaybillState::InTransit);
    world.send(&p.regulator.key, CodeCancel { code, reason: word("inquiry") });
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::CodeHasWaybill, "code")]);
    world.advance((waybill, &driver), WaybillState::Arrived);
    world.send(&p.enterprise.key, erased);
    assert_eq!(world.vehicle(lorry).drivers, []);
}

#[test]
fn a_new_code_of_the_person_is_not_touched_by_the_erasure_of_the_old() {
    let mut world = World::new();
    let first = world.new_driver("driver", issue::LIGHT);
    let application = application_of(&world, &first);
    let sponsor = world.parties.enterprise.key.clone();
    world.send(&first.key, CodeCancel { code: first.code, reason: word("plans") });
    world.send(&sponsor, publish(application, ErasureKind::Erased));
    let key = key("driver's new phone");
    let apply = world.code_apply("driver", issue::LIGHT);
    let application = world.apply_with(CodeApply { holder_key: key.public(), ..apply }, &[&key]);
    world.attest_all(application);
    let issued = world.application(application);
    assert_eq!(issued.person, Some(first.person), "known by the tag");
    let second = Driver { key, person: first.person, code: issued.code.expect("issued") };
    let consent = world.usual_consent(&second);
    let ask = world.on_consent(second.code, consent);
    world.send(&sponsor, ask);
    let old = by_office(first.code, &[ExchangeField::Name]);
    let regulator = world.parties.regulator.key.clone();
    world.refuses(&regulator, old, &[(R::DataErased, "")]);
}

/// A vehicle of the enterprise, and the application that it came with.
fn vehicle(world: &mut World, class: VehicleClass) -> (VehicleId, ApplicationId) {
    let id = world.vehicle_of(class);
    let mut issued = world.memory.newest().filter_map(|(_, stored)| match &stored.value {
        Value::Application(application) if application.vehicle == Some(id) => Some(application.id),
        _ => None,
    });
    let application = issued.next().expect("it was applied for");
    (id, application)
}

#[test]
fn a_vehicle_s_data_are_erased_once_it_is_nobody_s_and_others_attested_since_are_not() {
    let mut world = World::new();
    world.permit();
    let (lorry, application) = vehicle(&mut world, lorry_class(18_000));
    let (trailer, of_trailer) = vehicle(&mut world, trailer_class(9_000));
    let p = world.parties.clone();
    let driver = world.driver_with(&[lorry]);
    let couple = TrailerCouple { vehicle: lorry, trailer, statements: vec![] };
    world.send(&p.enterprise.key, couple);
    let erased = publish(application, ErasureKind::Erased);
    let both = [(R::VehicleBound, "vehicle"), (R::AlreadyCoupled, "vehicle")];
    world.refuses(&p.enterprise.key, erased.clone(), &both);
    let coupled = publish(of_trailer, ErasureKind::Erased);
    world.refuses(&p.enterprise.key, coupled, &[(R::AlreadyCoupled, "vehicle")]);
    world.send(&p.enterprise.key, TrailerUncouple { vehicle: lorry });
    world.send(&driver.key, VehicleUnbind { code: driver.code, vehicle: lorry });
    world.send(&p.enterprise.key, erased.clone());
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::DataErased, "")]);
    // Bound again as it is, its plate is gone; the driver's name is not.
    let (code, statements) = (driver.code, Vec::new());
    let bind = VehicleBind { code, vehicle: lorry, statements };
    let bind = world.stated(bind, &[&p.enterprise.key]);
    world.send(&driver.key, bind);
    let plate = by_office(code, &[ExchangeField::Plate]);
    world.refuses(&p.regulator.key, plate.clone(), &[(R::DataErased, "")]);
    world.send(&p.regulator.key, by_office(code, &[ExchangeField::Name]));
    // Attested anew, it has new data, which may be erased in their turn.
    let class = Class::Vehicle(lorry_class(18_000));
    let licence = (CertificateKind::VehicleLicence, class);
    let now = world.clock;
    world.attest_as(Subject::Vehicle(lorry), licence, (now, None));
    world.send(&p.regulator.key, plate);
    world.send(&driver.key, VehicleUnbind { code, vehicle: lorry });
    world.send(&p.enterprise.key, erased);
}

#[test]
fn an_application_that_led_to_nothing_is_erased_once_it_is_over() {
    let mut world = World::new();
    let sponsor = world.parties.enterprise.clone();
    let application = world.applied("driver", issue::LIGHT);
    let erased = publish(application, ErasureKind::Erased);
    world.refuses(&sponsor.key, erased.clone(), &[(R::ApplicationOpen, "application")]);
    world.send(&sponsor.key, ApplicationWithdraw { application });
    world.send(&sponsor.key, erased);
    let subject = ErasureSubject::Application(application);
    let record: Erasure = world.get(Erasure::id_of(&subject).0);
    assert_eq!((record.subject, record.by), (subject, sponsor.id));
}
