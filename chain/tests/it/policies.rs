// SPDX-License-Identifier: Apache-2.0
//! Several policies of one vehicle: one that is in force covers for those of its kind that are over.

use crate::common::issue::*;
use crate::common::*;
use chain::Time;
use chain::actions::*;
use chain::ids::{ApplicationId, VehicleId};
use chain::records::{
    ApplicationState, Certificate, CertificateKind as Kind, CertificateState as State, ClaimState,
    Class, Colour, Matter, MatterKind, MatterState, PolicyKind, Subject,
};

const KINDS: [Kind; 2] = [Kind::VehicleLicence, Kind::Policy];

fn policy(kind: PolicyKind) -> Class {
    Class::Policy { kind }
}

/// The same vehicle applied for, its licence attested, and its policy, of a kind, until an instant.
fn applied_for(world: &mut World, kind: PolicyKind, until: Time) -> ApplicationId {
    let apply = world.vehicle_apply("lorry", &KINDS);
    let id = world.apply_with(apply, &[]);
    world.attest_as_usual(id, 0);
    let yes = Yes { class: policy(kind), valid_until: Some(until), ..world.yes(id, 1) };
    world.attest_claim(id, 1, yes);
    id
}

fn vehicle(world: &World, id: ApplicationId) -> VehicleId {
    let application = world.application(id);
    assert_eq!(application.state, ApplicationState::Issued);
    application.vehicle.unwrap()
}

/// A further policy that the insurer adds, from one instant until another.
fn add(world: &mut World, subject: Subject, kind: PolicyKind, (from, until): (Time, Time)) {
    let action = CertificateAttest {
        class: policy(kind),
        valid_from: from,
        valid_until: Some(until),
        ..world.attestation(subject, Kind::Policy)
    };
    world.attested(action);
}

fn policies(world: &World, subject: Subject) -> Vec<(PolicyKind, State)> {
    let of = |c: &Certificate| Some((c.policy()?, c.state));
    world.dossier(subject).certificates.iter().filter_map(of).collect()
}

#[test]
fn no_matter_opens_while_another_policy_of_the_kind_is_in_force() {
    use PolicyKind::Compulsory;
    let mut world = World::new();
    let (first, second) = (START.plus(20 * DAY), START.plus(100 * DAY));
    let id = applied_for(&mut world, Compulsory, first);
    let subject = Subject::Vehicle(vehicle(&world, id));
    applied_for(&mut world, Compulsory, second);
    assert_eq!(policies(&world, subject), [(Compulsory, State::Valid); 2]);
    world.pass_to(first);
    let states = [(Compulsory, State::Ended), (Compulsory, State::Valid)];
    assert_eq!(policies(&world, subject), states);
    assert_eq!(world.matters(subject), []);
    world.pass_to(second);
    assert_eq!(policies(&world, subject), [(Compulsory, State::Ended); 2]);
    let matter = world.matter(subject);
    assert_eq!((matter.opened_at, matter.settle_by), (second, second), "nothing covers it now");
    let now = world.clock;
    add(&mut world, subject, Compulsory, (now, now.plus(DAY)));
    assert_eq!(world.matters(subject), [], "a new one covers both");
}

#[test]
fn a_policy_of_another_kind_covers_nothing() {
    use PolicyKind::*;
    let mut world = World::new();
    let end = START.plus(20 * DAY);
    let id = applied_for(&mut world, Compulsory, end);
    let subject = Subject::Vehicle(vehicle(&world, id));
    add(&mut world, subject, ThirdParty, (START, end.plus(DAY)));
    world.pass_to(end);
    assert_eq!(world.matters(subject).len(), 1);
    add(&mut world, subject, ThirdParty, (START, end.plus(2 * DAY)));
    assert_eq!(world.matters(subject).len(), 1);
}

#[test]
fn a_policy_that_begins_as_another_ends_covers_it() {
    use PolicyKind::Compulsory;
    let mut world = World::new();
    let end = START.plus(20 * DAY);
    let id = applied_for(&mut world, Compulsory, end);
    let subject = Subject::Vehicle(vehicle(&world, id));
    add(&mut world, subject, Compulsory, (end, end.plus(10 * DAY)));
    world.pass_to(end);
    assert_eq!(world.matters(subject), []);
}

#[test]
fn an_application_with_a_policy_of_one_kind_counts_on_those_of_another() {
    use PolicyKind::*;
    let mut world = World::new();
    let end = START.plus(90 * DAY);
    let id = applied_for(&mut world, Compulsory, end);
    let subject = Subject::Vehicle(vehicle(&world, id));
    let again = applied_for(&mut world, ThirdParty, end);
    assert_eq!(Subject::Vehicle(vehicle(&world, again)), subject);
    assert_eq!(policies(&world, subject), [(Compulsory, State::Valid), (ThirdParty, State::Valid)]);
}

/// A vehicle whose compulsory policy ended on the 20th day, while its other one was no cover.
fn between_policies(world: &mut World, from: Time) -> Subject {
    let end = START.plus(20 * DAY);
    let id = applied_for(world, PolicyKind::Compulsory, end);
    let subject = Subject::Vehicle(vehicle(world, id));
    add(world, subject, PolicyKind::Compulsory, (from, START.plus(200 * DAY)));
    subject
}

#[test]
fn a_policy_that_begins_after_a_gap_covers_from_then_on() {
    let mut world = World::new();
    let (end, begin) = (START.plus(20 * DAY), START.plus(22 * DAY));
    let subject = between_policies(&mut world, begin);
    add(&mut world, subject, PolicyKind::ThirdParty, (begin, begin.plus(DAY)));
    world.pass_to(end);
    assert_eq!(world.matters(subject).len(), 1);
    world.pass_to(Time(begin.0 - 1));
    assert_eq!(world.matters(subject).len(), 1, "nothing covers it yet");
    let matter = world.matter(subject).id;
    world.pass_to(begin.plus(DAY));
    assert_eq!(world.matters(subject).len(), 1, "of the policy of the other kind");
    let matter: Matter = world.memory.get(matter.0).unwrap();
    assert_eq!((matter.state, matter.ended_at), (MatterState::Settled, Some(begin)));
}

#[test]
fn policies_of_two_kinds_that_begin_at_one_instant_both_cover() {
    use PolicyKind::*;
    let mut world = World::new();
    let (end, begin) = (START.plus(20 * DAY), START.plus(22 * DAY));
    let subject = between_policies(&mut world, begin);
    add(&mut world, subject, CarrierLiability, (START, end));
    world.pass_to(end);
    assert_eq!(world.matters(subject).len(), 2);
    // The one that ended is renewed in time for the other's beginning: a takeover, and a beginning.
    add(&mut world, subject, CarrierLiability, (begin, begin.plus(DAY)));
    world.pass_to(begin);
    assert_eq!(world.matters(subject), []);
}

#[test]
fn a_code_is_red_until_the_policy_begins() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let subject = Subject::Vehicle(lorry);
    let (end, begin) = (START.plus(20 * DAY), START.plus(22 * DAY));
    let first = world.certificate(subject, Kind::Policy);
    let renewed = CertificateAttest {
        renews: Some(first.id),
        valid_until: Some(end),
        ..world.attestation(subject, Kind::Policy)
    };
    world.attested(renewed);
    add(&mut world, subject, PolicyKind::Compulsory, (begin, START.plus(200 * DAY)));
    assert_eq!(world.code(driver.code).next_change_at, Some(end));
    world.pass_to(end);
    assert_eq!(world.colour(driver.code), Some(Colour::Red));
    assert_eq!(world.code(driver.code).next_change_at, Some(begin));
    world.pass_to(begin);
    assert_eq!(world.colour(driver.code), Some(Colour::Blue));
}

#[test]
fn a_policy_that_is_resumed_covers_again() {
    let mut world = World::new();
    let subject = between_policies(&mut world, START);
    let certificate = world.dossier(subject).certificates[2].id;
    let insurer = world.parties.insurer.key.clone();
    world.send(&insurer, CertificateSuspend { subject, certificate, reason: word("unpaid") });
    world.pass_to(START.plus(20 * DAY));
    assert_eq!(world.matters(subject).len(), 2, "one ended, one suspended");
    world.send(&insurer, CertificateResume { subject, certificate });
    assert_eq!(world.matters(subject), []);
}

#[test]
fn two_older_policies_of_an_application_undo_no_revocation_beside_one_that_ended() {
    use PolicyKind::Compulsory;
    let mut world = World::new();
    let end = START.plus(20 * DAY);
    let id = applied_for(&mut world, Compulsory, end);
    let subject = Subject::Vehicle(vehicle(&world, id));
    add(&mut world, subject, Compulsory, (START, START.plus(200 * DAY)));
    world.pass_to(Time(end.0 - DAY));
    let apply = world.vehicle_apply("lorry", &[Kind::VehicleLicence, Kind::Policy, Kind::Policy]);
    let id = world.apply_with(apply, &[]);
    for claim in [1, 2] {
        let yes = Yes { class: policy(Compulsory), ..world.yes(id, claim) };
        world.attest_claim(id, claim, yes);
    }
    let certificate = world.dossier(subject).certificates[2].id;
    let insurer = world.parties.insurer.key.clone();
    world.pass_to(end);
    world.send(&insurer, CertificateRevoke { subject, certificate, reason: word("unpaid") });
    world.attest_as_usual(id, 0);
    vehicle(&world, id);
    let states = [(Compulsory, State::Valid), (Compulsory, State::Revoked)];
    assert_eq!(policies(&world, subject), states, "one takes the place of what has ended");
    assert_eq!(world.matter(subject).kind, MatterKind::RevokedCertificate);
    assert_eq!(world.application(id).claims[2].state, ClaimState::Ended);
}
