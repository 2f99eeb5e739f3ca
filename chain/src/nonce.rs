// SPDX-License-Identifier: Apache-2.0
//! A nonce: 16 random bytes that make a transaction or statement unlike any other.

use std::fmt;
use std::str::FromStr;

use crate::codec::{Decode, Encode};
use crate::text::{TextError, hex_array, text_serde};

/// 16 bytes; as text 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Nonce(pub [u8; 16]);

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Nonce {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        hex_array(text, "a nonce of 32 lower-case hexadecimal digits").map(Self)
    }
}

text_serde!(
    Nonce,
    "a nonce of 32 lower-case hexadecimal digits",
    r"^[0-9a-f]{32}$",
    "00112233445566778899aabbccddeeff"
);
