// SPDX-License-Identifier: Apache-2.0
//! No grant, no step that begins something: which actions need which scope, how a grant's end is seen
//! by block time, and what answers say of it.

use crate::common::exchange::*;
use crate::common::fleet::Driver;
use crate::common::interface::*;
use crate::common::issue::*;
use crate::common::waybill::public;
use crate::common::*;
use chain::Action;
use chain::actions::*;
use chain::event::Event;
use chain::limits::DUE_RECORDS;
use chain::proof::{Proven, record_at, verify};
use chain::query;
use chain::receipt::Outcome;
use chain::records::{
    Affiliation, Basis, CertificateKind as Kind, ClaimState, ConsentTerms, ExchangeField,
    GrantTerms, Interface, InterfaceKind, InterfaceScope as Scope, InterfaceScopes, ListKey,
    RecordKey, RecordKind, Roles, Subject, Value, VehicleOwner, WaybillState,
};
use chain::refusal::RefusalCode as R;
use chain::{Hash, Height, Past, Records, Time};

/// What needs a grant: an application for a code, one for a vehicle, an offer, a holder's consent, the use
/// of a verification code, an access on a consent, a request for an affiliation.
fn beginnings(world: &mut World, party: &Party, driver: &Driver) -> [(Scope, Action); 7] {
    let name = "one";
    let terms = ConsentTerms { to: party.id, ..world.consent_terms(driver.code) };
    let consent = world.consent(driver, terms);
    let until = world.clock.plus(SECOND);
    let shown = world.shown_to(driver, party.id, (USUAL, until));
    let terms = world.consent_terms(driver.code);
    let give = world.stated(ConsentGive { terms, statements: Vec::new() }, &[&driver.key]);
    let code = world.code_apply(name, LIGHT);
    let code = world.stated(code, &[&key(name)]);
    let mut vehicle = world.vehicle_apply(name, &[Kind::VehicleLicence, Kind::Policy]);
    vehicle.owner = VehicleOwner::Holder(key(name).public());
    let vehicle = world.stated(vehicle, &[&key(name)]);
    let offer = world.offer(public());
    let affiliation = affiliation_of(party, driver);
    let affiliation = world.stated(affiliation, &[&driver.key]);
    [
        (Scope::Codes, code),
        (Scope::Vehicles, vehicle),
        (Scope::Codes, give),
        (Scope::Waybills, WaybillOffer { offer }.into()),
        (Scope::Exchange, shown.into()),
        (Scope::Exchange, world.on_consent(driver.code, consent).into()),
        (Scope::Modules, affiliation),
    ]
}

fn affiliation_of(party: &Party, driver: &Driver) -> AffiliationRequest {
    AffiliationRequest { enterprise: party.id, code: driver.code, statements: Vec::new() }
}

/// A record of an interface with its key.
fn key_of(party: &Party, interface: InterfaceKind) -> RecordKey {
    RecordKey { kind: RecordKind::Interface, id: Interface::id_of(party.id, interface) }
}

#[test]
fn what_begins_needs_the_scope_of_its_row_and_no_other() {
    for party in [|w: &World| w.parties.enterprise.clone(), |w: &World| w.parties.platform.clone()]
    {
        for held in Scope::ALL {
            let (mut world, driver) = with_driver();
            let party = party(&world);
            for interface in InterfaceKind::ALL {
                world.revoke(&party, interface);
            }
            let interface = held.interface();
            let terms = GrantTerms { scopes: some(&[held]), ..world.usual_terms(interface) };
            world.granted(&party, interface, terms);
            for (needed, action) in beginnings(&mut world, &party, &driver) {
                if needed == held {
                    world.send(&party.key, action);
                } else {
                    let why = format!("grant_missing {}", needed.word());
                    assert_eq!(world.why(&party.key, action), [why], "{held:?}");
                }
            }
        }
    }
}

#[test]
fn a_regulator_applies_and_asks_by_office() {
    let (mut world, driver) = with_driver();
    let regulator = world.parties.regulator.clone();
    for (_, action) in beginnings(&mut world, &regulator, &driver) {
        match action {
            Action::CodeApply(_)
            | Action::VehicleApply(_)
            | Action::ConsentGive(_)
            | Action::AccessRecord(_) => {
                world.send(&regulator.key, action);
            }
            _ => assert_eq!(world.why(&regulator.key, action), ["not_allowed"]),
        }
    }
}

#[test]
fn a_missing_grant_is_told_before_anything_about_the_object_and_after_kind_and_role() {
    let mut world = World::new();
    let p = world.parties.clone();
    world.revoke(&p.enterprise, EXCHANGE);
    let mut offer = world.offer(public());
    offer.load_by = START;
    offer.goods = 0;
    let offer = WaybillOffer { offer };
    assert_eq!(world.why(&p.enterprise.key, offer.clone()), ["grant_missing waybills"]);
    assert_eq!(world.why(&p.bank.key, offer.clone()), ["not_allowed"]);
    let roles = Roles { operate: false, ..Roles::ALL };
    let add = KeyAdd { key: key("admin").public(), roles, statements: Vec::new() };
    let add = world.stated(add, &[&key("admin")]);
    world.send(&p.enterprise.key, add);
    assert_eq!(world.why(&key("admin"), offer), ["role_missing"]);
}

/// Nothing that was begun is left half done when a grant ends.
#[test]
fn what_follows_from_a_step_once_begun_needs_no_grant() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.clone();
    let (driver, _) = world.crew();
    let under_way = world.waybill_in(&driver, WaybillState::Arrived);
    let offered = world.offer_public();
    let corrected = world.applied("corrected", LIGHT);
    let withdrawn = world.applied("withdrawn", LIGHT);
    world.refuse_claim(corrected, 0);
    for interface in InterfaceKind::ALL {
        world.revoke(&enterprise, interface);
    }
    let correct = ClaimCorrect {
        application: corrected,
        claim: world.claim(Kind::Identity, "corrected anew"),
        replaces: Some(0),
        statements: Vec::new(),
    };
    let correct = world.stated(correct, &[&key("corrected")]);
    world.send(&enterprise.key, correct);
    let claim = &world.application(corrected).claims[0];
    assert_eq!(claim.state, ClaimState::Waiting);
    world.send(&enterprise.key, ApplicationWithdraw { application: withdrawn });
    let withdraw = WaybillWithdraw { waybill: offered, reason: word("plans") };
    world.send(&enterprise.key, withdraw);
    world.advance((under_way, &driver), WaybillState::Settled);
}

#[test]
fn an_affiliation_is_approved_and_opened_with_a_grant_and_refused_and_ended_without() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.clone();
    world.revoke(&enterprise, EXCHANGE);
    let ask = affiliation_of(&enterprise, &driver);
    let stated = world.stated(ask.clone(), &[&driver.key]);
    assert_eq!(world.why(&enterprise.key, stated), ["grant_missing modules"]);
    let affiliation = Affiliation::id_of(enterprise.id, driver.code);
    let approve = AffiliationReview { affiliation, verdict: AffiliationVerdict::Approve };
    let verdict = AffiliationVerdict::Refuse { reason: word("papers") };
    let end = AffiliationEnd { affiliation, reason: word("plans") };
    // The driver's own word, whoever has the key in hand, opens nothing by itself.
    world.send(&driver.key, ask.clone());
    assert_eq!(world.why(&enterprise.key, approve.clone()), ["grant_missing modules"]);
    world.send(&enterprise.key, AffiliationReview { affiliation, verdict });
    world.send(&driver.key, ask);
    let terms = GrantTerms { scopes: some(&[Scope::Modules]), ..world.usual_terms(EXCHANGE) };
    world.granted(&enterprise, EXCHANGE, terms);
    world.send(&enterprise.key, approve);
    world.revoke(&enterprise, EXCHANGE);
    let open = AffiliationOpen { affiliation };
    assert_eq!(world.why(&enterprise.key, open), ["grant_missing modules"]);
    world.send(&enterprise.key, end);
}

#[test]
fn an_organisation_s_own_code_vehicles_and_consents_need_no_grant() {
    let mut world = World::new();
    world.permit();
    let (enterprise, other) =
        (world.parties.enterprise.clone(), world.parties.other_enterprise.clone());
    for interface in InterfaceKind::ALL {
        world.revoke(&enterprise, interface);
    }
    let code = world.enterprise_code();
    let terms = ConsentTerms { to: other.id, ..world.consent_terms(code) };
    world.send(&enterprise.key, ConsentGive { terms, statements: Vec::new() });
    let own = world.vehicle_apply("own", &[Kind::VehicleLicence]);
    let owner = VehicleOwner::Organisation(other.id);
    let others = VehicleApply { owner, ..world.vehicle_apply("others", &[Kind::VehicleLicence]) };
    let others = world.stated(others, &[&other.key]);
    world.send(&enterprise.key, own);
    assert_eq!(world.why(&enterprise.key, others), ["grant_missing vehicles"]);
}

#[test]
fn authorities_ask_by_office_and_insurers_and_banks_with_a_grant() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    world.attest(Subject::Person(driver.person), Kind::BankAccount, None);
    let p = world.parties.clone();
    let basis = Basis::Office { case: Hash::of(b"case") };
    let ask = |field| AccessRecord {
        about: driver.code.into(),
        basis: basis.clone(),
        fields: fields(&[field]),
        request: request(),
    };
    world.send(&p.public_security.key, ask(ExchangeField::Identity));
    for (party, field) in
        [(&p.insurer, ExchangeField::Policy), (&p.bank, ExchangeField::BankAccount)]
    {
        assert_eq!(world.why(&party.key, ask(field)), ["grant_missing exchange"]);
        world.granted(party, EXCHANGE, world.usual_terms(EXCHANGE));
        world.send(&party.key, ask(field));
    }
}

#[test]
fn a_grant_ends_by_itself_at_its_instant_whatever_block_sees_it() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.clone();
    let terms = GrantTerms { scopes: some(&[Scope::Waybills]), ..world.usual_terms(EXCHANGE) };
    let until = terms.until;
    world.granted(&enterprise, EXCHANGE, terms);
    world.at(Time(until.0 - 1));
    world.offer_public();
    let offer = WaybillOffer { offer: world.offer(public()) };
    world.refuses(&enterprise.key, offer.clone(), &[(R::GrantMissing, "waybills")]);
    assert_eq!(world.memory.header().time_ms, until);
    assert_eq!(world.interface(&enterprise, EXCHANGE).grant, None);
    let mut late = World::new();
    let short = GrantTerms { until, ..late.usual_terms(EXCHANGE) };
    late.granted(&enterprise, EXCHANGE, short);
    late.at(until.plus(DAY));
    late.refuses(&enterprise.key, offer, &[(R::GrantMissing, "waybills")]);
    let changes = late.memory.changes_at(late.memory.header().height);
    let ended = changes.iter().find(|c| c.version.key() == key_of(&enterprise, EXCHANGE));
    let ended = ended.map(|change| (change.event, change.at, change.transaction));
    assert_eq!(ended, Some((Event::InterfaceEnded, until, None)), "as of its instant");
}

/// The index yields a thousand records; that of the grant comes after them.
#[test]
fn a_grant_that_has_ended_is_none_while_the_index_lags() {
    let mut world = World::new();
    let p = world.parties.clone();
    let until = world.clock.plus(DAY);
    world.granted(&p.platform, EXCHANGE, whole(EXCHANGE, until));
    let mut offers = Vec::new();
    for _ in 0..=DUE_RECORDS {
        let mut offer = world.offer(public());
        offer.offer_ends = until;
        offers.push(world.sign(&p.enterprise.key, WaybillOffer { offer }));
    }
    let outcomes = world.block(&offers);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Executed { .. })));
    world.at(until);
    let offer = WaybillOffer { offer: world.offer(public()) };
    let outcome = world.attempt(&p.platform.key, offer).1;
    let Outcome::Refused { reasons } = outcome else { panic!("{outcome:?}") };
    assert_eq!(reasons[0].code, R::GrantMissing);
    let record = world.interface(&p.platform, EXCHANGE);
    assert!(record.grant.is_some(), "refused, the end is dropped with the rest");
    assert_eq!(query::grant(&world.memory, p.platform.id, EXCHANGE, until), None);
    world.block(&[]);
    assert_eq!(world.interface(&p.platform, EXCHANGE).grant, None);
}

#[test]
fn a_query_tells_the_grant_in_force_by_one_record() {
    let mut world = World::new();
    let p = world.parties.clone();
    let now = |world: &World| world.memory.header().time_ms;
    let none = |world: &World| query::grant(&world.memory, p.insurer.id, EXCHANGE, now(world));
    assert_eq!(none(&world), None, "it never asked");
    let terms = GrantTerms { scopes: some(&[Scope::Verify]), ..world.usual_terms(EXCHANGE) };
    world.ask(&p.insurer, EXCHANGE, terms.clone());
    assert_eq!(none(&world), None, "it asked");
    world.grant_as_asked(&p.insurer, EXCHANGE);
    let found = none(&world).unwrap();
    assert_eq!(
        (found.terms, found.from, found.by),
        (terms.clone(), now(&world), Some(p.regulator.id))
    );
    assert_eq!(query::grant(&world.memory, p.insurer.id, APPLY, now(&world)), None);
    for at in [Time(terms.until.0 - 1), terms.until, terms.until.plus(1)] {
        let found = query::grant(&world.memory, p.insurer.id, EXCHANGE, at);
        assert_eq!(found.is_some(), at < terms.until);
        let [seen] = &query::interfaces_of(&world.memory, p.insurer.id, at)[..] else {
            panic!("one interface was asked for")
        };
        assert_eq!(seen.value.grant, found, "as if it were brought up");
    }
    world.revoke(&p.insurer, EXCHANGE);
    assert_eq!(none(&world), None);
    let of_enterprise = query::grant(&world.memory, p.enterprise.id, APPLY, now(&world)).unwrap();
    assert_eq!(of_enterprise.terms, whole(APPLY, GRANTS_END));
    assert_eq!((of_enterprise.from, of_enterprise.by), (START, None), "genesis gave it");
    let end = OrganisationEnd { organisation: p.enterprise.id, reason: word("closed") };
    world.send(&p.regulator.key, end);
    assert_eq!(query::grant(&world.memory, p.enterprise.id, APPLY, now(&world)), None);
}

#[test]
fn interfaces_are_listed_by_kind_and_by_organisation() {
    let mut world = World::new();
    let p = world.parties.clone();
    world.ask(&p.bank, APPLY, world.usual_terms(APPLY));
    let at = world.memory.now();
    let list = ListKey::of_kind(RecordKind::Interface);
    let asks =
        |value: &Value| matches!(value, Value::Interface(record) if record.request.is_some());
    let open = query::list(&world.memory, list, None, (10, at), &asks);
    assert_eq!(
        open.items.iter().map(|item| item.key).collect::<Vec<_>>(),
        [key_of(&p.bank, APPLY)]
    );
    let all = query::list(&world.memory, list, None, (10, at), &|_| true);
    assert_eq!(all.items.len(), 7, "two of each of three in genesis, and this");
    let of = |party: &Party| -> Vec<InterfaceKind> {
        let seen = query::interfaces_of(&world.memory, party.id, at);
        seen.into_iter().map(|seen| seen.value.interface).collect()
    };
    assert_eq!(of(&p.enterprise), InterfaceKind::ALL);
    assert_eq!(of(&p.bank), [APPLY]);
    assert_eq!(of(&p.regulator), []);
}

#[test]
fn a_grant_is_proven_by_one_leaf() {
    let mut world = World::new();
    let insurer = world.parties.insurer.clone();
    let before = world.memory.header().height;
    world.granted(&insurer, EXCHANGE, world.usual_terms(EXCHANGE));
    let key = key_of(&insurer, EXCHANGE);
    let header = world.memory.header().clone();
    let show = |height: Height| {
        let proof = record_at(&world.memory, &key, height).unwrap();
        verify(&proof, &header, world.genesis.depth).unwrap()
    };
    let Proven::Present { value, .. } = show(header.height) else { panic!("it is there") };
    let Value::Interface(record) = *value else { panic!("{value:?}") };
    let scopes = record.grant_at(header.time_ms).unwrap().terms.scopes;
    assert_eq!(scopes, InterfaceScopes::all_of(EXCHANGE));
    assert!(matches!(show(before), Proven::Absent { .. }), "it never asked before");
}
