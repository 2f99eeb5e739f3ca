// SPDX-License-Identifier: Apache-2.0
//! An attester acts on what is its own: its kinds, its prefectures, what it attested itself. What it
//! leaves behind when its registration ends is a regulator's.

use crate::common::issue::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::Prefecture;
use chain::records::{
    CertificateKind as Kind, CertificateState as State, Custody, Scope, Standing, Subject,
};

/// Lets the transport authority attest a kind in some prefectures: all if none is named.
fn also_attests(world: &mut World, kind: Kind, prefectures: &[Prefecture]) -> Party {
    let p = world.parties.clone();
    let scopes = vec![Scope { kind, prefectures: prefectures.to_vec() }];
    world.send(&p.regulator.key, OrganisationScopes { organisation: p.transport.id, scopes });
    p.transport
}

fn end_of(world: &mut World, party: &Party) {
    let regulator = world.parties.regulator.key.clone();
    world.send(&regulator, OrganisationEnd { organisation: party.id, reason: word("merged") });
}

#[test]
fn a_persons_new_key_comes_from_the_identity_authority_of_the_prefecture() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let register = |world: &mut World, name: &str| {
        let action = PersonKeyRegister {
            person: driver.person,
            key: key(name).public(),
            custody: Custody::Device,
            statements: Vec::new(),
        };
        world.stated(action, &[&key(name)])
    };
    let other = also_attests(&mut world, Kind::Identity, &[QUJING]);
    let action = register(&mut world, "stolen");
    assert_eq!(world.why(&other.key, action), ["attester_not_registered identity"]);
    also_attests(&mut world, Kind::Identity, &[QUJING, KUNMING]);
    let action = register(&mut world, "found");
    world.send(&other.key, action);
    world.send(&key("found"), CodeCancel { code: driver.code, reason: word("tired") });
    also_attests(&mut world, Kind::Identity, &[QUJING]);
    let apply = CodeApply { holder_key: key("new").public(), ..world.code_apply("driver", LIGHT) };
    let id = world.apply_with(apply, &[&key("new")]);
    world.attest_as_usual(id, 0);
    let action = register(&mut world, "stolen");
    assert_eq!(world.why(&other.key, action), ["attester_not_registered identity"]);
    let enterprise = world.parties.enterprise.key.clone();
    world.send(&enterprise, ApplicationWithdraw { application: id });
    let action = register(&mut world, "moved");
    world.send(&other.key, action);
    assert_eq!(world.person(driver.person).keys, [key("moved").public()], "at home nowhere now");
}

#[test]
fn a_code_is_cancelled_by_the_identity_authority_of_its_prefecture() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let cancel = CodeCancel { code: driver.code, reason: word("death") };
    let other = also_attests(&mut world, Kind::Identity, &[QUJING]);
    assert_eq!(world.why(&other.key, cancel.clone()), ["not_allowed"]);
    also_attests(&mut world, Kind::Identity, &[KUNMING]);
    world.send(&other.key, cancel);
    assert_eq!(world.code(driver.code).standing(), Standing::Cancelled);
}

#[test]
fn what_an_attester_suspended_or_revoked_no_other_attests_over_while_it_is_registered() {
    for is_revoked in [false, true] {
        let mut world = World::new();
        let police = world.parties.traffic_police.clone();
        let driver = world.new_driver("driver", LIGHT);
        let subject = Subject::Person(driver.person);
        let other = also_attests(&mut world, Kind::DrivingLicence, &[]);
        let certificate = world.certificate(subject, Kind::DrivingLicence).id;
        let reason = word("drunk");
        if is_revoked {
            world.send(&police.key, CertificateRevoke { subject, certificate, reason });
        } else {
            world.send(&police.key, CertificateSuspend { subject, certificate, reason });
        }
        let anew = world.attestation(subject, Kind::DrivingLicence);
        assert_eq!(world.why(&other.key, anew.clone()), ["not_allowed driving_licence"]);
        let mut itself = world.clone();
        itself.send(&police.key, anew.clone());
        itself.send(&other.key, anew.clone());
        let licence = itself.certificate(subject, Kind::DrivingLicence);
        assert_eq!((licence.state, licence.terms.attester), (State::Valid, other.id));
        end_of(&mut world, &police);
        world.send(&other.key, anew);
        assert_eq!(world.certificate(subject, Kind::DrivingLicence).state, State::Valid);
    }
}

#[test]
fn a_regulator_acts_for_an_attester_whose_registration_has_ended() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let subject = Subject::Person(driver.person);
    let certificate = world.certificate(subject, Kind::DrivingLicence).id;
    let suspend = CertificateSuspend { subject, certificate, reason: word("drunk") };
    let resume = CertificateResume { subject, certificate };
    let revoke = CertificateRevoke { subject, certificate, reason: word("forged") };
    let state = |world: &World| world.certificate(subject, Kind::DrivingLicence).state;
    assert_eq!(world.why(&p.regulator.key, suspend.clone()), ["not_allowed"]);
    end_of(&mut world, &p.traffic_police);
    for other in [&p.transport, &p.enterprise] {
        assert_eq!(world.why(&other.key, suspend.clone()), ["not_allowed"]);
    }
    world.send(&p.regulator.key, suspend);
    assert_eq!(state(&world), State::Suspended);
    world.send(&p.regulator.key, resume);
    assert_eq!(state(&world), State::Valid);
    world.send(&p.regulator.key, revoke);
    assert_eq!(state(&world), State::Revoked);
}
