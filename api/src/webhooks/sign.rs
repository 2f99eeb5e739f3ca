// SPDX-License-Identifier: Apache-2.0
//! Signatures of the Standard Webhooks format: HMAC-SHA-256 under a secret that both sides have.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What every secret begins with, so that a search for leaked ones finds them.
const PREFIX: &str = "whsec_";
/// Bytes of a secret.
pub(super) const BYTES: usize = 24;

/// A secret. It has no `Display`, so that no log line holds one by accident.
pub(super) struct Secret(pub(super) [u8; BYTES]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Secret {
    pub(super) fn of(random: [u8; BYTES]) -> Self {
        Self(random)
    }

    /// As its owner gets it, once.
    pub(super) fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(self.0))
    }

    /// The signature of a message, as the header `webhook-signature` lists it.
    pub(super) fn sign(&self, id: &str, timestamp_s: u64, body: &[u8]) -> String {
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mac) => mac,
            // HMAC takes keys of any length.
            Err(_) => unreachable!("a key of {BYTES} bytes"),
        };
        mac.update(format!("{id}.{timestamp_s}.").as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The vector that the libraries of the format publish.
    #[test]
    fn the_published_vector_of_the_format_holds() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let bytes = BASE64_STANDARD.decode(text.strip_prefix(PREFIX).unwrap()).unwrap();
        let secret = Secret::of(bytes.try_into().unwrap());
        assert_eq!(secret.reveal(), text);
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signature = secret.sign(id, 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_never_shown_by_accident() {
        assert_eq!(format!("{:?}", Secret::of([7; BYTES])), "(secret)");
    }
}
