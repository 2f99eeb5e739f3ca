// SPDX-License-Identifier: Apache-2.0
//! Building proofs against the newest header of a view.

use super::{Bucket, Earlier, Held, Proof, Shows, VERSION, Written};
use crate::block::BlockRef;
use crate::hash::Hash;
use crate::ids::{Height, TransactionId};
use crate::receipt::{Change, Receipt};
use crate::records::RecordKey;
use crate::view::{Past, Stored, View};
use crate::{domain, history, merkle, state_tree};

fn proof<S: View>(state: &S, shows: Shows) -> Proof {
    let header = state.header();
    let anchor = BlockRef { height: header.height, hash: state.header_hash() };
    Proof { version: VERSION, chain: header.chain, anchor, shows }
}

/// A transaction in its block; none if it is not executed.
pub fn transaction<S: View + Past>(state: &S, id: &TransactionId) -> Option<Proof> {
    let (height, index) = state.find_transaction(id)?;
    let transactions = state.transactions_at(height);
    let leaf = |bytes: &Vec<u8>| merkle::leaf_hash(domain::TRANSACTION_LEAF, bytes);
    let leaves: Vec<Hash> = transactions.iter().map(leaf).collect();
    let receipts = state.receipts_at(height);
    let receipt_leaves: Vec<Hash> = receipts.iter().map(Receipt::leaf).collect();
    let place = index as usize;
    Some(proof(
        state,
        Shows::Transaction {
            block: earlier(state, height)?,
            transaction: transactions.get(place)?.clone(),
            receipt: receipts.get(place)?.clone(),
            transaction_path: merkle::path(&leaves, place)?,
            receipt_path: merkle::path(&receipt_leaves, place)?,
        },
    ))
}

/// A record as it stood at a height not above the newest: its value, or that there was none.
pub fn record_at<S: View + Past>(state: &S, key: &RecordKey, at: Height) -> Option<Proof> {
    let shows = match (state.version_at(key, at), state.record(key)) {
        (Some(held), Some(newest)) if held.version == newest.version => {
            Shows::Present { record: value_of(held), bucket: bucket(state, key) }
        }
        (Some(held), _) => {
            let next = state.version(key, held.version.number + 1)?;
            Shows::Replaced { successor: written(state, &next)?, record: value_of(held) }
        }
        (None, Some(_)) => {
            let first = state.version(key, 1)?;
            Shows::Later { first: written(state, &first)? }
        }
        (None, None) => Shows::Absent { key: *key, bucket: bucket(state, key) },
    };
    Some(proof(state, shows))
}

fn value_of(stored: Stored) -> Held {
    Held { version: stored.version, value: stored.value.encode() }
}

fn bucket<S: View>(state: &S, key: &RecordKey) -> Bucket {
    let index = state_tree::bucket_of(&key.state_key(), state.depth());
    let bytes = state_tree::encode_bucket(&state.bucket(index));
    let node = |level, index| state.tree_node(level, index);
    Bucket { bytes, path: state_tree::path(node, state.depth(), index) }
}

/// The change that wrote a version.
fn written<S: View + Past>(state: &S, stored: &Stored) -> Option<Written> {
    let height = stored.version.since;
    let changes = state.changes_at(height);
    let place = changes.iter().position(|change| change.version == stored.version)?;
    let leaves: Vec<Hash> = changes.iter().map(Change::leaf).collect();
    Some(Written {
        block: earlier(state, height)?,
        change: changes[place].clone(),
        path: merkle::path(&leaves, place)?,
    })
}

/// An earlier header with its path; `Some(None)` for the newest itself.
fn earlier<S: View + Past>(state: &S, height: Height) -> Option<Option<Earlier>> {
    let newest = state.header().height;
    if height == newest {
        return Some(None);
    }
    let header = state.header_at(height)?;
    let node = |level, index| state.history_node(level, index);
    let path = history::path(node, height.0, newest.0)?;
    Some(Some(Earlier { header, path }))
}
