// SPDX-License-Identifier: Apache-2.0
//! Matters that the chain opens and settles itself, with what a certificate goes through (`domain.md`
//! section 3).

use crate::common::fleet::*;
use crate::common::*;
use chain::actions::*;
use chain::genesis::automatic_id;
use chain::ids::*;
use chain::keys::SecretKey;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Hash, Time, codec};

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
