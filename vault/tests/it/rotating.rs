// SPDX-License-Identifier: Apache-2.0
//! Another node key: all is read as before, the old key opens nothing, and an interruption loses nothing.

use std::cell::Cell;

use vault::{Drawer, NodeKey, Vault, VaultError};

use crate::common::*;
use crate::memory::Memory;

const MANY: u8 = 150;

/// A vault with many subjects under a key, which comes along once more.
fn many() -> (Memory, Vault, NodeKey) {
    let shelf = Memory::default();
    let (key, again) = node_keys();
    let vault = Vault::open(Box::new(shelf.clone()), key).unwrap();
    for number in 0..MANY {
        vault.put(application(number), &whole()).unwrap();
    }
    (shelf, vault, again)
}

fn all_is_read(vault: &Vault) {
    for number in 0..MANY {
        assert_eq!(vault.claims(application(number), ordinary()).unwrap().len(), 2);
    }
}

#[test]
fn another_key_reads_all_and_the_old_one_nothing() {
    let (shelf, vault, old) = many();
    let before = shelf.rows(Drawer::Keys);
    let (next, again) = node_keys();
    let done = Cell::new(0);
    assert_eq!(vault.rotate(next, &|count| done.set(count)).unwrap(), u64::from(MANY));
    assert_eq!(done.get(), u64::from(MANY));
    all_is_read(&vault);
    assert!(!before.iter().any(|(_, value)| shelf.holds(value)), "an old wrapping lies about");
    let found = again.id();
    assert_eq!(vault.node_key(), found);
    drop(vault);
    let given = old.id();
    let refused = Vault::open(Box::new(shelf.clone()), old).map(drop);
    assert_eq!(refused, Err(VaultError::WrongKey { found, given }));
    let vault = Vault::open(Box::new(shelf), again).unwrap();
    all_is_read(&vault);
    vault.put(application(MANY), &whole()).unwrap();
}

#[test]
fn a_rotation_that_was_interrupted_goes_on() {
    for steps in 0..5 {
        let (shelf, vault, old) = many();
        let before = shelf.rows(Drawer::Keys);
        let (next, again) = node_keys();
        shelf.fail_after(Some(steps));
        assert!(matches!(vault.rotate(next, &|_| ()), Err(VaultError::Shelf(_))), "{steps}");
        all_is_read(&vault);
        shelf.fail_after(None);
        vault.put(application(MANY), &whole()).unwrap();
        drop(vault);
        // Three writes of keys, that of the index key, and the purge.
        if steps < 4 {
            let vault = Vault::open(Box::new(shelf.clone()), old).unwrap();
            let left = u64::from(MANY).saturating_sub(64 * u64::from(steps));
            assert_eq!(vault.rotate(again, &|_| ()).unwrap(), left, "{steps}");
            all_is_read(&vault);
            assert!(vault.claims(application(MANY), ordinary()).is_ok());
        } else {
            let (given, found) = (old.id(), again.id());
            let refused = Vault::open(Box::new(shelf.clone()), old).map(drop);
            assert_eq!(refused, Err(VaultError::WrongKey { found, given }));
            let vault = Vault::open(Box::new(shelf.clone()), again).unwrap();
            all_is_read(&vault);
            // With the key in use, what the purge did not reach is purged.
            vault.purge_old_keys().unwrap();
        }
        assert!(!before.iter().any(|(_, value)| shelf.holds(value)), "{steps}");
    }
}
