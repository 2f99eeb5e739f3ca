// SPDX-License-Identifier: Apache-2.0
//! HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. `info` is tag
//! and chain id, `aad` the access: what was sealed for one opens as no other.

use chain::exchange::{Disclosed, MESSAGE_BYTES, Sealed};
use chain::ids::AccessId;
use chain::{Hash, codec, domain};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem, X25519HkdfSha256};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};

type Private = <X25519HkdfSha256 as Kem>::PrivateKey;
type Public = <X25519HkdfSha256 as Kem>::PublicKey;
type Encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey;

/// Room below a message for what is around the sealed bytes.
const AROUND: usize = 1_024;

/// What was sealed does not open, or is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotOpened;

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotSealed {
    /// The receiver's key is none.
    Key,
    /// It would not fit into a message.
    TooLarge,
}

/// A key pair made for one request. The private part is wiped when it is dropped.
pub(super) struct Receiver {
    private: Private,
    public: Public,
}

impl Receiver {
    /// A fresh one.
    pub(super) fn new() -> Self {
        let (private, public) = X25519HkdfSha256::gen_keypair();
        Self { private, public }
    }

    /// The public key as a request names it.
    pub(super) fn public(&self) -> Hash {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&self.public.to_bytes());
        Hash(bytes)
    }

    /// Opens what was sealed to it for an access.
    pub(super) fn open(
        &self,
        sealed: &Sealed,
        (chain, access): (Hash, AccessId),
    ) -> Result<Disclosed, NotOpened> {
        let key = Encapsulated::from_bytes(&sealed.key).map_err(|_| NotOpened)?;
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.private,
            &key,
            &info(chain),
            &sealed.bytes,
            &access.0.0,
        );
        let bytes = opened.map_err(|_| NotOpened)?;
        codec::decode(&bytes, MESSAGE_BYTES).map_err(|_| NotOpened)
    }
}

/// Seals what is disclosed to a request's receiver, for an access.
pub(super) fn seal(
    disclosed: &Disclosed,
    receiver: Hash,
    (chain, access): (Hash, AccessId),
) -> Result<Sealed, NotSealed> {
    let bytes = codec::encode(disclosed);
    if bytes.len() + AROUND > MESSAGE_BYTES {
        return Err(NotSealed::TooLarge);
    }
    let public = Public::from_bytes(&receiver.0).map_err(|_| NotSealed::Key)?;
    let sealed = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        &info(chain),
        &bytes,
        &access.0.0,
    );
    let (key, bytes) = sealed.map_err(|_| NotSealed::Key)?;
    let mut encapsulated = [0; 32];
    encapsulated.copy_from_slice(&key.to_bytes());
    Ok(Sealed { key: encapsulated, bytes })
}

fn info(chain: Hash) -> Vec<u8> {
    [&domain::EXCHANGE.0[..], &chain.0].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::ids::RecordId;
    use chain::text::Word;

    use super::*;

    const FOR: (Hash, AccessId) = (Hash([1; 32]), AccessId(RecordId([2; 16])));

    fn disclosed() -> Disclosed {
        Disclosed { certificates: Vec::new(), phone: Word::new("16400000001").ok() }
    }

    #[test]
    fn what_is_sealed_opens_for_its_receiver_access_and_chain_alone() {
        let receiver = Receiver::new();
        let sealed = seal(&disclosed(), receiver.public(), FOR).unwrap();
        assert!(!sealed.bytes.windows(11).any(|bytes| bytes == b"16400000001"));
        assert_eq!(receiver.open(&sealed, FOR), Ok(disclosed()));
        assert_eq!(Receiver::new().open(&sealed, FOR), Err(NotOpened));
        assert_eq!(receiver.open(&sealed, (Hash([9; 32]), FOR.1)), Err(NotOpened));
        let other = AccessId(RecordId([9; 16]));
        assert_eq!(receiver.open(&sealed, (FOR.0, other)), Err(NotOpened));
        let mut changed = sealed.clone();
        changed.bytes[0] ^= 1;
        assert_eq!(receiver.open(&changed, FOR), Err(NotOpened));
        let mut changed = sealed;
        changed.key[0] ^= 1;
        assert_eq!(receiver.open(&changed, FOR), Err(NotOpened));
    }

    #[test]
    fn a_key_of_small_order_and_what_is_too_large_are_not_sealed_to() {
        assert_eq!(seal(&disclosed(), Hash::ZERO, FOR), Err(NotSealed::Key));
        let one = chain::exchange::Opened {
            name: Word::new("driverName").unwrap(),
            salt: [0; 32],
            value: "x".repeat(MESSAGE_BYTES),
            path: Vec::new(),
        };
        let certificate = chain::exchange::DisclosedCertificate {
            subject: chain::records::Subject::Person(Default::default()),
            kind: chain::records::CertificateKind::Identity,
            root: Hash::ZERO,
            fields: vec![one],
        };
        let large = Disclosed { certificates: vec![certificate], phone: None };
        let receiver = Receiver::new().public();
        assert_eq!(seal(&large, receiver, FOR), Err(NotSealed::TooLarge));
    }
}
