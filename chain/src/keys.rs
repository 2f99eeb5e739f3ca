// SPDX-License-Identifier: Apache-2.0
//! Keys and signatures: Ed25519, tagged with their scheme; verification is ZIP-215 everywhere.
//!
//! `ed25519-dalek` makes keys and signs, `ed25519-zebra` verifies: batch and single accept the same.

mod batch;

use std::fmt;
use std::str::FromStr;

use crate::codec::{Decode, Encode};
use crate::text::{TextError, hex_array, text_serde};

pub use batch::{SignatureCheck, verify_batch};

/// The scheme of a key or signature. SM2 will stand beside Ed25519.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Scheme {
    /// Ed25519 (RFC 8032), verified by the rules of ZIP-215.
    Ed25519,
}

/// A public key; as text `ed25519:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct PublicKey {
    /// Its scheme.
    pub scheme: Scheme,
    /// Its 32 bytes (RFC 8032 section 5.1.5).
    pub bytes: [u8; 32],
}

/// A signature; as text `ed25519:` and 128 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Signature {
    /// Its scheme.
    pub scheme: Scheme,
    /// Its 64 bytes: R and s (RFC 8032 section 5.1.6).
    pub bytes: [u8; 64],
}

impl PublicKey {
    /// An Ed25519 key from its bytes. Whether they are a point shows at the first verification.
    pub fn ed25519(bytes: [u8; 32]) -> Self {
        Self { scheme: Scheme::Ed25519, bytes }
    }

    /// True if a signature by it proves nothing: it is no point, or one of small order, by which anybody can
    /// make signatures that hold.
    pub fn is_weak(&self) -> bool {
        ed25519_dalek::VerifyingKey::from_bytes(&self.bytes).map_or(true, |key| key.is_weak())
    }

    /// True if `signature` over `message` is by this key (ZIP-215).
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let Ok(key) = ed25519_zebra::VerificationKey::try_from(self.bytes) else {
            return false;
        };
        key.verify(&ed25519_zebra::Signature::from(signature.bytes), message).is_ok()
    }
}

/// A secret key. It is not printed, compared or encoded; it is wiped when dropped.
#[derive(Clone)]
pub struct SecretKey(ed25519_dalek::SigningKey);

impl SecretKey {
    /// The key of a 32-byte seed (RFC 8032 section 5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The seed, for a key file.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey::ed25519(self.0.verifying_key().to_bytes())
    }

    /// Signs a message (deterministic, RFC 8032).
    pub fn sign(&self, message: &[u8]) -> Signature {
        use ed25519_dalek::Signer;
        Signature { scheme: Scheme::Ed25519, bytes: self.0.sign(message).to_bytes() }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey of {}", self.public())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ed25519:{}", hex::encode(self.bytes))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ed25519:{}", hex::encode(self.bytes))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const KEY_EXPECTED: &str = "a public key (ed25519: and 64 lower-case hexadecimal digits)";
const SIGNATURE_EXPECTED: &str = "a signature (ed25519: and 128 lower-case hexadecimal digits)";

impl FromStr for PublicKey {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let digits =
            text.strip_prefix("ed25519:").ok_or_else(|| TextError::new(KEY_EXPECTED, text))?;
        hex_array(digits, KEY_EXPECTED).map(Self::ed25519)
    }
}

impl FromStr for Signature {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let digits = text
            .strip_prefix("ed25519:")
            .ok_or_else(|| TextError::new(SIGNATURE_EXPECTED, text))?;
        hex_array(digits, SIGNATURE_EXPECTED).map(|bytes| Self { scheme: Scheme::Ed25519, bytes })
    }
}

text_serde!(
    PublicKey,
    "a public key (ed25519: and 64 lower-case hexadecimal digits)",
    r"^ed25519:[0-9a-f]{64}$",
    // RFC 8032, section 7.1, test 1.
    "ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
);
text_serde!(
    Signature,
    "a signature (ed25519: and 128 lower-case hexadecimal digits)",
    r"^ed25519:[0-9a-f]{128}$",
    // RFC 8032, section 7.1, test 1.
    "ed25519:e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
);
