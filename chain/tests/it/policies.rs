// SPDX-License-Identifier: Apache-2.0
//! Several policies of one vehicle: one that is in force covers for those of its kind that are over.

use crate::common::issue::*;
use crate::common::*;
use chain::Time;
use chain::actions::*;
use chain::ids::{ApplicationId, VehicleId};
use chain::records::{
    ApplicationState, Certificate, CertificateKind as Kind, CertificateState as State, Class,
    PolicyKind, Subject,
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
