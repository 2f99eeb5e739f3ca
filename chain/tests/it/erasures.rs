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
    AccessRecord { about: code.into(), basis, fields: fields(of), request: request() }
}

#[test]
fn the_sponsor_publishes_what_became_of_the_data_of_a_cancelled_code() {
    let mut world = World::new();
    let (driver, application) = leaver(&mut world);
    let sponsor = world.parties.enterprise.clone();
    let (at, kind) = (world.clock, ErasureKind::Erased);
    world.send(&sponsor.key, publish(application, kind));
    let subject = DataSubject::Code(driver.code);
    let id = Erasure::id_of(application);
    let (digest, by, first_at) = (digest("protocol"), sponsor.id, at);
    let expected = Erasure { id, application, subject, by, kind, digest, first_at, at };
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
    let ask = AccessRecord { about: driver.code.into(), basis, fields, request: request() };
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
    let over = world.code(code).carried_until.unwrap();
    assert_eq!(world.vehicle(lorry).drivers, []);
    // The contract needs the data for 30 days more: till then they are restricted.
    world.at(Time(over.plus(30 * DAY).0 - 1));
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::DataNeeded, "code")]);
    let until = world.clock.plus(DAY);
    world.send(&p.enterprise.key, publish(application, ErasureKind::Restricted { until }));
    world.send(&p.enterprise.key, erased);
}

#[test]
fn what_a_dispute_is_about_is_not_erased_before_it_ends() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let p = world.parties.clone();
    let application = application_of(&world, &driver);
    let waybill = world.waybill_in(&driver, WaybillState::Signed);
    world.send(&driver.key, WaybillDispute { waybill, reason: word("freight") });
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
    world.wait(100 * DAY);
    let erased = publish(application, ErasureKind::Erased);
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::DataNeeded, "code")]);
    world.send(&driver.key, WaybillDisputeEnd { waybill });
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::DataNeeded, "code")]);
    world.send(&p.enterprise.key, WaybillDisputeEnd { waybill });
    assert_eq!(world.code(driver.code).disputes, 0);
    world.send(&p.enterprise.key, erased);
}

#[test]
fn a_restriction_that_is_over_is_not_begun_anew_and_none_lasts_ten_years_twice() {
    let mut world = World::new();
    let (_, application) = leaver(&mut world);
    let sponsor = world.parties.enterprise.key.clone();
    let restricted = |until| publish(application, ErasureKind::Restricted { until });
    let (first, until) = (world.clock, world.clock.plus(DAY));
    world.send(&sponsor, restricted(until));
    let latest = first.plus(RESTRICTION_MS);
    world.refuses(&sponsor, restricted(latest.plus(1)), &[(R::InvalidField, "until")]);
    for (at, good) in [(Time(until.0 - 1), true), (until, false)] {
        let mut world = world.clone();
        world.at(at);
        if good {
            world.send(&sponsor, restricted(latest));
        } else {
            world.refuses(&sponsor, restricted(latest), &[(R::RestrictionOver, "kind")]);
            world.send(&sponsor, publish(application, ErasureKind::Erased));
        }
    }
}

#[test]
fn a_regulator_publishes_it_once_the_sponsor_s_registration_has_ended() {
    let mut world = World::new();
    let (_, application) = leaver(&mut world);
    let p = world.parties.clone();
    let erased = publish(application, ErasureKind::Erased);
    world.refuses(&p.regulator.key, erased.clone(), &[(R::NotAllowed, "")]);
    let organisation = p.enterprise.id;
    world.send(&p.regulator.key, OrganisationEnd { organisation, reason: word("closed") });
    world.refuses(&p.platform.key, erased.clone(), &[(R::NotAllowed, "")]);
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::OrganisationEnded, "")]);
    world.send(&p.regulator.key, erased);
    let record: Erasure = world.get(Erasure::id_of(application).0);
    assert_eq!(record.by, p.regulator.id);
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
    // Attested anew, there is a plate to see again; what else came with the application stays shut.
    let class = Class::Vehicle(lorry_class(18_000));
    let licence = (CertificateKind::VehicleLicence, class);
    let now = world.clock;
    world.attest_as(Subject::Vehicle(lorry), licence, (now, None));
    world.send(&p.regulator.key, plate);
    let permit = by_office(code, &[ExchangeField::TransportPermit]);
    world.refuses(&p.regulator.key, permit, &[(R::DataErased, "")]);
    let both = [(R::DataErased, ""), (R::VehicleBound, "vehicle")];
    world.refuses(&p.enterprise.key, erased, &both);
}

#[test]
fn an_erasure_and_a_new_word_in_one_block_are_not_mixed_up() {
    for erased_first in [true, false] {
        let mut world = World::new();
        let (lorry, application) = vehicle(&mut world, lorry_class(4_500));
        let p = world.parties.clone();
        let erase = world.sign(&p.enterprise.key, publish(application, ErasureKind::Erased));
        let (kind, valid_until) = (CertificateKind::VehicleLicence, None);
        let anew = CertificateAttest {
            subject: Subject::Vehicle(lorry),
            kind,
            renews: None,
            prefecture: KUNMING,
            root: Hash::of(b"fields anew"),
            valid_from: world.clock,
            valid_until,
            class: Class::Vehicle(lorry_class(4_500)),
        };
        let anew = world.sign(&p.traffic_police.key, anew);
        world.block(&if erased_first { [erase, anew] } else { [anew, erase] });
        let of = |field| about_vehicle(lorry, field);
        world.send(&p.regulator.key, of(ExchangeField::VehicleLicence));
        let permit = of(ExchangeField::TransportPermit);
        world.refuses(&p.regulator.key, permit, &[(R::DataErased, "")]);
    }
}

/// A regulator's question about a vehicle.
fn about_vehicle(vehicle: VehicleId, field: ExchangeField) -> AccessRecord {
    let basis = Basis::Office { case: Hash::of(b"case") };
    let about = DataSubject::Vehicle(vehicle);
    AccessRecord { about, basis, fields: fields(&[field]), request: request() }
}

#[test]
fn a_former_sponsor_s_erasure_shuts_none_of_what_the_new_one_brought() {
    use CertificateKind as K;
    let mut world = World::new();
    let p = world.parties.clone();
    let kinds = [K::VehicleLicence, K::Policy];
    let first = world.vehicle_apply("first", &kinds);
    let first = world.apply_with(first, &[]);
    world.attest_all(first);
    let lorry = world.application(first).vehicle.unwrap();
    let tags = vec![world.vehicle(lorry).vin_tag, world.vehicle(lorry).plate_tag.unwrap()];
    let driver = world.new_driver("driver", issue::LIGHT);
    let bind = VehicleBind { code: driver.code, vehicle: lorry, statements: Vec::new() };
    let bind = world.stated(bind, &[&p.enterprise.key]);
    world.send(&driver.key, bind);
    let erased = publish(first, ErasureKind::Erased);
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::VehicleBound, "vehicle")]);
    // Sold: the platform applies, with a licence of its own and no policy yet.
    let owner = VehicleOwner::Organisation(p.platform.id);
    let second = VehicleApply { owner, ..world.vehicle_apply("second", &[K::VehicleLicence]) };
    let second = ApplicationId(World::first_made(world.send(&p.platform.key, second)));
    let yes = issue::Yes { tags, ..world.yes(second, 0) };
    world.attest_claim(second, 0, yes);
    assert_eq!(world.application(second).state, ApplicationState::Issued);
    let licence = about_vehicle(lorry, ExchangeField::VehicleLicence);
    world.refuses(&p.enterprise.key, erased.clone(), &[(R::VehicleBound, "vehicle")]);
    world.send(&driver.key, VehicleUnbind { code: driver.code, vehicle: lorry });
    world.send(&p.enterprise.key, erased);
    world.send(&p.regulator.key, licence.clone());
    let policy = about_vehicle(lorry, ExchangeField::Policy);
    world.refuses(&p.regulator.key, policy, &[(R::DataErased, "")]);
    // Each says what became of its own, and nothing of the other's.
    let until = world.clock.plus(DAY);
    world.send(&p.platform.key, publish(second, ErasureKind::Restricted { until }));
    let ids = [first, second].map(|id| world.get::<Erasure>(Erasure::id_of(id).0).kind);
    assert_eq!(ids, [ErasureKind::Erased, ErasureKind::Restricted { until }]);
    world.send(&p.regulator.key, licence.clone());
    world.refuses(&p.traffic_police.key, licence, &[(R::DataRestricted, "")]);
}

#[test]
fn restricted_data_of_vehicles_and_applications_are_shown_to_a_regulator_who_names_them() {
    let mut world = World::new();
    let (lorry, application) = vehicle(&mut world, lorry_class(4_500));
    let p = world.parties.clone();
    let until = world.clock.plus(DAY);
    world.send(&p.enterprise.key, publish(application, ErasureKind::Restricted { until }));
    let ask = about_vehicle(lorry, ExchangeField::Plate);
    let access: Access = {
        let id = World::first_made(world.send(&p.regulator.key, ask.clone()));
        world.get(id)
    };
    let owner = Some(Holder::Organisation(p.enterprise.id));
    assert_eq!((access.vehicles, access.holder), (vec![lorry], owner));
    world.refuses(&p.traffic_police.key, ask.clone(), &[(R::DataRestricted, "")]);
    let name = about_vehicle(lorry, ExchangeField::Name);
    world.refuses(&p.regulator.key, name, &[(R::FieldsBeyondBasis, "fields")]);
    let unknown = about_vehicle(VehicleId::default(), ExchangeField::Plate);
    world.refuses(&p.regulator.key, unknown, &[(R::NotFound, "vehicle")]);

    let withdrawn = world.applied("driver", issue::LIGHT);
    world.send(&p.enterprise.key, ApplicationWithdraw { application: withdrawn });
    let of_application = AccessRecord {
        about: DataSubject::Application(withdrawn),
        fields: fields(&[ExchangeField::Identity]),
        ..ask
    };
    world.send(&p.public_security.key, of_application.clone());
    world.send(&p.enterprise.key, publish(withdrawn, ErasureKind::Restricted { until }));
    world.send(&p.regulator.key, of_application.clone());
    world.refuses(&p.public_security.key, of_application.clone(), &[(R::DataRestricted, "")]);
    world.send(&p.enterprise.key, publish(withdrawn, ErasureKind::Erased));
    world.refuses(&p.regulator.key, of_application, &[(R::DataErased, "")]);
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
    let subject = DataSubject::Application(application);
    let record: Erasure = world.get(Erasure::id_of(application).0);
    assert_eq!((record.subject, record.by), (subject, sponsor.id));
}
