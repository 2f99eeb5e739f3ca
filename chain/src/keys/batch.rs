// SPDX-License-Identifier: Apache-2.0
//! Many signatures at once: the same verdicts as one by one (ZIP-215), at about half the cost.
//!
//! The coefficients of a batch are drawn from a hash of all that is in it, so that whoever chose the
//! signatures could not know them before. Never in here: a source of randomness.

use std::convert::Infallible;

use ed25519_zebra::batch::{Item, Verifier};
use ed25519_zebra::{VerificationKeyBytes, ed25519::Signature as RawSignature};
use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};

use super::{PublicKey, Signature};
use crate::domain;
use crate::hash::Hash;

/// One signature to check: key, message, signature.
pub type SignatureCheck = (PublicKey, Vec<u8>, Signature);

/// A failed batch no larger than this is looked through one by one; a larger one is halved.
const ONE_BY_ONE: usize = 8;

/// Which of the signatures hold, in order: exactly those that [`PublicKey::verifies`] accepts.
///
/// A caller with several cores splits its signatures and calls this for each part.
pub fn verify_batch(checks: &[SignatureCheck]) -> Vec<bool> {
    let items: Vec<Item> = checks.iter().map(item).collect();
    let mut verdicts = vec![true; checks.len()];
    judge(&items, &seed(checks), &mut verdicts);
    verdicts
}

fn item((key, message, signature): &SignatureCheck) -> Item {
    let key = VerificationKeyBytes::from(key.bytes);
    Item::from((key, RawSignature::from(signature.bytes), message))
}

fn seed(checks: &[SignatureCheck]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(domain::BATCH.0);
    for (key, message, signature) in checks {
        hasher.update(key.bytes);
        hasher.update((message.len() as u64).to_le_bytes());
        hasher.update(message);
        hasher.update(signature.bytes);
    }
    Hash(hasher.finalize().into())
}

fn judge(items: &[Item], seed: &Hash, verdicts: &mut [bool]) {
    if items.len() > 1 && all_hold(items, seed) {
        return;
    }
    if items.len() <= ONE_BY_ONE {
        for (item, verdict) in items.iter().zip(verdicts) {
            *verdict = item.clone().verify_single().is_ok();
        }
        return;
    }
    let middle = items.len() / 2;
    let (left, right) = verdicts.split_at_mut(middle);
    judge(&items[..middle], &half_seed(seed, 0), left);
    judge(&items[middle..], &half_seed(seed, 1), right);
}

fn half_seed(seed: &Hash, half: u8) -> Hash {
    Hash::tagged(domain::BATCH, &[&seed.0, &[half]])
}

fn all_hold(items: &[Item], seed: &Hash) -> bool {
    let mut verifier = Verifier::new();
    items.iter().for_each(|item| verifier.queue(item.clone()));
    verifier.verify(Transcript { seed: *seed, counter: 0, rest: [0; 32], left: 0 }).is_ok()
}

/// Block i of its stream is SHA-256(tag ‖ seed ‖ i).
struct Transcript {
    seed: Hash,
    counter: u64,
    rest: [u8; 32],
    left: usize,
}

impl TryRng for Transcript {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, wanted: &mut [u8]) -> Result<(), Infallible> {
        for byte in wanted {
            if self.left == 0 {
                let block = [&self.seed.0[..], &self.counter.to_le_bytes()];
                self.rest = Hash::tagged(domain::BATCH, &block).0;
                self.counter += 1;
                self.left = self.rest.len();
            }
            *byte = self.rest[self.rest.len() - self.left];
            self.left -= 1;
        }
        Ok(())
    }
}

impl TryCryptoRng for Transcript {}
