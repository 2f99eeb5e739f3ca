// SPDX-License-Identifier: Apache-2.0
//! Waybills, step by step: who takes each step, in which state, with what (`domain.md` section 5).

use crate::common::fleet::*;
use crate::common::waybill::*;
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::records::key::Roles;
use chain::records::waybill::{Carrier, Offer, Side, Step};
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Action, Hash, Past, Time};

/// A world, a crew of it, and the lorry.
fn stage() -> (World, Driver, VehicleId) {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    (world, driver, lorry)
}

#[test]
fn a_waybill_goes_from_offer_to_settlement_and_keeps_every_step() {
    let (mut world, driver, lorry) = stage();
    let offered_at = world.clock;
    let offer = world.offer(WaybillKind::Exclusive { code: driver.code });
    let id = world.put_offer(offer.clone());
    let waybill = world.waybill(id);
    assert_eq!((waybill.state, waybill.offered_at), (WaybillState::Offered, offered_at));
    assert_eq!((waybill.maker, waybill.offer), (world.parties.enterprise.id, offer));

    let mut times = Vec::new();
    for state in &PATH[1..6] {
        times.push(world.wait(DAY / 2).clock);
        let (key, action) = world.step_into(*state, (id, &driver));
        world.send(&key, action);
        let waybill = world.waybill(id);
        assert_eq!(waybill.state, *state);
        let busy = if waybill.is_under_way() { vec![id] } else { vec![] };
        assert_eq!(world.vehicle(lorry).under_way, busy, "{state:?}");
        assert_eq!(world.code(driver.code).waybills, busy, "{state:?}");
    }
    world.propose_settlement(id);
    let settled_at = world.clock;
    world.send(&driver.key, WaybillSettleAgree { waybill: id });

    let waybill = world.waybill(id);
    let step = |at: Time| Some(Step { at, recorded_at: at, evidence: Hash::of(b"photo") });
    let carrier = Carrier {
        code: driver.code,
        person: driver.person,
        vehicle: lorry,
        trailer: None,
        accepted_at: times[0],
    };
    assert_eq!(waybill.carrier, Some(carrier));
    assert_eq!(waybill.loaded, step(times[1]));
    assert_eq!(waybill.departed, step(times[2]));
    assert_eq!(waybill.arrived, step(times[3]));
    let signed = waybill.signed.unwrap();
    assert_eq!((signed.at, signed.by_silence), (times[4], false));
    assert_eq!((signed.weight_kg, signed.distance_km, signed.difference_ppm), (5_000, 150, 0));
    assert_eq!((waybill.state, waybill.ended_at), (WaybillState::Settled, Some(settled_at)));
    assert_eq!((waybill.next_change_at, waybill.flagged), (None, false));
    assert_eq!(world.colour(driver.code), Some(Colour::Blue), "a waybill has no colour");
}

#[test]
fn each_step_has_its_event() {
    let (mut world, driver, _) = stage();
    let id = world.offer_to(&driver);
    world.advance((id, &driver), WaybillState::Settled);
    let newest = world.memory.header_before(Time(u64::MAX)).unwrap().height;
    let events: Vec<Event> = (0..=newest.0)
        .flat_map(|height| world.memory.changes_at(Height(height)))
        .filter(|change| change.version.kind == RecordKind::Waybill)
        .map(|change| change.event)
        .collect();
    let expected = [
        Event::WaybillOffered,
        Event::WaybillAccepted,
        Event::WaybillLoaded,
        Event::WaybillDeparted,
        Event::WaybillArrived,
        Event::WaybillSigned,
        Event::WaybillSettlementProposed,
        Event::WaybillSettled,
    ];
    assert_eq!(events, expected);
}

#[test]
fn a_trailer_goes_along_and_is_free_again() {
    let (mut world, driver, lorry) = stage();
    let trailer = world.vehicle_of(trailer_class(9_000));
    let enterprise = world.parties.enterprise.key.clone();
    world.send(&enterprise, TrailerCouple { vehicle: lorry, trailer, statements: vec![] });
    let id = world.waybill_in(&driver, WaybillState::Accepted);
    assert_eq!(world.waybill(id).carrier.unwrap().trailer, Some(trailer));
    assert_eq!(world.vehicle(trailer).under_way, [id]);
    let uncouple = TrailerUncouple { vehicle: lorry };
    world.refuses(&enterprise, uncouple.clone(), &[(R::VehicleUnderWay, "vehicle")]);
    let choose = VehicleChoose { code: driver.code, vehicle: None };
    world.refuses(&driver.key, choose, &[(R::VehicleUnderWay, "code")]);
    let unbind = VehicleUnbind { code: driver.code, vehicle: lorry };
    world.refuses(&driver.key, unbind, &[(R::VehicleUnderWay, "vehicle")]);
    world.advance((id, &driver), WaybillState::Arrived);
    assert_eq!(world.vehicle(trailer).under_way, []);
    world.send(&enterprise, uncouple);
}

/// What may be asked of a waybill, by the right sender.
type Ask = (&'static str, Side, fn(WaybillId, Time) -> Action);

const ASKS: [Ask; 21] = [
    ("accept", Side::Driver, |waybill, _| WaybillAccept { waybill }.into()),
    ("decline", Side::Driver, |waybill, _| {
        WaybillDecline { waybill, reason: word("plans") }.into()
    }),
    ("withdraw", Side::Maker, |waybill, _| {
        WaybillWithdraw { waybill, reason: word("plans") }.into()
    }),
    ("cancel", Side::Driver, |waybill, _| WaybillCancel { waybill, reason: word("plans") }.into()),
    ("cancel", Side::Maker, |waybill, _| WaybillCancel { waybill, reason: word("plans") }.into()),
    ("load", Side::Driver, |waybill, at| WaybillLoad { waybill, at, evidence: Hash::ZERO }.into()),
    ("depart", Side::Driver, |waybill, at| {
        WaybillDepart { waybill, at, evidence: Hash::ZERO }.into()
    }),
    ("arrive", Side::Driver, |waybill, at| {
        WaybillArrive { waybill, at, evidence: Hash::ZERO }.into()
    }),
    ("sign", Side::Maker, |waybill, _| signing(waybill).into()),
    ("abort", Side::Driver, |waybill, _| WaybillAbort { waybill, reason: word("plans") }.into()),
    ("abort", Side::Maker, |waybill, _| WaybillAbort { waybill, reason: word("plans") }.into()),
    ("abort_agree", Side::Driver, |waybill, _| WaybillAbortAgree { waybill }.into()),
    ("settle", Side::Maker, |waybill, _| settlement(waybill).into()),
    ("settle_agree", Side::Driver, |waybill, _| WaybillSettleAgree { waybill }.into()),
    ("dispute", Side::Driver, |waybill, _| {
        WaybillDispute { waybill, reason: word("weight") }.into()
    }),
    ("dispute", Side::Maker, |waybill, _| {
        WaybillDispute { waybill, reason: word("weight") }.into()
    }),
    ("dispute_end", Side::Maker, |waybill, _| WaybillDisputeEnd { waybill }.into()),
    ("swap", Side::Driver, |waybill, _| swap(waybill).into()),
    ("swap", Side::Maker, |waybill, _| swap(waybill).into()),
    ("swap_agree", Side::Driver, |waybill, _| swap_agree(waybill).into()),
    ("swap_agree", Side::Maker, |waybill, _| swap_agree(waybill).into()),
];

/// To a vehicle that there is not: what comes of real ones is in `swaps`.
fn swap(waybill: WaybillId) -> WaybillSwap {
    WaybillSwap { waybill, vehicle: VehicleId::default(), reason: word("breakdown") }
}

fn swap_agree(waybill: WaybillId) -> WaybillSwapAgree {
    WaybillSwapAgree { waybill, vehicle: VehicleId::default() }
}

/// What an ask leads to in a state without open proposal or dispute: the next state, or the refusal.
fn expected(ask: &str, side: Side, state: WaybillState) -> Result<WaybillState, R> {
    use WaybillState::*;
    let has_driver = !matches!(state, Offered | Declined | Withdrawn | Lapsed);
    match (ask, state) {
        ("accept", Offered) => Ok(Accepted),
        ("decline", Offered) => Ok(Declined),
        ("accept" | "decline", Lapsed) => Err(R::OfferEnded),
        ("accept" | "decline", Declined | Withdrawn) => Err(R::WaybillState),
        ("accept" | "decline", _) => Err(R::WaybillAlreadyAccepted),
        ("withdraw", Offered) => Ok(Withdrawn),
        _ if side == Side::Driver && !has_driver => Err(R::NotAllowed),
        ("cancel", Accepted) => Ok(Cancelled),
        ("load", Accepted) => Ok(Loaded),
        ("depart", Loaded) => Ok(InTransit),
        ("arrive", InTransit) => Ok(Arrived),
        ("sign", Arrived) => Ok(Signed),
        ("abort", Loaded | InTransit | Arrived) => Ok(state),
        ("abort_agree", Loaded | InTransit | Arrived) => Err(R::NoProposal),
        ("settle", Signed) => Ok(state),
        ("settle_agree", Signed) => Err(R::NoProposal),
        ("dispute", Accepted | Loaded | InTransit | Arrived | Signed | Settled) => Ok(state),
        ("dispute_end", _) => Err(R::NoDispute),
        ("swap", Accepted | Loaded | InTransit) => Err(R::NotFound),
        ("swap_agree", Accepted | Loaded | InTransit) => Err(R::NoProposal),
        _ => Err(R::WaybillState),
    }
}

#[test]
fn every_step_is_taken_in_its_state_and_in_no_other() {
    for state in STATES {
        let (mut world, driver, _) = stage();
        let id = world.waybill_in(&driver, state);
        for (ask, side, action) in ASKS {
            let mut world = world.clone();
            let key = match side {
                Side::Driver => driver.key.clone(),
                Side::Maker => world.parties.enterprise.key.clone(),
            };
            let action = action(id, world.clock);
            match expected(ask, side, state) {
                Ok(next) => {
                    world.send(&key, action);
                    assert_eq!(world.waybill(id).state, next, "{ask} in {state:?}");
                }
                Err(code) => {
                    let reasons = world.reasons(&key, action);
                    assert_eq!(reasons[0].0, code, "{ask} by {side:?} in {state:?}");
                    assert_eq!(reasons.len(), 1, "{ask} in {state:?}");
                }
            }
        }
    }
}

/// Each step in the state in which the right sender could take it, tried by all others.
#[test]
fn no_step_is_taken_by_anybody_else() {
    use WaybillState::*;
    for (ask, state) in [
        ("withdraw", Offered),
        ("cancel", Accepted),
        ("load", Accepted),
        ("depart", Loaded),
        ("arrive", InTransit),
        ("sign", Arrived),
        ("abort", Loaded),
        ("settle", Signed),
        ("settle_agree", Signed),
        ("dispute", Signed),
        ("swap", Loaded),
        ("swap_agree", InTransit),
    ] {
        let (mut world, driver, _) = stage();
        let other = world.driver_for(&[], None);
        let id = world.waybill_in(&driver, state);
        let may: Vec<Side> = ASKS.iter().filter(|a| a.0 == ask).map(|a| a.1).collect();
        let action = ASKS.iter().find(|a| a.0 == ask).unwrap().2(id, world.clock);
        let parties = world.parties.clone();
        let mut others = vec![&other.key, &parties.other_enterprise.key, &parties.regulator.key];
        if !may.contains(&Side::Driver) {
            others.push(&driver.key);
        }
        if !may.contains(&Side::Maker) {
            others.push(&parties.enterprise.key);
        }
        for key in others {
            assert_eq!(world.reasons(key, action.clone()), [(R::NotAllowed, String::new())]);
        }
    }
}

#[test]
fn a_key_without_the_role_operate_offers_and_signs_nothing() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Arrived);
    let enterprise = world.parties.enterprise.clone();
    let clerk = key("clerk");
    let roles = Roles { admin: true, operate: false, attest: true };
    let add = KeyAdd { key: clerk.public(), roles, statements: Vec::new() };
    let add = world.stated(add, &[&clerk]);
    world.send(&enterprise.key, add);
    let offer = world.offer(public());
    for action in [signing(id).into(), WaybillOffer { offer }.into(), settlement(id).into()] {
        let action: Action = action;
        world.refuses(&clerk, action, &[(R::RoleMissing, "")]);
    }
}

#[test]
fn the_maker_withdraws_and_either_side_cancels_with_a_reason() {
    let (mut world, driver, lorry) = stage();
    let maker = world.parties.enterprise.key.clone();
    let waybill = world.offer_to(&driver);
    world.send(&maker, WaybillWithdraw { waybill, reason: word("plans") });
    let record = world.waybill(waybill);
    assert_eq!((record.state, record.ended_by), (WaybillState::Withdrawn, Some(Side::Maker)));

    for (key, side) in [(&maker, Side::Maker), (&driver.key, Side::Driver)] {
        let waybill = world.waybill_in(&driver, WaybillState::Accepted);
        let cancelled_at = world.clock;
        world.send(key, WaybillCancel { waybill, reason: word("breakdown") });
        let record = world.waybill(waybill);
        assert_eq!((record.state, record.ended_by), (WaybillState::Cancelled, Some(side)));
        let end = (record.ended_at, record.end_reason);
        assert_eq!(end, (Some(cancelled_at), Some(word("breakdown"))));
        assert_eq!(record.next_change_at, None);
        assert_eq!(world.vehicle(lorry).under_way, [], "free again");
        assert_eq!(world.code(driver.code).waybills, []);
    }
}

#[test]
fn a_registered_consignee_signs_and_the_maker_does_not() {
    let (mut world, driver, _) = stage();
    let parties = world.parties.clone();
    let offer = world.offer(public());
    let offer = Offer { consignee: Some(parties.other_enterprise.id), ..offer };
    let waybill = world.put_offer(offer);
    world.advance((waybill, &driver), WaybillState::Arrived);
    world.refuses(&parties.enterprise.key, signing(waybill), &[(R::NotAllowed, "")]);
    world.refuses(&driver.key, signing(waybill), &[(R::NotAllowed, "")]);
    world.send(&parties.other_enterprise.key, signing(waybill));
    assert_eq!(world.waybill(waybill).state, WaybillState::Signed);
    world.refuses(&parties.other_enterprise.key, settlement(waybill), &[(R::NotAllowed, "")]);
}

#[test]
fn the_maker_signs_where_the_consignee_s_registration_has_ended() {
    let (mut world, driver, _) = stage();
    let parties = world.parties.clone();
    let consignee = parties.other_enterprise.id;
    let offer = Offer { consignee: Some(consignee), ..world.offer(public()) };
    let waybill = world.put_offer(offer);
    world.advance((waybill, &driver), WaybillState::Arrived);
    let end = OrganisationEnd { organisation: consignee, reason: word("closed") };
    world.send(&parties.regulator.key, end);
    world.refuses(&driver.key, signing(waybill), &[(R::NotAllowed, "")]);
    world.send(&parties.enterprise.key, signing(waybill));
    assert_eq!(world.waybill(waybill).state, WaybillState::Signed);
}

#[test]
fn signing_has_figures_and_a_reason_for_a_difference_above_5000_ppm() {
    let (mut world, driver, _) = stage();
    let waybill = world.waybill_in(&driver, WaybillState::Arrived);
    let maker = world.parties.enterprise.key.clone();
    let reason = Some(Hash::of(b"spilled"));
    let wrong =
        WaybillSign { waybill, weight_kg: 0, distance_km: 0, difference_ppm: 5_001, reason: None };
    let all = [
        (R::InvalidField, "weight_kg"),
        (R::InvalidField, "distance_km"),
        (R::ReasonMissing, "reason"),
    ];
    world.refuses(&maker, wrong, &all);
    for (difference_ppm, reason) in [(0, None), (5_000, None), (5_000, reason), (5_001, reason)] {
        let mut world = world.clone();
        world.send(&maker, WaybillSign { difference_ppm, reason, ..signing(waybill) });
        let signed = world.waybill(waybill).signed.unwrap();
        assert_eq!((signed.difference_ppm, signed.reason), (difference_ppm, reason));
    }
}

#[test]
fn a_settlement_is_proposed_once_and_agreed_to_by_the_driver() {
    let (mut world, driver, _) = stage();
    let waybill = world.waybill_in(&driver, WaybillState::Signed);
    let maker = world.parties.enterprise.key.clone();
    let agree = WaybillSettleAgree { waybill };
    world.refuses(&driver.key, agree.clone(), &[(R::NoProposal, "waybill")]);
    let proposed_at = world.clock;
    world.send(&maker, settlement(waybill));
    let proposed = world.waybill(waybill).settlement.unwrap();
    assert_eq!((proposed.amount, proposed.payment), (Hash::of(b"amount"), Hash::of(b"payment")));
    assert_eq!(proposed.proposed_at, proposed_at);
    assert_eq!(proposed.stands_at, proposed_at.plus(7 * DAY));
    world.refuses(&maker, settlement(waybill), &[(R::ProposalOpen, "waybill")]);
    world.refuses(&maker, agree.clone(), &[(R::NotAllowed, "")]);
    world.send(&driver.key, agree);
    assert_eq!(world.waybill(waybill).state, WaybillState::Settled);
}

#[test]
fn what_there_is_not_is_not_found() {
    let (mut world, driver, _) = stage();
    let maker = world.parties.enterprise.key.clone();
    for (ask, side, action) in ASKS {
        let key = if side == Side::Driver { &driver.key } else { &maker };
        let reasons = world.reasons(key, action(WaybillId::default(), START));
        assert_eq!(reasons, [(R::NotFound, "waybill".to_owned())], "{ask}");
    }
}
