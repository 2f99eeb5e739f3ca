// SPDX-License-Identifier: Apache-2.0
//! Making an application: who sponsors it, whose words it needs, and every reason against it.

use crate::common::issue::*;
use crate::common::*;
use chain::Action;
use chain::actions::*;
use chain::ids::{OrganisationId, Prefecture, VehicleId};
use chain::records::application::{CodeFor, WantedOperator};
use chain::records::{
    ApplicationState as State, CertificateKind as Kind, Custody, ParameterName, Subject,
    VehicleOwner,
};

#[test]
fn platforms_enterprises_and_regulators_sponsor() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let actions = |world: &mut World| -> [Action; 2] {
        let name = format!("applicant {}", world.fresh());
        let code = world.code_apply(&name, LIGHT);
        let vehicle = VehicleApply {
            owner: VehicleOwner::Holder(key(&name).public()),
            ..world.vehicle_apply(&name, &[Kind::VehicleLicence])
        };
        [world.stated(code, &[&key(&name)]), world.stated(vehicle, &[&key(&name)])]
    };
    for sponsor in [&p.platform, &p.enterprise, &p.other_enterprise, &p.regulator] {
        for action in actions(&mut world) {
            world.send(&sponsor.key, action);
        }
    }
    for other in [&p.public_security, &p.traffic_police, &p.transport, &p.insurer, &p.bank] {
        for action in actions(&mut world) {
            assert_eq!(world.why(&other.key, action), ["not_allowed"]);
        }
    }
    for action in actions(&mut world) {
        assert_eq!(world.why(&driver.key, action.clone()), ["not_allowed"]);
        assert_eq!(world.why(&key("stranger"), action), ["unknown_key"]);
    }
}

#[test]
fn every_reason_against_a_drivers_application_is_listed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let trailer = world.new_vehicle("trailer", trailer(4_000));
    let lorry = world.new_vehicle("lorry", lorry(4_000));
    let wanted = |vehicles: &[VehicleId], operator| CodeFor::Driver {
        vehicles: vehicles.to_vec(),
        operator,
    };
    let ok = world.code_apply("driver", LIGHT);
    let claim =
        |kind, attester: &Party| NewClaim { attester: attester.id, ..world.claim(kind, "driver") };
    let nobody = OrganisationId::default();
    let cases: Vec<(CodeApply, Vec<&str>)> = vec![
        (
            CodeApply { claims: Vec::new(), ..ok.clone() },
            vec!["certificate_missing identity", "certificate_missing driving_licence"],
        ),
        (
            CodeApply { prefecture: Prefecture(5304), ..ok.clone() },
            vec!["invalid_field prefecture"],
        ),
        (
            CodeApply { custody: Custody::Platform(p.bank.id), ..ok.clone() },
            vec!["invalid_field custody"],
        ),
        (CodeApply { custody: Custody::Platform(nobody), ..ok.clone() }, vec!["not_found custody"]),
        (
            CodeApply { wanted: wanted(&[lorry, lorry], None), ..ok.clone() },
            vec!["invalid_field vehicles"],
        ),
        (
            CodeApply { wanted: wanted(&[trailer], None), ..ok.clone() },
            vec!["invalid_field vehicles"],
        ),
        (
            CodeApply { wanted: wanted(&[VehicleId::default()], None), ..ok.clone() },
            vec!["not_found vehicles"],
        ),
        (
            CodeApply { wanted: wanted(&[lorry, lorry, lorry, trailer], None), ..ok.clone() },
            vec!["invalid_field vehicles", "too_many vehicles"],
        ),
        (
            CodeApply {
                wanted: wanted(&[], Some(WantedOperator::Organisation(p.bank.id))),
                ..ok.clone()
            },
            vec!["operator_invalid operator", "statement_missing"],
        ),
        (
            CodeApply {
                claims: vec![
                    claim(Kind::Identity, &p.public_security),
                    claim(Kind::Identity, &p.public_security),
                    claim(Kind::DrivingLicence, &p.public_security),
                    claim(Kind::Policy, &p.insurer),
                    claim(Kind::BusinessPermit, &p.transport),
                ],
                ..ok.clone()
            },
            vec![
                "invalid_field identity",
                "attester_not_registered driving_licence",
                "invalid_field policy",
                "invalid_field business_permit",
            ],
        ),
        (
            CodeApply {
                claims: vec![
                    claim(Kind::Identity, &p.public_security),
                    NewClaim { attester: nobody, ..claim(Kind::DrivingLicence, &p.bank) },
                ],
                ..ok.clone()
            },
            vec!["not_found attester"],
        ),
    ];
    for (action, expected) in cases {
        let action = world.stated(action, &[&key("driver")]);
        assert_eq!(world.why(&p.enterprise.key, action.clone()), expected, "{action:?}");
    }
    let used = CodeApply { holder_key: p.bank.key.public(), ..ok };
    assert_eq!(world.why(&p.enterprise.key, used), ["statement_missing", "key_in_use key"]);
}

#[test]
fn an_attester_of_another_prefecture_is_not_asked() {
    let mut world = World::new();
    let p = world.parties.clone();
    let scope = chain::records::Scope { kind: Kind::Identity, prefectures: vec![QUJING] };
    let scopes = OrganisationScopes { organisation: p.public_security.id, scopes: vec![scope] };
    world.send(&p.regulator.key, scopes);
    let in_kunming = world.code_apply("driver", LIGHT);
    let in_qujing = CodeApply { prefecture: QUJING, ..in_kunming.clone() };
    let in_kunming = world.stated(in_kunming, &[&key("driver")]);
    assert_eq!(world.why(&p.enterprise.key, in_kunming), ["attester_not_registered identity"]);
    world.apply_with(in_qujing, &[&key("driver")]);
}

#[test]
fn every_reason_against_an_enterprises_application_is_listed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let ok = CodeApply {
        wanted: CodeFor::Enterprise(p.enterprise.id),
        holder_key: p.enterprise.key.public(),
        ..world.code_apply("enterprise", &[Kind::BusinessPermit])
    };
    let of = |party: &Party| CodeApply {
        wanted: CodeFor::Enterprise(party.id),
        holder_key: party.key.public(),
        ..ok.clone()
    };
    let enterprise = &p.enterprise.key;
    let foreign_key = CodeApply { holder_key: key("driver").public(), ..ok.clone() };
    assert_eq!(world.why(enterprise, foreign_key), ["invalid_field holder_key"]);
    let bank = world.stated(of(&p.bank), &[&p.bank.key]);
    assert_eq!(world.why(enterprise, bank), ["invalid_field wanted"]);
    assert_eq!(world.why(enterprise, of(&p.other_enterprise)), ["statement_missing"]);
    let nobody = CodeApply { wanted: CodeFor::Enterprise(OrganisationId::default()), ..ok.clone() };
    assert_eq!(world.why(enterprise, nobody), ["invalid_field holder_key", "not_found wanted"]);
    let bare = CodeApply { claims: world.claims_of(&[Kind::Identity], "enterprise"), ..ok.clone() };
    assert_eq!(
        world.why(enterprise, bare),
        ["certificate_missing business_permit", "invalid_field identity"]
    );
    let id = world.apply_with(ok.clone(), &[]);
    assert_eq!(world.why(enterprise, ok.clone()), ["subject_exists wanted"]);
    world.attest_all(id);
    assert_eq!(world.why(enterprise, ok.clone()), ["subject_exists wanted"]);
    let other = of(&p.other_enterprise);
    world.apply_with(other, &[&p.other_enterprise.key]);
}

#[test]
fn every_reason_against_a_vehicles_application_is_listed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let ok = world.vehicle_apply("lorry", &[Kind::VehicleLicence]);
    let owner = |owner| VehicleApply { owner, ..ok.clone() };
    let cases: Vec<(VehicleApply, Vec<&str>)> = vec![
        (
            VehicleApply { claims: Vec::new(), ..ok.clone() },
            vec!["certificate_missing vehicle_licence"],
        ),
        (
            VehicleApply { prefecture: Prefecture(1), ..ok.clone() },
            vec!["invalid_field prefecture"],
        ),
        (owner(VehicleOwner::Organisation(OrganisationId::default())), vec!["not_found owner"]),
        (owner(VehicleOwner::Organisation(p.bank.id)), vec!["statement_missing"]),
        (owner(VehicleOwner::Holder(key("driver").public())), vec!["statement_missing"]),
        (
            VehicleApply {
                claims: world.claims_of(&[Kind::VehicleLicence, Kind::Identity], "lorry"),
                ..ok.clone()
            },
            vec!["invalid_field identity"],
        ),
    ];
    for (action, expected) in cases {
        assert_eq!(world.why(&p.enterprise.key, action.clone()), expected, "{action:?}");
    }
}

#[test]
fn a_drivers_application_needs_the_words_of_operator_and_owners() {
    let mut world = World::new();
    let p = world.parties.clone();
    let owner = world.new_driver("owner", LIGHT);
    let holders = VehicleOwner::Holder(owner.key.public());
    let foreign = world.vehicle_owned("foreign", lorry(4_000), (holders, owner.key.clone()));
    let second = world.vehicle_owned("second", lorry(4_000), (holders, owner.key.clone()));
    let others = VehicleOwner::Organisation(p.other_enterprise.id);
    let hired =
        world.vehicle_owned("hired", lorry(4_000), (others, p.other_enterprise.key.clone()));
    let operator = Some(WantedOperator::Organisation(p.other_enterprise.id));
    let wanted = CodeFor::Driver { vehicles: vec![foreign, second, hired], operator };
    let apply = CodeApply { wanted, ..world.code_apply("driver", LIGHT) };
    let words = [key("driver"), owner.key.clone(), p.other_enterprise.key.clone()];
    for missing in 0..words.len() {
        let given: Vec<_> = (0..words.len()).filter(|n| *n != missing).map(|n| &words[n]).collect();
        let action = world.stated(apply.clone(), &given);
        assert_eq!(world.why(&p.enterprise.key, action), ["statement_missing"], "{missing}");
    }
    let driver = world.driver_of("driver", apply, &[&words[1], &words[2]]);
    assert_eq!(world.code(driver.code).vehicles, [foreign, second, hired]);
}

#[test]
fn a_vehicle_whose_owner_is_not_registered_is_named_by_its_owner_alone() {
    let mut world = World::new();
    let p = world.parties.clone();
    let owners = (VehicleOwner::Holder(key("driver").public()), key("driver"));
    let lorry = world.vehicle_owned("lorry", lorry(4_000), owners);
    let wanted = CodeFor::Driver { vehicles: vec![lorry], operator: None };
    let thief = CodeApply { wanted: wanted.clone(), ..world.code_apply("thief", LIGHT) };
    let thief = world.stated(thief, &[&key("thief")]);
    assert_eq!(world.why(&p.enterprise.key, thief), ["not_allowed"]);
    let owners = (VehicleOwner::Holder(key("owner").public()), key("owner"));
    let vehicles = vec![world.vehicle_owned("trailer", trailer(400), owners)];
    let drawn = CodeFor::Driver { vehicles, operator: None };
    let thief = CodeApply { wanted: drawn, ..world.code_apply("thief", LIGHT) };
    let thief = world.stated(thief, &[&key("thief")]);
    assert_eq!(world.why(&p.enterprise.key, thief), ["not_allowed", "invalid_field vehicles"]);
    let own = CodeApply { wanted, ..world.code_apply("driver", LIGHT) };
    let driver = world.driver_of("driver", own, &[]);
    assert_eq!(world.code(driver.code).current, Some(lorry));
}

#[test]
fn a_one_man_business_operates_by_its_own_permit() {
    let mut world = World::new();
    let owners = (VehicleOwner::Holder(key("driver").public()), key("driver"));
    let heavy = world.vehicle_owned("heavy", lorry(12_000), owners);
    let wanted =
        CodeFor::Driver { vehicles: vec![heavy], operator: Some(WantedOperator::Applicant) };
    let mut apply = CodeApply { wanted, ..world.code_apply("driver", HEAVY) };
    apply.claims.push(world.claim(Kind::BusinessPermit, "driver"));
    let id = world.apply_with(apply, &[&key("driver")]);
    for claim in 0..3 {
        world.attest_as_usual(id, claim);
    }
    assert_eq!(world.application(id).state, State::Verifying);
    world.attest_as_usual(id, 3);
    let issued = world.application(id);
    assert_eq!(issued.state, State::Issued);
    let operator = world.code(issued.code.unwrap()).operator.map(Subject::from);
    assert_eq!(operator, issued.person.map(Subject::Person));
}

#[test]
fn two_applications_with_one_holder_key_lead_to_one_code() {
    let mut world = World::new();
    let police = world.parties.public_security.key.clone();
    let first = world.applied("driver", LIGHT);
    let twin =
        CodeApply { claims: world.claims_of(LIGHT, "twin"), ..world.code_apply("driver", LIGHT) };
    let twin = world.apply_with(twin, &[&key("driver")]);
    world.attest_all(first);
    world.attest_as_usual(twin, 1);
    let yes = world.yes(twin, 0);
    let answer = world.yes_to(twin, 0, yes);
    assert_eq!(world.why(&police, answer), ["key_in_use key"]);
}

#[test]
fn a_vehicle_that_has_its_drivers_by_then_refuses_the_last_yes() {
    let mut world = World::with(&[(ParameterName::DriversPerVehicle, 1)]);
    let police = world.parties.traffic_police.key.clone();
    let lorry = world.new_vehicle("lorry", lorry(4_000));
    let wanted = CodeFor::Driver { vehicles: vec![lorry], operator: None };
    let apply =
        |world: &World, name| CodeApply { wanted: wanted.clone(), ..world.code_apply(name, LIGHT) };
    let (first, second) = (apply(&world, "first"), apply(&world, "second"));
    let first = world.apply_with(first, &[&key("first")]);
    let second = world.apply_with(second, &[&key("second")]);
    world.attest_all(first);
    world.attest_as_usual(second, 0);
    let yes = world.yes(second, 1);
    let answer = world.yes_to(second, 1, yes);
    assert_eq!(world.why(&police, answer), ["too_many vehicle"]);
    assert_eq!(world.application(second).state, State::Verifying);
}

#[test]
fn at_most_eight_applications_name_a_vehicle() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let lorry = world.new_vehicle("lorry", lorry(4_000));
    let wanted = CodeFor::Driver { vehicles: vec![lorry], operator: None };
    for number in 0..9 {
        let name = format!("driver {number}");
        let apply = CodeApply { wanted: wanted.clone(), ..world.code_apply(&name, LIGHT) };
        let apply = world.stated(apply, &[&key(&name)]);
        if number < 8 {
            world.send(&enterprise, apply);
        } else {
            assert_eq!(world.why(&enterprise, apply), ["too_many vehicles"]);
        }
    }
}
