// SPDX-License-Identifier: Apache-2.0
//! Key files: TOML, mode 0600, the seed sealed with `age` under a passphrase. Test keys may be plain,
//! say so in the file, and never open in production mode. No message shows what a file holds.

use std::io::Read as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString;
use chain::genesis::Mode;
use chain::keys::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};

use crate::private;
use crate::unlock::Unlock;

/// Work factor of scrypt: 2^16 blocks, 64 MiB, about a quarter of a second.
const WORK_FACTOR: u8 = 16;
/// Longest secret that is sealed, in bytes: a seed, or the text of a vault key.
const SECRET_BYTES: u64 = 128;
const SEALED_NOTE: &str = "# A key of Dianyun Chain, sealed with age (scrypt). Back it up; it \
                           cannot be made again.\n";
const TEST_NOTE: &str = "# TEST KEY of Dianyun Chain: for invented data alone. Production mode \
                         refuses it.\n";

/// What is wrong with a key file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error("key file {}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others may read it.
    #[error("key file {} may be read by others: chmod 600 it", .0.display())]
    Readable(PathBuf),
    /// It is no key file.
    #[error("{} is no key file: {detail}", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// A test key where real people are meant.
    #[error(
        "key {0} is a test key, and this chain is in production mode: make a real one with `dianyun keys new`"
    )]
    TestKey(PublicKey),
    /// A real key is never written in plain.
    #[error(
        "key {0} is no test key, so it stays sealed: `dianyun keys encrypt` changes its passphrase"
    )]
    NeverPlain(PublicKey),
    /// It is sealed and stays so.
    #[error("key {public} stays sealed: {detail}")]
    Sealed {
        /// Which.
        public: PublicKey,
        /// Why.
        detail: String,
    },
    /// A vault key cannot be used.
    #[error("vault key {recipient} cannot be used: {detail}")]
    Vault {
        /// Which, by its public text.
        recipient: String,
        /// Why.
        detail: String,
    },
    /// The random source of the system failed.
    #[error("the system's random source failed: {0}")]
    Random(String),
}

/// A key file's content.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// What its owner calls it.
    pub name: String,
    /// The public key.
    pub public: PublicKey,
    /// True for a key of a test, plain or sealed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test_key: bool,
    /// The seed of a plain test key: 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
    /// The seed of a sealed key: an age file in its armour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
}

/// A new key from the system's random source.
pub fn new_key() -> Result<SecretKey, KeyFileError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| KeyFileError::Random(error.to_string()))?;
    Ok(SecretKey::from_seed(&seed))
}

impl KeyFile {
    /// A plain key, marked as a test key.
    pub fn test(name: &str, key: &SecretKey) -> Self {
        Self {
            name: name.to_owned(),
            public: key.public(),
            test_key: true,
            seed: Some(hex::encode(key.seed())),
            sealed: None,
        }
    }

    /// A key sealed under a passphrase.
    pub fn seal(
        name: &str,
        key: &SecretKey,
        passphrase: SecretString,
    ) -> Result<Self, KeyFileError> {
        let public = key.public();
        let sealed = seal(&key.seed(), passphrase)
            .map_err(|detail| KeyFileError::Sealed { public, detail: detail.to_string() })?;
        Ok(Self {
            name: name.to_owned(),
            public,
            test_key: false,
            seed: None,
            sealed: Some(sealed),
        })
    }

    /// Reads a key file that nobody else may read.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        if private::foreign_bits(path).map_err(io(path))? != 0 {
            return Err(KeyFileError::Readable(path.to_owned()));
        }
        let text = std::fs::read_to_string(path).map_err(io(path))?;
        let malformed = |detail| KeyFileError::Malformed { path: path.to_owned(), detail };
        // The error's own text would quote the line at fault, and that line may be a secret.
        let file: Self =
            toml::from_str(&text).map_err(|error| malformed(error.message().to_owned()))?;
        match (file.test_key, &file.seed, &file.sealed) {
            (true, Some(_), None) | (_, None, Some(_)) => Ok(file),
            _ => Err(malformed(
                "it holds either a sealed key, or a seed and `test_key = true`".into(),
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

    /// The same test key in plain; any other key stays sealed.
    pub fn plain(&self, unlock: &Unlock) -> Result<Self, KeyFileError> {
        if !self.test_key {
            return Err(KeyFileError::NeverPlain(self.public));
        }
        Ok(Self::test(&self.name, &self.open(Mode::Demo, unlock)?))
    }

    /// Writes a new file with mode 0600; one that is there stays.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyFileError> {
        private::write_new(path, &self.text(path)?).map_err(io(path))
    }

    /// Puts this in the place of a file that is there, whole or not at all.
    pub fn replace(&self, path: &Path) -> Result<(), KeyFileError> {
        private::replace(path, &self.text(path)?).map_err(io(path))
    }

    fn text(&self, path: &Path) -> Result<String, KeyFileError> {
        let note = if self.test_key { TEST_NOTE } else { SEALED_NOTE };
        let body = toml::to_string(self).map_err(|_| KeyFileError::Malformed {
            path: path.to_owned(),
            detail: "it cannot be written as TOML".into(),
        })?;
        Ok(format!("{note}{body}"))
    }

    /// The secret key, for a chain of this mode.
    pub fn open(&self, mode: Mode, unlock: &Unlock) -> Result<SecretKey, KeyFileError> {
        if self.test_key && mode == Mode::Production {
            return Err(KeyFileError::TestKey(self.public));
        }
        let stuck = |detail| KeyFileError::Sealed { public: self.public, detail };
        let seed = match (&self.seed, &self.sealed) {
            (Some(seed), _) => hex::decode(seed).map_err(|_| stuck("its seed is no hex".into()))?,
            (None, Some(sealed)) => {
                let passphrase = unlock.passphrase().map_err(stuck)?;
                unseal(sealed, passphrase).map_err(|error| stuck(error.to_string()))?
            }
            (None, None) => return Err(stuck("the file holds no seed".into())),
        };
        let seed = seed.try_into().map_err(|_| stuck("its seed has not 32 bytes".into()))?;
        let key = SecretKey::from_seed(&seed);
        if key.public() != self.public {
            return Err(stuck("the seed in it is that of another key".into()));
        }
        Ok(key)
    }
}

pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> KeyFileError {
    let path = path.to_owned();
    move |source| KeyFileError::Io { path, source }
}

pub(crate) fn seal(
    seed: &[u8],
    passphrase: SecretString,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut recipient = age::scrypt::Recipient::new(passphrase);
    recipient.set_work_factor(WORK_FACTOR);
    let recipient: &dyn age::Recipient = &recipient;
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient))?;
    let mut out = Vec::new();
    let armour = ArmoredWriter::wrap_output(&mut out, Format::AsciiArmor)?;
    let mut writer = encryptor.wrap_output(armour)?;
    writer.write_all(seed)?;
    writer.finish()?.finish()?;
    Ok(String::from_utf8(out)?)
}

pub(crate) fn unseal(
    sealed: &str,
    passphrase: SecretString,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut identity = age::scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(WORK_FACTOR + 4);
    let decryptor = age::Decryptor::new(ArmoredReader::new(sealed.as_bytes()))?;
    let identity: &dyn age::Identity = &identity;
    let mut seed = Vec::new();
    decryptor.decrypt(std::iter::once(identity))?.take(SECRET_BYTES).read_to_end(&mut seed)?;
    Ok(seed)
}
