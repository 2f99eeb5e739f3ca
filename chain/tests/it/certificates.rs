// SPDX-License-Identifier: Apache-2.0
//! Certificates of known subjects: attested, renewed early or late, suspended, revoked, ended.

use crate::common::issue::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::{CertificateId, OrganisationId, PersonId, Prefecture, VehicleId};
use chain::limits::POLICIES;
use chain::records::{
    Certificate, CertificateKind as Kind, CertificateState as State, Class, Colour, PolicyKind,
    Subject,
};
use chain::rules::licence;
use chain::{Past, Records, Time};

fn of(world: &World, subject: Subject) -> Vec<Certificate> {
    match subject {
        Subject::Person(id) => world.person(id).dossier.certificates,
        Subject::Vehicle(id) => world.vehicle(id).dossier.certificates,
        Subject::Organisation(id) => {
            world.get::<chain::records::Organisation>(id.0).dossier.certificates
        }
    }
}

fn licence(world: &World, driver: &Driver) -> Certificate {
    world.person(driver.person).dossier.certificate(Kind::DrivingLicence).unwrap().clone()
}

/// The attestation of a driver's licence between two instants.
fn renewal(world: &World, driver: &Driver, from: Time, until: Time) -> CertificateAttest {
    CertificateAttest {
        valid_from: from,
        valid_until: Some(until),
        root: digest("renewed"),
        ..world.attestation(Subject::Person(driver.person), Kind::DrivingLicence)
    }
}

fn policy(world: &World, vehicle: VehicleId, kind: PolicyKind) -> CertificateAttest {
    CertificateAttest {
        class: Class::Policy { kind },
        ..world.attestation(Subject::Vehicle(vehicle), Kind::Policy)
    }
}

#[test]
fn each_kind_fits_its_subjects() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let vehicle = world.new_vehicle("lorry", lorry(4_000));
    let subjects = [
        Subject::Person(driver.person),
        Subject::Vehicle(vehicle),
        Subject::Organisation(p.enterprise.id),
    ];
    for (kind, fits) in [
        (Kind::Identity, [true, false, false]),
        (Kind::DrivingLicence, [true, false, false]),
        (Kind::Qualification, [true, false, false]),
        (Kind::VehicleLicence, [false, true, false]),
        (Kind::TransportPermit, [false, true, false]),
        (Kind::BusinessPermit, [true, false, true]),
        (Kind::Policy, [false, true, false]),
        (Kind::BankAccount, [true, false, true]),
    ] {
        for (subject, fits) in subjects.into_iter().zip(fits) {
            let (attester, action) = (world.attester(kind).key, world.attestation(subject, kind));
            if fits {
                world.send(&attester, action);
                assert!(of(&world, subject).iter().any(|c| c.kind == kind));
            } else {
                assert_eq!(world.why(&attester, action), ["invalid_field kind"], "{kind:?}");
            }
        }
    }
}

#[test]
fn class_bits_fit_the_kind() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let vehicle = world.new_vehicle("lorry", lorry(4_000));
    let kinds = [
        Kind::Identity,
        Kind::DrivingLicence,
        Kind::Qualification,
        Kind::VehicleLicence,
        Kind::TransportPermit,
        Kind::Policy,
    ];
    for kind in kinds {
        for class in kinds.map(class_of) {
            let subject = match kind {
                Kind::Identity | Kind::DrivingLicence | Kind::Qualification => {
                    Subject::Person(driver.person)
                }
                _ => Subject::Vehicle(vehicle),
            };
            let fits = class == class_of(kind);
            let attester = world.attester(kind).key;
            let action = CertificateAttest { class, ..world.attestation(subject, kind) };
            if fits {
                world.send(&attester, action);
            } else {
                assert_eq!(world.why(&attester, action), ["invalid_field class"], "{kind:?}");
            }
        }
    }
    let police = world.parties.traffic_police.key.clone();
    for classes in [0, licence::ALL + 1, u16::MAX] {
        let action = CertificateAttest {
            class: Class::Licence { classes },
            ..world.attestation(Subject::Person(driver.person), Kind::DrivingLicence)
        };
        assert_eq!(world.why(&police, action), ["invalid_field class"]);
    }
}

#[test]
fn every_reason_against_an_attestation_is_listed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let subject = Subject::Person(driver.person);
    let now = world.clock;
    let wrong = CertificateAttest {
        prefecture: Prefecture(5304),
        valid_until: Some(now),
        class: Class::None,
        renews: Some(CertificateId::default()),
        ..world.attestation(Subject::Person(driver.person), Kind::VehicleLicence)
    };
    assert_eq!(
        world.why(&p.traffic_police.key, wrong.clone()),
        [
            "invalid_field prefecture",
            "invalid_field kind",
            "invalid_field valid_until",
            "invalid_field class",
            "not_found renews"
        ]
    );
    let mut listed = world.why(&p.insurer.key, wrong);
    assert_eq!(listed.remove(0), "attester_not_registered vehicle_licence");
    assert_eq!(listed.len(), 5);
    let reversed = renewal(&world, &driver, now.plus(2 * DAY), now.plus(2 * DAY));
    assert_eq!(world.why(&p.traffic_police.key, reversed), ["invalid_field valid_until"]);
    for nobody in
        [Subject::Person(PersonId::default()), Subject::Organisation(OrganisationId::default())]
    {
        let action = world.attestation(nobody, Kind::BankAccount);
        assert_eq!(world.why(&p.bank.key, action), ["not_found subject"]);
    }
    let identity = world.attestation(subject, Kind::Identity);
    for other in [&p.traffic_police, &p.insurer] {
        assert_eq!(world.why(&other.key, identity.clone()), ["attester_not_registered identity"]);
    }
    for other in [&p.regulator.key, &p.enterprise.key, &driver.key] {
        assert_eq!(world.why(other, identity.clone()), ["not_allowed"]);
    }
}

#[test]
fn a_renewal_that_holds_now_takes_the_place_of_the_old_one_and_keeps_its_id() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let before = licence(&world, &driver);
    let now = world.clock;
    let action = renewal(&world, &driver, now, now.plus(DAY));
    world.attested(action);
    let after = licence(&world, &driver);
    assert_eq!((after.id, after.state, after.next), (before.id, State::Valid, None));
    assert_eq!(after.terms.root, digest("renewed"));
    assert_eq!(after.terms.attested_at, now);
}

#[test]
fn an_early_renewal_takes_over_by_itself_and_the_colour_never_turns() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let end = START.plus(100 * DAY);
    let action = renewal(&world, &driver, START, end);
    world.attested(action);
    let action = renewal(&world, &driver, end, end.plus(100 * DAY));
    world.attested(action);
    let waiting = licence(&world, &driver);
    assert_eq!(waiting.terms.valid_until, Some(end));
    assert_eq!(waiting.next.as_ref().map(|next| next.valid_from), Some(end));
    world.pass_to(Time(end.0 - 1));
    assert!(licence(&world, &driver).notice);
    world.pass_to(end);
    let renewed = licence(&world, &driver);
    assert_eq!((renewed.state, renewed.notice, renewed.next), (State::Valid, false, None));
    assert_eq!(renewed.terms.valid_from, end);
    assert_eq!(world.colour(driver.code), Some(Colour::Blue));
}

#[test]
fn a_renewal_after_a_gap_settles_what_the_end_opened() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let (end, begin) = (START.plus(10 * DAY), START.plus(12 * DAY));
    let action = renewal(&world, &driver, START, end);
    world.attested(action);
    let action = renewal(&world, &driver, begin, begin.plus(100 * DAY));
    world.attested(action);
    for (at, state, colour) in [
        (Time(end.0 - 1), State::Valid, Colour::Blue),
        (end, State::Ended, Colour::Red),
        (Time(begin.0 - 1), State::Ended, Colour::Red),
        (begin, State::Valid, Colour::Blue),
    ] {
        world.pass_to(at);
        assert_eq!(
            (licence(&world, &driver).state, world.colour(driver.code)),
            (state, Some(colour))
        );
    }
}

#[test]
fn the_notice_bit_is_set_thirty_days_before_the_end_without_a_colour() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let end = START.plus(100 * DAY);
    let action = renewal(&world, &driver, START, end);
    world.attested(action);
    for (at, notice) in [(Time(START.plus(70 * DAY).0 - 1), false), (START.plus(70 * DAY), true)] {
        world.pass_to(at);
        assert_eq!(licence(&world, &driver).notice, notice);
        assert_eq!(world.colour(driver.code), Some(Colour::Blue));
    }
}

#[test]
fn what_comes_due_is_written_in_order_of_its_instants() {
    let mut world = World::new();
    let driver = world.new_driver("driver", LIGHT);
    let (end, late) = (START.plus(5 * DAY), START.plus(10 * DAY));
    let action = renewal(&world, &driver, START, end);
    world.attested(action);
    let action = renewal(&world, &driver, end, late);
    world.attested(action);
    world.pass_to(late);
    let changes = world.memory.changes_at(world.memory.header().height);
    let instants: Vec<_> = changes.iter().map(|change| change.at).collect();
    assert!(instants.is_sorted() && instants.len() > 3, "{changes:?}");
    assert_eq!((instants.first(), instants.last()), (Some(&end), Some(&late)));
}

#[test]
fn every_certificate_of_a_subject_may_end_at_one_instant() {
    let mut world = World::new();
    let vehicle = world.new_vehicle("lorry", lorry(4_000));
    let end = START.plus(40 * DAY);
    let subject = Subject::Vehicle(vehicle);
    for _ in 1..POLICIES {
        let cargo = policy(&world, vehicle, PolicyKind::Cargo);
        world.attested(CertificateAttest { valid_until: Some(end), ..cargo });
    }
    for kind in [Kind::VehicleLicence, Kind::TransportPermit] {
        let ending = world.attestation(subject, kind);
        world.attested(CertificateAttest { valid_until: Some(end), ..ending });
    }
    world.pass_to(end);
    let ended = of(&world, subject).into_iter().filter(|c| c.state == State::Ended).count();
    assert_eq!((ended, world.vehicle(vehicle).dossier.matters.len()), (9, 9));
    assert_eq!(world.vehicle(vehicle).next_change_at, None);
}

#[test]
fn a_suspension_is_lifted_by_who_laid_it_and_a_revocation_by_nobody() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let (subject, certificate) = (Subject::Person(driver.person), licence(&world, &driver).id);
    let suspend = CertificateSuspend { subject, certificate, reason: word("drunk") };
    let resume = CertificateResume { subject, certificate };
    let revoke = CertificateRevoke { subject, certificate, reason: word("forged") };
    for other in [&p.public_security, &p.transport, &p.regulator] {
        assert_eq!(world.why(&other.key, suspend.clone()), ["not_allowed"]);
        assert_eq!(world.why(&other.key, resume.clone()), ["not_allowed"]);
        assert_eq!(world.why(&other.key, revoke.clone()), ["not_allowed"]);
    }
    let police = &p.traffic_police.key;
    let no_certificate = CertificateResume { subject, certificate: CertificateId::default() };
    assert_eq!(world.why(police, no_certificate), ["not_found certificate"]);
    let nobody = Subject::Person(PersonId::default());
    let no_subject = CertificateResume { subject: nobody, certificate };
    assert_eq!(world.why(police, no_subject), ["not_found subject"]);
    let wrong = ["certificate_state certificate"];
    assert_eq!(world.why(police, resume.clone()), wrong);
    world.send(police, suspend.clone());
    assert_eq!(licence(&world, &driver).state, State::Suspended);
    assert_eq!(world.colour(driver.code), Some(Colour::Yellow));
    assert_eq!(world.why(police, suspend.clone()), wrong);
    world.send(police, resume.clone());
    assert_eq!(licence(&world, &driver).state, State::Valid);
    assert_eq!(world.colour(driver.code), Some(Colour::Blue));
    world.send(police, suspend.clone());
    world.send(police, revoke.clone());
    assert_eq!(licence(&world, &driver).state, State::Revoked);
    assert_eq!(world.colour(driver.code), Some(Colour::Red));
    assert_eq!(world.person(driver.person).dossier.matters.len(), 1);
    assert_eq!(world.why(police, suspend), wrong);
    assert_eq!(world.why(police, resume), wrong);
    assert_eq!(world.why(police, revoke), wrong);
}

#[test]
fn a_revoked_certificate_is_replaced_only_from_the_instant_at_which_a_new_one_holds() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let (subject, certificate) = (Subject::Person(driver.person), licence(&world, &driver).id);
    let waiting = renewal(&world, &driver, START.plus(DAY), START.plus(50 * DAY));
    world.attested(waiting);
    let reason = word("forged");
    world.send(&p.traffic_police.key, CertificateRevoke { subject, certificate, reason });
    world.pass_to(START.plus(2 * DAY));
    assert_eq!(world.colour(driver.code), Some(Colour::Red), "what waited was revoked with it");
    let begin = START.plus(5 * DAY);
    let action = renewal(&world, &driver, begin, begin.plus(DAY));
    world.attested(action);
    assert_eq!(licence(&world, &driver).state, State::Revoked);
    world.pass_to(Time(begin.0 - 1));
    assert_eq!(world.colour(driver.code), Some(Colour::Red));
    world.pass_to(begin);
    assert_eq!(licence(&world, &driver).state, State::Valid);
    assert_eq!(world.colour(driver.code), Some(Colour::Blue));
}

#[test]
fn a_certificate_ends_while_it_is_suspended() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let end = START.plus(10 * DAY);
    let action = renewal(&world, &driver, START, end);
    world.attested(action);
    let (subject, certificate) = (Subject::Person(driver.person), licence(&world, &driver).id);
    let reason = word("drunk");
    world.send(&p.traffic_police.key, CertificateSuspend { subject, certificate, reason });
    world.pass_to(end);
    assert_eq!(licence(&world, &driver).state, State::Ended);
    assert_eq!(world.person(driver.person).dossier.matters.len(), 1);
    let resume = CertificateResume { subject, certificate };
    assert_eq!(world.why(&p.traffic_police.key, resume), ["certificate_state certificate"]);
}

#[test]
fn a_vehicle_has_at_most_eight_policies() {
    let mut world = World::new();
    let insurer = world.parties.insurer.key.clone();
    let vehicle = world.new_vehicle("lorry", lorry(4_000));
    for _ in 1..POLICIES {
        let action = policy(&world, vehicle, PolicyKind::Cargo);
        world.send(&insurer, action);
    }
    let ninth = policy(&world, vehicle, PolicyKind::Cargo);
    assert_eq!(world.why(&insurer, ninth), ["too_many policy"]);
    let subject = Subject::Vehicle(vehicle);
    let certificate = of(&world, subject).last().unwrap().id;
    world.send(&insurer, CertificateRevoke { subject, certificate, reason: word("unpaid") });
    let ninth = policy(&world, vehicle, PolicyKind::Cargo);
    world.send(&insurer, ninth);
    let policies = of(&world, subject).into_iter().filter(|c| c.kind == Kind::Policy);
    assert_eq!(policies.count(), POLICIES);
    let place = of(&world, subject).into_iter().find(|c| c.id == certificate).unwrap();
    assert_eq!(place.state, State::Valid, "it took the place of one that was over");
}

#[test]
fn an_application_brings_no_more_policies_than_a_vehicle_may_have() {
    let mut world = World::new();
    let insurer = world.parties.insurer.key.clone();
    let kinds = [Kind::VehicleLicence, Kind::Policy];
    let apply = world.vehicle_apply("lorry", &kinds);
    let first = world.apply_with(apply.clone(), &[]);
    world.attest_all(first);
    let vehicle = world.application(first).vehicle.unwrap();
    for _ in 1..POLICIES {
        let action = policy(&world, vehicle, PolicyKind::Cargo);
        world.send(&insurer, action);
    }
    let again = world.apply_with(apply, &[]);
    world.attest_as_usual(again, 0);
    assert_eq!(world.application(again).vehicle, Some(vehicle));
    let yes = world.yes(again, 1);
    let last = world.yes_to(again, 1, yes);
    assert_eq!(world.why(&insurer, last), ["too_many policy"]);
}

#[test]
fn a_policy_is_renewed_by_one_of_its_kind() {
    let mut world = World::new();
    let insurer = world.parties.insurer.key.clone();
    let vehicle = world.new_vehicle("lorry", lorry(4_000));
    let subject = Subject::Vehicle(vehicle);
    let compulsory = of(&world, subject)[1].clone();
    let renews = Some(compulsory.id);
    let other = CertificateAttest { renews, ..policy(&world, vehicle, PolicyKind::ThirdParty) };
    assert_eq!(world.why(&insurer, other), ["invalid_field class"]);
    let same = CertificateAttest {
        renews,
        root: digest("renewed"),
        ..policy(&world, vehicle, PolicyKind::Compulsory)
    };
    world.send(&insurer, same);
    assert_eq!(of(&world, subject).len(), 2);
    assert_eq!(of(&world, subject)[1].terms.root, digest("renewed"));
    let another = policy(&world, vehicle, PolicyKind::ThirdParty);
    world.send(&insurer, another);
    assert_eq!(of(&world, subject).len(), 3);
}

#[test]
fn a_vehicle_never_becomes_a_trailer_nor_a_trailer_a_vehicle() {
    let mut world = World::new();
    let police = world.parties.traffic_police.key.clone();
    for (name, class, other) in
        [("lorry", lorry(4_000), trailer(4_000)), ("trailer", trailer(4_000), lorry(4_000))]
    {
        let vehicle = world.new_vehicle(name, class);
        let attest = |world: &World, class| CertificateAttest {
            class: Class::Vehicle(class),
            ..world.attestation(Subject::Vehicle(vehicle), Kind::VehicleLicence)
        };
        let turned = attest(&world, other.clone());
        assert_eq!(world.why(&police, turned), ["invalid_field class"]);
        // Nor by an application that joins it, whenever its licence was attested.
        let asked = world.vehicle_apply(&format!("{name} anew"), &[Kind::VehicleLicence]);
        let id = world.apply_with(asked, &[]);
        let vin = world.vehicle(vehicle).vin_tag;
        let tags = vec![vin, digest("plate")];
        let yes = Yes { class: Class::Vehicle(other.clone()), tags, ..world.yes(id, 0) };
        let answer = world.yes_to(id, 0, yes);
        assert_eq!(world.why(&police, answer), ["invalid_field class"]);
    }
}
