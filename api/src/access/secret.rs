// SPDX-License-Identifier: Apache-2.0
//! An API key: a name and a secret in one text. Here only the digest of the secret is ever kept, and it is
//! compared in constant time. Never reads or writes a file.

use std::fmt;
use std::str::FromStr;

use chain::text::{TextError, crockford, hex_array, parse_crockford};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What every API key begins with, so that a search for leaked ones finds them.
const PREFIX: &str = "dyk_";
/// Before the secret where it is hashed: SHA-256 of this, the key's id and its secret.
const TAG: &[u8] = b"dianyun/api-key/1";

/// Reads and writes a type as its text.
macro_rules! by_text {
    ($type:ty) => {
        impl TryFrom<String> for $type {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    };
}

/// The name of an API key: 128 random bits, `dyk_` and 26 Crockford symbols as text. It is no secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId([u8; 16]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", crockford(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let id = text.strip_prefix(PREFIX).and_then(parse_crockford);
        id.map(Self).ok_or_else(|| TextError::new("the id of an API key, dyk_…", text))
    }
}

by_text!(KeyId);

/// An API key in the clear: `dyk_<id>.<secret>`, the secret 64 hexadecimal digits of 32 random bytes. It
/// is shown once, where it is made, and has no `Display`, so that no log line holds one by accident.
pub struct ApiKey {
    id: KeyId,
    secret: [u8; 32],
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.(secret)", self.id)
    }
}

impl ApiKey {
    /// A new one out of 48 random bytes.
    pub fn of(random: [u8; 48]) -> Self {
        let (mut id, mut secret) = ([0; 16], [0; 32]);
        id.copy_from_slice(&random[..16]);
        secret.copy_from_slice(&random[16..]);
        Self { id: KeyId(id), secret }
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The whole of it, to be shown once.
    pub fn reveal(&self) -> String {
        format!("{}.{}", self.id, hex::encode(self.secret))
    }

    /// What is kept of it.
    pub fn digest(&self) -> SecretDigest {
        let hasher = Sha256::new_with_prefix(TAG).chain_update(self.id.0).chain_update(self.secret);
        SecretDigest(hasher.finalize().into())
    }
}

impl FromStr for ApiKey {
    type Err = TextError;

    /// The error never shows the text: it may hold a secret.
    fn from_str(text: &str) -> Result<Self, TextError> {
        let wrong = || TextError::new("an API key, dyk_….…", "(not shown)");
        let (id, secret) = text.split_once('.').ok_or_else(wrong)?;
        let id = id.parse().map_err(|_| wrong())?;
        Ok(Self { id, secret: hex_array(secret, "64 hexadecimal digits").map_err(|_| wrong())? })
    }
}

/// The SHA-256 digest of a secret: 32 bytes, 64 hexadecimal digits as text. The secret has 256 random
/// bits, so that a slow hash would add nothing.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecretDigest([u8; 32]);

impl PartialEq for SecretDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretDigest {}

impl fmt::Display for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for SecretDigest {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        hex_array(text, "a digest of 64 lower-case hexadecimal digits").map(Self)
    }
}

by_text!(SecretDigest);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key() -> ApiKey {
        let mut random = [0; 48];
        for (place, byte) in random.iter_mut().enumerate() {
            *byte = place as u8;
        }
        ApiKey::of(random)
    }

    #[test]
    fn a_key_is_read_back_from_what_was_shown_of_it() {
        let read: ApiKey = key().reveal().parse().unwrap();
        assert_eq!((read.id(), read.digest()), (key().id(), key().digest()));
    }

    #[test]
    fn another_secret_or_another_id_gives_another_digest() {
        for changed in [0, 15, 16, 47] {
            let mut random = [7; 48];
            let before = ApiKey::of(random).digest();
            random[changed] ^= 1;
            assert_ne!(ApiKey::of(random).digest(), before, "byte {changed}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_never_shown() {
        let whole = key().reveal();
        let upper = whole.to_uppercase();
        for text in ["", "dyk_", ".", &whole[1..], &whole[..whole.len() - 1], upper.as_str()] {
            let error = text.parse::<ApiKey>().unwrap_err().to_string();
            assert!(!error.contains(&whole[40..50]), "{error}");
        }
        assert!(!format!("{:?}", key()).contains("2f"));
    }
}
