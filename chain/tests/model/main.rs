// SPDX-License-Identifier: Apache-2.0
//! A second opinion on codes, applications, waybills, grants and consents: a naive model, written from the rules of the
//! trade, runs beside the state machine under random transactions at random times. After each block
//! both must say the same. It keeps plain facts and looks through all of them whenever it is asked.
//!
//! `DIANYUN_MODEL_CASES` is how many cases are run, `DIANYUN_MODEL_SEED` what they follow from, and
//! `DIANYUN_MODEL_CASE` runs a single one of them.

#![allow(clippy::unwrap_used)]

#[path = "../it/common/mod.rs"]
mod common;

mod answers;
mod applications;
mod bindings;
mod certificates;
mod chances;
mod colours;
mod compare;
mod exchanges;
mod inquiries;
mod interfaces;
mod moves;
mod needs;
mod papers;
mod rng;
mod senders;
mod stage;
mod steps;
mod swaps;
mod transactions;
mod trips;
mod waybills;
mod world;

use std::collections::BTreeMap;

use stage::Stage;

const CASES: u64 = 400;
const SEED: u64 = 20_261_124;
const BLOCKS: u64 = 70;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn model_and_chain_say_the_same_after_every_block() {
    let seed = number("DIANYUN_MODEL_SEED").unwrap_or(SEED);
    let cases = match number("DIANYUN_MODEL_CASE") {
        Some(case) => case..case + 1,
        None => 0..number("DIANYUN_MODEL_CASES").unwrap_or(CASES),
    };
    let count = cases.end - cases.start;
    let mut seen: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for case in cases {
        let mut stage = Stage::new(seed, case);
        stage.prepare();
        for _ in 0..BLOCKS {
            stage.play();
        }
        for (word, (done, refused)) in stage.seen {
            let sum = seen.entry(word).or_default();
            *sum = (sum.0 + done, sum.1 + refused);
        }
    }
    let (done, refused) = seen.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!("{count} cases, {done} transactions executed, {refused} refused");
    for (word, (done, refused)) in &seen {
        println!("{word}: {done} executed, {refused} refused");
    }
    // A family that never succeeds would be compared in vain.
    if count >= 50 {
        assert_eq!(seen.len(), moves::KINDS, "every kind of action was tried");
        assert!(seen.values().all(|(done, refused)| *done > 0 && *refused > 0), "{seen:?}");
    }
}
