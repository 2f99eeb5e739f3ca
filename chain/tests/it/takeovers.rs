// SPDX-License-Identifier: Apache-2.0
//! Which vehicle may take over under way: bound, in order, fit for the goods, and with room for all that
//! its driver has on the road (`domain.md` sections 3 and 5).

use crate::common::fleet::*;
use crate::common::swap::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::records::certificate::VehicleClass;
use chain::records::waybill::PublicLimits;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::rules::licence;

/// Refused as a proposal, and as an agreement to what was proposed while it was well.
#[track_caller]
fn bars(mut stage: Stage, load: (bool, u32), spoil: fn(&mut Stage), expected: &[(R, &str)]) {
    let waybill = stage.load(load.0, load.1);
    let (vehicle, maker) = (stage.new, stage.maker());
    let mut proposed = Stage { world: stage.world.clone(), driver: stage.driver.clone(), ..stage };
    proposed.world.send(&proposed.driver.key, propose(waybill, vehicle));
    spoil(&mut proposed);
    let agree = WaybillSwapAgree { waybill, vehicle };
    proposed.world.refuses(&maker, agree.clone(), expected);
    assert_eq!(proposed.carrying(waybill), [true, false]);
    spoil(&mut stage);
    for key in [&stage.driver.key, &maker] {
        stage.world.refuses(key, propose(waybill, vehicle), expected);
    }
}

#[test]
fn a_vehicle_without_a_valid_certificate_does_not_take_over() {
    let spoil = |stage: &mut Stage| {
        let subject = Subject::Vehicle(stage.new);
        let certificate = stage.world.certificate(subject, CertificateKind::TransportPermit).id;
        let key = stage.world.attester(CertificateKind::TransportPermit).key;
        let reason = word("office");
        stage.world.send(&key, CertificateSuspend { subject, certificate, reason });
    };
    bars(Stage::new(), (false, 1), spoil, &[(R::CertificateMissing, "transport_permit")]);
}

#[test]
fn a_vehicle_with_a_matter_overdue_or_of_many_points_does_not_take_over() {
    let spoil = |stage: &mut Stage| {
        let action = stage.world.violation(Subject::Vehicle(stage.new), 10);
        let settle_by = Some(stage.world.clock.plus(16 * DAY));
        stage.world.open_matter(MatterOpen { settle_by, ..action });
    };
    bars(Stage::new(), (false, 1), spoil, &[(R::PointsTooMany, "vehicle")]);
    let spoil = |stage: &mut Stage| {
        let subject = Subject::Vehicle(stage.new);
        let certificate = stage.world.certificate(subject, CertificateKind::VehicleLicence).id;
        let police = stage.world.parties.traffic_police.key.clone();
        let reason = word("forged");
        stage.world.send(&police, CertificateRevoke { subject, certificate, reason });
    };
    let red = [(R::CodeRed, "vehicle"), (R::CertificateMissing, "vehicle_licence")];
    bars(Stage::new(), (false, 1), spoil, &red);
}

#[test]
fn a_vehicle_over_the_limit_too_often_does_not_take_over() {
    let spoil = |stage: &mut Stage| {
        for _ in 0..4 {
            let action = stage.world.violation(Subject::Vehicle(stage.new), 0);
            let matter = stage.world.open_matter(MatterOpen { over_limit: true, ..action });
            let police = stage.world.parties.traffic_police.key.clone();
            stage.world.send(&police, MatterSettle { matter });
        }
    };
    bars(Stage::new(), (false, 1), spoil, &[(R::OverLimitTooMany, "vehicle")]);
}

#[test]
fn a_vehicle_that_is_not_bound_to_the_code_does_not_take_over() {
    let unbind = |stage: &mut Stage| {
        let unbind = VehicleUnbind { code: stage.driver.code, vehicle: stage.new };
        stage.world.send(&stage.driver.key, unbind);
    };
    bars(Stage::new(), (false, 1), unbind, &[(R::VehicleNotBound, "vehicle")]);

    let mut stage = Stage::new();
    let waybill = stage.load(false, 1);
    let others = stage.world.lorry();
    stage.world.driver_with(&[others]);
    let trailer = stage.world.vehicle_of(trailer_class(9_000));
    let expected = |code| [(code, "vehicle")];
    for (vehicle, code) in [
        (others, R::VehicleNotBound),
        (trailer, R::VehicleNotBound),
        (stage.old, R::InvalidField),
        (VehicleId::default(), R::NotFound),
    ] {
        stage.world.refuses(&stage.driver.key, propose(waybill, vehicle), &expected(code));
    }
}

#[test]
fn a_busy_vehicle_takes_over_part_loads_alone() {
    let whole = |stage: &mut Stage| {
        let new = stage.new;
        let other = stage.world.driver_with(&[new]);
        load_of(&mut stage.world, &other, (false, 1));
    };
    let part = |stage: &mut Stage| {
        let new = stage.new;
        let other = stage.world.driver_with(&[new]);
        load_of(&mut stage.world, &other, (true, 1));
    };
    let busy = [(R::VehicleBusy, "vehicle")];
    bars(Stage::new(), (false, 1), whole, &busy);
    bars(Stage::new(), (true, 1), whole, &busy);
    bars(Stage::new(), (false, 1), part, &busy);
    let mut stage = Stage::new();
    part(&mut stage);
    let waybill = stage.load(true, 1);
    let new = stage.new;
    stage.swap(waybill, new);
    assert_eq!(stage.world.vehicle(new).under_way.len(), 2);
}

#[test]
fn a_vehicle_takes_over_what_it_may_load_and_no_more() {
    let light = || Stage::of(World::new(), lorry_class(8_000));
    let mut stage = light();
    let (waybill, new) = (stage.load(false, 4_000), stage.new);
    stage.swap(waybill, new);
    let mut stage = light();
    let (waybill, new) = (stage.load(false, 4_001), stage.new);
    let over = [(R::OverLoaded, "weight_to_kg")];
    stage.world.refuses(&stage.driver.key, propose(waybill, new), &over);

    let shared = |stage: &mut Stage| {
        let new = stage.new;
        let other = stage.world.driver_with(&[new]);
        load_of(&mut stage.world, &other, (true, 5_000));
    };
    bars(Stage::new(), (true, 4_001), shared, &over);
    let mut stage = Stage::new();
    shared(&mut stage);
    let (waybill, new) = (stage.load(true, 4_000), stage.new);
    stage.swap(waybill, new);
}

#[test]
fn at_most_eight_share_the_vehicle_that_takes_over() {
    for (there, fits) in [(6, true), (7, false)] {
        let mut stage = Stage::new();
        let new = stage.new;
        let other = stage.world.driver_with(&[new]);
        for _ in 0..there {
            load_of(&mut stage.world, &other, (true, 1));
        }
        let (first, second) = (stage.load(true, 1), stage.load(true, 1));
        if fits {
            stage.swap(first, new);
            stage.swap(second, new);
            assert_eq!(stage.world.vehicle(new).under_way.len(), 8);
        } else {
            let busy = [(R::VehicleBusy, "vehicle")];
            stage.world.refuses(&stage.driver.key, propose(first, new), &busy);
        }
    }
}

#[test]
fn a_public_offer_s_type_of_vehicle_holds_for_the_one_that_takes_over() {
    let class = VehicleClass { vehicle_type: word("H31"), ..lorry_class(18_000) };
    let mut stage = Stage::of(World::new(), class);
    let limits = PublicLimits { prefectures: vec![], vehicle_type: Some(word("H11")) };
    let offer = stage.world.offer(WaybillKind::Public(limits));
    let waybill = stage.world.put_offer(offer);
    stage.world.send(&stage.driver.key, WaybillAccept { waybill });
    let other = [(R::NotOfferedToCode, "vehicle_type")];
    stage.world.refuses(&stage.driver.key, propose(waybill, stage.new), &other);
}

#[test]
fn a_refused_swap_is_told_every_reason() {
    let mut stage = Stage::of(World::new(), lorry_class(8_000));
    let (driver, new, maker) = (stage.driver.clone(), stage.new, stage.maker());
    let other = stage.world.driver_with(&[new]);
    let both = [stage.load(false, 5_000), load_of(&mut stage.world, &other, (false, 1))];
    for (waybill, driver) in both.into_iter().zip([&driver, &other]) {
        stage.world.advance((waybill, driver), WaybillState::Loaded);
    }
    stage.world.open_violation(Subject::Vehicle(new), 10);
    stage.world.wait(15 * DAY);
    let expected = [
        (R::CodeRed, "vehicle"),
        (R::PointsTooMany, "vehicle"),
        (R::VehicleBusy, "vehicle"),
        (R::OverLoaded, "weight_to_kg"),
    ];
    stage.world.refuses(&maker, propose(both[0], new), &expected);
}

#[test]
fn how_code_and_driver_stand_bars_no_swap() {
    let mut stage = Stage::new();
    let (driver, new) = (stage.driver.clone(), stage.new);
    let waybill = stage.world.waybill_in(&driver, WaybillState::Loaded);
    let regulator = stage.world.parties.regulator.key.clone();
    stage.world.open_violation(Subject::Person(driver.person), 10);
    stage.world.open_violation(Subject::Vehicle(stage.old), 10);
    stage.world.wait(15 * DAY).block(&[]);
    assert_eq!(stage.world.colour(driver.code), Some(Colour::Red));
    let suspend = CodeSuspend { code: driver.code, reason: word("inquiry") };
    stage.world.send(&regulator, suspend);
    let mut cancelled = stage.world.clone();
    stage.swap(waybill, new);
    assert!(stage.world.waybill(waybill).flagged);

    cancelled.send(&regulator, CodeCancel { code: driver.code, reason: word("fraud") });
    let unbound = [(R::VehicleNotBound, "vehicle")];
    cancelled.refuses(&driver.key, propose(waybill, new), &unbound);
}

#[test]
fn part_loads_that_move_fit_all_together_or_not_at_all() {
    let mut stage = Stage::of(World::new(), lorry_class(8_000));
    let (first, second, new) = (stage.load(true, 2_000), stage.load(true, 2_001), stage.new);
    let over = [(R::OverLoaded, "weight_to_kg")];
    for waybill in [first, second] {
        stage.world.refuses(&stage.driver.key, propose(waybill, new), &over);
    }
    let maker = stage.maker();
    let cancel = WaybillCancel { waybill: second, reason: word("plans") };
    stage.world.send(&maker, cancel);
    let third = stage.load(true, 2_000);
    stage.swap(first, new);
    stage.swap(third, new);
    assert_eq!(stage.world.vehicle(new).under_way, [first, third]);
}

#[test]
fn a_vehicle_that_its_driver_may_not_drive_does_not_take_over() {
    let spoil = |stage: &mut Stage| {
        let (subject, now) = (Subject::Person(stage.driver.person), stage.world.clock);
        let class = Class::Licence { classes: licence::B2 };
        stage.world.attest_as(subject, (CertificateKind::DrivingLicence, class), (now, None));
        let trailer = stage.world.vehicle_of(trailer_class(9_000));
        let (vehicle, maker) = (stage.new, stage.maker());
        stage.world.send(&maker, TrailerCouple { vehicle, trailer, statements: vec![] });
    };
    bars(Stage::new(), (false, 1), spoil, &[(R::ClassUnfit, "driving_licence")]);
}
