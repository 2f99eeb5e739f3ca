// SPDX-License-Identifier: Apache-2.0
//! Secrets at rest: sealed under a key that follows from the node's own, so that who copies the disk without
//! the node's key signs nothing.

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::record::WebhookId;
use super::sign::{BYTES, Secret};

/// What the key is for.
const TAG: &[u8] = b"dianyun/webhook-secrets/1";
/// Bytes of a nonce, drawn for each secret.
const NONCE: usize = 24;

/// The key under which this node seals secrets.
#[derive(Clone)]
pub struct SealKey([u8; 32]);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(key)")
    }
}

impl SealKey {
    /// The key that follows from the seed of a node's key.
    pub fn of_node(seed: &[u8; 32]) -> Self {
        let mut mac = match Hmac::<Sha256>::new_from_slice(seed) {
            Ok(mac) => mac,
            // HMAC takes keys of any length.
            Err(_) => unreachable!("a key of 32 bytes"),
        };
        mac.update(TAG);
        Self(mac.finalize().into_bytes().into())
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }

    /// A webhook's secret, as hexadecimal digits that only this node reads, and for that webhook only.
    pub(super) fn seal(&self, id: WebhookId, secret: &Secret, nonce: [u8; NONCE]) -> String {
        let payload = Payload { msg: &secret.0, aad: id.bytes() };
        let sealed = self.cipher().encrypt(&nonce.into(), payload);
        // It fails for messages of many gigabytes alone.
        let sealed = sealed.unwrap_or_default();
        hex::encode([&nonce[..], &sealed].concat())
    }

    /// The secret again; none if another node's key sealed it.
    pub(super) fn open(&self, id: WebhookId, sealed: &str) -> Option<Secret> {
        let bytes = hex::decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: sealed, aad: id.bytes() };
        let opened = self.cipher().decrypt(&nonce.into(), payload).ok()?;
        let bytes: [u8; BYTES] = opened.try_into().ok()?;
        Some(Secret::of(bytes))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_opens_for_its_webhook_and_its_node_alone() {
        let (key, id) = (SealKey::of_node(&[1; 32]), WebhookId::of([2; 16]));
        let sealed = key.seal(id, &Secret::of([3; BYTES]), [4; NONCE]);
        assert!(!sealed.contains(&hex::encode([3; BYTES])));
        assert_eq!(key.open(id, &sealed).unwrap().0, [3; BYTES]);
        assert!(key.open(WebhookId::of([5; 16]), &sealed).is_none());
        assert!(SealKey::of_node(&[9; 32]).open(id, &sealed).is_none());
        let mut changed = sealed.clone();
        changed.replace_range(60..61, if &sealed[60..61] == "0" { "1" } else { "0" });
        for text in ["", "zz", "00", changed.as_str()] {
            assert!(key.open(id, text).is_none(), "{text}");
        }
    }
}
