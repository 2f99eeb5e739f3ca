// SPDX-License-Identifier: Apache-2.0
//! Who plays in the demo: one register for every process of a network, and a key for each holder.
//! These keys follow from the chain id, so anybody can make them: they are for invented people alone.

use chain::calendar::Date;
use chain::hash::Hash;
use chain::ids::Time;
use chain::keys::SecretKey;

use crate::yunnan::Register;

/// Seed of the demo's register.
pub const SEED: u64 = 0x6469_616e_7975_6e31;
/// Hauliers of the demo.
pub const ENTERPRISES: u64 = 24;
/// Drivers in every authority's book. The scenario takes the first ones, newcomers the last.
pub const PEOPLE: u64 = 4_000;
/// The first driver that no scenario takes.
pub const NEWCOMERS: u64 = 3_000;

/// The register of a network, the same in every process: it describes the day of genesis.
pub fn register(genesis: Time) -> Register {
    Register { seed: SEED, as_of: Date::in_beijing(genesis), enterprises: ENTERPRISES }
}

/// Whose key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Player {
    /// A driver's device.
    Driver(u64),
    /// A haulier's office.
    Enterprise(u64),
    /// A haulier's own code.
    EnterpriseHolder(u64),
}

/// The key of a player on a chain.
pub fn key(chain: Hash, player: Player) -> SecretKey {
    let (kind, index) = match player {
        Player::Driver(index) => (b"driver", index),
        Player::Enterprise(index) => (b"office", index),
        Player::EnterpriseHolder(index) => (b"holder", index),
    };
    let seed =
        Hash::of(&[b"dianyun demo key ", &kind[..], &chain.0, &index.to_le_bytes()].concat());
    SecretKey::from_seed(&seed.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_player_of_every_chain_has_a_key_of_its_own() {
        let chains = [Hash::of(b"one"), Hash::of(b"two")];
        let players = [Player::Driver(0), Player::Driver(1), Player::Enterprise(0)];
        let mut keys: Vec<_> = chains
            .iter()
            .flat_map(|chain| players.map(|player| key(*chain, player).public()))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 6);
    }
}
