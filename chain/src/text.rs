// SPDX-License-Identifier: Apache-2.0
//! Text forms: lower-case hexadecimal, Crockford base 32, bounded texts, and serde by text form.
//!
//! One value has one text; whatever else is written is refused, never folded.

use std::fmt;
use std::str::FromStr;

use crate::codec::{Decode, Encode};

/// Why a text is not the value it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {expected}")]
pub struct TextError {
    /// What was expected, in words.
    pub expected: &'static str,
    /// What was found, cut to 64 characters.
    pub found: String,
}

impl TextError {
    /// An error that names what was expected and shows what was found.
    pub fn new(expected: &'static str, found: &str) -> Self {
        Self { expected, found: found.chars().take(64).collect() }
    }
}

/// Parses exactly 2·N lower-case hexadecimal digits.
pub fn hex_array<const N: usize>(text: &str, expected: &'static str) -> Result<[u8; N], TextError> {
    let lower = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let mut out = [0; N];
    if !lower || hex::decode_to_slice(text, &mut out).is_err() {
        return Err(TextError::new(expected, text));
    }
    Ok(out)
}

/// Parses any number of pairs of lower-case hexadecimal digits.
pub fn hex_bytes(text: &str) -> Result<Vec<u8>, TextError> {
    let lower = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let bytes = hex::decode(text).ok().filter(|_| lower);
    bytes.ok_or_else(|| TextError::new("pairs of lower-case hexadecimal digits", text))
}

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 128 bits as 26 Crockford symbols in lower case, most significant first.
pub fn crockford(bytes: &[u8; 16]) -> String {
    let number = u128::from_be_bytes(*bytes);
    (0..26)
        .rev()
        .map(|group| char::from(CROCKFORD[((number >> (group * 5)) & 31) as usize]))
        .collect()
}

/// Parses 26 Crockford symbols in lower case; the first is at most `7`.
pub fn parse_crockford(text: &str) -> Option<[u8; 16]> {
    if text.len() != 26 {
        return None;
    }
    let mut number = 0_u128;
    for (i, symbol) in text.bytes().enumerate() {
        let value = CROCKFORD.iter().position(|c| *c == symbol)? as u128;
        if i == 0 && value > 7 {
            return None;
        }
        number = (number << 5) | value;
    }
    Some(number.to_be_bytes())
}

/// A text of 1 to `MAX` bytes of UTF-8 without control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
pub struct Text<const MAX: usize>(String);

/// A name of an organisation or the like: at most 120 bytes.
pub type Name = Text<120>;
/// A short word such as a reason code or a field's name: at most 40 bytes.
pub type Word = Text<40>;

impl<const MAX: usize> Text<MAX> {
    /// Checks length and characters.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if text.is_empty() || text.len() > MAX || text.chars().any(char::is_control) {
            return Err(TextError::new(
                "a text of allowed length without control characters",
                &text,
            ));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Most digits of a reason code: too few for a number that is somebody's.
const REASON_DIGITS: usize = 4;

impl Word {
    /// True of a reason code: a lower-case letter, then lower-case letters, digits and underscores, with at
    /// most 4 digits in all. Everybody who holds the blocks reads reasons: there is no room for a name,
    /// a telephone number or a plate in them.
    pub fn is_reason_code(&self) -> bool {
        let is_of_code = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_');
        let digits = self.0.bytes().filter(u8::is_ascii_digit).count();
        self.0.starts_with(|first: char| first.is_ascii_lowercase())
            && self.0.bytes().all(is_of_code)
            && digits <= REASON_DIGITS
    }
}

impl<const MAX: usize> FromStr for Text<MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const MAX: usize, C> Decode<C> for Text<MAX> {
    fn decode<D: bincode::de::Decoder<Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        let text = String::decode(decoder)?;
        Self::new(text).map_err(|e| bincode::error::DecodeError::OtherString(e.to_string()))
    }
}

impl<'de, const MAX: usize, C> bincode::BorrowDecode<'de, C> for Text<MAX> {
    fn borrow_decode<D: bincode::de::BorrowDecoder<'de, Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        Decode::decode(decoder)
    }
}

impl<const MAX: usize> serde::Serialize for Text<MAX> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MAX: usize> serde::Deserialize<'de> for Text<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(text).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl<const MAX: usize> utoipa::PartialSchema for Text<MAX> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        crate::openapi::bounded(MAX)
    }
}

#[cfg(feature = "openapi")]
impl<const MAX: usize> utoipa::ToSchema for Text<MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Text{MAX}").into()
    }
}

/// Gives a type with `Display` and `FromStr` serde (and an OpenAPI schema) by its text form: what is
/// expected in words and as a pattern, and a valid text.
macro_rules! text_serde {
    ($type:ty, $expected:expr, $pattern:expr, $example:expr) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                crate::openapi::text($expected, $pattern, $example)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $type {}
    };
}
pub(crate) use text_serde;
