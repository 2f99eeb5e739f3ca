// SPDX-License-Identifier: Apache-2.0
//! A second party's word: about one action of one chain, in time, and good once.

use crate::common::issue::*;
use crate::common::*;
use chain::actions::*;
use chain::limits::VALIDITY_MS;
use chain::nonce::Nonce;
use chain::records::key::Roles;
use chain::transaction::{Decoded, Invalid};
use chain::{Action, Hash, Records, Time, Transaction};

fn nonce(name: &str) -> Nonce {
    Nonce(digest(name).half())
}

/// A code's application with the word of its holder, good until an instant.
fn stated_until(world: &World, name: &str, until: Time) -> Action {
    let action: Action = world.code_apply(name, LIGHT).into();
    let word = Statement::give(&key(name), world.memory.chain(), &action, nonce(name), until);
    action.with_statements(vec![word])
}

#[test]
fn a_word_is_good_up_to_its_last_instant_and_at_most_ten_minutes_ahead() {
    let ahead = VALIDITY_MS;
    for (place, good) in [(0, true), (ahead, true), (ahead + 1, false)] {
        let mut world = World::new();
        let enterprise = world.parties.enterprise.key.clone();
        let action = stated_until(&world, "driver", world.clock.plus(place));
        if good {
            world.send(&enterprise, action);
        } else {
            assert_eq!(world.why(&enterprise, action), ["statement_expired"]);
        }
    }
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let late = stated_until(&world, "driver", Time(world.clock.0 - 1));
    assert_eq!(world.why(&enterprise, late), ["statement_expired"]);
}

#[test]
fn a_word_is_good_once() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let until = world.clock.plus(VALIDITY_MS);
    let action = stated_until(&world, "driver", until);
    world.send(&enterprise, action.clone());
    assert_eq!(world.why(&enterprise, action.clone()), ["statement_used"]);
    world.at(until);
    assert_eq!(world.why(&enterprise, action), ["statement_used"]);
}

#[test]
fn a_refused_transaction_leaves_its_words_good() {
    let mut world = World::new();
    let p = world.parties.clone();
    let action = stated_until(&world, "driver", world.clock.plus(VALIDITY_MS));
    assert_eq!(world.why(&p.bank.key, action.clone()), ["not_allowed"]);
    world.send(&p.enterprise.key, action);
}

#[test]
fn two_transactions_of_one_block_cannot_share_a_word() {
    let mut world = World::new();
    let p = world.parties.clone();
    let action = stated_until(&world, "driver", world.clock.plus(SECOND));
    let block =
        [world.sign(&p.enterprise.key, action.clone()), world.sign(&p.platform.key, action)];
    let outcomes = world.block(&block);
    assert!(matches!(outcomes[0], chain::receipt::Outcome::Executed { .. }));
    let chain::receipt::Outcome::Refused { reasons } = &outcomes[1] else { panic!("refused") };
    assert_eq!(reasons[0].code.code(), "statement_used");
}

#[test]
fn a_word_that_nobody_asked_for_is_refused() {
    let mut world = World::new();
    let enterprise = world.parties.enterprise.key.clone();
    let apply = world.code_apply("driver", LIGHT);
    let more = world.stated(apply.clone(), &[&key("driver"), &key("bank")]);
    assert_eq!(world.why(&enterprise, more), ["statement_unexpected"]);
    let twice = world.stated(apply.clone(), &[&key("driver"), &key("driver")]);
    assert_eq!(world.why(&enterprise, twice), ["statement_unexpected"]);
    let other = world.stated(apply.clone(), &[&key("bank")]);
    assert_eq!(world.why(&enterprise, other), ["statement_missing"]);
    assert_eq!(world.why(&enterprise, apply), ["statement_missing"]);
}

#[test]
fn an_organisation_gives_its_word_by_a_key_that_operates() {
    let mut world = World::new();
    let p = world.parties.clone();
    let attests = Roles { admin: true, operate: false, attest: true };
    let add = KeyAdd { key: key("admin").public(), roles: attests, statements: Vec::new() };
    let add = world.stated(add, &[&key("admin")]);
    world.send(&p.other_enterprise.key, add);
    let operator = Some(chain::records::Operator::Organisation(p.other_enterprise.id));
    let driver = world.new_driver("driver", LIGHT);
    let set = OperatorSet { code: driver.code, operator, statements: Vec::new() };
    let by_admin = world.stated(set.clone(), &[&key("admin")]);
    assert_eq!(world.why(&driver.key, by_admin), ["statement_missing"]);
    let by_operating = world.stated(set, &[&p.other_enterprise.key]);
    world.send(&driver.key, by_operating);
}

#[test]
fn a_word_about_another_action_or_for_another_chain_is_a_wrong_signature() {
    let world = World::new();
    let enterprise = &world.parties.enterprise.key;
    let (chain, until) = (world.memory.chain(), world.clock.plus(SECOND));
    let action: Action = world.code_apply("driver", LIGHT).into();
    let other: Action =
        CodeApply { prefecture: QUJING, ..world.code_apply("driver", LIGHT) }.into();
    let give =
        |chain, about: &Action| Statement::give(&key("driver"), chain, about, nonce("word"), until);
    let right = give(chain, &action);
    let longer = Statement { valid_until: until.plus(1), ..right.clone() };
    let renewed = Statement { nonce: nonce("other"), ..right.clone() };
    for (word, good) in [
        (right, true),
        (give(chain, &other), false),
        (give(Hash::ZERO, &action), false),
        (longer, false),
        (renewed, false),
    ] {
        let action = action.clone().with_statements(vec![word]);
        let signed = Transaction::sign(enterprise, chain, action, nonce("outer"), until);
        let checked = Decoded::from_bytes(signed.to_bytes(), chain).unwrap().check();
        assert_eq!(checked.err(), (!good).then_some(Invalid::Signature));
    }
}
