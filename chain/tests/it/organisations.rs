// SPDX-License-Identifier: Apache-2.0
//! Organisations: who admits them, what they attest and where, and what ends with them.

use crate::common::issue::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::{OrganisationId, Prefecture};
use chain::records::application::WantedOperator;
use chain::records::key::Roles;
use chain::records::organisation::{Identity, OrganisationKind, Scope};
use chain::records::{
    CertificateKind as Kind, CertificateState, CodeFor, Organisation, Owner, RegisteredKey,
    Standing, Subject,
};
use chain::{Action, Hash};

fn grant(name: &str) -> KeyGrant {
    KeyGrant { key: key(name).public(), roles: Roles::ALL }
}

fn scope(kind: Kind, prefectures: &[Prefecture]) -> Scope {
    Scope { kind, prefectures: prefectures.to_vec() }
}

fn insurer() -> OrganisationAdmit {
    OrganisationAdmit {
        kind: OrganisationKind::Insurer,
        identity: Identity::Open { credit_code: credit_code(50), name: "second".parse().unwrap() },
        prefecture: QUJING,
        scopes: vec![scope(Kind::Policy, &[QUJING])],
        keys: vec![grant("second insurer")],
    }
}

#[test]
fn a_regulator_admits_an_organisation_with_its_keys() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let id = OrganisationId(World::first_made(world.send(&regulator, insurer())));
    let organisation: Organisation = world.get(id.0);
    assert_eq!(organisation.admitted_at, world.memory.now());
    assert!(organisation.attests(Kind::Policy, QUJING));
    assert!(!organisation.attests(Kind::Policy, KUNMING));
    assert!(!organisation.attests(Kind::BankAccount, QUJING));
    let key: RegisteredKey = world.get(RegisteredKey::id_of(&key("second insurer").public()));
    assert_eq!(key.owner, Owner::Organisation(id));
}

#[test]
fn nobody_but_a_regulator_admits_scopes_ends_or_sets_parameters() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let p = world.parties.clone();
    let target = p.insurer.id;
    let actions: [Action; 4] = [
        insurer().into(),
        OrganisationScopes { organisation: target, scopes: Vec::new() }.into(),
        OrganisationEnd { organisation: target, reason: word("closed") }.into(),
        ParameterSet {
            name: chain::records::ParameterName::AnswerMs,
            value: DAY,
            from: START.plus(9 * DAY),
        }
        .into(),
    ];
    let others = [
        p.public_security,
        p.traffic_police,
        p.transport,
        p.insurer,
        p.bank,
        p.platform,
        p.enterprise,
    ];
    for action in actions {
        for other in &others {
            assert_eq!(world.why(&other.key, action.clone()), ["not_allowed"]);
        }
        assert_eq!(world.why(&driver.key, action.clone()), ["not_allowed"]);
        assert_eq!(world.why(&key("stranger"), action), ["unknown_key"]);
    }
}

#[test]
fn every_reason_against_an_admission_is_listed() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let personal = "92539903MA0QDY012D".parse().unwrap();
    let many = |count: u32| (0..count).map(|n| grant(&format!("key {n}"))).collect::<Vec<_>>();
    let no_role = Roles { admin: false, operate: false, attest: false };
    let operates = Roles { operate: true, ..no_role };
    let open = |credit_code| Identity::Open { credit_code, name: "name".parse().unwrap() };
    let with_keys = |keys| OrganisationAdmit { keys, ..insurer() };
    let with_scopes = |scopes| OrganisationAdmit { scopes, ..insurer() };
    let of_role = |roles| KeyGrant { roles, ..grant("role") };
    let cases: Vec<(OrganisationAdmit, &[&str])> = vec![
        (with_keys(vec![]), &["invalid_field keys"]),
        (with_keys(many(9)), &["invalid_field keys"]),
        (with_keys(vec![grant("twice"), grant("twice")]), &["invalid_field keys"]),
        (with_keys(vec![of_role(operates)]), &["invalid_field keys"]),
        (with_keys(vec![grant("one"), of_role(no_role)]), &["invalid_field keys"]),
        (with_keys(vec![grant("bank"), grant("insurer")]), &["key_in_use key"]),
        (with_scopes(vec![scope(Kind::Identity, &[])]), &["invalid_field scopes"]),
        (with_scopes(vec![scope(Kind::Policy, &[Prefecture(5304)])]), &["invalid_field scopes"]),
        (with_scopes(vec![scope(Kind::Policy, &[QUJING, QUJING])]), &["invalid_field scopes"]),
        (
            with_scopes(vec![scope(Kind::Policy, &[]), scope(Kind::Policy, &[QUJING])]),
            &["invalid_field scopes"],
        ),
        (
            OrganisationAdmit { prefecture: Prefecture(5304), ..insurer() },
            &["invalid_field prefecture"],
        ),
        (OrganisationAdmit { identity: open(personal), ..insurer() }, &["invalid_field identity"]),
        (
            OrganisationAdmit { identity: open(credit_code(5)), ..insurer() },
            &["already_exists identity"],
        ),
        (
            OrganisationAdmit {
                kind: OrganisationKind::Enterprise,
                identity: open(credit_code(1)),
                prefecture: Prefecture(1),
                scopes: vec![scope(Kind::Policy, &[])],
                keys: vec![KeyGrant { roles: operates, ..grant("regulator") }],
            },
            &[
                "invalid_field keys",
                "invalid_field prefecture",
                "invalid_field scopes",
                "already_exists identity",
                "key_in_use key",
            ],
        ),
    ];
    for (action, expected) in cases {
        assert_eq!(world.why(&regulator, action.clone()), expected, "{action:?}");
    }
    world.send(&regulator, with_keys(many(8)));
}

#[test]
fn each_kind_of_organisation_attests_what_is_its_own() {
    use OrganisationKind as O;
    for kind in [
        O::Regulator,
        O::Authority,
        O::Enterprise,
        O::Platform,
        O::Insurer,
        O::Bank,
        O::ServiceProvider,
    ] {
        for attests in [
            Kind::Identity,
            Kind::DrivingLicence,
            Kind::Qualification,
            Kind::VehicleLicence,
            Kind::TransportPermit,
            Kind::BusinessPermit,
            Kind::Policy,
            Kind::BankAccount,
        ] {
            let expected = match attests {
                Kind::Policy => kind == O::Insurer,
                Kind::BankAccount => kind == O::Bank,
                _ => kind == O::Authority,
            };
            assert_eq!(kind.may_attest(attests), expected, "{kind:?} {attests:?}");
        }
    }
}

#[test]
fn a_one_man_business_is_named_by_its_tag_once() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let personal = |name: &str| OrganisationAdmit {
        kind: OrganisationKind::Enterprise,
        identity: Identity::Personal { tag: Hash::of(b"tag") },
        scopes: Vec::new(),
        keys: vec![grant(name)],
        ..insurer()
    };
    world.send(&regulator, personal("one man"));
    assert_eq!(world.why(&regulator, personal("again")), ["already_exists identity"]);
}

#[test]
fn scopes_say_what_is_attested_from_now_on() {
    let mut world = World::new();
    let p = world.parties.clone();
    let id = world.applied("driver", LIGHT);
    let set = |scopes| OrganisationScopes { organisation: p.public_security.id, scopes };
    world.send(&p.regulator.key, set(vec![scope(Kind::Identity, &[QUJING])]));
    let yes = world.yes(id, 0);
    let answer = world.yes_to(id, 0, yes);
    assert_eq!(world.why(&p.public_security.key, answer), ["attester_not_registered identity"]);
    world.send(&p.regulator.key, set(vec![scope(Kind::Identity, &[QUJING, KUNMING])]));
    world.attest_all(id);
    assert_eq!(world.application(id).code.map(|code| world.code(code).prefecture), Some(KUNMING));
    let wrong = OrganisationScopes {
        organisation: p.insurer.id,
        scopes: vec![scope(Kind::BankAccount, &[])],
    };
    assert_eq!(world.why(&p.regulator.key, wrong), ["invalid_field scopes"]);
    let nobody = OrganisationScopes { organisation: OrganisationId::default(), scopes: Vec::new() };
    assert_eq!(world.why(&p.regulator.key, nobody), ["not_found organisation"]);
}

#[test]
fn an_organisation_that_has_ended_sends_nothing_and_its_word_is_worth_nothing() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let sponsored = world.applied("other", LIGHT);
    let end = |organisation| OrganisationEnd { organisation, reason: word("closed") };
    world.send(&p.regulator.key, end(p.enterprise.id));
    let ended: Organisation = world.get(p.enterprise.id.0);
    assert_eq!(ended.ended_at, Some(world.memory.now()));
    let own: [Action; 4] = [
        KeyEnd { key: p.enterprise.key.public() }.into(),
        ApplicationWithdraw { application: sponsored }.into(),
        world.code_apply("third", LIGHT).into(),
        OperatorSet { code: driver.code, operator: None, statements: Vec::new() }.into(),
    ];
    for action in own {
        assert_eq!(world.why(&p.enterprise.key, action), ["organisation_ended"]);
    }
    let apply = CodeApply {
        wanted: CodeFor::Driver {
            vehicles: Vec::new(),
            operator: Some(WantedOperator::Organisation(p.enterprise.id)),
        },
        ..world.code_apply("third", LIGHT)
    };
    let apply = world.stated(apply, &[&key("third"), &p.enterprise.key]);
    assert_eq!(
        world.why(&p.platform.key, apply),
        ["operator_invalid operator", "organisation_ended"]
    );
    assert_eq!(
        world.why(&p.regulator.key, end(p.enterprise.id)),
        ["organisation_ended organisation"]
    );
    let scopes = OrganisationScopes { organisation: p.enterprise.id, scopes: Vec::new() };
    assert_eq!(world.why(&p.regulator.key, scopes), ["organisation_ended organisation"]);
    assert_eq!(world.why(&p.regulator.key, end(p.regulator.id)), ["invalid_field organisation"]);
    let nobody = end(OrganisationId::default());
    assert_eq!(world.why(&p.regulator.key, nobody), ["not_found organisation"]);
}

#[test]
fn what_an_attester_attested_stays_when_its_registration_ends() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let subject = Subject::Person(driver.person);
    let licence = |world: &World| {
        world.person(driver.person).dossier.certificate(Kind::DrivingLicence).unwrap().clone()
    };
    let certificate = licence(&world).id;
    world.send(
        &p.regulator.key,
        OrganisationEnd { organisation: p.traffic_police.id, reason: word("merged") },
    );
    assert_eq!(licence(&world).state, CertificateState::Valid);
    assert_eq!(licence(&world).terms.attester, p.traffic_police.id);
    let suspend = CertificateSuspend { subject, certificate, reason: word("drunk") };
    assert_eq!(world.why(&p.traffic_police.key, suspend), ["organisation_ended"]);
    let later = world.code_apply("later", LIGHT);
    let later = world.stated(later, &[&key("later")]);
    assert_eq!(world.why(&p.enterprise.key, later), ["attester_not_registered driving_licence"]);
    let successor = OrganisationScopes {
        organisation: p.transport.id,
        scopes: vec![scope(Kind::DrivingLicence, &[])],
    };
    world.send(&p.regulator.key, successor);
    let renewed = world.attestation(subject, Kind::DrivingLicence);
    world.send(&p.transport.key, renewed);
    assert_eq!(licence(&world).terms.attester, p.transport.id);
    assert_eq!(licence(&world).id, certificate);
}

#[test]
fn the_code_of_an_enterprise_ends_with_its_registration() {
    let mut world = World::new();
    let p = world.parties.clone();
    let claims = world.claims_of(&[Kind::BusinessPermit], "enterprise");
    let apply = CodeApply {
        wanted: CodeFor::Enterprise(p.enterprise.id),
        holder_key: p.enterprise.key.public(),
        claims,
        ..world.code_apply("enterprise", &[])
    };
    let id = world.apply_with(apply, &[]);
    world.attest_all(id);
    let code = world.application(id).code.unwrap();
    assert_eq!(world.code(code).standing(), Standing::Issued);
    let end = OrganisationEnd { organisation: p.enterprise.id, reason: word("closed") };
    world.send(&p.regulator.key, end);
    assert_eq!(world.code(code).standing(), Standing::Cancelled);
    assert_eq!(world.get::<Organisation>(p.enterprise.id.0).code, None);
}

#[test]
fn an_action_needs_a_key_with_its_role() {
    let mut world = World::new();
    let p = world.parties.clone();
    let role = |admin, operate, attest| Roles { admin, operate, attest };
    let keys = [
        ("admin", role(true, false, false)),
        ("operate", role(false, true, false)),
        ("attest", role(false, false, true)),
    ];
    for (name, roles) in keys {
        let add = KeyAdd { key: key(name).public(), roles, statements: Vec::new() };
        let add = world.stated(add, &[&key(name)]);
        world.send(&p.public_security.key, add);
    }
    let driver = world.new_driver("driver", LIGHT);
    let id = world.applied("other", LIGHT);
    let yes = world.yes(id, 0);
    let subject = Subject::Person(driver.person);
    let register = PersonKeyRegister {
        person: driver.person,
        key: key("new").public(),
        custody: chain::records::Custody::Device,
        statements: Vec::new(),
    };
    let cases: Vec<(&str, Action)> = vec![
        ("attest", world.yes_to(id, 0, yes).into()),
        ("attest", world.attestation(subject, Kind::Identity).into()),
        ("attest", world.stated(register, &[&key("new")])),
        ("operate", CodeSuspend { code: driver.code, reason: word("wanted") }.into()),
        ("operate", CodeCancel { code: driver.code, reason: word("death") }.into()),
        ("admin", KeyEnd { key: key("attest").public() }.into()),
    ];
    for (needed, action) in cases {
        for (name, _) in keys.iter().filter(|(name, _)| *name != needed) {
            assert_eq!(world.why(&key(name), action.clone()), ["role_missing"], "{action:?}");
        }
        let action = action.clone().with_statements(Vec::new());
        let action = match &action {
            Action::PersonKeyRegister(_) => world.stated(action, &[&key("new")]),
            _ => action,
        };
        world.send(&key(needed), action);
    }
}
