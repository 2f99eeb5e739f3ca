// SPDX-License-Identifier: Apache-2.0
//! The sixteen prefectures and the roads between them.
//! Distances are approximate road kilometres, good for invented trips and for nothing else.

use std::sync::LazyLock;

/// A prefecture.
#[derive(Debug, PartialEq, Eq)]
pub struct Prefecture {
    /// Code of GB/T 2260, four digits.
    pub code: u16,
    /// Name.
    pub name: &'static str,
    /// Name as people say it.
    pub short: &'static str,
    /// Letter on its plates.
    pub letter: char,
    /// Share of registrations in thousandths.
    pub share: u64,
    /// Latitude and longitude of its middle, in hundredths of a degree.
    pub centre: (u16, u16),
    /// Mountain roads make carriage dearer.
    pub mountains: bool,
}

impl Prefecture {
    /// Six digits of the invented region that stands for this prefecture.
    pub fn synthetic_region(&'static self) -> String {
        format!("{}{:02}", formats::SYNTHETIC_REGION, self.place() + 1)
    }

    /// Its place in [`PREFECTURES`].
    pub fn place(&'static self) -> usize {
        PREFECTURES.iter().position(|other| other.code == self.code).unwrap_or_default()
    }

    /// Six digits for reports: the prefecture as a whole.
    pub fn subdivision(&self) -> String {
        format!("{}00", self.code)
    }
}

const fn prefecture(
    code: u16,
    names: (&'static str, &'static str),
    letter: char,
    share: u64,
    centre: (u16, u16),
) -> Prefecture {
    let mountains = matches!(code, 5306 | 5333 | 5334 | 5307);
    Prefecture { code, name: names.0, short: names.1, letter, share, centre, mountains }
}

/// All prefectures, in the order of their codes.
pub static PREFECTURES: [Prefecture; 16] = [
    prefecture(5301, ("昆明市", "昆明"), 'A', 280, (2504, 10271)),
    prefecture(5303, ("曲靖市", "曲靖"), 'D', 140, (2549, 10380)),
    prefecture(5304, ("玉溪市", "玉溪"), 'F', 80, (2435, 10255)),
    prefecture(5305, ("保山市", "保山"), 'M', 40, (2511, 9917)),
    prefecture(5306, ("昭通市", "昭通"), 'C', 60, (2734, 10372)),
    prefecture(5307, ("丽江市", "丽江"), 'P', 15, (2687, 10023)),
    prefecture(5308, ("普洱市", "普洱"), 'J', 30, (2279, 10097)),
    prefecture(5309, ("临沧市", "临沧"), 'S', 25, (2388, 10009)),
    prefecture(5323, ("楚雄彝族自治州", "楚雄"), 'E', 60, (2504, 10155)),
    prefecture(5325, ("红河哈尼族彝族自治州", "红河"), 'G', 100, (2337, 10339)),
    prefecture(5326, ("文山壮族苗族自治州", "文山"), 'H', 50, (2337, 10424)),
    prefecture(5328, ("西双版纳傣族自治州", "版纳"), 'K', 20, (2201, 10080)),
    prefecture(5329, ("大理白族自治州", "大理"), 'L', 70, (2559, 10024)),
    prefecture(5331, ("德宏傣族景颇族自治州", "德宏"), 'N', 20, (2443, 9858)),
    prefecture(5333, ("怒江傈僳族自治州", "怒江"), 'Q', 5, (2582, 9886)),
    prefecture(5334, ("迪庆藏族自治州", "迪庆"), 'R', 5, (2783, 9971)),
];

/// Roads: two prefectures and the kilometres between them.
const ROADS: [(u16, u16, u32); 29] = [
    (5301, 5303, 135),
    (5301, 5304, 90),
    (5301, 5323, 160),
    (5301, 5329, 330),
    (5301, 5307, 510),
    (5301, 5305, 490),
    (5301, 5331, 650),
    (5301, 5306, 350),
    (5301, 5325, 260),
    (5301, 5326, 310),
    (5301, 5308, 400),
    (5301, 5328, 530),
    (5301, 5309, 480),
    (5301, 5333, 560),
    (5301, 5334, 660),
    (5303, 5306, 320),
    (5303, 5325, 290),
    (5303, 5326, 330),
    (5304, 5325, 200),
    (5304, 5308, 320),
    (5329, 5323, 175),
    (5329, 5307, 180),
    (5329, 5305, 165),
    (5329, 5309, 230),
    (5305, 5331, 160),
    (5305, 5333, 140),
    (5325, 5326, 115),
    (5308, 5328, 135),
    (5307, 5334, 170),
];

const FAR: u32 = u32::MAX / 4;
static DISTANCES: LazyLock<[[u32; 16]; 16]> = LazyLock::new(shortest);

/// The prefecture of a code.
pub fn by_code(code: u16) -> Option<&'static Prefecture> {
    PREFECTURES.iter().find(|prefecture| prefecture.code == code)
}

/// Road kilometres between two prefectures; a trip inside one is forty.
pub fn road_km(from: &'static Prefecture, to: &'static Prefecture) -> u32 {
    if from == to { 40 } else { DISTANCES[from.place()][to.place()] }
}

/// Shortest paths over all roads (Floyd and Warshall).
fn shortest() -> [[u32; 16]; 16] {
    let place = |code| PREFECTURES.iter().position(|p| p.code == code).unwrap_or_default();
    let mut km = [[FAR; 16]; 16];
    for (from, to, length) in ROADS {
        let (from, to) = (place(from), place(to));
        km[from][to] = length;
        km[to][from] = length;
    }
    for middle in 0..16 {
        for from in 0..16 {
            for to in 0..16 {
                km[from][to] = km[from][to].min(km[from][middle] + km[middle][to]);
            }
        }
    }
    km
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shares_add_up_and_codes_ascend() {
        assert_eq!(PREFECTURES.iter().map(|p| p.share).sum::<u64>(), 1_000);
        assert!(PREFECTURES.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(by_code(5323).unwrap().synthetic_region(), "539909");
        assert_eq!(by_code(5302), None);
    }

    #[test]
    fn every_pair_has_a_road_and_no_detour() {
        for from in &PREFECTURES {
            for to in &PREFECTURES {
                let km = road_km(from, to);
                assert!((40..1_400).contains(&km), "{} {} {km}", from.short, to.short);
                assert_eq!(km, road_km(to, from));
                for middle in PREFECTURES.iter().filter(|m| *m != from && *m != to) {
                    assert!(from == to || km <= road_km(from, middle) + road_km(middle, to));
                }
            }
        }
    }

    #[test]
    fn shortest_paths_go_over_the_published_roads() {
        let km = |from, to| road_km(by_code(from).unwrap(), by_code(to).unwrap());
        assert_eq!(km(5301, 5303), 135);
        assert_eq!(km(5303, 5304), 225, "曲靖–昆明–玉溪");
        assert_eq!(km(5329, 5334), 350, "大理–丽江–迪庆");
        assert_eq!(km(5331, 5333), 300, "德宏–保山–怒江");
        assert_eq!(km(5328, 5326), 135 + 320 + 200 + 115, "版纳–普洱–玉溪–红河–文山");
    }
}
