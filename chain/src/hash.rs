// SPDX-License-Identifier: Apache-2.0
//! SHA-256 digests: 32 bytes, written as 64 lower-case hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::codec::{Decode, Encode};
use crate::domain::Tag;
use crate::text::{TextError, text_serde};

/// A SHA-256 digest (FIPS 180-4), 32 bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The digest of 32 zero bytes' place: "none yet".
    pub const ZERO: Self = Self([0; 32]);

    /// SHA-256 of the bytes as they are.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// SHA-256 of a domain tag and the parts behind it, joined without separators.
    pub fn tagged(tag: Tag, parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(tag.0);
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The first 16 bytes, as record ids take them.
    pub fn half(&self) -> [u8; 16] {
        let mut half = [0; 16];
        half.copy_from_slice(&self.0[..16]);
        half
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        crate::text::hex_array(text, "a hash of 64 lower-case hexadecimal digits").map(Self)
    }
}

text_serde!(
    Hash,
    "a hash of 64 lower-case hexadecimal digits",
    r"^[0-9a-f]{64}$",
    // SHA-256 of "abc" (FIPS 180-4).
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
);
