// SPDX-License-Identifier: Apache-2.0
//! The state tree: 2^depth sorted buckets under one RFC 6962 root.
//!
//! A bucket is the (state key, version hash) of all records whose key begins with its index, ascending.
//! Its leaf is `leaf_hash(BUCKET, 64 bytes an entry)`. Never in here: where nodes are kept.

use std::collections::BTreeMap;

use crate::domain;
use crate::hash::Hash;
use crate::limits::BUCKET_VERIFIED;
use crate::merkle::{leaf_hash, node_hash, verify_inclusion};
use crate::view::View;

/// The depths that genesis may choose.
pub const DEPTHS: std::ops::RangeInclusive<u8> = 1..=24;
/// Bytes of one entry of a bucket: state key and version hash.
pub const ENTRY_BYTES: usize = 64;

/// The entries of a bucket: (state key, version hash), strictly ascending by key.
pub type Entries = Vec<(Hash, Hash)>;

/// The bucket of a state key: its first `depth` bits.
pub fn bucket_of(state_key: &Hash, depth: u8) -> u32 {
    let [a, b, c, d, ..] = state_key.0;
    u32::from_be_bytes([a, b, c, d]) >> (32 - u32::from(depth))
}

/// A bucket's bytes: 64 for each entry.
pub fn encode_bucket(entries: &[(Hash, Hash)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * ENTRY_BYTES);
    for (key, version) in entries {
        bytes.extend_from_slice(&key.0);
        bytes.extend_from_slice(&version.0);
    }
    bytes
}

/// A bucket's leaf.
pub fn bucket_leaf(entries: &[(Hash, Hash)]) -> Hash {
    leaf_hash(domain::BUCKET, &encode_bucket(entries))
}

/// Why bytes are no bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BucketError {
    /// Not a multiple of 64 bytes.
    #[error("a bucket's length is not a multiple of {ENTRY_BYTES} bytes")]
    Length,
    /// More entries than there may be.
    #[error("a bucket has more than {BUCKET_VERIFIED} entries")]
    Full,
    /// Keys not strictly ascending.
    #[error("a bucket's keys are not strictly ascending")]
    Order,
    /// A key of another bucket.
    #[error("a bucket holds a key of another")]
    Foreign,
}

/// Reads a bucket's bytes and checks all that a bucket must keep.
pub fn decode_bucket(bytes: &[u8], index: u32, depth: u8) -> Result<Entries, BucketError> {
    let (entries, rest) = bytes.as_chunks::<ENTRY_BYTES>();
    if !rest.is_empty() {
        return Err(BucketError::Length);
    }
    if entries.len() > BUCKET_VERIFIED {
        return Err(BucketError::Full);
    }
    let entries: Entries = entries.iter().map(split_entry).collect();
    if !entries.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(BucketError::Order);
    }
    if entries.iter().any(|(key, _)| bucket_of(key, depth) != index) {
        return Err(BucketError::Foreign);
    }
    Ok(entries)
}

fn split_entry(entry: &[u8; ENTRY_BYTES]) -> (Hash, Hash) {
    let mut parts = (Hash::ZERO, Hash::ZERO);
    parts.0.0.copy_from_slice(&entry[..32]);
    parts.1.0.copy_from_slice(&entry[32..]);
    parts
}

/// The newest version's hash of a key in a bucket.
pub fn find(entries: &[(Hash, Hash)], state_key: &Hash) -> Option<Hash> {
    let at = entries.binary_search_by(|(key, _)| key.cmp(state_key)).ok()?;
    Some(entries[at].1)
}

/// Puts a key's newest version into a bucket.
pub fn put(entries: &mut Entries, state_key: Hash, version: Hash) {
    match entries.binary_search_by(|(key, _)| key.cmp(&state_key)) {
        Ok(at) => entries[at].1 = version,
        Err(at) => entries.insert(at, (state_key, version)),
    }
}

/// The node at each level of a tree without entries, leaves first: `depth + 1` of them.
pub fn empty_nodes(depth: u8) -> Vec<Hash> {
    let leaf = bucket_leaf(&[]);
    std::iter::successors(Some(leaf), |below| Some(node_hash(below, below)))
        .take(usize::from(depth) + 1)
        .collect()
}

/// The root of a tree without entries.
pub fn empty_root(depth: u8) -> Hash {
    empty_nodes(depth)[usize::from(depth)]
}

/// New nodes of a state tree: (level, index, hash).
pub type Nodes = Vec<(u8, u32, Hash)>;

/// The root after some buckets got new entries, with every node that changed, leaves first.
/// Each bucket and each inner node is hashed once.
pub fn update(view: &impl View, touched: &BTreeMap<u32, Entries>) -> (Hash, Nodes) {
    let leaves = touched.iter().map(|(index, entries)| (*index, bucket_leaf(entries))).collect();
    update_leaves(|level, index| view.tree_node(level, index), view.depth(), leaves)
}

/// The same for new leaf hashes, ascending by index, over any lookup of nodes.
pub fn update_leaves(
    node: impl Fn(u8, u32) -> Hash,
    depth: u8,
    leaves: Vec<(u32, Hash)>,
) -> (Hash, Nodes) {
    let mut nodes = Nodes::new();
    let mut current = leaves;
    for level in 0..depth {
        let parents = parents_of(&node, level, &current);
        nodes.extend(current.into_iter().map(|(index, hash)| (level, index, hash)));
        current = parents;
    }
    nodes.extend(current.iter().map(|(index, hash)| (depth, *index, *hash)));
    let root = current.first().map_or_else(|| node(depth, 0), |(_, hash)| *hash);
    (root, nodes)
}

fn parents_of(
    node: &impl Fn(u8, u32) -> Hash,
    level: u8,
    changed: &[(u32, Hash)],
) -> Vec<(u32, Hash)> {
    changed
        .chunk_by(|a, b| a.0 >> 1 == b.0 >> 1)
        .map(|pair| {
            let parent = match pair {
                [(_, left), (_, right)] => node_hash(left, right),
                [(index, hash)] if index & 1 == 0 => node_hash(hash, &node(level, index + 1)),
                [(index, hash)] => node_hash(&node(level, index - 1), hash),
                _ => panic!("two children at most have one parent"),
            };
            (pair[0].0 >> 1, parent)
        })
        .collect()
}

/// The path of a bucket, lowest sibling first: `depth` hashes.
pub fn path(node: impl Fn(u8, u32) -> Hash, depth: u8, index: u32) -> Vec<Hash> {
    (0..depth).map(|level| node(level, (index >> level) ^ 1)).collect()
}

/// True if a bucket's leaf lies at `index` under a state root.
pub fn verify_path(leaf: Hash, index: u32, depth: u8, path: &[Hash], root: &Hash) -> bool {
    verify_inclusion(leaf, u64::from(index), 1 << depth, path, root)
}

/// All nodes of a state tree in one flat array, as a store keeps them in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatTree {
    depth: u8,
    nodes: Vec<Hash>,
}

impl FlatTree {
    /// A tree without entries.
    pub fn empty(depth: u8) -> Self {
        let mut nodes = Vec::with_capacity(2 << depth);
        for (level, hash) in empty_nodes(depth).into_iter().enumerate() {
            nodes.resize(nodes.len() + (1 << (usize::from(depth) - level)), hash);
        }
        Self { depth, nodes }
    }

    /// The tree over all newest versions: (state key, version hash), ascending by key.
    pub fn rebuild(depth: u8, heads: impl IntoIterator<Item = (Hash, Hash)>) -> Self {
        let mut tree = Self::empty(depth);
        let mut leaves = Vec::new();
        let (mut index, mut entries) = (0, Entries::new());
        for (key, version) in heads {
            let bucket = bucket_of(&key, depth);
            if bucket != index && !entries.is_empty() {
                leaves.push((index, bucket_leaf(&entries)));
                entries.clear();
            }
            index = bucket;
            entries.push((key, version));
        }
        if !entries.is_empty() {
            leaves.push((index, bucket_leaf(&entries)));
        }
        let (_, nodes) = update_leaves(|level, at| tree.node(level, at), depth, leaves);
        tree.apply(&nodes);
        tree
    }

    /// Its depth.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// A node; level 0 holds the leaves, level `depth` the root.
    pub fn node(&self, level: u8, index: u32) -> Hash {
        self.nodes[self.place(level, index)]
    }

    /// Its root.
    pub fn root(&self) -> Hash {
        self.node(self.depth, 0)
    }

    /// Takes over the new nodes of a block.
    pub fn apply(&mut self, nodes: &[(u8, u32, Hash)]) {
        for (level, index, hash) in nodes {
            let place = self.place(*level, *index);
            self.nodes[place] = *hash;
        }
    }

    /// Level l begins behind the 2^(d+1) - 2^(d+1-l) nodes of the levels below it.
    fn place(&self, level: u8, index: u32) -> usize {
        let all = 2_usize << self.depth;
        let width = all >> (level + 1);
        assert!(level <= self.depth && (index as usize) < width, "no such node of the state tree");
        all - (all >> level) + index as usize
    }
}
