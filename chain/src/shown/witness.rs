// SPDX-License-Identifier: Apache-2.0
//! Witnesses: nodes of genesis that sign facts with their node key, and the list of them that a scanner keeps.

use super::facts::Facts;
use super::packed::Malformed;
use crate::data::data;
use crate::domain;
use crate::genesis::{Genesis, NodeRole};
use crate::hash::Hash;
use crate::keys::{PublicKey, SecretKey, Signature};
use crate::text::Word;

data! {
    /// A node's word that facts are what the chain says.
    pub struct Witness {
        /// The node's number in genesis.
        pub number: u16,
        /// Its signature.
        pub signature: Signature,
    }

    /// A node whose word counts.
    pub struct ListedWitness {
        /// Its number in genesis.
        pub number: u16,
        /// Its name.
        pub name: Word,
        /// Its key.
        pub key: PublicKey,
    }

    /// All that a scanner needs to verify without a network: the chain, and whose word counts. A scanner that
    /// holds another list trusts other nodes.
    pub struct WitnessList {
        /// The chain id.
        pub chain: Hash,
        /// The witnesses.
        pub witnesses: Vec<ListedWitness>,
    }
}

/// What a witness signs.
fn message(chain: &Hash, facts: &Facts) -> Result<Vec<u8>, Malformed> {
    Ok([domain::WITNESS.0.as_slice(), &chain.0, &facts.to_bytes()?].concat())
}

impl Witness {
    /// True if the word is that of this key.
    pub fn holds(&self, chain: &Hash, facts: &Facts, key: &PublicKey) -> bool {
        message(chain, facts).is_ok_and(|message| key.verifies(&message, &self.signature))
    }
}

impl WitnessList {
    /// The validators of a chain: the nodes that its consortium let speak for its state. An observer follows,
    /// and nobody voted for it.
    pub fn of(genesis: &Genesis) -> Self {
        let validators = genesis.nodes.iter().filter(|node| node.role == NodeRole::Validator);
        let witnesses = validators.filter_map(|node| {
            let number = u16::try_from(node.number).ok()?;
            Some(ListedWitness { number, name: node.name.clone(), key: node.key })
        });
        Self { chain: genesis.chain_id(), witnesses: witnesses.collect() }
    }

    /// The key of a witness, if it is on the list.
    pub fn key_of(&self, number: u16) -> Option<&PublicKey> {
        self.witnesses.iter().find(|listed| listed.number == number).map(|listed| &listed.key)
    }
}

/// The key of a node that is a witness. It signs facts and nothing else.
#[derive(Clone, Debug)]
pub struct WitnessKey {
    number: u16,
    chain: Hash,
    key: SecretKey,
}

impl WitnessKey {
    /// The witness that a key is on a chain; none if no validator has it.
    pub fn of(genesis: &Genesis, key: &SecretKey) -> Option<Self> {
        let list = WitnessList::of(genesis);
        let listed = list.witnesses.iter().find(|listed| listed.key == key.public())?;
        Some(Self { number: listed.number, chain: list.chain, key: key.clone() })
    }

    /// Its word for facts.
    pub fn witness(&self, facts: &Facts) -> Result<Witness, Malformed> {
        let signature = self.key.sign(&message(&self.chain, facts)?);
        Ok(Witness { number: self.number, signature })
    }
}
