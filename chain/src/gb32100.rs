// SPDX-License-Identifier: Apache-2.0
//! GB 32100-2015: unified social credit codes, and the code ids that borrow their alphabet and check.

use std::fmt;
use std::str::FromStr;

use crate::codec::{Decode, Encode};
use crate::hash::Hash;
use crate::text::{TextError, text_serde};

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const FIRST_PAIRS: [&str; 12] =
    ["11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93", "Y1"];
const EXPECTED: &str = "a unified social credit code of 18 symbols (GB 32100)";

fn value(symbol: u8) -> Option<usize> {
    ALPHABET.iter().position(|s| *s == symbol)
}

/// The check symbol behind `symbols` by the GB 32100 rule: weights 3^i mod 31, from the first symbol on.
/// None if a symbol is not of the alphabet.
pub fn check_symbol(symbols: &[u8]) -> Option<u8> {
    let mut weight = 1;
    let mut sum = 0;
    for symbol in symbols {
        sum += value(*symbol)? * weight;
        weight = weight * 3 % 31;
    }
    Some(ALPHABET[(31 - sum % 31) % 31])
}

/// The check symbol of an organisation code (GB 11714) of 8 symbols.
fn inner_check(symbols: &[u8]) -> Option<u8> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let mut sum = 0;
    for (symbol, weight) in symbols.iter().zip(WEIGHTS) {
        sum += char::from(*symbol).to_digit(36)? * weight;
    }
    Some(match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    })
}

/// 15 ASCII characters and a zero byte: the code id that a hash gives.
pub(crate) fn code_bytes(hash: &Hash) -> [u8; 16] {
    let mut out = [0; 16];
    out[..2].copy_from_slice(b"53");
    // 62 bits of the hash for 12 symbols of 31: the bias is below 2^-2 of one part in 2^59.
    let mut number = u64::from_be_bytes([
        hash.0[0], hash.0[1], hash.0[2], hash.0[3], hash.0[4], hash.0[5], hash.0[6], hash.0[7],
    ]);
    for symbol in out[2..14].iter_mut().rev() {
        *symbol = ALPHABET[(number % 31) as usize];
        number /= 31;
    }
    out[14] = check_symbol(&out[..14]).unwrap_or(b'0');
    out
}

/// Parses a code id, folding lower case and nothing else.
pub(crate) fn parse_code(text: &str) -> Option<[u8; 16]> {
    let upper = text.to_ascii_uppercase();
    let symbols = upper.as_bytes();
    if symbols.len() != 15 || !symbols.starts_with(b"53") {
        return None;
    }
    if check_symbol(&symbols[..14])? != symbols[14] {
        return None;
    }
    let mut out = [0; 16];
    out[..15].copy_from_slice(symbols);
    Some(out)
}

/// A unified social credit code (GB 32100-2015): 18 symbols with both checks right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
pub struct CreditCode([u8; 18]);

impl CreditCode {
    /// True for a one-man business (92), whose code counts as personal data.
    pub fn is_personal(&self) -> bool {
        self.0.starts_with(b"92")
    }

    /// The 18 symbols.
    pub fn as_bytes(&self) -> &[u8; 18] {
        &self.0
    }
}

impl FromStr for CreditCode {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        parse_credit(text).map(Self).ok_or_else(|| TextError::new(EXPECTED, text))
    }
}

fn parse_credit(text: &str) -> Option<[u8; 18]> {
    let symbols: [u8; 18] = text.as_bytes().try_into().ok()?;
    let pair = std::str::from_utf8(&symbols[..2]).ok()?;
    let region = symbols[2..8].iter().all(u8::is_ascii_digit);
    let right = FIRST_PAIRS.contains(&pair)
        && region
        && inner_check(&symbols[8..16])? == symbols[16]
        && check_symbol(&symbols[..17])? == symbols[17];
    right.then_some(symbols)
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}

impl fmt::Debug for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<C> Decode<C> for CreditCode {
    fn decode<D: bincode::de::Decoder<Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        let bytes = <[u8; 18]>::decode(decoder)?;
        let text = String::from_utf8_lossy(&bytes);
        text.parse().map_err(|e: TextError| bincode::error::DecodeError::OtherString(e.to_string()))
    }
}

bincode::impl_borrow_decode!(CreditCode);

text_serde!(
    CreditCode,
    "a unified social credit code of 18 symbols (GB 32100)",
    r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$",
    "91539901MA00TE5T2W"
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ids::{CodeId, TransactionId};

    #[test]
    fn credit_codes_follow_both_checks() {
        for text in
            ["91539901MA00TE5T2W", "92539903MA0QDY012D", "91539906MA0FRT998J", "11539900000000019L"]
        {
            assert!(text.parse::<CreditCode>().is_ok(), "{text}");
        }
        for text in
            ["91539901MA00TE5T2X", "91539901MO00TE5T2W", "91539901MA00TE5T2", "91539901MA00TE5T0N"]
        {
            assert!(text.parse::<CreditCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_code_id_folds_lower_case_and_nothing_else() {
        let id = CodeId::made_by(TransactionId(Hash::of(b"x")));
        let text = id.to_string();
        assert_eq!(text.to_lowercase().parse::<CodeId>().unwrap(), id);
        assert_eq!(CodeId::from_record(id.record()).unwrap(), id);
        assert!(format!(" {text}").parse::<CodeId>().is_err());
        let mut wrong = text.into_bytes();
        wrong[5] = if wrong[5] == b'A' { b'B' } else { b'A' };
        assert!(String::from_utf8(wrong).unwrap().parse::<CodeId>().is_err());
    }
}
