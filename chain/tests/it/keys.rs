// SPDX-License-Identifier: Apache-2.0
//! Keys of organisations and persons: added, replaced, ended, and never used again.

use crate::common::issue::*;
use crate::common::*;
use chain::Action;
use chain::actions::*;
use chain::ids::{OrganisationId, PersonId};
use chain::keys::SecretKey;
use chain::receipt::Outcome;
use chain::records::key::{Roles, Use};
use chain::records::{CertificateKind, Custody, Organisation, Owner, RegisteredKey, VehicleOwner};
use chain::refusal::RefusalCode;

const OPERATES: Roles = Roles { admin: false, operate: true, attest: false };

fn add(name: &str, roles: Roles) -> KeyAdd {
    KeyAdd { key: key(name).public(), roles, statements: Vec::new() }
}

fn replace(old: &SecretKey, new: &SecretKey) -> KeyReplace {
    KeyReplace { old: old.public(), new: new.public(), statements: Vec::new() }
}

fn registered(world: &World, key: &SecretKey) -> RegisteredKey {
    world.get(RegisteredKey::id_of(&key.public()))
}

/// Something that an enterprise's key with the role `operate` may send.
fn business(world: &mut World) -> Action {
    let name = format!("applicant {}", world.fresh());
    let apply = world.code_apply(&name, LIGHT);
    world.stated(apply, &[&key(&name)])
}

#[test]
fn an_admin_adds_a_key_that_states_that_it_is_in_hand() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.clone();
    let action = world.stated(add("clerk", OPERATES), &[&key("clerk")]);
    world.send(&enterprise.key, action);
    let clerk = registered(&world, &key("clerk"));
    assert_eq!(clerk.owner, Owner::Organisation(enterprise.id));
    assert_eq!(clerk.uses, Use::Organisation(OPERATES));
    assert_eq!(clerk.since, world.memory.now());
    let action = business(&mut world);
    world.send(&key("clerk"), action);
    assert_eq!(world.why(&key("clerk"), add("more", OPERATES)), ["role_missing"]);
}

#[test]
fn nobody_takes_a_key_that_is_anothers_to_come() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let id = world.applied("driver", LIGHT);
    assert_eq!(world.why(&enterprise, add("driver", Roles::ALL)), ["statement_missing"]);
    world.attest_all(id);
    assert!(world.application(id).code.is_some());
}

#[test]
fn every_reason_against_a_new_key_is_listed() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let none = Roles { admin: false, operate: false, attest: false };
    for number in 1..8 {
        let name = format!("key {number}");
        let action = world.stated(add(&name, OPERATES), &[&key(&name)]);
        world.send(&enterprise, action);
    }
    assert_eq!(
        world.why(&enterprise, add("bank", none)),
        ["too_many keys", "invalid_field roles", "key_in_use key", "statement_missing"]
    );
    let ninth = world.stated(add("ninth", OPERATES), &[&key("ninth")]);
    assert_eq!(world.why(&enterprise, ninth), ["too_many keys"]);
    world.send(&enterprise, KeyEnd { key: key("key 1").public() });
    let ninth = world.stated(add("ninth", OPERATES), &[&key("ninth")]);
    world.send(&enterprise, ninth);
    let again = world.stated(add("key 1", OPERATES), &[&key("key 1")]);
    assert_eq!(world.why(&enterprise, again), ["too_many keys", "key_in_use key"]);
}

#[test]
fn the_last_admin_key_cannot_end() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.clone();
    let end = |key: &SecretKey| KeyEnd { key: key.public() };
    let clerk = world.stated(add("clerk", OPERATES), &[&key("clerk")]);
    world.send(&enterprise.key, clerk);
    assert_eq!(world.why(&enterprise.key, end(&enterprise.key)), ["last_admin"]);
    world.send(&enterprise.key, end(&key("clerk")));
    let second = world.stated(add("second", Roles::ALL), &[&key("second")]);
    world.send(&enterprise.key, second);
    world.send(&key("second"), end(&enterprise.key));
    assert_eq!(registered(&world, &enterprise.key).ended_at, Some(world.memory.now()));
    assert_eq!(world.get::<Organisation>(enterprise.id.0).keys, [key("second").public()]);
    assert_eq!(world.why(&enterprise.key, end(&key("second"))), ["unknown_key"]);
    assert_eq!(world.why(&key("second"), end(&key("second"))), ["last_admin"]);
}

#[test]
fn a_key_that_is_not_the_senders_or_has_ended_is_not_found() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let bank = world.parties.bank.key.clone();
    let clerk = world.stated(add("clerk", OPERATES), &[&key("clerk")]);
    world.send(&enterprise, clerk);
    world.send(&enterprise, KeyEnd { key: key("clerk").public() });
    for other in [&bank, &key("clerk"), &key("nobody")] {
        let action = KeyEnd { key: other.public() };
        assert_eq!(world.why(&enterprise, action), ["not_found key"]);
        let action = world.stated(replace(other, &key("new")), &[&key("new")]);
        assert_eq!(world.why(&enterprise, action), ["not_found key"]);
    }
}

#[test]
fn a_replaced_key_signs_nothing_from_that_place_on_and_its_roles_stay() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.clone();
    let clerk = world.stated(add("clerk", OPERATES), &[&key("clerk")]);
    world.send(&enterprise.key, clerk);
    let (before, after, late) = (business(&mut world), business(&mut world), business(&mut world));
    let change = world.stated(replace(&key("clerk"), &key("heir")), &[&key("heir")]);
    let block = [
        world.sign(&key("clerk"), before),
        world.sign(&enterprise.key, change),
        world.sign(&key("clerk"), late),
        world.sign(&key("heir"), after),
    ];
    let outcomes = world.block(&block);
    let executed: Vec<_> = outcomes.iter().map(|o| matches!(o, Outcome::Executed { .. })).collect();
    assert_eq!(executed, [true, true, false, true]);
    let Outcome::Refused { reasons } = &outcomes[2] else { panic!("refused") };
    assert_eq!(reasons[0].code, RefusalCode::UnknownKey);
    assert_eq!(registered(&world, &key("heir")).uses, Use::Organisation(OPERATES));
    let missing = world.why(&enterprise.key, replace(&key("heir"), &key("next")));
    assert_eq!(missing, ["statement_missing"]);
    let used = world.stated(replace(&key("heir"), &key("clerk")), &[]);
    assert_eq!(world.why(&enterprise.key, used), ["key_in_use key", "statement_missing"]);
    let itself = world.stated(replace(&key("heir"), &key("heir")), &[&key("heir")]);
    assert_eq!(world.why(&enterprise.key, itself), ["key_in_use key"]);
}

#[test]
fn a_person_replaces_a_key_with_its_custody_and_keeps_the_last_one() {
    let mut world = World::new();
    let custody = Custody::Platform(world.parties.platform.id);
    let apply = CodeApply { custody, ..world.code_apply("driver", LIGHT) };
    let driver = world.driver_of("driver", apply, &[]);
    let action = world.stated(replace(&driver.key, &key("new phone")), &[&key("new phone")]);
    world.send(&driver.key, action);
    assert_eq!(registered(&world, &key("new phone")).uses, Use::Person(custody));
    assert_eq!(world.person(driver.person).keys, [key("new phone").public()]);
    let choose = VehicleChoose { code: driver.code, vehicle: None };
    assert_eq!(world.why(&driver.key, choose.clone()), ["unknown_key"]);
    world.send(&key("new phone"), choose);
    let last = KeyEnd { key: key("new phone").public() };
    assert_eq!(world.why(&key("new phone"), last), ["last_admin"]);
}

fn register(person: PersonId, name: &str, custody: Custody) -> PersonKeyRegister {
    PersonKeyRegister { person, key: key(name).public(), custody, statements: Vec::new() }
}

#[test]
fn after_verification_anew_the_old_key_signs_nothing_from_that_block_on() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let police = world.parties.public_security.key.clone();
    let custody = Custody::Platform(world.parties.platform.id);
    let action = world.stated(register(driver.person, "found", custody), &[&key("found")]);
    let choose = VehicleChoose { code: driver.code, vehicle: None };
    let block = [
        world.sign(&police, action),
        world.sign(&driver.key, choose.clone()),
        world.sign(&key("found"), choose),
    ];
    let outcomes = world.block(&block);
    let executed: Vec<_> = outcomes.iter().map(|o| matches!(o, Outcome::Executed { .. })).collect();
    assert_eq!(executed, [true, false, true]);
    assert_eq!(registered(&world, &driver.key).ended_at, Some(world.memory.now()));
    assert_eq!(registered(&world, &key("found")).uses, Use::Person(custody));
    assert_eq!(world.person(driver.person).keys, [key("found").public()]);
}

#[test]
fn every_reason_against_a_persons_new_key_is_listed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let device = |name| register(driver.person, name, Custody::Device);
    for other in [&p.regulator, &p.traffic_police, &p.transport, &p.insurer, &p.platform] {
        let action = world.stated(device("found"), &[&key("found")]);
        assert_eq!(world.why(&other.key, action), ["not_allowed"]);
    }
    assert_eq!(world.why(&driver.key, device("found")), ["not_allowed"]);
    let police = &p.public_security.key;
    let nobody = register(PersonId::default(), "found", Custody::Device);
    assert_eq!(world.why(police, nobody), ["not_found person"]);
    let no_platform = register(driver.person, "driver", Custody::Platform(p.enterprise.id));
    assert_eq!(
        world.why(police, no_platform),
        ["invalid_field custody", "key_in_use key", "statement_missing"]
    );
    let strange = Custody::Platform(OrganisationId::default());
    let strange = world.stated(register(driver.person, "found", strange), &[&key("found")]);
    assert_eq!(world.why(police, strange), ["not_found custody"]);
}

#[test]
fn a_key_that_has_ended_gives_no_word_as_an_owner() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let action = world.stated(replace(&driver.key, &key("new phone")), &[&key("new phone")]);
    world.send(&driver.key, action);
    let kinds = [CertificateKind::VehicleLicence, CertificateKind::Policy];
    let apply = VehicleApply {
        owner: VehicleOwner::Holder(driver.key.public()),
        ..world.vehicle_apply("lorry", &kinds)
    };
    let by_old = world.stated(apply.clone(), &[&driver.key]);
    assert_eq!(world.why(&p.enterprise.key, by_old), ["statement_missing"]);
    let by_new = world.stated(apply, &[&key("new phone")]);
    let id = chain::ids::ApplicationId(World::first_made(world.send(&p.enterprise.key, by_new)));
    world.refuse_claim(id, 1);
    let correct = ClaimCorrect {
        application: id,
        claim: world.claim(CertificateKind::Policy, "lorry again"),
        replaces: Some(1),
        statements: Vec::new(),
    };
    let by_old = world.stated(correct.clone(), &[&driver.key]);
    assert_eq!(world.why(&p.enterprise.key, by_old), ["statement_missing"]);
    let by_new = world.stated(correct, &[&key("new phone")]);
    world.send(&p.enterprise.key, by_new);
}
