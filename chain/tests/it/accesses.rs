// SPDX-License-Identifier: Apache-2.0
//! Accesses on a consent and by office: recorded if the basis holds in that block, else refused with
//! every reason. Those on a waybill are in `waybill_bases`, on a verification code in `shown_codes`.

use crate::common::exchange::*;
use crate::common::fleet::Driver;
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::limits::DUE_RECORDS;
use chain::query::list;
use chain::receipt::Outcome;
use chain::records::key::Roles;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Hash, Past, Records, Time};

#[test]
fn an_access_is_recorded_and_the_consent_counts_it() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.clone();
    let consent = world.usual_consent(&driver);
    let (at, action) = (world.clock, world.on_consent(driver.code, consent));
    let transaction = world.send(&enterprise.key, action.clone());
    let access: Access = world.get(World::first_made(transaction));
    let expected = Access {
        id: access.id,
        by: enterprise.id,
        about: driver.code.into(),
        holder: Some(Holder::Person(driver.person)),
        vehicles: vec![],
        kinds: None,
        basis: action.basis,
        custody: Some(Custody::Device),
        fields: USUAL,
        request: request(),
        at,
    };
    assert_eq!(access, expected);
    assert_eq!(world.get::<Consent>(consent.0).used, 1);
    let changes = world.memory.changes_at(world.memory.header().height);
    let events: Vec<Event> = changes.iter().map(|change| change.event).collect();
    assert_eq!(events, [Event::AccessRecorded, Event::ConsentUsed]);
}

#[test]
fn a_consent_is_used_as_often_as_agreed_and_no_more() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.key.clone();
    let consent = world.usual_consent(&driver);
    let ask = world.on_consent(driver.code, consent);
    for used in 1..=3 {
        let at = world.clock;
        world.send(&enterprise, ask.clone());
        let record: Consent = world.get(consent.0);
        assert_eq!(record.used, used);
        let is_last = used == 3;
        let state = if is_last { ConsentState::UsedUp } else { ConsentState::InForce };
        assert_eq!((record.state, record.ended_at), (state, is_last.then_some(at)));
        assert_eq!(record.next_change_at().is_none(), is_last);
    }
    world.refuses(&enterprise, ask, &[(R::ConsentNotInForce, "consent")]);
}

#[test]
fn the_last_use_goes_to_the_first_of_two_in_one_block() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.key.clone();
    let terms = ConsentTerms { uses: 1, ..world.consent_terms(driver.code) };
    let consent = world.consent(&driver, terms);
    let ask = world.on_consent(driver.code, consent);
    let block = [world.sign(&enterprise, ask.clone()), world.sign(&enterprise, ask)];
    let outcomes = world.block(&block);
    assert!(matches!(outcomes[0], Outcome::Executed { changes: 2, .. }));
    assert!(matches!(outcomes[1], Outcome::Refused { .. }));
}

#[test]
fn revoked_earlier_in_the_block_gives_no_access_and_later_takes_none_back() {
    let (world, driver) = with_driver();
    for revoked_first in [true, false] {
        let mut world = world.clone();
        let enterprise = world.parties.enterprise.key.clone();
        let consent = world.usual_consent(&driver);
        let ask = world.on_consent(driver.code, consent);
        let revoke = world.sign(&driver.key, ConsentRevoke { consent });
        let ask = world.sign(&enterprise, ask);
        let block = if revoked_first { [revoke, ask] } else { [ask, revoke] };
        let outcomes = world.block(&block);
        let given = outcomes.iter().filter(|o| matches!(o, Outcome::Executed { .. })).count();
        assert_eq!(given, if revoked_first { 1 } else { 2 });
        let record: Consent = world.get(consent.0);
        assert_eq!(record.state, ConsentState::Revoked);
        assert_eq!(record.used, u32::from(!revoked_first));
    }
}

#[test]
fn a_consent_gives_access_up_to_its_last_millisecond() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.key.clone();
    let consent = world.usual_consent(&driver);
    let until = world.get::<Consent>(consent.0).terms.until;
    for (at, good) in [(Time(until.0 - 1), true), (until, false), (until.plus(1), false)] {
        let mut world = world.clone();
        world.at(at);
        let ask = world.on_consent(driver.code, consent);
        if good {
            world.send(&enterprise, ask);
        } else {
            // What came due in the block stays; the refusal itself writes nothing.
            assert_eq!(world.refused(&enterprise, ask), [R::ConsentNotInForce]);
            assert_eq!(world.get::<Consent>(consent.0).state, ConsentState::Ended);
        }
    }
}

#[test]
fn a_consent_is_for_one_organisation_one_code_and_one_purpose_and_its_fields() {
    let (mut world, driver) = with_driver();
    let other = world.driver_for(&[], None);
    let p = world.parties.clone();
    let consent = world.usual_consent(&driver);
    let ask = world.on_consent(driver.code, consent);
    world.refuses(&p.other_enterprise.key, ask.clone(), &[(R::ConsentForOther, "sender")]);
    world.refuses(&p.regulator.key, ask.clone(), &[(R::ConsentForOther, "sender")]);
    let of_other = AccessRecord { about: other.code.into(), ..ask.clone() };
    world.refuses(&p.enterprise.key, of_other, &[(R::ConsentForOther, "code")]);
    let basis = Basis::Consent { consent, purpose: Purpose::Credit };
    let for_other = AccessRecord { basis, ..ask.clone() };
    world.refuses(&p.enterprise.key, for_other, &[(R::ConsentForOther, "purpose")]);
    let one_too_many = USUAL.iter().chain([ExchangeField::Phone]).collect();
    let more = AccessRecord { fields: one_too_many, ..ask.clone() };
    world.refuses(&p.enterprise.key, more.clone(), &[(R::FieldsBeyondBasis, "fields")]);
    let none = AccessRecord { fields: FieldSet::NONE, ..ask.clone() };
    world.refuses(&p.enterprise.key, none, &[(R::InvalidField, "fields")]);
    let every = AccessRecord {
        basis: Basis::Consent { consent, purpose: Purpose::Credit },
        about: other.code.into(),
        ..more
    };
    // To whom it was not given nothing is told of it.
    world.refuses(&p.bank.key, every.clone(), &[(R::ConsentForOther, "sender")]);
    let all = [
        (R::ConsentForOther, "code"),
        (R::ConsentForOther, "purpose"),
        (R::FieldsBeyondBasis, "fields"),
    ];
    world.refuses(&p.enterprise.key, every, &all);
    let fewer = AccessRecord { fields: fields(&[ExchangeField::Name]), ..ask };
    world.send(&p.enterprise.key, fewer);
    assert_eq!(world.get::<Consent>(consent.0).used, 1, "what is refused counts no use");
}

#[test]
fn what_there_is_not_is_not_found() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.key.clone();
    let ask = world.on_consent(driver.code, ConsentId::default());
    world.refuses(&enterprise, ask.clone(), &[(R::NotFound, "consent")]);
    let basis = Basis::Waybill(WaybillId::default());
    let on_waybill = AccessRecord { basis, ..ask.clone() };
    world.refuses(&enterprise, on_waybill, &[(R::NotFound, "waybill")]);
    let code = CodeId::made_by(chain::TransactionId(Hash::of(b"none")));
    world.refuses(
        &enterprise,
        AccessRecord { about: code.into(), ..ask },
        &[(R::NotFound, "code")],
    );
}

#[test]
fn an_organisation_whose_registration_has_ended_sees_nothing() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let terms = ConsentTerms { to: p.other_enterprise.id, ..world.consent_terms(driver.code) };
    let consent = world.consent(&driver, terms);
    let ask = world.on_consent(driver.code, consent);
    world.send(&p.other_enterprise.key, ask.clone());
    let organisation = p.other_enterprise.id;
    world.send(&p.regulator.key, OrganisationEnd { organisation, reason: word("closed") });
    world.refuses(&p.other_enterprise.key, ask, &[(R::OrganisationEnded, "")]);
}

#[test]
fn a_person_and_a_key_that_does_not_operate_record_no_access() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let consent = world.usual_consent(&driver);
    let ask = world.on_consent(driver.code, consent);
    world.refuses(&driver.key, ask.clone(), &[(R::NotAllowed, "")]);
    let clerk = key("clerk");
    let roles = Roles { admin: true, operate: false, attest: true };
    let add = KeyAdd { key: clerk.public(), roles, statements: Vec::new() };
    let add = world.stated(add, &[&clerk]);
    world.send(&p.enterprise.key, add);
    world.refuses(&clerk, ask, &[(R::RoleMissing, "")]);
}

#[test]
fn a_consent_outlives_a_suspension_but_not_the_code() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let consent = world.usual_consent(&driver);
    let ask = world.on_consent(driver.code, consent);
    let (code, reason) = (driver.code, word("inquiry"));
    world.send(&p.regulator.key, CodeSuspend { code, reason: reason.clone() });
    world.send(&p.enterprise.key, ask.clone());
    world.send(&p.regulator.key, CodeCancel { code, reason });
    world.refuses(&p.enterprise.key, ask, &[(R::CodeNotIssued, "code")]);
}

/// An access by office, for a named case.
fn by_office(driver: &Driver, of: &[ExchangeField]) -> AccessRecord {
    let basis = Basis::Office { case: Hash::of(b"case") };
    AccessRecord { about: driver.code.into(), basis, fields: fields(of), request: request() }
}

#[test]
fn a_regulator_sees_every_field_for_a_named_case() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let regulator = world.parties.regulator.clone();
    let all = by_office(&driver, ExchangeField::ALL);
    let access: Access = {
        let id = World::first_made(world.send(&regulator.key, all.clone()));
        world.get(id)
    };
    assert_eq!((access.by, access.custody), (regulator.id, None));
    let unnamed = AccessRecord { basis: Basis::Office { case: Hash::ZERO }, ..all.clone() };
    world.refuses(&regulator.key, unnamed, &[(R::InvalidField, "case")]);
    // The case outlives the code; its vehicles are asked about by their names then.
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
    world.refuses(&regulator.key, all, &[(R::NoVehicle, "fields")]);
    world.send(&regulator.key, by_office(&driver, &[ExchangeField::Name]));
}

#[test]
fn an_attester_sees_what_its_certificates_are_about_and_no_more() {
    use ExchangeField as F;
    let (mut world, driver) = with_crew();
    let p = world.parties.clone();
    for (party, office, beyond) in [
        (&p.public_security, vec![F::Name, F::Identity, F::IdentityNumber], F::Phone),
        (&p.traffic_police, vec![F::DrivingLicence, F::VehicleLicence, F::Plate], F::Identity),
        (&p.transport, vec![F::Qualification, F::TransportPermit, F::BusinessPermit], F::Policy),
        (&p.insurer, vec![F::Plate, F::Validity, F::Policy], F::Name),
        (&p.bank, vec![F::BankAccount], F::Track),
    ] {
        world.send(&party.key, by_office(&driver, &office));
        let more: Vec<F> = office.iter().copied().chain([beyond]).collect();
        let more = by_office(&driver, &more);
        world.refuses(&party.key, more, &[(R::FieldsBeyondBasis, "fields")]);
    }
    let name = by_office(&driver, &[F::Name]);
    for party in [&p.enterprise, &p.platform] {
        world.refuses(&party.key, name.clone(), &[(R::NoBasis, "sender")]);
    }
}

/// A world in which insurer and bank may ask, and a driver with a vehicle, a policy and an account.
fn with_crew() -> (World, Driver) {
    let mut world = World::new();
    world.let_others_ask();
    let (driver, _) = world.crew();
    world.attest(Subject::Person(driver.person), CertificateKind::BankAccount, None);
    (world, driver)
}

#[test]
fn an_office_opens_fields_of_its_own_kinds_and_an_insurer_s_of_its_own_policies() {
    use CertificateKind as K;
    use ExchangeField as F;
    let (mut world, driver) = with_crew();
    let p = world.parties.clone();
    let validity = by_office(&driver, &[F::Validity]);
    let asked = |world: &mut World, key, ask: &AccessRecord| -> Access {
        let id = World::first_made(world.send(key, ask.clone()));
        world.get(id)
    };
    let of_police = asked(&mut world, &p.traffic_police.key, &validity);
    assert_eq!(of_police.kinds, Some(vec![K::DrivingLicence, K::VehicleLicence]));
    let opens = |access: &Access, kind, attester: &Party| {
        access.opens((kind, attester.id), "validPeriodTo")
    };
    assert!(opens(&of_police, K::DrivingLicence, &p.traffic_police));
    assert!(opens(&of_police, K::DrivingLicence, &p.public_security), "the office, not the desk");
    assert!(!opens(&of_police, K::Qualification, &p.transport));
    let plate = by_office(&driver, &[F::Plate]);
    let of_insurer = asked(&mut world, &p.insurer.key, &plate);
    assert_eq!(of_insurer.kinds, Some(vec![K::Policy]));
    let number =
        |access: &Access, attester: &Party| access.opens((K::Policy, attester.id), "vehicleNumber");
    assert!(number(&of_insurer, &p.insurer));
    assert!(!number(&of_insurer, &p.bank), "another insurer's");
    assert!(!of_insurer.opens((K::VehicleLicence, p.traffic_police.id), "vehicleNumber"));
    let of_regulator = asked(&mut world, &p.regulator.key, &plate);
    assert!(of_regulator.kinds.is_none() && number(&of_regulator, &p.insurer));
}

#[test]
fn an_insurer_and_a_bank_ask_about_whom_they_attested_something_for() {
    let (mut world, driver) = with_crew();
    let other = world.driver_for(&[], None);
    let p = world.parties.clone();
    let account = by_office(&driver, &[ExchangeField::BankAccount]);
    world.send(&p.bank.key, account);
    let account = by_office(&other, &[ExchangeField::BankAccount]);
    world.refuses(&p.bank.key, account, &[(R::NoBasis, "sender")]);
    let policy = by_office(&other, &[ExchangeField::Policy]);
    // Whether that driver has a vehicle now is not told either.
    world.refuses(&p.insurer.key, policy, &[(R::NoBasis, "sender")]);
}

#[test]
fn fields_of_a_vehicle_are_asked_for_where_there_is_one_and_count_no_use_else() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let terms = ConsentTerms { fields: FieldSet::LEAST, ..world.consent_terms(driver.code) };
    let consent = world.consent(&driver, terms);
    let usual = world.on_consent(driver.code, consent);
    let least = AccessRecord { fields: FieldSet::LEAST, ..usual.clone() };
    world.refuses(&p.enterprise.key, least, &[(R::NoVehicle, "fields")]);
    assert_eq!(world.get::<Consent>(consent.0).used, 0);
    let dates = fields(&[ExchangeField::Name, ExchangeField::Validity]);
    world.send(&p.enterprise.key, AccessRecord { fields: dates, ..usual });
    let until = world.clock.plus(SECOND);
    let shown = world.shown(&driver, FieldSet::LEAST, until);
    world.refuses(&p.enterprise.key, shown, &[(R::NoVehicle, "fields")]);
}

#[test]
fn vehicles_and_applications_are_asked_about_by_office_alone() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let p = world.parties.clone();
    let consent = world.usual_consent(&driver);
    let plate = fields(&[ExchangeField::Plate]);
    let about = DataSubject::Vehicle(lorry);
    let on_consent =
        AccessRecord { about, fields: plate, ..world.on_consent(driver.code, consent) };
    let both = [(R::ConsentForOther, "code"), (R::FieldsBeyondBasis, "fields")];
    world.refuses(&p.enterprise.key, on_consent.clone(), &both);
    let waybill = world.waybill_in(&driver, WaybillState::Loaded);
    let on_waybill = AccessRecord { basis: Basis::Waybill(waybill), ..on_consent };
    world.refuses(&p.enterprise.key, on_waybill.clone(), &[(R::NoBasis, "code")]);
    let basis = Basis::Office { case: Hash::of(b"case") };
    let by_office = AccessRecord { basis, ..on_waybill };
    world.send(&p.traffic_police.key, by_office.clone());
    let application = world.code(driver.code).application;
    let about = DataSubject::Application(application);
    let name = AccessRecord { about, fields: fields(&[ExchangeField::Name]), ..by_office };
    let access: Access = {
        let id = World::first_made(world.send(&p.public_security.key, name));
        world.get(id)
    };
    assert_eq!(access.holder, Some(Holder::Person(driver.person)));
}

#[test]
fn an_attester_s_office_reaches_as_far_as_its_registration() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let ask = by_office(&driver, &[ExchangeField::Identity]);
    let scope = |prefectures| Scope { kind: CertificateKind::Identity, prefectures };
    let organisation = p.public_security.id;
    let there = OrganisationScopes { organisation, scopes: vec![scope(vec![KUNMING])] };
    let elsewhere = OrganisationScopes { organisation, scopes: vec![scope(vec![QUJING])] };
    world.send(&p.regulator.key, there);
    world.send(&p.public_security.key, ask.clone());
    world.send(&p.regulator.key, elsewhere);
    world.refuses(&p.public_security.key, ask, &[(R::NoBasis, "sender")]);
}

#[test]
fn an_access_names_the_vehicles_that_its_fields_are_about() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let trailer = world.vehicle_of(fleet::trailer_class(9_000));
    let p = world.parties.clone();
    let couple = TrailerCouple { vehicle: lorry, trailer, statements: vec![] };
    world.send(&p.enterprise.key, couple);
    for field in ExchangeField::ALL {
        let ask = by_office(&driver, &[*field]);
        let id = World::first_made(world.send(&p.regulator.key, ask));
        let expected = if field.is_of_vehicle() { vec![lorry, trailer] } else { vec![] };
        assert_eq!(world.get::<Access>(id).vehicles, expected, "{field:?}");
    }
}

#[test]
fn accesses_are_listed_in_order_by_code_holder_vehicle_and_organisation() {
    let mut world = World::new();
    let (driver, lorry) = world.crew();
    let other = world.driver_for(&[], None);
    let p = world.parties.clone();
    let consent = world.usual_consent(&driver);
    let asks = [
        (&p.enterprise.key, world.on_consent(driver.code, consent)),
        (&p.regulator.key, by_office(&driver, &[ExchangeField::Plate])),
        (&p.regulator.key, by_office(&other, &[ExchangeField::Name])),
        (&p.enterprise.key, world.on_consent(driver.code, consent)),
    ];
    let [a, b, c, d] = asks.map(|(key, ask)| AccessId(World::first_made(world.send(key, ask))));
    let found = |of: ListKey| -> Vec<AccessId> {
        let page = list(&world.memory, of, None, (10, world.memory.now()), &|_| true);
        page.items.into_iter().map(|item| AccessId(item.key.id)).collect()
    };
    assert_eq!(found(Access::list_about(driver.code.record())), [a, b, d]);
    assert_eq!(found(Access::list_about(driver.person.0)), [a, b, d]);
    assert_eq!(found(Access::list_about(lorry.0)), [b]);
    assert_eq!(found(Access::list_about(other.person.0)), [c]);
    assert_eq!(found(Access::list_by(p.regulator.id)), [b, c]);
    assert_eq!(found(Access::list_by(p.enterprise.id)), [a, d]);
}

#[test]
fn a_consent_that_the_index_has_not_reached_gives_no_access_either() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.key.clone();
    let terms = world.consent_terms(driver.code);
    let mut block = Vec::new();
    for _ in 0..DUE_RECORDS + 10 {
        let (terms, statements) = (terms.clone(), Vec::new());
        block.push(world.sign(&driver.key, ConsentGive { terms, statements }));
    }
    let outcomes = world.block(&block);
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Executed { changes: 1, .. })));
    let mut ids: Vec<ConsentId> =
        block.iter().map(|checked| ConsentId(World::first_made(checked.id()))).collect();
    ids.sort();
    let late = ids[DUE_RECORDS + 5];
    world.at(terms.until);
    let ask = world.on_consent(driver.code, late);
    assert_eq!(world.refused(&enterprise, ask), [R::ConsentNotInForce]);
    assert_eq!(world.get::<Consent>(late.0).state, ConsentState::InForce, "not yet written");
    world.block(&[]);
    let consent: Consent = world.get(late.0);
    assert_eq!((consent.state, consent.ended_at), (ConsentState::Ended, Some(terms.until)));
}
