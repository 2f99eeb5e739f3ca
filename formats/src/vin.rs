// SPDX-License-Identifier: Apache-2.0
//! Vehicle identification numbers, ISO 3779 and GB 16735-2019.
//! Never folds letters: a VIN with a lower-case letter is another text.

use super::{FormatError, Mode, admit, ascii_of_length};

/// Maker's prefix that is not known to be allotted: what invented vehicles carry.
pub const SYNTHETIC_MAKER: &str = "LX0";
const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const YEARS: &str = "ABCDEFGHJKLMNPRSTVWXY123456789";

/// Checks form, check symbol and mode.
pub fn check(vin: &str, mode: Mode) -> Result<(), FormatError> {
    check_form(vin)?;
    admit(mode, vin.starts_with(SYNTHETIC_MAKER))
}

/// Checks form and check symbol.
pub fn check_form(vin: &str) -> Result<(), FormatError> {
    ascii_of_length(vin, 17)?;
    let expected = check_symbol(vin)?;
    if vin.chars().nth(8) == Some(expected) { Ok(()) } else { Err(FormatError::Check) }
}

/// Makes the VIN of an invented vehicle: five symbols of description, year and serial.
pub fn make(description: &str, year: u64, serial: u32) -> Result<String, FormatError> {
    ascii_of_length(description, 5)?;
    let plant = char::from(b'0' + (serial / 1_000_000 % 10) as u8);
    let year = year_symbol(year);
    let blank = format!("{SYNTHETIC_MAKER}{description}0{year}{plant}{:06}", serial % 1_000_000);
    let check = check_symbol(&blank)?;
    Ok(format!("{}{check}{}", &blank[..8], &blank[9..]))
}

/// The symbol of a model year; it comes round every thirty years.
pub fn year_symbol(year: u64) -> char {
    char::from(YEARS.as_bytes()[(year % 30) as usize])
}

fn check_symbol(vin: &str) -> Result<char, FormatError> {
    let mut sum = 0;
    for (symbol, weight) in vin.chars().zip(WEIGHTS) {
        sum += value(symbol)? * weight;
    }
    Ok(match sum % 11 {
        10 => 'X',
        digit => char::from(b'0' + digit as u8),
    })
}

fn value(symbol: char) -> Result<u32, FormatError> {
    Ok(match symbol {
        '0'..='9' => symbol as u32 - '0' as u32,
        'A'..='H' => symbol as u32 - 'A' as u32 + 1,
        'J'..='N' => symbol as u32 - 'J' as u32 + 1,
        'P' => 7,
        'R' => 9,
        'S'..='Z' => symbol as u32 - 'S' as u32 + 2,
        'a'..='z' => return Err(FormatError::Case),
        _ => return Err(FormatError::Alphabet),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_published_numbers_pass() {
        let own =
            ["LX0AB3CD5T0000001", "LX0KL5MN1S1A00027", "LX0PR7TV5R2B00315", "LX0AB3CDXT0000009"];
        for vin in own {
            assert_eq!(check(vin, Mode::Demo), Ok(()), "{vin}");
            assert_eq!(check(vin, Mode::Production), Err(FormatError::Synthetic));
        }
        for vin in ["1M8GDM9AXKP042788", "11111111111111111"] {
            assert_eq!(check(vin, Mode::Production), Ok(()), "{vin}");
            assert_eq!(check(vin, Mode::Demo), Err(FormatError::NotSynthetic));
        }
    }

    #[test]
    fn the_published_wrong_numbers_fail_for_their_reason() {
        let cases = [
            ("LX0AB3CDXT0000001", FormatError::Check),
            ("LX0AB3CD5T0000002", FormatError::Check),
            ("LX0ABICD5T0000001", FormatError::Alphabet),
            ("LX0AB3CD5T000000", FormatError::Length),
            ("LX0AB3CD5T000000O", FormatError::Alphabet),
            ("lX0AB3CD5T0000001", FormatError::Case),
        ];
        for (vin, reason) in cases {
            assert_eq!(check(vin, Mode::Demo), Err(reason), "{vin}");
        }
    }

    #[test]
    fn the_maker_makes_the_published_numbers() {
        assert_eq!(make("AB3CD", 2026, 1).unwrap(), "LX0AB3CD5T0000001");
        assert_eq!(make("AB3CD", 2026, 9).unwrap(), "LX0AB3CDXT0000009");
    }

    #[test]
    fn model_years_follow_the_published_table() {
        let years = [(2018, 'J'), (2019, 'K'), (2020, 'L'), (2021, 'M'), (2022, 'N')];
        let later = [(2023, 'P'), (2024, 'R'), (2025, 'S'), (2026, 'T'), (2027, 'V')];
        for (year, symbol) in years.into_iter().chain(later) {
            assert_eq!(year_symbol(year), symbol);
        }
    }
}
