// SPDX-License-Identifier: Apache-2.0
//! The vault key file of a node: TOML, mode 0600, an age identity sealed with `age` under a passphrase, or
//! plain and marked as a test key, which production mode refuses. No message shows what a file holds.

use std::path::Path;

use age::secrecy::{ExposeSecret, SecretString};
use age::x25519::Identity;
use chain::genesis::Mode;
use serde::{Deserialize, Serialize};

use crate::keyfile::{KeyFileError, io, seal, unseal};
use crate::private;
use crate::unlock::Unlock;

const SEALED_NOTE: &str = "# The vault key of a node of Dianyun Chain, sealed with age (scrypt). Keep a copy, and \
                           keep it apart\n# from copies of the data folder: together they open what was erased since.\n";
const TEST_NOTE: &str =
    "# TEST vault key of Dianyun Chain: for invented data alone. Production mode refuses it.\n";

/// A vault key file's content.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultKeyFile {
    /// What its owner calls it.
    pub name: String,
    /// Its public text, `age1…`.
    pub recipient: String,
    /// True for a key of a test, plain or sealed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test_key: bool,
    /// A plain test key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// A sealed key: an age file in its armour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

impl VaultKeyFile {
    /// A plain key, marked as a test key.
    pub fn test(name: &str, key: &Identity) -> Self {
        let (name, recipient) = (name.to_owned(), key.to_public().to_string());
        let secret = Some(key.to_string().expose_secret().to_owned());
        Self { name, recipient, test_key: true, secret, sealed: None }
    }

    /// A key sealed under a passphrase.
    pub fn seal(
        name: &str,
        key: &Identity,
        passphrase: SecretString,
    ) -> Result<Self, KeyFileError> {
        let (name, recipient) = (name.to_owned(), key.to_public().to_string());
        let sealed = seal(key.to_string().expose_secret().as_bytes(), passphrase);
        let sealed = sealed.map_err(|detail| KeyFileError::Vault {
            recipient: recipient.clone(),
            detail: detail.to_string(),
        })?;
        Ok(Self { name, recipient, test_key: false, secret: None, sealed: Some(sealed) })
    }

    /// Reads a vault key file that nobody else may read.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        if private::foreign_bits(path).map_err(io(path))? != 0 {
            return Err(KeyFileError::Readable(path.to_owned()));
        }
        let text = std::fs::read_to_string(path).map_err(io(path))?;
        let malformed = |detail| KeyFileError::Malformed { path: path.to_owned(), detail };
        // The error's own text would quote the line at fault, and that line may be a secret.
        let file: Self =
            toml::from_str(&text).map_err(|error| malformed(error.message().to_owned()))?;
        match (file.test_key, &file.secret, &file.sealed) {
            (true, Some(_), None) | (_, None, Some(_)) => Ok(file),
            _ => Err(malformed(
                "it holds either a sealed key, or a secret and `test_key = true`".into(),
            )),
        }
    }

    /// True if no passphrase is needed.
    pub fn is_plain(&self) -> bool {
        self.sealed.is_none()
    }

    /// The same key sealed under a passphrase; a test key stays marked as one.
    pub fn sealed_again(
        &self,
        unlock: &Unlock,
        passphrase: SecretString,
    ) -> Result<Self, KeyFileError> {
        let key = self.open(Mode::Demo, unlock)?;
        Ok(Self { test_key: self.test_key, ..Self::seal(&self.name, &key, passphrase)? })
    }

    /// Puts this in the place of a file that is there, whole or not at all.
    pub fn replace(&self, path: &Path) -> Result<(), KeyFileError> {
        private::replace(path, &self.text(path)?).map_err(io(path))
    }

    /// Writes a new file with mode 0600; one that is there stays.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyFileError> {
        private::write_new(path, &self.text(path)?).map_err(io(path))
    }

    fn text(&self, path: &Path) -> Result<String, KeyFileError> {
        let note = if self.test_key { TEST_NOTE } else { SEALED_NOTE };
        let body = toml::to_string(self).map_err(|_| KeyFileError::Malformed {
            path: path.to_owned(),
            detail: "it cannot be written as TOML".into(),
        })?;
        Ok(format!("{note}{body}"))
    }

    /// The key, for a chain of this mode.
    pub fn open(&self, mode: Mode, unlock: &Unlock) -> Result<Identity, KeyFileError> {
        let stuck =
            |detail: String| KeyFileError::Vault { recipient: self.recipient.clone(), detail };
        if self.test_key && mode == Mode::Production {
            return Err(stuck("it is a test key, and this chain is in production mode".into()));
        }
        let text = match (&self.secret, &self.sealed) {
            (Some(secret), _) => SecretString::from(secret.clone()),
            (None, Some(sealed)) => {
                let passphrase = unlock.passphrase().map_err(stuck)?;
                let bytes = unseal(sealed, passphrase).map_err(|error| stuck(error.to_string()))?;
                let text = String::from_utf8(bytes);
                SecretString::from(text.map_err(|_| stuck("what is sealed is no key".into()))?)
            }
            (None, None) => return Err(stuck("the file holds no key".into())),
        };
        let key: Result<Identity, _> = text.expose_secret().parse();
        let key = key.map_err(|_| stuck("its secret is no key".into()))?;
        if key.to_public().to_string() != self.recipient {
            return Err(stuck("the secret in it is that of another key".into()));
        }
        Ok(key)
    }
}
