// SPDX-License-Identifier: Apache-2.0
//! Classes of driving licences (机动车驾驶证申领和使用规定, order 162, annex 1): which covers which,
//! and which a lorry or a combination needs. Never a rule about certificates: those are `required`'s.

/// A set of licence classes, one bit each.
pub type Classes = u16;

/// 大型客车.
pub const A1: Classes = 1;
/// 重型牵引挂车: combinations above 4,500 kg.
pub const A2: Classes = 1 << 1;
/// 城市公交车.
pub const A3: Classes = 1 << 2;
/// 中型客车.
pub const B1: Classes = 1 << 3;
/// 大型货车: medium and heavy lorries, from 4,500 kg.
pub const B2: Classes = 1 << 4;
/// 小型汽车: light lorries, below 4,500 kg.
pub const C1: Classes = 1 << 5;
/// 小型自动挡汽车.
pub const C2: Classes = 1 << 6;
/// 低速载货汽车.
pub const C3: Classes = 1 << 7;
/// 三轮汽车.
pub const C4: Classes = 1 << 8;
/// 残疾人专用小型自动挡载客汽车.
pub const C5: Classes = 1 << 9;
/// 轻型牵引挂车: light combinations.
pub const C6: Classes = 1 << 10;
/// 普通三轮摩托车.
pub const D: Classes = 1 << 11;
/// 普通二轮摩托车.
pub const E: Classes = 1 << 12;
/// 轻便摩托车.
pub const F: Classes = 1 << 13;
/// 轮式专用机械车.
pub const M: Classes = 1 << 14;

/// Every class.
pub const ALL: Classes = (1 << 15) - 1;

/// Each class by its name, as texts and forms write it.
pub const NAMES: [(Classes, &str); 15] = [
    (A1, "A1"),
    (A2, "A2"),
    (A3, "A3"),
    (B1, "B1"),
    (B2, "B2"),
    (C1, "C1"),
    (C2, "C2"),
    (C3, "C3"),
    (C4, "C4"),
    (C5, "C5"),
    (C6, "C6"),
    (D, "D"),
    (E, "E"),
    (F, "F"),
    (M, "M"),
];

/// What each class covers besides itself.
const COVERS: [(Classes, Classes); 7] = [
    (A1, A3 | B1 | B2 | C1 | C2 | C3 | C4 | C5 | M),
    (A2, B1 | B2 | C1 | C2 | C3 | C4 | C5 | C6 | M),
    (A3, C1 | C2 | C3 | C4),
    (B1, C1 | C2 | C3 | C4 | M),
    (B2, C1 | C2 | C3 | C4 | C5 | M),
    (C1, C2 | C3 | C4 | C5),
    (C3, C4),
];

/// From this total mass on, a lorry is no light one any more (medium: 4,500 kg up to 12,000 kg).
/// A lorry of exactly 4,500 kg is exempt from permits and yet needs B2.
pub const MEDIUM_FROM_KG: u32 = 4_500;

/// The class of a name such as `B2`.
pub fn class(name: &str) -> Option<Classes> {
    NAMES.iter().find(|(_, n)| *n == name).map(|(class, _)| *class)
}

/// All that a licence with these classes covers.
pub fn covered(held: Classes) -> Classes {
    COVERS
        .iter()
        .filter(|(class, _)| held & class != 0)
        .fold(held, |covered, (_, more)| covered | more)
}

/// True if a licence with these classes covers a class.
pub fn covers(held: Classes, class: Classes) -> bool {
    covered(held) & class == class
}

/// The class that a lorry, alone or with a trailer, needs by total mass.
///
/// A combination above 4,500 kg needs A2, any lighter one C6: the table leaves a combination of
/// exactly 4,500 kg open, and C6 is the class of combinations that are not heavy.
pub fn needed(vehicle_kg: u32, trailer_kg: Option<u32>) -> Classes {
    match trailer_kg {
        Some(kg) if vehicle_kg.saturating_add(kg) > MEDIUM_FROM_KG => A2,
        Some(_) => C6,
        None if vehicle_kg >= MEDIUM_FROM_KG => B2,
        None => C1,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_class_follows_from_the_total_mass() {
        for (vehicle, trailer, expected) in [
            (4_495, None, "C1"),
            (4_499, None, "C1"),
            (4_500, None, "B2"),
            (4_501, None, "B2"),
            (49_000, None, "B2"),
            (2_500, Some(1_999), "C6"),
            (2_500, Some(2_000), "C6"),
            (2_500, Some(2_001), "A2"),
            (9_000, Some(40_000), "A2"),
            (u32::MAX, Some(u32::MAX), "A2"),
        ] {
            assert_eq!(needed(vehicle, trailer), class(expected).unwrap(), "{vehicle} {trailer:?}");
        }
    }

    #[test]
    fn a_licence_covers_the_classes_below_it_and_no_others() {
        for (held, yes, no) in [
            ("A2", "B1 B2 C1 C2 C3 C4 C5 C6 M A2", "A1 A3 D E F"),
            ("A1", "A3 B1 B2 C1 C2 C3 C4 C5 M", "A2 C6"),
            ("B2", "C1 C2 C3 C4 C5 M", "A1 A2 A3 B1 C6"),
            ("C1", "C2 C3 C4 C5", "B2 C6 M"),
            ("C3", "C4", "C1 C2 C6"),
            ("C6", "C6", "C1 B2"),
        ] {
            let covers = |name: &str| covers(class(held).unwrap(), class(name).unwrap());
            assert!(yes.split(' ').all(covers), "{held} covers {yes}");
            assert!(!no.split(' ').any(covers), "{held} does not cover {no}");
        }
        assert_eq!(NAMES.iter().fold(0, |all, (class, _)| all | class), ALL);
    }
}
