// SPDX-License-Identifier: Apache-2.0
//! Field types of the ministry's network-freight reports: times, amounts, numbers of notes.
//! Never rounds: an amount is made from whole fen, a weight from whole kilograms.

use super::{FormatError, digits};
use chain::calendar::Date;

/// Checks `YYYYMMDDhhmmss`.
pub fn check_n14(text: &str) -> Result<(), FormatError> {
    let numbers = digits(text)?;
    if numbers.len() != 14 {
        return Err(FormatError::Length);
    }
    let part = |from: usize, to: usize| {
        numbers[from..to].iter().fold(0, |sum, n| sum * 10 + u64::from(*n))
    };
    if Date::new(part(0, 4), part(4, 6), part(6, 8)).is_none() {
        return Err(FormatError::Day);
    }
    let in_day = part(8, 10) < 24 && part(10, 12) < 60 && part(12, 14) < 60;
    if in_day { Ok(()) } else { Err(FormatError::Clock) }
}

/// Checks an amount or a weight with three decimal places.
pub fn check_decimal3(text: &str) -> Result<(), FormatError> {
    let (whole, part) = text.split_once('.').ok_or(FormatError::Alphabet)?;
    digits(whole)?;
    digits(part)?;
    if (1..=15).contains(&whole.len()) && part.len() == 3 {
        Ok(())
    } else {
        Err(FormatError::Length)
    }
}

/// An amount of fen in yuan, with three decimal places.
pub fn yuan3(fen: u64) -> String {
    format!("{}.{:02}0", fen / 100, fen % 100)
}

/// Whole kilograms with three decimal places.
pub fn kg3(kg: u32) -> String {
    format!("{kg}.000")
}

/// Kilograms in tonnes, with two decimal places.
pub fn tonnes2(kg: u32) -> String {
    let hundredths = kg / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Checks a consignment note's number.
pub fn check_note(text: &str) -> Result<(), FormatError> {
    if !(1..=20).contains(&text.chars().count()) {
        return Err(FormatError::Length);
    }
    let allowed = |symbol: char| symbol.is_ascii_alphanumeric() || symbol == '-';
    if text.chars().all(allowed) { Ok(()) } else { Err(FormatError::Alphabet) }
}

/// Checks the four digits of a note's segment.
pub fn check_segment(text: &str) -> Result<(), FormatError> {
    if digits(text)?.len() == 4 { Ok(()) } else { Err(FormatError::Length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_amounts_and_notes() {
        assert_eq!(check_n14("20261123235959"), Ok(()));
        assert_eq!(check_n14("20261123240000"), Err(FormatError::Clock));
        assert_eq!(check_n14("20260229000000"), Err(FormatError::Day));
        assert_eq!(check_n14("2026112323595"), Err(FormatError::Length));
        assert_eq!(yuan3(123_405), "1234.050");
        assert_eq!(tonnes2(4_495), "4.49");
        assert_eq!(check_decimal3(&yuan3(7)), Ok(()));
        assert_eq!(check_decimal3(&kg3(31_000)), Ok(()));
        assert_eq!(check_decimal3("12.5"), Err(FormatError::Length));
        assert_eq!(check_decimal3("12"), Err(FormatError::Alphabet));
        assert_eq!(check_note("DY-20261123-0001"), Ok(()));
        assert_eq!(check_note("DY 1"), Err(FormatError::Alphabet));
        assert_eq!(check_note(&"1".repeat(21)), Err(FormatError::Length));
        assert_eq!(check_segment("0000"), Ok(()));
        assert_eq!(check_segment("000"), Err(FormatError::Length));
    }
}
