// SPDX-License-Identifier: Apache-2.0
//! Invented drivers. Every name ends in a mark, every number lies in a region nobody was born in,
//! so that no record reads as a living person.

use super::Register;
use super::days;
use super::draw::{Draw, Entity, scatter};
use super::geography::{PREFECTURES, Prefecture};
use formats::identity::{self, Birth, Sex};
use formats::{FormatError, contact};

/// Mark behind every invented name.
pub const SUFFIX: &str = "(测)";
const SURNAMES: [(&str, u64); 20] = [
    ("李", 8),
    ("王", 8),
    ("张", 8),
    ("杨", 8),
    ("赵", 5),
    ("刘", 5),
    ("陈", 5),
    ("周", 4),
    ("罗", 4),
    ("马", 4),
    ("段", 3),
    ("董", 3),
    ("尹", 2),
    ("和", 2),
    ("木", 1),
    ("普", 3),
    ("白", 2),
    ("施", 2),
    ("苏", 2),
    ("何", 3),
];
const GIVEN: &str = "建国志强云海明山春华伟军文玉林芳丽梅秀英永平安福贵金龙光辉";
/// Days of age: well over 21 years, well under 60, so that every class may be driven.
const AGES: (u64, u64) = (7_700, 21_900);

/// A driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Number in the register.
    pub index: u64,
    /// Name with its mark.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Day of birth.
    pub birth: Birth,
    /// Where they live.
    pub prefecture: &'static Prefecture,
    /// Resident identity number.
    pub identity_number: String,
    /// Mobile number.
    pub mobile: String,
    /// Bank card.
    pub card: String,
}

impl Register {
    /// The driver of a number.
    pub fn person(&self, index: u64) -> Result<Person, FormatError> {
        let mut draw = Draw::new(self.seed, Entity::Person, index);
        let prefecture = &PREFECTURES[draw.weighted(PREFECTURES.iter().map(|p| p.share))];
        let sex = if draw.permille(940) { Sex::Male } else { Sex::Female };
        let name = name(&mut draw);
        let (birth, sequence) = self.birth(index, sex);
        let number = identity::make(&prefecture.synthetic_region(), birth, sequence)?;
        Ok(Person {
            index,
            name,
            sex,
            birth,
            prefecture,
            identity_number: number,
            mobile: contact::make_mobile(scatter(self.seed, 1, index, 100_000_000) as u32),
            card: contact::make_card(scatter(self.seed, 2, index, 100_000_000_000_000)),
        })
    }

    /// Day and sequence, a pair of them for each index, so that no two people share a number.
    fn birth(&self, index: u64, sex: Sex) -> (Birth, u32) {
        let span = AGES.1 - AGES.0;
        let day = scatter(self.seed, 3, index % span, span);
        let first = scatter(self.seed, 4, day % 499, 499);
        let pair = (first + index / span) % 499;
        let sequence = match sex {
            Sex::Male => 2 * pair + 1,
            Sex::Female => 2 * pair + 2,
        };
        (days::birth_before(self.as_of, AGES.0 + day), sequence as u32)
    }
}

fn name(draw: &mut Draw) -> String {
    let (surname, _) = SURNAMES[draw.weighted(SURNAMES.iter().map(|(_, weight)| *weight))];
    let given: Vec<char> = GIVEN.chars().collect();
    let mut name = surname.to_owned();
    for _ in 0..draw.between(1, 2) {
        name.push(draw.pick(&given));
    }
    name + SUFFIX
}
