// SPDX-License-Identifier: Apache-2.0
//! The state tree: updates equal a rebuild, and a bucket in disorder is refused.

use std::collections::BTreeMap;

use chain::Hash;
use chain::limits::BUCKET_VERIFIED;
use chain::merkle::root_of;
use chain::state_tree::{
    BucketError, Entries, FlatTree, bucket_leaf, bucket_of, decode_bucket, empty_root,
    encode_bucket, find, path, put, update_leaves, verify_path,
};
use proptest::prelude::*;

fn key(i: u64) -> Hash {
    Hash::of(&i.to_le_bytes())
}

/// A key of bucket 0 at any depth up to 16, in order of `i`.
fn low_key(i: u16) -> Hash {
    let mut key = Hash::ZERO;
    key.0[2..4].copy_from_slice(&i.to_be_bytes());
    key
}

fn buckets(heads: &BTreeMap<Hash, Hash>, depth: u8) -> BTreeMap<u32, Entries> {
    let mut buckets = BTreeMap::<u32, Entries>::new();
    for (key, version) in heads {
        put(buckets.entry(bucket_of(key, depth)).or_default(), *key, *version);
    }
    buckets
}

/// The root by the definition: the list of all leaves.
fn plain_root(heads: &BTreeMap<Hash, Hash>, depth: u8) -> Hash {
    let buckets = buckets(heads, depth);
    let leaves: Vec<Hash> = (0..1_u32 << depth)
        .map(|i| bucket_leaf(buckets.get(&i).map_or(&[][..], Vec::as_slice)))
        .collect();
    root_of(&leaves)
}

#[test]
fn a_bucket_is_the_first_bits_of_the_key() {
    let mut key = Hash::ZERO;
    key.0[..4].copy_from_slice(&[0b1010_0000, 0, 0b0100_0000, 1]);
    assert_eq!(bucket_of(&key, 1), 1);
    assert_eq!(bucket_of(&key, 3), 0b101);
    assert_eq!(bucket_of(&key, 18), 0b10_1000_0000_0000_0001);
}

#[test]
fn the_empty_tree_is_the_list_of_empty_buckets() {
    for depth in 1..=8 {
        assert_eq!(empty_root(depth), plain_root(&BTreeMap::new(), depth));
        assert_eq!(FlatTree::empty(depth).root(), empty_root(depth));
        assert_eq!(FlatTree::rebuild(depth, []), FlatTree::empty(depth));
    }
}

proptest! {
    #[test]
    fn updates_equal_a_rebuild_and_the_definition(
        depth in 1_u8..9,
        blocks in prop::collection::vec(prop::collection::btree_map(0_u64..400, 0_u64..9, 0..40), 1..6),
    ) {
        let (mut heads, mut tree) = (BTreeMap::new(), FlatTree::empty(depth));
        for block in blocks {
            let touched: Vec<u32> = block.keys().map(|i| bucket_of(&key(*i), depth)).collect();
            heads.extend(block.iter().map(|(i, version)| (key(*i), Hash::of(&version.to_le_bytes()))));
            let mut new = buckets(&heads, depth);
            new.retain(|index, _| touched.contains(index));
            let leaves = new.iter().map(|(i, entries)| (*i, bucket_leaf(entries))).collect();
            let (root, nodes) = update_leaves(|level, i| tree.node(level, i), depth, leaves);
            let mut places: Vec<_> = nodes.iter().map(|(level, index, _)| (*level, *index)).collect();
            places.dedup();
            prop_assert_eq!(places.len(), nodes.len(), "each node is hashed once");
            tree.apply(&nodes);
            prop_assert_eq!(root, tree.root());
        }
        prop_assert_eq!(tree.root(), plain_root(&heads, depth));
        prop_assert_eq!(&FlatTree::rebuild(depth, heads.clone()), &tree);
        for (index, entries) in buckets(&heads, depth) {
            let path = path(|level, i| tree.node(level, i), depth, index);
            let leaf = bucket_leaf(&entries);
            prop_assert!(verify_path(leaf, index, depth, &path, &tree.root()));
            prop_assert!(!verify_path(leaf, index ^ 1, depth, &path, &tree.root()));
            prop_assert!(!verify_path(leaf, index, depth - 1, &path, &tree.root()));
            prop_assert!(!verify_path(leaf, index, depth + 1, &path, &tree.root()));
            prop_assert_eq!(decode_bucket(&encode_bucket(&entries), index, depth), Ok(entries));
        }
    }
}

#[test]
fn a_bucket_in_disorder_is_refused() {
    let entry = |i| (low_key(i), Hash::ZERO);
    let read = |entries: &[(Hash, Hash)]| decode_bucket(&encode_bucket(entries), 0, 8);
    assert_eq!(read(&[entry(1), entry(2)]), Ok(vec![entry(1), entry(2)]));
    assert_eq!(read(&[entry(2), entry(1)]), Err(BucketError::Order));
    assert_eq!(read(&[entry(1), entry(1)]), Err(BucketError::Order));
}

#[test]
fn a_bucket_with_a_foreign_key_is_refused() {
    let mut foreign = low_key(0);
    foreign.0[0] = 1;
    let bytes = encode_bucket(&[(foreign, Hash::ZERO)]);
    assert_eq!(decode_bucket(&bytes, 0, 8), Err(BucketError::Foreign));
    assert_eq!(decode_bucket(&bytes, 0, 7).map(|entries| entries.len()), Ok(1));
}

#[test]
fn a_bucket_of_another_length_is_refused() {
    let bytes = encode_bucket(&[(low_key(1), Hash::ZERO)]);
    assert_eq!(decode_bucket(&bytes[..63], 0, 8), Err(BucketError::Length));
    assert_eq!(decode_bucket(&[], 0, 8), Ok(Vec::new()));
}

#[test]
fn a_bucket_with_too_many_entries_is_refused() {
    let entries: Entries =
        (0..=BUCKET_VERIFIED).map(|i| (low_key(i.try_into().unwrap()), Hash::ZERO)).collect();
    assert_eq!(decode_bucket(&encode_bucket(&entries), 0, 8), Err(BucketError::Full));
    assert!(decode_bucket(&encode_bucket(&entries[1..]), 0, 8).is_ok());
}

#[test]
fn put_replaces_and_find_sees_the_newest() {
    let mut entries = Entries::new();
    for (n, i) in [3, 1, 2, 1].into_iter().enumerate() {
        put(&mut entries, low_key(i), key(n as u64));
    }
    assert_eq!(entries.len(), 3);
    assert!(entries.is_sorted());
    assert_eq!(find(&entries, &low_key(1)), Some(key(3)));
    assert_eq!(find(&entries, &low_key(4)), None);
}
