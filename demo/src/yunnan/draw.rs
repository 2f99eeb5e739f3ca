// SPDX-License-Identifier: Apache-2.0
//! The only source of variety: SplitMix64 of (seed, entity, index).
//! No clock, no floats and no global state: the same three numbers give the same things for ever.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// What is drawn; each has a stream of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A driver.
    Person = 1,
    /// A lorry or tractor.
    Vehicle = 2,
    /// A trailer.
    Trailer = 3,
    /// A haulier.
    Enterprise = 4,
    /// Someone who sends or receives goods.
    Shipper = 5,
    /// How long a subject's certificates last.
    Fate = 6,
    /// Terms of certificates.
    Certificate = 7,
    /// A carriage.
    Waybill = 8,
    /// Order of unique numbers.
    Scatter = 9,
}

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The stream of one thing.
    pub fn new(seed: u64, entity: Entity, index: u64) -> Self {
        let of_entity = mix(seed.wrapping_add(GOLDEN.wrapping_mul(entity as u64)));
        Self(mix(of_entity.wrapping_add(GOLDEN.wrapping_mul(index))))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// True in so many cases of a thousand.
    pub fn permille(&mut self, cases: u64) -> bool {
        self.below(1_000) < cases
    }

    /// The place of one of these weights.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        unreachable!("a number below the sum falls on one of the weights")
    }

    /// One of a list that is not empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// Thousandths of Beta(8, 2): the eighth of nine even draws in order.
    pub fn beta_8_2(&mut self) -> u32 {
        let mut draws = [0; 9].map(|_: u64| self.below(1_001));
        draws.sort_unstable();
        draws[7] as u32
    }
}

/// Spreads indices below `size` over all numbers below it, each one once.
pub fn scatter(seed: u64, salt: u64, index: u64, size: u64) -> u64 {
    let mut draw = Draw::new(seed, Entity::Scatter, salt);
    let offset = draw.below(size);
    let mut stride = size * 5 / 8 + draw.below(size / 4 + 1);
    while gcd(stride, size) != 1 {
        stride += 1;
    }
    let place = u128::from(index) * u128::from(stride) + u128::from(offset);
    (place % u128::from(size)) as u64
}

fn gcd(left: u64, right: u64) -> u64 {
    if right == 0 { left } else { gcd(right, left % right) }
}

fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_splitmix64() {
        let mut draw = Draw(1_234_567);
        let known = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973];
        assert_eq!([draw.bits(), draw.bits()], known);
    }

    #[test]
    fn scattering_never_meets_itself() {
        for size in [1_u64, 2, 7, 1_000, 4_913] {
            let mut seen: Vec<u64> = (0..size).map(|index| scatter(9, 1, index, size)).collect();
            seen.sort_unstable();
            assert!(seen.iter().copied().eq(0..size), "size {size}");
        }
    }

    #[test]
    fn weights_decide_how_often() {
        let mut draw = Draw::new(1, Entity::Person, 0);
        let mut counts = [0; 3];
        for _ in 0..10_000 {
            counts[draw.weighted([700, 250, 50].into_iter())] += 1;
        }
        assert!((6_800..7_200).contains(&counts[0]) && (350..650).contains(&counts[2]));
    }

    #[test]
    fn loads_lean_to_full() {
        let mut draw = Draw::new(1, Entity::Waybill, 0);
        let sum: u32 = (0..10_000).map(|_| draw.beta_8_2()).sum();
        assert!((790..810).contains(&(sum / 10_000)), "mean of Beta(8, 2) is 0.8");
    }
}
