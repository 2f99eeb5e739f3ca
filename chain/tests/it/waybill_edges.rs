// SPDX-License-Identifier: Apache-2.0
//! Waybills at their edges: actual times, what happens by itself, aborts, disputes, and codes that
//! lose their standing on the road (`domain.md` sections 5 and 10).

use crate::common::fleet::*;
use crate::common::waybill::*;
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::records::waybill::{Offer, Side, Signing};
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Action, Hash, Past, Time};

const MINUTE: u64 = 60 * SECOND;

/// A world, a crew of it, and the lorry.
fn stage() -> (World, Driver, VehicleId) {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    (world, driver, lorry)
}

/// The events of a waybill from an instant on, with their instants.
fn events(world: &World, id: WaybillId, since: Time) -> Vec<(Event, Time)> {
    let newest = world.memory.header_before(Time(u64::MAX)).unwrap().height;
    (0..=newest.0)
        .flat_map(|height| world.memory.changes_at(Height(height)))
        .filter(|change| change.version.kind == RecordKind::Waybill)
        .filter(|change| change.version.id == id.0 && change.at >= since)
        .map(|change| (change.event, change.at))
        .collect()
}

/// The state around an instant: in a block one millisecond before, at it, one after.
fn around(world: &World, id: WaybillId, at: Time) -> [WaybillState; 3] {
    [Time(at.0 - 1), at, at.plus(1)].map(|t| {
        let mut world = world.clone();
        world.pass_to(t);
        world.waybill(id).state
    })
}

fn load(waybill: WaybillId, at: Time) -> Action {
    WaybillLoad { waybill, at, evidence: Hash::ZERO }.into()
}

fn depart(waybill: WaybillId, at: Time) -> Action {
    WaybillDepart { waybill, at, evidence: Hash::ZERO }.into()
}

fn arrive(waybill: WaybillId, at: Time) -> Action {
    WaybillArrive { waybill, at, evidence: Hash::ZERO }.into()
}

#[test]
fn an_actual_time_is_at_most_ten_minutes_ahead_of_block_time() {
    for (state, step) in [
        (WaybillState::Accepted, load as fn(WaybillId, Time) -> Action),
        (WaybillState::Loaded, depart),
        (WaybillState::InTransit, arrive),
    ] {
        let (mut world, driver, _) = stage();
        let id = world.waybill_in(&driver, state);
        for (ahead, fits) in [(0, true), (10 * MINUTE, true), (10 * MINUTE + 1, false)] {
            let mut world = world.clone();
            let action = step(id, world.clock.plus(ahead));
            if fits {
                world.send(&driver.key, action);
            } else {
                world.refuses(&driver.key, action, &[(R::StepTime, "at")]);
            }
        }
    }
}

#[test]
fn how_far_ahead_is_a_parameter() {
    let mut world = World::with(&[(ParameterName::StepAheadMs, 5)]);
    let (driver, _) = world.crew();
    let id = world.waybill_in(&driver, WaybillState::Accepted);
    let far = load(id, world.clock.plus(6));
    world.refuses(&driver.key, far, &[(R::StepTime, "at")]);
    let near = load(id, world.clock.plus(5));
    world.send(&driver.key, near);
}

#[test]
fn an_actual_time_is_not_before_the_last_steps() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Accepted);
    let accepted_at = world.waybill(id).carrier.unwrap().accepted_at;
    world.wait(DAY);
    // Acceptance has block time alone: clocks may differ by as much as one may be ahead of it.
    let earliest = Time(accepted_at.0 - 10 * MINUTE);
    let before = [(R::StepTime, "at")];
    world.refuses(&driver.key, load(id, Time(earliest.0 - 1)), &before);
    world.clone().send(&driver.key, load(id, earliest));

    let loaded_at = accepted_at.plus(5 * MINUTE);
    world.send(&driver.key, load(id, loaded_at));
    world.refuses(&driver.key, depart(id, Time(loaded_at.0 - 1)), &before);
    world.send(&driver.key, depart(id, loaded_at));
    world.refuses(&driver.key, arrive(id, Time(loaded_at.0 - 1)), &before);
    let recorded_at = world.clock;
    world.send(&driver.key, arrive(id, loaded_at));
    let arrived = world.waybill(id).arrived.unwrap();
    assert_eq!((arrived.at, arrived.recorded_at), (loaded_at, recorded_at));
}

#[test]
fn late_delivery_is_recorded() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::InTransit);
    let deliver_by = world.waybill(id).offer.deliver_by;
    world.at(deliver_by.plus(DAY));
    let action = arrive(id, world.clock);
    world.send(&driver.key, action);
    assert!(world.waybill(id).arrived.unwrap().at > deliver_by);
}

#[test]
fn an_offer_lapses_when_it_ends() {
    let (mut world, driver, _) = stage();
    let id = world.offer_to(&driver);
    let ends = world.waybill(id).offer.offer_ends;
    assert_eq!(world.waybill(id).next_change_at, Some(ends));
    use WaybillState::{Lapsed, Offered};
    assert_eq!(around(&world, id, ends), [Offered, Lapsed, Lapsed]);

    let accept = WaybillAccept { waybill: id };
    world.clone().at(Time(ends.0 - 1)).send(&driver.key, accept.clone());
    world.at(ends);
    world.refuses(&driver.key, accept, &[(R::OfferEnded, "waybill")]);
    assert_eq!(world.waybill(id).ended_at, Some(ends));
}

#[test]
fn what_is_not_loaded_by_load_by_and_24_hours_is_cancelled() {
    let (mut world, driver, lorry) = stage();
    let id = world.waybill_in(&driver, WaybillState::Accepted);
    let cancels = world.waybill(id).offer.load_by.plus(DAY);
    assert_eq!(world.waybill(id).next_change_at, Some(cancels));
    use WaybillState::{Accepted, Cancelled};
    assert_eq!(around(&world, id, cancels), [Accepted, Cancelled, Cancelled]);

    let mut late = world.clone();
    late.at(Time(cancels.0 - 1));
    let action = load(id, late.clock);
    late.send(&driver.key, action);
    world.at(cancels);
    let action = load(id, world.clock);
    world.refuses(&driver.key, action, &[(R::WaybillState, "waybill")]);
    let record = world.waybill(id);
    assert_eq!((record.ended_at, record.ended_by), (Some(cancels), None));
    assert_eq!(record.end_reason, Some(word("not_loaded")));
    assert_eq!(world.vehicle(lorry).under_way, []);
    assert_eq!(world.code(driver.code).waybills, []);
}

#[test]
fn what_could_not_be_loaded_in_time_any_more_is_not_accepted() {
    let (mut world, driver, _) = stage();
    let offer = world.offer(public());
    let load_by = world.clock.plus(DAY);
    let offer = Offer { load_by, offer_ends: world.clock.plus(7 * DAY), ..offer };
    let waybill = world.put_offer(offer);
    let accept = WaybillAccept { waybill };
    let mut in_time = world.clone();
    in_time.at(Time(load_by.plus(DAY).0 - 1)).send(&driver.key, accept.clone());
    assert_eq!(in_time.waybill(waybill).state, WaybillState::Accepted);
    world.at(load_by.plus(DAY));
    world.refuses(&driver.key, accept, &[(R::OfferEnded, "load_by")]);
}

#[test]
fn what_is_unsigned_for_15_days_counts_as_signed_with_the_offered_figures() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Arrived);
    let signs = world.waybill(id).arrived.unwrap().recorded_at.plus(15 * DAY);
    use WaybillState::{Arrived, Signed};
    assert_eq!(around(&world, id, signs), [Arrived, Signed, Signed]);
    let maker = world.parties.enterprise.key.clone();
    world.clone().at(Time(signs.0 - 1)).send(&maker, signing(id));
    world.at(signs.plus(DAY));
    world.refuses(&maker, signing(id), &[(R::WaybillState, "waybill")]);
    let expected = Signing {
        at: signs,
        weight_kg: world.waybill(id).offer.weight_to_kg,
        distance_km: 0,
        difference_ppm: 0,
        reason: None,
        by_silence: true,
    };
    assert_eq!(world.waybill(id).signed, Some(expected));
    assert_eq!(events(&world, id, signs), [(Event::WaybillSigned, signs)]);
}

#[test]
fn an_arrival_that_is_told_late_leaves_15_days_to_sign() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::InTransit);
    let departed_at = world.waybill(id).departed.unwrap().at;
    world.wait(20 * DAY);
    let told_at = world.clock;
    world.send(&driver.key, arrive(id, departed_at));
    world.block(&[]);
    assert_eq!(world.waybill(id).state, WaybillState::Arrived);
    let signs = told_at.plus(15 * DAY);
    use WaybillState::{Arrived, Signed};
    assert_eq!(around(&world, id, signs), [Arrived, Signed, Signed]);
}

#[test]
fn a_settlement_stands_after_7_days_of_silence() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Signed);
    world.wait(90 * DAY).propose_settlement(id);
    let stands = world.waybill(id).settlement.unwrap().stands_at;
    use WaybillState::{Settled, Signed};
    assert_eq!(around(&world, id, stands), [Signed, Settled, Settled]);
    world.pass_to(stands.plus(DAY));
    assert_eq!(world.waybill(id).ended_at, Some(stands));
    assert_eq!(events(&world, id, stands), [(Event::WaybillSettled, stands)]);
}

#[test]
fn a_dispute_holds_up_settlement_and_silence_begins_anew_when_it_ends() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Signed);
    let maker = world.parties.enterprise.key.clone();
    world.propose_settlement(id);
    let stood = world.waybill(id).settlement.unwrap().stands_at;
    world.send(&driver.key, WaybillDispute { waybill: id, reason: word("weight") });
    world.pass_to(stood.plus(DAY));
    assert_eq!(world.waybill(id).state, WaybillState::Signed, "held up");
    let open = [(R::DisputeOpen, "waybill")];
    world.refuses(&driver.key, WaybillSettleAgree { waybill: id }, &open);
    let both = [(R::DisputeOpen, "waybill"), (R::ProposalOpen, "waybill")];
    world.refuses(&maker, settlement(id), &both);
    let again = WaybillDispute { waybill: id, reason: word("damage") };
    world.refuses(&maker, again, &open);

    world.send(&driver.key, WaybillDisputeEnd { waybill: id });
    assert!(world.waybill(id).dispute.is_some(), "both end it");
    let ended_at = world.clock;
    world.send(&maker, WaybillDisputeEnd { waybill: id });
    assert_eq!(world.waybill(id).dispute, None);
    let stands = ended_at.plus(7 * DAY);
    use WaybillState::{Settled, Signed};
    assert_eq!(around(&world, id, stands), [Signed, Settled, Settled]);
    let none = [(R::NoDispute, "waybill")];
    world.refuses(&maker, WaybillDisputeEnd { waybill: id }, &none);
}

#[test]
fn a_settlement_is_not_proposed_while_a_dispute_is_open() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Signed);
    let maker = world.parties.enterprise.key.clone();
    world.send(&driver.key, WaybillDispute { waybill: id, reason: word("weight") });
    world.refuses(&maker, settlement(id), &[(R::DisputeOpen, "waybill")]);
    let both = [(R::DisputeOpen, "waybill"), (R::NoProposal, "waybill")];
    world.refuses(&driver.key, WaybillSettleAgree { waybill: id }, &both);
}

#[test]
fn a_dispute_goes_with_the_waybill_from_accepted_on_and_stops_nothing_but_settlement() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Accepted);
    let maker = world.parties.enterprise.key.clone();
    let opened_at = world.clock;
    world.send(&maker, WaybillDispute { waybill: id, reason: word("delay") });
    world.advance((id, &driver), WaybillState::Arrived);
    world.wait(16 * DAY).block(&[]);
    let waybill = world.waybill(id);
    assert_eq!(waybill.state, WaybillState::Signed);
    let dispute = waybill.dispute.unwrap();
    assert_eq!((dispute.by, dispute.opened_at), (Side::Maker, opened_at));
    assert_eq!((dispute.maker_ends, dispute.driver_ends), (false, false));
}

#[test]
fn a_regulator_ends_a_dispute_alone_and_a_stranger_does_not() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Loaded);
    world.send(&driver.key, WaybillDispute { waybill: id, reason: word("load") });
    let parties = world.parties.clone();
    let end = WaybillDisputeEnd { waybill: id };
    for key in [&parties.other_enterprise.key, &parties.traffic_police.key] {
        world.refuses(key, end.clone(), &[(R::NotAllowed, "")]);
    }
    world.send(&parties.regulator.key, end.clone());
    assert_eq!(world.waybill(id).dispute, None);
    world.refuses(&parties.regulator.key, end, &[(R::NoDispute, "waybill")]);
    let unknown = WaybillDisputeEnd { waybill: WaybillId::default() };
    world.refuses(&parties.other_enterprise.key, unknown.clone(), &[(R::NotFound, "waybill")]);
    world.refuses(&parties.bank.key, unknown, &[(R::NotAllowed, "")]);
}

#[test]
fn a_dispute_is_opened_until_30_days_after_signing_and_not_from_then_on() {
    for settled in [false, true] {
        let (mut world, driver, _) = stage();
        let state = if settled { WaybillState::Settled } else { WaybillState::Signed };
        let id = world.waybill_in(&driver, state);
        let ends = world.waybill(id).signed.unwrap().at.plus(30 * DAY);
        let dispute = WaybillDispute { waybill: id, reason: word("weight") };
        let before = world.clone();
        world.clone().at(Time(ends.0 - 1)).send(&driver.key, dispute.clone());
        world.at(ends);
        world.refuses(&driver.key, dispute.clone(), &[(R::DisputeTooLate, "waybill")]);

        let mut open = before;
        open.send(&driver.key, dispute.clone());
        open.at(ends);
        let both = [(R::DisputeOpen, "waybill"), (R::DisputeTooLate, "waybill")];
        open.refuses(&driver.key, dispute, &both);
    }
}

#[test]
fn an_abort_is_proposed_by_one_side_and_agreed_to_by_the_other() {
    use WaybillState::{Arrived, InTransit, Loaded};
    for state in [Loaded, InTransit, Arrived] {
        for by_driver in [false, true] {
            let (mut world, driver, lorry) = stage();
            let id = world.waybill_in(&driver, state);
            let maker = world.parties.enterprise.key.clone();
            let (proposer, other, side) = match by_driver {
                true => (&driver.key, &maker, Side::Driver),
                false => (&maker, &driver.key, Side::Maker),
            };
            let propose = WaybillAbort { waybill: id, reason: word("landslide") };
            let agree = WaybillAbortAgree { waybill: id };
            let no_proposal = [(R::NoProposal, "waybill")];
            world.refuses(other, agree.clone(), &no_proposal);
            world.send(proposer, propose.clone());
            world.refuses(other, propose, &[(R::ProposalOpen, "waybill")]);
            world.refuses(proposer, agree.clone(), &no_proposal);
            let ended_at = world.clock;
            world.send(other, agree);
            let record = world.waybill(id);
            assert_eq!((record.state, record.ended_by), (WaybillState::Aborted, Some(side)));
            let end = (record.ended_at, record.end_reason.clone());
            assert_eq!(end, (Some(ended_at), Some(word("landslide"))));
            assert_eq!(world.vehicle(lorry).under_way, []);
            assert_eq!(world.code(driver.code).waybills, []);
            world.wait(100 * DAY).block(&[]);
            assert_eq!(world.waybill(id), record, "nothing follows");
        }
    }
}

#[test]
fn a_proposal_to_abort_is_open_for_7_days() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Loaded);
    let maker = world.parties.enterprise.key.clone();
    let proposed_at = world.clock;
    let propose = WaybillAbort { waybill: id, reason: word("landslide") };
    world.send(&maker, propose.clone());
    let until = proposed_at.plus(7 * DAY);
    assert_eq!(world.waybill(id).abort.unwrap().until, until);
    let agree = WaybillAbortAgree { waybill: id };
    world.clone().at(Time(until.0 - 1)).send(&driver.key, agree.clone());
    world.at(until);
    world.refuses(&driver.key, agree, &[(R::NoProposal, "waybill")]);
    assert_eq!(events(&world, id, until), [(Event::WaybillAbortChanged, until)]);
    world.send(&driver.key, propose);
}

#[test]
fn a_proposal_goes_along_on_the_road_and_signing_ends_it() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Loaded);
    let maker = world.parties.enterprise.key.clone();
    world.send(&driver.key, WaybillAbort { waybill: id, reason: word("landslide") });
    world.advance((id, &driver), WaybillState::Arrived);
    assert!(world.waybill(id).abort.is_some());
    world.send(&maker, signing(id));
    assert_eq!(world.waybill(id).abort, None);
    world.refuses(&maker, WaybillAbortAgree { waybill: id }, &[(R::WaybillState, "waybill")]);
}

#[test]
fn a_proposal_that_lapses_as_silence_signs_leaves_a_signed_waybill() {
    let (mut world, driver, _) = stage();
    let id = world.waybill_in(&driver, WaybillState::Arrived);
    let signs = world.waybill(id).arrived.unwrap().recorded_at.plus(15 * DAY);
    world.at(Time(signs.0 - 7 * DAY));
    world.send(&driver.key, WaybillAbort { waybill: id, reason: word("landslide") });
    assert_eq!(world.waybill(id).abort.unwrap().until, signs);
    world.pass_to(signs.plus(1));
    let waybill = world.waybill(id);
    assert_eq!((waybill.state, waybill.abort), (WaybillState::Signed, None));
    let both = [(Event::WaybillAbortChanged, signs), (Event::WaybillSigned, signs)];
    assert_eq!(events(&world, id, signs), both);
}

#[test]
fn suspended_on_the_road_a_waybill_goes_on_and_is_flagged_and_there_is_no_new_one() {
    let (mut world, driver, _) = stage();
    let regulator = world.parties.regulator.clone();
    let before = world.waybill_in(&driver, WaybillState::Arrived);
    let id = world.waybill_in(&driver, WaybillState::Loaded);
    let (code, reason) = (driver.code, word("inquiry"));
    let suspended_at = world.clock;
    world.send(&regulator.key, CodeSuspend { code, reason: reason.clone() });
    assert!(world.waybill(id).flagged);
    assert!(!world.waybill(before).flagged, "it had arrived");
    assert_eq!(events(&world, id, suspended_at), [(Event::WaybillFlagged, suspended_at)]);
    let another = CodeSuspend { code, reason: word("second_inquiry") };
    world.send(&regulator.key, another);
    assert_eq!(events(&world, id, suspended_at).len(), 1, "flagged once");

    let other = world.offer_public();
    let accept = WaybillAccept { waybill: other };
    let busy = [(R::CodeNotIssued, "code"), (R::VehicleBusy, "vehicle")];
    world.refuses(&driver.key, accept.clone(), &busy);
    world.advance((id, &driver), WaybillState::Arrived);
    world.refuses(&driver.key, accept, &[(R::CodeNotIssued, "code")]);
    world.advance((id, &driver), WaybillState::Settled);
    for reason in [reason, word("second_inquiry")] {
        world.send(&regulator.key, CodeResume { code, by: regulator.id, reason });
    }
    assert!(world.waybill(id).flagged, "what happened stays");
    assert_eq!(world.colour(code), Some(Colour::Blue));
}

#[test]
fn a_holder_does_not_cancel_a_code_on_the_road_and_a_regulator_may() {
    let (mut world, driver, lorry) = stage();
    let id = world.waybill_in(&driver, WaybillState::InTransit);
    let cancel = CodeCancel { code: driver.code, reason: word("moving") };
    world.refuses(&driver.key, cancel.clone(), &[(R::CodeHasWaybill, "code")]);
    let operator = OperatorSet { code: driver.code, operator: None, statements: vec![] };
    world.refuses(&driver.key, operator, &[(R::CodeHasWaybill, "code")]);
    let regulator = world.parties.regulator.key.clone();
    world.send(&regulator, cancel);
    assert!(world.waybill(id).flagged);
    assert_eq!(world.vehicle(lorry).under_way, [id], "the goods are on it");
    world.advance((id, &driver), WaybillState::Signed);
    assert_eq!(world.vehicle(lorry).under_way, []);
    assert_eq!(world.code(driver.code).waybills, []);
    assert_eq!(world.colour(driver.code), None);
}

#[test]
fn a_maker_whose_registration_has_ended_takes_no_step_and_silence_signs() {
    let (mut world, driver, _) = stage();
    let parties = world.parties.clone();
    let id = world.waybill_in(&driver, WaybillState::Arrived);
    let end = OrganisationEnd { organisation: parties.enterprise.id, reason: word("closed") };
    world.send(&parties.regulator.key, end);
    world.refuses(&parties.enterprise.key, signing(id), &[(R::OrganisationEnded, "")]);
    world.wait(15 * DAY).block(&[]);
    assert_eq!(world.waybill(id).state, WaybillState::Signed);
}

#[test]
fn what_began_before_a_parameter_changed_keeps_the_one_it_began_with() {
    use ParameterName as P;
    let (mut world, driver, _) = stage();
    let regulator = world.parties.regulator.key.clone();
    let signed = world.waybill_in(&driver, WaybillState::Signed);
    let proposed = world.waybill_in(&driver, WaybillState::Signed);
    world.propose_settlement(proposed);
    let arrived = world.waybill_in(&driver, WaybillState::Arrived);
    let accepted = world.waybill_in(&driver, WaybillState::Accepted);
    let from = world.clock.plus(DAY + 10);
    for name in [P::SignMs, P::SettlementMs, P::DisputeMs, P::LoadGraceMs] {
        world.send(&regulator, ParameterSet { name, value: SECOND, from });
    }
    world.pass_to(from.plus(DAY));
    for (id, state) in [
        (arrived, WaybillState::Arrived),
        (proposed, WaybillState::Signed),
        (accepted, WaybillState::Accepted),
    ] {
        assert_eq!(world.waybill(id).state, state);
    }
    let load_by = world.waybill(accepted).offer.load_by;
    world.pass_to(load_by.plus(2 * SECOND));
    assert_eq!(world.waybill(accepted).state, WaybillState::Accepted);
    world.send(&driver.key, WaybillDispute { waybill: signed, reason: word("weight") });

    // What begins now ends in a second.
    let maker = world.parties.enterprise.key.clone();
    world.send(&maker, WaybillCancel { waybill: accepted, reason: word("plans") });
    let fresh = world.waybill_in(&driver, WaybillState::Arrived);
    world.wait(2 * SECOND).block(&[]);
    assert_eq!(world.waybill(fresh).state, WaybillState::Signed);
    world.wait(2 * SECOND);
    let dispute = WaybillDispute { waybill: fresh, reason: word("weight") };
    world.refuses(&driver.key, dispute, &[(R::DisputeTooLate, "waybill")]);
}
