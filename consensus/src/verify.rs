// SPDX-License-Identifier: Apache-2.0
//! Signatures: each is checked once a node, in batches, over as many threads as pay.
//! Never believes another node's check.

use chain::Hash;
use chain::keys::{SignatureCheck, verify_batch};
use chain::transaction::{Checked, Decoded};
use chain::{TransactionId, limits as chain_limits};
use lru::LruCache;
use parking_lot::Mutex;
use rayon::prelude::*;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::limits;

/// Remembers which transactions hold, by id and hash of all bytes: the id leaves the signature out.
pub(crate) struct Verifier {
    known: Mutex<LruCache<TransactionId, Hash>>,
    checked: AtomicU64,
}

impl Verifier {
    pub(crate) fn new() -> Self {
        let size = NonZeroUsize::new(limits::VERIFIED_IDS).unwrap_or(NonZeroUsize::MIN);
        Self { known: Mutex::new(LruCache::new(size)), checked: AtomicU64::new(0) }
    }

    /// Signatures checked so far.
    pub(crate) fn checked(&self) -> u64 {
        self.checked.load(Ordering::Relaxed)
    }

    /// The transactions whose signatures hold, in their places.
    pub(crate) fn check(&self, decoded: Vec<Option<Decoded>>) -> Vec<Option<Checked>> {
        let prints: Vec<Option<Hash>> = decoded.iter().map(|d| d.as_ref().map(print)).collect();
        let unknown: Vec<usize> = {
            let known = self.known.lock();
            let is_known = |place: &usize| match (&decoded[*place], &prints[*place]) {
                (Some(one), Some(print)) => known.peek(&one.id()) == Some(print),
                _ => true,
            };
            (0..decoded.len()).filter(|place| !is_known(place)).collect()
        };
        let mut holds = vec![true; decoded.len()];
        for (place, verdict) in self.verdicts(&decoded, &unknown) {
            holds[place] = verdict;
        }
        let mut known = self.known.lock();
        let judged = decoded.into_iter().zip(prints).zip(holds);
        judged
            .map(|((one, print), holds)| {
                let one = one.filter(|_| holds)?;
                known.put(one.id(), print?);
                Some(one.checked_elsewhere())
            })
            .collect()
    }

    fn verdicts(&self, decoded: &[Option<Decoded>], places: &[usize]) -> Vec<(usize, bool)> {
        if places.len() <= limits::VERIFY_BATCH {
            return self.batch(decoded, places);
        }
        let parts = places.par_chunks(limits::VERIFY_BATCH);
        parts.flat_map_iter(|some| self.batch(decoded, some)).collect()
    }

    fn batch(&self, decoded: &[Option<Decoded>], places: &[usize]) -> Vec<(usize, bool)> {
        let mut checks: Vec<SignatureCheck> = Vec::with_capacity(places.len());
        let mut counts = Vec::with_capacity(places.len());
        for place in places {
            let own = decoded[*place].as_ref().map_or_else(Vec::new, Decoded::signature_checks);
            counts.push(own.len());
            checks.extend(own);
        }
        self.checked.fetch_add(checks.len() as u64, Ordering::Relaxed);
        let verdicts = verify_batch(&checks);
        let mut rest = verdicts.as_slice();
        let mut out = Vec::with_capacity(places.len());
        for (place, count) in places.iter().zip(counts) {
            let (own, after) = rest.split_at(count);
            rest = after;
            out.push((*place, own.iter().all(|holds| *holds)));
        }
        out
    }
}

fn print(decoded: &Decoded) -> Hash {
    Hash::of(decoded.bytes())
}

/// Decodes what a proposal holds; none where bytes are not a transaction of this chain.
pub(crate) fn decode(transactions: &[Vec<u8>], chain: Hash) -> Vec<Option<Decoded>> {
    let fits = |bytes: &&Vec<u8>| bytes.len() <= chain_limits::TRANSACTION_BYTES;
    transactions
        .iter()
        .map(|bytes| {
            Some(bytes).filter(fits).and_then(|b| Decoded::from_bytes(b.clone(), chain).ok())
        })
        .collect()
}
