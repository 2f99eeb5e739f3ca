// SPDX-License-Identifier: Apache-2.0
//! HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. `info` is a tag and
//! the chain id, `aad` what it is sealed for: what was sealed for one opens as no other.

use ::hpke::aead::ChaCha20Poly1305;
use ::hpke::kdf::HkdfSha256;
use ::hpke::kem::{Kem, X25519HkdfSha256};
use ::hpke::{Deserializable, OpModeR, OpModeS, Serializable};
use chain::Hash;
use chain::domain::Tag;
use chain::exchange::Sealed;
use zeroize::Zeroizing;

type Private = <X25519HkdfSha256 as Kem>::PrivateKey;
type Public = <X25519HkdfSha256 as Kem>::PublicKey;
type Encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey;

/// What bytes are sealed for. Both sides must say the same.
#[derive(Clone, Copy, Debug)]
pub struct Purpose<'a> {
    /// Which layout.
    pub tag: Tag,
    /// On which chain.
    pub chain: Hash,
    /// For which access, or which receiver.
    pub about: &'a [u8],
}

impl Purpose<'_> {
    fn info(&self) -> Vec<u8> {
        [&self.tag.0[..], &self.chain.0].concat()
    }
}

/// Why nothing was sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The receiver's key is none.
    #[error(
        "the receiver's key is no X25519 key that can be sealed to: ask the receiver for another"
    )]
    Key,
    /// What was sealed does not open.
    #[error(
        "this was sealed to another key, for another purpose, or was changed on its way: seal it anew"
    )]
    NotOpened,
}

/// A key pair that something is sealed to. The private part is wiped when it is dropped.
pub struct Receiver {
    private: Private,
    public: Public,
}

impl Receiver {
    /// A fresh one.
    pub fn fresh() -> Self {
        let (private, public) = X25519HkdfSha256::gen_keypair();
        Self { private, public }
    }

    /// The public key, as requests and published keys name it.
    pub fn public(&self) -> Hash {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&self.public.to_bytes());
        Hash(bytes)
    }

    /// Opens what was sealed to it.
    pub fn open(
        &self,
        sealed: &Sealed,
        purpose: Purpose<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let key = Encapsulated::from_bytes(&sealed.key).map_err(|_| SealError::NotOpened)?;
        let opened = ::hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.private,
            &key,
            &purpose.info(),
            &sealed.bytes,
            purpose.about,
        );
        opened.map(Zeroizing::new).map_err(|_| SealError::NotOpened)
    }
}

/// Seals bytes to a receiver's public key.
pub fn seal(bytes: &[u8], receiver: Hash, purpose: Purpose<'_>) -> Result<Sealed, SealError> {
    let public = Public::from_bytes(&receiver.0).map_err(|_| SealError::Key)?;
    let sealed = ::hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        &purpose.info(),
        bytes,
        purpose.about,
    );
    let (key, bytes) = sealed.map_err(|_| SealError::Key)?;
    let mut encapsulated = [0; 32];
    encapsulated.copy_from_slice(&key.to_bytes());
    Ok(Sealed { key: encapsulated, bytes })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::domain;

    use super::*;

    const FOR: Purpose<'static> =
        Purpose { tag: domain::EXCHANGE, chain: Hash([1; 32]), about: &[2; 16] };

    #[test]
    fn what_is_sealed_opens_for_its_receiver_and_purpose_alone() {
        let receiver = Receiver::fresh();
        let sealed = seal(b"16400000001", receiver.public(), FOR).unwrap();
        assert!(!sealed.bytes.windows(11).any(|bytes| bytes == b"16400000001"));
        assert_eq!(receiver.open(&sealed, FOR).unwrap().as_slice(), b"16400000001");
        let other = SealError::NotOpened;
        assert_eq!(Receiver::fresh().open(&sealed, FOR), Err(other));
        assert_eq!(receiver.open(&sealed, Purpose { chain: Hash([9; 32]), ..FOR }), Err(other));
        assert_eq!(receiver.open(&sealed, Purpose { about: &[9; 16], ..FOR }), Err(other));
        assert_eq!(receiver.open(&sealed, Purpose { tag: domain::INBOX, ..FOR }), Err(other));
        let mut changed = sealed.clone();
        changed.bytes[0] ^= 1;
        assert_eq!(receiver.open(&changed, FOR), Err(other));
        let mut changed = sealed;
        changed.key[0] ^= 1;
        assert_eq!(receiver.open(&changed, FOR), Err(other));
    }

    #[test]
    fn a_key_of_small_order_is_not_sealed_to() {
        assert_eq!(seal(b"", Hash::ZERO, FOR), Err(SealError::Key));
    }
}
