// SPDX-License-Identifier: Apache-2.0
//! Every forgery is refused, each by the rule that is there for it.

use crate::common::forgeries::all;
use crate::common::scene::{Scene, scene};
use chain::proof::verify;

/// Checks one forgery by its name: on the value, and after a trip through the file.
fn refused(scene: &Scene, name: &str) {
    let (_, forge, why) = all().into_iter().find(|(known, ..)| *known == name).unwrap();
    let forged = forge(scene);
    let text = serde_json::to_string(&forged.proof).unwrap();
    let read = serde_json::from_str(&text).unwrap();
    assert_eq!(forged.proof, read);
    assert_eq!(verify(&read, &forged.header, forged.depth), Err(why), "{name}");
}

macro_rules! refused {
    ($($name:ident)*) => {
        mod refused {
            $(#[test]
            fn $name() {
                super::refused(&super::scene(), stringify!($name));
            })*
        }

        #[test]
        fn every_forgery_has_its_test() {
            let tested = [$(stringify!($name)),*];
            let known: Vec<&str> = all().into_iter().map(|(name, ..)| name).collect();
            assert_eq!(known, tested);
        }
    };
}

refused! {
    another_layout
    another_chain
    another_height
    another_header
    another_value
    the_value_of_another_record
    a_value_that_goes_on
    another_number_of_a_version
    another_index
    an_index_beyond_the_count
    a_shortened_path_of_a_transaction
    a_lengthened_path_of_a_transaction
    a_shortened_path_of_a_receipt
    a_lengthened_path_of_a_receipt
    a_shortened_path_of_a_change
    a_lengthened_path_of_a_change
    a_shortened_path_of_a_bucket
    a_lengthened_path_of_a_bucket
    a_shortened_path_of_history
    a_lengthened_path_of_history
    an_absent_key_claimed_present
    a_present_key_claimed_absent
    a_replaced_version_claimed_current
    a_current_version_claimed_replaced
    a_version_that_ended_within_its_block
    a_successor_of_another_record
    a_successor_after_the_next
    a_successor_of_another_past
    a_second_version_as_the_first
    a_first_version_with_a_previous
    a_change_of_another_height
    a_change_before_its_block
    a_receipt_among_transactions
    a_transaction_among_changes
    a_change_among_buckets
    a_bucket_in_disorder
    a_bucket_with_a_key_twice
    a_bucket_with_a_foreign_key
    a_bucket_with_half_an_entry
    a_bucket_with_too_many_entries
    the_bucket_of_another_record
    another_depth
    no_depth
    a_depth_beyond_the_deepest
    a_block_that_is_not_in_the_history
    a_block_that_is_not_before_the_header
    another_transaction
    another_transaction_in_the_root
    another_signature
    another_signature_in_the_root
    another_signature_of_a_statement
    a_transaction_of_another_chain
    a_transaction_of_another_version
    the_receipt_of_another_transaction
}

/// The tools of the forger are sound: what they make without forging anything is a true proof.
#[test]
fn the_same_tools_make_true_proofs_where_nothing_is_forged() {
    let scene = scene();
    for forged in crate::common::forgeries::honest(&scene) {
        let verdict = verify(&forged.proof, &forged.header, forged.depth);
        assert!(verdict.is_ok(), "{verdict:?}");
    }
}
