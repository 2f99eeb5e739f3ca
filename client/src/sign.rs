// SPDX-License-Identifier: Apache-2.0
//! Building what is signed: transactions and second parties' statements, with fresh nonces.

use chain::actions::{Action, Statement};
use chain::ids::Time;
use chain::keys::{PublicKey, SecretKey};
use chain::nonce::Nonce;
use chain::{Hash, Transaction};

/// How far ahead `valid_until` is set: half of what the chain allows, so that clocks may differ.
pub(crate) const VALID_MS: u64 = chain::limits::VALIDITY_MS / 2;

/// Signs one party's transactions for one chain.
#[derive(Clone, Debug)]
pub struct Signer {
    key: SecretKey,
    chain: Hash,
}

impl Signer {
    /// A signer with a key for a chain.
    pub fn new(key: SecretKey, chain: Hash) -> Self {
        Self { key, chain }
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// Signs an action; `now` is the node's block time or a clock close to it.
    pub fn sign(&self, action: impl Into<Action>, now: Time) -> Transaction {
        let valid_until = now.plus(VALID_MS);
        Transaction::sign(&self.key, self.chain, action.into(), random_nonce(), valid_until)
    }

    /// Gives this party's word on somebody else's action.
    pub fn state(&self, action: &Action, now: Time) -> Statement {
        statement(&self.key, self.chain, action, now)
    }
}

/// A second party's word on an action.
pub fn statement(key: &SecretKey, chain: Hash, action: &Action, now: Time) -> Statement {
    Statement::give(key, chain, action, random_nonce(), now.plus(VALID_MS))
}

/// Sixteen random bytes of the system.
///
/// # Panics
/// If the system has no randomness to give: nothing can be signed then.
pub fn random_nonce() -> Nonce {
    let mut bytes = [0; 16];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the system gives no randomness: {error}");
    }
    Nonce(bytes)
}
