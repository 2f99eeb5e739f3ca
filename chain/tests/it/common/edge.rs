// SPDX-License-Identifier: Apache-2.0
//! Edge cases of Ed25519 that ZIP-215 decides: small and mixed order, encodings that are not canonical.

use chain::keys::{PublicKey, Scheme, Signature, SignatureCheck};
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;

/// Bytes that no point has.
pub const OFF_CURVE: [u8; 32] = {
    let mut bytes = [0; 32];
    bytes[0] = 2;
    bytes
};

/// The six non-canonical encodings of points of small order (ZIP-215, test vectors).
const NON_CANONICAL: [&str; 6] = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// The 14 encodings of points of small order; the last six are not canonical.
pub fn small_order_encodings() -> Vec<[u8; 32]> {
    let canonical = EIGHT_TORSION.iter().map(|point| point.compress().to_bytes());
    let others = NON_CANONICAL.iter().map(|text| hex::decode(text).unwrap().try_into().unwrap());
    canonical.chain(others).collect()
}

/// A signature from its halves.
pub fn signature(r: [u8; 32], s: [u8; 32]) -> Signature {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&r);
    bytes[32..].copy_from_slice(&s);
    Signature { scheme: Scheme::Ed25519, bytes }
}

/// A signature whose key and R each carry a part of small order: valid with the cofactor, and only so.
pub fn mixed_order(secret: u64, key_part: &EdwardsPoint, r_part: &EdwardsPoint) -> SignatureCheck {
    let (a, r) = (Scalar::from(secret), Scalar::from(secret * 31 + 7));
    let key = (a * ED25519_BASEPOINT_POINT + key_part).compress().to_bytes();
    let r_bytes = (r * ED25519_BASEPOINT_POINT + r_part).compress().to_bytes();
    let message = secret.to_le_bytes().to_vec();
    let k = challenge(&r_bytes, &key, &message);
    (PublicKey::ed25519(key), message, signature(r_bytes, (r + k * a).to_bytes()))
}

fn challenge(r: &[u8; 32], key: &[u8; 32], message: &[u8]) -> Scalar {
    use sha2::{Digest, Sha512};
    let digest: [u8; 64] =
        Sha512::new().chain_update(r).chain_update(key).chain_update(message).finalize().into();
    Scalar::from_bytes_mod_order_wide(&digest)
}

/// The same signature with the order of the group added to s.
pub fn with_order_added(signature: &Signature) -> Signature {
    let order =
        hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let (mut large, mut carry) = (*signature, 0);
    for (byte, add) in large.bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    large
}
