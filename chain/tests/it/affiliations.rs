// SPDX-License-Identifier: Apache-2.0
//! Affiliations of drivers with enterprises: asked for, reviewed, opened, ended by either side.

use crate::common::exchange::*;
use crate::common::fleet::Driver;
use crate::common::*;
use chain::actions::*;
use chain::event::Event;
use chain::ids::*;
use chain::query::list;
use chain::records::affiliation::AffiliationEnding;
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::{Action, Past, Records};

fn request(world: &World, driver: &Driver) -> AffiliationRequest {
    let enterprise = world.parties.enterprise.id;
    AffiliationRequest { enterprise, code: driver.code, statements: Vec::new() }
}

/// The driver asks the enterprise.
fn asked(world: &mut World, driver: &Driver) -> AffiliationId {
    let request = request(world, driver);
    let id = Affiliation::id_of(request.enterprise, request.code);
    world.send(&driver.key, request);
    id
}

fn approve(affiliation: AffiliationId) -> AffiliationReview {
    AffiliationReview { affiliation, verdict: AffiliationVerdict::Approve }
}

fn refuse(affiliation: AffiliationId) -> AffiliationReview {
    AffiliationReview {
        affiliation,
        verdict: AffiliationVerdict::Refuse { reason: word("papers") },
    }
}

fn end(affiliation: AffiliationId) -> AffiliationEnd {
    AffiliationEnd { affiliation, reason: word("plans") }
}

#[test]
fn a_driver_asks_and_the_enterprise_approves_opens_and_closes() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.clone();
    let asked_at = world.clock;
    let id = asked(&mut world, &driver);
    let first = Affiliation {
        id,
        enterprise: enterprise.id,
        code: driver.code,
        asked_by: AffiliationSide::Driver,
        custody: Some(Custody::Device),
        asked_at,
        review: Review::Waiting,
        reviewed_at: None,
        account: Account::None,
        opened_at: None,
        ending: None,
    };
    assert_eq!(world.get::<Affiliation>(id.0), first);
    let reviewed_at = world.clock;
    world.send(&enterprise.key, approve(id));
    let approved =
        Affiliation { review: Review::Approved, reviewed_at: Some(reviewed_at), ..first };
    assert_eq!(world.get::<Affiliation>(id.0), approved);
    let opened_at = world.clock;
    world.send(&enterprise.key, AffiliationOpen { affiliation: id });
    let opened = Affiliation { account: Account::Opened, opened_at: Some(opened_at), ..approved };
    assert_eq!(world.get::<Affiliation>(id.0), opened);
    let at = world.clock;
    world.send(&enterprise.key, end(id));
    let (by, custody) = (AffiliationSide::Enterprise, None);
    let ending = Some(AffiliationEnding { by, custody, reason: word("plans"), at });
    assert_eq!(
        world.get::<Affiliation>(id.0),
        Affiliation { account: Account::Closed, ending, ..opened }
    );
    let heights = (0..=world.memory.header().height.0).map(Height);
    let events: Vec<Event> = heights
        .flat_map(|height| world.memory.changes_at(height))
        .filter(|change| change.version.kind == RecordKind::Affiliation)
        .map(|change| change.event)
        .collect();
    let expected = [
        Event::AffiliationRequested,
        Event::AffiliationApproved,
        Event::AffiliationOpened,
        Event::AffiliationEnded,
    ];
    assert_eq!(events, expected);
}

#[test]
fn an_enterprise_asks_with_the_driver_s_word_and_still_reviews() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.clone();
    let ask = request(&world, &driver);
    world.refuses(&enterprise.key, ask.clone(), &[(R::StatementMissing, "")]);
    let stated = world.stated(ask.clone(), &[&driver.key]);
    world.send(&enterprise.key, stated);
    let affiliation: Affiliation = world.get(Affiliation::id_of(enterprise.id, driver.code).0);
    let (by, review) = (affiliation.asked_by, affiliation.review);
    assert_eq!((by, review), (AffiliationSide::Enterprise, Review::Waiting));
    let stated = world.stated(ask, &[&enterprise.key]);
    world.refuses(&driver.key, stated, &[(R::AlreadyExists, "enterprise")]);
}

#[test]
fn nobody_asks_for_others() {
    let (mut world, driver) = with_driver();
    let other = world.driver_for(&[], None);
    let p = world.parties.clone();
    let ask = request(&world, &driver);
    let stated = world.stated(ask.clone(), &[&driver.key]);
    world.refuses(&p.platform.key, stated.clone(), &[(R::NotAllowed, "")]);
    world.refuses(&other.key, stated, &[(R::NotAllowed, "")]);
    world.refuses(&p.insurer.key, ask.clone(), &[(R::NotAllowed, "")]);
    let to_insurer = AffiliationRequest { enterprise: p.insurer.id, ..ask.clone() };
    world.refuses(&driver.key, to_insurer, &[(R::InvalidField, "enterprise")]);
    let to_nobody = AffiliationRequest { enterprise: OrganisationId::default(), ..ask };
    world.refuses(&driver.key, to_nobody, &[(R::NotFound, "enterprise")]);
    let own = world.enterprise_code();
    let (enterprise, statements) = (p.platform.id, Vec::new());
    let of_enterprise = AffiliationRequest { enterprise, code: own, statements };
    world.refuses(&p.enterprise.key, of_enterprise, &[(R::InvalidField, "code")]);
}

#[test]
fn an_ended_enterprise_and_a_cancelled_code_are_not_affiliated() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let (code, statements) = (driver.code, Vec::new());
    let organisation = p.other_enterprise.id;
    let ask = AffiliationRequest { enterprise: organisation, code, statements };
    world.send(&p.regulator.key, OrganisationEnd { organisation, reason: word("closed") });
    world.refuses(&driver.key, ask, &[(R::OrganisationEnded, "enterprise")]);
    let id = asked(&mut world, &driver);
    world.send(&p.enterprise.key, approve(id));
    world.send(&driver.key, CodeCancel { code, reason: word("plans") });
    let open = AffiliationOpen { affiliation: id };
    world.refuses(&p.enterprise.key, open, &[(R::CodeNotIssued, "code")]);
    world.send(&driver.key, end(id));
    let again = request(&world, &driver);
    world.refuses(&driver.key, again, &[(R::CodeNotIssued, "code")]);
}

#[test]
fn a_suspended_code_is_affiliated_like_any_other() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let suspend = CodeSuspend { code: driver.code, reason: word("inquiry") };
    world.send(&p.regulator.key, suspend);
    let id = asked(&mut world, &driver);
    world.send(&p.enterprise.key, approve(id));
    world.send(&p.enterprise.key, AffiliationOpen { affiliation: id });
}

#[test]
fn a_pair_has_one_live_affiliation_and_another_after_its_end() {
    let (mut world, driver) = with_driver();
    let enterprise = world.parties.enterprise.key.clone();
    let ask = request(&world, &driver);
    let id = asked(&mut world, &driver);
    world.refuses(&driver.key, ask.clone(), &[(R::AlreadyExists, "enterprise")]);
    let stated = world.stated(ask.clone(), &[&driver.key]);
    world.refuses(&enterprise, stated, &[(R::AlreadyExists, "enterprise")]);
    world.send(&enterprise, refuse(id));
    let refused: Affiliation = world.get(id.0);
    assert_eq!((refused.review, refused.account), (Review::Refused, Account::None));
    assert_eq!(refused.ending.unwrap().reason, word("papers"));
    // Refused: the driver asks anew, nothing of the first is left.
    assert_eq!(asked(&mut world, &driver), id);
    let anew: Affiliation = world.get(id.0);
    assert_eq!((anew.review, anew.ending, anew.reviewed_at), (Review::Waiting, None, None));
    world.send(&driver.key, end(id));
    asked(&mut world, &driver);
    // Another enterprise is another pair.
    let enterprise = world.parties.other_enterprise.id;
    world.send(&driver.key, AffiliationRequest { enterprise, ..ask });
}

/// The stages of an affiliation.
const STAGES: [&str; 5] = ["waiting", "approved", "opened", "refused", "ended"];

fn in_stage(world: &mut World, driver: &Driver, stage: &str) -> AffiliationId {
    let enterprise = world.parties.enterprise.key.clone();
    let id = asked(world, driver);
    match stage {
        "approved" | "opened" => {
            world.send(&enterprise, approve(id));
        }
        "refused" => {
            world.send(&enterprise, refuse(id));
        }
        "ended" => {
            world.send(&driver.key, end(id));
        }
        _ => {}
    }
    if stage == "opened" {
        world.send(&enterprise, AffiliationOpen { affiliation: id });
    }
    id
}

#[test]
fn every_step_is_taken_in_its_stage_by_its_side_and_in_no_other() {
    for stage in STAGES {
        let (mut world, driver) = with_driver();
        let other = world.driver_for(&[], None);
        let p = world.parties.clone();
        let id = in_stage(&mut world, &driver, stage);
        let is_live = !matches!(stage, "refused" | "ended");
        let steps: [(Action, bool, bool); 4] = [
            (approve(id).into(), stage == "waiting", false),
            (refuse(id).into(), stage == "waiting", false),
            (AffiliationOpen { affiliation: id }.into(), stage == "approved", false),
            (end(id).into(), is_live, true),
        ];
        for (action, is_its_stage, drivers_may) in steps {
            let case = format!("{} when {stage}", action.word());
            for key in [&p.other_enterprise.key, &other.key, &p.regulator.key] {
                let reasons = world.clone().reasons(key, action.clone());
                assert_eq!(reasons, [(R::NotAllowed, String::new())], "{case}");
            }
            for (key, may) in [(&p.enterprise.key, true), (&driver.key, drivers_may)] {
                let mut world = world.clone();
                match (may, is_its_stage) {
                    (true, true) => {
                        world.send(key, action.clone());
                    }
                    (true, false) => {
                        world.refuses(key, action.clone(), &[(R::AffiliationState, "affiliation")]);
                    }
                    (false, _) => world.refuses(key, action.clone(), &[(R::NotAllowed, "")]),
                }
            }
        }
    }
}

#[test]
fn either_side_ends_it_and_the_record_says_which() {
    for drivers in [true, false] {
        let (mut world, driver) = with_driver();
        let enterprise = world.parties.enterprise.key.clone();
        let id = in_stage(&mut world, &driver, "opened");
        let (key, by, custody) = match drivers {
            true => (driver.key, AffiliationSide::Driver, Some(Custody::Device)),
            false => (enterprise, AffiliationSide::Enterprise, None),
        };
        let at = world.clock;
        world.send(&key, end(id));
        let ended: Affiliation = world.get(id.0);
        assert_eq!(ended.account, Account::Closed);
        assert_eq!(
            ended.ending,
            Some(AffiliationEnding { by, custody, reason: word("plans"), at })
        );
    }
}

#[test]
fn what_there_is_not_is_not_found() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let id = AffiliationId::default();
    let steps: [Action; 3] =
        [approve(id).into(), AffiliationOpen { affiliation: id }.into(), end(id).into()];
    for action in steps {
        world.refuses(&enterprise, action, &[(R::NotFound, "affiliation")]);
    }
}

#[test]
fn affiliations_are_listed_by_enterprise_and_by_code() {
    let (mut world, driver) = with_driver();
    let other = world.driver_for(&[], None);
    let p = world.parties.clone();
    let (code, enterprise) = (driver.code, p.platform.id);
    let first = asked(&mut world, &driver);
    let ask = AffiliationRequest { enterprise, code, statements: Vec::new() };
    world.send(&driver.key, ask);
    let second = Affiliation::id_of(enterprise, code);
    let third = asked(&mut world, &other);
    // An end and a new request do not list it twice.
    world.send(&driver.key, end(first));
    asked(&mut world, &driver);
    let found = |of: ListKey| -> Vec<AffiliationId> {
        let page = list(&world.memory, of, None, (10, world.memory.now()), &|_| true);
        page.items.into_iter().map(|item| AffiliationId(item.key.id)).collect()
    };
    assert_eq!(found(Affiliation::list_of(p.enterprise.id)), [first, third]);
    assert_eq!(found(Affiliation::list_of(enterprise)), [second]);
    assert_eq!(found(Affiliation::list_by_code(code)), [first, second]);
    assert_eq!(found(Affiliation::list_by_code(other.code)), [third]);
}
