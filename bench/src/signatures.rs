// SPDX-License-Identifier: Apache-2.0
//! How many signatures one core checks a second, alone and in batches, from many signers.

use std::time::{Duration, Instant};

use chain::hash::Hash;
use chain::keys::{SecretKey, SignatureCheck, verify_batch};

const SIGNERS: u64 = 1_000;
const BATCH: usize = 500;
const TIME: Duration = Duration::from_secs(1);
const MESSAGE_BYTES: usize = 48;

/// Checks a second: single, in batches of 500.
pub(crate) fn rates() -> (f64, f64) {
    let checks: Vec<SignatureCheck> = (0..SIGNERS).map(check).collect();
    let single = rate(|| checks.iter().map(|(k, m, s)| usize::from(k.verifies(m, s))).sum());
    let batch = rate(|| {
        let held = checks.chunks(BATCH).flat_map(verify_batch);
        held.filter(|holds| *holds).count()
    });
    (single, batch)
}

fn rate(mut all: impl FnMut() -> usize) -> f64 {
    let started = Instant::now();
    let mut held = 0;
    while started.elapsed() < TIME {
        held += all();
    }
    held as f64 / started.elapsed().as_secs_f64()
}

/// A signature of the `number`-th signer.
pub(crate) fn check(number: u64) -> SignatureCheck {
    let key = SecretKey::from_seed(&Hash::of(&number.to_le_bytes()).0);
    let message = vec![number as u8; MESSAGE_BYTES];
    let signature = key.sign(&message);
    (key.public(), message, signature)
}
