// SPDX-License-Identifier: Apache-2.0
//! Consents: who gives them, what can be agreed to, how they end (`domain.md` section 6).

use crate::common::exchange::*;
use crate::common::issue::{LIGHT, digest};
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::limits::CONSENT_USES;
use chain::query::list;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Past, Records, Time};

fn give(terms: ConsentTerms) -> ConsentGive {
    ConsentGive { terms, statements: Vec::new() }
}

#[test]
fn a_holder_consents_and_the_record_says_to_whom_for_what_and_by_which_key() {
    let (mut world, driver) = with_driver();
    let given_at = world.clock;
    let terms = world.consent_terms(driver.code);
    let id = world.consent(&driver, terms.clone());
    let consent: Consent = world.get(id.0);
    let expected = Consent {
        id,
        holder: Holder::Person(driver.person),
        terms,
        given_at,
        custody: Some(Custody::Device),
        sponsor: None,
        used: 0,
        state: ConsentState::InForce,
        ended_at: None,
        revoked_custody: None,
    };
    assert_eq!(consent, expected);
    assert_eq!(consent.next_change_at(), Some(given_at.plus(DAY)));
}

#[test]
fn a_sponsor_sends_it_with_the_holder_s_word_and_says_who_has_the_key_in_hand() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let new = key("in the platform's hand");
    let custody = Custody::Platform(p.platform.id);
    let (person, statements) = (driver.person, Vec::new());
    let register = PersonKeyRegister { person, key: new.public(), custody, statements };
    let register = world.stated(register, &[&new]);
    world.send(&p.public_security.key, register);
    let terms = world.consent_terms(driver.code);
    for sponsor in [&p.platform, &p.enterprise, &p.regulator] {
        let stated = world.stated(give(terms.clone()), &[&new]);
        let id = World::first_made(world.send(&sponsor.key, stated));
        let consent: Consent = world.get(id);
        assert_eq!(consent.sponsor, Some(sponsor.id));
        assert_eq!(consent.custody, Some(custody));
    }
    // The lost key's word is worth nothing, nor is anybody else's, nor none.
    let by_old = world.stated(give(terms.clone()), &[&driver.key]);
    world.refuses(&p.platform.key, by_old, &[(R::StatementMissing, "")]);
    let by_other = world.stated(give(terms.clone()), &[&p.enterprise.key]);
    world.refuses(&p.platform.key, by_other, &[(R::StatementMissing, "")]);
    world.refuses(&p.platform.key, give(terms.clone()), &[(R::StatementMissing, "")]);
    let twice = world.stated(give(terms), &[&new]);
    world.refuses(&new, twice, &[(R::StatementUnexpected, "")]);
}

#[test]
fn an_enterprise_consents_about_its_own_code() {
    let mut world = World::new();
    let code = world.enterprise_code();
    let p = world.parties.clone();
    let terms = ConsentTerms { to: p.bank.id, ..world.consent_terms(code) };
    let id = World::first_made(world.send(&p.enterprise.key, give(terms.clone())));
    let consent: Consent = world.get(id);
    assert_eq!(consent.holder, Holder::Organisation(p.enterprise.id));
    assert_eq!((consent.custody, consent.sponsor), (None, None));
    let to_itself = ConsentTerms { to: p.enterprise.id, ..terms.clone() };
    world.refuses(&p.enterprise.key, give(to_itself), &[(R::InvalidField, "to")]);
    let stated = world.stated(give(terms), &[&p.enterprise.key]);
    let id = World::first_made(world.send(&p.platform.key, stated));
    assert_eq!(world.get::<Consent>(id).sponsor, Some(p.platform.id));
    let revoke = ConsentRevoke { consent: ConsentId(id) };
    world.refuses(&p.platform.key, revoke.clone(), &[(R::NotAllowed, "")]);
    world.send(&p.enterprise.key, revoke);
}

#[test]
fn nobody_consents_for_another_person() {
    let (mut world, driver) = with_driver();
    let other = world.driver_for(&[], None);
    let terms = world.consent_terms(driver.code);
    world.refuses(&other.key, give(terms.clone()), &[(R::NotAllowed, "")]);
    let stated = world.stated(give(terms.clone()), &[&driver.key]);
    world.refuses(&other.key, stated, &[(R::NotAllowed, "")]);
    let insurer = world.parties.insurer.key.clone();
    world.refuses(&insurer, give(terms), &[(R::NotAllowed, "")]);
}

#[test]
fn what_can_be_agreed_to_has_limits_on_both_sides() {
    let (world, driver) = with_driver();
    let now = world.clock;
    let terms = world.consent_terms(driver.code);
    let until = |until| ConsentTerms { until, ..terms.clone() };
    let uses = |uses| ConsentTerms { uses, ..terms.clone() };
    for (case, wrong) in [
        (until(now), Some("until")),
        (until(now.plus(1)), None),
        (until(now.plus(LONGEST)), None),
        (until(now.plus(LONGEST + 1)), Some("until")),
        (uses(0), Some("uses")),
        (uses(1), None),
        (uses(CONSENT_USES), None),
        (uses(CONSENT_USES + 1), Some("uses")),
        (ConsentTerms { fields: FieldSet::NONE, ..terms.clone() }, Some("fields")),
    ] {
        let mut world = world.clone();
        match wrong {
            Some(about) => world.refuses(&driver.key, give(case), &[(R::InvalidField, about)]),
            None => {
                world.consent(&driver, case);
            }
        }
    }
    let mut world = world;
    let all_wrong = ConsentTerms { uses: 0, until: now, ..terms };
    let all = [(R::InvalidField, "until"), (R::InvalidField, "uses")];
    world.refuses(&driver.key, give(all_wrong), &all);
}

#[test]
fn a_sensitive_field_is_agreed_to_by_a_consent_of_its_own() {
    let (mut world, driver) = with_driver();
    let terms = world.consent_terms(driver.code);
    for field in ExchangeField::ALL {
        let alone = ConsentTerms { fields: fields(&[*field]), ..terms.clone() };
        world.consent(&driver, alone);
        let both = [ExchangeField::Name, *field].into_iter().collect();
        let with_name = give(ConsentTerms { fields: both, ..terms.clone() });
        if field.is_sensitive() {
            world.refuses(&driver.key, with_name, &[(R::SensitiveTogether, "fields")]);
        } else {
            world.send(&driver.key, with_name);
        }
    }
    let two = fields(&[ExchangeField::BankAccount, ExchangeField::IdentityNumber]);
    let two = give(ConsentTerms { fields: two, ..terms });
    world.refuses(&driver.key, two, &[(R::SensitiveTogether, "fields")]);
}

#[test]
fn a_consent_is_to_an_organisation_whose_registration_has_not_ended() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let terms = ConsentTerms { to: p.other_enterprise.id, ..world.consent_terms(driver.code) };
    world.consent(&driver, terms.clone());
    let organisation = p.other_enterprise.id;
    world.send(&p.regulator.key, OrganisationEnd { organisation, reason: word("closed") });
    world.refuses(&driver.key, give(terms.clone()), &[(R::OrganisationEnded, "to")]);
    let nobody = ConsentTerms { to: OrganisationId::default(), ..terms };
    world.refuses(&driver.key, give(nobody), &[(R::NotFound, "to")]);
}

#[test]
fn a_suspended_code_s_holder_consents_and_a_cancelled_one_s_does_not() {
    let (mut world, driver) = with_driver();
    let regulator = world.parties.regulator.key.clone();
    let terms = world.consent_terms(driver.code);
    let (code, reason) = (driver.code, word("inquiry"));
    world.send(&regulator, CodeSuspend { code, reason: reason.clone() });
    world.consent(&driver, terms.clone());
    world.send(&regulator, CodeCancel { code, reason });
    world.refuses(&driver.key, give(terms.clone()), &[(R::CodeNotIssued, "code")]);
    let unknown = ConsentTerms { code: CodeId::made_by(TransactionId(digest("none"))), ..terms };
    world.refuses(&driver.key, give(unknown), &[(R::NotFound, "code")]);
}

#[test]
fn the_holder_alone_revokes_and_only_once() {
    let (mut world, driver) = with_driver();
    let other = world.driver_for(&[], None);
    let id = world.usual_consent(&driver);
    let revoke = ConsentRevoke { consent: id };
    world.refuses(&other.key, revoke.clone(), &[(R::NotAllowed, "")]);
    let enterprise = world.parties.enterprise.key.clone();
    world.refuses(&enterprise, revoke.clone(), &[(R::NotAllowed, "")]);
    let revoked_at = world.clock;
    world.send(&driver.key, revoke.clone());
    let consent: Consent = world.get(id.0);
    assert_eq!((consent.state, consent.ended_at), (ConsentState::Revoked, Some(revoked_at)));
    assert_eq!(consent.next_change_at(), None, "its time does not end it again");
    world.refuses(&driver.key, revoke, &[(R::ConsentNotInForce, "consent")]);
    let unknown = ConsentRevoke { consent: ConsentId::default() };
    world.refuses(&driver.key, unknown, &[(R::NotFound, "consent")]);
}

#[test]
fn a_holder_whose_code_is_cancelled_still_revokes() {
    let (mut world, driver) = with_driver();
    let id = world.usual_consent(&driver);
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
    world.send(&driver.key, ConsentRevoke { consent: id });
    assert_eq!(world.get::<Consent>(id.0).state, ConsentState::Revoked);
}

#[test]
fn a_consent_ends_by_itself_at_its_instant() {
    let (mut world, driver) = with_driver();
    let id = world.usual_consent(&driver);
    let until = world.get::<Consent>(id.0).terms.until;
    world.pass_to(Time(until.0 - 1));
    assert_eq!(world.get::<Consent>(id.0).state, ConsentState::InForce);
    world.pass_to(until.plus(5));
    let consent: Consent = world.get(id.0);
    assert_eq!((consent.state, consent.ended_at), (ConsentState::Ended, Some(until)));
    let newest = world.memory.header().height;
    let changes = world.memory.changes_at(newest);
    let ended: Vec<_> = changes.iter().map(|c| (c.event, c.at, c.transaction)).collect();
    assert_eq!(ended, [(Event::ConsentEnded, until, None)]);
}

#[test]
fn a_consent_is_revoked_once_though_its_time_is_over() {
    let (mut world, driver) = with_driver();
    let id = world.usual_consent(&driver);
    let until = world.get::<Consent>(id.0).terms.until;
    for at in [Time(until.0 - 1), until, until.plus(1)] {
        let mut world = world.clone();
        world.at(at);
        let revoke = ConsentRevoke { consent: id };
        world.send(&driver.key, revoke.clone());
        let consent: Consent = world.get(id.0);
        assert_eq!((consent.state, consent.ended_at), (ConsentState::Revoked, Some(at)));
        world.refuses(&driver.key, revoke, &[(R::ConsentNotInForce, "consent")]);
    }
}

#[test]
fn consents_are_listed_by_holder_by_organisation_and_while_in_force_by_both() {
    let mut world = World::new();
    let first = world.new_driver("first", LIGHT);
    let second = world.new_driver("second", LIGHT);
    let p = world.parties.clone();
    let to_enterprise = [world.usual_consent(&first), world.usual_consent(&first)];
    let terms = ConsentTerms { to: p.insurer.id, ..world.consent_terms(first.code) };
    let to_insurer = world.consent(&first, terms);
    let of_second = world.usual_consent(&second);
    world.send(&first.key, ConsentRevoke { consent: to_enterprise[0] });
    let found = |of: ListKey| -> Vec<ConsentId> {
        let page = list(&world.memory, of, None, (10, world.memory.now()), &|_| true);
        page.items.into_iter().map(|item| ConsentId(item.key.id)).collect()
    };
    let [revoked, open] = to_enterprise;
    let holder = Holder::Person(first.person);
    assert_eq!(found(Consent::list_of(holder)), [revoked, open, to_insurer]);
    assert_eq!(found(Consent::list_for(p.enterprise.id)), [revoked, open, of_second]);
    assert_eq!(found(Consent::list_for(p.insurer.id)), [to_insurer]);
    assert_eq!(found(Consent::list_between(first.code, p.enterprise.id)), [open]);
    assert_eq!(found(Consent::list_between(second.code, p.enterprise.id)), [of_second]);
    assert_eq!(found(Consent::list_between(second.code, p.insurer.id)), []);
}
