// SPDX-License-Identifier: Apache-2.0
//! What answers say besides a record: who has a holder's keys in hand, whose attestations stand
//! although their attester's registration has ended.

use crate::common::issue::*;
use crate::common::*;
use chain::actions::{OrganisationEnd, PersonKeyRegister};
use chain::query::{code as ask, ended_attesters};
use chain::records::{Custody, RecordValue};

#[test]
fn a_code_says_who_has_its_holders_keys_in_hand() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let custody = |world: &World| ask(&world.memory, driver.code, world.memory.now()).custody;
    assert_eq!(custody(&world), [Custody::Device]);
    let custody_of_platform = Custody::Platform(p.platform.id);
    let new = key("new");
    let register = PersonKeyRegister {
        person: driver.person,
        key: new.public(),
        custody: custody_of_platform,
        statements: Vec::new(),
    };
    let stated = world.stated(register, &[&new]);
    world.send(&p.public_security.key, stated);
    assert_eq!(custody(&world), [custody_of_platform], "the old key signs nothing any more");
}

#[test]
fn attestations_of_one_whose_registration_has_ended_stay_and_are_flagged() {
    let mut world = World::new();
    let p = world.parties.clone();
    let driver = world.new_driver("driver", LIGHT);
    let flagged = |world: &World| {
        let value = world.person(driver.person).into_value();
        ended_attesters(&world.memory, &value, world.memory.now())
    };
    assert_eq!(flagged(&world), []);
    let reason = word("closed");
    world.send(&p.regulator.key, OrganisationEnd { organisation: p.traffic_police.id, reason });
    assert_eq!(flagged(&world), [p.traffic_police.id]);
    assert!(world.code(driver.code).colour.is_some(), "what it attested stays");
}
