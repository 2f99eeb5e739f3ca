// SPDX-License-Identifier: Apache-2.0
//! Keyed tags: one for each person, VIN and plate, under secrets that all attesters of a kind share.
//! A secret never leaves the authority, and is checked against genesis before it is used.

use chain::domain;
use chain::genesis::TagSecret;
use chain::hash::Hash;
use chain::records::name::NameKind;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The secrets that an authority may need; none is printed.
#[derive(Clone)]
pub struct TagSecrets {
    /// Of identity numbers.
    pub identity: [u8; 32],
    /// Of VINs.
    pub vin: [u8; 32],
    /// Of plates with colours.
    pub plate: [u8; 32],
}

impl std::fmt::Debug for TagSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TagSecrets")
    }
}

/// HMAC-SHA-256 of a normalised number.
pub fn tag(secret: &[u8; 32], normalised: &str) -> Hash {
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of any length"),
    };
    mac.update(normalised.as_bytes());
    Hash(mac.finalize().into_bytes().into())
}

/// A plate with its colour code, as its tag is made of it.
pub fn plate_with_colour(plate: &str, colour: &str) -> String {
    format!("{plate}|{colour}")
}

impl TagSecrets {
    /// The secret of a kind of tag.
    pub fn of(&self, kind: NameKind) -> Option<&[u8; 32]> {
        match kind {
            NameKind::Identity => Some(&self.identity),
            NameKind::Vin => Some(&self.vin),
            NameKind::Plate => Some(&self.plate),
            NameKind::CreditCode | NameKind::WaybillNumber => None,
        }
    }

    /// Whether these are the secrets that genesis commits to.
    pub fn match_genesis(&self, committed: &[TagSecret]) -> bool {
        committed.iter().all(|one| match self.of(one.kind) {
            Some(secret) => {
                one.commitment == Hash::tagged(domain::TAG_SECRET, &[secret])
                    && one.test_tag == tag(secret, "test")
            }
            None => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> TagSecrets {
        TagSecrets { identity: [1; 32], vin: [2; 32], plate: [3; 32] }
    }

    fn committed(kind: NameKind, secret: [u8; 32]) -> TagSecret {
        let commitment = Hash::tagged(domain::TAG_SECRET, &[&secret]);
        TagSecret { kind, commitment, test_tag: tag(&secret, "test") }
    }

    #[test]
    fn two_bureaus_with_one_secret_give_one_tag() {
        let number = "539901198506150019";
        assert_eq!(tag(&[1; 32], number), tag(&[1; 32], number));
        assert_ne!(tag(&[1; 32], number), tag(&[2; 32], number));
    }

    #[test]
    fn a_secret_that_genesis_does_not_know_is_noticed() {
        let right = [committed(NameKind::Identity, [1; 32]), committed(NameKind::Vin, [2; 32])];
        assert!(secrets().match_genesis(&right));
        assert!(!secrets().match_genesis(&[committed(NameKind::Plate, [9; 32])]));
    }
}
