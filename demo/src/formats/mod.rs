// SPDX-License-Identifier: Apache-2.0
//! Formats of the trade's numbers: one file a family, each with a check and a maker.
//! Checks say which rule a number breaks; they never correct one silently.

pub mod certificate;
pub mod contact;
pub mod identity;
pub mod plate;
pub mod report;
pub mod uscc;
pub mod vin;

use chain::calendar::Date;

/// Region prefix that no edition of GB/T 2260 ever allotted: what the invented people carry.
pub const SYNTHETIC_REGION: &str = "5399";

/// The one switch between invented and real numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Accepts only invented numbers.
    Demo,
    /// Refuses invented numbers.
    Production,
}

impl Mode {
    /// Lets a number pass if it belongs to this mode.
    pub fn admit(self, synthetic: bool) -> Result<(), FormatError> {
        match (self, synthetic) {
            (Self::Demo, true) | (Self::Production, false) => Ok(()),
            (Self::Demo, false) => Err(FormatError::NotSynthetic),
            (Self::Production, true) => Err(FormatError::Synthetic),
        }
    }
}

/// What a check is made against: the mode, and the day on which it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Invented or real numbers.
    pub mode: Mode,
    /// Nobody may be born after this day.
    pub as_of: Date,
}

/// Which rule a number breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Too short or too long.
    #[error("the number has the wrong length: count its characters")]
    Length,
    /// A symbol that the format does not have in that place.
    #[error("a symbol is not allowed where it stands: look for O, I and lower case")]
    Alphabet,
    /// A lower-case letter where only the capital is kept.
    #[error("a letter must be a capital")]
    Case,
    /// The region was never allotted.
    #[error("the region code was never allotted")]
    Region,
    /// The first pair of a credit code is unknown.
    #[error("the department and kind of the credit code are unknown")]
    Kind,
    /// There is no such month.
    #[error("there is no such month")]
    Month,
    /// The calendar has no such day.
    #[error("the calendar has no such day")]
    Day,
    /// The day lies ahead.
    #[error("the date of birth lies in the future")]
    Future,
    /// The check symbol is wrong.
    #[error("the check symbol is wrong: a symbol was mistyped or two were swapped")]
    Check,
    /// The inner check symbol of the organisation code is wrong.
    #[error("the organisation code inside the credit code has a wrong check symbol")]
    InnerCheck,
    /// The colour does not belong to that kind of plate.
    #[error("the plate's colour does not belong to its kind")]
    Colour,
    /// An invented number in production.
    #[error("an invented number is not accepted in production")]
    Synthetic,
    /// A number that may be real in the demo.
    #[error("the demo accepts only invented numbers (region 5399)")]
    NotSynthetic,
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
            let demo = Mode::Demo.admit(synthetic).is_ok();
            assert_ne!(demo, Mode::Production.admit(synthetic).is_ok());
            assert_eq!(demo, synthetic);
        }
    }
}
