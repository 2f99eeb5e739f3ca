// SPDX-License-Identifier: Apache-2.0
//! What a code shows together with its operator: two proofs under one header.

use chain::actions::{CertificateSuspend, CodeSuspend, OrganisationEnd};
use chain::ids::CodeId;
use chain::proof::{Proof, display, record_at, verify};
use chain::query;
use chain::records::application::WantedOperator;
use chain::records::{CertificateKind as Kind, RecordKey, RecordKind, Subject};
use chain::{Records, Time};
use serde_json::{Value, json};

use crate::common::fleet::{Driver, usual_class};
use crate::common::{DAY, START, World, word};
use crate::golden::keep;

fn proof(world: &World, key: RecordKey) -> Proof {
    record_at(&world.memory, &key, world.memory.header().height).unwrap()
}

/// What the proofs of a code and of an operator show at a time, as a vector.
fn case(name: &str, world: &World, (code, operator): (CodeId, Option<Subject>), at: Time) -> Value {
    let (trusted, depth) = (world.memory.header(), world.genesis.depth);
    let code_proof = proof(world, RecordKey { kind: RecordKind::Code, id: code.record() });
    let operator = operator.map(|operator| proof(world, operator.key()));
    let proven = verify(&code_proof, trusted, depth).unwrap();
    let of_operator = operator.as_ref().map(|proof| verify(proof, trusted, depth).unwrap());
    let shown = display(&proven, of_operator.as_ref(), trusted, at);
    if let Some(shown) = shown {
        let answer = query::code(&world.memory, code, at);
        assert_eq!((answer.displayed, answer.operator), (shown.colour, shown.operator), "{name}");
        assert_eq!(answer.valid_until, shown.until, "{name}");
    }
    json!({
        "name": name, "trusted": trusted, "code": code_proof, "operator": operator, "at": at,
        "known": shown.is_some(),
        "standing": shown.map(|shown| shown.standing),
        "colour": shown.and_then(|shown| shown.colour),
        "state": shown.map(|shown| shown.operator),
        "until": shown.and_then(|shown| shown.until),
    })
}

/// A driver of the enterprise, whose permit ends at an instant.
fn permitted(end: Time) -> (World, Driver, Subject) {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let enterprise = Subject::Organisation(world.parties.enterprise.id);
    world.attest(enterprise, Kind::BusinessPermit, Some(end));
    (world, driver, enterprise)
}

fn of_an_enterprise(cases: &mut Vec<Value>) {
    let end = START.plus(60 * DAY);
    let (mut world, driver, enterprise) = permitted(end);
    let code = driver.code;
    let (asked, now) = ((code, Some(enterprise)), world.memory.now());
    let before = Time(end.0 - 1);
    let other = Subject::Organisation(world.parties.other_enterprise.id);
    cases.extend([
        case("blue with a valid operator", &world, asked, now),
        case("until the last millisecond of the permit", &world, asked, before),
        case("at the end of the permit", &world, asked, end),
        case("before the header's time", &world, asked, Time(now.0 - 1)),
        case("without the operator's proof", &world, (code, None), now),
        case("with the proof of another organisation", &world, (code, Some(other)), now),
    ]);
    let mut suspended = world.clone();
    let certificate = world.certificate(enterprise, Kind::BusinessPermit).id;
    let transport = world.parties.transport.key.clone();
    let reason = word("checked");
    let suspend = CertificateSuspend { subject: enterprise, certificate, reason: reason.clone() };
    suspended.send(&transport, suspend);
    cases.push(case("yellow for a permit that is suspended", &suspended, asked, before));
    let regulator = world.parties.regulator.key.clone();
    let mut ended = world.clone();
    let organisation = world.parties.enterprise.id;
    ended.send(&regulator, OrganisationEnd { organisation, reason: reason.clone() });
    cases.push(case("yellow for an operator that has ended", &ended, asked, before));
    let mut stopped = world.clone();
    stopped.send(&regulator, CodeSuspend { code, reason });
    cases.push(case("a suspended code has no colour", &stopped, asked, before));
    let mut renewed = world.clone();
    let (from, class) = (START.plus(70 * DAY), usual_class(Kind::BusinessPermit));
    renewed.attest_as(enterprise, (Kind::BusinessPermit, class), (from, None));
    world.pass_to(end);
    renewed.pass_to(end);
    cases.extend([
        case("yellow for a permit that has ended", &world, asked, end.plus(400 * DAY)),
        case("yellow until its renewal takes over", &renewed, asked, Time(from.0 - 1)),
        case("as its renewal takes over", &renewed, asked, from),
    ]);
}

#[test]
fn what_is_shown_follows_from_code_and_operator_as_the_vectors_say() {
    let mut cases = Vec::new();
    of_an_enterprise(&mut cases);
    let mut world = World::new();
    let alone = world.driver_for(&[], None);
    let business = world.driver_for(&[], Some(WantedOperator::Applicant));
    let now = world.memory.now();
    let person = Subject::Person(business.person);
    cases.push(case("blue without an operator", &world, (alone.code, None), now));
    cases.push(case("blue as a one-man business", &world, (business.code, Some(person)), now));
    world.open_violation(person, 3);
    let settle_by = world.matter(person).settle_by;
    let before = Time(settle_by.0 - 1);
    cases.push(case("yellow by a matter", &world, (business.code, Some(person)), before));
    cases.push(case("as it is overdue", &world, (business.code, Some(person)), settle_by));
    keep("operators.json", &json!({ "genesis": world.genesis, "cases": cases }));
}
