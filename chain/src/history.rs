// SPDX-License-Identifier: Apache-2.0
//! The history: an RFC 6962 tree whose leaf i is the hash of the header at height i.
//!
//! Leaf i is `leaf_hash(HISTORY, header hash)`. The header at height h holds the root over leaves 0 to
//! h - 1. Only hashes of complete subtrees are kept, each under (level, index) with leaves at level 0;
//! an append or a path reads O(log n) of them. Never in here: where they are kept.

use crate::domain;
use crate::hash::Hash;
use crate::merkle::{leaf_hash, node_hash};

/// What an append brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The root over all leaves, the new one included.
    pub root: Hash,
    /// New complete nodes, the leaf first: (level, index, hash).
    pub nodes: Vec<(u8, u64, Hash)>,
}

/// The leaf of a header.
pub fn leaf(header_hash: &Hash) -> Hash {
    leaf_hash(domain::HISTORY, &header_hash.0)
}

/// The root of a history without leaves, as the header of genesis holds it.
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// Appends the hash of the header at height `index`, the leaves before it being there already.
pub fn append(node: impl Fn(u8, u64) -> Hash, index: u64, header_hash: &Hash) -> Appended {
    let (mut level, mut at, mut hash) = (0, index, leaf(header_hash));
    let mut nodes = vec![(level, at, hash)];
    while at & 1 == 1 {
        hash = node_hash(&node(level, at - 1), &hash);
        level += 1;
        at >>= 1;
        nodes.push((level, at, hash));
    }
    // What is complete to the left of the highest new node joins from the right to the left.
    let mut root = hash;
    while at > 0 {
        if at & 1 == 1 {
            root = node_hash(&node(level, at - 1), &root);
        }
        level += 1;
        at >>= 1;
    }
    Appended { root, nodes }
}

/// The root over the first `size` leaves.
pub fn root(node: impl Fn(u8, u64) -> Hash, size: u64) -> Hash {
    peaks(&node, size, 64).unwrap_or_else(empty_root)
}

/// The path of leaf `index` among the first `size`; None if there is no such leaf.
pub fn path(node: impl Fn(u8, u64) -> Hash, index: u64, size: u64) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    let mut path = Vec::new();
    let (mut level, mut at, mut last) = (0, index, size - 1);
    while last > 0 {
        if at & 1 == 1 {
            path.push(node(level, at - 1));
        } else if at < last {
            path.push(subtree(&node, level, at + 1, size));
        }
        level += 1;
        at >>= 1;
        last >>= 1;
    }
    Some(path)
}

/// The subtree at (level, index), which may be the incomplete one on the right.
fn subtree(node: &impl Fn(u8, u64) -> Hash, level: u8, index: u64, size: u64) -> Hash {
    let is_complete = size >> level > index;
    if is_complete {
        return node(level, index);
    }
    match peaks(node, size, level) {
        Some(root) => root,
        None => panic!("a subtree within the history has leaves"),
    }
}

/// The complete subtrees of `size` leaves below a level, joined; None if there are none.
fn peaks(node: &impl Fn(u8, u64) -> Hash, size: u64, below: u8) -> Option<Hash> {
    (0..below).filter(|level| size >> level & 1 == 1).fold(None, |joined, level| {
        let peak = node(level, (size >> level) - 1);
        Some(joined.map_or(peak, |right| node_hash(&peak, &right)))
    })
}
