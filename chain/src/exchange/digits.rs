// SPDX-License-Identifier: Apache-2.0
//! The ten digits of a verification code (运力验证码): the number of the node that answers, then eight that
//! nobody can guess.

use std::fmt;
use std::str::FromStr;

use crate::codec::{Decode, Encode};
use crate::domain;
use crate::hash::Hash;
use crate::text::{TextError, text_serde};

/// All numbers of ten digits.
const END: u64 = 10_000_000_000;
/// All numbers of the last eight.
const TAIL: u64 = 100_000_000;

/// Ten digits. Whoever has them sees data: they are never printed by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
pub struct Digits(u64);

impl Digits {
    /// Those of a node and of a number drawn for it; none for a node whose number has not two digits, or
    /// for a number that has more than eight.
    pub fn new(node: u32, drawn: u64) -> Option<Self> {
        let fits = (1..=99).contains(&node) && drawn < TAIL;
        fits.then(|| Self(u64::from(node) * TAIL + drawn))
    }

    /// The number of the node that answers; 0 is none.
    pub fn node(self) -> u32 {
        (self.0 / TAIL) as u32
    }
}

/// The digest by which a verification code is known to the chain: nothing without its salt, which the
/// node keeps. SHA-256(tag ‖ salt (32 bytes) ‖ ten ASCII digits).
pub fn shown_digest(salt: &[u8; 32], digits: Digits) -> Hash {
    Hash::tagged(domain::DIGITS, &[salt, digits.to_string().as_bytes()])
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits")
    }
}

const EXPECTED: &str = "ten digits";

impl FromStr for Digits {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let wrong = || TextError::new(EXPECTED, "");
        let are_digits = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit());
        let number = if are_digits { text.parse().ok() } else { None };
        number.map(Self).ok_or_else(wrong)
    }
}

text_serde!(Digits, "ten digits", r"^[0-9]{10}$", "0123456789");

impl<C> Decode<C> for Digits {
    fn decode<D: bincode::de::Decoder<Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        let number = u64::decode(decoder)?;
        let too_many = || bincode::error::DecodeError::Other("more than ten digits");
        if number < END { Ok(Self(number)) } else { Err(too_many()) }
    }
}

bincode::impl_borrow_decode!(Digits);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::codec;

    #[test]
    fn digits_name_their_node_and_read_back() {
        let digits = Digits::new(7, 42).unwrap();
        assert_eq!((digits.to_string().as_str(), digits.node()), ("0700000042", 7));
        assert_eq!("0700000042".parse::<Digits>().unwrap(), digits);
        assert_eq!(format!("{digits:?}"), "Digits");
        for (node, drawn) in [(0, 1), (100, 1), (1, 100_000_000)] {
            assert!(Digits::new(node, drawn).is_none(), "{node} {drawn}");
        }
        for wrong in ["", "070000004", "07000000422", "07000000 2", "+700000042", "070000004二"] {
            assert!(wrong.parse::<Digits>().is_err(), "{wrong}");
        }
        let decode = |number: u64| codec::decode::<Digits>(&number.to_le_bytes(), 8);
        assert!(decode(9_999_999_999).is_ok() && decode(10_000_000_000).is_err());
    }

    #[test]
    fn another_salt_or_digit_makes_another_digest() {
        let digest = |salt, drawn| shown_digest(&[salt; 32], Digits::new(1, drawn).unwrap());
        assert_ne!(digest(1, 1), digest(2, 1));
        assert_ne!(digest(1, 1), digest(1, 2));
    }
}
