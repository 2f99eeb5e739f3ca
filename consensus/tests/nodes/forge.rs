// SPDX-License-Identifier: Apache-2.0
//! Makes the state of a node that does not run differ from what it should be.

use chain::block::{BlockRef, Proposal};
use chain::keys::SecretKey;
use chain::machine::{Ordered, execute};
use chain::transaction::Decoded;
use chain::view::Executed;
use chain::{Time, codec};
use store::{Position, Store, StoredVote};

/// The kind of a log entry that is a proposal, as the consensus crate writes it.
const PROPOSAL: u8 = 1;

/// Executes a proposal, by a clock that is off by so much.
fn run(store: &Store, body: &[u8], off_ms: u64) -> Executed {
    let proposal: Proposal = codec::decode(body, body.len()).unwrap();
    let header = store.header();
    let decode = |bytes: &Vec<u8>| {
        Decoded::from_bytes(bytes.clone(), header.chain).ok().and_then(|d| d.check().ok())
    };
    let transactions: Vec<_> = proposal.transactions.iter().map(decode).collect();
    let ordered = Ordered {
        payload_hash: Proposal::payload_hash(body),
        proposed_ms: proposal.proposed_ms.plus(off_ms),
        config_no: proposal.config_no,
        transactions: &transactions,
    };
    execute(&store.current(), &ordered)
}

/// Gives a node the next block of another, wrongly executed.
pub(crate) fn next_block_wrong(store: &Store, from: &Store) {
    let height = store.header().height.next();
    let (position, body) = (from.position_of(height).unwrap(), from.body(height).unwrap());
    // What makes no block lies between.
    for index in store.applied().map_or(0, |applied| applied.index + 1)..position.index {
        let entry = from.log_entry(index).unwrap().unwrap();
        store.log_append(std::slice::from_ref(&entry)).unwrap();
        store.pass(entry.position).unwrap();
    }
    let wrong = run(store, &body, 1);
    store.apply_synced(position, PROPOSAL, &body, &wrong).unwrap();
    assert_ne!(store.hash_at(height), from.hash_at(height));
}

/// Executes what the log holds, then adds a proposal that nobody else has, wrongly executed, as the
/// leader of a term; the node begins again as that leader.
pub(crate) fn own_block_wrong(store: &Store, key: &SecretKey, (node, term): (u64, u64)) {
    store.save_vote(StoredVote { term, node, committed: true }).unwrap();
    let (_, end) = store.log_range().unwrap();
    let mut next = store.applied().map_or(0, |applied| applied.index + 1);
    while next < end {
        let entry = store.log_entry(next).unwrap().unwrap();
        match entry.kind {
            PROPOSAL => {
                let executed = run(store, &entry.payload, 0);
                store.apply(entry.position, &executed).unwrap();
            }
            _ => store.pass(entry.position).unwrap(),
        }
        next += 1;
    }
    let header = store.header();
    let proposal = Proposal {
        chain: header.chain,
        config_no: header.config_no,
        prev_payload_hash: header.payload_hash,
        base: BlockRef { height: header.height, hash: store.header_hash() },
        justify: None,
        proposed_ms: Time(header.time_ms.0 + 1),
        transactions: Vec::new(),
        proposer: key.public(),
        signature: key.sign(b""),
    };
    let body = codec::encode(&proposal.signed(key));
    let wrong = run(store, &body, 1);
    let position = Position { term, index: end };
    store.apply_synced(position, PROPOSAL, &body, &wrong).unwrap();
}
