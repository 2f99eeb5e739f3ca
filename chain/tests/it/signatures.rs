// SPDX-License-Identifier: Apache-2.0
//! Signatures by ZIP-215: one by one and in batches the same, on the published edge cases too.

use crate::common::edge::{
    OFF_CURVE, mixed_order, signature, small_order_encodings, with_order_added,
};
use chain::keys::{PublicKey, SecretKey, SignatureCheck, verify_batch};
use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use proptest::prelude::*;

fn one_by_one(checks: &[SignatureCheck]) -> Vec<bool> {
    checks.iter().map(|(key, message, signature)| key.verifies(message, signature)).collect()
}

fn good(seed: u8, message: &[u8]) -> SignatureCheck {
    let key = SecretKey::from_seed(&[seed; 32]);
    (key.public(), message.to_vec(), key.sign(message))
}

#[test]
fn all_196_small_order_vectors_of_zip_215_hold_alone_and_in_a_batch() {
    let points = small_order_encodings();
    let mut checks = Vec::new();
    for key in &points {
        for r in &points {
            checks.push((PublicKey::ed25519(*key), b"Zcash".to_vec(), signature(*r, [0; 32])));
        }
    }
    assert_eq!(checks.len(), 196);
    assert_eq!(one_by_one(&checks), vec![true; 196]);
    assert_eq!(verify_batch(&checks), vec![true; 196]);
    for check in checks {
        assert_eq!(verify_batch(&[check]), [true]);
    }
}

#[test]
fn the_encodings_are_of_small_order_and_the_last_six_are_not_canonical() {
    for (i, bytes) in small_order_encodings().into_iter().enumerate() {
        let point = CompressedEdwardsY(bytes).decompress().unwrap();
        assert!(point.is_small_order());
        assert_eq!(point.compress().to_bytes() == bytes, i < 8);
    }
}

#[test]
fn points_of_mixed_order_hold_alone_and_in_a_batch() {
    let mut checks = Vec::new();
    for (i, key_part) in EIGHT_TORSION.iter().enumerate() {
        for (j, r_part) in EIGHT_TORSION.iter().enumerate() {
            checks.push(mixed_order((1 + i * 8 + j) as u64, key_part, r_part));
        }
    }
    assert_eq!(one_by_one(&checks), vec![true; 64]);
    assert_eq!(verify_batch(&checks), vec![true; 64]);
}

#[test]
fn an_s_beyond_the_order_and_a_key_off_the_curve_are_refused_both_ways() {
    let (key, message, signature) = good(1, b"message");
    let large = with_order_added(&signature);
    let off_curve = OFF_CURVE;
    assert!(CompressedEdwardsY(off_curve).decompress().is_none());
    let checks = [
        (key, message.clone(), large),
        (PublicKey::ed25519(off_curve), message.clone(), signature),
        (key, b"another".to_vec(), signature),
        (key, message, signature),
    ];
    assert_eq!(one_by_one(&checks), [false, false, false, true]);
    assert_eq!(verify_batch(&checks), [false, false, false, true]);
}

#[test]
fn one_bad_signature_in_a_large_batch_is_found() {
    let mut checks: Vec<_> = (0..200).map(|i| good(i, &[i; 40])).collect();
    assert_eq!(verify_batch(&checks), vec![true; 200]);
    checks[137].1[0] ^= 1;
    let verdicts = verify_batch(&checks);
    let bad: Vec<usize> = (0..200).filter(|i| !verdicts[*i]).collect();
    assert_eq!(bad, [137]);
}

#[test]
fn no_signatures_are_no_verdicts() {
    assert!(verify_batch(&[]).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn batch_and_single_agree(bent in prop::collection::vec(prop::option::weighted(0.2, 0_usize..136), 0..40)) {
        let points = small_order_encodings();
        let checks: Vec<SignatureCheck> = bent.iter().enumerate().map(|(i, bend)| {
            let mut check = match i % 3 {
                0 => good(i as u8, &[i as u8; 40]),
                1 => (PublicKey::ed25519(points[i % 14]), vec![1; 40], signature(points[(i * 5) % 14], [0; 32])),
                _ => mixed_order(i as u64 + 1, &EIGHT_TORSION[i % 8], &EIGHT_TORSION[(i * 3) % 8]),
            };
            match bend {
                Some(at @ 0..64) => check.2.bytes[*at] ^= 1,
                Some(at @ 64..96) => check.0.bytes[*at - 64] ^= 1,
                Some(at) => { let at = (*at - 96) % check.1.len(); check.1[at] ^= 1; }
                None => {}
            }
            check
        }).collect();
        prop_assert_eq!(verify_batch(&checks), one_by_one(&checks));
    }
}
