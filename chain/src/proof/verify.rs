// SPDX-License-Identifier: Apache-2.0
//! Checking a proof with a trusted header and the depth that genesis names.

use super::{Bucket, Earlier, Held, Proof, Proven, Shows, VERSION, Written};
use crate::block::Header;
use crate::codec::CodecError;
use crate::hash::Hash;
use crate::ids::Height;
use crate::receipt::{Receipt, Version};
use crate::records::{RecordKey, Value};
use crate::state_tree::{self, BucketError};
use crate::transaction::{Decoded, Invalid, Transaction};
use crate::{domain, history, merkle};

/// Why a proof is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Another layout: use a release that knows it.
    #[error("layout {0} of a proof is not known: use a release that knows it")]
    Layout(u16),
    /// No tree is so deep: take the depth from the genesis file.
    #[error("a state tree has a depth of 1 to 24, not {0}: take that of the genesis file")]
    Depth(u8),
    /// Another chain than the header's.
    #[error("the proof is for another chain than the header")]
    Chain,
    /// Another header: fetch the one at the proof's height.
    #[error("the proof is against another header: fetch the one at height {0}")]
    Anchor(Height),
    /// A block is not in the header's history.
    #[error("block {0} is not in the history of the header")]
    History(Height),
    /// The transaction's bytes are not one of this chain with this receipt.
    #[error("the transaction's bytes are wrong: {0}")]
    Transaction(Invalid),
    /// The receipt is of another transaction.
    #[error("the receipt is of another transaction")]
    Receipt,
    /// A path does not lead to a root.
    #[error("a path does not lead to {0}")]
    Path(&'static str),
    /// The bucket is none.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// The bucket has another version, or none, of the record.
    #[error("the record's bucket does not hold this version")]
    NotThere,
    /// The bucket has the record.
    #[error("the record is there, and claimed absent")]
    There,
    /// The value is not the version's.
    #[error("the value is not that of the version")]
    Value,
    /// The value is the version's, and no record of its kind: use a release that knows it.
    #[error("the value's bytes are no record of its kind: {0}")]
    Malformed(CodecError),
    /// The version and its successor do not follow each other.
    #[error("the successor does not follow the version")]
    Successor,
    /// The change is not of the block that it names, or not the first of its record.
    #[error("the change does not fit its block or its record")]
    Change,
}

/// Checks a proof with a header that the verifier trusts; `depth` is that of genesis.
pub fn verify(proof: &Proof, trusted: &Header, depth: u8) -> Result<Proven, ProofError> {
    if proof.version != VERSION {
        return Err(ProofError::Layout(proof.version));
    }
    if !state_tree::DEPTHS.contains(&depth) {
        return Err(ProofError::Depth(depth));
    }
    if proof.chain != trusted.chain {
        return Err(ProofError::Chain);
    }
    if proof.anchor != trusted.block_ref() {
        return Err(ProofError::Anchor(proof.anchor.height));
    }
    match &proof.shows {
        Shows::Transaction { block, transaction, receipt, transaction_path, receipt_path } => {
            let header = block_header(block.as_ref(), trusted)?;
            let paths = (transaction_path.as_slice(), receipt_path.as_slice());
            let transaction = check_transaction(header, transaction, receipt, paths)?;
            let (height, receipt) = (header.height, receipt.clone());
            Ok(Proven::Transaction { height, transaction: Box::new(transaction), receipt })
        }
        Shows::Present { record, bucket } => {
            let value = check_value(record)?;
            let found = find(&record.version.key(), bucket, trusted, depth)?;
            if found != Some(record.version.hash()) {
                return Err(ProofError::NotThere);
            }
            Ok(present(record, value, None))
        }
        Shows::Replaced { record, successor } => {
            let value = check_value(record)?;
            let next = check_change(successor, trusted)?;
            let follows = next.key() == record.version.key()
                && Some(next.number) == record.version.number.checked_add(1)
                && next.previous == record.version.hash()
                && next.since > record.version.since;
            if !follows {
                return Err(ProofError::Successor);
            }
            Ok(present(record, value, Some(next.since)))
        }
        Shows::Absent { key, bucket } => match find(key, bucket, trusted, depth)? {
            None => Ok(Proven::Absent { key: *key, before: None }),
            Some(_) => Err(ProofError::There),
        },
        Shows::Later { first } => {
            let version = check_change(first, trusted)?;
            if version.number != 1 || version.previous != Hash::ZERO {
                return Err(ProofError::Change);
            }
            Ok(Proven::Absent { key: version.key(), before: Some(version.since) })
        }
    }
}

fn present(record: &Held, value: Value, until: Option<Height>) -> Proven {
    Proven::Present { version: record.version.clone(), value: Box::new(value), until }
}

/// The header of the block that something is in: the trusted one, or one in its history.
fn block_header<'a>(
    block: Option<&'a Earlier>,
    trusted: &'a Header,
) -> Result<&'a Header, ProofError> {
    let Some(Earlier { header, path }) = block else { return Ok(trusted) };
    let height = header.height;
    let leaf = history::leaf(&header.hash());
    let (size, root) = (trusted.height.0, &trusted.history_root);
    if merkle::verify_inclusion(leaf, height.0, size, path, root) {
        Ok(header)
    } else {
        Err(ProofError::History(height))
    }
}

fn check_transaction(
    header: &Header,
    bytes: &[u8],
    receipt: &Receipt,
    (transaction_path, receipt_path): (&[Hash], &[Hash]),
) -> Result<Transaction, ProofError> {
    let (index, size) = (u64::from(receipt.index), u64::from(header.tx_count));
    let leaf = merkle::leaf_hash(domain::TRANSACTION_LEAF, bytes);
    if !merkle::verify_inclusion(leaf, index, size, transaction_path, &header.tx_root) {
        return Err(ProofError::Path("tx_root"));
    }
    let root = &header.receipt_root;
    if !merkle::verify_inclusion(receipt.leaf(), index, size, receipt_path, root) {
        return Err(ProofError::Path("receipt_root"));
    }
    let decoded =
        Decoded::from_bytes(bytes.to_vec(), header.chain).map_err(ProofError::Transaction)?;
    if decoded.id() != receipt.transaction {
        return Err(ProofError::Receipt);
    }
    let checked = decoded.check().map_err(ProofError::Transaction)?;
    Ok(checked.transaction().clone())
}

/// The value of a version, whose digest it must have.
fn check_value(record: &Held) -> Result<Value, ProofError> {
    let version = &record.version;
    if Version::value_digest(&record.value) != version.digest {
        return Err(ProofError::Value);
    }
    let value = Value::decode(version.kind, &record.value).map_err(ProofError::Malformed)?;
    if value.key() == version.key() { Ok(value) } else { Err(ProofError::Value) }
}

/// The hash of the newest version in a record's bucket, which the state root holds.
fn find(
    key: &RecordKey,
    bucket: &Bucket,
    trusted: &Header,
    depth: u8,
) -> Result<Option<Hash>, ProofError> {
    let state_key = key.state_key();
    let index = state_tree::bucket_of(&state_key, depth);
    let entries = state_tree::decode_bucket(&bucket.bytes, index, depth)?;
    let leaf = state_tree::bucket_leaf(&entries);
    if !state_tree::verify_path(leaf, index, depth, &bucket.path, &trusted.state_root) {
        return Err(ProofError::Path("state_root"));
    }
    Ok(state_tree::find(&entries, &state_key))
}

/// The version that a change wrote, in the block that it names.
fn check_change<'a>(written: &'a Written, trusted: &Header) -> Result<&'a Version, ProofError> {
    let header = block_header(written.block.as_ref(), trusted)?;
    let change = &written.change;
    let place = change.seq.checked_sub(header.change_first_seq).ok_or(ProofError::Change)?;
    let (size, root) = (u64::from(header.change_count), &header.change_root);
    if !merkle::verify_inclusion(change.leaf(), place, size, &written.path, root) {
        return Err(ProofError::Path("change_root"));
    }
    if change.version.since != header.height {
        return Err(ProofError::Change);
    }
    Ok(&change.version)
}
