// SPDX-License-Identifier: Apache-2.0
//! What fires by block time: in order of instants, as of its instant, whoever touches it first, and
//! however far the index lags behind (`domain.md` section 3, (a) to (f)).

use std::collections::BTreeMap;

use crate::common::fleet::*;
use crate::common::waybill::*;
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::receipt::{Change, Outcome};
use chain::records::application::WantedOperator;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Past, Time, View, codec};

/// All changes of blocks after a height, in order.
fn changes(world: &World, after: Height) -> Vec<Change> {
    let newest = world.memory.header_before(Time(u64::MAX)).unwrap().height;
    (after.0 + 1..=newest.0).flat_map(|height| world.memory.changes_at(Height(height))).collect()
}

fn height(world: &World) -> Height {
    world.memory.header_before(Time(u64::MAX)).unwrap().height
}

/// Events and instants of one record's changes after a height.
fn events_of(world: &World, key: RecordKey, after: Height) -> Vec<(Event, Time)> {
    let own = changes(world, after).into_iter().filter(|change| change.version.key() == key);
    own.map(|change| (change.event, change.at)).collect()
}

/// Every record's value, whenever it was written.
fn values(world: &World) -> BTreeMap<RecordKey, Vec<u8>> {
    world.memory.newest().map(|(key, stored)| (*key, stored.value.encode())).collect()
}

/// What happened to every record and when, whatever block wrote it.
fn happenings(world: &World, after: Height) -> BTreeMap<RecordKey, Vec<(Event, Time)>> {
    let mut all: BTreeMap<RecordKey, Vec<(Event, Time)>> = BTreeMap::new();
    for change in changes(world, after) {
        all.entry(change.version.key()).or_default().push((change.event, change.at));
    }
    all
}

/// Keeps the index busy for a block: so many offers that end at an instant.
fn fill(world: &mut World, count: usize, ends: Time) -> Vec<WaybillId> {
    let maker = world.parties.enterprise.key.clone();
    let mut block = Vec::new();
    for _ in 0..count {
        let mut offer = world.offer(public());
        offer.offer_ends = ends;
        block.push(world.sign(&maker, WaybillOffer { offer }));
    }
    let outcomes = world.block(&block);
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Executed { .. })));
    block.iter().map(|checked| WaybillId(World::first_made(checked.id()))).collect()
}

/// A crew with certificates that end, renewals that wait, matters that become overdue and a waybill
/// that is never loaded: much happens by itself within 60 days.
fn busy_world() -> (World, Driver, VehicleId) {
    use CertificateKind::*;
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let (person, vehicle) = (Subject::Person(driver.person), Subject::Vehicle(lorry));
    let day = |n: u64| START.plus(n * DAY);
    for (subject, kind, end, next) in [
        (person, DrivingLicence, day(40), Some(day(45))),
        (person, Identity, day(40), None),
        (person, Qualification, day(33), Some(day(33))),
        (vehicle, Policy, day(40), Some(day(52))),
        (vehicle, TransportPermit, day(35), None),
    ] {
        world.attest(subject, kind, Some(end));
        if let Some(from) = next {
            let until = Some(day(58));
            world.attest_as(subject, (kind, usual_class(kind)), (from, until));
        }
    }
    world.open_violation(person, 3);
    world.open_violation(vehicle, 1);
    world.waybill_in(&driver, WaybillState::Accepted);
    let arrived = world.lorry();
    let other = world.driver_with(&[arrived]);
    world.waybill_in(&other, WaybillState::Arrived);
    (world, driver, lorry)
}

#[test]
fn one_late_block_writes_what_a_block_at_each_hour_would_have_written() {
    let (mut late, driver, _) = busy_world();
    let mut punctual = late.clone();
    let since = height(&late);
    let end = START.plus(60 * DAY);
    late.pass_to(end);
    while punctual.memory.now() < end {
        let next = punctual.memory.now().plus(DAY / 24).0.min(end.0);
        punctual.pass_to(Time(next));
    }
    assert_eq!(values(&late), values(&punctual));
    let (late_events, punctual_events) = (happenings(&late, since), happenings(&punctual, since));
    assert_eq!(late_events, punctual_events);
    let code = RecordKey { kind: RecordKind::Code, id: driver.code.record() };
    assert!(late_events[&code].len() > 8, "{:?}", late_events[&code]);
    for (key, happened) in &late_events {
        assert!(happened.windows(2).all(|pair| pair[0].1 <= pair[1].1), "in order: {key:?}");
    }
}

#[test]
fn blocks_at_any_times_lead_to_the_same_records() {
    let (world, _, _) = busy_world();
    let end = START.plus(60 * DAY);
    let mut once = world.clone();
    once.pass_to(end);
    for step in [7 * DAY, 3 * DAY + 1, DAY - 1] {
        let mut world = world.clone();
        let mut next = world.memory.now().plus(step);
        while next < end {
            world.pass_to(next);
            next = next.plus(step);
        }
        world.pass_to(end);
        assert_eq!(values(&world), values(&once), "every {step} ms");
    }
}

#[test]
fn certificates_of_one_subject_may_end_at_one_instant() {
    use CertificateKind::*;
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let end = world.clock.plus(90 * DAY);
    let (person, vehicle) = (Subject::Person(driver.person), Subject::Vehicle(lorry));
    for kind in [Identity, DrivingLicence, Qualification] {
        world.attest(person, kind, Some(end));
    }
    for kind in [VehicleLicence, TransportPermit, Policy] {
        world.attest(vehicle, kind, Some(end));
    }
    let since = height(&world);
    world.pass_to(end.plus(DAY));
    assert_eq!(world.matters(person).len(), 3);
    assert_eq!(world.matters(vehicle).len(), 3);
    let notice = (Event::CertificateNotice, Time(end.0 - 30 * DAY));
    let ended = (Event::CertificateEnded, end);
    let expected = [notice, notice, notice, ended, ended, ended];
    assert_eq!(events_of(&world, person.key(), since), expected);
    assert_eq!(events_of(&world, vehicle.key(), since), expected);
    assert_eq!(world.answer(driver.code, end).colour, Some(Colour::Red));
}

#[test]
fn thirty_days_before_a_certificate_ends_its_notice_bit_is_set_and_the_colour_stays() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let kind = CertificateKind::DrivingLicence;
    let end = world.clock.plus(100 * DAY);
    world.attest(subject, kind, Some(end));
    let notice = Time(end.0 - 30 * DAY);
    let since = height(&world);
    world.pass_to(Time(notice.0 - 1));
    assert!(!world.certificate(subject, kind).notice);
    world.pass_to(notice.plus(DAY));
    assert!(world.certificate(subject, kind).notice);
    assert_eq!(events_of(&world, subject.key(), since), [(Event::CertificateNotice, notice)]);
    assert_eq!(world.colour(driver.code), Some(Colour::Blue));
    let code = RecordKey { kind: RecordKind::Code, id: driver.code.record() };
    assert_eq!(events_of(&world, code, since), [], "nothing of the code changed");

    world.attest(subject, kind, Some(end.plus(365 * DAY)));
    assert!(!world.certificate(subject, kind).notice, "a renewal takes the bit off");
}

/// What comes into a dossier and is due already is brought up in that same write.
#[test]
fn what_ends_within_30_days_of_its_attestation_is_noticed_at_once() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let kind = CertificateKind::DrivingLicence;
    let (attested_at, end) = (world.clock, world.clock.plus(20 * DAY));
    let since = height(&world);
    world.attest(subject, kind, Some(end));
    assert!(world.certificate(subject, kind).notice);
    let expected = [Event::CertificateRenewed, Event::CertificateNotice];
    assert_eq!(events_of(&world, subject.key(), since), expected.map(|event| (event, attested_at)));
    assert_eq!(world.memory.due(attested_at, 1), [], "nothing is left for the next block");
}

#[test]
fn what_is_issued_within_30_days_of_its_end_is_noticed_at_once() {
    let mut world = World::new();
    let application = world.apply(&[CertificateKind::DrivingLicence, CertificateKind::Identity]);
    let end = world.clock.plus(20 * DAY);
    world.say_yes(application, 0, Some(end));
    world.say_yes(application, 1, None);
    let person = world.application(application).person.unwrap();
    let subject = Subject::Person(person);
    assert!(world.certificate(subject, CertificateKind::DrivingLicence).notice);
    assert_eq!(world.memory.due(world.memory.now(), 1), []);
}

/// A renewal was attested long before it takes over, and ends soon after: its notice is not earlier
/// than the takeover, and what was red in between stays as it was.
#[test]
fn a_notice_is_not_earlier_than_the_takeover_of_what_it_is_about() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let kind = CertificateKind::Qualification;
    let day = |n: u64| START.plus(n * DAY);
    world.attest(subject, kind, Some(day(100)));
    world.attest_as(subject, (kind, usual_class(kind)), (day(100), Some(day(110))));
    world.pass_to(day(80));
    world.open_violation(subject, 1);
    let settle_by = world.matter(subject).settle_by;
    assert!(settle_by > day(80) && settle_by < day(100));
    let since = height(&world);
    world.pass_to(day(105));
    let expected = [(Event::CertificateRenewed, day(100)), (Event::CertificateNotice, day(100))];
    assert_eq!(events_of(&world, subject.key(), since), expected);
    let code = RecordKey { kind: RecordKind::Code, id: driver.code.record() };
    let expected = [(Event::CodeRed, settle_by), (Event::CodeChanged, day(100))];
    assert_eq!(events_of(&world, code, since), expected);
}

/// A certificate that was attested in an application comes into the dossier when that is issued.
#[test]
fn a_notice_is_not_earlier_than_the_issue_of_what_it_is_about() {
    let mut world = World::new();
    let application = world.apply(&[CertificateKind::DrivingLicence, CertificateKind::Identity]);
    let end = world.clock.plus(20 * DAY);
    world.say_yes(application, 0, Some(end));
    world.wait(3 * DAY);
    let (issued_at, since) = (world.clock, height(&world));
    world.say_yes(application, 1, None);
    world.wait(DAY).block(&[]);
    let person = world.application(application).person.unwrap();
    let events = events_of(&world, Subject::Person(person).key(), since);
    assert!(events.iter().all(|(_, at)| *at == issued_at), "{events:?}");
    assert!(events.iter().any(|(event, _)| *event == Event::CertificateNotice), "{events:?}");
}

#[test]
fn the_index_yields_a_thousand_in_order_of_instant_and_key_and_the_rest_follows() {
    let mut world = World::new();
    let (early, late) = (world.clock.plus(DAY), world.clock.plus(DAY + 1));
    let second = fill(&mut world, 700, late);
    let first = fill(&mut world, 500, early);
    let mut expected: Vec<(Time, RecordKey)> = Vec::new();
    for (ids, at) in [(&first, early), (&second, late)] {
        expected
            .extend(ids.iter().map(|id| (at, RecordKey { kind: RecordKind::Waybill, id: id.0 })));
    }
    expected.sort();
    assert_eq!(world.memory.due(late, 2_000), expected);
    let due = |world: &World, after| -> Vec<(Time, RecordKey)> {
        changes(world, after).iter().map(|change| (change.at, change.version.key())).collect()
    };
    let since = height(&world);
    world.pass_to(late.plus(DAY));
    assert_eq!(due(&world, since), expected[..1_000], "the first block");
    let since = height(&world);
    world.block(&[]);
    assert_eq!(due(&world, since), expected[1_000..], "the next one");
    let ended = |id: &WaybillId| world.waybill(*id).ended_at;
    assert!(first.iter().all(|id| ended(id) == Some(early)), "the instant and not the block");
    assert!(second.iter().all(|id| ended(id) == Some(late)));
}

#[test]
fn what_the_index_has_not_reached_is_brought_up_by_who_touches_it() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let ends = world.clock.plus(DAY);
    let mut offers = fill(&mut world, 1_100, ends);
    offers.sort();
    let carried = offers[1_050];
    world.at(ends.plus(5));
    assert_eq!(world.memory.due(world.clock, 1_000).len(), 1_000);
    let accept = WaybillAccept { waybill: carried };
    let since = height(&world);
    let mut accepting = world.clone();
    let outcome = accepting.attempt(&driver.key, accept).1;
    let Outcome::Refused { reasons } = outcome else { panic!("the offer has ended") };
    assert_eq!(reasons[0].code, R::OfferEnded);
    assert_eq!(changes(&accepting, since).len(), 1_000, "a refusal takes back what it brought up");
    assert_eq!(accepting.waybill(carried).state, WaybillState::Offered, "not written yet");
    let seen =
        chain::query::typed::<Waybill, _>(&accepting.memory, carried.0, world.clock).unwrap();
    assert_eq!(seen.value.state, WaybillState::Lapsed, "and yet known");
    accepting.block(&[]);
    assert_eq!(accepting.waybill(carried).ended_at, Some(ends));
    world.block(&[]);
    world.block(&[]);
    assert_eq!(values(&world), values(&accepting));
}

/// The same transactions at the same times, with and without an index that lags: the same records,
/// ids of the chain's own matters among them, and the same events at the same instants.
#[test]
fn an_index_that_lags_alters_no_outcome() {
    let (mut world, driver, lorry) = busy_world();
    let ends = world.clock.plus(2 * DAY);
    let fillers = fill(&mut world, 1_000, ends);
    let lagging = world.clone();
    let (late, since) = (START.plus(41 * DAY), height(&world));
    let steps = |mut world: World, is_punctual: bool| {
        if is_punctual {
            world.pass_to(ends);
            assert!(fillers.iter().all(|id| world.waybill(*id).state == WaybillState::Lapsed));
        }
        world.at(late);
        let police = world.parties.traffic_police.key.clone();
        let matter = world.matters(Subject::Vehicle(lorry))[0].id;
        let open = world.violation(Subject::Person(driver.person), 5);
        let choose = VehicleChoose { code: driver.code, vehicle: None };
        let block = [
            world.sign(&police, open),
            world.sign(&driver.key, choose),
            world.sign(&police, MatterSettle { matter }),
        ];
        let due = world.memory.due(late, 2_000).len();
        assert_eq!(due > 1_000, !is_punctual);
        let outcomes = world.block(&block);
        assert!(outcomes.iter().all(|o| matches!(o, Outcome::Executed { .. })), "{outcomes:?}");
        world.block(&[]);
        (values(&world), happenings(&world, since))
    };
    assert_eq!(steps(lagging, false), steps(world, true));
}

#[test]
fn bringing_up_counts_against_no_limit_of_changes() {
    let limits = [(ParameterName::DriversPerVehicle, 8)];
    let mut world = World::with(&limits);
    world.permit();
    let lorry = world.lorry();
    for _ in 0..8 {
        world.driver_with(&[lorry]);
    }
    let subject = Subject::Vehicle(lorry);
    let base = START.plus(40 * DAY);
    let kinds = [PolicyKind::ThirdParty, PolicyKind::Cargo, PolicyKind::Damage];
    for (n, kind) in kinds.into_iter().enumerate() {
        let (now, end) = (world.clock, base.plus(n as u64));
        let class = (CertificateKind::Policy, Class::Policy { kind });
        world.attest_as(subject, class, (now, Some(end)));
    }
    world.at(Time(base.0 - DAY));
    fill(&mut world, 1_000, Time(base.0 - 1));
    world.at(base.plus(DAY));
    let police = world.parties.traffic_police.key.clone();
    let open = world.violation(subject, 1);
    let (_, outcome) = world.attempt(&police, open);
    let Outcome::Executed { changes, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(changes, 40, "three ends and the opening: matter, vehicle and eight codes each");
    assert_eq!(world.matters(subject).len(), 4);
}

#[test]
fn a_due_change_uses_the_parameter_in_force_at_its_instant() {
    for ahead in [false, true] {
        let mut world = World::new();
        let driver = world.driver_for(&[], None);
        let subject = Subject::Person(driver.person);
        let regulator = world.parties.regulator.key.clone();
        let from = world.clock.plus(40 * DAY);
        let set =
            |value, from| ParameterSet { name: ParameterName::SettleCertificateMs, value, from };
        world.send(&regulator, set(DAY, from));
        world.send(&regulator, set(2 * DAY, from.plus(DAY)));
        let end = if ahead { from } else { Time(from.0 - 1) };
        world.attest(subject, CertificateKind::Qualification, Some(end));
        world.pass_to(from.plus(10 * DAY));
        let days = if ahead { 1 } else { 15 };
        assert_eq!(world.matter(subject).settle_by, end.plus(days * DAY));
        let red = world.colour(driver.code) == Some(Colour::Red);
        assert_eq!(red, ahead);
    }
}

#[test]
fn a_matter_of_the_chain_has_one_id_whether_a_touch_or_the_index_made_it() {
    let mut world = World::new();
    let driver = world.driver_for(&[], None);
    let subject = Subject::Person(driver.person);
    let kind = CertificateKind::Qualification;
    let end = world.clock.plus(2 * DAY);
    world.attest(subject, kind, Some(end));
    world.block(&[]);
    let certificate = world.certificate(subject, kind).id;
    let expected = MatterId(chain::genesis::automatic_id(&[
        &codec::encode(&subject),
        &codec::encode(&MatterKind::EndedCertificate),
        &certificate.0.0,
        &end.0.to_le_bytes(),
    ]));
    let mut touched = world.clone();
    fill(&mut touched, 1_000, Time(end.0 - 1));
    touched.at(end.plus(9));
    let police = touched.parties.traffic_police.key.clone();
    let open = touched.violation(subject, 1);
    touched.send(&police, open);
    assert!(touched.matters(subject).iter().any(|matter| matter.id == expected));
    world.pass_to(end.plus(9));
    assert_eq!(world.matter(subject).id, expected);
    assert_eq!(touched.get::<Matter>(expected.0), world.get::<Matter>(expected.0));
}

/// A cancelled code has no vehicle any more, and yet its waybill's vehicle is brought up with it.
#[test]
fn a_waybill_brings_up_the_vehicle_that_carries_it() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let waybill = world.waybill_in(&driver, WaybillState::Accepted);
    let parties = world.parties.clone();
    world.send(&parties.regulator.key, CodeCancel { code: driver.code, reason: word("inquiry") });
    let end = world.clock.plus(DAY);
    let vehicle = Subject::Vehicle(lorry);
    world.attest(vehicle, CertificateKind::TransportPermit, Some(end));
    world.block(&[]);
    fill(&mut world, 1_000, Time(end.0 - 1));
    world.at(end.plus(9));
    let (since, now) = (height(&world), world.clock);
    world.send(&parties.enterprise.key, WaybillCancel { waybill, reason: word("plans") });
    let expected = [(Event::CertificateEnded, end), (Event::VehicleChanged, now)];
    assert_eq!(events_of(&world, vehicle.key(), since), expected);
}

#[test]
fn due_changes_belong_to_no_transaction() {
    let mut world = World::new();
    let driver = world.driver_for(&[], Some(WantedOperator::Applicant));
    let subject = Subject::Person(driver.person);
    world.open_violation(subject, 1);
    let settle_by = world.matter(subject).settle_by;
    let since = height(&world);
    let mut touched = world.clone();
    world.pass_to(settle_by);
    let due = changes(&world, since);
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].event, due[0].transaction), (Event::CodeRed, None));

    touched.at(Time(settle_by.0 - DAY));
    fill(&mut touched, 1_000, Time(settle_by.0 - 1));
    touched.at(settle_by.plus(9));
    let since = height(&touched);
    touched.open_violation(subject, 3);
    let events = changes(&touched, since).into_iter().filter(|c| c.at > Time(settle_by.0 - 1));
    let events: Vec<_> = events.map(|change| (change.event, change.transaction)).collect();
    let own = [Event::MatterOpened, Event::PersonChanged, Event::CodeChanged];
    assert_eq!(events[0], (Event::CodeRed, None), "a touch brought it up");
    assert_eq!(events[1..], own.map(|event| (event, Some(0))));
}
