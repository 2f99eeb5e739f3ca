// SPDX-License-Identifier: Apache-2.0
//! Who has a person's key in hand: every record of a holder's word says so, and a platform whose
//! registration has ended signs for nobody.

use crate::common::exchange::*;
use crate::common::fleet::Driver;
use crate::common::issue::LIGHT;
use crate::common::*;
use chain::actions::*;
use chain::ids::*;
use chain::query::affiliation::affiliation;
use chain::records::*;
use chain::refusal::RefusalCode as R;

/// A driver for whom the platform signs.
fn kept(world: &mut World) -> Driver {
    let custody = Custody::Platform(world.parties.platform.id);
    let apply = CodeApply { custody, ..world.code_apply("driver", LIGHT) };
    world.driver_of("driver", apply, &[])
}

fn end(world: &mut World, organisation: OrganisationId) {
    let regulator = world.parties.regulator.key.clone();
    world.send(&regulator, OrganisationEnd { organisation, reason: word("closed") });
}

#[test]
fn the_key_of_an_ended_platform_signs_nothing_for_a_driver() {
    let mut world = World::new();
    let driver = kept(&mut world);
    let p = world.parties.clone();
    let terms = world.consent_terms(driver.code);
    let give = ConsentGive { terms, statements: Vec::new() };
    let stated = |world: &mut World| world.stated(give.clone(), &[&driver.key]);
    let sent = stated(&mut world);
    world.send(&p.enterprise.key, sent);
    world.send(&driver.key, give.clone());
    end(&mut world, p.platform.id);
    world.refuses(&driver.key, give.clone(), &[(R::OrganisationEnded, "")]);
    let sent = stated(&mut world);
    world.refuses(&p.enterprise.key, sent, &[(R::StatementMissing, "")]);
    // The identity authority registers a key that is in the driver's own hand.
    let own = key("own");
    let register = PersonKeyRegister {
        person: driver.person,
        key: own.public(),
        custody: Custody::Device,
        statements: Vec::new(),
    };
    let register = world.stated(register, &[&own]);
    world.send(&p.public_security.key, register);
    world.send(&own, give);
}

#[test]
fn consents_affiliations_and_swaps_say_who_signed_for_the_driver() {
    let mut world = World::new();
    let driver = kept(&mut world);
    let p = world.parties.clone();
    let custody = Some(Custody::Platform(p.platform.id));
    let consent = world.usual_consent(&driver);
    world.send(&driver.key, ConsentRevoke { consent });
    assert_eq!(world.get::<Consent>(consent.0).revoked_custody, custody);
    let ask = AffiliationRequest {
        enterprise: p.enterprise.id,
        code: driver.code,
        statements: Vec::new(),
    };
    let id = Affiliation::id_of(p.enterprise.id, driver.code);
    for by_enterprise in [false, true] {
        if by_enterprise {
            let stated = world.stated(ask.clone(), &[&driver.key]);
            world.send(&p.enterprise.key, stated);
        } else {
            world.send(&driver.key, ask.clone());
        }
        assert_eq!(world.get::<Affiliation>(id.0).custody, custody);
        world.send(&driver.key, AffiliationEnd { affiliation: id, reason: word("plans") });
        let ending = world.get::<Affiliation>(id.0).ending.unwrap();
        assert_eq!((ending.by, ending.custody), (AffiliationSide::Driver, custody));
    }
}

#[test]
fn an_affiliation_is_closed_with_its_code_and_with_its_enterprise() {
    for ends_code in [true, false] {
        let (mut world, driver) = with_driver();
        let p = world.parties.clone();
        let id = Affiliation::id_of(p.enterprise.id, driver.code);
        let ask = AffiliationRequest {
            enterprise: p.enterprise.id,
            code: driver.code,
            statements: Vec::new(),
        };
        world.send(&driver.key, ask);
        let stands = |world: &World| affiliation(&world.memory, id, world.memory.now()).unwrap();
        assert!(stands(&world).is_live);
        let verdict = AffiliationVerdict::Approve;
        let approve = AffiliationReview { affiliation: id, verdict };
        world.send(&p.enterprise.key, approve.clone());
        world.send(&p.enterprise.key, AffiliationOpen { affiliation: id });
        assert_eq!(stands(&world).account, Account::Opened);
        if ends_code {
            world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
        } else {
            end(&mut world, p.enterprise.id);
        }
        let after = stands(&world);
        assert_eq!((after.is_live, after.account), (false, Account::Closed));
        assert!(after.affiliation.is_live(), "its record says what its sides said");
    }
    let world = World::new();
    let now = world.memory.now();
    assert_eq!(affiliation(&world.memory, AffiliationId::default(), now), None);
}

#[test]
fn a_code_that_is_cancelled_is_not_approved() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let ask = AffiliationRequest {
        enterprise: p.enterprise.id,
        code: driver.code,
        statements: Vec::new(),
    };
    world.send(&driver.key, ask);
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("plans") });
    let affiliation = Affiliation::id_of(p.enterprise.id, driver.code);
    let review = |verdict| AffiliationReview { affiliation, verdict };
    let approve = review(AffiliationVerdict::Approve);
    world.refuses(&p.enterprise.key, approve, &[(R::CodeNotIssued, "code")]);
    let refuse = review(AffiliationVerdict::Refuse { reason: word("papers") });
    world.send(&p.enterprise.key, refuse);
}

#[test]
fn a_swap_says_who_signed_for_the_driver_whichever_side_the_driver_was() {
    let mut stage = swap::Stage::new();
    let waybill = stage.load(false, 5_000);
    stage.swap(waybill, stage.new);
    let first = stage.world.waybill(waybill).swaps[0].custody;
    let old = stage.old;
    let maker = stage.maker();
    stage.world.send(&maker, swap::propose(waybill, old));
    assert_eq!(stage.world.waybill(waybill).swap.unwrap().custody, None, "the maker's key");
    stage.world.send(&stage.driver.key, WaybillSwapAgree { waybill, vehicle: old });
    let second = stage.world.waybill(waybill).swaps[1].custody;
    assert_eq!([first, second], [Some(Custody::Device); 2]);
}
