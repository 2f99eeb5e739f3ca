// SPDX-License-Identifier: Apache-2.0
//! RFC 6962 Merkle trees: leaf and node hashes, roots, paths and their verification.
//!
//! Lists are built by `rs_merkle` with our own hasher; verification is a short routine of its own
//! (RFC 9162 section 2.1.3.2). It never takes a size from a proof: sizes come from headers.

use crate::domain::Tag;
use crate::hash::Hash;
use rs_merkle::{Hasher, MerkleTree};
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
    Hash(join(&left.0, &right.0))
}

fn join(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

/// `rs_merkle`'s own default joins without a prefix, and allocates.
#[derive(Clone)]
struct Rfc6962;

impl Hasher for Rfc6962 {
    type Hash = [u8; 32];

    fn hash(data: &[u8]) -> [u8; 32] {
        Sha256::digest(data).into()
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        right.map_or(*left, |right| join(left, right))
    }
}

fn tree(leaf_hashes: &[Hash]) -> MerkleTree<Rfc6962> {
    let leaves: Vec<[u8; 32]> = leaf_hashes.iter().map(|hash| hash.0).collect();
    MerkleTree::from_leaves(&leaves)
}

/// The root over leaf hashes; that of no leaves is SHA-256 of nothing.
pub fn root_of(leaf_hashes: &[Hash]) -> Hash {
    if leaf_hashes.is_empty() {
        return Hash::of(&[]);
    }
    match tree(leaf_hashes).root() {
        Some(root) => Hash(root),
        None => panic!("a tree with leaves has a root"),
    }
}

/// The path from a leaf to the root, lowest sibling first; None if there is no such leaf.
pub fn path(leaf_hashes: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaf_hashes.len() {
        return None;
    }
    let proof = tree(leaf_hashes).proof(&[index]);
    Some(proof.proof_hashes().iter().map(|hash| Hash(*hash)).collect())
}

/// True if the leaf is the `index`-th of `size` under `root`. Paths too short or too long fail.
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}
