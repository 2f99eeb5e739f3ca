// SPDX-License-Identifier: Apache-2.0
//! Buckets of the state tree that were used of late, within a number of bytes: how many entries a
//! bucket has grows with the chain.

use chain::Hash;
use chain::state_tree::{self, ENTRY_BYTES, Entries};
use lru::LruCache;

/// What a bucket takes beside its entries, about.
const BESIDE_BYTES: usize = 128;

pub(crate) struct Buckets {
    used: LruCache<u32, Entries>,
    bytes: usize,
    most_bytes: usize,
}

fn size(entries: &Entries) -> usize {
    BESIDE_BYTES + entries.len() * ENTRY_BYTES
}

impl Buckets {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self { used: LruCache::unbounded(), bytes: 0, most_bytes }
    }

    pub(crate) fn get(&mut self, index: u32) -> Option<Entries> {
        self.used.get(&index).cloned()
    }

    /// Keeps a bucket, and lets go of those that were not used for the longest time.
    pub(crate) fn keep(&mut self, index: u32, entries: Entries) {
        self.bytes += size(&entries);
        if let Some(before) = self.used.put(index, entries) {
            self.bytes -= size(&before);
        }
        self.trim();
    }

    /// Follows a new version of a record whose bucket is kept.
    pub(crate) fn follow(&mut self, index: u32, state_key: Hash, version: Hash) {
        let Some(entries) = self.used.get_mut(&index) else { return };
        let before = size(entries);
        state_tree::put(entries, state_key, version);
        self.bytes += size(entries) - before;
        self.trim();
    }

    fn trim(&mut self) {
        while self.bytes > self.most_bytes {
            let Some((_, oldest)) = self.used.pop_lru() else { return };
            self.bytes -= size(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(count: u8) -> Entries {
        (0..count).map(|n| (Hash([n; 32]), Hash([n; 32]))).collect()
    }

    #[test]
    fn the_bytes_of_all_entries_are_bounded_and_the_oldest_go_first() {
        let mut buckets = Buckets::new(3 * size(&entries(2)));
        for index in 0..3 {
            buckets.keep(index, entries(2));
        }
        assert_eq!(buckets.get(0), Some(entries(2)), "all fit, and 0 is the newest now");
        buckets.follow(0, Hash([7; 32]), Hash([9; 32]));
        assert_eq!(buckets.get(1), None, "0 has grown, so the oldest went");
        assert_eq!(buckets.get(0).map(|entries| entries.len()), Some(3));
        buckets.keep(0, entries(1));
        assert_eq!(buckets.bytes, size(&entries(2)) + size(&entries(1)));
        buckets.follow(9, Hash([7; 32]), Hash([9; 32]));
        assert_eq!(buckets.get(9), None, "what is not kept is not followed");
        buckets.keep(5, entries(200));
        assert_eq!((buckets.bytes, buckets.get(5)), (0, None), "too large for all of it");
    }
}
