// SPDX-License-Identifier: Apache-2.0
//! Unified social credit codes, GB 32100-2015, with the organisation code GB 11714 inside.
//! Never accepts a code whose outer check is right and whose inner check is wrong.

use chain::gb32100;

use super::{FormatError, Mode, SYNTHETIC_REGION, admit, ascii_of_length};

/// The 31 symbols, in the order of their values.
pub const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const INNER: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const KINDS: [&str; 12] = ["11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93", "Y1"];

/// What a credit code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uscc {
    /// Department and kind, as `91` for a company.
    pub kind: String,
    /// Six digits of the region of registration.
    pub region: String,
    /// The organisation code with its own check symbol.
    pub organisation: String,
}

impl Uscc {
    /// One-man businesses count as persons.
    pub fn is_personal(&self) -> bool {
        self.kind == "92"
    }
}

/// Checks a code, outer and inner, and the mode.
pub fn check(code: &str, mode: Mode) -> Result<Uscc, FormatError> {
    ascii_of_length(code, 18)?;
    if code.bytes().any(|symbol| symbol.is_ascii_lowercase()) {
        return Err(FormatError::Case);
    }
    if !code.chars().all(|symbol| ALPHABET.contains(symbol)) {
        return Err(FormatError::Alphabet);
    }
    if !KINDS.contains(&&code[..2]) {
        return Err(FormatError::Kind);
    }
    let region = &code[2..8];
    super::digits(region)?;
    if code.as_bytes()[17] != outer_check(&code[..17])? {
        return Err(FormatError::Check);
    }
    if code.as_bytes()[16] != inner_check(&code[8..16])? as u8 {
        return Err(FormatError::InnerCheck);
    }
    admit(mode, region.starts_with(SYNTHETIC_REGION))?;
    Ok(Uscc {
        kind: code[..2].to_owned(),
        region: region.to_owned(),
        organisation: code[8..17].to_owned(),
    })
}

/// Makes a code of kind, region and the eight symbols of an organisation code.
pub fn make(kind: &str, region: &str, organisation: &str) -> Result<String, FormatError> {
    ascii_of_length(organisation, 8)?;
    let body = format!("{kind}{region}{organisation}{}", inner_check(organisation)?);
    ascii_of_length(&body, 17)?;
    let check = char::from(outer_check(&body)?);
    Ok(format!("{body}{check}"))
}

/// The symbol of a value below 31.
pub fn symbol(value: usize) -> char {
    char::from(ALPHABET.as_bytes()[value % 31])
}

fn outer_check(body: &str) -> Result<u8, FormatError> {
    gb32100::check_symbol(body.as_bytes()).ok_or(FormatError::Alphabet)
}

/// GB 11714 counts letters from A = 10 through the whole Latin alphabet.
fn inner_check(organisation: &str) -> Result<char, FormatError> {
    let mut sum = 0;
    for (symbol, weight) in organisation.chars().zip(INNER) {
        sum += symbol.to_digit(36).ok_or(FormatError::Alphabet)? as usize * weight;
    }
    Ok(match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_published_codes_pass() {
        let codes = [
            "91539901MA00TE5T2W",
            "92539903MA0QDY012D",
            "91539906MA0FRT998J",
            "11539900000000019L",
        ];
        for code in codes {
            let read = check(code, Mode::Demo).unwrap();
            assert_eq!(make(&read.kind, &read.region, &read.organisation[..8]).unwrap(), code);
            assert_eq!(read.is_personal(), code.starts_with("92"));
            assert_eq!(check(code, Mode::Production), Err(FormatError::Synthetic));
        }
    }

    #[test]
    fn the_published_wrong_codes_fail_for_their_reason() {
        let cases = [
            ("91539901MA00TE5T2X", FormatError::Check),
            ("91539901MO00TE5T2W", FormatError::Alphabet),
            ("91539901MA00TE5T2", FormatError::Length),
            ("91539901MA00TE5T0N", FormatError::InnerCheck),
            ("91539901ma00TE5T2W", FormatError::Case),
            ("94539901MA00TE5T2W", FormatError::Kind),
            ("9153990AMA00TE5T2W", FormatError::Alphabet),
        ];
        for (code, reason) in cases {
            assert_eq!(check(code, Mode::Demo), Err(reason), "{code}");
        }
    }

    #[test]
    fn a_real_region_belongs_to_production() {
        let code = make("91", "530102", "MA00TE5T").unwrap();
        assert!(check(&code, Mode::Production).is_ok());
        assert_eq!(check(&code, Mode::Demo), Err(FormatError::NotSynthetic));
    }
}
