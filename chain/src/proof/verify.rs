// SPDX-License-Identifier: Apache-2.0
//! Checking a proof with a trusted header and the depth that genesis names.

use super::{Bucket, Earlier, Held, Proof, Shows, VERSION, Written};
use crate::block::Header;
use crate::hash::Hash;
use crate::ids::{Height, RecordId, Time};
use crate::receipt::{Receipt, Version};
use crate::records::{Code, Colour, RecordKey, RecordKind, RecordValue, Standing, Value};
use crate::state_tree::{self, BucketError};
use crate::transaction::{Decoded, Invalid, Transaction};
use crate::{domain, history, merkle};

/// Why a proof is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Another layout: use a release that knows it.
    #[error("layout {0} of a proof is not known: use a release that knows it")]
    Layout(u16),
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
    /// Digits that are no bytes.
    #[error("{0} is not in pairs of lower-case hexadecimal digits")]
    Digits(&'static str),
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
    /// The version and its successor do not follow each other.
    #[error("the successor does not follow the version")]
    Successor,
    /// The change is not of the block that it names, or not the first of its record.
    #[error("the change does not fit its block or its record")]
    Change,
}

/// What a proof has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proven {
    /// The transaction is in the block at this height, with this receipt.
    Transaction {
        /// Height of the block.
        height: Height,
        /// The transaction.
        transaction: Box<Transaction>,
        /// Its receipt.
        receipt: Receipt,
    },
    /// The record had this value from a height on, until before another if one is named.
    Present {
        /// Version.
        version: Version,
        /// Value.
        value: Box<Value>,
        /// Before which height; none: still at the anchor.
        until: Option<Height>,
    },
    /// There was no such record before a height; none: not even at the anchor.
    Absent {
        /// Which.
        key: RecordKey,
        /// Before which height.
        before: Option<Height>,
    },
}

/// Checks a proof with a header that the verifier trusts; `depth` is that of genesis.
pub fn verify(proof: &Proof, trusted: &Header, depth: u8) -> Result<Proven, ProofError> {
    if proof.version != VERSION {
        return Err(ProofError::Layout(proof.version));
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
            check_value(record)?;
            let found = find(&record.version.key(), bucket, trusted, depth)?;
            if found != Some(record.version.hash()) {
                return Err(ProofError::NotThere);
            }
            Ok(present(record, None))
        }
        Shows::Replaced { record, successor } => {
            check_value(record)?;
            let next = check_change(successor, trusted)?;
            let follows = next.key() == record.version.key()
                && Some(next.number) == record.version.number.checked_add(1)
                && next.previous == record.version.hash()
                && next.since > record.version.since;
            if !follows {
                return Err(ProofError::Successor);
            }
            Ok(present(record, Some(next.since)))
        }
        Shows::Absent { kind, id, bucket } => absent((*kind, *id), bucket, trusted, depth),
        Shows::Later { first } => {
            let version = check_change(first, trusted)?;
            if version.number != 1 || version.previous != Hash::ZERO {
                return Err(ProofError::Change);
            }
            Ok(Proven::Absent { key: version.key(), before: Some(version.since) })
        }
    }
}

fn present(record: &Held, until: Option<Height>) -> Proven {
    let (version, value) = (record.version.clone(), Box::new(record.value.clone()));
    Proven::Present { version, value, until }
}

fn absent(
    (kind, id): (RecordKind, RecordId),
    bucket: &Bucket,
    trusted: &Header,
    depth: u8,
) -> Result<Proven, ProofError> {
    let key = RecordKey { kind, id };
    match find(&key, bucket, trusted, depth)? {
        None => Ok(Proven::Absent { key, before: None }),
        Some(_) => Err(ProofError::There),
    }
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

fn bytes_of(digits: &str, what: &'static str) -> Result<Vec<u8>, ProofError> {
    let lower = !digits.bytes().any(|digit| digit.is_ascii_uppercase());
    let bytes = hex::decode(digits).ok().filter(|_| lower);
    bytes.ok_or(ProofError::Digits(what))
}

fn check_transaction(
    header: &Header,
    digits: &str,
    receipt: &Receipt,
    (transaction_path, receipt_path): (&[Hash], &[Hash]),
) -> Result<Transaction, ProofError> {
    let bytes = bytes_of(digits, "the transaction")?;
    let (index, size) = (u64::from(receipt.index), u64::from(header.tx_count));
    let leaf = merkle::leaf_hash(domain::TRANSACTION_LEAF, &bytes);
    if !merkle::verify_inclusion(leaf, index, size, transaction_path, &header.tx_root) {
        return Err(ProofError::Path("tx_root"));
    }
    let root = &header.receipt_root;
    if !merkle::verify_inclusion(receipt.leaf(), index, size, receipt_path, root) {
        return Err(ProofError::Path("receipt_root"));
    }
    let decoded = Decoded::from_bytes(bytes, header.chain).map_err(ProofError::Transaction)?;
    if decoded.id() != receipt.transaction {
        return Err(ProofError::Receipt);
    }
    let checked = decoded.check().map_err(ProofError::Transaction)?;
    Ok(checked.transaction().clone())
}

fn check_value(record: &Held) -> Result<(), ProofError> {
    let fits = record.value.key() == record.version.key()
        && Version::value_digest(&record.value.encode()) == record.version.digest;
    if fits { Ok(()) } else { Err(ProofError::Value) }
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
    let bytes = bytes_of(&bucket.bytes, "the bucket")?;
    let entries = state_tree::decode_bucket(&bytes, index, depth)?;
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

/// The colour at a time that a proven code has; none where the proof cannot say: another kind of
/// record, a replaced version, a time before the header's or past the next change.
pub fn colour(proven: &Proven, trusted: &Header, at: Time) -> Option<(Standing, Option<Colour>)> {
    let Proven::Present { value, until: None, .. } = proven else { return None };
    let code = Code::from_value(value)?;
    let is_past = code.next_change_at.is_some_and(|next| at >= next);
    if at < trusted.time_ms || is_past {
        return None;
    }
    Some((code.standing(), code.colour_at(at)))
}
