// SPDX-License-Identifier: Apache-2.0
//! Signatures by ZIP-215: published vectors, small and mixed order, and what is refused.

use chain::keys::{PublicKey, SecretKey, SignatureCheck};
use curve25519_dalek::constants::EIGHT_TORSION;
use serde_json::{Value, json};

use crate::common::edge::{
    OFF_CURVE, mixed_order, signature, small_order_encodings, with_order_added,
};
use crate::golden::keep;

/// RFC 8032 section 7.1, tests 1 to 3: seed, key, message, signature.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

fn vector(name: &str, (key, message, signature): &SignatureCheck) -> Value {
    json!({
        "name": name,
        "key": key,
        "message": hex::encode(message),
        "signature": signature,
        "holds": key.verifies(message, signature),
    })
}

fn published() -> Vec<Value> {
    RFC_8032
        .iter()
        .map(|[seed, key, message, signed]| {
            let secret = SecretKey::from_seed(&hex::decode(seed).unwrap().try_into().unwrap());
            let message = hex::decode(message).unwrap();
            let made = secret.sign(&message);
            assert_eq!(secret.public().to_string(), format!("ed25519:{key}"));
            assert_eq!(made.to_string(), format!("ed25519:{signed}"));
            vector("RFC 8032", &(secret.public(), message, made))
        })
        .collect()
}

fn edges() -> Vec<Value> {
    let points = small_order_encodings();
    let mut out = Vec::new();
    for key in &points {
        for r in &points {
            let check = (PublicKey::ed25519(*key), b"Zcash".to_vec(), signature(*r, [0; 32]));
            out.push(vector("small order", &check));
        }
    }
    for (place, part) in EIGHT_TORSION.iter().enumerate() {
        let other = &EIGHT_TORSION[place * 3 % 8];
        out.push(vector("mixed order", &mixed_order(place as u64 + 1, part, other)));
    }
    out
}

fn wrong() -> Vec<Value> {
    let secret = SecretKey::from_seed(&[7; 32]);
    let (key, message) = (secret.public(), b"message".to_vec());
    let good = secret.sign(&message);
    let mut off_curve = good;
    off_curve.bytes[..32].copy_from_slice(&OFF_CURVE);
    let mut other_s = good;
    other_s.bytes[32] ^= 1;
    vec![
        vector("true", &(key, message.clone(), good)),
        vector("another message", &(key, b"another".to_vec(), good)),
        vector("another s", &(key, message.clone(), other_s)),
        vector("an s that is not below L", &(key, message.clone(), with_order_added(&good))),
        vector("a key that is no point", &(PublicKey::ed25519(OFF_CURVE), message.clone(), good)),
        vector("an R that is no point", &(key, message, off_curve)),
    ]
}

#[test]
fn signatures_hold_as_the_vectors_say() {
    let wrong = wrong();
    let verdicts: Vec<bool> = wrong.iter().map(|v| v["holds"] == true).collect();
    assert_eq!(verdicts, [true, false, false, false, false, false]);
    let edges = edges();
    assert!(edges.iter().all(|vector| vector["holds"] == true));
    keep("signatures.json", &Value::Array([published(), wrong, edges].concat()));
}
