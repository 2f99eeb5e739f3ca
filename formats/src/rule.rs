// SPDX-License-Identifier: Apache-2.0
//! The rule of one field: which format its value has, whatever the other fields say.

use chain::calendar::{Date, days_in_month};
use chain::rules::{goods, licence};

use super::{FormatError, Rules, certificate, contact, digits, identity, plate, report, uscc, vin};

/// What is printed where a certificate has no end.
pub(crate) const FOR_EVER: &str = "长期";

/// What the value of a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Text of at most so many characters, without control characters.
    Text(usize),
    /// Exactly so many digits.
    Digits(usize),
    /// Digits of a number from 1 to this.
    Count(u32),
    /// One of these words.
    Word(&'static [&'static str]),
    /// An identity number.
    Identity,
    /// A day, `YYYYMMDD`, which may lie ahead.
    Day,
    /// A day of birth: back to 1800, not ahead.
    Birth,
    /// A day not ahead.
    PastDay,
    /// The last day, or 长期.
    LastDay,
    /// The same, or the instant to which a policy is sold.
    PolicyEnd,
    /// An instant, `YYYYMMDDhhmmss`.
    Instant,
    /// Classes of a driving licence, one behind the other.
    Licence,
    /// A qualification's number.
    Qualification,
    /// A transport or business permit's number.
    Permit,
    /// A credit code.
    CreditCode,
    /// A credit code or identity number if it has 18 symbols; else the number of another document.
    Party(usize),
    /// A plate.
    Plate,
    /// A VIN.
    Vin,
    /// A policy's number.
    Policy,
    /// A card's or account's number.
    Card,
    /// A mobile number.
    Mobile,
    /// The file number of a driving licence.
    LicenceFile,
    /// Tonnes with two decimal places.
    Tonnes,
    /// An amount or weight with three decimal places.
    Decimal,
    /// Goods by the ministry's classification.
    Goods,
    /// A consignment note's number.
    Note,
    /// A region by GB/T 2260, to the county at most.
    Region,
}

impl Rule {
    /// Checks a value that is not empty.
    pub(crate) fn check(self, value: &str, rules: Rules) -> Result<(), FormatError> {
        match self {
            Self::Text(most) => text(value, most),
            Self::Digits(count) => exactly(value, count),
            Self::Count(most) => counted(value, most),
            Self::Word(words) => {
                if words.contains(&value) {
                    Ok(())
                } else {
                    Err(FormatError::Word)
                }
            }
            Self::Party(most) if value.chars().count() != 18 => text(value, most),
            Self::Party(_) => party(value, rules),
            Self::Licence => licence_classes(value),
            Self::Region => region(value),
            Self::Tonnes => tonnes(value).map(drop),
            Self::Goods => goods_code(value),
            _ => self.check_time(value, rules).unwrap_or_else(|| self.check_number(value, rules)),
        }
    }

    fn check_time(self, value: &str, rules: Rules) -> Option<Result<(), FormatError>> {
        Some(match self {
            Self::Day => day(value).map(drop),
            Self::Birth | Self::PastDay => not_ahead(value, self == Self::Birth, rules.as_of),
            Self::LastDay | Self::PolicyEnd if value == FOR_EVER => Ok(()),
            Self::PolicyEnd if value.len() == 14 => report::check_n14(value),
            Self::LastDay | Self::PolicyEnd => day(value).map(drop),
            Self::Instant => report::check_n14(value),
            _ => return None,
        })
    }

    fn check_number(self, value: &str, rules: Rules) -> Result<(), FormatError> {
        match self {
            Self::Identity => identity::check(value, rules).map(drop),
            Self::Qualification => certificate::check_qualification(value, rules).map(drop),
            Self::Permit => certificate::check_permit(value, rules).map(drop),
            Self::CreditCode => uscc::check(value, rules.mode).map(drop),
            Self::Plate => plate::check(value).map(drop),
            Self::Vin => vin::check(value, rules.mode),
            Self::Policy => certificate::check_policy(value),
            Self::Card => contact::check_card(value, rules.mode),
            Self::Mobile => contact::check_mobile(value, rules.mode),
            Self::LicenceFile => certificate::check_licence_file(value),
            Self::Decimal => report::check_decimal3(value),
            Self::Note => report::check_note(value),
            _ => Ok(()),
        }
    }
}

fn text(value: &str, most: usize) -> Result<(), FormatError> {
    if value.chars().count() > most {
        return Err(FormatError::Length);
    }
    let padded = value.starts_with(char::is_whitespace) || value.ends_with(char::is_whitespace);
    if padded || value.chars().any(char::is_control) {
        return Err(FormatError::Alphabet);
    }
    Ok(())
}

fn exactly(value: &str, count: usize) -> Result<(), FormatError> {
    if digits(value)?.len() == count { Ok(()) } else { Err(FormatError::Length) }
}

/// No leading zero, so that a number has one text.
fn counted(value: &str, most: u32) -> Result<(), FormatError> {
    digits(value)?;
    if value.starts_with('0') {
        return Err(FormatError::Alphabet);
    }
    let number: u32 = value.parse().map_err(|_| FormatError::Length)?;
    if number <= most { Ok(()) } else { Err(FormatError::Length) }
}

/// The first digit of an identity number's region and department 1 of a credit code are alike, so what is
/// right as either one passes, and the reason is that of what it looks like.
fn party(value: &str, rules: Rules) -> Result<(), FormatError> {
    let as_code = uscc::check(value, rules.mode).map(drop);
    if as_code.is_ok() {
        return as_code;
    }
    let as_person = identity::check(value, rules).map(drop);
    let looks_personal = value.chars().take(17).all(|symbol| symbol.is_ascii_digit());
    if as_person.is_ok() || looks_personal { as_person } else { as_code }
}

fn licence_classes(value: &str) -> Result<(), FormatError> {
    let names = || licence::NAMES.iter().map(|(_, name)| *name);
    let mut rest = value;
    while !rest.is_empty() {
        let name = names().find(|name| rest.starts_with(name)).ok_or(FormatError::Word)?;
        rest = &rest[name.len()..];
    }
    Ok(())
}

fn region(value: &str) -> Result<(), FormatError> {
    let count = digits(value)?.len();
    if ![6, 9, 12].contains(&count) {
        return Err(FormatError::Length);
    }
    identity::check_province(value)
}

fn goods_code(value: &str) -> Result<(), FormatError> {
    exactly(value, 4)?;
    let code: u16 = value.parse().map_err(|_| FormatError::Alphabet)?;
    if goods::is_known(code) { Ok(()) } else { Err(FormatError::Word) }
}

/// Tonnes with two decimal places, in kilograms.
pub(crate) fn tonnes(value: &str) -> Result<u32, FormatError> {
    let (whole, part) = value.split_once('.').ok_or(FormatError::Alphabet)?;
    digits(whole)?;
    digits(part)?;
    if !(1..=3).contains(&whole.len()) || part.len() != 2 {
        return Err(FormatError::Length);
    }
    let number = |text: &str| text.parse::<u32>().map_err(|_| FormatError::Alphabet);
    Ok(number(whole)? * 1_000 + number(part)? * 10)
}

/// Year, month and day of eight digits.
fn parts(value: &str) -> Result<(u64, u64, u64), FormatError> {
    let numbers = digits(value)?;
    if numbers.len() != 8 {
        return Err(FormatError::Length);
    }
    let part = |range: std::ops::Range<usize>| {
        numbers[range].iter().fold(0, |sum, digit| sum * 10 + u64::from(*digit))
    };
    let (year, month, day) = (part(0..4), part(4..6), part(6..8));
    if !(1..=12).contains(&month) {
        return Err(FormatError::Month);
    }
    if !(1..=days_in_month(year, month)).contains(&day) {
        return Err(FormatError::Day);
    }
    Ok((year, month, day))
}

/// The chain's calendar begins in 1970.
fn day(value: &str) -> Result<Date, FormatError> {
    let (year, month, day) = parts(value)?;
    Date::new(year, month, day).ok_or(FormatError::Day)
}

fn not_ahead(value: &str, is_birth: bool, as_of: Date) -> Result<(), FormatError> {
    let (year, month, day) = parts(value)?;
    let first = if is_birth { 1_800 } else { 1_970 };
    if year < first {
        return Err(FormatError::Day);
    }
    let ahead = (year, month, day) > (as_of.year, as_of.month, as_of.day);
    if ahead { Err(FormatError::Future) } else { Ok(()) }
}
