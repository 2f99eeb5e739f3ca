// SPDX-License-Identifier: Apache-2.0
//! Lists in pages: each record once, whatever it left and came back to.

use crate::common::issue::*;
use crate::common::*;
use chain::actions::OperatorSet;
use chain::ids::CodeId;
use chain::query::list;
use chain::records::{List, ListKey, Operator, RecordKey, RecordKind};

/// All pages of one record each.
fn pages(world: &World, of: ListKey) -> Vec<RecordKey> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = list(&world.memory, of, after, (1, world.memory.now()), &|_| true);
        found.extend(page.items.iter().map(|item| item.key));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

#[test]
fn a_code_that_comes_back_to_its_operator_is_listed_once() {
    let mut world = World::new();
    let p = world.parties.clone();
    let drivers = ["first", "second"].map(|name| world.new_driver(name, LIGHT));
    let set = |world: &mut World, code: CodeId, key, party: &Party| {
        let operator = Some(Operator::Organisation(party.id));
        let set = OperatorSet { code, operator, statements: Vec::new() };
        let stated = world.stated(set, &[&party.key]);
        world.send(key, stated);
    };
    let leave = |code| OperatorSet { code, operator: None, statements: Vec::new() };
    for driver in &drivers {
        set(&mut world, driver.code, &driver.key, &p.enterprise);
    }
    let [first, second] = &drivers;
    world.send(&first.key, leave(first.code));
    set(&mut world, first.code, &first.key, &p.other_enterprise);
    world.send(&first.key, leave(first.code));
    set(&mut world, first.code, &first.key, &p.enterprise);
    let key = |code: CodeId| RecordKey { kind: RecordKind::Code, id: code.record() };
    let of = |party: &Party| ListKey { list: List::CodesByOperator, of: party.id.0 };
    let both = [key(first.code), key(second.code)];
    assert_eq!(pages(&world, of(&p.enterprise)), both);
    assert_eq!(pages(&world, of(&p.other_enterprise)), []);
}
