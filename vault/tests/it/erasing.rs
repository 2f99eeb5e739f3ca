// SPDX-License-Identifier: Apache-2.0
//! Restricted data are shown to few and for a time, erased ones to nobody, and nothing of those lies about.

use chain::hash::Hash;
use chain::ids::Time;
use chain::records::ErasureKind;
use vault::{
    Drawer, KeyField, KeyKind, NodeKey, Protocol, Standing, Status, Vault, VaultError, View,
};

use crate::common::*;
use crate::memory::Memory;

const UNTIL: Time = Time(NOW.0 + 1_000);

/// All values of rows that begin with a subject's number, documents and key.
fn secrets(shelf: &Memory, number: u8) -> Vec<Vec<u8>> {
    let own = [&[1, 1][..], &[number; 16]].concat();
    let both = [Drawer::Keys, Drawer::Values].into_iter().flat_map(|drawer| shelf.rows(drawer));
    both.filter(|(key, _)| key.starts_with(&own)).map(|(_, value)| value).collect()
}

#[test]
fn after_an_erasure_nothing_is_read_found_or_lying_about() {
    let shelf = Memory::default();
    let vault = open(&shelf);
    vault.put(application(1), &whole()).unwrap();
    vault.put(application(2), &whole()).unwrap();
    let secrets = secrets(&shelf, 1);
    assert_eq!(secrets.len(), 5);
    assert!(secrets.iter().all(|secret| shelf.holds(secret)));
    let protocols = vault.erase(&[application(1)], NOW).unwrap();
    assert!(!secrets.iter().any(|secret| shelf.holds(secret)));
    assert_eq!(shelf.inside().ghosts.iter().filter(|(_, (_, value))| !value.is_empty()).count(), 0);
    let erased = VaultError::Erased { subject: application(1), at: NOW };
    for view in [View::ordinary(NOW), View::case(NOW)] {
        assert_eq!(vault.claims(application(1), view), Err(erased.clone()));
        assert_eq!(vault.contact(application(1), view), Err(erased.clone()));
    }
    assert_eq!(vault.put(application(1), &whole()), Err(erased.clone()));
    assert_eq!(vault.replace(application(1), &whole()), Err(erased.clone()));
    assert_eq!(vault.restrict(application(1), UNTIL, NOW), Err(erased));
    assert_eq!(vault.names(application(1)).unwrap(), []);
    let number = KeyField::new(KeyKind::IdentityNumber, NUMBER);
    assert_eq!(vault.find(&number).unwrap(), [application(2)]);
    assert!(vault.claims(application(2), ordinary()).is_ok());
    assert_eq!(vault.standing(application(1)).unwrap(), Some(Standing::Erased { at: NOW }));
    let checked = vault.check(&|_| ()).unwrap();
    assert_eq!(checked.status, Status { held: 1, restricted: 0, erased: 1 });
    assert_eq!(vault.erase(&[application(1)], UNTIL).unwrap(), protocols, "the same again");
}

#[test]
fn the_protocol_says_what_was_destroyed_and_its_digest_is_of_its_bytes() {
    let shelf = Memory::default();
    let vault = open(&shelf);
    vault.put(application(1), &whole()).unwrap();
    let document = shelf.rows(Drawer::Values)[0].1.clone();
    let protocol = vault.erase(&[application(1)], NOW).unwrap().remove(0);
    assert_eq!((protocol.kind, protocol.at, protocol.version), (ErasureKind::Erased, NOW, 1));
    let names: Vec<_> = protocol.documents.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["claim/0", "claim/10", "contact", "holder"]);
    assert_eq!(protocol.documents[0].digest, Hash::of(&document));
    assert_eq!(protocol.digest(), Hash::of(&protocol.to_json()));
    let read: Protocol = serde_json::from_slice(&protocol.to_json()).unwrap();
    assert_eq!(read, protocol);
    assert_eq!(vault.protocol(application(1)).unwrap(), Some(protocol));
}

#[test]
fn several_subjects_are_erased_together_or_not_at_all() {
    let vault = open(&Memory::default());
    vault.put(application(1), &whole()).unwrap();
    let refused = vault.erase(&[application(1), application(2)], NOW);
    assert_eq!(refused, Err(VaultError::NotHeld(application(2))));
    assert!(vault.claims(application(1), ordinary()).is_ok());
    vault.put(application(2), &whole()).unwrap();
    let all = [application(1), application(2), application(1)];
    let protocols = vault.erase(&all, NOW).unwrap();
    assert_eq!(protocols[0], protocols[2]);
    assert_eq!(protocols[1].subject, application(2));
}

#[test]
fn an_erasure_that_was_interrupted_is_ended_at_the_next_start() {
    // The first write destroys the key; purging keys, purging values and the last write may fail.
    for steps in 1..4 {
        let shelf = Memory::default();
        let (key, again) = node_keys();
        let vault = Vault::open(Box::new(shelf.clone()), key).unwrap();
        vault.put(application(1), &whole()).unwrap();
        let secrets = secrets(&shelf, 1);
        shelf.fail_after(Some(steps));
        assert!(matches!(vault.erase(&[application(1)], NOW), Err(VaultError::Shelf(_))));
        assert!(vault.claims(application(1), ordinary()).is_err());
        shelf.fail_after(None);
        drop(vault);
        let vault = Vault::open(Box::new(shelf.clone()), again).unwrap();
        assert!(!secrets.iter().any(|secret| shelf.holds(secret)), "after {steps}");
        assert_eq!(vault.standing(application(1)).unwrap(), Some(Standing::Erased { at: NOW }));
        assert!(!shelf.rows(Drawer::Keys).iter().any(|(key, _)| key[0] == 2));
    }
}

#[test]
fn restricted_data_are_shown_for_a_case_alone_and_in_the_end_to_nobody() {
    let vault = open(&Memory::default());
    let subject = application(1);
    vault.put(subject, &whole()).unwrap();
    let protocol = vault.restrict(subject, UNTIL, NOW).unwrap();
    assert_eq!(protocol.kind, ErasureKind::Restricted { until: UNTIL });
    assert_eq!(vault.restrict(subject, UNTIL, Time(NOW.0 + 1)).unwrap(), protocol);
    let restricted = VaultError::Restricted { subject, until: UNTIL };
    assert_eq!(vault.claims(subject, ordinary()), Err(restricted.clone()));
    assert_eq!(vault.put(subject, &whole()), Err(restricted.clone()));
    assert_eq!(vault.claims(subject, View::case(Time(UNTIL.0 - 1))).unwrap().len(), 2);
    assert_eq!(vault.claims(subject, View::case(UNTIL)), Err(restricted));
    assert_eq!(vault.due(Time(UNTIL.0 - 1), 10).unwrap(), []);
    assert_eq!(vault.due(UNTIL, 10).unwrap(), [subject]);
    vault.erase(&[subject], UNTIL).unwrap();
    assert_eq!(vault.due(UNTIL, 10).unwrap(), []);
}

#[test]
fn a_restriction_is_moved_and_those_that_end_first_are_due_first() {
    let vault = open(&Memory::default());
    for number in [1, 2, 3] {
        vault.put(application(number), &whole()).unwrap();
        let until = Time(NOW.0 + 100 * (4 - u64::from(number)));
        vault.restrict(application(number), until, NOW).unwrap();
    }
    vault.restrict(application(3), Time(NOW.0 + 250), NOW).unwrap();
    let due = vault.due(Time(NOW.0 + 300), 10).unwrap();
    assert_eq!(due, [application(2), application(3), application(1)]);
    assert_eq!(vault.due(Time(NOW.0 + 300), 1).unwrap(), [application(2)]);
    assert_eq!(vault.restrict(application(1), NOW, NOW), Err(VaultError::Over(NOW)));
    let stranger = application(9);
    assert_eq!(vault.restrict(stranger, UNTIL, NOW), Err(VaultError::NotHeld(stranger)));
}

#[test]
fn an_erased_subject_has_no_key_under_any_node_key() {
    let shelf = Memory::default();
    let vault = open(&shelf);
    vault.put(application(1), &whole()).unwrap();
    vault.erase(&[application(1)], NOW).unwrap();
    assert_eq!(vault.rotate(NodeKey::generate(), &|_| ()).unwrap(), 0);
    assert!(matches!(vault.claims(application(1), ordinary()), Err(VaultError::Erased { .. })));
}
