// SPDX-License-Identifier: Apache-2.0
//! Numbers of certificates: transport and business permits, qualifications, files, policies.
//! Never looks anything up: whether a number was issued is for its authority to say.

use super::{FormatError, Rules, SYNTHETIC_REGION, admit, digits, identity};

/// What a qualification number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qualification {
    /// The identity number itself.
    Identity,
    /// Filled in for drivers who need none.
    Placeholder,
    /// The old form of 19 digits.
    Old,
}

/// Checks the number of a road transport permit or a business permit; true for a placeholder.
pub fn check_permit(number: &str, rules: Rules) -> Result<bool, FormatError> {
    if digits(number)?.len() != 12 {
        return Err(FormatError::Length);
    }
    if !number.starts_with("53") {
        return Err(FormatError::Region);
    }
    let placeholder = number.ends_with("000000");
    if !placeholder {
        admit(rules.mode, number.starts_with(SYNTHETIC_REGION))?;
    }
    Ok(placeholder)
}

/// Makes a permit number of a region and a serial; serial 0 is the placeholder.
pub fn make_permit(region: &str, serial: u32) -> String {
    format!("{region}{:06}", serial % 1_000_000)
}

/// Checks a qualification number of any of its forms.
pub fn check_qualification(number: &str, rules: Rules) -> Result<Qualification, FormatError> {
    match number.chars().count() {
        18 if number.ends_with("000000000000") => {
            digits(number)?;
            Ok(Qualification::Placeholder)
        }
        18 => identity::check(number, rules).map(|_| Qualification::Identity),
        19 => {
            digits(number)?;
            admit(rules.mode, number.starts_with(SYNTHETIC_REGION))?;
            Ok(Qualification::Old)
        }
        _ => Err(FormatError::Length),
    }
}

/// The qualification number that is filled in where none is needed.
pub fn placeholder_qualification(identity_number: &str) -> String {
    let region: String = identity_number.chars().take(6).collect();
    format!("{region}000000000000")
}

/// Checks the file number of a driving licence.
pub fn check_licence_file(number: &str) -> Result<(), FormatError> {
    if digits(number)?.len() == 12 { Ok(()) } else { Err(FormatError::Length) }
}

/// Checks a policy number, or the word `none` of a vehicle without one.
pub fn check_policy(number: &str) -> Result<(), FormatError> {
    if number == "none" {
        return Ok(());
    }
    if !(10..=30).contains(&number.chars().count()) {
        return Err(FormatError::Length);
    }
    let allowed = |symbol: char| symbol.is_ascii_digit() || symbol.is_ascii_uppercase();
    if number.chars().all(allowed) { Ok(()) } else { Err(FormatError::Alphabet) }
}

#[cfg(test)]
mod tests {
    use super::super::{Mode, testing::rules};
    use super::*;

    #[test]
    fn the_published_permit_numbers() {
        let demo = rules(Mode::Demo);
        assert_eq!(check_permit("539901000001", demo), Ok(false));
        assert_eq!(check_permit("539902123456", demo), Ok(false));
        assert_eq!(check_permit("530102000000", demo), Ok(true));
        let wrong = [
            ("53990100001", FormatError::Length),
            ("5399010000012", FormatError::Length),
            ("53A901000001", FormatError::Alphabet),
            ("119901000001", FormatError::Region),
            ("530102000001", FormatError::NotSynthetic),
        ];
        for (number, reason) in wrong {
            assert_eq!(check_permit(number, demo), Err(reason), "{number}");
        }
        let refused = check_permit("539901000001", rules(Mode::Production));
        assert_eq!(refused, Err(FormatError::Synthetic));
        assert_eq!(make_permit("539902", 123_456), "539902123456");
    }

    #[test]
    fn the_published_qualification_numbers() {
        let demo = rules(Mode::Demo);
        let cases = [
            ("539901198506150019", Qualification::Identity),
            ("539901000000000000", Qualification::Placeholder),
            ("5399010020026000001", Qualification::Old),
        ];
        for (number, form) in cases {
            assert_eq!(check_qualification(number, demo), Ok(form), "{number}");
        }
        let wrong = [
            ("539901198506150018", FormatError::Check),
            ("53990100200260000", FormatError::Length),
            ("53990100200X6000001", FormatError::Alphabet),
        ];
        for (number, reason) in wrong {
            assert_eq!(check_qualification(number, demo), Err(reason), "{number}");
        }
        let placeholder = placeholder_qualification("539901198506150019");
        assert_eq!(placeholder, "539901000000000000");
    }

    #[test]
    fn policies_and_files() {
        for number in ["none", "PDZA202653990", "0123456789"] {
            assert_eq!(check_policy(number), Ok(()), "{number}");
        }
        assert_eq!(check_policy("NONE"), Err(FormatError::Length));
        assert_eq!(check_policy("pdza202653990"), Err(FormatError::Alphabet));
        assert_eq!(check_policy(&"9".repeat(31)), Err(FormatError::Length));
        assert_eq!(check_licence_file("539900000001"), Ok(()));
        assert_eq!(check_licence_file("53990000001"), Err(FormatError::Length));
    }
}
