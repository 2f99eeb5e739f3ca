// SPDX-License-Identifier: Apache-2.0
//! The vault over real RocksDB: it comes back after a restart, and what is erased is in no file.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use age::x25519::Identity;
use chain::Genesis;
use chain::ids::{ApplicationId, RecordId, Time};
use genesis::demo::{Plan, consortium};
use store::{Options, Store};
use vault::{
    Change, DocumentName, Drawer, KeyField, KeyKind, Parcel, Shelf, Subject, Vault, VaultError,
    View,
};

const NOW: Time = Time(1_795_000_000_000);

fn demo() -> Genesis {
    let mut plan = Plan::testnet(Time(1_790_000_000_000), [1; 32]);
    plan.depth = 6;
    consortium(&plan).unwrap().genesis
}

fn open(folder: &Path) -> Store {
    Store::open(folder, &demo(), &Options::default()).unwrap()
}

fn vault(store: &Store, identity: &Identity) -> Vault {
    Vault::open(Box::new(store.vault_shelf()), identity.clone().into()).unwrap()
}

fn subject(number: u8) -> Subject {
    Subject::Application(ApplicationId(RecordId([number; 16])))
}

fn parcel(number: u8) -> Parcel {
    let name = DocumentName::new("paper").unwrap();
    let phone = format!("164000{number:05}");
    Parcel::new()
        .document(name, vec![number; 20_000])
        .findable(KeyField::new(KeyKind::Phone, &phone))
}

fn read(vault: &Vault, number: u8) -> Result<Option<Vec<u8>>, VaultError> {
    let name = DocumentName::new("paper").unwrap();
    let document = vault.document(subject(number), &name, View::ordinary(NOW))?;
    Ok(document.map(|bytes| bytes.to_vec()))
}

/// The files below a folder that hold some bytes.
fn files_that_hold(folder: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_that_hold(&path, bytes));
        } else if std::fs::read(&path).unwrap().windows(bytes.len()).any(|window| window == bytes) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// What lies on the shelf of a subject: parts of its wrapped key and of its sealed document that no other
/// row has, short enough to lie in one block of a log.
fn secrets(store: &Store, number: u8) -> [Vec<u8>; 2] {
    let own = [&[1, 1][..], &[number; 16]].concat();
    [Drawer::Keys, Drawer::Values].map(|drawer| {
        let rows = store.vault_shelf().list(drawer, &own, None, 10).unwrap();
        let value = &rows[0].1;
        value[value.len() - 32..].to_vec()
    })
}

#[test]
fn documents_come_back_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::generate();
    let store = open(folder.path());
    let (header, own) = (store.header(), vault(&store, &identity));
    own.put(subject(1), &parcel(1)).unwrap();
    assert_eq!(store.header().hash(), header.hash(), "the chain knows nothing of it");
    drop((store, own));
    let store = open(folder.path());
    let own = vault(&store, &identity);
    assert_eq!(read(&own, 1).unwrap(), Some(vec![1; 20_000]));
    let phone = KeyField::new(KeyKind::Phone, "16400000001");
    assert_eq!(own.find(&phone).unwrap(), [subject(1)]);
    let other = Vault::open(Box::new(store.vault_shelf()), Identity::generate().into());
    assert!(matches!(other.map(drop), Err(VaultError::WrongKey { .. })));
    store.check(&|_| ()).unwrap();
    own.check(&|_| ()).unwrap();
}

#[test]
fn what_is_erased_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::generate();
    let store = open(folder.path());
    let own = vault(&store, &identity);
    // Before and after a restart: in the log alone, in table files of one level, and of several.
    for round in 0..3 {
        for number in 10 * round + 1..10 * round + 6 {
            own.put(subject(number), &parcel(number)).unwrap();
        }
        if round > 0 {
            store.compact().unwrap();
        }
        let victim = subject(10 * round + 3);
        let secrets = secrets(&store, 10 * round + 3);
        for secret in &secrets {
            assert!(!files_that_hold(folder.path(), secret).is_empty(), "round {round}");
        }
        own.erase(&[victim], NOW).unwrap();
        for secret in &secrets {
            assert_eq!(files_that_hold(folder.path(), secret), [""; 0], "round {round}");
        }
        assert!(read(&own, 10 * round + 3).is_err());
        assert_eq!(read(&own, 10 * round + 4).unwrap(), Some(vec![10 * round + 4; 20_000]));
    }
    drop((store, own));
    let own = vault(&open(folder.path()), &identity);
    assert!(matches!(read(&own, 3), Err(VaultError::Erased { .. })));
    assert!(own.check(&|_| ()).is_ok());
}

#[test]
fn keys_under_an_older_node_key_are_in_no_file_after_a_rotation() {
    let folder = tempfile::tempdir().unwrap();
    let (identity, next) = (Identity::generate(), Identity::generate());
    let store = open(folder.path());
    let own = vault(&store, &identity);
    for number in 1..6 {
        own.put(subject(number), &parcel(number)).unwrap();
    }
    let old: Vec<Vec<u8>> = (1..6).map(|number| secrets(&store, number)[0].clone()).collect();
    assert!(old.iter().all(|secret| !files_that_hold(folder.path(), secret).is_empty()));
    own.rotate(next.clone().into(), &|_| ()).unwrap();
    assert!(old.iter().all(|secret| files_that_hold(folder.path(), secret).is_empty()));
    drop((store, own));
    let own = vault(&open(folder.path()), &next);
    assert_eq!(read(&own, 1).unwrap(), Some(vec![1; 20_000]));
}

#[test]
fn rows_are_listed_in_order_behind_one_and_within_a_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let shelf = open(folder.path()).vault_shelf();
    let put =
        |key: &[u8]| Change::Put { drawer: Drawer::Values, key: key.to_vec(), value: key.to_vec() };
    shelf.write([&b"b1"[..], b"a", b"b2", b"b3", b"c"].map(put).to_vec()).unwrap();
    let keys = |after: Option<&[u8]>, limit| {
        let rows = shelf.list(Drawer::Values, b"b", after, limit).unwrap();
        rows.into_iter().map(|(key, _)| String::from_utf8(key).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(keys(None, 10), ["b1", "b2", "b3"]);
    assert_eq!(keys(Some(b"b1"), 1), ["b2"]);
    assert_eq!(keys(Some(b"b3"), 10), [""; 0]);
    shelf.purge(&[(Drawer::Values, b"b".to_vec())]).unwrap();
    assert_eq!(shelf.list(Drawer::Values, b"", None, 10).unwrap().len(), 5);
    assert_eq!(shelf.list(Drawer::Keys, b"", None, 10).unwrap(), []);
    assert_eq!(shelf.get(Drawer::Values, b"b2").unwrap(), Some(b"b2".to_vec()));
    assert_eq!(shelf.get(Drawer::Keys, b"b2").unwrap(), None);
}
