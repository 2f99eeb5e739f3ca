// SPDX-License-Identifier: Apache-2.0
//! May this organisation see these fields of this code now, and on which basis? May what is recorded
//! still be answered? The answers are those of the state machine.

use crate::common::exchange::*;
use crate::common::interface::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::limits::ACCESS_MS;
use chain::query::exchange::{Asked, Question, answerable, holds, may_see};
use chain::records::*;
use chain::refusal::{RefusalCode as R, Refused};
use chain::{Hash, Time};

const MINUTE: u64 = 60 * SECOND;

fn question(by: OrganisationId, code: CodeId, fields: FieldSet) -> Question {
    let asked = Asked { by, about: code.into(), fields };
    Question { asked, purpose: None, waybill: None, case: None }
}

fn codes<T>(answer: Result<T, Refused>) -> Vec<R> {
    answer.err().into_iter().flat_map(|refused| refused.0).map(|reason| reason.code).collect()
}

#[test]
fn without_anything_to_rest_on_there_is_no_basis() {
    let (world, driver) = with_driver();
    let p = &world.parties;
    let now = world.memory.now();
    for purpose in [None, Some(Purpose::Engagement)] {
        let asked = question(p.enterprise.id, driver.code, USUAL);
        let answer = may_see(&world.memory, &Question { purpose, ..asked }, now);
        assert_eq!(codes(answer), [R::NoBasis]);
    }
}

#[test]
fn the_consent_that_ends_first_among_those_that_hold_is_the_basis() {
    let (mut world, driver) = with_driver();
    let by = world.parties.enterprise.id;
    let usual = world.consent_terms(driver.code);
    let until = |until, fields| ConsentTerms { until, fields, ..usual.clone() };
    let now = world.clock;
    let later = world.consent(&driver, until(now.plus(9 * DAY), USUAL));
    let narrow = fields(&[ExchangeField::Name]);
    let first = world.consent(&driver, until(now.plus(DAY), narrow));
    let second = world.consent(&driver, until(now.plus(2 * DAY), USUAL));
    let other = ConsentTerms { purpose: Purpose::Carriage, ..usual };
    world.consent(&driver, other);
    let purpose = Some(Purpose::Engagement);
    let ask = |world: &World, fields, at| {
        let question = Question { purpose, ..question(by, driver.code, fields) };
        may_see(&world.memory, &question, at)
    };
    let on = |consent| Ok(Basis::Consent { consent, purpose: Purpose::Engagement });
    let at = world.memory.now();
    assert_eq!(ask(&world, narrow, at), on(first));
    assert_eq!(ask(&world, USUAL, at), on(second));
    assert_eq!(ask(&world, narrow, now.plus(DAY)), on(second), "the first has ended by then");
    assert_eq!(ask(&world, USUAL, now.plus(2 * DAY)), on(later));
    assert_eq!(codes(ask(&world, USUAL, now.plus(9 * DAY))), [R::NoBasis]);
    assert_eq!(codes(ask(&world, fields(&[ExchangeField::Phone]), at)), [R::FieldsBeyondBasis]);
    world.send(&driver.key, ConsentRevoke { consent: second });
    assert_eq!(ask(&world, USUAL, world.memory.now()), on(later));
}

#[test]
fn consents_are_looked_through_however_many_there_are() {
    let (mut world, driver) = with_driver();
    let by = world.parties.enterprise.id;
    let mut block = Vec::new();
    for _ in 0..450 {
        let terms = world.consent_terms(driver.code);
        block.push(world.sign(&driver.key, ConsentGive { terms, statements: Vec::new() }));
    }
    world.block(&block);
    let phone = fields(&[ExchangeField::Phone]);
    let terms = ConsentTerms { fields: phone, ..world.consent_terms(driver.code) };
    let last = world.consent(&driver, terms);
    let purpose = Some(Purpose::Engagement);
    let question = Question { purpose, ..question(by, driver.code, phone) };
    let answer = may_see(&world.memory, &question, world.memory.now());
    assert_eq!(answer, Ok(Basis::Consent { consent: last, purpose: Purpose::Engagement }));
}

#[test]
fn a_waybill_under_way_is_found_and_one_that_is_over_is_named() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let p = world.parties.clone();
    let waybill = world.waybill_in(&driver, WaybillState::Accepted);
    let least = question(p.enterprise.id, driver.code, FieldSet::LEAST);
    let ask =
        |world: &World, question: &Question| may_see(&world.memory, question, world.memory.now());
    assert_eq!(ask(&world, &least), Ok(Basis::Waybill(waybill)));
    let of_other = question(p.other_enterprise.id, driver.code, FieldSet::LEAST);
    assert_eq!(codes(ask(&world, &of_other)), [R::NoBasis]);
    let more = question(p.enterprise.id, driver.code, USUAL);
    assert_eq!(codes(ask(&world, &more)), [R::FieldsBeyondBasis]);
    world.advance((waybill, &driver), WaybillState::Arrived);
    assert_eq!(codes(ask(&world, &least)), [R::NoBasis]);
    let named = Question { waybill: Some(waybill), ..least };
    assert_eq!(ask(&world, &named), Ok(Basis::Waybill(waybill)));
    let end = world.waybill(waybill).was_under_way_until().unwrap().plus(30 * DAY);
    let at = |at| may_see(&world.memory, &named, at);
    assert_eq!(at(Time(end.0 - 1)), Ok(Basis::Waybill(waybill)));
    assert_eq!(codes(at(end)), [R::NoBasis]);
}

#[test]
fn what_takes_nothing_from_the_holder_comes_before_a_consent() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let p = world.parties.clone();
    let name = fields(&[ExchangeField::Name]);
    let consent = world.usual_consent(&driver);
    let purpose = Some(Purpose::Engagement);
    let asked = Question { purpose, ..question(p.enterprise.id, driver.code, name) };
    let ask = |world: &World| may_see(&world.memory, &asked, world.memory.now());
    let on_consent = Basis::Consent { consent, purpose: Purpose::Engagement };
    assert_eq!(ask(&world), Ok(on_consent.clone()));
    let waybill = world.waybill_in(&driver, WaybillState::Loaded);
    assert_eq!(ask(&world), Ok(Basis::Waybill(waybill)));
    let beyond = Question { asked: Asked { fields: USUAL, ..asked.asked }, ..asked.clone() };
    assert_eq!(may_see(&world.memory, &beyond, world.memory.now()), Ok(on_consent));
}

#[test]
fn an_office_is_asked_for_with_its_case() {
    let (world, driver) = with_driver();
    let now = world.memory.now();
    let p = &world.parties;
    let track = fields(&[ExchangeField::Track]);
    let case = Some(Hash::of(b"case"));
    let of_regulator = Question { case, ..question(p.regulator.id, driver.code, track) };
    let office = Basis::Office { case: Hash::of(b"case") };
    assert_eq!(may_see(&world.memory, &of_regulator, now), Ok(office));
    let of_police = Question { case, ..question(p.traffic_police.id, driver.code, track) };
    assert_eq!(codes(may_see(&world.memory, &of_police, now)), [R::FieldsBeyondBasis]);
    let unnamed = question(p.regulator.id, driver.code, track);
    assert_eq!(codes(may_see(&world.memory, &unnamed, now)), [R::NoBasis]);
}

#[test]
fn a_question_is_answered_as_the_access_would_be() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let terms = ConsentTerms { uses: 1, ..world.consent_terms(driver.code) };
    let consent = world.consent(&driver, terms);
    let record = world.on_consent(driver.code, consent);
    for party in [&p.enterprise, &p.bank] {
        for fields in [USUAL, FieldSet::LEAST, FieldSet::NONE] {
            let mut world = world.clone();
            let asked = Asked { by: party.id, about: driver.code.into(), fields };
            let before = codes(holds(&world.memory, &asked, &record.basis, world.clock));
            let action = AccessRecord { fields, ..record.clone() };
            if before.is_empty() {
                world.send(&party.key, action);
                let after = codes(holds(&world.memory, &asked, &record.basis, world.clock));
                assert_eq!(after, [R::ConsentNotInForce], "the question itself uses nothing");
            } else {
                assert_eq!(world.refused(&party.key, action), before);
            }
        }
    }
    let asked = Asked { by: p.other_enterprise.id, about: driver.code.into(), fields: USUAL };
    let organisation = p.other_enterprise.id;
    world.send(&p.regulator.key, OrganisationEnd { organisation, reason: word("closed") });
    let answer = codes(holds(&world.memory, &asked, &record.basis, world.clock));
    assert!(answer.contains(&R::OrganisationEnded));
}

#[test]
fn without_the_grant_nothing_may_be_seen_and_what_is_recorded_is_not_answered() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.clone();
    let consent = world.usual_consent(&driver);
    let record = world.on_consent(driver.code, consent);
    let access = AccessId(World::first_made(world.send(&enterprise.key, record.clone())));
    let asked = Asked { by: enterprise.id, about: driver.code.into(), fields: USUAL };
    let may = |world: &World, at| codes(holds(&world.memory, &asked, &record.basis, at));
    let answered = |world: &World, at| codes(answerable(&world.memory, access, at));
    world.revoke(&enterprise, EXCHANGE);
    let now = world.clock;
    assert_eq!(may(&world, now), [R::GrantMissing]);
    assert_eq!(answered(&world, now), [R::GrantMissing]);
    world.refuses(&enterprise.key, record.clone(), &[(R::GrantMissing, "exchange")]);
    let until = world.clock.plus(5 * MINUTE);
    let scopes = some(&[InterfaceScope::Exchange]);
    let terms = GrantTerms { until, scopes, ..world.usual_terms(EXCHANGE) };
    world.granted(&enterprise, EXCHANGE, terms);
    for at in [Time(until.0 - 1), until] {
        let expected = if at < until { Vec::new() } else { vec![R::GrantMissing] };
        assert_eq!((may(&world, at), answered(&world, at)), (expected.clone(), expected));
    }
    let regulator = Asked { by: world.parties.regulator.id, ..asked };
    let office = Basis::Office { case: Hash::of(b"case") };
    assert_eq!(codes(holds(&world.memory, &regulator, &office, now)), []);
}

#[test]
fn what_is_recorded_is_answered_unless_it_is_revoked_or_shut_since() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let terms = ConsentTerms { uses: 1, ..world.consent_terms(driver.code) };
    let consent = world.consent(&driver, terms);
    let record = world.on_consent(driver.code, consent);
    let used_up = AccessId(World::first_made(world.send(&p.enterprise.key, record)));
    let ask = |world: &World, id, at| codes(answerable(&world.memory, id, at));
    assert_eq!(ask(&world, used_up, world.clock), [], "it was in force when it was recorded");
    let old = world.get::<Access>(used_up.0).at.plus(ACCESS_MS);
    assert_eq!(ask(&world, used_up, Time(old.0 - 1)), []);
    assert_eq!(ask(&world, used_up, old), [R::AccessTooOld]);
    assert_eq!(ask(&world, AccessId::default(), world.clock), [R::NotFound]);

    let until = world.clock.plus(SECOND);
    let terms = ConsentTerms { until, ..world.consent_terms(driver.code) };
    let consent = world.consent(&driver, terms);
    let record = world.on_consent(driver.code, consent);
    let access = AccessId(World::first_made(world.send(&p.enterprise.key, record)));
    assert_eq!(ask(&world, access, until.plus(SECOND)), [], "it may have ended since");
    world.send(&driver.key, ConsentRevoke { consent });
    assert_eq!(ask(&world, access, world.clock), [R::ConsentNotInForce]);

    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
    assert_eq!(ask(&world, used_up, world.clock), [R::CodeNotIssued]);
    let application = world.code(driver.code).application;
    let (kind, digest) = (ErasureKind::Erased, Hash::of(b"protocol"));
    world.send(&p.enterprise.key, ErasurePublish { application, kind, digest });
    assert_eq!(ask(&world, used_up, world.clock), [R::CodeNotIssued, R::DataErased]);
}

#[test]
fn a_regulator_s_access_to_restricted_data_is_answered() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let basis = Basis::Office { case: Hash::of(b"case") };
    let fields = fields(&[ExchangeField::Identity]);
    let record = AccessRecord { about: driver.code.into(), basis, fields, request: request() };
    let by_police = AccessId(World::first_made(world.send(&p.public_security.key, record.clone())));
    let by_regulator = AccessId(World::first_made(world.send(&p.regulator.key, record)));
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
    let application = world.code(driver.code).application;
    let until = world.clock.plus(MINUTE);
    let (kind, digest) = (ErasureKind::Restricted { until }, Hash::of(b"protocol"));
    world.send(&p.enterprise.key, ErasurePublish { application, kind, digest });
    let ask = |id, at| codes(answerable(&world.memory, id, at));
    assert_eq!(ask(by_police, world.clock), [R::DataRestricted]);
    assert_eq!(ask(by_regulator, Time(until.0 - 1)), []);
    assert_eq!(ask(by_regulator, until), [R::DataRestricted]);
}

#[test]
fn a_consent_whose_last_use_is_recorded_is_taken_back_before_it_is_answered() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.key.clone();
    let terms = ConsentTerms { uses: 1, ..world.consent_terms(driver.code) };
    let consent = world.consent(&driver, terms);
    let record = world.on_consent(driver.code, consent);
    let access = AccessId(World::first_made(world.send(&enterprise, record)));
    let ask = |world: &World| codes(answerable(&world.memory, access, world.clock));
    assert_eq!(ask(&world), []);
    let at = world.clock;
    world.send(&driver.key, ConsentRevoke { consent });
    assert_eq!(ask(&world), [R::ConsentNotInForce]);
    let record: Consent = world.get(consent.0);
    assert_eq!((record.state, record.used), (ConsentState::Revoked, 1));
    let said = (record.ended_at, record.revoked_custody);
    assert_eq!(said, (Some(at), Some(Custody::Device)));
    let again = ConsentRevoke { consent };
    world.refuses(&driver.key, again, &[(R::ConsentNotInForce, "consent")]);
    let ended = world.usual_consent(&driver);
    let until = world.get::<Consent>(ended.0).terms.until;
    world.at(until.plus(1));
    world.send(&driver.key, ConsentRevoke { consent: ended });
    assert_eq!(world.get::<Consent>(ended.0).state, ConsentState::Revoked);
}

#[test]
fn a_holder_who_consents_without_end_makes_nobody_search_without_end() {
    let (mut world, driver) = with_driver();
    let by = world.parties.enterprise.id;
    for _ in 0..3 {
        let mut block = Vec::new();
        for _ in 0..700 {
            let terms = ConsentTerms { uses: 1, ..world.consent_terms(driver.code) };
            block.push(world.sign(&driver.key, ConsentGive { terms, statements: Vec::new() }));
        }
        world.block(&block);
    }
    let terms = ConsentTerms { fields: FieldSet::LEAST, ..world.consent_terms(driver.code) };
    let hidden = world.consent(&driver, terms);
    let name = fields(&[ExchangeField::Name, ExchangeField::Phone]);
    let purpose = Some(Purpose::Engagement);
    let question = Question { purpose, ..question(by, driver.code, name) };
    let answer = may_see(&world.memory, &question, world.memory.now());
    assert_eq!(codes(answer), [R::FieldsBeyondBasis], "beyond what is looked through");
    let basis = Basis::Consent { consent: hidden, purpose: Purpose::Engagement };
    assert_eq!(
        codes(holds(&world.memory, &question.asked, &basis, world.clock)),
        [],
        "it is named"
    );
}
