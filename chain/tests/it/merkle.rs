// SPDX-License-Identifier: Apache-2.0
//! Merkle trees against the vectors of Certificate Transparency and a recursion straight from RFC 6962.

use chain::Hash;
use chain::merkle::{node_hash, path, root_of, verify_inclusion};
use proptest::prelude::*;

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

/// Their roots, for the first 1 to 8 leaves.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn reference_leaves() -> Vec<Hash> {
    LEAVES.iter().map(|leaf| Hash::of(&[&[0][..], &hex::decode(leaf).unwrap()].concat())).collect()
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|i| Hash::of(&i.to_le_bytes())).collect()
}

/// RFC 6962 section 2.1, word for word.
fn tree_head(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&tree_head(left), &tree_head(right))
        }
    }
}

#[test]
fn the_roots_of_certificate_transparency_come_out() {
    let leaves = reference_leaves();
    for (i, root) in ROOTS.iter().enumerate() {
        assert_eq!(root_of(&leaves[..=i]).to_string(), *root);
    }
}

#[test]
fn the_root_of_no_leaves_is_sha256_of_nothing() {
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(root_of(&[]).to_string(), nothing);
}

#[test]
fn every_leaf_of_every_small_tree_is_proven() {
    for size in 1..70 {
        let leaves = leaves(size);
        let root = root_of(&leaves);
        assert_eq!(root, tree_head(&leaves), "size {size}");
        for (i, leaf) in leaves.iter().enumerate() {
            let path = path(&leaves, i).unwrap();
            assert!(verify_inclusion(*leaf, i as u64, size as u64, &path, &root), "{i} of {size}");
        }
    }
}

#[test]
fn there_is_no_path_beyond_the_last_leaf() {
    assert_eq!(path(&leaves(5), 5), None);
    assert_eq!(path(&[], 0), None);
}

#[test]
fn an_empty_tree_includes_nothing() {
    assert!(!verify_inclusion(Hash::of(&[]), 0, 0, &[], &Hash::of(&[])));
}

proptest! {
    #[test]
    fn a_path_proves_one_leaf_at_one_place_and_nothing_else(
        size in 1_usize..300, seed in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(),
    ) {
        let leaves = leaves(size);
        let (index, wrong) = (seed.index(size), other.index(size));
        let root = root_of(&leaves);
        let path = path(&leaves, index).unwrap();
        let holds = |leaf, at: usize, path: &[Hash]| {
            verify_inclusion(leaf, at as u64, size as u64, path, &root)
        };
        prop_assert!(holds(leaves[index], index, &path));
        prop_assert!(wrong == index || !holds(leaves[wrong], index, &path));
        prop_assert!(wrong == index || !holds(leaves[index], wrong, &path));
        prop_assert!(!holds(leaves[index], size + index, &path));
        let longer = [&path[..], &[root]].concat();
        prop_assert!(!holds(leaves[index], index, &longer));
        if let Some((_, shorter)) = path.split_last() {
            prop_assert!(!holds(leaves[index], index, shorter));
            let mut bent = path.clone();
            bent[other.index(path.len())].0[31] ^= 1;
            prop_assert!(!holds(leaves[index], index, &bent));
        }
    }
}
