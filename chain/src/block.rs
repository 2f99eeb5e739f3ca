// SPDX-License-Identifier: Apache-2.0
//! Proposals, which Raft orders, and headers, which every validator derives from them.

use crate::codec;
use crate::data::data;
use crate::domain;
use crate::hash::Hash;
use crate::ids::{Height, Time};
use crate::keys::{PublicKey, SecretKey, Signature};

/// The protocol number in every header.
pub const PROTOCOL: u16 = 1;

data! {
    /// A block's header: derived by every validator from what was ordered.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Header {
        /// Protocol number.
        pub version: u16,
        /// Chain id: the hash of genesis, in every header.
        pub chain: Hash,
        /// Number of the validator set.
        pub config_no: u32,
        /// Height; genesis is 0.
        pub height: Height,
        /// Hash of the header before it; zeros at height 0.
        pub parent_hash: Hash,
        /// Block time: later than the parent's.
        pub time_ms: Time,
        /// Transactions executed or refused.
        pub tx_count: u32,
        /// Root over the transactions.
        pub tx_root: Hash,
        /// Root over the receipts.
        pub receipt_root: Hash,
        /// Sequence number of the first change.
        pub change_first_seq: u64,
        /// Changes in this block.
        pub change_count: u32,
        /// Root over the changes.
        pub change_root: Hash,
        /// Root over the hashes of all earlier headers.
        pub history_root: Hash,
        /// Root of the state tree after this block.
        pub state_root: Hash,
        /// Hash of the proposal; zeros at height 0.
        pub payload_hash: Hash,
    }

    /// What a quorum signed. Until quorum seals exist no proposal carries one.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Seal {
        /// Number of the validator set.
        pub config_no: u32,
        /// Height and hash of the source.
        pub source: BlockRef,
        /// Height and hash of the target.
        pub target: BlockRef,
        /// Signers as bits, one string of bytes for each set.
        pub signers: Vec<Vec<u8>>,
        /// Time and signature of each signer.
        pub votes: Vec<SealVote>,
    }

    /// One signer's part of a seal.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct SealVote {
        /// The voter's clock.
        pub voter_time_ms: Time,
        /// Its signature.
        pub signature: Signature,
    }

    /// A header by height and hash.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct BlockRef {
        /// Height.
        pub height: Height,
        /// Hash.
        pub hash: Hash,
    }

    /// The batch that becomes a block: a Raft entry.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Proposal {
        /// Chain id.
        pub chain: Hash,
        /// Number of the validator set.
        pub config_no: u32,
        /// Hash of the proposal before it in the log; zeros for the first.
        pub prev_payload_hash: Hash,
        /// The newest header that the proposer had executed.
        pub base: BlockRef,
        /// The newest seal, once seals exist.
        pub justify: Option<Seal>,
        /// The proposer's clock.
        pub proposed_ms: Time,
        /// Canonical transactions, in order.
        pub transactions: Vec<Vec<u8>>,
        /// The proposer's key.
        pub proposer: PublicKey,
        /// Over tag and hash of all before it.
        pub signature: Signature,
    }
}

impl Header {
    /// Its hash: tag and canonical bytes.
    pub fn hash(&self) -> Hash {
        Hash::tagged(domain::HEADER, &[&codec::encode(self)])
    }

    /// By height and hash.
    pub fn block_ref(&self) -> BlockRef {
        BlockRef { height: self.height, hash: self.hash() }
    }
}

/// Canonical length of a signature: scheme (4) and 64 bytes.
const SIGNATURE_BYTES: usize = 68;

impl Proposal {
    /// Signs a proposal whose signature field does not count.
    pub fn signed(mut self, key: &SecretKey) -> Self {
        self.proposer = key.public();
        let digest = Self::signed_digest(&codec::encode(&self));
        self.signature = key.sign(&digest.0);
        self
    }

    /// True if the proposer signed it.
    pub fn is_signed(&self) -> bool {
        let digest = Self::signed_digest(&codec::encode(self));
        self.proposer.verifies(&digest.0, &self.signature)
    }

    fn signed_digest(bytes: &[u8]) -> Hash {
        Hash::tagged(domain::PROPOSAL_SIGNATURE, &[&bytes[..bytes.len() - SIGNATURE_BYTES]])
    }

    /// The payload hash of canonical bytes.
    pub fn payload_hash(bytes: &[u8]) -> Hash {
        Hash::tagged(domain::PROPOSAL, &[bytes])
    }
}
