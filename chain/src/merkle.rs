// SPDX-License-Identifier: Apache-2.0
//! RFC 6962 Merkle trees: leaf and node hashes, roots, paths and their verification.

use crate::domain::Tag;
use crate::hash::Hash;
use sha2::{Digest, Sha256};

/// The leaf hash of tagged bytes: SHA-256(0x00 ‖ tag ‖ bytes).
pub fn leaf_hash(tag: Tag, bytes: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(tag.0);
    hasher.update(bytes);
    Hash(hasher.finalize().into())
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.0);
    hasher.update(right.0);
    Hash(hasher.finalize().into())
}
