// SPDX-License-Identifier: Apache-2.0
//! Parameters: announced ahead, within their ranges, and acting only on what begins after.

use crate::common::issue::*;
use crate::common::*;
use chain::Time;
use chain::actions::*;
use chain::ids::RecordId;
use chain::limits::PARAMETER_VALUES;
use chain::records::application::CodeFor;
use chain::records::parameters::ParameterValue;
use chain::records::{
    CertificateKind, CertificateState, ParameterName as Name, Parameters, Subject,
};

fn set(name: Name, value: u64, from: Time) -> ParameterSet {
    ParameterSet { name, value, from }
}

fn at(world: &World, name: Name, time: Time) -> u64 {
    world.get::<Parameters>(RecordId::default()).at(name, time)
}

#[test]
fn a_change_is_announced_a_day_ahead() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let short = set(Name::AnswerMs, DAY, world.clock.plus(DAY - 1));
    assert_eq!(world.why(&regulator, short), ["notice_too_short from"]);
    let from = world.clock.plus(DAY);
    world.send(&regulator, set(Name::AnswerMs, DAY, from));
    assert_eq!(at(&world, Name::AnswerMs, Time(from.0 - 1)), 7 * DAY);
    assert_eq!(at(&world, Name::AnswerMs, from), DAY);
}

#[test]
fn genesis_may_lower_the_notice_but_never_to_the_present() {
    let mut world = World::with(&[(Name::NoticeMs, 0)]);
    let regulator = world.parties.regulator.key.clone();
    let now = set(Name::AnswerMs, DAY, world.clock);
    assert_eq!(world.why(&regulator, now), ["notice_too_short from"]);
    let next = set(Name::AnswerMs, DAY, world.clock.plus(1));
    world.send(&regulator, next);
}

#[test]
fn the_notice_itself_is_changed_with_the_notice_in_force() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let from = world.clock.plus(DAY);
    world.send(&regulator, set(Name::NoticeMs, SECOND, from));
    world.at(Time(from.0 - 1));
    let soon = set(Name::AnswerMs, DAY, from.plus(SECOND));
    assert_eq!(world.why(&regulator, soon.clone()), ["notice_too_short from"]);
    world.send(&regulator, soon);
}

#[test]
fn every_reason_against_a_change_is_listed() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let past = set(Name::VehiclesPerDriver, 9, START);
    assert_eq!(world.why(&regulator, past), ["invalid_field value", "notice_too_short from"]);
}

#[test]
fn every_parameter_takes_the_ends_of_its_range_and_nothing_beyond() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    for name in Name::ALL {
        let (least, most) = name.range().into_inner();
        assert!(name.range().contains(&name.default_value()), "{name:?}");
        for (place, value) in [least, most].into_iter().enumerate() {
            let from = START.plus((40 + place as u64) * DAY);
            world.send(&regulator, set(*name, value, from));
            assert_eq!(at(&world, *name, from), value);
        }
        let beyond = [least.checked_sub(1), Some(most + 1)];
        for value in beyond.into_iter().flatten() {
            let action = set(*name, value, START.plus(50 * DAY));
            assert_eq!(world.why(&regulator, action), ["invalid_field value"], "{name:?} {value}");
        }
    }
}

#[test]
fn no_parameter_lets_more_than_eight_be_bound() {
    for name in [Name::VehiclesPerDriver, Name::DriversPerVehicle] {
        assert_eq!((name.default_value(), *name.range().end()), (3, 8));
    }
}

#[test]
fn a_value_for_the_same_instant_replaces_the_one_announced_before() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let from = START.plus(3 * DAY);
    world.send(&regulator, set(Name::AnswerMs, DAY, from));
    world.send(&regulator, set(Name::AnswerMs, 2 * DAY, from));
    let parameters: Parameters = world.get(RecordId::default());
    let answer = parameters.all.into_iter().find(|p| p.name == Name::AnswerMs).unwrap();
    let first = ParameterValue { from: Time(0), value: 7 * DAY };
    assert_eq!(answer.values, [first, ParameterValue { from, value: 2 * DAY }]);
}

#[test]
fn values_stand_in_order_of_their_instants_and_are_at_most_sixteen() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    for day in (2..PARAMETER_VALUES as u64 + 1).rev() {
        world.send(&regulator, set(Name::AnswerMs, day * SECOND, START.plus(day * DAY)));
    }
    let more = set(Name::AnswerMs, DAY, START.plus(40 * DAY));
    assert_eq!(world.why(&regulator, more), ["too_many name"]);
    for day in 2..PARAMETER_VALUES as u64 + 1 {
        assert_eq!(at(&world, Name::AnswerMs, START.plus(day * DAY)), day * SECOND);
    }
    let replaced = set(Name::AnswerMs, DAY, START.plus(16 * DAY));
    world.send(&regulator, replaced);
}

#[test]
fn the_oldest_value_makes_room_once_the_one_after_it_is_in_force() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let last = PARAMETER_VALUES as u64;
    for day in 2..=last {
        world.send(&regulator, set(Name::AnswerMs, day * SECOND, START.plus(day * DAY)));
    }
    world.at(Time(START.plus(2 * DAY).0 - 1));
    let more = set(Name::AnswerMs, DAY, START.plus(40 * DAY));
    assert_eq!(world.why(&regulator, more.clone()), ["too_many name"], "all others are to come");
    world.at(START.plus(2 * DAY));
    world.send(&regulator, more);
    let parameters: Parameters = world.get(RecordId::default());
    let answer = parameters.all.iter().find(|p| p.name == Name::AnswerMs).unwrap();
    assert_eq!(answer.values.len(), PARAMETER_VALUES);
    let oldest = ParameterValue { from: Time(0), value: 2 * SECOND };
    assert_eq!(answer.values[0], oldest, "it counts from the beginning");
    for day in 3..=last {
        let announced = ParameterValue { from: START.plus(day * DAY), value: day * SECOND };
        assert_eq!(answer.values[day as usize - 2], announced);
    }
    assert_eq!(at(&world, Name::AnswerMs, START.plus(40 * DAY)), DAY);
    let again = set(Name::AnswerMs, DAY, START.plus(41 * DAY));
    assert_eq!(world.why(&regulator, again), ["too_many name"]);
}

/// A notice was to come by a value that is dropped; nothing else comes in its place.
#[test]
fn a_certificate_does_not_end_early_where_the_value_behind_a_notice_was_dropped() {
    let mut world = World::with(&[(Name::NoticeMs, 0)]);
    let regulator = world.parties.regulator.key.clone();
    let driver = world.new_driver("driver", HEAVY);
    let subject = Subject::Person(driver.person);
    let day = |n: u64| START.plus(n * DAY);
    world.attest(subject, CertificateKind::DrivingLicence, Some(day(65)));
    world.attest(subject, CertificateKind::Qualification, Some(day(40)));
    world.pass_to(day(20));
    assert_eq!(world.person(driver.person).next_change_at, Some(day(35)));
    for _ in 0..PARAMETER_VALUES {
        let from = world.clock.plus(1);
        world.send(&regulator, set(Name::CertificateNoticeMs, 10 * DAY, from));
    }
    world.pass_to(day(35));
    let licence = world.certificate(subject, CertificateKind::DrivingLicence);
    let qualification = world.certificate(subject, CertificateKind::Qualification);
    assert_eq!((licence.notice, qualification.state), (false, CertificateState::Valid));
    assert_eq!(world.person(driver.person).next_change_at, Some(day(40)));
    world.pass_to(day(55));
    assert!(world.certificate(subject, CertificateKind::DrivingLicence).notice);
    assert_eq!(world.matter(subject).opened_at, day(40));
}

#[test]
fn the_time_to_answer_acts_on_claims_that_are_asked_after_it() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let from = START.plus(2 * DAY);
    world.send(&regulator, set(Name::AnswerMs, DAY, from));
    let before = world.applied("before", LIGHT);
    let asked = world.memory.now();
    world.at(from);
    let after = world.applied("after", LIGHT);
    assert_eq!(world.application(before).claims[0].answer_by, asked.plus(7 * DAY));
    assert_eq!(world.application(after).claims[0].answer_by, from.plus(DAY));
    assert_eq!(world.application(before).lapses_at, Some(asked.plus(7 * DAY)));
}

#[test]
fn corrections_and_the_time_in_all_are_those_of_the_application_s_day() {
    let mut world = World::new();
    let p = world.parties.clone();
    let from = START.plus(DAY + 2 * SECOND);
    world.send(&p.regulator.key, set(Name::Corrections, 0, from));
    world.send(&p.regulator.key, set(Name::ApplicationMs, DAY, from));
    let before = world.applied("before", LIGHT);
    let asked = world.memory.now();
    world.at(from);
    let after = world.applied("after", LIGHT);
    assert_eq!(world.application(after).lapses_at, Some(from.plus(DAY)));
    for (id, name, allowed) in [(before, "before", true), (after, "after", false)] {
        world.refuse_claim(id, 0);
        let correct = ClaimCorrect {
            application: id,
            claim: world.claim(CertificateKind::Identity, "corrected"),
            replaces: Some(0),
            statements: Vec::new(),
        };
        let correct = world.stated(correct, &[&key(name)]);
        if allowed {
            world.send(&p.enterprise.key, correct);
        } else {
            assert_eq!(world.why(&p.enterprise.key, correct), ["corrections_used_up"]);
        }
    }
    world.attest_as_usual(before, 0);
    world.refuse_claim(before, 1);
    assert_eq!(world.application(before).lapses_at, Some(asked.plus(30 * DAY)));
}

#[test]
fn an_application_that_began_before_a_limit_was_lowered_is_issued_by_the_old_one() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let vehicles: Vec<_> =
        ["one", "two", "three"].iter().map(|n| world.new_vehicle(n, lorry(4_000))).collect();
    let from = START.plus(DAY + 10 * SECOND);
    world.send(&regulator, set(Name::VehiclesPerDriver, 1, from));
    let wanted = CodeFor::Driver { vehicles: vehicles.clone(), operator: None };
    let apply = CodeApply { wanted, ..world.code_apply("driver", LIGHT) };
    let id = world.apply_with(apply.clone(), &[&key("driver")]);
    world.at(from);
    world.attest_all(id);
    let code = world.application(id).code.unwrap();
    assert_eq!(world.code(code).vehicles, vehicles);
    let second = CodeApply {
        holder_key: key("second").public(),
        claims: world.claims_of(LIGHT, "second"),
        ..apply
    };
    let second = world.stated(second, &[&key("second")]);
    let enterprise = world.parties.enterprise.key.clone();
    assert_eq!(world.why(&enterprise, second), ["too_many vehicles"]);
}

#[test]
fn the_notice_of_an_end_is_that_of_the_attestation_s_day() {
    let mut world = World::new();
    let regulator = world.parties.regulator.key.clone();
    let driver = world.new_driver("driver", LIGHT);
    let subject = Subject::Person(driver.person);
    let end = START.plus(100 * DAY);
    let before = CertificateAttest {
        valid_until: Some(end),
        ..world.attestation(subject, CertificateKind::DrivingLicence)
    };
    world.attested(before);
    let from = START.plus(DAY + 10 * SECOND);
    world.send(&regulator, set(Name::CertificateNoticeMs, 10 * DAY, from));
    assert_eq!(world.person(driver.person).next_change_at, Some(START.plus(70 * DAY)));
    world.at(from);
    let after = CertificateAttest {
        valid_until: Some(end),
        ..world.attestation(subject, CertificateKind::DrivingLicence)
    };
    world.attested(after);
    assert_eq!(world.person(driver.person).next_change_at, Some(START.plus(90 * DAY)));
}
