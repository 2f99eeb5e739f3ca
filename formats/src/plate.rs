// SPDX-License-Identifier: Apache-2.0
//! Plates of Yunnan, GA 36-2018, and the colours that belong to them.
//! Never guesses a colour: a plate of two colours is two vehicles.

use super::FormatError;

/// Letters allotted to the prefectures; O is the police, B retired.
const LETTERS: &str = "ACDEFGHJKLMNPQRS";
/// Letters that mark new energy.
const ENERGY: &str = "ABCDEFGHJK";

/// Kind of a plate, by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Five symbols: blue for small, yellow for large vehicles.
    Ordinary,
    /// Six symbols, the energy letter first.
    EnergySmall,
    /// Six symbols, the energy letter last.
    EnergyLarge,
    /// Four symbols and the word for trailer.
    Trailer,
}

impl Kind {
    /// The only colour code of this kind for a large or small vehicle.
    pub fn colour(self, large: bool) -> u8 {
        match self {
            Self::Ordinary if large => 2,
            Self::Ordinary => 1,
            Self::EnergySmall => 94,
            Self::EnergyLarge => 93,
            Self::Trailer => 2,
        }
    }
}

/// Whether a vehicle counts as large for its plate.
pub fn is_large(mass_kg: u32, length_mm: u32) -> bool {
    mass_kg >= 4_500 || length_mm >= 6_000
}

/// Checks a plate's form.
pub fn check(plate: &str) -> Result<Kind, FormatError> {
    let mut symbols = plate.chars();
    if symbols.next() != Some('云') {
        return Err(FormatError::Region);
    }
    let letter = symbols.next().ok_or(FormatError::Length)?;
    if letter.is_ascii_lowercase() {
        return Err(FormatError::Case);
    }
    if !LETTERS.contains(letter) {
        return Err(FormatError::Region);
    }
    let serial: Vec<char> = symbols.collect();
    match serial.as_slice() {
        [body @ .., '挂'] if body.len() == 4 => all(body, is_symbol).map(|()| Kind::Trailer),
        body if body.len() == 5 => all(body, is_symbol).map(|()| Kind::Ordinary),
        body if body.len() == 6 => energy_kind(body),
        _ => Err(FormatError::Length),
    }
}

/// Checks that plate, colour and size belong together.
pub fn check_colour(plate: &str, colour: u8, large: bool) -> Result<Kind, FormatError> {
    let kind = check(plate)?;
    let size_fits = match kind {
        Kind::EnergySmall => !large,
        Kind::EnergyLarge => large,
        Kind::Ordinary | Kind::Trailer => true,
    };
    if size_fits && kind.colour(large) == colour { Ok(kind) } else { Err(FormatError::Colour) }
}

fn energy_kind(body: &[char]) -> Result<Kind, FormatError> {
    let digit = |symbol: char| symbol.is_ascii_digit();
    if ENERGY.contains(body[0]) {
        all(&body[1..2], is_symbol)?;
        return all(&body[2..], digit).map(|()| Kind::EnergySmall);
    }
    all(&body[..5], digit)?;
    if ENERGY.contains(body[5]) { Ok(Kind::EnergyLarge) } else { Err(FormatError::Alphabet) }
}

fn all(symbols: &[char], allowed: impl Fn(char) -> bool) -> Result<(), FormatError> {
    if symbols.iter().all(|symbol| allowed(*symbol)) { Ok(()) } else { Err(FormatError::Alphabet) }
}

fn is_symbol(symbol: char) -> bool {
    symbol.is_ascii_digit() || (symbol.is_ascii_uppercase() && symbol != 'I' && symbol != 'O')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_plates_are_of_their_kind() {
        let cases = [
            (["云A00001", "云D7Q08K", "云L0A00B"].as_slice(), Kind::Ordinary),
            (&["云AD00001", "云GFA0002"], Kind::EnergySmall),
            (&["云A00003D", "云D00004F"], Kind::EnergyLarge),
            (&["云L0001挂", "云CA002挂"], Kind::Trailer),
        ];
        for (plates, kind) in cases {
            for plate in plates {
                assert_eq!(check(plate), Ok(kind), "{plate}");
            }
        }
    }

    #[test]
    fn the_published_wrong_plates_fail_for_their_reason() {
        let cases = [
            ("云AI0001", FormatError::Alphabet),
            ("云A0O001", FormatError::Alphabet),
            ("云O00001", FormatError::Region),
            ("云T00001", FormatError::Region),
            ("云A0001", FormatError::Length),
            ("云A00001挂", FormatError::Alphabet),
            ("云AL00001", FormatError::Alphabet),
            ("云a00001", FormatError::Case),
            ("川A00001", FormatError::Region),
            ("云", FormatError::Length),
        ];
        for (plate, reason) in cases {
            assert_eq!(check(plate), Err(reason), "{plate}");
        }
    }

    #[test]
    fn a_colour_belongs_to_a_kind_and_a_size() {
        let cases = [
            ("云A00001", 1, false, true),
            ("云A00001", 2, true, true),
            ("云A00001", 1, true, false),
            ("云A00001", 94, false, false),
            ("云AD00001", 94, false, true),
            ("云AD00001", 94, true, false),
            ("云A00003D", 93, true, true),
            ("云A00003D", 94, true, false),
            ("云L0001挂", 2, true, true),
            ("云L0001挂", 1, true, false),
        ];
        for (plate, colour, large, fits) in cases {
            assert_eq!(check_colour(plate, colour, large).is_ok(), fits, "{plate} {colour}");
        }
        assert!(!is_large(4_499, 5_995) && is_large(4_500, 5_995) && is_large(4_499, 6_000));
    }
}
