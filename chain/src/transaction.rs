// SPDX-License-Identifier: Apache-2.0
//! A transaction, its id, and the checks that need no state: version, chain, size, signatures.

use crate::actions::Action;
use crate::codec::{self, CodecError, Decode, Encode};
use crate::data::data;
use crate::domain;
use crate::hash::Hash;
use crate::ids::{Time, TransactionId};
use crate::keys::{PublicKey, SecretKey, Signature};
use crate::limits::TRANSACTION_BYTES;
use crate::nonce::Nonce;

/// The transaction version of this protocol.
pub const VERSION: u16 = 1;

data! {
    /// A signed wish.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Transaction {
        /// Layout: 1.
        pub version: u16,
        /// Chain id: the hash of genesis.
        pub chain: Hash,
        /// Whose key signs.
        pub sender: PublicKey,
        /// Random, 16 bytes.
        pub nonce: Nonce,
        /// Block time up to which it may be executed: at most 10 minutes ahead.
        pub valid_until: Time,
        /// What it asks for.
        pub action: Action,
        /// Over the tag and the id.
        pub signature: Signature,
    }
}

/// Why a transaction is not taken at all. It leaves no receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Not canonical bytes, or too many.
    #[error("the bytes are no canonical transaction: {0}")]
    Malformed(#[from] CodecError),
    /// A reason that is free text, which no block is to hold.
    #[error(
        "a reason is a code: a lower-case letter, then lower-case letters, digits and underscores, \
         at most 40 of them and at most 4 digits"
    )]
    Reason,
    /// Another version.
    #[error("version {0} is not {VERSION}")]
    Version(u16),
    /// Another chain.
    #[error("the transaction is for another chain")]
    Chain,
    /// The signature of the transaction or of a statement in it is wrong.
    #[error("a signature is wrong")]
    Signature,
    /// Its time is over.
    #[error("valid_until has passed")]
    Expired,
    /// Its time is too far ahead.
    #[error("valid_until is more than 10 minutes ahead")]
    TooFarAhead,
}

impl Invalid {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(CodecError::Oversize { .. }) => "transaction_too_large",
            Self::Malformed(_) | Self::Reason => "transaction_malformed",
            Self::Version(_) => "transaction_version",
            Self::Chain => "wrong_chain",
            Self::Signature => "signature_wrong",
            Self::Expired => "transaction_expired",
            Self::TooFarAhead => "valid_until_too_far",
        }
    }
}

impl Transaction {
    /// Signs an action.
    pub fn sign(
        key: &SecretKey,
        chain: Hash,
        action: Action,
        nonce: Nonce,
        valid_until: Time,
    ) -> Self {
        let mut unsigned = Self::unsigned(key.public(), chain, action, nonce, valid_until);
        unsigned.signature = key.sign(&unsigned.message());
        unsigned
    }

    /// A transaction for somebody else to sign: its signature is zeros and holds for nothing.
    pub fn unsigned(
        sender: PublicKey,
        chain: Hash,
        action: Action,
        nonce: Nonce,
        valid_until: Time,
    ) -> Self {
        let signature = Signature { scheme: crate::keys::Scheme::Ed25519, bytes: [0; 64] };
        Self { version: VERSION, chain, sender, nonce, valid_until, action, signature }
    }

    /// The bytes that are signed: 48 bytes, tag and id.
    pub fn message(&self) -> [u8; 48] {
        signed_message(self.id())
    }

    /// Its id: the tagged hash of its canonical bytes without the signature, which come last.
    pub fn id(&self) -> TransactionId {
        id_of(&codec::encode(self))
    }

    /// Its canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }
}

/// Canonical length of a signature: scheme (4) and 64 bytes.
const SIGNATURE_BYTES: usize = 68;

fn id_of(bytes: &[u8]) -> TransactionId {
    let body = &bytes[..bytes.len() - SIGNATURE_BYTES];
    TransactionId(Hash::tagged(domain::TRANSACTION, &[body]))
}

fn signed_message(id: TransactionId) -> [u8; 48] {
    let mut message = [0; 48];
    message[..16].copy_from_slice(&domain::TRANSACTION_SIGNATURE.0);
    message[16..].copy_from_slice(&id.0.0);
    message
}

/// A transaction that was decoded from its canonical bytes; its signatures are not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    transaction: Transaction,
    bytes: Vec<u8>,
    id: TransactionId,
}

pub use crate::keys::SignatureCheck;

impl Decoded {
    /// Decodes canonical bytes of at most 16 KiB for this chain.
    pub fn from_bytes(bytes: Vec<u8>, chain: Hash) -> Result<Self, Invalid> {
        let transaction: Transaction = codec::decode(&bytes, TRANSACTION_BYTES)?;
        if transaction.version != VERSION {
            return Err(Invalid::Version(transaction.version));
        }
        if transaction.chain != chain {
            return Err(Invalid::Chain);
        }
        if transaction.action.reason().is_some_and(|reason| !reason.is_reason_code()) {
            return Err(Invalid::Reason);
        }
        let id = id_of(&bytes);
        Ok(Self { transaction, bytes, id })
    }

    /// Its id.
    pub fn id(&self) -> TransactionId {
        self.id
    }

    /// Its canonical bytes, signature included.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Who says that it sent it: nobody has checked that.
    pub fn sender(&self) -> PublicKey {
        self.transaction.sender
    }

    /// Block time up to which it may be executed.
    pub fn valid_until(&self) -> Time {
        self.transaction.valid_until
    }

    /// The signatures that must hold: its own, then those of its statements.
    pub fn signature_checks(&self) -> Vec<SignatureCheck> {
        let tx = &self.transaction;
        let mut checks = vec![(tx.sender, signed_message(self.id).to_vec(), tx.signature)];
        let said = tx.action.said(tx.chain).into_iter();
        checks.extend(said.map(|(s, about)| (s.signer, s.message(tx.chain, about), s.signature)));
        checks
    }

    /// Checks the signatures one by one.
    pub fn check(self) -> Result<Checked, Invalid> {
        let holds = self
            .signature_checks()
            .iter()
            .all(|(key, message, signature)| key.verifies(message, signature));
        if holds { Ok(Checked(self)) } else { Err(Invalid::Signature) }
    }

    /// For a caller that has checked [`Decoded::signature_checks`] in a batch, or this very
    /// transaction id with these very bytes before.
    pub fn checked_elsewhere(self) -> Checked {
        Checked(self)
    }
}

/// A transaction whose signatures hold. Only these are executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked(Decoded);

impl Checked {
    /// Its id.
    pub fn id(&self) -> TransactionId {
        self.0.id
    }

    /// Its canonical bytes, signature included.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The transaction.
    pub fn transaction(&self) -> &Transaction {
        &self.0.transaction
    }

    /// Its leaf of `tx_root`: tag and all its bytes.
    pub fn leaf(&self) -> Hash {
        crate::merkle::leaf_hash(domain::TRANSACTION_LEAF, &self.0.bytes)
    }
}

/// What `Encode` and `Decode` of a transaction rest on: the signature comes last.
const _: fn() = || {
    fn canonical<T: Encode + Decode<()>>() {}
    canonical::<Transaction>();
};
