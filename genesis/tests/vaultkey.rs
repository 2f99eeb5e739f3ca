// SPDX-License-Identifier: Apache-2.0
//! The vault key file: sealed or a test's, read by its owner alone, refused where it does not belong.

#![allow(clippy::unwrap_used)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use age::x25519::Identity;
use chain::genesis::Mode;
use genesis::{KeyFileError, SecretString, Unlock, VaultKeyFile};

fn passphrase(text: &str) -> Unlock {
    Unlock { variable: Some(SecretString::from(text.to_owned())), ..Unlock::default() }
}

fn public(key: &Identity) -> String {
    key.to_public().to_string()
}

#[test]
fn a_sealed_key_opens_with_its_passphrase_alone_in_every_mode() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    let key = Identity::generate();
    let secret = SecretString::from("long enough".to_owned());
    VaultKeyFile::seal("observer-1", &key, secret).unwrap().write_new(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!fs::read_to_string(&path).unwrap().contains("AGE-SECRET-KEY"));
    let file = VaultKeyFile::read(&path).unwrap();
    for mode in [Mode::Demo, Mode::Production] {
        let opened = file.open(mode, &passphrase("long enough")).unwrap();
        assert_eq!(public(&opened), public(&key));
    }
    for unlock in [passphrase("other"), Unlock::default()] {
        let refused = file.open(Mode::Demo, &unlock).map(drop);
        assert!(matches!(refused, Err(KeyFileError::Vault { .. })));
    }
    assert!(VaultKeyFile::test("x", &key).write_new(&path).is_err(), "one that is there stays");
}

#[test]
fn a_test_key_opens_in_the_demo_alone() {
    let key = Identity::generate();
    let file = VaultKeyFile::test("observer-1", &key);
    assert_eq!(public(&file.open(Mode::Demo, &Unlock::default()).unwrap()), public(&key));
    let refused = file.open(Mode::Production, &Unlock::default()).map(drop).unwrap_err();
    assert!(refused.to_string().contains("test key"), "{refused}");
}

#[test]
fn a_file_that_others_may_read_or_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    let (key, other) = (Identity::generate(), Identity::generate());
    VaultKeyFile::test("observer-1", &key).write_new(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(VaultKeyFile::read(&path), Err(KeyFileError::Readable(_))));
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace(&public(&key), &public(&other))).unwrap();
    let refused = VaultKeyFile::read(&path).unwrap().open(Mode::Demo, &Unlock::default());
    assert!(refused.map(drop).unwrap_err().to_string().contains("another key"));
    for wrong in [text.replace("test_key = true", ""), "secret = 1".to_owned()] {
        fs::write(&path, wrong).unwrap();
        let refused = VaultKeyFile::read(&path).map(drop).unwrap_err();
        assert!(matches!(refused, KeyFileError::Malformed { .. }));
        assert!(!refused.to_string().contains("AGE-SECRET-KEY"));
    }
}
