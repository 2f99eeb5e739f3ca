// SPDX-License-Identifier: Apache-2.0
//! Verification codes (运力验证码): the driver's app signs, an enterprise that was shown the digits uses
//! it once.

use crate::common::exchange::*;
use crate::common::fleet::Driver;
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::query::list;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::transaction::{Decoded, Invalid};
use chain::{Action, Hash, Past, Records, Time, Transaction};

const MINUTE: u64 = 60 * SECOND;

#[test]
fn what_the_app_signed_becomes_a_used_consent_and_an_access() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.clone();
    let (at, until) = (world.clock, world.clock.plus(5 * MINUTE));
    let shown = world.shown(&driver, USUAL, until);
    let transaction = world.send(&enterprise.key, shown);
    let consent: Consent = world.get(RecordId::made_by(transaction, 0));
    let purpose = Purpose::CapacityCheck;
    let terms = ConsentTerms {
        code: driver.code,
        to: enterprise.id,
        purpose,
        fields: USUAL,
        until,
        uses: 1,
    };
    let expected = Consent {
        id: consent.id,
        holder: Holder::Person(driver.person),
        terms,
        given_at: at,
        custody: Some(Custody::Device),
        sponsor: Some(enterprise.id),
        used: 1,
        state: ConsentState::UsedUp,
        ended_at: Some(at),
        revoked_custody: None,
    };
    assert_eq!(consent, expected);
    let access: Access = world.get(RecordId::made_by(transaction, 1));
    let expected = Access {
        id: access.id,
        by: enterprise.id,
        about: driver.code.into(),
        holder: Some(Holder::Person(driver.person)),
        vehicles: vec![],
        kinds: None,
        basis: Basis::Consent { consent: consent.id, purpose },
        custody: Some(Custody::Device),
        fields: USUAL,
        request: request(),
        at,
    };
    assert_eq!(access, expected);
    let changes = world.memory.changes_at(world.memory.header().height);
    let events: Vec<Event> = changes.iter().map(|change| change.event).collect();
    assert_eq!(events, [Event::ConsentUsedUp, Event::AccessRecorded]);
    let again = AccessRecord {
        about: driver.code.into(),
        basis: access.basis,
        fields: USUAL,
        request: request(),
    };
    world.refuses(&enterprise.key, again, &[(R::ConsentNotInForce, "consent")]);
    let between = Consent::list_between(driver.code, enterprise.id);
    let page = list(&world.memory, between, None, (10, world.memory.now()), &|_| true);
    assert_eq!(page.items, [], "it never gave more than this one access");
}

#[test]
fn it_is_good_once_whoever_uses_it() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let until = world.clock.plus(5 * MINUTE);
    let shown = world.shown(&driver, USUAL, until);
    world.send(&p.enterprise.key, shown.clone());
    world.refuses(&p.enterprise.key, shown.clone(), &[(R::StatementUsed, "")]);
    let other = (p.other_enterprise.id, Hash::of(b"another"));
    let by_other = ConsentUse { by: other.0, request: other.1, ..shown.clone() };
    let by_other = world.released(&p.enterprise.key, by_other);
    world.refuses(&p.other_enterprise.key, by_other.clone(), &[(R::StatementUsed, "")]);
    world.at(until);
    world.refuses(&p.platform.key, by_other, &[(R::StatementUsed, "")]);
}

#[test]
fn it_is_good_for_five_minutes_at_most_and_to_its_last_millisecond() {
    for (ahead, good) in [(0, true), (5 * MINUTE, true), (5 * MINUTE + 1, false)] {
        let (mut world, driver) = with_driver();
        let enterprise = world.parties.enterprise.key.clone();
        let until = world.clock.plus(ahead);
        let shown = world.shown(&driver, USUAL, until);
        if good {
            world.send(&enterprise, shown);
        } else {
            world.refuses(&enterprise, shown, &[(R::StatementExpired, "statements")]);
        }
    }
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.key.clone();
    let past = Time(world.clock.0 - 1);
    let late = world.shown(&driver, USUAL, past);
    world.refuses(&enterprise, late, &[(R::StatementExpired, "")]);
}

#[test]
fn how_long_it_is_good_is_a_parameter() {
    for (value, good) in [(600 * SECOND, true), (SECOND, false)] {
        let mut world = World::with(&[(ParameterName::CapacityMs, value)]);
        let driver = world.driver_for(&[], None);
        let enterprise = world.parties.enterprise.key.clone();
        let until = world.clock.plus(10 * MINUTE);
        let shown = world.shown(&driver, USUAL, until);
        if good {
            world.send(&enterprise, shown);
        } else {
            world.refuses(&enterprise, shown, &[(R::StatementExpired, "statements")]);
        }
    }
}

/// Whether the signatures of what an enterprise sends hold.
fn signatures(world: &World, action: ConsentUse) -> Result<(), Invalid> {
    let (chain, until) = (world.memory.chain(), world.clock.plus(SECOND));
    let (key, nonce) = (&world.parties.enterprise.key, chain::nonce::Nonce([1; 16]));
    let signed = Transaction::sign(key, chain, action.into(), nonce, until);
    Decoded::from_bytes(signed.to_bytes(), chain).unwrap().check().map(drop)
}

#[test]
fn fields_code_digits_end_asker_and_request_are_bound() {
    let (mut world, driver) = with_driver();
    let other = world.driver_for(&[], None);
    let until = world.clock.plus(MINUTE);
    let good = world.shown(&driver, USUAL, until);
    assert_eq!(signatures(&world, good.clone()), Ok(()));
    let for_another = ConsentUse { request: Hash::of(b"another"), ..good.clone() };
    assert_eq!(signatures(&world, for_another), Err(Invalid::Signature));
    let by_another = ConsentUse { by: world.parties.platform.id, ..good.clone() };
    assert_eq!(signatures(&world, by_another), Err(Invalid::Signature));
    let terms = &good.terms;
    let wrong = [
        CapacityTerms { fields: FieldSet::LEAST, ..terms.clone() },
        CapacityTerms { code: other.code, ..terms.clone() },
        CapacityTerms { shown: Hash::of(b"other digits"), ..terms.clone() },
    ];
    for terms in wrong {
        let bent = ConsentUse { terms, ..good.clone() };
        assert_eq!(signatures(&world, bent), Err(Invalid::Signature));
    }
    let mut longer = good;
    longer.statements[0].valid_until = until.plus(1);
    assert_eq!(signatures(&world, longer), Err(Invalid::Signature));
}

#[test]
fn a_word_on_another_action_is_none_on_this_and_the_reverse() {
    let (mut world, driver) = with_driver();
    let until = world.clock.plus(MINUTE);
    let shown = world.shown(&driver, USUAL, until);
    let terms = world.consent_terms(driver.code);
    let give: Action = ConsentGive { terms, statements: shown.statements.clone() }.into();
    assert_ne!(give.statement_digest(), shown.terms.digest());
    assert_eq!(Action::from(shown.clone()).statement_digest(), shown.terms.digest());
    let request: Action = ConsentUse { request: Hash::of(b"another"), ..shown.clone() }.into();
    assert_eq!(request.statement_digest(), shown.terms.digest(), "the request is not part of it");
}

#[test]
fn the_word_is_the_holder_s_and_there_is_one() {
    let (mut world, driver) = with_driver();
    let other = world.driver_for(&[], None);
    let p = world.parties.clone();
    let until = world.clock.plus(MINUTE);
    let good = world.shown(&driver, USUAL, until);
    let none = ConsentUse { statements: Vec::new(), ..good.clone() };
    let none = world.released(&p.enterprise.key, none);
    world.refuses(&p.enterprise.key, none, &[(R::StatementMissing, "")]);
    let nonce = chain::nonce::Nonce([7; 16]);
    let chain = world.memory.chain();
    let by = |key| good.terms.sign(key, chain, nonce, until);
    let others = ConsentUse { statements: vec![by(&other.key)], ..good.clone() };
    let others = world.released(&p.enterprise.key, others);
    world.refuses(&p.enterprise.key, others, &[(R::StatementMissing, "")]);
    let own = ConsentUse { statements: vec![by(&p.enterprise.key)], ..good.clone() };
    let own = world.released(&p.enterprise.key, own);
    world.refuses(&p.enterprise.key, own, &[(R::StatementMissing, "")]);
    let mut two = good.clone();
    two.statements.push(by(&driver.key));
    world.refuses(&p.enterprise.key, two, &[(R::StatementUnexpected, "")]);
}

#[test]
fn a_sensitive_field_stands_alone_in_it_and_something_is_in_it() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.key.clone();
    let until = world.clock.plus(MINUTE);
    let mut tell = |of: &[ExchangeField]| world.shown(&driver, fields(of), until);
    let number = tell(&[ExchangeField::IdentityNumber]);
    let both = tell(&[ExchangeField::Name, ExchangeField::IdentityNumber]);
    let nothing = tell(&[]);
    world.send(&enterprise, number);
    world.refuses(&enterprise, both, &[(R::SensitiveTogether, "fields")]);
    world.refuses(&enterprise, nothing, &[(R::InvalidField, "fields")]);
}

#[test]
fn enterprises_and_platforms_use_it_and_nobody_else() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let until = world.clock.plus(MINUTE);
    for (key, by, good) in [
        (&p.platform.key, p.platform.id, true),
        (&p.enterprise.key, p.enterprise.id, true),
        (&p.insurer.key, p.insurer.id, false),
        (&p.traffic_police.key, p.traffic_police.id, false),
        (&p.regulator.key, p.regulator.id, false),
        (&driver.key, p.enterprise.id, false),
    ] {
        let shown = world.shown_to(&driver, by, (USUAL, until));
        if good {
            world.send(key, shown);
        } else {
            world.refuses(key, shown, &[(R::NotAllowed, "")]);
        }
    }
}

#[test]
fn a_suspended_code_s_holder_shows_it_and_a_cancelled_one_s_does_not() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let (code, reason) = (driver.code, word("inquiry"));
    let until = world.clock.plus(MINUTE);
    let [first, second] = [(); 2].map(|()| world.shown(&driver, USUAL, until));
    world.send(&p.regulator.key, CodeSuspend { code, reason: reason.clone() });
    world.send(&p.enterprise.key, first);
    world.send(&p.regulator.key, CodeCancel { code, reason });
    world.refuses(&p.enterprise.key, second, &[(R::CodeNotIssued, "code")]);
}

#[test]
fn it_tells_which_vehicles_it_is_about() {
    let mut world = World::new();
    let (driver, lorry): (Driver, VehicleId) = world.crew();
    let enterprise = world.parties.enterprise.key.clone();
    let until = world.clock.plus(MINUTE);
    let shown = world.shown(&driver, FieldSet::LEAST, until);
    let transaction = world.send(&enterprise, shown);
    let access: Access = world.get(RecordId::made_by(transaction, 1));
    assert_eq!(access.vehicles, [lorry]);
}

#[test]
fn who_sees_it_pass_cannot_use_it_for_itself() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let until = world.clock.plus(MINUTE);
    let good = world.shown(&driver, USUAL, until);
    world.refuses(&p.platform.key, good.clone(), &[(R::InvalidField, "by")]);
    let stolen = ConsentUse { by: p.platform.id, ..good.clone() };
    for thief in [&p.platform.key, &p.other_enterprise.key, &driver.key, &p.regulator.key] {
        let stolen = world.released(thief, stolen.clone());
        world.refuses(&p.platform.key, stolen, &[(R::StatementMissing, "")]);
    }
    world.send(&p.enterprise.key, good);
}

#[test]
fn the_node_signs_with_a_key_in_force_that_operates_for_the_sponsor() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let clerk = key("clerk");
    let roles = chain::records::Roles { admin: true, operate: false, attest: true };
    let add = KeyAdd { key: clerk.public(), roles, statements: Vec::new() };
    let add = world.stated(add, &[&clerk]);
    world.send(&p.enterprise.key, add);
    let until = world.clock.plus(MINUTE);
    let entered = world.shown_to(&driver, p.platform.id, (USUAL, until));
    let by_clerk = world.released(&clerk, entered.clone());
    world.refuses(&p.platform.key, by_clerk, &[(R::StatementMissing, "")]);
    let late = world.shown_to(&driver, p.platform.id, (USUAL, until));
    world.send(&p.platform.key, entered);
    let organisation = p.enterprise.id;
    world.send(&p.regulator.key, OrganisationEnd { organisation, reason: word("closed") });
    world.refuses(&p.platform.key, late, &[(R::OrganisationEnded, "")]);
}
