// SPDX-License-Identifier: Apache-2.0
//! Matters: who opens, extends, settles and voids them, and until when (`domain.md` section 3).

use crate::common::*;
use chain::Time;
use chain::actions::*;
use chain::ids::*;
use chain::records::*;
use chain::refusal::RefusalCode as R;

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
