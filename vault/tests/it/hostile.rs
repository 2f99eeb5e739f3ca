// SPDX-License-Identifier: Apache-2.0
//! Another key, changed bytes, exchanged rows: nothing of it is ever read as data.

use chain::records::certificate::CertificateKind;
use proptest::prelude::*;
use vault::{Checked, Drawer, NodeKey, Parcel, Subject, Vault, VaultError};

use crate::common::*;
use crate::memory::Memory;

/// A shelf with two subjects, and its vault.
fn two() -> (Memory, Vault) {
    let shelf = Memory::default();
    let vault = open(&shelf);
    vault.put(application(1), &whole()).unwrap();
    let other = Parcel::new().claim(0, CertificateKind::Identity, &vehicle());
    vault.put(application(2), &other).unwrap();
    (shelf, vault)
}

/// The key of a row: kind ‖ 1 (an application) ‖ id ‖ rest.
fn row(kind: u8, subject: u8, rest: &str) -> Vec<u8> {
    [&[kind, 1][..], &[subject; 16], rest.as_bytes()].concat()
}

fn swap(shelf: &Memory, drawer: Drawer, one: Vec<u8>, other: Vec<u8>) {
    let mut inside = shelf.inside();
    let first = inside.rows[&(drawer, one.clone())].clone();
    let second = inside.rows[&(drawer, other.clone())].clone();
    inside.rows.insert((drawer, one), second);
    inside.rows.insert((drawer, other), first);
}

fn is_altered<T: std::fmt::Debug>(read: Result<T, VaultError>, subject: Subject) {
    let altered =
        matches!(&read, Err(VaultError::Altered { subject: found, .. }) if *found == subject);
    assert!(altered, "{read:?}");
}

#[test]
fn another_node_key_reads_nothing() {
    let shelf = Memory::default();
    let (own, other) = (NodeKey::generate(), NodeKey::generate());
    let (found, given) = (own.id(), other.id());
    Vault::open(Box::new(shelf.clone()), own).unwrap().put(application(1), &whole()).unwrap();
    let refused = Vault::open(Box::new(shelf), other).map(drop);
    assert_eq!(refused, Err(VaultError::WrongKey { found, given }));
}

#[test]
fn sealed_documents_of_two_subjects_are_not_exchanged() {
    let (shelf, vault) = two();
    swap(&shelf, Drawer::Values, row(1, 1, "claim/0"), row(1, 2, "claim/0"));
    is_altered(vault.claims(application(1), ordinary()), application(1));
    is_altered(vault.claims(application(2), ordinary()), application(2));
    assert!(vault.contact(application(1), ordinary()).unwrap().is_some());
}

#[test]
fn sealed_documents_of_two_names_are_not_exchanged() {
    let (shelf, vault) = two();
    swap(&shelf, Drawer::Values, row(1, 1, "claim/0"), row(1, 1, "claim/10"));
    is_altered(vault.claims(application(1), ordinary()), application(1));
}

#[test]
fn wrapped_keys_of_two_subjects_are_not_exchanged() {
    let (shelf, vault) = two();
    swap(&shelf, Drawer::Keys, row(1, 1, ""), row(1, 2, ""));
    is_altered(vault.claims(application(1), ordinary()), application(1));
    is_altered(vault.check(&|_| ()), application(1));
    // Not even together with the documents.
    swap(&shelf, Drawer::Values, row(1, 1, "claim/0"), row(1, 2, "claim/0"));
    is_altered(vault.claims(application(2), ordinary()), application(2));
}

#[test]
fn a_vault_that_lost_its_index_key_is_refused() {
    let (shelf, vault) = two();
    drop(vault);
    shelf.inside().rows.retain(|(_, key), _| key[0] != 0);
    let refused = Vault::open(Box::new(shelf), NodeKey::generate()).map(drop);
    assert!(matches!(refused, Err(VaultError::Damaged(_))), "{refused:?}");
}

#[test]
fn a_check_finds_what_belongs_to_nobody() {
    let (shelf, vault) = two();
    let checked = vault.check(&|_| ()).unwrap();
    assert_eq!((checked.status.held, checked.documents), (2, 5));
    let rows = shelf.rows(Drawer::Values);
    let whole = shelf.inside().rows.clone();
    for (key, _) in rows.iter().filter(|(key, _)| key[0] != 1) {
        shelf.inside().rows.remove(&(Drawer::Values, key.clone()));
        assert!(matches!(Checked::of(&shelf), Err(VaultError::Damaged(_))), "{key:?}");
        shelf.inside().rows = whole.clone();
    }
    shelf.inside().rows.remove(&(Drawer::Keys, row(1, 2, "")));
    assert!(matches!(Checked::of(&shelf), Err(VaultError::Damaged(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_changed_byte_is_refused(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (shelf, vault) = two();
        let sealed = row(1, 1, "claim/0");
        {
            let mut inside = shelf.inside();
            let bytes = inside.rows.get_mut(&(Drawer::Values, sealed)).unwrap();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
        }
        is_altered(vault.claims(application(1), ordinary()), application(1));
        prop_assert!(vault.claims(application(2), ordinary()).is_ok());
    }

    #[test]
    fn a_changed_byte_of_a_wrapped_key_is_refused(
        place in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let (shelf, vault) = two();
        {
            let mut inside = shelf.inside();
            let bytes = inside.rows.get_mut(&(Drawer::Keys, row(1, 1, ""))).unwrap();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
        }
        is_altered(vault.claims(application(1), ordinary()), application(1));
    }

    #[test]
    fn rows_cut_short_are_refused(length in any::<prop::sample::Index>(), keys in any::<bool>()) {
        let (shelf, vault) = two();
        let (drawer, key) = match keys {
            true => (Drawer::Keys, row(1, 1, "")),
            false => (Drawer::Values, row(1, 1, "claim/0")),
        };
        {
            let mut inside = shelf.inside();
            let bytes = inside.rows.get_mut(&(drawer, key)).unwrap();
            let length = length.index(bytes.len());
            bytes.truncate(length);
        }
        is_altered(vault.claims(application(1), ordinary()), application(1));
    }
}
