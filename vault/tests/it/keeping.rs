// SPDX-License-Identifier: Apache-2.0
//! What is put is read back, once and whole, and found by what an asker knows.

use chain::records::certificate::CertificateKind;
use proptest::prelude::*;
use vault::{
    DOCUMENT_BYTES, DOCUMENTS, DocumentName, KEY_FIELDS, KeyField, KeyKind, Parcel, Standing,
    Vault, VaultError,
};

use crate::common::*;
use crate::memory::Memory;

fn name(text: &str) -> DocumentName {
    DocumentName::new(text).unwrap()
}

#[test]
fn what_came_with_an_application_is_read_back() {
    let vault = open(&Memory::default());
    let subject = application(1);
    vault.put(subject, &whole()).unwrap();
    let claims = vault.claims(subject, ordinary()).unwrap();
    let seen: Vec<_> = claims.iter().map(|claim| (claim.place, claim.kind)).collect();
    assert_eq!(seen, [(0, CertificateKind::Identity), (10, CertificateKind::VehicleLicence)]);
    assert_eq!(claims[0].fields, identity());
    assert_eq!(claims[1].fields, vehicle());
    assert_eq!(vault.contact(subject, ordinary()).unwrap().unwrap().phone, PHONE);
    assert_eq!(vault.holder(subject, ordinary()).unwrap(), Some(holder_key()));
    assert_eq!(vault.waybill(subject, ordinary()).unwrap(), None);
    let names: Vec<_> = vault.names(subject).unwrap();
    let names: Vec<_> = names.iter().map(DocumentName::as_str).collect();
    assert_eq!(names, ["claim/0", "claim/10", "contact", "holder"]);
    assert_eq!(vault.standing(subject).unwrap(), Some(Standing::Held));
    let fields = vehicle();
    vault.put(waybill(1), &Parcel::new().waybill(&fields)).unwrap();
    assert_eq!(vault.waybill(waybill(1), ordinary()).unwrap(), Some(fields));
}

#[test]
fn nothing_is_held_of_a_stranger() {
    let vault = open(&Memory::default());
    let stranger = application(9);
    assert_eq!(vault.standing(stranger).unwrap(), None);
    assert_eq!(vault.claims(stranger, ordinary()).unwrap(), []);
    assert_eq!(vault.document(stranger, &name("x"), ordinary()).unwrap(), None);
    assert_eq!(vault.names(stranger).unwrap(), []);
    assert!(!vault.discard(stranger, &name("x")).unwrap());
}

#[test]
fn the_same_again_changes_nothing_and_other_bytes_are_taken() {
    let shelf = Memory::default();
    let vault = open(&shelf);
    vault.put(application(1), &whole()).unwrap();
    let seen = || {
        let inside = shelf.inside();
        (inside.rows.clone(), inside.ghosts.len())
    };
    let before = seen();
    vault.put(application(1), &whole()).unwrap();
    assert_eq!(seen(), before);
    let other = Parcel::new().document(name("new"), b"new".to_vec()).claim(
        0,
        CertificateKind::Identity,
        &vehicle(),
    );
    let taken = VaultError::Taken { subject: application(1), name: DocumentName::claim(0) };
    assert_eq!(vault.put(application(1), &other), Err(taken));
    assert_eq!(seen(), before, "all or nothing");
    vault.replace(application(1), &other).unwrap();
    assert_eq!(vault.claims(application(1), ordinary()).unwrap()[0].fields, vehicle());
    assert!(vault.document(application(1), &name("new"), ordinary()).unwrap().is_some());
}

#[test]
fn what_came_to_nothing_is_forgotten_and_may_come_again() {
    let shelf = Memory::default();
    let vault = open(&shelf);
    vault.put(application(2), &whole()).unwrap();
    let before = shelf.inside().rows.clone();
    vault.put(application(1), &whole()).unwrap();
    assert!(vault.forget(application(1)).unwrap());
    vault.end_erasures().unwrap();
    assert_eq!(shelf.inside().rows, before, "no key, no document, no mark");
    assert!(!vault.forget(application(1)).unwrap());
    assert_eq!(vault.standing(application(1)).unwrap(), None);
    vault.put(application(1), &whole()).unwrap();
    assert_eq!(vault.claims(application(1), ordinary()).unwrap().len(), 2);
    vault.erase(&[application(1)], NOW).unwrap();
    assert!(!vault.forget(application(1)).unwrap(), "what was erased keeps its protocol");
    assert!(vault.protocol(application(1)).unwrap().is_some());
}

#[test]
fn what_was_used_is_taken_out() {
    let vault = open(&Memory::default());
    let parcel = Parcel::new().document(name("capacity/1"), b"statement".to_vec());
    vault.put(application(1), &parcel).unwrap();
    assert!(vault.discard(application(1), &name("capacity/1")).unwrap());
    assert!(!vault.discard(application(1), &name("capacity/1")).unwrap());
    assert_eq!(vault.document(application(1), &name("capacity/1"), ordinary()).unwrap(), None);
}

#[test]
fn subjects_are_found_by_what_an_asker_knows() {
    let vault = open(&Memory::default());
    vault.put(application(2), &whole()).unwrap();
    vault.put(application(1), &whole()).unwrap();
    vault.put(application(3), &Parcel::new().holder(&holder_key())).unwrap();
    let both = vec![application(1), application(2)];
    for (kind, text) in [
        (KeyKind::IdentityNumber, NUMBER),
        (KeyKind::Phone, PHONE),
        (KeyKind::Phone, " 16400000001 "),
        (KeyKind::Plate, PLATE),
        (KeyKind::Plate, "云a00001"),
    ] {
        assert_eq!(vault.find(&KeyField::new(kind, text)).unwrap(), both, "{text}");
    }
    for (kind, text) in
        [(KeyKind::Phone, NUMBER), (KeyKind::Plate, "云A00002"), (KeyKind::IdentityNumber, "")]
    {
        assert_eq!(vault.find(&KeyField::new(kind, text)).unwrap(), [], "{text}");
    }
}

#[test]
fn subjects_are_listed_in_pages() {
    let vault = open(&Memory::default());
    for number in [5, 1, 3] {
        vault.put(application(number), &whole()).unwrap();
    }
    vault.put(waybill(2), &Parcel::new()).unwrap();
    let mut seen = Vec::new();
    loop {
        let page = vault.subjects(seen.last().copied(), 2).unwrap();
        assert!(page.len() <= 2);
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|(subject, _)| subject));
    }
    assert_eq!(seen, [application(1), application(3), application(5), waybill(2)]);
}

#[test]
fn limits_are_kept_and_what_goes_beyond_leaves_nothing() {
    let shelf = Memory::default();
    let vault = open(&shelf);
    let subject = application(1);
    let large = Parcel::new().document(name("x"), vec![0; DOCUMENT_BYTES + 1]);
    assert!(matches!(vault.put(subject, &large), Err(VaultError::TooLarge { .. })));
    let twice = Parcel::new().document(name("x"), Vec::new()).document(name("x"), Vec::new());
    assert_eq!(vault.put(subject, &twice), Err(VaultError::Twice(name("x"))));
    let of = |count: usize| {
        let add = |parcel: Parcel, i| parcel.document(name(&format!("d{i}")), vec![1]);
        (0..count).fold(Parcel::new(), add)
    };
    let many = VaultError::TooMany { subject, what: "documents", limit: DOCUMENTS };
    assert_eq!(vault.put(subject, &of(DOCUMENTS + 1)), Err(many.clone()));
    let found = |count: usize| {
        let key = |i: usize| KeyField::new(KeyKind::Phone, &format!("1640000{i:04}"));
        (0..count).fold(Parcel::new(), |parcel, i| parcel.findable(key(i)))
    };
    let refused = vault.put(subject, &found(KEY_FIELDS + 1));
    assert!(matches!(refused, Err(VaultError::TooMany { limit: KEY_FIELDS, .. })));
    assert_eq!(vault.standing(subject).unwrap(), None);
    vault.put(subject, &of(DOCUMENTS)).unwrap();
    vault.put(subject, &found(KEY_FIELDS)).unwrap();
    let more = Parcel::new().document(name("more"), Vec::new());
    assert_eq!(vault.put(subject, &more), Err(many));
    vault.discard(subject, &name("d0")).unwrap();
    vault.put(subject, &more).unwrap();
}

#[test]
fn a_write_that_fails_leaves_nothing() {
    let shelf = Memory::default();
    let vault = open(&shelf);
    let before = shelf.inside().rows.clone();
    shelf.fail_after(Some(0));
    assert!(matches!(vault.put(application(1), &whole()), Err(VaultError::Shelf(_))));
    shelf.fail_after(None);
    assert_eq!(shelf.inside().rows, before);
    vault.put(application(1), &whole()).unwrap();
}

#[test]
fn nothing_readable_lies_on_the_shelf_and_lengths_say_little() {
    let shelf = Memory::default();
    let vault = open(&shelf);
    vault.put(application(1), &whole()).unwrap();
    let hidden = [NUMBER, PLATE, PHONE, "driverName", "identityNumber", "王建国"];
    for text in hidden {
        assert!(!shelf.holds(text.as_bytes()), "{text}");
    }
    assert!(!shelf.holds(&holder_key().bytes));
    let length = |text: &[u8]| {
        let (shelf, parcel) = (Memory::default(), Parcel::new().document(name("x"), text.to_vec()));
        open(&shelf).put(application(1), &parcel).unwrap();
        shelf.rows(vault::Drawer::Values)[0].1.len()
    };
    assert_eq!(length(b""), length(&[1; 250]));
    assert!(length(&[1; 300]) > length(b""));
}

#[test]
fn documents_and_fields_are_never_printed() {
    let vault = open(&Memory::default());
    vault.put(application(1), &whole()).unwrap();
    let claims = vault.claims(application(1), ordinary()).unwrap();
    let contact = vault.contact(application(1), ordinary()).unwrap();
    let printed = format!("{claims:?} {contact:?} {:?}", KeyField::new(KeyKind::Phone, PHONE));
    assert!(!printed.contains(NUMBER) && !printed.contains(PHONE), "{printed}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn documents_are_read_back_in_whatever_order_they_came(
        documents in proptest::collection::btree_map("[a-z0-9/]{1,12}",
            proptest::collection::vec(any::<u8>(), 0..1_000), 0..20),
        order in any::<u64>(),
    ) {
        let shelf = Memory::default();
        let (key, again) = node_keys();
        let vault = Vault::open(Box::new(shelf.clone()), key).unwrap();
        let mut all: Vec<_> = documents.iter().collect();
        all.sort_by_key(|(name, _)| name.len() as u64 ^ order);
        for (place, (text, bytes)) in all.into_iter().enumerate() {
            let subject = application((place % 3) as u8);
            vault.put(subject, &Parcel::new().document(name(text), bytes.clone())).unwrap();
        }
        drop(vault);
        let vault = Vault::open(Box::new(shelf), again).unwrap();
        let mut read = std::collections::BTreeMap::new();
        for number in 0..3 {
            for name in vault.names(application(number)).unwrap() {
                let bytes = vault.document(application(number), &name, ordinary()).unwrap().unwrap();
                read.insert(name.as_str().to_owned(), bytes.to_vec());
            }
        }
        prop_assert_eq!(read, documents);
    }
}
