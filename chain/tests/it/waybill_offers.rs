// SPDX-License-Identifier: Apache-2.0
//! Offers of waybills: who makes them, of what, and who may accept or decline them (`domain.md`
//! section 5).

use crate::common::fleet::*;
use crate::common::waybill::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::keys::SecretKey;
use chain::receipt::Outcome;
use chain::records::waybill::{Offer, PublicLimits, Side};
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Hash, Time};

/// A world, a crew of it, and the lorry.
fn stage() -> (World, Driver, VehicleId) {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    (world, driver, lorry)
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
fn an_offer_to_one_code_is_to_a_driver_s() {
    let (mut world, _, _) = stage();
    let maker = world.parties.enterprise.key.clone();
    let code = world.enterprise_code();
    let offer = Offer { kind: WaybillKind::Exclusive { code }, ..world.offer(public()) };
    world.refuses(&maker, WaybillOffer { offer }, &[(R::InvalidField, "code")]);
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
