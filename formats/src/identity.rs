// SPDX-License-Identifier: Apache-2.0
//! Resident identity numbers, GB 11643-1999 with ISO 7064 MOD 11-2.
//! Never keeps a number: it reads one, says what is wrong, or makes an invented one.

use super::{FormatError, Rules, SYNTHETIC_REGION, admit, ascii_of_length, digits};
use chain::calendar::{Date, days_in_month};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const SYMBOLS: &[u8; 11] = b"10X98765432";
const PROVINCES: &str = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 \
                         50 51 52 53 54 61 62 63 64 65 71 81 82 83";

/// Sex as the sequence number carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Odd sequence.
    Male,
    /// Even sequence.
    Female,
}

impl Sex {
    /// The word on the card.
    pub fn word(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

/// A day of birth. The chain's own dates begin in 1970; people do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Birth {
    /// Year.
    pub year: u64,
    /// Month, 1 to 12.
    pub month: u64,
    /// Day of the month.
    pub day: u64,
}

impl Birth {
    /// Eight digits, `YYYYMMDD`.
    pub fn digits(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    fn is_after(self, date: Date) -> bool {
        (self.year, self.month, self.day) > (date.year, date.month, date.day)
    }
}

/// What an identity number says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Six digits of the region of first registration.
    pub region: String,
    /// Day of birth.
    pub birth: Birth,
    /// Sequence of the day, 0 to 999.
    pub sequence: u32,
    /// Sex.
    pub sex: Sex,
}

/// Checks a stored number (capital X) against every rule and the mode.
pub fn check(number: &str, rules: Rules) -> Result<Identity, FormatError> {
    let identity = parse(number)?;
    if identity.birth.is_after(rules.as_of) {
        return Err(FormatError::Future);
    }
    admit(rules.mode, number.starts_with(SYNTHETIC_REGION))?;
    Ok(identity)
}

/// Makes the number of these parts, with its check symbol.
pub fn make(region: &str, birth: Birth, sequence: u32) -> Result<String, FormatError> {
    let body = format!("{region}{}{sequence:03}", birth.digits());
    ascii_of_length(&body, 17)?;
    let check = check_symbol(&body)?;
    Ok(format!("{body}{check}"))
}

/// What people type, made ready for [`check`]: trimmed, with a capital X.
pub fn normalise(input: &str) -> String {
    input.trim().replace('x', "X")
}

/// Turns the old form of 15 digits (void since 2013) into one of 18 symbols.
pub fn from_old_form(old: &str) -> Result<String, FormatError> {
    ascii_of_length(old, 15)?;
    digits(old)?;
    let body = format!("{}19{}", &old[..6], &old[6..]);
    let check = check_symbol(&body)?;
    Ok(format!("{body}{check}"))
}

/// What a number says, if it is one at all; whether it belongs to the mode is not asked.
pub(crate) fn read(number: &str) -> Option<Identity> {
    parse(number).ok()
}

fn parse(number: &str) -> Result<Identity, FormatError> {
    ascii_of_length(number, 18)?;
    if number.ends_with('x') {
        return Err(FormatError::Case);
    }
    let numbers = digits(&number[..17])?;
    let region = number[..6].to_owned();
    check_region(&region)?;
    let birth = birth_of(&number[6..14])?;
    let expected = check_symbol(&number[..17])?;
    if number[17..] != *expected.to_string() {
        return Err(FormatError::Check);
    }
    let sequence = numbers[14] * 100 + numbers[15] * 10 + numbers[16];
    let sex = if sequence % 2 == 1 { Sex::Male } else { Sex::Female };
    Ok(Identity { region, birth, sequence, sex })
}

fn birth_of(eight: &str) -> Result<Birth, FormatError> {
    let part = |range: std::ops::Range<usize>| {
        eight[range].parse::<u64>().map_err(|_| FormatError::Alphabet)
    };
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    if !(1..=12).contains(&month) {
        return Err(FormatError::Month);
    }
    if !(1800..2100).contains(&year) || !(1..=days_in_month(year, month)).contains(&day) {
        return Err(FormatError::Day);
    }
    Ok(Birth { year, month, day })
}

/// Checks that a region code begins with a province.
pub(crate) fn check_province(region: &str) -> Result<(), FormatError> {
    let known = PROVINCES.split_whitespace().any(|province| region.starts_with(province));
    if known { Ok(()) } else { Err(FormatError::Region) }
}

fn check_region(region: &str) -> Result<(), FormatError> {
    check_province(region)?;
    if region.starts_with("53") && !is_yunnan(&region[2..4]) {
        return Err(FormatError::Region);
    }
    Ok(())
}

/// Prefectures of Yunnan, today's and those of older editions, and the invented one.
fn is_yunnan(pair: &str) -> bool {
    matches!(pair.parse::<u32>(), Ok(0..=9 | 21..=35 | 99))
}

fn check_symbol(body: &str) -> Result<char, FormatError> {
    let sum: u32 = digits(body)?.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    Ok(char::from(SYMBOLS[(sum % 11) as usize]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Mode, testing::rules};
    use super::*;

    #[test]
    fn the_published_numbers_pass() {
        let cases = [
            ("539901198506150019", "539901", (1985, 6, 15), Sex::Male),
            ("539902199202290144", "539902", (1992, 2, 29), Sex::Female),
            ("53990319880808008X", "539903", (1988, 8, 8), Sex::Female),
            ("539916197908123021", "539916", (1979, 8, 12), Sex::Female),
        ];
        for (number, region, (year, month, day), sex) in cases {
            let read = check(number, rules(Mode::Demo)).unwrap();
            let birth = Birth { year, month, day };
            assert_eq!((read.region.as_str(), read.birth, read.sex), (region, birth, sex));
            assert_eq!(make(region, birth, read.sequence).unwrap(), number);
            assert_eq!(check(number, rules(Mode::Production)), Err(FormatError::Synthetic));
        }
    }

    #[test]
    fn the_published_wrong_numbers_fail_for_their_reason() {
        let cases = [
            ("539901198506150018", FormatError::Check),
            ("539901199302290014", FormatError::Day),
            ("539901198513060011", FormatError::Month),
            ("539901195806150019", FormatError::Check),
            ("53990319880808008x", FormatError::Case),
            ("539901202612310054", FormatError::Future),
            ("530102209901010011", FormatError::Future),
            ("532901209902280020", FormatError::Future),
            ("530602209912310033", FormatError::Future),
            ("53990119850615001", FormatError::Length),
            ("5399011985061500190", FormatError::Length),
            ("53990119850615O019", FormatError::Alphabet),
            ("009901198506150019", FormatError::Region),
            ("534501198506150019", FormatError::Region),
            ("53990119850615001９", FormatError::Alphabet),
        ];
        for (number, reason) in cases {
            for mode in [Mode::Demo, Mode::Production] {
                assert_eq!(check(number, rules(mode)), Err(reason), "{number}");
            }
        }
    }

    #[test]
    fn a_real_region_is_refused_in_the_demo_alone() {
        let later = Rules { mode: Mode::Demo, as_of: Date { year: 2099, month: 12, day: 31 } };
        for number in ["530102209901010011", "532901209902280020", "530602209912310033"] {
            assert_eq!(check(number, later), Err(FormatError::NotSynthetic));
            assert!(check(number, Rules { mode: Mode::Production, ..later }).is_ok());
        }
    }

    #[test]
    fn a_lower_case_x_is_folded_on_input_only() {
        let typed = normalise(" 53990319880808008x ");
        assert!(check(&typed, rules(Mode::Demo)).is_ok());
    }

    #[test]
    fn the_old_form_gains_a_century_and_a_check_symbol() {
        assert_eq!(from_old_form("539901850615001").unwrap(), "539901198506150019");
        assert_eq!(from_old_form("53990185061500"), Err(FormatError::Length));
        assert_eq!(from_old_form("53990185061500X"), Err(FormatError::Alphabet));
    }
}
