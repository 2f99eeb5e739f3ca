// SPDX-License-Identifier: Apache-2.0
//! Matters: who opens, extends, settles and voids them, and until when (`domain.md` section 3).

#![allow(clippy::unwrap_used)]

mod common;

use chain::actions::*;
use chain::genesis::automatic_id;
use chain::ids::*;
use chain::keys::SecretKey;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Hash, Time, codec};
use common::fleet::*;
use common::*;

/// The chain's own matter of a certificate, by the formula.
fn own_id(subject: Subject, kind: MatterKind, certificate: CertificateId, at: Time) -> MatterId {
    MatterId(automatic_id(&[
        &codec::encode(&subject),
        &codec::encode(&kind),
        &certificate.0.0,
        &at.0.to_le_bytes(),
    ]))
}

#[test]
fn each_kind_that_people_open_has_its_time_to_settle() {
    for (kind, days) in
        [(MatterKind::Violation, 15), (MatterKind::Breach, 30), (MatterKind::Other, 15)]
    {
        let mut world = World::new();
        let driver = world.driver_for(&[], None);
        let subject = Subject::Person(driver.person);
        let occurred_at = START;
        let opened_at = world.clock;
        let action = MatterOpen { kind, occurred_at, ..world.violation(subject, 3) };
        let id = world.open_matter(action);
        let matter: Matter = world.get(id.0);
        assert_eq!((matter.kind, matter.state), (kind, MatterState::Open));
        assert_eq!((matter.occurred_at, matter.opened_at), (occurred_at, opened_at));
        assert_eq!(matter.settle_by, opened_at.plus(days * DAY), "{kind:?}");
        assert_eq!(matter.source.organisation, world.parties.traffic_police.id);
        assert!(!matter.source.automatic);
        let listed = world.person(driver.person).dossier.matters;
        assert_eq!(listed, [OpenMatter { id, settle_by: matter.settle_by, points: 3 }]);
    }
}

#[test]
fn a_matter_is_about_a_person_a_vehicle_or_an_operator() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let enterprise = world.parties.enterprise.id;
    for subject in
        [Subject::Person(driver.person), Subject::Vehicle(lorry), Subject::Organisation(enterprise)]
    {
        let id = world.open_violation(subject, 1);
        assert_eq!(world.matter(subject).id, id);
    }
}

#[test]
fn a_regulator_opens_a_matter_too() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let action = world.violation(Subject::Person(driver.person), 1);
    let regulator = world.parties.regulator.clone();
    let id = MatterId(World::first_made(world.send(&regulator.key, action)));
    assert_eq!(world.get::<Matter>(id.0).source.organisation, regulator.id);
}

#[test]
fn the_source_may_give_more_time_at_opening_and_never_less() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let police = world.parties.traffic_police.key.clone();
    let usual = |world: &World| world.clock.plus(15 * DAY);

    let early = Some(Time(usual(&world).0 - 1));
    let action = MatterOpen { settle_by: early, ..world.violation(subject, 1) };
    world.refuses(&police, action, &[(R::InvalidField, "settle_by")]);
    for more in [0, 1, 400 * DAY] {
        let settle_by = usual(&world).plus(more);
        let action = MatterOpen { settle_by: Some(settle_by), ..world.violation(subject, 1) };
        let id = world.open_matter(action);
        assert_eq!(world.get::<Matter>(id.0).settle_by, settle_by);
    }
}

#[test]
fn an_opening_that_is_wrong_all_over_is_told_every_reason() {
    let mut world = World::new();
    let police = world.parties.traffic_police.key.clone();
    let action = MatterOpen {
        subject: Subject::Person(PersonId::default()),
        kind: MatterKind::StudyShortfall,
        points: 2,
        over_limit: true,
        occurred_at: world.clock.plus(1),
        settle_by: Some(START),
        ..world.violation(Subject::Person(PersonId::default()), 0)
    };
    world.refuses(
        &police,
        action,
        &[
            (R::MatterAutomatic, "kind"),
            (R::InvalidField, "points"),
            (R::InvalidField, "over_limit"),
            (R::InvalidField, "occurred_at"),
            (R::InvalidField, "settle_by"),
            (R::NotFound, "subject"),
        ],
    );
}

#[test]
fn the_chains_own_kinds_are_opened_by_nobody() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let regulator = world.parties.regulator.key.clone();
    for kind in [
        MatterKind::StudyShortfall,
        MatterKind::EndedCertificate,
        MatterKind::SuspendedCertificate,
        MatterKind::RevokedCertificate,
    ] {
        let action = MatterOpen { kind, ..world.violation(Subject::Person(driver.person), 1) };
        world.refuses(&regulator, action, &[(R::MatterAutomatic, "kind")]);
    }
}

#[test]
fn points_are_0_1_3_5_10_or_20() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let police = world.parties.traffic_police.key.clone();
    for points in 0..=u8::MAX {
        let action = world.violation(Subject::Person(driver.person), points);
        if [0, 1, 3, 5, 10, 20].contains(&points) {
            world.open_matter(action);
        } else {
            world.refuses(&police, action, &[(R::InvalidField, "points")]);
        }
    }
}

#[test]
fn only_authorities_and_regulators_open_matters() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let action = world.violation(Subject::Person(driver.person), 1);
    let parties = world.parties.clone();
    for key in [&parties.insurer.key, &parties.bank.key, &parties.enterprise.key, &driver.key] {
        world.refuses(key, action.clone(), &[(R::NotAllowed, "")]);
    }
    world.refuses(&key("a stranger"), action, &[(R::UnknownKey, "")]);
}

#[test]
fn sixty_four_may_be_open_and_the_chains_own_go_beyond() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let police = world.parties.traffic_police.key.clone();
    let ids: Vec<MatterId> = (0..64).map(|_| world.open_violation(subject, 0)).collect();
    let action = world.violation(subject, 0);
    world.refuses(&police, action, &[(R::TooMany, "subject")]);

    let licence = world.certificate(subject, CertificateKind::DrivingLicence).id;
    let suspend = CertificateSuspend { subject, certificate: licence, reason: word("drunk") };
    world.send(&police, suspend);
    assert_eq!(world.matters(subject).len(), 65);
    assert_eq!(world.code(driver.code).own.open, 65);

    world.send(&police, MatterSettle { matter: ids[0] });
    let action = world.violation(subject, 0);
    world.refuses(&police, action, &[(R::TooMany, "subject")]);
    world.send(&police, MatterSettle { matter: ids[1] });
    world.open_violation(subject, 0);
    assert_eq!(world.matters(subject).len(), 64);
}

/// Who may do what to a matter that the traffic police opened.
#[test]
fn the_source_extends_and_the_source_or_a_regulator_settles_or_voids() {
    type Act = fn(MatterId, Time) -> chain::Action;
    let extend: Act =
        |matter, by| MatterExtend { matter, settle_by: by, reason: word("hardship") }.into();
    let settle: Act = |matter, _| MatterSettle { matter }.into();
    let void: Act = |matter, _| MatterVoid { matter, reason: word("mistake") }.into();
    for (act, name, regulator_may) in
        [(extend, "extend", false), (settle, "settle", true), (void, "void", true)]
    {
        let mut world = World::new();
        let driver = world.driver_for(&[], None);
        let subject = Subject::Person(driver.person);
        let matter = world.open_violation(subject, 1);
        let parties = world.parties.clone();
        let later = world.clock.plus(100 * DAY);
        let others =
            [&parties.transport.key, &parties.insurer.key, &parties.enterprise.key, &driver.key];
        for key in others {
            world.refuses(key, act(matter, later), &[(R::NotAllowed, "")]);
        }
        if regulator_may {
            world.send(&parties.regulator.key, act(matter, later));
        } else {
            let key = &parties.regulator.key;
            world.refuses(key, act(matter, later), &[(R::NotAllowed, "")]);
        }
        let matter = world.open_violation(subject, 1);
        world.send(&parties.traffic_police.key, act(matter, later));
        assert_ne!(world.get::<Matter>(matter.0).extension.is_some(), regulator_may, "{name}");
    }
}

#[test]
fn an_extension_is_later_than_what_was_and_than_now() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let police = world.parties.traffic_police.key.clone();
    let matter = world.open_violation(subject, 1);
    let settle_by = world.get::<Matter>(matter.0).settle_by;
    let extend = |settle_by| MatterExtend { matter, settle_by, reason: word("hardship") };
    for by in [Time(0), Time(settle_by.0 - 1), settle_by] {
        world.refuses(&police, extend(by), &[(R::InvalidField, "settle_by")]);
    }
    world.send(&police, extend(settle_by.plus(1)));
    let extended: Matter = world.get(matter.0);
    assert_eq!(extended.settle_by, settle_by.plus(1));
    assert_eq!(extended.extension, Some(word("hardship")));

    world.at(settle_by.plus(DAY));
    let now = world.clock;
    world.refuses(&police, extend(now), &[(R::InvalidField, "settle_by")]);
    let later = world.clock.plus(1);
    world.send(&police, extend(later));
    assert_eq!(world.matter(subject).settle_by, later);
}

#[test]
fn what_has_ended_is_neither_extended_nor_settled_nor_voided() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let police = world.parties.traffic_police.key.clone();
    let (settled, voided) = (world.open_violation(subject, 1), world.open_violation(subject, 1));
    let settled_at = world.clock;
    world.send(&police, MatterSettle { matter: settled });
    world.send(&police, MatterVoid { matter: voided, reason: word("mistake") });
    let record: Matter = world.get(settled.0);
    assert_eq!((record.state, record.ended_at), (MatterState::Settled, Some(settled_at)));
    let record: Matter = world.get(voided.0);
    assert_eq!((record.state, record.end_reason), (MatterState::Void, Some(word("mistake"))));
    assert_eq!(world.matters(subject), []);
    let later = world.clock.plus(100 * DAY);
    for matter in [settled, voided] {
        let ended = [(R::MatterEnded, "matter")];
        let reason = word("again");
        world.refuses(&police, MatterSettle { matter }, &ended);
        world.refuses(&police, MatterVoid { matter, reason: reason.clone() }, &ended);
        world.refuses(&police, MatterExtend { matter, settle_by: later, reason }, &ended);
    }
    let unknown = MatterSettle { matter: MatterId::default() };
    world.refuses(&police, unknown, &[(R::NotFound, "matter")]);
}

/// Kinds of certificates, what happens to them, and the days to settle that follow.
#[test]
fn the_chain_opens_a_matter_when_a_certificate_ends_is_suspended_or_revoked() {
    use CertificateKind as C;
    use MatterKind::*;
    for (kind, days_ended) in [
        (C::Identity, 15),
        (C::DrivingLicence, 0),
        (C::Qualification, 15),
        (C::VehicleLicence, 15),
        (C::TransportPermit, 15),
        (C::BusinessPermit, 15),
        (C::Policy, 0),
    ] {
        for (what, days) in
            [(EndedCertificate, days_ended), (SuspendedCertificate, 15), (RevokedCertificate, 0)]
        {
            let mut world = World::new();
            let (driver, lorry) = world.crew();
            let subject = match kind {
                C::Identity | C::DrivingLicence | C::Qualification => {
                    Subject::Person(driver.person)
                }
                C::BusinessPermit => Subject::Organisation(world.parties.enterprise.id),
                _ => Subject::Vehicle(lorry),
            };
            let certificate = world.certificate(subject, kind).id;
            let attester = world.attester(kind);
            let at = end_suspend_or_revoke(&mut world, (subject, kind), certificate, what);
            let matter = world.matter(subject);
            assert_eq!(matter.id, own_id(subject, what, certificate, at), "{kind:?} {what:?}");
            assert_eq!((matter.kind, matter.points), (what, 0));
            assert_eq!((matter.occurred_at, matter.opened_at), (at, at));
            assert_eq!(matter.settle_by, at.plus(days * DAY), "{kind:?} {what:?}");
            assert_eq!(matter.reference, Hash::ZERO);
            let source = MatterSource {
                organisation: attester.id,
                automatic: true,
                certificate: Some(certificate),
            };
            assert_eq!(matter.source, source);
        }
    }
}

/// Lets a certificate end, be suspended or be revoked; the instant.
fn end_suspend_or_revoke(
    world: &mut World,
    (subject, kind): (Subject, CertificateKind),
    certificate: CertificateId,
    what: MatterKind,
) -> Time {
    let key = world.attester(kind).key;
    let at = world.clock;
    let reason = word("office");
    match what {
        MatterKind::EndedCertificate => {
            let end = at.plus(DAY);
            world.attest(subject, kind, Some(end));
            world.pass_to(end.plus(5));
            return end;
        }
        MatterKind::SuspendedCertificate => {
            world.send(&key, CertificateSuspend { subject, certificate, reason })
        }
        _ => world.send(&key, CertificateRevoke { subject, certificate, reason }),
    };
    at
}

#[test]
fn other_policies_than_the_compulsory_one_leave_time_when_they_end() {
    for policy in [
        PolicyKind::ThirdParty,
        PolicyKind::CarrierLiability,
        PolicyKind::Cargo,
        PolicyKind::Damage,
    ] {
        let mut world = World::new();
        let lorry = Subject::Vehicle(world.lorry());
        let (now, end) = (world.clock, world.clock.plus(DAY));
        let class = Class::Policy { kind: policy };
        world.attest_as(lorry, (CertificateKind::Policy, class), (now, Some(end)));
        world.pass_to(end);
        assert_eq!(world.matter(lorry).settle_by, end.plus(15 * DAY), "{policy:?}");
    }
}

#[test]
fn the_chains_own_matters_are_settled_by_what_ends_their_cause_alone() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let certificate = world.certificate(subject, CertificateKind::Qualification).id;
    let parties = world.parties.clone();
    let suspend = CertificateSuspend { subject, certificate, reason: word("office") };
    world.send(&parties.transport.key, suspend.clone());
    let matter = world.matter(subject).id;
    for key in [&parties.transport.key, &parties.regulator.key] {
        world.refuses(key, MatterSettle { matter }, &[(R::MatterAutomatic, "matter")]);
    }
    let resumed_at = world.clock;
    world.send(&parties.transport.key, CertificateResume { subject, certificate });
    let settled: Matter = world.get(matter.0);
    assert_eq!((settled.state, settled.ended_at), (MatterState::Settled, Some(resumed_at)));
    assert_eq!(world.matters(subject), []);

    world.send(&parties.transport.key, suspend);
    let again = world.matter(subject).id;
    assert_ne!(again, matter, "another instant is another matter");
    let end = world.clock.plus(DAY);
    world.attest(subject, CertificateKind::Qualification, Some(end));
    assert_eq!(world.matters(subject), [], "a renewal settles");
    world.pass_to(end);
    assert_eq!(world.matter(subject).kind, MatterKind::EndedCertificate);
}

#[test]
fn the_attester_or_a_regulator_extends_and_voids_the_chains_own() {
    for regulator in [false, true] {
        let mut world = World::new();
        let driver = world.driver_for(&[], None);
        let subject = Subject::Person(driver.person);
        let end = world.clock.plus(DAY);
        world.attest(subject, CertificateKind::DrivingLicence, Some(end));
        world.pass_to(end);
        assert_eq!(world.colour(driver.code), Some(Colour::Red));
        let matter = world.matter(subject).id;
        let parties = world.parties.clone();
        let key: &SecretKey =
            if regulator { &parties.regulator.key } else { &parties.traffic_police.key };
        let later = world.clock.plus(DAY);
        let extend = MatterExtend { matter, settle_by: later, reason: word("queue") };
        world.refuses(&parties.transport.key, extend.clone(), &[(R::NotAllowed, "")]);
        world.send(key, extend);
        assert_eq!(world.colour(driver.code), Some(Colour::Yellow), "red may turn yellow again");
        world.send(key, MatterVoid { matter, reason: word("mistake") });
        assert_eq!(world.colour(driver.code), Some(Colour::Blue));
    }
}

#[test]
fn a_suspended_certificate_that_ends_or_is_revoked_changes_its_matter() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let kind = CertificateKind::Qualification;
    let end = world.clock.plus(10 * DAY);
    world.attest(subject, kind, Some(end));
    let certificate = world.certificate(subject, kind).id;
    let transport = world.parties.transport.key.clone();
    let reason = word("office");
    world.send(&transport, CertificateSuspend { subject, certificate, reason: reason.clone() });
    let suspended = world.matter(subject).id;

    world.pass_to(end);
    assert_eq!(world.get::<Matter>(suspended.0).ended_at, Some(end));
    let ended = world.matter(subject);
    assert_eq!((ended.kind, ended.opened_at), (MatterKind::EndedCertificate, end));

    let revoked_at = world.clock;
    world.send(&transport, CertificateRevoke { subject, certificate, reason });
    assert_eq!(world.get::<Matter>(ended.id.0).state, MatterState::Settled);
    let revoked = world.matter(subject);
    assert_eq!(revoked.kind, MatterKind::RevokedCertificate);
    assert_eq!(revoked.settle_by, revoked_at);
}

#[test]
fn a_renewal_that_lies_ahead_settles_what_was_revoked_only_when_it_takes_over() {
    for revoked in [false, true] {
        let mut world = World::new();
        let driver = world.driver_for(&[], None);
        let subject = Subject::Person(driver.person);
        let kind = CertificateKind::DrivingLicence;
        let certificate = world.certificate(subject, kind).id;
        let what =
            if revoked { MatterKind::RevokedCertificate } else { MatterKind::EndedCertificate };
        end_suspend_or_revoke(&mut world, (subject, kind), certificate, what);
        assert_eq!(world.colour(driver.code), Some(Colour::Red));
        let from = world.clock.plus(10 * DAY);
        world.attest_as(subject, (kind, usual_class(kind)), (from, None));
        assert_eq!(world.colour(driver.code), Some(Colour::Red), "nothing holds yet");
        world.pass_to(Time(from.0 - 1));
        assert_eq!(world.matter(subject).state, MatterState::Open);
        world.pass_to(from);
        assert_eq!(world.colour(driver.code), Some(Colour::Blue));
        assert!(world.certificate(subject, kind).holds_at(from));
    }
}

#[test]
fn a_source_whose_registration_has_ended_does_nothing_and_a_regulator_settles() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let matter = world.open_violation(Subject::Person(driver.person), 1);
    let parties = world.parties.clone();
    let end = OrganisationEnd { organisation: parties.traffic_police.id, reason: word("merged") };
    world.send(&parties.regulator.key, end);
    let settle = MatterSettle { matter };
    world.refuses(&parties.traffic_police.key, settle.clone(), &[(R::OrganisationEnded, "")]);
    world.send(&parties.regulator.key, settle);
}

#[test]
fn a_matter_on_a_vehicle_follows_it_to_a_new_driver() {
    let mut world = World::new();
    let (first, lorry) = world.crew();
    world.open_violation(Subject::Vehicle(lorry), 3);
    assert_eq!(world.colour(first.code), Some(Colour::Yellow));
    world.send(&first.key, VehicleUnbind { code: first.code, vehicle: lorry });
    assert_eq!(world.colour(first.code), Some(Colour::Blue));
    let second = world.driver_with(&[lorry]);
    assert_eq!(world.colour(second.code), Some(Colour::Yellow));
}

#[test]
fn only_a_regulator_releases_a_vehicle() {
    let mut world = World::new();
    let vehicle = world.lorry();
    let release = VehicleRelease { vehicle, reason: word("inspected") };
    let parties = world.parties.clone();
    for key in [&parties.traffic_police.key, &parties.enterprise.key] {
        world.refuses(key, release.clone(), &[(R::NotAllowed, "")]);
    }
    let unknown = VehicleRelease { vehicle: VehicleId::default(), ..release.clone() };
    world.refuses(&parties.regulator.key, unknown, &[(R::NotFound, "vehicle")]);
    let now = world.clock;
    world.send(&parties.regulator.key, release);
    assert_eq!(world.vehicle(vehicle).released_at, Some(now));
}
