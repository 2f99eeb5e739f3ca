// SPDX-License-Identifier: Apache-2.0
//! Accesses on a waybill: its maker, about the code that carries it, the least set, while it is under way
//! and 30 days after.

use crate::common::exchange::*;
use crate::common::swap::Stage;
use crate::common::waybill::*;
use crate::common::*;
use chain::Time;
use chain::actions::*;
use chain::ids::*;
use chain::records::*;
use chain::refusal::RefusalCode as R;

fn ask(code: CodeId, waybill: WaybillId) -> AccessRecord {
    let (basis, fields) = (Basis::Waybill(waybill), FieldSet::LEAST);
    AccessRecord { about: code.into(), basis, fields, request: request() }
}

#[test]
fn the_maker_sees_the_least_set_from_acceptance_to_30_days_after_and_in_no_other_state() {
    use WaybillState::*;
    for state in STATES {
        let mut world = World::new();
        let (driver, lorry) = world.crew();
        let maker = world.parties.enterprise.key.clone();
        let id = world.waybill_in(&driver, state);
        let ask = ask(driver.code, id);
        if matches!(state, Offered | Declined | Withdrawn | Lapsed) {
            world.refuses(&maker, ask, &[(R::NoBasis, "code")]);
            continue;
        }
        let record = World::first_made(world.send(&maker, ask));
        let access: Access = world.get(record);
        assert_eq!((access.vehicles, access.custody), (vec![lorry], None), "{state:?}");
    }
}

#[test]
fn after_a_swap_it_is_about_the_vehicle_that_took_over() {
    let mut stage = Stage::new();
    let waybill = stage.load(false, 5_000);
    let (maker, ask) = (stage.maker(), ask(stage.driver.code, waybill));
    let seen = |stage: &mut Stage| {
        let transaction = stage.world.send(&maker, ask.clone());
        stage.world.get::<Access>(World::first_made(transaction)).vehicles
    };
    assert_eq!(seen(&mut stage), [stage.old]);
    stage.swap(waybill, stage.new);
    assert_eq!(seen(&mut stage), [stage.new]);
}

/// When a waybill that ends in a state was no longer under way.
fn over_at(world: &World, id: WaybillId) -> Time {
    world.waybill(id).was_under_way_until().expect("it is over")
}

#[test]
fn the_basis_ends_to_the_millisecond_30_days_after_it_was_under_way() {
    use WaybillState::*;
    for state in [Arrived, Signed, Settled, Cancelled, Aborted] {
        let mut world = World::new();
        let (driver, _) = world.crew();
        let maker = world.parties.enterprise.key.clone();
        let id = world.waybill_in(&driver, state);
        let end = over_at(&world, id).plus(30 * DAY);
        for (at, good) in [(Time(end.0 - 1), true), (end, false)] {
            let mut world = world.clone();
            world.at(at);
            if good {
                world.send(&maker, ask(driver.code, id));
            } else {
                assert_eq!(world.refused(&maker, ask(driver.code, id)), [R::NoBasis], "{state:?}");
            }
        }
    }
}

#[test]
fn what_arrived_counts_from_its_arrival_however_long_it_waits_to_be_settled() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let maker = world.parties.enterprise.key.clone();
    let id = world.waybill_in(&driver, WaybillState::Arrived);
    let arrived_at = over_at(&world, id);
    // Silence signs it after 15 days.
    world.at(arrived_at.plus(20 * DAY));
    world.send(&maker, ask(driver.code, id));
    assert_eq!(world.waybill(id).state, WaybillState::Signed);
    assert_eq!(over_at(&world, id), arrived_at);
    world.at(arrived_at.plus(30 * DAY));
    assert_eq!(world.refused(&maker, ask(driver.code, id)), [R::NoBasis]);
}

#[test]
fn a_parameter_decides_how_long_by_its_value_when_it_was_over() {
    let mut world = World::with(&[(ParameterName::NoticeMs, 0)]);
    let (driver, _) = world.crew();
    let p = world.parties.clone();
    let id = world.waybill_in(&driver, WaybillState::Cancelled);
    let end = over_at(&world, id);
    let (name, from) = (ParameterName::WaybillAccessMs, end.plus(DAY));
    world.send(&p.regulator.key, ParameterSet { name, value: 0, from });
    world.at(end.plus(10 * DAY));
    world.send(&p.enterprise.key, ask(driver.code, id));
    let later = world.waybill_in(&driver, WaybillState::Cancelled);
    world.refuses(&p.enterprise.key, ask(driver.code, later), &[(R::NoBasis, "waybill")]);
}

#[test]
fn nobody_but_the_maker_has_a_basis_in_it_and_about_no_other_code() {
    let mut world = World::new();
    world.let_others_ask();
    let (driver, _) = world.crew();
    let other = world.driver_for(&[], None);
    let p = world.parties.clone();
    let id = world.waybill_in(&driver, WaybillState::InTransit);
    for party in [&p.other_enterprise, &p.platform, &p.insurer, &p.regulator] {
        world.refuses(&party.key, ask(driver.code, id), &[(R::NoBasis, "sender")]);
    }
    world.refuses(&p.enterprise.key, ask(other.code, id), &[(R::NoBasis, "code")]);
    // Whether the code carries it is told to its maker alone.
    world.refuses(&p.other_enterprise.key, ask(other.code, id), &[(R::NoBasis, "sender")]);
}

#[test]
fn the_least_set_has_four_fields_and_no_other() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let maker = world.parties.enterprise.key.clone();
    let id = world.waybill_in(&driver, WaybillState::Loaded);
    let mut seen = Vec::new();
    for field in ExchangeField::ALL {
        let one = AccessRecord { fields: fields(&[*field]), ..ask(driver.code, id) };
        let with_all: FieldSet = FieldSet::LEAST.iter().chain([*field]).collect();
        let more = AccessRecord { fields: with_all, ..ask(driver.code, id) };
        if FieldSet::LEAST.contains(*field) {
            world.send(&maker, one);
            seen.push(*field);
        } else {
            world.refuses(&maker, one, &[(R::FieldsBeyondBasis, "fields")]);
            world.refuses(&maker, more, &[(R::FieldsBeyondBasis, "fields")]);
        }
    }
    use ExchangeField::*;
    assert_eq!(seen, [Name, Phone, Plate, Validity]);
}

#[test]
fn the_contract_goes_on_while_the_code_is_suspended_or_cancelled() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let p = world.parties.clone();
    let id = world.waybill_in(&driver, WaybillState::InTransit);
    let (code, reason) = (driver.code, word("inquiry"));
    world.send(&p.regulator.key, CodeSuspend { code, reason: reason.clone() });
    world.send(&p.enterprise.key, ask(code, id));
    world.send(&p.regulator.key, CodeCancel { code, reason });
    let record = World::first_made(world.send(&p.enterprise.key, ask(code, id)));
    assert_eq!(world.get::<Access>(record).vehicles, [lorry], "the waybill's, not the code's");
}
