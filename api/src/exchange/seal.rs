// SPDX-License-Identifier: Apache-2.0
//! What is disclosed, sealed for one access of one chain to the receiver that its request names.

use chain::exchange::{Disclosed, MESSAGE_BYTES, Sealed};
use chain::ids::AccessId;
use chain::{Hash, codec, domain};
use sealing::{Purpose, Receiver};
use zeroize::Zeroizing;

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

/// Opens what was sealed to a receiver for an access.
pub(super) fn open(
    receiver: &Receiver,
    sealed: &Sealed,
    (chain, access): (Hash, AccessId),
) -> Result<Disclosed, NotOpened> {
    let opened = receiver.open(sealed, purpose(chain, &access)).map_err(|_| NotOpened)?;
    codec::decode(&opened, MESSAGE_BYTES).map_err(|_| NotOpened)
}

/// Seals what is disclosed to a request's receiver, for an access.
pub(super) fn seal(
    disclosed: &Disclosed,
    receiver: Hash,
    (chain, access): (Hash, AccessId),
) -> Result<Sealed, NotSealed> {
    let bytes = Zeroizing::new(codec::encode(disclosed));
    if bytes.len() + AROUND > MESSAGE_BYTES {
        return Err(NotSealed::TooLarge);
    }
    sealing::seal(&bytes, receiver, purpose(chain, &access)).map_err(|_| NotSealed::Key)
}

fn purpose(chain: Hash, access: &AccessId) -> Purpose<'_> {
    Purpose { tag: domain::EXCHANGE, chain, about: &access.0.0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::ids::RecordId;
    use chain::text::Word;

    use super::*;

    const FOR: (Hash, AccessId) = (Hash([1; 32]), AccessId(RecordId([2; 16])));

    #[test]
    fn what_is_disclosed_opens_for_its_access_alone() {
        let receiver = Receiver::fresh();
        let disclosed =
            Disclosed { certificates: Vec::new(), phone: Word::new("16400000001").ok() };
        let sealed = seal(&disclosed, receiver.public(), FOR).unwrap();
        assert_eq!(open(&receiver, &sealed, FOR), Ok(disclosed));
        let other = AccessId(RecordId([9; 16]));
        assert_eq!(open(&receiver, &sealed, (FOR.0, other)), Err(NotOpened));
    }

    #[test]
    fn a_key_of_small_order_and_what_is_too_large_are_not_sealed_to() {
        assert_eq!(seal(&Disclosed::default(), Hash::ZERO, FOR), Err(NotSealed::Key));
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
        let receiver = Receiver::fresh().public();
        assert_eq!(seal(&large, receiver, FOR), Err(NotSealed::TooLarge));
    }
}
