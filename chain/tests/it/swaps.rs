// SPDX-License-Identifier: Apache-2.0
//! Another vehicle takes over under way: proposed by one side, agreed to by the other, and recorded
//! (`domain.md` sections 2 and 5). Which vehicle may is in `takeovers`.

use crate::common::fleet::*;
use crate::common::swap::*;
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::records::waybill::{Side, Swap, Swapped};
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Past, Time};

const UNDER_WAY: [WaybillState; 3] =
    [WaybillState::Accepted, WaybillState::Loaded, WaybillState::InTransit];

/// The events of a waybill from an instant on, with their instants.
fn events(world: &World, id: WaybillId, since: Time) -> Vec<(Event, Time)> {
    let newest = world.memory.header_before(Time(u64::MAX)).unwrap().height;
    (0..=newest.0)
        .flat_map(|height| world.memory.changes_at(Height(height)))
        .filter(|change| change.version.id == id.0 && change.at >= since)
        .map(|change| (change.event, change.at))
        .collect()
}

#[test]
fn a_vehicle_takes_over_once_the_other_side_agrees_and_the_waybill_records_it() {
    for state in UNDER_WAY {
        for by in [Side::Driver, Side::Maker] {
            let mut stage = Stage::new();
            let (driver, old, new) = (stage.driver.clone(), stage.old, stage.new);
            let waybill = stage.world.waybill_in(&driver, state);
            let [proposer, other] = stage.sides(by);
            let since = stage.world.clock;
            stage.world.send(&proposer, propose(waybill, new));
            let until = since.plus(7 * DAY);
            let reason = word("breakdown");
            let proposed = (by == Side::Driver).then_some(Custody::Device);
            let custody = proposed;
            let open =
                Swap { by, vehicle: new, custody, reason: reason.clone(), until, agreed: false };
            assert_eq!(stage.world.waybill(waybill).swap, Some(open));
            assert_eq!(stage.carrying(waybill), [true, false], "nothing moves yet");

            let at = stage.world.clock;
            stage.world.send(&other, WaybillSwapAgree { waybill, vehicle: new });
            let record = stage.world.waybill(waybill);
            let carrier = record.carrier.unwrap();
            assert_eq!((record.state, carrier.vehicle, record.swap), (state, new, None));
            let (from_trailer, to_trailer) = (None, None);
            let custody = Some(Custody::Device);
            let swapped =
                Swapped { at, from: old, from_trailer, to: new, to_trailer, by, custody, reason };
            assert_eq!(record.swaps, [swapped]);
            let both = [(Event::WaybillSwapChanged, since), (Event::WaybillSwapped, at)];
            assert_eq!(events(&stage.world, waybill, since), both);
            assert_eq!(stage.carrying(waybill), [false, true]);
            let code = stage.world.code(driver.code);
            assert_eq!((code.current, code.waybills), (Some(new), vec![waybill]));
            assert_eq!(code.vehicles, [old, new], "both stay bound");
            assert_eq!(stage.world.vehicle(old).current_for, []);
            assert_eq!(stage.world.vehicle(new).current_for, [driver.code]);

            stage.world.advance((waybill, &driver), WaybillState::Settled);
            assert_eq!(stage.carrying(waybill), [false, false]);
        }
    }
}

#[test]
fn only_the_other_side_agrees_and_to_the_vehicle_that_was_proposed() {
    for by in [Side::Driver, Side::Maker] {
        let mut stage = Stage::new();
        let (driver, old, new) = (stage.driver.clone(), stage.old, stage.new);
        let waybill = stage.world.waybill_in(&driver, WaybillState::Loaded);
        let [proposer, other] = stage.sides(by);
        let agree = WaybillSwapAgree { waybill, vehicle: new };
        let none = [(R::NoProposal, "waybill")];
        stage.world.refuses(&other, agree.clone(), &none);
        stage.world.send(&proposer, propose(waybill, new));
        stage.world.refuses(&proposer, agree.clone(), &none);
        stage.world.refuses(&other, WaybillSwapAgree { waybill, vehicle: old }, &none);
        let parties = stage.world.parties.clone();
        let stranger = stage.world.driver_for(&[], None);
        for key in [&parties.other_enterprise.key, &stranger.key] {
            stage.world.refuses(key, agree.clone(), &[(R::NotAllowed, "")]);
            stage.world.refuses(key, propose(waybill, new), &[(R::NotAllowed, "")]);
        }
        stage.world.send(&other, agree.clone());
        stage.world.refuses(&other, agree, &none);
    }
}

#[test]
fn one_proposal_is_open_and_who_made_it_may_name_another_vehicle() {
    let mut stage = Stage::new();
    let (driver, new) = (stage.driver.clone(), stage.new);
    let third = stage.world.lorry();
    let maker = stage.maker();
    let bind = VehicleBind { code: driver.code, vehicle: third, statements: vec![] };
    let bind = stage.world.stated(bind, &[&driver.key]);
    stage.world.send(&maker, bind);
    let waybill = stage.world.waybill_in(&driver, WaybillState::Accepted);
    stage.world.send(&driver.key, propose(waybill, new));
    let open = [(R::ProposalOpen, "waybill")];
    stage.world.refuses(&driver.key, propose(waybill, new), &open);
    stage.world.refuses(&maker, propose(waybill, new), &open);
    stage.world.refuses(&maker, propose(waybill, third), &open);

    stage.world.wait(DAY);
    let proposed_at = stage.world.clock;
    stage.world.send(&driver.key, propose(waybill, third));
    let swap = stage.world.waybill(waybill).swap.unwrap();
    assert_eq!((swap.vehicle, swap.until), (third, proposed_at.plus(7 * DAY)));
    let agree = |vehicle| WaybillSwapAgree { waybill, vehicle };
    stage.world.refuses(&maker, agree(new), &[(R::NoProposal, "waybill")]);
    stage.world.send(&maker, agree(third));
    assert_eq!(stage.world.waybill(waybill).carrier.unwrap().vehicle, third);
}

#[test]
fn a_proposed_swap_is_open_for_7_days() {
    let mut stage = Stage::new();
    let (driver, vehicle) = (stage.driver.clone(), stage.new);
    let waybill = stage.world.waybill_in(&driver, WaybillState::InTransit);
    let maker = stage.maker();
    let regulator = stage.world.parties.regulator.key.clone();
    let until = stage.world.clock.plus(7 * DAY);
    stage.world.send(&driver.key, propose(waybill, vehicle));
    let from = stage.world.clock.plus(DAY + 10);
    let shorter = ParameterSet { name: ParameterName::AgreeMs, value: SECOND, from };
    stage.world.send(&regulator, shorter);
    assert_eq!(stage.world.waybill(waybill).next_change_at, Some(until));
    let agree = WaybillSwapAgree { waybill, vehicle };
    let mut in_time = stage.world.clone();
    in_time.at(Time(until.0 - 1)).send(&maker, agree.clone());
    assert_eq!(in_time.waybill(waybill).next_change_at, None);
    stage.world.at(until);
    stage.world.refuses(&maker, agree, &[(R::NoProposal, "waybill")]);
    assert_eq!(stage.world.waybill(waybill).swap, None);
    assert_eq!(events(&stage.world, waybill, until), [(Event::WaybillSwapChanged, until)]);
    assert_eq!(stage.carrying(waybill), [true, false]);

    let again = stage.world.clock;
    stage.world.send(&maker, propose(waybill, vehicle));
    assert_eq!(stage.world.waybill(waybill).swap.unwrap().until, again.plus(SECOND));
}

#[test]
fn the_new_vehicle_decides_the_colour() {
    let mut stage = Stage::new();
    let (driver, new) = (stage.driver.clone(), stage.new);
    let waybill = stage.world.waybill_in(&driver, WaybillState::Loaded);
    stage.world.open_violation(Subject::Vehicle(stage.old), 3);
    assert_eq!(stage.world.colour(driver.code), Some(Colour::Yellow));
    stage.swap(waybill, new);
    assert_eq!(stage.world.colour(driver.code), Some(Colour::Blue));
    stage.world.open_violation(Subject::Vehicle(new), 3);
    assert_eq!(stage.world.colour(driver.code), Some(Colour::Yellow));
}

#[test]
fn part_loads_of_one_code_move_together_with_the_last_agreement() {
    let mut stage = Stage::new();
    let (driver, old, new, maker) = (stage.driver.clone(), stage.old, stage.new, stage.maker());
    let (first, second) = (stage.load(true, 4_000), stage.load(true, 5_000));
    let other = stage.world.driver_with(&[old]);
    stage.world.advance((second, &driver), WaybillState::InTransit);
    stage.swap(first, new);
    let waiting = stage.world.waybill(first);
    assert!(waiting.swap.as_ref().unwrap().agreed && waiting.swaps.is_empty());
    assert_eq!(stage.world.vehicle(old).under_way, [first, second], "nothing moves yet");
    let agree = |waybill| WaybillSwapAgree { waybill, vehicle: new };
    stage.world.refuses(&maker, agree(first), &[(R::CodeHasWaybill, "waybill")]);

    // The other way round: the maker proposes, the driver agrees.
    stage.world.send(&maker, propose(second, new));
    let at = stage.world.clock;
    stage.world.send(&driver.key, agree(second));
    for (waybill, by) in [(first, Side::Driver), (second, Side::Maker)] {
        let record = stage.world.waybill(waybill);
        let swaps: Vec<_> = record.swaps.iter().map(|s| (s.at, s.from, s.to, s.by)).collect();
        assert_eq!(swaps, [(at, old, new, by)]);
        assert_eq!((record.carrier.unwrap().vehicle, record.swap), (new, None));
        assert_eq!(events(&stage.world, waybill, at), [(Event::WaybillSwapped, at)]);
    }
    assert_eq!(stage.world.vehicle(old).under_way, []);
    assert_eq!(stage.world.vehicle(new).under_way, [first, second]);
    load_of(&mut stage.world, &other, (false, 9_000));
}

#[test]
fn what_others_carry_on_the_vehicle_stays_on_it() {
    let mut stage = Stage::new();
    let (old, new) = (stage.old, stage.new);
    let other = stage.world.driver_with(&[old]);
    let stays = load_of(&mut stage.world, &other, (true, 4_000));
    let waybill = stage.load(true, 5_000);
    stage.swap(waybill, new);
    assert_eq!(stage.world.vehicle(old).under_way, [stays]);
    assert_eq!(stage.world.vehicle(old).current_for, [other.code]);
    assert_eq!(stage.world.vehicle(new).under_way, [waybill]);
    let share = load_of(&mut stage.world, &other, (true, 5_000));
    assert_eq!(stage.world.vehicle(old).under_way, [stays, share], "its room is free again");
}

#[test]
fn an_agreement_that_waits_is_given_again_once_the_others_have_ended() {
    let mut stage = Stage::new();
    let (driver, new, maker) = (stage.driver.clone(), stage.new, stage.maker());
    let (first, second) = (stage.load(true, 4_000), stage.load(true, 5_000));
    stage.swap(first, new);
    stage.world.advance((second, &driver), WaybillState::Arrived);
    assert_eq!(stage.carrying(first), [true, false], "nobody moves it by silence");
    stage.world.send(&maker, WaybillSwapAgree { waybill: first, vehicle: new });
    assert_eq!(stage.carrying(first), [false, true]);
    assert_eq!(stage.world.waybill(second).swaps, [], "it had arrived");
}

#[test]
fn an_agreement_that_waits_lapses_with_its_proposal() {
    let mut stage = Stage::new();
    let (driver, new, maker) = (stage.driver.clone(), stage.new, stage.maker());
    let (first, second) = (stage.load(true, 1), stage.load(true, 1));
    for waybill in [first, second] {
        stage.world.advance((waybill, &driver), WaybillState::Loaded);
    }
    let until = stage.world.clock.plus(7 * DAY);
    stage.swap(first, new);
    stage.world.at(Time(until.0 - 1)).send(&driver.key, propose(second, new));
    let agree = WaybillSwapAgree { waybill: second, vehicle: new };
    assert_eq!(stage.world.clock, until);
    stage.world.send(&maker, agree);
    assert_eq!(stage.world.waybill(first).swap, None);
    assert!(stage.world.waybill(second).swap.unwrap().agreed, "it waits for the first now");
    assert_eq!(stage.carrying(second), [true, false]);
}

#[test]
fn a_trailer_goes_with_its_vehicle() {
    let mut stage = Stage::new();
    let (driver, old, new, maker) = (stage.driver.clone(), stage.old, stage.new, stage.maker());
    let trailers = [old, new].map(|vehicle| {
        let trailer = stage.world.vehicle_of(trailer_class(9_000));
        stage.world.send(&maker, TrailerCouple { vehicle, trailer, statements: vec![] });
        trailer
    });
    let waybill = stage.load(false, 13_500);
    let uncouple = TrailerUncouple { vehicle: old };
    let under_way = [(R::VehicleUnderWay, "vehicle")];
    stage.world.refuses(&maker, uncouple.clone(), &under_way);
    stage.swap(waybill, new);
    let under_way_of = |world: &World, id: VehicleId| world.vehicle(id).under_way;
    assert_eq!(trailers.map(|id| under_way_of(&stage.world, id)), [vec![], vec![waybill]]);
    let record = stage.world.waybill(waybill);
    let swapped = &record.swaps[0];
    let both = (swapped.from_trailer, swapped.to_trailer);
    assert_eq!(both, (Some(trailers[0]), Some(trailers[1])));
    assert_eq!(record.carrier.unwrap().trailer, Some(trailers[1]));
    assert_eq!(stage.world.code(driver.code).trailer, Some(trailers[1]));
    stage.world.send(&maker, uncouple);
    stage.world.refuses(&maker, TrailerUncouple { vehicle: new }, &under_way);
    stage.world.advance((waybill, &driver), WaybillState::Arrived);
    assert_eq!(under_way_of(&stage.world, trailers[1]), []);
}

#[test]
fn deadlines_stay_as_they_were() {
    let mut stage = Stage::new();
    let (driver, new) = (stage.driver.clone(), stage.new);
    let waybill = stage.world.waybill_in(&driver, WaybillState::Accepted);
    let before = stage.world.waybill(waybill);
    stage.world.wait(DAY);
    stage.swap(waybill, new);
    let after = stage.world.waybill(waybill);
    let ends = before.offer.load_by.plus(DAY);
    assert_eq!((after.next_change_at, before.next_change_at), (Some(ends), Some(ends)));
    assert_eq!(after.carrier.unwrap().accepted_at, before.carrier.unwrap().accepted_at);
    stage.world.pass_to(Time(ends.0 - 1));
    assert_eq!(stage.carrying(waybill), [false, true]);
    stage.world.pass_to(ends);
    assert_eq!(stage.world.waybill(waybill).state, WaybillState::Cancelled);
    assert_eq!(stage.carrying(waybill), [false, false], "it is taken off the right one");
    assert_eq!(stage.world.code(driver.code).waybills, []);
}

#[test]
fn a_vehicle_under_way_is_unbound_only_after_another_took_over() {
    let mut stage = Stage::new();
    let (driver, old, new) = (stage.driver.clone(), stage.old, stage.new);
    let waybill = stage.world.waybill_in(&driver, WaybillState::Accepted);
    let unbind = |vehicle| VehicleUnbind { code: driver.code, vehicle };
    let under_way = [(R::VehicleUnderWay, "vehicle")];
    stage.world.refuses(&driver.key, unbind(old), &under_way);
    stage.world.send(&driver.key, propose(waybill, new));
    stage.world.refuses(&driver.key, unbind(old), &under_way);
    let maker = stage.maker();
    stage.world.send(&maker, WaybillSwapAgree { waybill, vehicle: new });
    stage.world.refuses(&driver.key, unbind(new), &under_way);
    let choose = VehicleChoose { code: driver.code, vehicle: Some(old) };
    stage.world.refuses(&driver.key, choose, &[(R::VehicleUnderWay, "code")]);
    stage.world.send(&driver.key, unbind(old));
    let code = stage.world.code(driver.code);
    assert_eq!((code.vehicles, code.current), (vec![new], Some(new)));
}

#[test]
fn a_waybill_is_swapped_at_most_eight_times() {
    let mut stage = Stage::new();
    let (driver, old, new) = (stage.driver.clone(), stage.old, stage.new);
    let waybill = stage.world.waybill_in(&driver, WaybillState::Loaded);
    for round in 0..8 {
        let to = if round % 2 == 0 { new } else { old };
        stage.swap(waybill, to);
        assert_eq!(stage.world.waybill(waybill).swaps.len(), round + 1);
    }
    let many = [(R::TooMany, "waybill")];
    stage.world.refuses(&driver.key, propose(waybill, new), &many);
    let record = stage.world.waybill(waybill);
    let path: Vec<_> = record.swaps.iter().map(|swap| (swap.from, swap.to)).collect();
    assert_eq!(path[..2], [(old, new), (new, old)]);
    assert_eq!(stage.carrying(waybill), [true, false]);
}

#[test]
fn a_swap_and_an_abort_are_open_beside_each_other_and_the_first_agreement_counts() {
    let mut stage = Stage::new();
    let (driver, new, maker) = (stage.driver.clone(), stage.new, stage.maker());
    let waybill = stage.world.waybill_in(&driver, WaybillState::Loaded);
    stage.world.send(&driver.key, propose(waybill, new));
    stage.world.send(&maker, WaybillAbort { waybill, reason: word("landslide") });
    let record = stage.world.waybill(waybill);
    assert!(record.swap.is_some() && record.abort.is_some());
    let (abort, swap) = (WaybillAbortAgree { waybill }, WaybillSwapAgree { waybill, vehicle: new });

    let mut aborted = stage.world.clone();
    aborted.send(&driver.key, abort.clone());
    let record = aborted.waybill(waybill);
    assert_eq!((record.state, record.swap), (WaybillState::Aborted, None));
    aborted.refuses(&maker, swap.clone(), &[(R::WaybillState, "waybill")]);
    assert_eq!(aborted.vehicle(stage.old).under_way, []);

    stage.world.send(&maker, swap);
    let record = stage.world.waybill(waybill);
    assert!(record.swap.is_none() && record.abort.is_some(), "the abort is still open");
    stage.world.send(&driver.key, abort);
    assert_eq!(stage.world.waybill(waybill).state, WaybillState::Aborted);
    assert_eq!(stage.carrying(waybill), [false, false]);
}

#[test]
fn a_swap_and_an_abort_proposed_at_once_lapse_at_once() {
    let mut stage = Stage::new();
    let (driver, new, maker) = (stage.driver.clone(), stage.new, stage.maker());
    let waybill = stage.world.waybill_in(&driver, WaybillState::Loaded);
    let until = stage.world.clock.plus(7 * DAY);
    let abort = WaybillAbort { waybill, reason: word("landslide") };
    let block =
        [stage.world.sign(&driver.key, propose(waybill, new)), stage.world.sign(&maker, abort)];
    stage.world.block(&block);
    assert_eq!(stage.world.waybill(waybill).next_change_at, Some(until));
    stage.world.pass_to(until.plus(1));
    let record = stage.world.waybill(waybill);
    assert_eq!((record.abort, record.swap, record.next_change_at), (None, None, None));
    let both = [(Event::WaybillAbortChanged, until), (Event::WaybillSwapChanged, until)];
    assert_eq!(events(&stage.world, waybill, until), both);
}

#[test]
fn arrival_and_cancellation_end_a_proposed_swap() {
    let mut stage = Stage::new();
    let (driver, new, maker) = (stage.driver.clone(), stage.new, stage.maker());
    let waybill = stage.world.waybill_in(&driver, WaybillState::InTransit);
    stage.world.send(&driver.key, propose(waybill, new));
    stage.world.advance((waybill, &driver), WaybillState::Arrived);
    assert_eq!(stage.world.waybill(waybill).swap, None);
    let agree = |waybill| WaybillSwapAgree { waybill, vehicle: new };
    stage.world.refuses(&maker, agree(waybill), &[(R::WaybillState, "waybill")]);

    let waybill = stage.world.waybill_in(&driver, WaybillState::Accepted);
    let ends = stage.world.waybill(waybill).offer.load_by.plus(DAY);
    stage.world.send(&driver.key, propose(waybill, new));
    let mut by_itself = stage.world.clone();
    stage.world.send(&maker, WaybillCancel { waybill, reason: word("plans") });
    by_itself.pass_to(ends);
    for world in [&stage.world, &by_itself] {
        let record = world.waybill(waybill);
        assert_eq!((record.state, record.swap), (WaybillState::Cancelled, None));
        assert_eq!(record.next_change_at, None);
    }
}
