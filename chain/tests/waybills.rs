// SPDX-License-Identifier: Apache-2.0
//! Waybills, step by step: who takes each step, in which state, with what (`domain.md` section 5).

#![allow(clippy::unwrap_used)]

mod common;

use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::keys::SecretKey;
use chain::receipt::Outcome;
use chain::records::key::Roles;
use chain::records::waybill::{Carrier, Offer, PublicLimits, Side, Step};
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Action, Hash, Past, Time};
use common::fleet::*;
use common::waybill::*;
use common::*;

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

const ASKS: [Ask; 17] = [
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
];

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
    world.send(&enterprise.key, KeyAdd { key: clerk.public(), roles });
    let offer = world.offer(public());
    for action in [signing(id).into(), WaybillOffer { offer }.into(), settlement(id).into()] {
        let action: Action = action;
        world.refuses(&clerk, action, &[(R::RoleMissing, "")]);
    }
}

#[test]
fn only_enterprises_and_platforms_offer() {
    let (mut world, driver, _) = stage();
    let parties = world.parties.clone();
    let senders: [(&SecretKey, bool); 6] = [
        (&parties.enterprise.key, true),
        (&parties.platform.key, true),
        (&parties.regulator.key, false),
        (&parties.insurer.key, false),
        (&parties.transport.key, false),
        (&driver.key, false),
    ];
    for (key, may) in senders {
        let offer = world.offer(public());
        if may {
            world.send(key, WaybillOffer { offer });
        } else {
            world.refuses(key, WaybillOffer { offer }, &[(R::NotAllowed, "")]);
        }
    }
}

#[test]
fn only_a_driver_accepts() {
    let (mut world, _, _) = stage();
    world.enterprise_code();
    let waybill = world.offer_public();
    let enterprise = world.parties.enterprise.key.clone();
    world.refuses(&enterprise, WaybillAccept { waybill }, &[(R::NotAllowed, "")]);
    let decline = WaybillDecline { waybill, reason: word("plans") };
    world.refuses(&enterprise, decline, &[(R::NotAllowed, "")]);
}

/// How an offer may be wrong, and the field that is named.
#[test]
fn an_offer_has_valid_fields() {
    type Spoil = fn(&mut Offer, Time);
    let cases: [(Spoil, R, &str); 19] = [
        (|o, _| o.number = word("YD 1"), R::InvalidField, "number"),
        (|o, _| o.number = word("123456789012345678901"), R::InvalidField, "number"),
        (|o, _| o.segment = word("000"), R::InvalidField, "segment"),
        (|o, _| o.segment = word("00000"), R::InvalidField, "segment"),
        (|o, _| o.segment = word("000a"), R::InvalidField, "segment"),
        (|o, now| o.offer_ends = now, R::InvalidField, "offer_ends"),
        (|o, now| o.offer_ends = now.plus(7 * DAY + 1), R::InvalidField, "offer_ends"),
        (|o, now| o.load_by = now, R::InvalidField, "load_by"),
        (|o, _| o.deliver_by = o.load_by, R::InvalidField, "deliver_by"),
        (|o, _| o.goods = 1_800, R::InvalidField, "goods"),
        (|o, _| o.weight_from_kg = 0, R::InvalidField, "weight_from_kg"),
        (|o, _| o.weight_to_kg = 3_999, R::InvalidField, "weight_to_kg"),
        (|o, _| o.from = Prefecture(1101), R::InvalidField, "from"),
        (|o, _| o.to = Prefecture(1101), R::InvalidField, "to"),
        (|o, _| o.consignee = Some(OrganisationId::default()), R::NotFound, "consignee"),
        (
            |o, _| {
                let code = CodeId::made_by(chain::TransactionId(Hash::ZERO));
                o.kind = WaybillKind::Exclusive { code };
            },
            R::NotFound,
            "code",
        ),
        (|o, _| limit_to(o, vec![Prefecture(1101)]), R::InvalidField, "prefectures"),
        (|o, _| limit_to(o, vec![KUNMING; 17]), R::TooMany, "prefectures"),
        (|o, _| o.number = word("YD1_"), R::InvalidField, "number"),
    ];
    let (mut world, _, _) = stage();
    let maker = world.parties.enterprise.key.clone();
    for (spoil, code, about) in cases {
        let mut offer = world.offer(public());
        spoil(&mut offer, world.clock);
        world.refuses(&maker, WaybillOffer { offer }, &[(code, about)]);
    }
    let mut offer = world.offer(public());
    offer.number = word("12345678901234567890");
    offer.offer_ends = world.clock.plus(7 * DAY);
    offer.load_by = world.clock.plus(1);
    offer.deliver_by = world.clock.plus(2);
    offer.weight_to_kg = offer.weight_from_kg;
    limit_to(&mut offer, vec![QUJING; 16]);
    world.send(&maker, WaybillOffer { offer });
}

fn limit_to(offer: &mut Offer, prefectures: Vec<Prefecture>) {
    offer.kind = WaybillKind::Public(PublicLimits { prefectures, vehicle_type: None });
}

#[test]
fn an_offer_that_is_wrong_all_over_is_told_every_reason() {
    let (mut world, _, _) = stage();
    let maker = world.parties.enterprise.key.clone();
    let nowhere = Prefecture(9_999);
    let code = CodeId::made_by(chain::TransactionId(Hash::ZERO));
    let offer = Offer {
        number: word("?"),
        segment: word("?"),
        kind: WaybillKind::Exclusive { code },
        offer_ends: START,
        load_by: START,
        deliver_by: START,
        goods: 1,
        weight_from_kg: 0,
        from: nowhere,
        to: nowhere,
        consignee: Some(OrganisationId::default()),
        ..world.offer(public())
    };
    let expected = [
        (R::InvalidField, "number"),
        (R::InvalidField, "segment"),
        (R::InvalidField, "offer_ends"),
        (R::InvalidField, "load_by"),
        (R::InvalidField, "deliver_by"),
        (R::InvalidField, "goods"),
        (R::InvalidField, "weight_from_kg"),
        (R::InvalidField, "from"),
        (R::InvalidField, "to"),
        (R::NotFound, "consignee"),
        (R::NotFound, "code"),
    ];
    world.refuses(&maker, WaybillOffer { offer }, &expected);
}

#[test]
fn number_and_segment_are_unique_for_a_maker_for_ever() {
    let (mut world, _, _) = stage();
    let parties = world.parties.clone();
    let (number, segment) = (word("YD-2026"), word("0001"));
    let offer = |world: &mut World, key: &SecretKey, segment: &chain::text::Word| {
        let offer = world.offer(public());
        let offer = Offer { number: number.clone(), segment: segment.clone(), ..offer };
        world.attempt(key, WaybillOffer { offer }).1
    };
    let is_done = |outcome: Outcome| matches!(outcome, Outcome::Executed { .. });
    assert!(is_done(offer(&mut world, &parties.enterprise.key, &segment)));
    let Outcome::Refused { reasons } = offer(&mut world, &parties.enterprise.key, &segment) else {
        panic!("the number is taken");
    };
    assert_eq!(reasons[0].code, R::WaybillNumberTaken);
    assert!(is_done(offer(&mut world, &parties.enterprise.key, &word("0002"))), "a segment");
    assert!(is_done(offer(&mut world, &parties.other_enterprise.key, &segment)), "a maker");
    world.wait(10 * DAY).block(&[]);
    assert!(!is_done(offer(&mut world, &parties.enterprise.key, &segment)), "lapsed, yet taken");
}

#[test]
fn an_exclusive_waybill_is_accepted_or_declined_by_its_driver_alone() {
    let (mut world, driver, _) = stage();
    let lorry = world.lorry();
    let other = world.driver_with(&[lorry]);
    let waybill = world.offer_to(&driver);
    let decline = WaybillDecline { waybill, reason: word("plans") };
    let not_offered = [(R::NotOfferedToCode, "code")];
    world.refuses(&other.key, WaybillAccept { waybill }, &not_offered);
    world.refuses(&other.key, decline.clone(), &not_offered);
    let declined_at = world.clock;
    world.send(&driver.key, decline);
    let record = world.waybill(waybill);
    assert_eq!((record.state, record.ended_by), (WaybillState::Declined, Some(Side::Driver)));
    assert_eq!((record.ended_at, record.end_reason), (Some(declined_at), Some(word("plans"))));
    assert_eq!(record.next_change_at, None);

    let waybill = world.offer_public();
    let decline = WaybillDecline { waybill, reason: word("plans") };
    world.refuses(&driver.key, decline, &not_offered);
}

/// Limits of a public waybill and whether a lorry H11 of Kunming is within them.
#[test]
fn a_public_waybill_is_accepted_within_its_limits() {
    for (prefectures, vehicle_type, outside) in [
        (vec![], None, &[][..]),
        (vec![KUNMING], None, &[]),
        (vec![QUJING, KUNMING], Some("H11"), &[]),
        (vec![QUJING], None, &["prefectures"]),
        (vec![], Some("H31"), &["vehicle_type"]),
        (vec![QUJING], Some("H31"), &["prefectures", "vehicle_type"]),
    ] {
        let (mut world, driver, _) = stage();
        let limits = PublicLimits { prefectures, vehicle_type: vehicle_type.map(word) };
        let offer = world.offer(WaybillKind::Public(limits));
        let waybill = world.put_offer(offer);
        let expected: Vec<_> = outside.iter().map(|about| (R::NotOfferedToCode, *about)).collect();
        if expected.is_empty() {
            world.send(&driver.key, WaybillAccept { waybill });
        } else {
            world.refuses(&driver.key, WaybillAccept { waybill }, &expected);
        }
    }
}

#[test]
fn of_two_acceptances_in_a_block_the_earlier_wins() {
    let (mut world, first, _) = stage();
    let lorry = world.lorry();
    let second = world.driver_with(&[lorry]);
    for (winner, loser) in [(&first, &second), (&second, &first)] {
        let mut world = world.clone();
        let waybill = world.offer_public();
        let accept = |world: &mut World, d: &Driver| world.sign(&d.key, WaybillAccept { waybill });
        let block = [accept(&mut world, winner), accept(&mut world, loser)];
        let outcomes = world.block(&block);
        assert!(matches!(outcomes[0], Outcome::Executed { .. }));
        let Outcome::Refused { reasons } = &outcomes[1] else { panic!("one wins") };
        assert_eq!(reasons[0].code, R::WaybillAlreadyAccepted);
        assert_eq!(world.waybill(waybill).carrier.unwrap().code, winner.code);
        assert_eq!(world.code(loser.code).waybills, []);
        world.refuses(
            &loser.key,
            WaybillAccept { waybill },
            &[(R::WaybillAlreadyAccepted, "waybill")],
        );
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
