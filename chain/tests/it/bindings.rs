// SPDX-License-Identifier: Apache-2.0
//! Bindings: vehicles on a code, the current one, its trailer, and who operates.

use crate::common::issue::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::{CodeId, OrganisationId, VehicleId};
use chain::keys::SecretKey;
use chain::records::application::{CodeFor, WantedOperator};
use chain::records::{
    CertificateKind as Kind, Colour, MatterKind, Operator, ParameterName, Subject, VehicleOwner,
};

fn bind(code: CodeId, vehicle: VehicleId) -> VehicleBind {
    VehicleBind { code, vehicle, statements: Vec::new() }
}

fn couple(vehicle: VehicleId, trailer: VehicleId) -> TrailerCouple {
    TrailerCouple { vehicle, trailer, statements: Vec::new() }
}

/// The driver binds a vehicle of the enterprise, which agrees.
fn bound(world: &mut World, driver: &Driver, vehicle: VehicleId) {
    let enterprise = world.parties.enterprise.key.clone();
    let action = world.stated(bind(driver.code, vehicle), &[&enterprise]);
    world.send(&driver.key, action);
}

fn lorries(world: &mut World, count: usize) -> Vec<VehicleId> {
    (0..count).map(|n| world.new_vehicle(&format!("lorry {n}"), lorry(4_000))).collect()
}

#[test]
fn a_driver_has_at_most_three_vehicles_and_a_vehicle_at_most_three_drivers() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let vehicles = lorries(&mut world, 4);
    let drivers: Vec<_> = (0..4).map(|n| world.new_driver(&format!("driver {n}"), LIGHT)).collect();
    for vehicle in &vehicles[..3] {
        bound(&mut world, &drivers[0], *vehicle);
    }
    let fourth = world.stated(bind(drivers[0].code, vehicles[3]), &[&enterprise]);
    assert_eq!(world.why(&drivers[0].key, fourth), ["too_many code"]);
    for driver in &drivers[1..3] {
        bound(&mut world, driver, vehicles[0]);
    }
    let fourth = world.stated(bind(drivers[3].code, vehicles[0]), &[&enterprise]);
    assert_eq!(world.why(&drivers[3].key, fourth), ["too_many vehicle"]);
    let code = world.code(drivers[0].code);
    assert_eq!((code.vehicles.as_slice(), code.current), (&vehicles[..3], Some(vehicles[0])));
    assert_eq!(world.vehicle(vehicles[0]).drivers.len(), 3);
    assert_eq!(world.vehicle(vehicles[1]).current_for, []);
}

#[test]
fn eight_is_the_most_by_any_parameter() {
    let mut world = World::with(&[
        (ParameterName::VehiclesPerDriver, 8),
        (ParameterName::DriversPerVehicle, 8),
    ]);
    let enterprise = world.parties.enterprise.key.clone();
    let vehicles = lorries(&mut world, 9);
    let drivers: Vec<_> = (0..9).map(|n| world.new_driver(&format!("driver {n}"), LIGHT)).collect();
    for vehicle in &vehicles[..8] {
        bound(&mut world, &drivers[0], *vehicle);
    }
    for driver in &drivers[1..8] {
        bound(&mut world, driver, vehicles[0]);
    }
    let ninth = world.stated(bind(drivers[0].code, vehicles[8]), &[&enterprise]);
    assert_eq!(world.why(&drivers[0].key, ninth), ["too_many code"]);
    let ninth = world.stated(bind(drivers[8].code, vehicles[0]), &[&enterprise]);
    assert_eq!(world.why(&drivers[8].key, ninth), ["too_many vehicle"]);
    let open = matter(Subject::Vehicle(vehicles[0]));
    let police = world.parties.traffic_police.key.clone();
    world.send(&police, open);
    for driver in &drivers[..8] {
        assert_eq!(world.colour(driver.code), Some(Colour::Yellow));
    }
    world.send(&drivers[0].key, CodeCancel { code: drivers[0].code, reason: word("end") });
    assert_eq!(world.vehicle(vehicles[0]).current_for.len(), 7);
}

fn matter(subject: Subject) -> MatterOpen {
    MatterOpen {
        subject,
        kind: MatterKind::Violation,
        reference: digest("ticket"),
        points: 0,
        over_limit: false,
        occurred_at: START,
        settle_by: None,
    }
}

#[test]
fn every_reason_against_a_binding_is_listed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let heavy = world.new_vehicle("heavy", lorry(12_000));
    let trailer = world.new_vehicle("trailer", trailer(4_000));
    let vehicles = lorries(&mut world, 3);
    let driver = world.new_driver("driver", LIGHT);
    for vehicle in &vehicles {
        bound(&mut world, &driver, *vehicle);
    }
    assert_eq!(
        world.why(&driver.key, bind(driver.code, heavy)),
        [
            "statement_missing",
            "too_many code",
            "certificate_missing qualification",
            "certificate_missing business_permit"
        ]
    );
    let stated = world.stated(bind(driver.code, vehicles[1]), &[&p.enterprise.key]);
    assert_eq!(world.why(&driver.key, stated), ["vehicle_bound vehicle", "too_many code"]);
    let stated = world.stated(bind(driver.code, trailer), &[&p.enterprise.key]);
    let why = world.why(&driver.key, stated);
    assert!(why.starts_with(&["invalid_field vehicle".into(), "too_many code".into()]), "{why:?}");
    let nothing = bind(driver.code, VehicleId::default());
    assert_eq!(world.why(&driver.key, nothing), ["not_found vehicle"]);
    let no_code = CodeId::made_by(chain::TransactionId::default());
    assert_eq!(world.why(&driver.key, bind(no_code, heavy)), ["not_found code"]);
}

#[test]
fn an_enterprises_own_code_has_no_vehicle_and_no_operator() {
    let mut world = World::new();
    let p = world.parties.clone();
    let apply = CodeApply {
        wanted: CodeFor::Enterprise(p.enterprise.id),
        holder_key: p.enterprise.key.public(),
        ..world.code_apply("enterprise", &[Kind::BusinessPermit])
    };
    let id = world.apply_with(apply, &[]);
    world.attest_all(id);
    let code = world.application(id).code.unwrap();
    let vehicle = world.new_vehicle("lorry", lorry(4_000));
    assert_eq!(world.why(&p.enterprise.key, bind(code, vehicle)), ["invalid_field code"]);
    let operator = Some(Operator::Organisation(p.enterprise.id));
    let set = OperatorSet { code, operator, statements: Vec::new() };
    assert_eq!(world.why(&p.enterprise.key, set), ["invalid_field code"]);
}

#[test]
fn binding_needs_a_licence_of_the_class_and_a_valid_policy() {
    let mut world = World::new();
    let p = world.parties.clone();
    let vehicle = world.new_vehicle("lorry", lorry(4_500));
    let driver = world.new_driver("driver", LIGHT);
    let subject = Subject::Person(driver.person);
    let small = CertificateAttest {
        class: licence_of("C1"),
        ..world.attestation(subject, Kind::DrivingLicence)
    };
    world.attested(small);
    let policy = world.vehicle(vehicle).dossier.certificate(Kind::Policy).unwrap().id;
    let subject = Subject::Vehicle(vehicle);
    let suspend = CertificateSuspend { subject, certificate: policy, reason: word("unpaid") };
    world.send(&p.insurer.key, suspend);
    let stated = world.stated(bind(driver.code, vehicle), &[&p.enterprise.key]);
    assert_eq!(
        world.why(&driver.key, stated),
        ["class_unfit driving_licence", "certificate_missing compulsory_policy"]
    );
}

#[test]
fn holder_operator_and_owner_bind_together_whoever_of_them_sends() {
    let parties = ["driver", "other_enterprise", "enterprise"];
    for sender in 0..3 {
        let mut world = World::new();
        let p = world.parties.clone();
        let vehicle = world.new_vehicle("lorry", lorry(4_000));
        let operator = Some(WantedOperator::Organisation(p.other_enterprise.id));
        let wanted = CodeFor::Driver { vehicles: Vec::new(), operator };
        let apply = CodeApply { wanted, ..world.code_apply("driver", LIGHT) };
        let driver = world.driver_of("driver", apply, &[&p.other_enterprise.key]);
        let others: Vec<SecretKey> =
            (0..3).filter(|n| *n != sender).map(|n| key(parties[n])).collect();
        let sender = key(parties[sender]);
        for other in &others {
            let half = world.stated(bind(driver.code, vehicle), &[other]);
            assert_eq!(world.why(&sender, half), ["statement_missing"]);
        }
        let all: Vec<_> = others.iter().collect();
        let strange = world.stated(bind(driver.code, vehicle), &all);
        assert_eq!(world.why(&p.platform.key, strange), ["not_allowed"]);
        let action = world.stated(bind(driver.code, vehicle), &all);
        world.send(&sender, action);
        assert_eq!(world.code(driver.code).current, Some(vehicle));
    }
}

#[test]
fn nobody_binds_anothers_vehicle_by_operating_alone() {
    let mut world = World::new();
    let vehicle = world.new_vehicle("lorry", lorry(4_000));
    let driver = world.new_driver("driver", LIGHT);
    let operator = Some(Operator::Person(driver.person));
    let set = OperatorSet { code: driver.code, operator, statements: Vec::new() };
    world.send(&driver.key, set);
    let why = world.why(&driver.key, bind(driver.code, vehicle));
    assert_eq!(why, ["statement_missing"]);
    bound(&mut world, &driver, vehicle);
}

#[test]
fn holder_operator_and_owner_each_unbind() {
    for name in ["driver", "other_enterprise", "enterprise"] {
        let mut world = World::new();
        let p = world.parties.clone();
        let vehicle = world.new_vehicle("lorry", lorry(4_000));
        let operator = Some(WantedOperator::Organisation(p.other_enterprise.id));
        let wanted = CodeFor::Driver { vehicles: vec![vehicle], operator };
        let apply = CodeApply { wanted, ..world.code_apply("driver", LIGHT) };
        let driver = world.driver_of("driver", apply, &[&p.other_enterprise.key]);
        let unbind = VehicleUnbind { code: driver.code, vehicle };
        for other in [&p.platform, &p.regulator, &p.traffic_police] {
            assert_eq!(world.why(&other.key, unbind.clone()), ["not_allowed"]);
        }
        world.send(&key(name), unbind.clone());
        let code = world.code(driver.code);
        assert_eq!((code.vehicles.len(), code.current, code.of_vehicle), (0, None, None));
        let vehicle = world.vehicle(vehicle);
        assert_eq!((vehicle.drivers.len(), vehicle.current_for.len()), (0, 0));
        assert_eq!(world.why(&key(name), unbind), ["vehicle_not_bound vehicle"]);
    }
}

#[test]
fn the_holder_chooses_which_bound_vehicle_counts() {
    let mut world = World::new();
    let p = world.parties.clone();
    let vehicles = lorries(&mut world, 3);
    let driver = world.new_crew("driver", LIGHT, &vehicles[..2]);
    world.send(&p.traffic_police.key, matter(Subject::Vehicle(vehicles[0])));
    assert_eq!(world.colour(driver.code), Some(Colour::Yellow));
    let choose = |vehicle| VehicleChoose { code: driver.code, vehicle };
    assert_eq!(world.why(&p.enterprise.key, choose(Some(vehicles[1]))), ["not_allowed"]);
    let unbound = world.why(&driver.key, choose(Some(vehicles[2])));
    assert_eq!(unbound, ["vehicle_not_bound vehicle"]);
    for (chosen, colour) in [
        (Some(vehicles[1]), Colour::Blue),
        (Some(vehicles[1]), Colour::Blue),
        (Some(vehicles[0]), Colour::Yellow),
        (None, Colour::Blue),
    ] {
        world.send(&driver.key, choose(chosen));
        let code = world.code(driver.code);
        assert_eq!((code.current, code.colour), (chosen, Some(colour)));
        for vehicle in &vehicles[..2] {
            let counts = world.vehicle(*vehicle).current_for == [driver.code];
            assert_eq!(counts, chosen == Some(*vehicle));
        }
    }
}

#[test]
fn a_trailer_counts_with_the_vehicle_that_draws_it() {
    let mut world = World::new();
    let p = world.parties.clone();
    let (lorry, trailer) =
        (world.new_vehicle("lorry", lorry(2_500)), world.new_vehicle("trailer", trailer(2_000)));
    let driver = world.new_crew("driver", LIGHT, &[lorry]);
    world.send(&p.traffic_police.key, matter(Subject::Vehicle(trailer)));
    assert_eq!(world.colour(driver.code), Some(Colour::Blue));
    world.send(&p.enterprise.key, couple(lorry, trailer));
    let code = world.code(driver.code);
    assert_eq!((code.trailer, code.colour), (Some(trailer), Some(Colour::Yellow)));
    assert_eq!(world.vehicle(trailer).coupled, Some(lorry));
    world.send(&p.traffic_police.key, matter(Subject::Vehicle(trailer)));
    assert_eq!(world.code(driver.code).of_trailer.map(|sums| sums.open), Some(2));
    world.send(&p.enterprise.key, TrailerUncouple { vehicle: lorry });
    let code = world.code(driver.code);
    assert_eq!((code.trailer, code.colour), (None, Some(Colour::Blue)));
    assert_eq!(world.vehicle(trailer).coupled, None);
}

#[test]
fn masses_of_a_coupled_trailer_add_up_when_a_vehicle_is_bound() {
    for (trailer_kg, held, refused) in [
        (2_000, "C6", vec![]),
        (2_000, "C1", vec!["class_unfit driving_licence"]),
        (
            2_001,
            "C6",
            vec![
                "class_unfit driving_licence",
                "certificate_missing transport_permit",
                "certificate_missing trailer_transport_permit",
                "certificate_missing qualification",
                "certificate_missing business_permit",
            ],
        ),
    ] {
        let mut world = World::new();
        let p = world.parties.clone();
        let drawing = world.new_vehicle("lorry", lorry(2_500));
        let drawn = world.new_vehicle("trailer", trailer(trailer_kg));
        world.send(&p.enterprise.key, couple(drawing, drawn));
        let driver = world.new_driver("driver", LIGHT);
        let subject = Subject::Person(driver.person);
        let attest = world.attestation(subject, Kind::DrivingLicence);
        world.attested(CertificateAttest { class: licence_of(held), ..attest });
        let action = world.stated(bind(driver.code, drawing), &[&p.enterprise.key]);
        if refused.is_empty() {
            world.send(&driver.key, action);
            assert_eq!(world.code(driver.code).trailer, Some(drawn));
        } else {
            assert_eq!(world.why(&driver.key, action), refused);
        }
    }
}

#[test]
fn every_reason_against_a_coupling_is_listed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let others = VehicleOwner::Organisation(p.other_enterprise.id);
    let lorries = lorries(&mut world, 2);
    let own = world.new_vehicle("trailer", trailer(2_000));
    let second = world.new_vehicle("second trailer", trailer(2_000));
    let foreign = (others, p.other_enterprise.key.clone());
    let foreign = world.vehicle_owned("foreign", trailer(2_000), foreign);
    let enterprise = &p.enterprise.key;
    let nothing = VehicleId::default();
    assert_eq!(world.why(enterprise, couple(nothing, own)), ["not_found vehicle"]);
    assert_eq!(world.why(enterprise, couple(lorries[0], nothing)), ["not_found trailer"]);
    for other in [&p.other_enterprise, &p.regulator] {
        assert_eq!(world.why(&other.key, couple(lorries[0], own)), ["not_allowed"]);
    }
    assert_eq!(world.why(enterprise, couple(lorries[0], foreign)), ["statement_missing"]);
    assert_eq!(
        world.why(enterprise, couple(own, lorries[0])),
        ["not_a_trailer vehicle", "not_a_trailer trailer"]
    );
    assert_eq!(world.why(enterprise, couple(lorries[0], lorries[0])), ["not_a_trailer trailer"]);
    assert_eq!(world.why(enterprise, couple(own, own)), ["not_a_trailer vehicle"]);
    let agreed = world.stated(couple(lorries[0], foreign), &[&p.other_enterprise.key]);
    world.send(enterprise, agreed);
    assert_eq!(world.why(enterprise, couple(lorries[0], own)), ["already_coupled vehicle"]);
    let taken = world.stated(couple(lorries[1], foreign), &[&p.other_enterprise.key]);
    assert_eq!(world.why(enterprise, taken), ["already_coupled trailer"]);
    world.send(enterprise, couple(lorries[1], second));
    assert_eq!(
        world.why(enterprise, couple(lorries[1], foreign)),
        ["statement_missing", "already_coupled vehicle", "already_coupled trailer"]
    );
}

#[test]
fn the_owner_of_vehicle_or_trailer_uncouples() {
    for name in ["enterprise", "other_enterprise"] {
        let mut world = World::new();
        let p = world.parties.clone();
        let others = VehicleOwner::Organisation(p.other_enterprise.id);
        let lorry = world.new_vehicle("lorry", lorry(2_500));
        let drawn = world.vehicle_owned(
            "trailer",
            trailer(2_000),
            (others, p.other_enterprise.key.clone()),
        );
        let agreed = world.stated(couple(lorry, drawn), &[&p.other_enterprise.key]);
        let uncouple = |vehicle| TrailerUncouple { vehicle };
        assert_eq!(world.why(&p.enterprise.key, uncouple(lorry)), ["not_coupled vehicle"]);
        world.send(&p.enterprise.key, agreed);
        assert_eq!(world.why(&p.enterprise.key, uncouple(drawn)), ["not_coupled vehicle"]);
        assert_eq!(world.why(&p.platform.key, uncouple(lorry)), ["not_allowed"]);
        let nothing = uncouple(VehicleId::default());
        assert_eq!(world.why(&p.platform.key, nothing), ["not_found vehicle"]);
        world.send(&key(name), uncouple(lorry));
        assert_eq!(world.vehicle(lorry).coupled, None);
    }
}

#[test]
fn holder_and_operator_agree_on_the_operator_and_either_ends_it() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let other = world.new_driver("other", LIGHT);
    let set = |operator| OperatorSet { code: driver.code, operator, statements: Vec::new() };
    let of = |party: &Party| Some(Operator::Organisation(party.id));
    assert_eq!(world.why(&driver.key, set(of(&p.enterprise))), ["statement_missing"]);
    assert_eq!(world.why(&p.enterprise.key, set(of(&p.enterprise))), ["statement_missing"]);
    for unfit in [&p.regulator, &p.traffic_police, &p.insurer, &p.bank] {
        assert_eq!(world.why(&driver.key, set(of(unfit))), ["operator_invalid operator"]);
    }
    let nobody = Some(Operator::Organisation(OrganisationId::default()));
    assert_eq!(world.why(&driver.key, set(nobody)), ["not_found operator"]);
    let somebody = Some(Operator::Person(other.person));
    assert_eq!(world.why(&driver.key, set(somebody)), ["operator_invalid operator"]);
    let stated = world.stated(set(of(&p.platform)), &[&driver.key]);
    assert_eq!(world.why(&p.enterprise.key, stated), ["not_allowed"]);
    let stated = world.stated(set(of(&p.enterprise)), &[&p.enterprise.key]);
    world.send(&driver.key, stated);
    assert_eq!(world.code(driver.code).operator, of(&p.enterprise));
    assert_eq!(world.why(&p.platform.key, set(None)), ["not_allowed"]);
    world.send(&p.enterprise.key, set(None));
    let stated = world.stated(set(of(&p.platform)), &[&driver.key]);
    world.send(&p.platform.key, stated);
    world.send(&driver.key, set(None));
    assert_eq!(world.code(driver.code).operator, None);
    world.send(&driver.key, set(Some(Operator::Person(driver.person))));
}

#[test]
fn nothing_about_a_vehicle_changes_while_a_waybill_is_under_way() {
    let mut world = World::new();
    let p = world.parties.clone();
    let vehicles = lorries(&mut world, 2);
    let trailers: Vec<_> =
        ["one", "two"].iter().map(|name| world.new_vehicle(name, trailer(400))).collect();
    let driver = world.new_crew("driver", LIGHT, &vehicles);
    world.send(&p.enterprise.key, couple(vehicles[0], trailers[0]));
    world.under_way(&driver);
    let code = driver.code;
    let unbind = |vehicle| VehicleUnbind { code, vehicle };
    for key in [&driver.key, &p.enterprise.key] {
        assert_eq!(world.why(key, unbind(vehicles[0])), ["vehicle_under_way vehicle"]);
    }
    let other = VehicleChoose { code, vehicle: Some(vehicles[1]) };
    assert_eq!(world.why(&driver.key, other), ["vehicle_under_way code"]);
    let unbound = VehicleChoose { code, vehicle: Some(trailers[0]) };
    assert_eq!(
        world.why(&driver.key, unbound),
        ["vehicle_under_way code", "vehicle_not_bound vehicle"]
    );
    let uncouple = TrailerUncouple { vehicle: vehicles[0] };
    assert_eq!(world.why(&p.enterprise.key, uncouple), ["vehicle_under_way vehicle"]);
    assert_eq!(
        world.why(&p.enterprise.key, couple(vehicles[0], trailers[1])),
        ["already_coupled vehicle", "vehicle_under_way vehicle"]
    );
    let set = OperatorSet { code, operator: None, statements: Vec::new() };
    assert_eq!(world.why(&driver.key, set.clone()), ["code_has_waybill code"]);
    let unfit = Some(Operator::Organisation(p.insurer.id));
    assert_eq!(
        world.why(&driver.key, OperatorSet { operator: unfit, ..set }),
        ["code_has_waybill code", "operator_invalid operator"]
    );
    let stranger = &p.platform.key;
    let both = ["not_allowed", "vehicle_under_way vehicle"];
    assert_eq!(world.why(stranger, unbind(vehicles[0])), both);
    let both = ["not_allowed", "vehicle_not_bound vehicle"];
    assert_eq!(world.why(stranger, unbind(trailers[1])), both);
    world.send(&driver.key, unbind(vehicles[1]));
}
