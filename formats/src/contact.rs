// SPDX-License-Identifier: Apache-2.0
//! Mobile numbers and bank cards (ISO/IEC 7812-1, Luhn).
//! Never says whose they are; a card is sensitive and never goes on chain.

use super::{FormatError, Mode, admit, digits};

/// Prefix that no network serves: what invented people dial.
pub const SYNTHETIC_MOBILE: &str = "164";
/// Prefix outside every card scheme: what invented cards begin with.
pub const SYNTHETIC_CARD: &str = "9156";

/// Checks a mobile number and the mode.
pub fn check_mobile(number: &str, mode: Mode) -> Result<(), FormatError> {
    let numbers = digits(number)?;
    if numbers.len() != 11 {
        return Err(FormatError::Length);
    }
    if numbers[0] != 1 || !(3..=9).contains(&numbers[1]) {
        return Err(FormatError::Kind);
    }
    admit(mode, number.starts_with(SYNTHETIC_MOBILE))
}

/// Makes the invented mobile number of a serial below 10^8.
pub fn make_mobile(serial: u32) -> String {
    format!("{SYNTHETIC_MOBILE}{:08}", serial % 100_000_000)
}

/// Checks a card number and the mode.
pub fn check_card(number: &str, mode: Mode) -> Result<(), FormatError> {
    let numbers = digits(number)?;
    if !(16..=19).contains(&numbers.len()) {
        return Err(FormatError::Length);
    }
    if !luhn_sum(&numbers).is_multiple_of(10) {
        return Err(FormatError::Check);
    }
    admit(mode, number.starts_with(SYNTHETIC_CARD))
}

/// Makes the invented card number, 19 digits, of a serial below 10^14.
pub fn make_card(serial: u64) -> String {
    let body = format!("{SYNTHETIC_CARD}{:014}0", serial % 100_000_000_000_000);
    let numbers: Vec<u32> = body.bytes().map(|digit| u32::from(digit - b'0')).collect();
    let check = (10 - luhn_sum(&numbers) % 10) % 10;
    format!("{}{check}", &body[..18])
}

fn luhn_sum(numbers: &[u32]) -> u32 {
    let mut sum = 0;
    for (place, digit) in numbers.iter().rev().enumerate() {
        let doubled = if place % 2 == 1 { digit * 2 } else { *digit };
        sum += if doubled > 9 { doubled - 9 } else { doubled };
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_mobile_numbers() {
        for number in ["16400000001", "16400001234", "16400009999"] {
            assert_eq!(check_mobile(number, Mode::Demo), Ok(()));
            assert_eq!(check_mobile(number, Mode::Production), Err(FormatError::Synthetic));
        }
        let wrong = [
            ("12800000001", FormatError::Kind),
            ("1640000000", FormatError::Length),
            ("164000000011", FormatError::Length),
            ("1640000000a", FormatError::Alphabet),
        ];
        for (number, reason) in wrong {
            assert_eq!(check_mobile(number, Mode::Demo), Err(reason), "{number}");
        }
        assert_eq!(make_mobile(1234), "16400001234");
    }

    #[test]
    fn the_published_cards() {
        for number in ["9156000000000000019", "9156000000123456783", "9156123400000009998"] {
            assert_eq!(check_card(number, Mode::Demo), Ok(()));
            assert_eq!(check_card(number, Mode::Production), Err(FormatError::Synthetic));
        }
        let wrong = [
            ("9156000000000000010", FormatError::Check),
            ("9156000000213456783", FormatError::Check),
            ("9156O00000000000019", FormatError::Alphabet),
            ("915600000000019", FormatError::Length),
        ];
        for (number, reason) in wrong {
            assert_eq!(check_card(number, Mode::Demo), Err(reason), "{number}");
        }
        assert_eq!(make_card(1), "9156000000000000019");
        assert_eq!(make_card(12_345_678), "9156000000123456783");
    }
}
