// SPDX-License-Identifier: Apache-2.0
//! A chain in memory keeps what a store keeps.

use crate::common::*;
use chain::{Past, View};

#[test]
fn empty_blocks_follow_each_other_in_time() {
    let mut world = World::new();
    world.block(&[]);
    world.pass_to(START.plus(DAY));
    let memory = &world.memory;
    assert_eq!(memory.now(), START.plus(DAY));
    let header = memory.header_at(chain::Height(2)).unwrap();
    assert_eq!(header.hash(), memory.header_hash());
    assert_eq!(memory.header_before(START.plus(DAY - 1)).unwrap().height, chain::Height(1));
}
