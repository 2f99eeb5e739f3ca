// SPDX-License-Identifier: Apache-2.0
//! What stands behind a code: each subject once, its certificates and what is open.

use crate::common::issue::*;
use crate::common::*;
use chain::Hash;
use chain::actions::OrganisationEnd;
use chain::ids::CodeId;
use chain::query::{PapersOf, Part, ended_among, papers};
use chain::records::CertificateKind::{self, *};
use chain::records::Subject;
use chain::records::application::WantedOperator;

fn of(world: &World, driver: &Driver) -> Vec<PapersOf> {
    papers(&world.memory, driver.code, world.memory.now()).1
}

fn shape(papers: &[PapersOf]) -> Vec<(Part, Vec<CertificateKind>, usize)> {
    let kinds = |of: &PapersOf| of.certificates.iter().map(|one| one.kind).collect();
    papers.iter().map(|of| (of.part, kinds(of), of.matters.len())).collect()
}

#[test]
fn a_code_shows_the_papers_of_holder_vehicle_and_operator() {
    let mut world = World::new();
    world.permit();
    let lorry = world.lorry();
    let driver = world.driver_with(&[lorry]);
    let vehicle = vec![VehicleLicence, Policy, TransportPermit];
    let holder = vec![Identity, DrivingLicence, Qualification];
    let found = of(&world, &driver);
    let sorted = |mut kinds: Vec<CertificateKind>| {
        kinds.sort();
        kinds
    };
    let found: Vec<_> =
        shape(&found).into_iter().map(|(part, kinds, open)| (part, sorted(kinds), open)).collect();
    let expected = [
        (Part::Holder, sorted(holder), 0),
        (Part::Vehicle, sorted(vehicle), 0),
        (Part::Operator, vec![BusinessPermit], 0),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_holder_who_operates_the_vehicle_is_there_once() {
    let mut world = World::new();
    let driver = world.driver_for(&[], Some(WantedOperator::Applicant));
    let parts: Vec<Part> = of(&world, &driver).iter().map(|of| of.part).collect();
    assert_eq!(parts, [Part::Holder]);
}

#[test]
fn what_is_open_is_told_in_full_until_it_is_settled() {
    let mut world = World::new();
    let driver = world.driver_with(&[]);
    let matter = world.open_violation(Subject::Person(driver.person), 3);
    let open = &of(&world, &driver)[0].matters;
    let told: Vec<_> = open.iter().map(|matter| (matter.id, matter.points)).collect();
    assert_eq!(told, [(matter, 3)]);
}

#[test]
fn a_code_that_was_never_issued_has_no_papers() {
    let world = World::new();
    let unknown = CodeId::made_by(chain::TransactionId(Hash::ZERO));
    let (answer, papers) = papers(&world.memory, unknown, world.memory.now());
    assert!(answer.record.is_none() && papers.is_empty());
}

#[test]
fn an_attester_that_has_ended_is_named_for_whatever_paper_it_attested() {
    let mut world = World::new();
    let parties = world.parties.clone();
    world.permit();
    let driver = world.driver_with(&[]);
    let end = OrganisationEnd { organisation: parties.transport.id, reason: word("office") };
    world.send(&parties.regulator.key, end);
    let found = of(&world, &driver);
    let ended = ended_among(&world.memory, &found, world.memory.now());
    assert_eq!(ended, [parties.transport.id], "of the operator's permit");
}
