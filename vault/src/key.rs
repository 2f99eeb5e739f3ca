// SPDX-License-Identifier: Apache-2.0
//! The keys: a node's (age, X25519), and those that it wraps. None is ever printed, and each is wiped when
//! it is dropped.

use std::fmt;
use std::io::{Read as _, Write as _};

use age::x25519::{Identity, Recipient};
use chain::hash::Hash;
use zeroize::Zeroizing;

use crate::error::VaultError;

/// Which node key: the first 8 bytes of SHA-256 over its public text, in digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub(crate) [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A node's vault key.
pub struct NodeKey {
    identity: Identity,
    recipient: Recipient,
    id: KeyId,
}

impl From<Identity> for NodeKey {
    fn from(identity: Identity) -> Self {
        let recipient = identity.to_public();
        let hash = Hash::of(recipient.to_string().as_bytes());
        let mut id = [0; 8];
        id.copy_from_slice(&hash.0[..8]);
        Self { identity, recipient, id: KeyId(id) }
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeKey {}", self.id)
    }
}

/// A key that a node key wraps: a subject's, or that of the index.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// Bytes in front of a wrapped key: the id of the node key.
const ID: usize = 8;
/// Longest of what is wrapped, in bytes: what it belongs to, and the key.
const WRAPPED: u64 = 128;

/// A new key from the system's random source.
pub(crate) fn new_secret() -> Result<Secret, VaultError> {
    let mut secret = Zeroizing::new([0; 32]);
    random(secret.as_mut())?;
    Ok(secret)
}

/// Fills with randomness of the system.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|error| VaultError::Random(error.to_string()))
}

/// The id of the node key that a wrapped key is wrapped under.
pub(crate) fn id_of(wrapped: &[u8]) -> Option<KeyId> {
    wrapped.get(..ID).and_then(|id| id.try_into().ok()).map(KeyId)
}

impl NodeKey {
    /// A new one.
    pub fn generate() -> Self {
        Identity::generate().into()
    }

    /// Which it is.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Id (8) ‖ an age file over: whose it is ‖ the key. So no key opens under another's name.
    pub(crate) fn wrap(&self, whose: &[u8], secret: &Secret) -> Result<Vec<u8>, VaultError> {
        let plain = Zeroizing::new([whose, secret.as_slice()].concat());
        let mut out = self.id.0.to_vec();
        let wrapped = (|| -> Result<(), Box<dyn std::error::Error>> {
            let recipient: &dyn age::Recipient = &self.recipient;
            let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient))?;
            let mut writer = encryptor.wrap_output(&mut out)?;
            writer.write_all(&plain)?;
            writer.finish()?;
            Ok(())
        })();
        // Memory takes every byte, and there is a recipient: what is left is the random source.
        wrapped.map_err(|error| VaultError::Random(error.to_string()))?;
        Ok(out)
    }

    /// The key, if it was wrapped under this node key for that owner.
    pub(crate) fn unwrap(&self, whose: &[u8], wrapped: &[u8]) -> Option<Secret> {
        let body = wrapped.get(ID..)?;
        let identity: &dyn age::Identity = &self.identity;
        let decryptor = age::Decryptor::new(body).ok()?;
        let reader = decryptor.decrypt(std::iter::once(identity)).ok()?;
        let mut plain = Zeroizing::new(Vec::with_capacity(WRAPPED as usize));
        reader.take(WRAPPED).read_to_end(&mut plain).ok()?;
        let secret = plain.strip_prefix(whose)?;
        secret.try_into().ok().map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_wrapped_key_opens_under_its_node_key_and_for_its_owner_alone() {
        let (own, other) = (NodeKey::generate(), NodeKey::generate());
        let secret = new_secret().unwrap();
        let wrapped = own.wrap(b"one", &secret).unwrap();
        assert_eq!(id_of(&wrapped), Some(own.id()));
        assert_eq!(own.unwrap(b"one", &wrapped).unwrap(), secret);
        assert!(own.unwrap(b"two", &wrapped).is_none());
        assert!(other.unwrap(b"one", &wrapped).is_none());
        assert!(own.unwrap(b"", &wrapped).is_none());
        for place in 8..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[place] ^= 1;
            assert!(own.unwrap(b"one", &changed).is_none(), "byte {place}");
        }
        assert_ne!(own.wrap(b"one", &secret).unwrap(), wrapped);
        assert!(!format!("{own:?}").contains("SECRET"));
    }
}
