// SPDX-License-Identifier: Apache-2.0
//! Formats of the trade's numbers, where data enter: one file a family, each with a check and a maker, and
//! one check of all fields of a certificate or waybill. Checks say which rule a number breaks; they never
//! correct one silently, never look one up, and never keep one.

pub mod certificate;
pub mod contact;
mod error;
pub mod identity;
pub mod plate;
pub mod report;
mod rule;
mod table;
pub mod uscc;
pub mod vin;

use chain::calendar::Date;
pub use chain::genesis::Mode;

pub use error::{FormatError, Messages};
pub use table::{Table, Wrong, check, check_field};

/// Region prefix that no edition of GB/T 2260 ever allotted: what the invented people carry.
pub const SYNTHETIC_REGION: &str = "5399";

/// Lets a number pass if it belongs to this mode: the one switch between invented and real numbers. A demo
/// accepts invented ones alone, production none of them.
pub fn admit(mode: Mode, synthetic: bool) -> Result<(), FormatError> {
    match (mode, synthetic) {
        (Mode::Demo, true) | (Mode::Production, false) => Ok(()),
        (Mode::Demo, false) => Err(FormatError::NotSynthetic),
        (Mode::Production, true) => Err(FormatError::Synthetic),
    }
}

/// What a check is made against: the mode, and the day on which it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Invented or real numbers.
    pub mode: Mode,
    /// Nobody may be born, and no vehicle registered, after this day.
    pub as_of: Date,
}

/// The digits of a text, if it holds nothing else.
fn digits(text: &str) -> Result<Vec<u32>, FormatError> {
    text.chars().map(|c| c.to_digit(10).ok_or(FormatError::Alphabet)).collect()
}

/// Refuses a text that has not exactly so many symbols, all ASCII.
fn ascii_of_length(text: &str, length: usize) -> Result<(), FormatError> {
    if text.chars().count() != length {
        return Err(FormatError::Length);
    }
    if text.is_ascii() { Ok(()) } else { Err(FormatError::Alphabet) }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// The rules that the published vectors are made for.
    pub(crate) fn rules(mode: Mode) -> Rules {
        Rules { mode, as_of: Date { year: 2026, month: 11, day: 23 } }
    }

    #[test]
    fn the_switch_admits_each_number_in_exactly_one_mode() {
        for synthetic in [true, false] {
            let demo = admit(Mode::Demo, synthetic).is_ok();
            assert_ne!(demo, admit(Mode::Production, synthetic).is_ok());
            assert_eq!(demo, synthetic);
        }
    }
}
