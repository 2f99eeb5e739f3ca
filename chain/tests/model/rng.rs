// SPDX-License-Identifier: Apache-2.0
//! Numbers that follow from a seed alone (SplitMix64), so that a case can be run again.

/// A source of numbers.
pub(crate) struct Rng(u64);

impl Rng {
    /// The source of a case of a seed.
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        let mut rng = Self(seed ^ case.wrapping_mul(0xd134_2543_de82_ef95));
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound above zero.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// True so often in a hundred.
    pub(crate) fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    /// One of these; none of none.
    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let count = from.len() as u64;
        (count > 0).then(|| from[self.below(count) as usize].clone())
    }

    /// One of some that are there.
    pub(crate) fn one<T: Clone>(&mut self, from: &[T]) -> T {
        self.pick(from).expect("there is something to choose from")
    }
}
