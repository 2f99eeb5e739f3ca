// SPDX-License-Identifier: Apache-2.0
//! The history grows by complete subtrees alone and yet is the list that `merkle` builds.

use std::collections::BTreeMap;

use chain::Hash;
use chain::history::{append, empty_root, leaf, path, root};
use chain::merkle::{root_of, verify_inclusion};

const SIZE: u64 = 200;

fn header_hash(height: u64) -> Hash {
    Hash::of(&height.to_le_bytes())
}

#[test]
fn appending_gives_the_root_of_the_whole_list_each_time() {
    let mut table = BTreeMap::new();
    let mut leaves = Vec::new();
    assert_eq!(empty_root(), root_of(&[]));
    for height in 0..SIZE {
        let node = |level, index| table[&(level, index)];
        let appended = append(node, height, &header_hash(height));
        leaves.push(leaf(&header_hash(height)));
        assert_eq!(appended.root, root_of(&leaves), "height {height}");
        for (level, index, hash) in appended.nodes {
            assert_eq!(table.insert((level, index), hash), None, "a node is written once");
        }
        assert_eq!(root(|level, index| table[&(level, index)], height + 1), appended.root);
    }
    assert_eq!(root(|_, _| Hash::ZERO, 0), empty_root());
}

#[test]
fn every_older_header_is_proven_at_every_size() {
    let mut table = BTreeMap::new();
    for height in 0..SIZE {
        let node = |level, index| table[&(level, index)];
        let appended = append(node, height, &header_hash(height));
        table.extend(appended.nodes.into_iter().map(|(level, index, hash)| ((level, index), hash)));
        let node = |level, index| table[&(level, index)];
        for older in 0..=height {
            let path = path(node, older, height + 1).unwrap();
            let leaf = leaf(&header_hash(older));
            assert!(verify_inclusion(leaf, older, height + 1, &path, &appended.root));
        }
        assert_eq!(path(node, height + 1, height + 1), None);
    }
}
