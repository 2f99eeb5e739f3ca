// SPDX-License-Identifier: Apache-2.0
//! Trees: the published roots of RFC 6962, paths that hold and paths that do not, history and state.

use std::collections::BTreeMap;

use chain::merkle::{path, root_of, verify_inclusion};
use chain::state_tree::{FlatTree, bucket_of, encode_bucket};
use chain::{Hash, history};
use serde_json::{Value, json};

use crate::golden::keep;

/// Leaves of the reference vectors of Certificate Transparency (`merkle_tree_test`).
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// The published root of all eight.
const ROOT: &str = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";

fn leaf_hashes() -> Vec<Hash> {
    LEAVES.iter().map(|leaf| Hash::of(&[&[0][..], &hex::decode(leaf).unwrap()].concat())).collect()
}

fn roots() -> Vec<Value> {
    let leaves = leaf_hashes();
    (0..=8).map(|count| json!({ "count": count, "root": root_of(&leaves[..count]) })).collect()
}

fn inclusion(leaf: Hash, index: u64, count: usize, path: &[Hash], root: &Hash) -> Value {
    let holds = verify_inclusion(leaf, index, count as u64, path, root);
    json!({
        "leaf_hash": leaf, "index": index, "count": count, "path": path, "root": root,
        "holds": holds,
    })
}

/// Each leaf of trees of 1 to 8, then what does not hold.
fn inclusions() -> Vec<Value> {
    let leaves = leaf_hashes();
    let mut out = Vec::new();
    for count in 1..=8 {
        let root = root_of(&leaves[..count]);
        for (index, leaf) in leaves[..count].iter().enumerate() {
            let path = path(&leaves[..count], index).unwrap();
            out.push(inclusion(*leaf, index as u64, count, &path, &root));
        }
    }
    assert!(out.iter().all(|vector| vector["holds"] == true));
    let (root, good) = (root_of(&leaves[..7]), path(&leaves[..7], 2).unwrap());
    let longer = [&good[..], &[root]].concat();
    let wrong = [
        inclusion(leaves[2], 3, 7, &good, &root),
        inclusion(leaves[2], 2, 3, &good, &root),
        inclusion(leaves[2], 2, 1_000_000, &good, &root),
        inclusion(leaves[3], 2, 7, &good, &root),
        inclusion(leaves[2], 2, 7, &good[..2], &root),
        inclusion(leaves[2], 2, 7, &longer, &root),
        inclusion(leaves[2], 7, 7, &good, &root),
        inclusion(Hash::of(&[]), 0, 0, &[], &Hash::of(&[])),
    ];
    assert!(wrong.iter().all(|vector| vector["holds"] == false));
    out.extend(wrong);
    out
}

/// Histories of 1 to 9 headers, with the path of each header in the largest.
fn histories() -> Vec<Value> {
    let hashes: Vec<Hash> = (0_u64..9).map(|height| Hash::of(&height.to_le_bytes())).collect();
    let mut table = BTreeMap::new();
    let mut out = Vec::new();
    for (height, hash) in hashes.iter().enumerate() {
        let (index, count) = (height as u64, height as u64 + 1);
        let appended = history::append(|level, at| table[&(level, at)], index, hash);
        table.extend(appended.nodes.iter().map(|(level, at, node)| ((*level, *at), *node)));
        let node = |level, at| table[&(level, at)];
        let paths: Vec<_> = (0..count).map(|at| history::path(node, at, count)).collect();
        out.push(json!({
            "header_hashes": hashes[..=height], "root": appended.root, "paths": paths,
        }));
    }
    out
}

fn state(depth: u8, count: u64) -> Value {
    let mut heads: Vec<(Hash, Hash)> = (0..count)
        .map(|i| (Hash::of(&i.to_le_bytes()), Hash::of(&(i + 1_000).to_le_bytes())))
        .collect();
    heads.sort();
    let tree = FlatTree::rebuild(depth, heads.clone());
    let bucket = |index: u32| {
        let entries: Vec<_> =
            heads.iter().filter(|(key, _)| bucket_of(key, depth) == index).copied().collect();
        let path = chain::state_tree::path(|level, at| tree.node(level, at), depth, index);
        json!({ "index": index, "bytes": hex::encode(encode_bucket(&entries)), "path": path })
    };
    let buckets: Vec<Value> = (0..1 << depth).map(bucket).collect();
    json!({ "depth": depth, "heads": heads, "root": tree.root(), "buckets": buckets })
}

#[test]
fn trees_have_the_roots_and_paths_of_the_vectors() {
    let roots = roots();
    assert_eq!(roots[8]["root"], ROOT);
    keep(
        "trees.json",
        &json!({
            "leaves": LEAVES,
            "roots": roots,
            "inclusions": inclusions(),
            "histories": histories(),
            "states": [state(1, 0), state(1, 1), state(3, 12)],
        }),
    );
}
