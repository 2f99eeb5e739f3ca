// SPDX-License-Identifier: Apache-2.0
//! Part loads share a vehicle, whoever drives it, up to what it may load (`domain.md` section 3).

use crate::common::fleet::*;
use crate::common::waybill::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::receipt::Outcome;
use chain::records::waybill::Offer;
use chain::records::*;
use chain::refusal::RefusalCode as R;

fn part(world: &mut World, weight_to_kg: u32) -> WaybillId {
    let offer = world.offer(public());
    world.put_offer(Offer { part_load: true, weight_from_kg: 1, weight_to_kg, ..offer })
}

fn whole(world: &mut World) -> WaybillId {
    let offer = world.offer(public());
    world.put_offer(Offer { weight_from_kg: 1, weight_to_kg: 1, ..offer })
}

/// A lorry that may load 9,000 kg, and two who drive it.
fn lorry_of_two() -> (World, VehicleId, Driver, Driver) {
    let mut world = World::new();
    world.permit();
    let lorry = world.lorry();
    let (first, second) = (world.driver_with(&[lorry]), world.driver_with(&[lorry]));
    (world, lorry, first, second)
}

#[test]
fn part_loads_share_a_vehicle_up_to_its_rated_load() {
    let (mut world, lorry, first, second) = lorry_of_two();
    let mut accepted = Vec::new();
    for (driver, weight) in [(&first, 4_000), (&second, 3_000)] {
        let waybill = part(&mut world, weight);
        world.send(&driver.key, WaybillAccept { waybill });
        accepted.push(waybill);
    }
    let (fits, over) = (part(&mut world, 2_000), part(&mut world, 2_001));
    let over_loaded = [(R::OverLoaded, "weight_to_kg")];
    world.refuses(&first.key, WaybillAccept { waybill: over }, &over_loaded);
    world.send(&first.key, WaybillAccept { waybill: fits });
    accepted.push(fits);
    assert_eq!(world.vehicle(lorry).under_way, accepted);
    let one = part(&mut world, 1);
    world.refuses(&second.key, WaybillAccept { waybill: one }, &over_loaded);
    world.advance((fits, &first), WaybillState::Arrived);
    world.send(&second.key, WaybillAccept { waybill: one });
}

#[test]
fn a_load_that_is_no_part_shares_with_none() {
    let (mut world, _, first, second) = lorry_of_two();
    let (waybill, other) = (part(&mut world, 1), whole(&mut world));
    let busy = [(R::VehicleBusy, "vehicle")];
    let mut wholly = world.clone();
    world.send(&first.key, WaybillAccept { waybill });
    wholly.send(&first.key, WaybillAccept { waybill: other });
    for driver in [&first, &second] {
        world.refuses(&driver.key, WaybillAccept { waybill: other }, &busy);
        wholly.refuses(&driver.key, WaybillAccept { waybill }, &busy);
    }
}

#[test]
fn at_most_eight_share_a_vehicle() {
    let (mut world, _, first, second) = lorry_of_two();
    for _ in 0..8 {
        let waybill = part(&mut world, 1);
        world.send(&first.key, WaybillAccept { waybill });
    }
    let ninth = WaybillAccept { waybill: part(&mut world, 1) };
    let busy = (R::VehicleBusy, "vehicle");
    world.refuses(&second.key, ninth.clone(), &[busy]);
    world.refuses(&first.key, ninth, &[busy, (R::TooMany, "code")]);
}

#[test]
fn what_lies_on_vehicle_and_trailer_counts_once() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let trailer = world.vehicle_of(trailer_class(9_000));
    let enterprise = world.parties.enterprise.key.clone();
    world.send(&enterprise, TrailerCouple { vehicle: lorry, trailer, statements: vec![] });
    let waybill = part(&mut world, 6_000);
    world.send(&driver.key, WaybillAccept { waybill });
    let (fits, over) = (part(&mut world, 7_500), part(&mut world, 7_501));
    let over_loaded = [(R::OverLoaded, "weight_to_kg")];
    world.refuses(&driver.key, WaybillAccept { waybill: over }, &over_loaded);
    world.send(&driver.key, WaybillAccept { waybill: fits });
}

/// How a waybill that was accepted ends or arrives.
type End = fn(&mut World, WaybillId, &Driver);

const ENDS: [(&str, End); 7] = [
    ("arrived", |world, id, driver| world.advance((id, driver), WaybillState::Arrived)),
    ("settled", |world, id, driver| world.advance((id, driver), WaybillState::Settled)),
    ("signed by silence", |world, id, driver| {
        world.advance((id, driver), WaybillState::Arrived);
        world.wait(15 * DAY).block(&[]);
        assert_eq!(world.waybill(id).state, WaybillState::Signed);
    }),
    ("cancelled by the driver", |world, waybill, driver| {
        world.send(&driver.key, WaybillCancel { waybill, reason: word("plans") });
    }),
    ("cancelled by the maker", |world, waybill, _| {
        let maker = world.parties.enterprise.key.clone();
        world.send(&maker, WaybillCancel { waybill, reason: word("plans") });
    }),
    ("cancelled by itself", |world, waybill, _| {
        let ends = world.waybill(waybill).offer.load_by.plus(DAY);
        world.pass_to(ends);
        assert_eq!(world.waybill(waybill).state, WaybillState::Cancelled);
    }),
    ("aborted", |world, waybill, driver| {
        world.advance((waybill, driver), WaybillState::InTransit);
        let maker = world.parties.enterprise.key.clone();
        world.send(&maker, WaybillAbort { waybill, reason: word("plans") });
        world.send(&driver.key, WaybillAbortAgree { waybill });
    }),
];

#[test]
fn every_ending_frees_its_own_share_and_no_more() {
    for (name, end) in ENDS {
        let (mut world, lorry, first, second) = lorry_of_two();
        let offer = world.offer(public());
        let lapses = world.put_offer(Offer { part_load: true, ..offer });
        let (stays, ends) = (part(&mut world, 3_000), part(&mut world, 6_000));
        world.send(&first.key, WaybillAccept { waybill: stays });
        world.advance((stays, &first), WaybillState::Loaded);
        world.send(&second.key, WaybillAccept { waybill: ends });
        end(&mut world, ends, &second);
        world.wait(30 * DAY).block(&[]);
        assert_eq!(world.waybill(lapses).state, WaybillState::Lapsed);
        assert_eq!(world.vehicle(lorry).under_way, [stays], "{name}");
        assert_eq!(world.code(first.code).waybills, [stays], "{name}");
        assert_eq!(world.code(second.code).waybills, [], "{name}");
        let (fits, over) = (part(&mut world, 6_000), part(&mut world, 6_001));
        let over_loaded = [(R::OverLoaded, "weight_to_kg")];
        world.refuses(&second.key, WaybillAccept { waybill: over }, &over_loaded);
        world.send(&second.key, WaybillAccept { waybill: fits });
    }
}

#[test]
fn a_load_that_neither_shares_nor_fits_is_told_both() {
    let (mut world, _, first, second) = lorry_of_two();
    let waybill = part(&mut world, 9_000);
    world.send(&first.key, WaybillAccept { waybill });
    let offer = world.offer(public());
    let whole = world.put_offer(Offer { weight_to_kg: 9_001, ..offer });
    let both = [(R::VehicleBusy, "vehicle"), (R::OverLoaded, "weight_to_kg")];
    world.refuses(&second.key, WaybillAccept { waybill: whole }, &both);
}

#[test]
fn the_last_part_load_that_fits_goes_to_the_first_who_accepts() {
    let (mut world, lorry, first, second) = lorry_of_two();
    let (one, other) = (part(&mut world, 5_000), part(&mut world, 5_000));
    let block = [
        world.sign(&second.key, WaybillAccept { waybill: one }),
        world.sign(&first.key, WaybillAccept { waybill: other }),
    ];
    let outcomes = world.block(&block);
    assert!(matches!(outcomes[0], Outcome::Executed { .. }));
    assert!(matches!(outcomes[1], Outcome::Refused { .. }));
    assert_eq!(world.vehicle(lorry).under_way, [one]);
}
