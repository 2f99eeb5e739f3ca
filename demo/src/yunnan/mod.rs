// SPDX-License-Identifier: Apache-2.0
//! The invented register: people, vehicles, hauliers, certificates and carriages of a Yunnan that
//! does not exist. The same seed and day give the same register in every process; nothing in it may
//! ever be a living person's.

pub mod certificates;
pub mod days;
pub mod draw;
pub mod enterprises;
pub mod geography;
pub mod newcomer;
pub mod people;
pub mod trade;
pub mod vehicles;

#[cfg(test)]
mod tests;

use chain::calendar::Date;

/// A register: everything follows from these three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Register {
    /// Seed of every draw.
    pub seed: u64,
    /// The day that it describes.
    pub as_of: Date,
    /// How many hauliers share the vehicles.
    pub enterprises: u64,
}
