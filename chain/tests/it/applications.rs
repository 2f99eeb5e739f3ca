// SPDX-License-Identifier: Apache-2.0
//! Applications: answered claim by claim, corrected, lapsed, withdrawn, and issued by the last yes
//! that is needed.

use crate::common::issue::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::{ApplicationId, Prefecture};
use chain::keys::SecretKey;
use chain::query::{StandingWord, code as ask};
use chain::records::application::{CodeFor, WantedOperator};
use chain::records::{
    ApplicationState as State, CertificateKind as Kind, ClaimState, Colour, Custody, Organisation,
    Standing, VehicleOwner,
};
use chain::{Records, Time};

fn correction(world: &World, application: ApplicationId, kind: Kind, name: &str) -> ClaimCorrect {
    let claim = world.claim(kind, name);
    let place = world.application(application).claims.iter().position(|c| c.kind == kind);
    let replaces = place.map(|place| place as u32);
    ClaimCorrect { application, claim, replaces, statements: Vec::new() }
}

#[test]
fn the_last_yes_that_is_needed_issues_in_that_block() {
    let mut world = World::new();
    let id = world.applied("driver", LIGHT);
    let code = chain::ids::CodeId::made_by(world.application(id).made_by);
    world.attest_as_usual(id, 1);
    let halfway = world.application(id);
    assert_eq!((halfway.state, halfway.person), (State::Verifying, None));
    let answer = ask(&world.memory, code, world.memory.now());
    assert_eq!((answer.standing, answer.colour), (StandingWord::Unknown, None));
    world.attest_as_usual(id, 0);
    let issued = world.application(id);
    assert_eq!(issued.state, State::Issued);
    assert_eq!(issued.code, Some(code));
    assert_eq!(issued.ended_at, Some(world.memory.now()));
    assert_eq!(issued.lapses_at, None);
    let code = world.code(code);
    assert_eq!((code.standing(), code.colour), (Standing::Issued, Some(Colour::Blue)));
    assert_eq!((code.issued_at, code.prefecture), (world.memory.now(), KUNMING));
    let person = world.person(issued.person.unwrap());
    assert_eq!((person.code, person.application), (Some(code.id), None));
    assert_eq!(person.keys, [key("driver").public()]);
    assert_eq!(person.dossier.certificates.len(), 2);
}

#[test]
fn a_code_is_issued_by_one_event() {
    use chain::{Past, View};
    let mut world = World::new();
    let vehicle = world.new_vehicle("lorry", lorry(4_000));
    let driver = world.new_crew("driver", LIGHT, &[vehicle]);
    assert_eq!(world.code(driver.code).current, Some(vehicle));
    let height = world.memory.header().height;
    let issued = chain::event::Event::CodeIssued;
    let events = world.memory.changes_at(height);
    assert_eq!(events.iter().filter(|change| change.event == issued).count(), 1);
    assert!(world.memory.next_seq() > 0);
}

#[test]
fn what_is_not_needed_is_not_waited_for() {
    let mut world = World::new();
    let id = world.applied("driver", &[Kind::Identity, Kind::BankAccount, Kind::DrivingLicence]);
    world.attest_as_usual(id, 0);
    world.attest_as_usual(id, 2);
    let issued = world.application(id);
    assert_eq!(issued.state, State::Issued);
    assert_eq!(issued.claims[1].state, ClaimState::Ended);
    let late = world.yes(id, 1);
    let late = world.yes_to(id, 1, late);
    let bank = world.parties.bank.key.clone();
    assert_eq!(world.why(&bank, late), ["application_ended application"]);
}

#[test]
fn a_refused_claim_that_is_not_needed_holds_nothing_up() {
    let mut world = World::new();
    let id = world.applied("driver", &[Kind::BankAccount, Kind::Identity, Kind::DrivingLicence]);
    world.refuse_claim(id, 0);
    world.attest_all(id);
    assert_eq!(world.application(id).state, State::Issued);
}

#[test]
fn what_is_required_follows_from_the_class_bits_and_is_computed_anew_at_each_answer() {
    let mut world = World::new();
    let p = world.parties.clone();
    world.permit();
    let heavy = world.new_vehicle("heavy", lorry(4_501));
    let operator = Some(WantedOperator::Organisation(p.enterprise.id));
    let wanted = CodeFor::Driver { vehicles: vec![heavy], operator };
    let apply = CodeApply { wanted, ..world.code_apply("driver", LIGHT) };
    let id = world.apply_with(apply, &[&key("driver")]);
    world.attest_all(id);
    assert_eq!(world.application(id).state, State::Verifying);
    let add = correction(&world, id, Kind::Qualification, "driver");
    assert_eq!(add.replaces, None);
    let add = world.stated(add, &[&key("driver")]);
    world.send(&p.enterprise.key, add);
    assert_eq!(world.application(id).corrections, 1);
    world.attest_as_usual(id, 2);
    let issued = world.application(id);
    assert_eq!(issued.state, State::Issued);
    assert_eq!(world.code(issued.code.unwrap()).current, Some(heavy));
    assert_eq!(world.vehicle(heavy).named_by, []);
}

#[test]
fn an_application_lapses_at_the_instant_at_which_an_answer_is_overdue() {
    let mut world = World::new();
    let id = world.applied("driver", LIGHT);
    let overdue = world.memory.now().plus(7 * DAY);
    world.at(Time(overdue.0 - 1));
    world.attest_as_usual(id, 0);
    assert_eq!(world.application(id).state, State::Verifying);
    let person = world.application(id).person.unwrap();
    world.pass_to(overdue.plus(5));
    let lapsed = world.application(id);
    assert_eq!((lapsed.state, lapsed.ended_at), (State::Lapsed, Some(overdue)));
    assert_eq!(lapsed.claims[1].state, ClaimState::Ended);
    assert_eq!(world.person(person).application, None);
    let late = world.yes(id, 1);
    let late = world.yes_to(id, 1, late);
    let police = world.parties.traffic_police.key.clone();
    assert_eq!(world.why(&police, late), ["application_ended application"]);
}

#[test]
fn an_answer_at_the_instant_of_the_lapse_comes_too_late() {
    let mut world = World::new();
    let id = world.applied("driver", LIGHT);
    let overdue = world.memory.now().plus(7 * DAY);
    let yes = world.yes(id, 0);
    let answer = world.yes_to(id, 0, yes);
    let (police, before) =
        (world.parties.public_security.key.clone(), world.memory.header().state_root);
    world.at(overdue);
    assert_eq!(world.refused(&police, answer), [chain::refusal::RefusalCode::ApplicationEnded]);
    assert_ne!(world.memory.header().state_root, before, "the lapse itself stays");
    assert_eq!(world.application(id).state, State::Lapsed);
}

#[test]
fn a_refused_claim_is_corrected_five_times_and_no_more() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let id = world.applied("driver", LIGHT);
    for round in 0..5 {
        world.refuse_claim(id, 0);
        let correct = correction(&world, id, Kind::Identity, &format!("round {round}"));
        let correct = world.stated(correct, &[&key("driver")]);
        world.send(&enterprise, correct);
        assert_eq!(world.application(id).claims[0].state, ClaimState::Waiting);
    }
    world.refuse_claim(id, 0);
    let sixth = correction(&world, id, Kind::Identity, "sixth");
    let sixth = world.stated(sixth, &[&key("driver")]);
    assert_eq!(world.why(&enterprise, sixth), ["corrections_used_up"]);
    assert_eq!(world.application(id).corrections, 5);
}

#[test]
fn a_corrected_claim_has_seven_days_of_its_own_within_thirty_in_all() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let id = world.applied("driver", LIGHT);
    let asked = world.memory.now();
    world.attest_as_usual(id, 1);
    world.refuse_claim(id, 0);
    assert_eq!(world.application(id).lapses_at, Some(asked.plus(30 * DAY)));
    for (day, lapses) in [(20, 27), (26, 30)] {
        world.at(asked.plus(day * DAY));
        let correct = correction(&world, id, Kind::Identity, &format!("day {day}"));
        let correct = world.stated(correct, &[&key("driver")]);
        world.send(&enterprise, correct);
        assert_eq!(world.application(id).lapses_at, Some(asked.plus(lapses * DAY)));
        if day == 20 {
            world.refuse_claim(id, 0);
        }
    }
    world.pass_to(asked.plus(30 * DAY));
    let lapsed = world.application(id);
    assert_eq!((lapsed.state, lapsed.ended_at), (State::Lapsed, Some(asked.plus(30 * DAY))));
}

#[test]
fn every_reason_against_a_correction_is_listed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let id = world.applied("driver", LIGHT);
    let waiting = correction(&world, id, Kind::Identity, "again");
    assert_eq!(
        world.why(&p.enterprise.key, waiting.clone()),
        ["statement_missing", "claim_not_refused replaces"]
    );
    world.refuse_claim(id, 0);
    let stated = world.stated(waiting.clone(), &[&key("driver")]);
    assert_eq!(world.why(&p.platform.key, stated.clone()), ["not_allowed"]);
    let claim =
        |kind, attester: &Party| NewClaim { attester: attester.id, ..world.claim(kind, "again") };
    let cases = [
        (ClaimCorrect { replaces: Some(9), ..waiting.clone() }, vec!["not_found replaces"]),
        (
            ClaimCorrect {
                claim: claim(Kind::DrivingLicence, &p.traffic_police),
                ..waiting.clone()
            },
            vec!["invalid_field claim"],
        ),
        (ClaimCorrect { replaces: None, ..waiting.clone() }, vec!["invalid_field identity"]),
        (
            ClaimCorrect { claim: claim(Kind::Policy, &p.bank), replaces: None, ..waiting.clone() },
            vec!["invalid_field policy", "attester_not_registered policy"],
        ),
        (
            ClaimCorrect { application: ApplicationId::default(), ..waiting },
            vec!["not_found application"],
        ),
    ];
    for (action, expected) in cases {
        let action = world.stated(action, &[&key("driver")]);
        assert_eq!(world.why(&p.enterprise.key, action), expected);
    }
    world.send(&p.enterprise.key, stated);
    world.attest_all(id);
    let late = correction(&world, id, Kind::Identity, "late");
    assert_eq!(world.why(&p.enterprise.key, late), ["application_ended application"]);
}

#[test]
fn an_application_has_at_most_twelve_claims() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let many: Vec<_> = (0..11).map(|n| world.claim(Kind::Policy, &format!("{n}"))).collect();
    let mut apply = world.vehicle_apply("lorry", &[Kind::VehicleLicence, Kind::TransportPermit]);
    apply.claims.extend(many);
    assert_eq!(world.why(&enterprise, apply.clone()), ["too_many claims", "too_many policy"]);
    apply.claims.truncate(10);
    let id = world.apply_with(apply, &[]);
    let ninth = ClaimCorrect {
        application: id,
        claim: world.claim(Kind::Policy, "ninth"),
        replaces: None,
        statements: Vec::new(),
    };
    assert_eq!(world.why(&enterprise, ninth), ["too_many policy"]);
}

#[test]
fn an_answer_comes_from_who_is_asked_about_the_claim_as_it_stands() {
    let mut world = World::new();
    let p = world.parties.clone();
    let id = world.applied("driver", LIGHT);
    let yes = world.yes(id, 0);
    let answer = world.yes_to(id, 0, yes);
    let police = &p.public_security.key;
    for other in [&p.traffic_police, &p.insurer] {
        let both = ["not_allowed", "attester_not_registered identity"];
        assert_eq!(world.why(&other.key, answer.clone()), both);
    }
    for other in [&p.regulator, &p.enterprise] {
        assert_eq!(world.why(&other.key, answer.clone()), ["not_allowed"]);
    }
    let no = world.reply(id, 0, Answer::No { reason: word("unreadable") });
    assert_eq!(world.why(&p.traffic_police.key, no), ["not_allowed"]);
    let nowhere = ClaimAnswer { claim: 2, ..answer.clone() };
    assert_eq!(world.why(police, nowhere), ["not_found claim"]);
    let nothing = ClaimAnswer { application: ApplicationId::default(), ..answer.clone() };
    assert_eq!(world.why(police, nothing), ["not_found application"]);
    let stale = ClaimAnswer { root: digest("stale"), ..answer.clone() };
    assert_eq!(world.why(police, stale), ["root_differs root"]);
    world.refuse_claim(id, 0);
    assert_eq!(world.why(police, answer), ["claim_not_waiting claim"]);
    let stale = world.yes_to(id, 0, world.yes(id, 0));
    let stale = ClaimAnswer { root: digest("stale"), ..stale };
    let all = ["not_allowed", "claim_not_waiting claim", "root_differs root"];
    let other = world.why(&p.traffic_police.key, stale);
    assert_eq!(other[..3], all);
    let ClaimState::Refused { at, .. } = world.application(id).claims[0].state.clone() else {
        panic!("refused")
    };
    assert!(at <= world.memory.now());
}

#[test]
fn every_reason_against_a_yes_is_listed() {
    let mut world = World::new();
    let p = world.parties.clone();
    let now = world.clock;
    let driver = world.applied("driver", LIGHT);
    let lorry_id = {
        let apply = world.vehicle_apply("lorry", &[Kind::VehicleLicence, Kind::Policy]);
        world.apply_with(apply, &[])
    };
    let wrong = Yes {
        valid_from: now.plus(DAY),
        valid_until: Some(now),
        class: class_of(Kind::Policy),
        tags: vec![digest("one"); 3],
    };
    for (id, claim, attester) in [
        (driver, 0, &p.public_security),
        (driver, 1, &p.traffic_police),
        (lorry_id, 0, &p.traffic_police),
    ] {
        let answer = world.yes_to(id, claim, wrong.clone());
        assert_eq!(
            world.why(&attester.key, answer),
            [
                "invalid_field valid_from",
                "invalid_field valid_until",
                "invalid_field class",
                "invalid_field tags"
            ]
        );
    }
    let strange = VehicleClassIn(Prefecture(5304)).class();
    let yes = Yes { class: strange, ..world.yes(lorry_id, 0) };
    let answer = world.yes_to(lorry_id, 0, yes);
    assert_eq!(world.why(&p.traffic_police.key, answer), ["invalid_field class"]);
}

/// A lorry's class with another prefecture.
struct VehicleClassIn(Prefecture);

impl VehicleClassIn {
    fn class(self) -> chain::records::Class {
        let class = lorry(4_000);
        chain::records::Class::Vehicle(chain::records::certificate::VehicleClass {
            prefecture: self.0,
            ..class
        })
    }
}

#[test]
fn a_certificate_must_hold_at_the_instant_of_its_yes() {
    let mut world = World::new();
    let police = world.parties.public_security.key.clone();
    let id = world.applied("driver", LIGHT);
    let now = world.clock;
    let at = |from: Time, until: Time| Yes {
        valid_from: from,
        valid_until: Some(until),
        ..world.yes(id, 0)
    };
    let ahead = world.yes_to(id, 0, at(now.plus(1), now.plus(DAY)));
    assert_eq!(world.why(&police, ahead), ["invalid_field valid_from"]);
    let now = world.clock;
    let over = world.yes_to(id, 0, Yes { valid_until: Some(now), ..world.yes(id, 0) });
    assert_eq!(world.why(&police, over), ["invalid_field valid_until"]);
    let now = world.clock;
    let just = Yes { valid_from: now, valid_until: Some(now.plus(1)), ..world.yes(id, 0) };
    world.attest_claim(id, 0, just);
}

#[test]
fn an_attested_certificate_that_has_ended_by_then_waits_again() {
    let mut world = World::new();
    let id = world.applied("driver", LIGHT);
    let end = world.clock.plus(DAY);
    let short = Yes { valid_until: Some(end), ..world.yes(id, 0) };
    world.attest_claim(id, 0, short);
    world.at(end);
    world.attest_as_usual(id, 1);
    let application = world.application(id);
    assert_eq!(application.state, State::Verifying);
    assert_eq!(application.claims[0].state, ClaimState::Waiting);
    assert_eq!(application.claims[0].answer_by, end.plus(7 * DAY));
    assert_eq!(application.lapses_at, Some(end.plus(7 * DAY)));
    let other = Yes { tags: vec![digest("somebody else")], ..world.yes(id, 0) };
    let other = world.yes_to(id, 0, other);
    let police = world.parties.public_security.key.clone();
    assert_eq!(world.why(&police, other), ["invalid_field tags"]);
    world.attest_as_usual(id, 0);
    assert_eq!(world.application(id).state, State::Issued);
}

/// The operator's permit comes after the last yes, and not by an answer.
#[test]
fn a_sponsor_asks_for_what_is_attested_once_what_lacked_is_there() {
    let mut world = World::new();
    let p = world.parties.clone();
    let vehicle = world.new_vehicle("lorry", lorry(18_000));
    let operator = Some(WantedOperator::Organisation(p.enterprise.id));
    let wanted = CodeFor::Driver { vehicles: vec![vehicle], operator };
    let apply = CodeApply { wanted, ..world.code_apply("driver", HEAVY) };
    let id = world.apply_with(apply, &[&key("driver")]);
    let as_it_stands = |world: &mut World, words: &[&SecretKey]| {
        let claim = world.claim(Kind::Identity, "driver");
        let statements = Vec::new();
        let ask = ClaimCorrect { application: id, claim, replaces: Some(0), statements };
        world.stated(ask, words)
    };
    let early = as_it_stands(&mut world, &[&key("driver")]);
    assert_eq!(world.why(&p.enterprise.key, early), ["claim_not_refused replaces"]);
    world.attest_all(id);
    assert_eq!(world.application(id).state, State::Verifying);
    let still = as_it_stands(&mut world, &[&key("driver")]);
    let lacks = ["certificate_missing business_permit"];
    assert_eq!(world.why(&p.enterprise.key, still), lacks);
    world.permit();
    let unasked = as_it_stands(&mut world, &[]);
    assert_eq!(world.why(&p.enterprise.key, unasked), ["statement_missing"]);
    let ask = as_it_stands(&mut world, &[&key("driver")]);
    assert_eq!(world.why(&p.platform.key, ask.clone()), ["not_allowed"]);
    world.send(&p.enterprise.key, ask);
    let application = world.application(id);
    assert_eq!((application.state, application.corrections), (State::Issued, 0));
}

#[test]
fn a_sponsor_who_asks_for_what_has_ended_meanwhile_lets_it_wait_again() {
    let mut world = World::new();
    let p = world.parties.clone();
    let vehicle = world.new_vehicle("lorry", lorry(18_000));
    let wanted = CodeFor::Driver { vehicles: vec![vehicle], operator: None };
    let apply = CodeApply { wanted, ..world.code_apply("driver", HEAVY) };
    let id = world.apply_with(apply, &[&key("driver")]);
    let end = world.clock.plus(DAY);
    let short = Yes { valid_until: Some(end), ..world.yes(id, 1) };
    world.attest_claim(id, 1, short);
    world.attest_all(id);
    world.at(end);
    let (claim, statements) = (world.claim(Kind::Identity, "driver"), Vec::new());
    let ask = ClaimCorrect { application: id, claim, replaces: Some(0), statements };
    let ask = world.stated(ask, &[&key("driver")]);
    world.send(&p.enterprise.key, ask);
    let application = world.application(id);
    assert_eq!(application.claims[1].state, ClaimState::Waiting);
    assert_eq!(application.lapses_at, Some(end.plus(7 * DAY)));
}

#[test]
fn sponsor_and_holder_withdraw_and_nobody_else() {
    let mut world = World::new();
    let p = world.parties.clone();
    let withdraw = |application| ApplicationWithdraw { application };
    let id = world.applied("driver", LIGHT);
    world.attest_as_usual(id, 0);
    let person = world.application(id).person.unwrap();
    for other in [&p.platform, &p.regulator, &p.public_security] {
        assert_eq!(world.why(&other.key, withdraw(id)), ["not_allowed"]);
    }
    world.send(&p.enterprise.key, withdraw(id));
    let withdrawn = world.application(id);
    assert_eq!(withdrawn.state, State::Withdrawn);
    assert_eq!(withdrawn.claims[1].state, ClaimState::Ended);
    assert_eq!(world.person(person).application, None);
    assert_eq!(world.why(&p.enterprise.key, withdraw(id)), ["application_ended application"]);
    assert_eq!(
        world.why(&p.enterprise.key, withdraw(ApplicationId::default())),
        ["not_found application"]
    );
}

#[test]
fn a_holder_who_is_registered_withdraws_what_another_sponsored() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    world.send(&driver.key, CodeCancel { code: driver.code, reason: word("pause") });
    let again = CodeApply { holder_key: key("new").public(), ..world.code_apply("driver", LIGHT) };
    let again = world.apply_with(again, &[&key("new")]);
    let withdraw = |application| ApplicationWithdraw { application };
    assert_eq!(world.why(&driver.key, withdraw(again)), ["not_allowed"]);
    world.attest_as_usual(again, 0);
    world.send(&driver.key, withdraw(again));

    let kinds = [Kind::VehicleLicence, Kind::Policy];
    let lorry = VehicleApply {
        owner: VehicleOwner::Holder(driver.key.public()),
        ..world.vehicle_apply("lorry", &kinds)
    };
    let lorry = world.apply_with(lorry, &[&driver.key]);
    world.send(&driver.key, withdraw(lorry));

    let owned = VehicleApply {
        owner: VehicleOwner::Organisation(p.other_enterprise.id),
        ..world.vehicle_apply("lorry", &kinds)
    };
    let owned = world.apply_with(owned, &[&p.other_enterprise.key]);
    world.send(&p.other_enterprise.key, withdraw(owned));

    let code = CodeApply {
        wanted: CodeFor::Enterprise(p.other_enterprise.id),
        holder_key: p.other_enterprise.key.public(),
        ..world.code_apply("other enterprise", &[Kind::BusinessPermit])
    };
    let code = world.apply_with(code, &[&p.other_enterprise.key]);
    world.send(&p.other_enterprise.key, withdraw(code));
    let organisation: Organisation = world.get(p.other_enterprise.id.0);
    assert_eq!(organisation.application, None);
}

#[test]
fn a_lapsed_or_withdrawn_application_lets_go_of_the_vehicles_it_names() {
    for lapses in [true, false] {
        let mut world = World::new();
        let vehicle = world.new_vehicle("lorry", lorry(4_000));
        let wanted = CodeFor::Driver { vehicles: vec![vehicle], operator: None };
        let apply = CodeApply { wanted, ..world.code_apply("driver", LIGHT) };
        let id = world.apply_with(apply, &[&key("driver")]);
        assert_eq!(world.vehicle(vehicle).named_by, [id]);
        if lapses {
            world.wait(7 * DAY).block(&[]);
        } else {
            let enterprise = world.parties.enterprise.key.clone();
            world.send(&enterprise, ApplicationWithdraw { application: id });
        }
        assert_eq!(world.vehicle(vehicle).named_by, []);
        assert_eq!(world.vehicle(vehicle).drivers, []);
    }
}

#[test]
fn an_enterprise_gets_its_code_by_its_business_permit_while_it_is_admitted() {
    for ends in [false, true] {
        let mut world = World::new();
        let p = world.parties.clone();
        let apply = CodeApply {
            wanted: CodeFor::Enterprise(p.enterprise.id),
            holder_key: p.enterprise.key.public(),
            custody: Custody::Device,
            ..world.code_apply("enterprise", &[Kind::BusinessPermit])
        };
        let id = world.apply_with(apply, &[]);
        if ends {
            let reason = word("closed");
            world.send(&p.regulator.key, OrganisationEnd { organisation: p.enterprise.id, reason });
        }
        world.attest_as_usual(id, 0);
        let application = world.application(id);
        let expected = if ends { State::Verifying } else { State::Issued };
        assert_eq!(application.state, expected);
        let organisation: Organisation = world.get(p.enterprise.id.0);
        assert_eq!(organisation.code, application.code);
        if let Some(code) = application.code {
            let code = world.code(code);
            assert_eq!(code.colour, Some(Colour::Blue));
            assert_eq!((code.current, code.operator), (None, None));
        }
    }
}
