// SPDX-License-Identifier: Apache-2.0
//! The colour of a code at every boundary, and exactly until when an answer holds (`domain.md`
//! sections 3 and 10).

use crate::common::fleet::*;
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::query::{OperatorState, StandingWord};
use chain::records::application::WantedOperator;
use chain::records::*;
use chain::{Hash, Past, Time, domain};

/// The colours of a code around an instant: one millisecond before, at it, one after.
fn around(world: &World, code: CodeId, at: Time) -> [Option<Colour>; 3] {
    [Time(at.0 - 1), at, at.plus(1)].map(|t| world.answer(code, t).colour)
}

/// The events of a code's changes so far with their instants, from a change on.
fn events(world: &World, code: CodeId, since: Time) -> Vec<(Event, Time)> {
    let newest = world.memory.header_before(Time(u64::MAX)).unwrap().height;
    (0..=newest.0)
        .flat_map(|height| world.memory.changes_at(Height(height)))
        .filter(|change| change.version.kind == RecordKind::Code)
        .filter(|change| change.version.id == code.record() && change.at >= since)
        .map(|change| (change.event, change.at))
        .collect()
}

const BLUE: Option<Colour> = Some(Colour::Blue);
const YELLOW: Option<Colour> = Some(Colour::Yellow);
const RED: Option<Colour> = Some(Colour::Red);

#[test]
fn yellow_turns_red_at_settle_by_and_not_a_millisecond_before() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let before = world.answer(driver.code, world.memory.now());
    assert_eq!((before.colour, before.valid_until), (BLUE, None));
    world.open_violation(Subject::Person(driver.person), 1);
    let settle_by = world.matter(Subject::Person(driver.person)).settle_by;
    assert_eq!(around(&world, driver.code, settle_by), [YELLOW, RED, RED]);
    let answer = world.answer(driver.code, Time(settle_by.0 - 1));
    assert_eq!(answer.valid_until, Some(settle_by));
    assert_eq!(world.answer(driver.code, settle_by).valid_until, None);

    // The block that comes five days late writes the instant at which it turned.
    world.pass_to(settle_by.plus(5 * DAY));
    assert_eq!(world.colour(driver.code), RED);
    assert_eq!(events(&world, driver.code, settle_by), [(Event::CodeRed, settle_by)]);
}

#[test]
fn a_block_turns_a_code_at_settle_by_and_not_before() {
    for (offset, expected) in [(-1, YELLOW), (0, RED), (1, RED)] {
        let mut world = World::new();
        let driver = world.driver_for(&[], None);
        world.open_violation(Subject::Person(driver.person), 1);
        let settle_by = world.matter(Subject::Person(driver.person)).settle_by;
        world.pass_to(Time(settle_by.0.checked_add_signed(offset).unwrap()));
        assert_eq!(world.colour(driver.code), expected, "settle_by {offset:+}");
    }
}

#[test]
fn a_matter_without_time_to_settle_is_red_at_once() {
    let mut world = World::with(&[(ParameterName::SettleOtherMs, 0)]);
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let action = MatterOpen { kind: MatterKind::Other, ..world.violation(subject, 0) };
    let matter = world.open_matter(action);
    assert_eq!(world.colour(driver.code), RED);
    let police = world.parties.traffic_police.key.clone();
    world.send(&police, MatterSettle { matter });
    assert_eq!(world.colour(driver.code), BLUE);
}

#[test]
fn settled_late_the_colour_returns_at_once_and_the_red_interval_stays() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let opened_at = world.clock;
    let matter = world.open_violation(Subject::Person(driver.person), 1);
    let settle_by = opened_at.plus(15 * DAY);
    world.at(settle_by.plus(3 * DAY));
    let settled_at = world.clock;
    let police = world.parties.traffic_police.key.clone();
    world.send(&police, MatterSettle { matter });
    assert_eq!(world.answer(driver.code, settled_at).colour, BLUE);
    let expected = [
        (Event::CodeYellow, opened_at),
        (Event::CodeRed, settle_by),
        (Event::CodeBlue, settled_at),
    ];
    assert_eq!(events(&world, driver.code, opened_at), expected);
}

#[test]
fn void_stops_counting_now_and_an_extension_turns_red_into_yellow() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let police = world.parties.traffic_police.key.clone();
    let matter = world.open_violation(subject, 1);
    world.wait(20 * DAY).block(&[]);
    assert_eq!(world.colour(driver.code), RED);
    let settle_by = world.clock.plus(DAY);
    let extend = MatterExtend { matter, settle_by, reason: word("hardship") };
    world.send(&police, extend);
    assert_eq!(around(&world, driver.code, settle_by), [YELLOW, RED, RED]);
    world.send(&police, MatterVoid { matter, reason: word("mistake") });
    assert_eq!(world.colour(driver.code), BLUE);
}

#[test]
fn the_earliest_of_several_decides_and_the_others_change_nothing_of_red() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let first = world.open_violation(Subject::Vehicle(lorry), 1);
    let first_by = world.get::<Matter>(first.0).settle_by;
    world.wait(DAY).open_violation(Subject::Person(driver.person), 1);
    let second_by = world.matter(Subject::Person(driver.person)).settle_by;
    let now = world.memory.now();
    assert_eq!(world.answer(driver.code, now).valid_until, Some(first_by));
    let red = world.answer(driver.code, first_by);
    assert_eq!((red.colour, red.valid_until), (RED, None), "one more overdue matter is still red");

    world.at(Time(second_by.0 - 10));
    let police = world.parties.traffic_police.key.clone();
    world.send(&police, MatterSettle { matter: first });
    let yellow = world.answer(driver.code, world.memory.now());
    assert_eq!((yellow.colour, yellow.valid_until), (YELLOW, Some(second_by)));
    assert_eq!(around(&world, driver.code, second_by), [YELLOW, RED, RED]);
}

/// Kinds of certificates and the colour at their end.
#[test]
fn the_end_of_a_certificate_shows_at_its_instant() {
    use CertificateKind as C;
    for (kind, after) in [
        (C::Identity, YELLOW),
        (C::DrivingLicence, RED),
        (C::Qualification, YELLOW),
        (C::VehicleLicence, YELLOW),
        (C::TransportPermit, YELLOW),
        (C::Policy, RED),
    ] {
        let mut world = World::new();
        let (driver, lorry) = world.crew();
        let subject = match kind {
            C::Identity | C::DrivingLicence | C::Qualification => Subject::Person(driver.person),
            _ => Subject::Vehicle(lorry),
        };
        let end = world.clock.plus(100 * DAY);
        world.attest(subject, kind, Some(end));
        assert_eq!(around(&world, driver.code, end), [BLUE, after, after], "{kind:?}");
        assert_eq!(world.answer(driver.code, Time(end.0 - 1)).valid_until, Some(end));
        let by = (after == YELLOW).then(|| end.plus(15 * DAY));
        assert_eq!(world.answer(driver.code, end).valid_until, by, "{kind:?}");
        world.pass_to(end.plus(20 * DAY));
        assert_eq!(world.colour(driver.code), RED);
        let mut expected =
            vec![(if after == RED { Event::CodeRed } else { Event::CodeYellow }, end)];
        expected.extend(by.map(|by| (Event::CodeRed, by)));
        assert_eq!(events(&world, driver.code, end), expected, "{kind:?}");
    }
}

#[test]
fn an_early_renewal_takes_over_without_a_gap_in_blue() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let kind = CertificateKind::DrivingLicence;
    let end = world.clock.plus(100 * DAY);
    world.attest(subject, kind, Some(end));
    let next_end = end.plus(100 * DAY);
    world.attest_as(subject, (kind, usual_class(kind)), (end, Some(next_end)));
    assert_eq!(around(&world, driver.code, end), [BLUE; 3]);
    assert_eq!(around(&world, driver.code, next_end), [BLUE, RED, RED]);
    world.pass_to(next_end);
    assert_eq!(events(&world, driver.code, next_end), [(Event::CodeRed, next_end)]);
}

#[test]
fn a_late_renewal_leaves_a_red_gap() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let kind = CertificateKind::DrivingLicence;
    let end = world.clock.plus(100 * DAY);
    let from = end.plus(2 * DAY);
    world.attest(subject, kind, Some(end));
    world.attest_as(subject, (kind, usual_class(kind)), (from, None));
    assert_eq!(around(&world, driver.code, end), [BLUE, RED, RED]);
    assert_eq!(world.answer(driver.code, end).valid_until, Some(from));
    assert_eq!(around(&world, driver.code, from), [RED, BLUE, BLUE]);
    world.pass_to(from.plus(DAY));
    let expected = [(Event::CodeRed, end), (Event::CodeBlue, from)];
    assert_eq!(events(&world, driver.code, end), expected);
}

#[test]
fn what_is_suspended_cancelled_or_unknown_has_no_colour() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    world.open_violation(Subject::Person(driver.person), 1);
    let regulator = world.parties.regulator.clone();
    let reason = word("inquiry");
    let suspend = CodeSuspend { code: driver.code, reason: reason.clone() };
    world.send(&regulator.key, suspend);
    let answer = world.answer(driver.code, world.memory.now());
    assert_eq!((answer.standing, answer.colour), (StandingWord::Suspended, None));
    assert_eq!((answer.displayed, answer.valid_until), (None, None));

    // It turned red meanwhile: that shows when the suspension is lifted.
    world.wait(16 * DAY);
    let resume = CodeResume { code: driver.code, by: regulator.id, reason: reason.clone() };
    world.send(&regulator.key, resume);
    assert_eq!(world.colour(driver.code), RED);

    world.send(&driver.key, CodeCancel { code: driver.code, reason });
    let answer = world.answer(driver.code, world.memory.now());
    assert_eq!((answer.standing, answer.colour), (StandingWord::Cancelled, None));
    let unknown = CodeId::made_by(chain::TransactionId(Hash::ZERO));
    let answer = world.answer(unknown, world.memory.now());
    assert_eq!((answer.standing, answer.colour), (StandingWord::Unknown, None));
    assert_eq!(answer.displayed, None);
}

/// What the operator is, and what an otherwise blue code shows then.
#[test]
fn blue_with_an_invalid_operator_is_displayed_as_yellow() {
    let now = |world: &World, driver: &Driver| {
        let answer = world.answer(driver.code, world.memory.now());
        (answer.operator, answer.colour, answer.displayed)
    };
    let mut world = World::new();
    let own = world.driver_for(&[], Some(WantedOperator::Applicant));
    assert_eq!(now(&world, &own), (OperatorState::Valid, BLUE, BLUE));
    let none = world.driver_for(&[], None);
    assert_eq!(now(&world, &none), (OperatorState::None, BLUE, BLUE));
    let driver = world.driver_with(&[]);
    assert_eq!(now(&world, &driver), (OperatorState::Invalid, BLUE, YELLOW), "no permit");
    world.permit();
    assert_eq!(now(&world, &driver), (OperatorState::Valid, BLUE, BLUE));

    let parties = world.parties.clone();
    let subject = Subject::Organisation(parties.enterprise.id);
    let certificate = world.certificate(subject, CertificateKind::BusinessPermit).id;
    let reason = word("office");
    let suspend = CertificateSuspend { subject, certificate, reason: reason.clone() };
    world.send(&parties.transport.key, suspend);
    assert_eq!(now(&world, &driver), (OperatorState::Invalid, BLUE, YELLOW), "suspended");
    world.send(&parties.transport.key, CertificateResume { subject, certificate });
    assert_eq!(now(&world, &driver), (OperatorState::Valid, BLUE, BLUE));

    world.open_violation(Subject::Person(driver.person), 1);
    let end = OrganisationEnd { organisation: parties.enterprise.id, reason };
    world.send(&parties.regulator.key, end);
    assert_eq!(now(&world, &driver), (OperatorState::Invalid, YELLOW, YELLOW), "ended");
    world.wait(15 * DAY).block(&[]);
    assert_eq!(now(&world, &driver), (OperatorState::Invalid, RED, RED), "red stays red");
}

#[test]
fn an_answer_holds_until_the_operators_permit_changes_by_itself() {
    let mut world = World::new();
    let driver = world.driver_with(&[]);
    let subject = Subject::Organisation(world.parties.enterprise.id);
    let (from, end) = (world.clock.plus(10 * DAY), world.clock.plus(20 * DAY));
    let again = end.plus(5 * DAY);
    let kind = (CertificateKind::BusinessPermit, Class::Permit { hazardous: false });
    world.attest_as(subject, kind.clone(), (from, Some(end)));
    world.attest_as(subject, kind, (again, None));
    for (at, state, displayed, until) in [
        (Time(from.0 - 1), OperatorState::Invalid, YELLOW, Some(from)),
        (from, OperatorState::Valid, BLUE, Some(end)),
        (Time(end.0 - 1), OperatorState::Valid, BLUE, Some(end)),
        (end, OperatorState::Invalid, YELLOW, Some(again)),
        (again, OperatorState::Valid, BLUE, None),
    ] {
        let answer = world.answer(driver.code, at);
        assert_eq!((answer.operator, answer.displayed), (state, displayed), "{at}");
        assert_eq!(answer.valid_until, until, "{at}");
    }
    let certificate = world.certificate(subject, CertificateKind::BusinessPermit).id;
    let transport = world.parties.transport.key.clone();
    let revoke = CertificateRevoke { subject, certificate, reason: word("office") };
    world.send(&transport, revoke);
    let answer = world.answer(driver.code, world.memory.now());
    assert_eq!((answer.operator, answer.valid_until), (OperatorState::Invalid, None), "for good");
}

#[test]
fn a_code_counts_its_person_current_vehicle_and_trailer_and_nothing_else() {
    let mut world = World::new();
    world.permit();
    let (lorry, second) = (world.lorry(), world.lorry());
    let trailer = world.vehicle_of(trailer_class(9_000));
    let driver = world.driver_with(&[lorry, second]);
    let enterprise = world.parties.enterprise.clone();
    let police = world.parties.traffic_police.key.clone();
    let regulators_colour = |world: &World| world.colour(driver.code);

    world.open_violation(Subject::Organisation(enterprise.id), 20);
    world.open_violation(Subject::Vehicle(second), 20);
    let on_trailer = world.open_violation(Subject::Vehicle(trailer), 5);
    assert_eq!(regulators_colour(&world), BLUE);

    world.send(&enterprise.key, TrailerCouple { vehicle: lorry, trailer, statements: vec![] });
    assert_eq!(regulators_colour(&world), YELLOW, "coupled");
    let code = world.code(driver.code);
    assert_eq!(code.trailer, Some(trailer));
    assert_eq!((code.own.open, code.of_vehicle.unwrap().open), (0, 0));
    let counted = code.of_trailer.unwrap();
    assert_eq!((counted.open, counted.most_points), (1, 5));
    let one_more = world.open_violation(Subject::Vehicle(trailer), 10);
    let counted = world.code(driver.code).of_trailer.unwrap();
    assert_eq!((counted.open, counted.most_points), (2, 10));
    for matter in [on_trailer, one_more] {
        world.send(&police, MatterSettle { matter });
    }
    assert_eq!(regulators_colour(&world), BLUE);
    world.open_violation(Subject::Vehicle(trailer), 0);
    world.send(&enterprise.key, TrailerUncouple { vehicle: lorry });
    assert_eq!((regulators_colour(&world), world.code(driver.code).of_trailer), (BLUE, None));

    let choose = VehicleChoose { code: driver.code, vehicle: Some(second) };
    let at = world.clock;
    world.send(&driver.key, choose);
    assert_eq!(regulators_colour(&world), YELLOW, "the other vehicle");
    assert_eq!(events(&world, driver.code, at), [(Event::CodeYellow, at)], "the event says so");
    world.send(&driver.key, VehicleChoose { code: driver.code, vehicle: None });
    assert_eq!(regulators_colour(&world), BLUE, "no vehicle");
}

#[test]
fn a_trailers_certificate_turns_the_code_that_draws_it() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let trailer = world.vehicle_of(trailer_class(9_000));
    let enterprise = world.parties.enterprise.key.clone();
    world.send(&enterprise, TrailerCouple { vehicle: lorry, trailer, statements: vec![] });
    let end = world.clock.plus(40 * DAY);
    world.attest(Subject::Vehicle(trailer), CertificateKind::TransportPermit, Some(end));
    assert_eq!(around(&world, driver.code, end), [BLUE, YELLOW, YELLOW]);
    world.pass_to(end);
    assert_eq!(world.colour(driver.code), YELLOW);
}

#[test]
fn the_sums_and_the_digest_are_those_of_the_list_sorted_by_id() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    for (wait, points) in [(0, 3), (DAY, 10), (DAY, 0), (DAY, 1), (DAY, 5)] {
        world.wait(wait).open_violation(subject, points);
    }
    let end = world.clock.plus(50 * DAY);
    world.attest(subject, CertificateKind::DrivingLicence, Some(end));
    let matters = world.matters(subject);
    assert!(matters.windows(2).all(|pair| pair[0].id < pair[1].id), "sorted");
    let bytes: Vec<u8> = matters
        .iter()
        .flat_map(|m| [&m.id.0.0[..], &m.settle_by.0.to_le_bytes(), &[m.points]].concat())
        .collect();
    let expected = Summary {
        open: 5,
        earliest_settle_by: matters.iter().map(|m| m.settle_by).min(),
        most_points: 10,
        earliest_certificate_change: Some(end),
        digest: Hash::tagged(domain::MATTERS, &[&bytes]),
    };
    assert_eq!(world.code(driver.code).own, expected);
    let empty = world.driver_for(&[], None).code;
    assert_eq!(world.code(empty).own.digest, Hash::tagged(domain::MATTERS, &[]));
}

#[test]
fn a_change_on_a_vehicle_is_written_to_the_eight_codes_whose_current_it_is() {
    let limits = [(ParameterName::DriversPerVehicle, 8)];
    let mut world = World::with(&limits);
    world.permit();
    let (lorry, other) = (world.lorry(), world.lorry());
    let drivers: Vec<Driver> = (0..8).map(|_| world.driver_with(&[lorry])).collect();
    let bystander = world.driver_with(&[other]);
    let opened_at = world.clock;
    world.open_violation(Subject::Vehicle(lorry), 3);
    for driver in &drivers {
        assert_eq!(world.colour(driver.code), YELLOW);
        assert_eq!(events(&world, driver.code, opened_at), [(Event::CodeYellow, opened_at)]);
    }
    assert_eq!(world.colour(bystander.code), BLUE);
    assert_eq!(events(&world, bystander.code, opened_at), []);
    let settle_by = world.matter(Subject::Vehicle(lorry)).settle_by;
    world.pass_to(settle_by);
    assert!(drivers.iter().all(|driver| world.colour(driver.code) == RED));
}

#[test]
fn an_enterprises_own_code_shows_its_permit_and_matters() {
    let mut world = World::new();
    let code = world.enterprise_code();
    let subject = Subject::Organisation(world.parties.enterprise.id);
    assert_eq!(world.colour(code), BLUE);
    let end = world.clock.plus(60 * DAY);
    world.attest(subject, CertificateKind::BusinessPermit, Some(end));
    assert_eq!(around(&world, code, end), [BLUE, YELLOW, YELLOW]);
    let police = world.parties.traffic_police.key.clone();
    let matter = world.open_violation(subject, 1);
    assert_eq!(world.colour(code), YELLOW);
    world.send(&police, MatterSettle { matter });
    assert_eq!(world.colour(code), BLUE);
}

/// The answer about a code is the same whether a block wrote it or a query brought it up.
#[test]
fn a_query_says_what_a_block_would_have_written() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let day = |n: u64| START.plus(n * DAY);
    world.attest(Subject::Person(driver.person), CertificateKind::DrivingLicence, Some(day(50)));
    world.attest(Subject::Vehicle(lorry), CertificateKind::Policy, Some(day(70)));
    world.attest(Subject::Vehicle(lorry), CertificateKind::TransportPermit, Some(day(50)));
    let permit = Subject::Organisation(world.parties.enterprise.id);
    world.attest(permit, CertificateKind::BusinessPermit, Some(day(40)));
    world.open_violation(Subject::Person(driver.person), 1);
    let early = world.clone();
    for n in 1..120 {
        world.pass_to(day(n));
        let (asked, written) =
            (early.answer(driver.code, day(n)), world.answer(driver.code, day(n)));
        assert_eq!(asked.record.as_ref().map(|r| &r.1), written.record.as_ref().map(|r| &r.1));
        let say =
            |a: &chain::query::CodeAnswer| (a.standing, a.displayed, a.operator, a.valid_until);
        assert_eq!(say(&asked), say(&written), "day {n}");
        assert_eq!(Some(&world.code(driver.code)), written.record.as_ref().map(|r| &r.1));
    }
}
