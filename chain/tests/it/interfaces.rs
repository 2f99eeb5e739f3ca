// SPDX-License-Identifier: Apache-2.0
//! Interfaces: applied for, granted, refused, revoked, given back, ended by themselves.

use crate::common::interface::*;
use crate::common::issue::*;
use crate::common::waybill::public;
use crate::common::*;
use chain::Action;
use chain::actions::*;
use chain::event::Event;
use chain::ids::OrganisationId;
use chain::limits::{CALLS_A_MINUTE, GRANT_LEAST_MS, GRANT_MOST_MS};
use chain::records::key::Roles;
use chain::records::organisation::Identity;
use chain::records::{
    Grant, GrantDenial, GrantRequest, GrantTerms, Interface, InterfaceKind,
    InterfaceScope as Scope, InterfaceScopes, OrganisationKind, RecordKey, RecordKind,
};
use chain::{Hash, Past, Time};

/// The regulator's answer to a request of the insurer.
fn yes(world: &World, request: u64, terms: GrantTerms) -> InterfaceGrant {
    let organisation = world.parties.insurer.id;
    InterfaceGrant { organisation, interface: EXCHANGE, request, terms }
}

fn no(world: &World, request: u64) -> InterfaceRefuse {
    let organisation = world.parties.insurer.id;
    InterfaceRefuse { organisation, interface: EXCHANGE, request, reason: word("purpose") }
}

/// What happened to an organisation's record of an interface, and when.
fn happened(world: &World, party: &Party, interface: InterfaceKind) -> Vec<(Event, Time)> {
    let key = RecordKey { kind: RecordKind::Interface, id: Interface::id_of(party.id, interface) };
    let newest = world.memory.header_before(Time::LAST).unwrap().height.0;
    let changes = (0..=newest).flat_map(|height| world.memory.changes_at(chain::Height(height)));
    let own = changes.filter(|change| change.version.key() == key);
    own.map(|change| (change.event, change.at)).collect()
}

#[test]
fn a_regulator_grants_what_an_organisation_asks_for() {
    let mut world = World::new();
    let p = world.parties.clone();
    let (asked_at, terms) = (world.clock, world.usual_terms(EXCHANGE));
    let request = world.ask(&p.insurer, EXCHANGE, terms.clone());
    let open = GrantRequest { terms: terms.clone(), purpose: Hash::of(b"purpose"), asked_at };
    let record = world.interface(&p.insurer, EXCHANGE);
    assert_eq!((request, record.requests), (1, 1));
    assert_eq!((record.request, record.grant, record.denied), (Some(open), None, None));
    let from = world.clock;
    world.send(&p.regulator.key, yes(&world, 1, terms.clone()));
    let record = world.interface(&p.insurer, EXCHANGE);
    let grant = Grant { terms, from, by: Some(p.regulator.id) };
    assert_eq!((record.requests, record.request, record.grant), (1, None, Some(grant)));
    let events = [(Event::InterfaceRequested, asked_at), (Event::InterfaceGranted, from)];
    assert_eq!(happened(&world, &p.insurer, EXCHANGE), events);
}

#[test]
fn every_kind_that_acts_by_no_office_may_apply_for_either_interface() {
    let mut world = World::new();
    let p = world.parties.clone();
    for party in [&p.enterprise, &p.platform, &p.insurer, &p.bank] {
        for interface in InterfaceKind::ALL {
            world.send(&party.key, world.usual_request(interface));
        }
    }
    for party in [&p.regulator, &p.public_security, &p.traffic_police, &p.transport] {
        for interface in InterfaceKind::ALL {
            let request = world.usual_request(interface);
            assert_eq!(world.why(&party.key, request), ["not_allowed"]);
        }
    }
}

#[test]
fn an_admin_applies_and_a_regulator_answers() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    for (party, name) in [(&p.insurer, "clerk"), (&p.regulator, "head")] {
        let admin = party.id == p.regulator.id;
        let roles = Roles { admin, operate: !admin, attest: true };
        let add = KeyAdd { key: key(name).public(), roles, statements: Vec::new() };
        let add = world.stated(add, &[&key(name)]);
        world.send(&party.key, add);
    }
    let terms = world.usual_terms(EXCHANGE);
    let revoke =
        InterfaceRevoke { organisation: p.insurer.id, interface: EXCHANGE, reason: word("misuse") };
    let own: [Action; 3] = [
        world.usual_request(EXCHANGE).into(),
        InterfaceWithdraw { interface: EXCHANGE }.into(),
        InterfaceRelease { interface: EXCHANGE }.into(),
    ];
    let offices: [Action; 3] = [yes(&world, 1, terms).into(), no(&world, 1).into(), revoke.into()];
    for action in own {
        assert_eq!(world.why(&key("clerk"), action.clone()), ["role_missing"]);
        assert_eq!(world.why(&p.regulator.key, action.clone()), ["not_allowed"]);
        assert_eq!(world.why(&driver.key, action), ["not_allowed"]);
    }
    for action in offices {
        assert_eq!(world.why(&key("head"), action.clone()), ["role_missing"]);
        assert_eq!(world.why(&p.insurer.key, action.clone()), ["not_allowed"]);
        assert_eq!(world.why(&p.transport.key, action.clone()), ["not_allowed"]);
        assert_eq!(world.why(&driver.key, action), ["not_allowed"]);
    }
}

#[test]
fn terms_have_scopes_of_their_interface_a_rate_and_an_end_within_bounds() {
    let mut world = World::new();
    let insurer = world.parties.insurer.clone();
    let with = |change: fn(&mut GrantTerms)| {
        move |world: &World| {
            let mut terms = world.usual_terms(EXCHANGE);
            change(&mut terms);
            terms
        }
    };
    let cases: [(_, &[&str]); 6] = [
        (with(|t| t.scopes = InterfaceScopes::NONE), &["invalid_field scopes"]),
        (with(|t| t.scopes.codes = true), &["invalid_field scopes"]),
        (with(|t| t.scopes = some(&[Scope::Vehicles])), &["invalid_field scopes"]),
        (with(|t| t.calls_a_minute = 0), &["invalid_field calls_a_minute"]),
        (with(|t| t.calls_a_minute = CALLS_A_MINUTE + 1), &["invalid_field calls_a_minute"]),
        (
            with(|t| *t = GrantTerms { scopes: some(&[]), calls_a_minute: 0, until: START }),
            &["invalid_field scopes", "invalid_field calls_a_minute", "invalid_field until"],
        ),
    ];
    for (terms, expected) in cases {
        let request = InterfaceApply { terms: terms(&world), ..world.usual_request(EXCHANGE) };
        assert_eq!(world.why(&insurer.key, request.clone()), expected, "{request:?}");
    }
    let one = GrantTerms {
        scopes: some(&[Scope::Verify]),
        calls_a_minute: 1,
        ..world.usual_terms(EXCHANGE)
    };
    world.ask(&insurer, EXCHANGE, one);
    let most = GrantTerms { calls_a_minute: CALLS_A_MINUTE, ..world.usual_terms(EXCHANGE) };
    world.ask(&insurer, EXCHANGE, most);
}

#[test]
fn a_grant_is_asked_for_a_minute_to_three_years() {
    let mut world = World::new();
    let insurer = world.parties.insurer.clone();
    for (least, beyond) in [(GRANT_LEAST_MS, false), (GRANT_MOST_MS, true)] {
        let off = if beyond { least + 1 } else { least - 1 };
        let request = InterfaceApply {
            terms: whole(EXCHANGE, world.clock.plus(off)),
            ..world.usual_request(EXCHANGE)
        };
        assert_eq!(world.why(&insurer.key, request), ["invalid_field until"], "{off}");
        let terms = whole(EXCHANGE, world.clock.plus(least));
        world.ask(&insurer, EXCHANGE, terms);
    }
}

#[test]
fn a_regulator_may_grant_less_than_was_asked_for_and_nothing_more() {
    let mut world = World::new();
    let p = world.parties.clone();
    let asked = GrantTerms {
        scopes: some(&[Scope::Verify, Scope::Exchange]),
        calls_a_minute: 60,
        until: world.clock.plus(10 * DAY),
    };
    let request = world.ask(&p.insurer, EXCHANGE, asked.clone());
    let with = |change: fn(&mut GrantTerms)| {
        let mut terms = asked.clone();
        change(&mut terms);
        yes(&world, request, terms)
    };
    let cases: [(InterfaceGrant, &[&str]); 8] = [
        (with(|t| t.scopes.waybills = true), &["grant_too_wide scopes"]),
        (with(|t| t.calls_a_minute += 1), &["grant_too_wide calls_a_minute"]),
        (with(|t| t.until = t.until.plus(1)), &["grant_too_wide until"]),
        (
            with(|t| *t = whole(EXCHANGE, t.until.plus(1))),
            &["grant_too_wide scopes", "grant_too_wide calls_a_minute", "grant_too_wide until"],
        ),
        (with(|t| t.scopes.codes = true), &["invalid_field scopes", "grant_too_wide scopes"]),
        (with(|t| t.scopes = InterfaceScopes::NONE), &["invalid_field scopes"]),
        (with(|t| t.calls_a_minute = 0), &["invalid_field calls_a_minute"]),
        (with(|t| t.until = START), &["invalid_field until"]),
    ];
    for (action, expected) in cases {
        assert_eq!(world.why(&p.regulator.key, action.clone()), expected, "{action:?}");
    }
    let less = GrantTerms {
        scopes: some(&[Scope::Exchange]),
        calls_a_minute: 1,
        until: world.clock.plus(GRANT_LEAST_MS),
    };
    world.send(&p.regulator.key, yes(&world, request, less.clone()));
    let grant = world.interface(&p.insurer, EXCHANGE).grant.unwrap();
    assert_eq!(grant.terms, less);
}

#[test]
fn what_was_asked_before_is_replaced_and_no_answer_to_it_counts_any_more() {
    let mut world = World::new();
    let p = world.parties.clone();
    let terms = world.usual_terms(EXCHANGE);
    let first = world.ask(&p.insurer, EXCHANGE, terms.clone());
    let other = GrantTerms { scopes: some(&[Scope::Modules]), ..terms.clone() };
    let second = world.ask(&p.insurer, EXCHANGE, other.clone());
    assert_eq!((first, second), (1, 2));
    let record = world.interface(&p.insurer, EXCHANGE);
    assert_eq!(record.request.unwrap().terms, other);
    for number in [0, first, second + 1] {
        let (yes, no) = (yes(&world, number, other.clone()), no(&world, number));
        assert_eq!(world.why(&p.regulator.key, yes), ["request_differs request"]);
        assert_eq!(world.why(&p.regulator.key, no), ["request_differs request"]);
    }
    world.send(&p.regulator.key, yes(&world, second, other));
}

#[test]
fn two_requests_of_one_block_have_two_numbers() {
    let mut world = World::new();
    let p = world.parties.clone();
    let wide = world.usual_request(EXCHANGE);
    let hidden = InterfaceApply { purpose: Hash::of(b"another purpose"), ..wide.clone() };
    let block = [world.sign(&p.insurer.key, wide.clone()), world.sign(&p.insurer.key, hidden)];
    world.block(&block);
    assert_eq!(world.interface(&p.insurer, EXCHANGE).requests, 2);
    let seen = yes(&world, 1, wide.terms);
    assert_eq!(world.why(&p.regulator.key, seen), ["request_differs request"]);
}

#[test]
fn a_refusal_says_why_and_a_new_request_is_free() {
    let mut world = World::new();
    let p = world.parties.clone();
    let terms = world.usual_terms(EXCHANGE);
    let request = world.ask(&p.insurer, EXCHANGE, terms.clone());
    let at = world.clock;
    world.send(&p.regulator.key, no(&world, request));
    let record = world.interface(&p.insurer, EXCHANGE);
    let denied = GrantDenial { revoked: false, at, by: p.regulator.id, reason: word("purpose") };
    assert_eq!((record.request, record.grant), (None, None));
    assert_eq!(record.denied, Some(denied.clone()));
    let again = yes(&world, request, terms.clone());
    assert_eq!(world.why(&p.regulator.key, again), ["no_request interface"]);
    world.granted(&p.insurer, EXCHANGE, terms);
    let record = world.interface(&p.insurer, EXCHANGE);
    assert_eq!((record.requests, record.denied), (2, Some(denied)), "what was said stays");
}

#[test]
fn a_request_beside_a_grant_is_to_change_it_and_takes_its_place_once_granted() {
    let mut world = World::new();
    let p = world.parties.clone();
    let first = GrantTerms { scopes: some(&[Scope::Verify]), ..world.usual_terms(EXCHANGE) };
    world.granted(&p.insurer, EXCHANGE, first.clone());
    let held = world.interface(&p.insurer, EXCHANGE).grant;
    world.wait(DAY);
    let wider = world.usual_terms(EXCHANGE);
    let request = world.ask(&p.insurer, EXCHANGE, wider.clone());
    assert_eq!(world.interface(&p.insurer, EXCHANGE).grant, held, "asking changes nothing");
    world.send(&p.regulator.key, no(&world, request));
    assert_eq!(world.interface(&p.insurer, EXCHANGE).grant, held, "nor does a no");
    world.ask(&p.insurer, EXCHANGE, wider.clone());
    let from = world.clock;
    world.grant_as_asked(&p.insurer, EXCHANGE);
    let renewed = Grant { terms: wider.clone(), from, by: Some(p.regulator.id) };
    assert_eq!(world.interface(&p.insurer, EXCHANGE).grant, Some(renewed.clone()));
    world.pass_to(first.until);
    assert_eq!(world.interface(&p.insurer, EXCHANGE).grant, Some(renewed), "the old end is none");
    world.pass_to(wider.until);
    assert_eq!(world.interface(&p.insurer, EXCHANGE).grant, None);
}

#[test]
fn what_is_not_open_is_neither_answered_nor_withdrawn_and_what_is_not_held_not_revoked() {
    let mut world = World::new();
    let p = world.parties.clone();
    let terms = world.usual_terms(EXCHANGE);
    let withdraw = InterfaceWithdraw { interface: EXCHANGE };
    let release = InterfaceRelease { interface: EXCHANGE };
    let revoke =
        InterfaceRevoke { organisation: p.insurer.id, interface: EXCHANGE, reason: word("misuse") };
    let answers: [Action; 3] =
        [yes(&world, 1, terms.clone()).into(), no(&world, 1).into(), revoke.clone().into()];
    for action in answers {
        assert_eq!(world.why(&p.regulator.key, action), ["not_found interface"]);
    }
    assert_eq!(world.why(&p.insurer.key, withdraw.clone()), ["not_found interface"]);
    assert_eq!(world.why(&p.insurer.key, release.clone()), ["not_found interface"]);
    world.ask(&p.insurer, EXCHANGE, terms.clone());
    assert_eq!(world.why(&p.regulator.key, revoke.clone()), ["no_grant interface"]);
    assert_eq!(world.why(&p.insurer.key, release), ["no_grant interface"]);
    world.send(&p.insurer.key, withdraw.clone());
    assert_eq!(world.interface(&p.insurer, EXCHANGE).request, None);
    let answers: [Action; 2] = [yes(&world, 1, terms).into(), no(&world, 1).into()];
    for action in answers {
        assert_eq!(world.why(&p.regulator.key, action), ["no_request interface"]);
    }
    assert_eq!(world.why(&p.insurer.key, withdraw), ["no_request interface"]);
    assert_eq!(
        world.why(&p.bank.key, InterfaceRelease { interface: APPLY }),
        ["not_found interface"]
    );
}

#[test]
fn a_revoked_grant_ends_at_once_and_says_why() {
    let mut world = World::new();
    let p = world.parties.clone();
    let request = world.ask(&p.enterprise, EXCHANGE, world.usual_terms(EXCHANGE));
    let at = world.clock;
    let revoke = InterfaceRevoke {
        organisation: p.enterprise.id,
        interface: EXCHANGE,
        reason: word("misuse"),
    };
    let (before, after) = (world.offer(public()), world.offer(public()));
    let block = [
        world.sign(&p.enterprise.key, WaybillOffer { offer: before }),
        world.sign(&p.regulator.key, revoke),
        world.sign(&p.enterprise.key, WaybillOffer { offer: after }),
    ];
    let outcomes = world.block(&block);
    let executed = |outcome| matches!(outcome, &chain::receipt::Outcome::Executed { .. });
    assert_eq!(outcomes.iter().map(executed).collect::<Vec<_>>(), [true, true, false]);
    let record = world.interface(&p.enterprise, EXCHANGE);
    let denied = GrantDenial { revoked: true, at, by: p.regulator.id, reason: word("misuse") };
    assert_eq!((record.grant, record.denied), (None, Some(denied)));
    assert_eq!(record.requests, request);
    assert!(record.request.is_some(), "what was asked for is answered for itself");
    world.grant_as_asked(&p.enterprise, EXCHANGE);
    world.offer_public();
}

#[test]
fn an_organisation_gives_its_grant_back() {
    let mut world = World::new();
    let p = world.parties.clone();
    let at = world.clock;
    world.send(&p.enterprise.key, InterfaceRelease { interface: EXCHANGE });
    let record = world.interface(&p.enterprise, EXCHANGE);
    assert_eq!((record.grant, record.denied), (None, None));
    assert!(world.interface(&p.enterprise, APPLY).grant.is_some(), "the other one stays");
    let last = happened(&world, &p.enterprise, EXCHANGE).pop();
    assert_eq!(last, Some((Event::InterfaceReleased, at)));
}

#[test]
fn a_grant_and_a_request_end_with_the_registration() {
    let mut world = World::new();
    let p = world.parties.clone();
    world.ask(&p.enterprise, EXCHANGE, world.usual_terms(EXCHANGE));
    world.revoke(&p.enterprise, APPLY);
    let before = world.interface(&p.enterprise, APPLY);
    world.ask(&p.insurer, EXCHANGE, world.usual_terms(EXCHANGE));
    let at = world.clock;
    let end = |party: &Party| OrganisationEnd { organisation: party.id, reason: word("closed") };
    let block = [&p.enterprise, &p.insurer].map(|party| world.sign(&p.regulator.key, end(party)));
    world.block(&block);
    let denied =
        |revoked| Some(GrantDenial { revoked, at, by: p.regulator.id, reason: word("closed") });
    let record = world.interface(&p.enterprise, EXCHANGE);
    assert_eq!((record.request, record.grant, record.denied), (None, None, denied(true)));
    let record = world.interface(&p.insurer, EXCHANGE);
    assert_eq!((record.request, record.grant, record.denied), (None, None, denied(false)));
    assert_eq!(world.interface(&p.enterprise, APPLY), before, "what had ended stays as it was");
    let last = |party| happened(&world, party, EXCHANGE).pop();
    assert_eq!(last(&p.enterprise), Some((Event::InterfaceRevoked, at)));
    assert_eq!(last(&p.insurer), Some((Event::InterfaceRefused, at)));
    let terms = world.usual_terms(EXCHANGE);
    assert_eq!(world.why(&p.regulator.key, yes(&world, 1, terms)), ["no_request interface"]);
    let request = world.usual_request(EXCHANGE);
    assert_eq!(world.why(&p.insurer.key, request), ["organisation_ended"]);
}

#[test]
fn an_organisation_that_is_admitted_later_has_no_grant_until_it_applies() {
    let mut world = World::new();
    let p = world.parties.clone();
    let admit = OrganisationAdmit {
        kind: OrganisationKind::ServiceProvider,
        identity: Identity::Open { credit_code: credit_code(77), name: "help".parse().unwrap() },
        prefecture: KUNMING,
        scopes: Vec::new(),
        keys: vec![KeyGrant { key: key("help").public(), roles: Roles::ALL }],
    };
    let id = OrganisationId(World::first_made(world.send(&p.regulator.key, admit)));
    let help = Party { id, key: key("help") };
    assert_eq!(world.memory.get::<Interface>(Interface::id_of(id, EXCHANGE)), None);
    world.granted(&help, EXCHANGE, world.usual_terms(EXCHANGE));
    assert!(world.interface(&help, EXCHANGE).grant.is_some());
}

#[test]
fn each_scope_belongs_to_one_interface_and_a_set_has_what_it_names() {
    for scope in Scope::ALL {
        let alone = some(&[scope]);
        for interface in InterfaceKind::ALL {
            let own = scope.interface() == interface;
            assert_eq!(alone.is_of(interface), own, "{scope:?}");
            assert_eq!(InterfaceScopes::all_of(interface).has(scope), own, "{scope:?}");
        }
        for other in Scope::ALL {
            assert_eq!(alone.has(other), scope == other);
            assert_eq!(alone.is_within(some(&[other])), scope == other);
        }
        assert!(InterfaceScopes::NONE.is_within(alone) && !alone.is_within(InterfaceScopes::NONE));
        let json = serde_json::to_value(alone).unwrap();
        assert_eq!(json[scope.word()], true, "the word of {scope:?}");
    }
    for interface in InterfaceKind::ALL {
        assert!(InterfaceScopes::all_of(interface).is_of(interface));
        assert!(!InterfaceScopes::NONE.is_of(interface));
        let mixed = some(&[Scope::Codes, Scope::Verify]);
        assert!(!mixed.is_of(interface));
        assert_eq!(interface.word().parse(), Ok(interface));
        assert_eq!(serde_json::to_value(interface).unwrap(), interface.word());
    }
    assert!("luck".parse::<InterfaceKind>().is_err());
}
