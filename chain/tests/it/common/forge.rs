// SPDX-License-Identifier: Apache-2.0
//! The tools of a forger: proofs with one part changed, and headers that commit to what is forged, so
//! that only the rule itself is left to refuse it.

use super::scene::Scene;
use super::*;
use chain::merkle::{leaf_hash, node_hash};
use chain::proof::{Bucket, Earlier, Held, Proof, Shows, Written};
use chain::receipt::{Change, Receipt};
use chain::state_tree::bucket_of;
use chain::{Header, Past, View, domain};

/// A forgery: what the verifier trusts, and what it is shown.
pub struct Forged {
    pub header: Header,
    pub depth: u8,
    pub proof: Proof,
}

impl Scene {
    /// A forgery under the true header.
    pub(super) fn forged(&self, proof: Proof) -> Forged {
        Forged { header: self.header(), depth: self.depth(), proof }
    }

    pub(super) fn shows(&self, shows: Shows) -> Forged {
        let header = self.header();
        self.under(header, shows)
    }

    /// A forgery under a header that commits to it.
    pub(super) fn under(&self, header: Header, shows: Shows) -> Forged {
        let proof = Proof { anchor: header.block_ref(), shows, ..self.proof("present code") };
        Forged { header, depth: self.depth(), proof }
    }

    pub(super) fn present(&self) -> (Held, Bucket) {
        match self.proof("present code").shows {
            Shows::Present { record, bucket } => (record, bucket),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn replaced(&self) -> (Held, Written) {
        match self.proof("replaced code").shows {
            Shows::Replaced { record, successor } => (record, successor),
            other => panic!("{other:?}"),
        }
    }

    /// A version of the code with its value, and the change that wrote it.
    pub(super) fn held(&self, number: u64) -> (Held, Written) {
        let stored = self.world.memory.version(&self.code, number).unwrap();
        let height = stored.version.since;
        let changes = self.world.memory.changes_at(height);
        let place = changes.iter().position(|change| change.version == stored.version).unwrap();
        let leaves: Vec<Hash> = changes.iter().map(Change::leaf).collect();
        let written = Written {
            block: Some(self.earlier(height)),
            change: changes[place].clone(),
            path: chain::merkle::path(&leaves, place).unwrap(),
        };
        (Held { version: stored.version, value: stored.value.encode() }, written)
    }

    pub(super) fn earlier(&self, height: Height) -> Earlier {
        let memory = &self.world.memory;
        let node = |level, index| memory.history_node(level, index);
        let path = chain::history::path(node, height.0, memory.header().height.0).unwrap();
        Earlier { header: memory.header_at(height).unwrap(), path }
    }

    /// The present code with other bytes as its bucket, under a header that commits to them.
    pub(super) fn with_bucket(&self, record: Held, bytes: Vec<u8>) -> Forged {
        let index = bucket_of(&record.version.key().state_key(), self.depth());
        let node = |level, index| self.world.memory.tree_node(level, index);
        let path = chain::state_tree::path(node, self.depth(), index);
        let leaf = leaf_hash(domain::BUCKET, &bytes);
        let state_root = path.iter().enumerate().fold(leaf, |hash, (level, sibling)| {
            let is_right = index >> level & 1 == 1;
            if is_right { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) }
        });
        let header = Header { state_root, ..self.header() };
        self.under(header, Shows::Present { record, bucket: Bucket { bytes, path } })
    }

    /// A change as the only one of the anchor's block.
    pub(super) fn with_change(&self, change: Change, shows: impl Fn(Written) -> Shows) -> Forged {
        let header = Header {
            change_first_seq: change.seq,
            change_count: 1,
            change_root: change.leaf(),
            ..self.header()
        };
        self.under(header, shows(Written { block: None, change, path: Vec::new() }))
    }

    /// A transaction and a receipt as the only ones of the anchor's block.
    pub(super) fn with_transaction(&self, transaction: Vec<u8>, receipt: Receipt) -> Forged {
        let header = Header {
            tx_count: 1,
            tx_root: leaf_hash(domain::TRANSACTION_LEAF, &transaction),
            receipt_root: receipt.leaf(),
            ..self.header()
        };
        let (transaction_path, receipt_path) = (Vec::new(), Vec::new());
        let block = None;
        let shows =
            Shows::Transaction { block, transaction, receipt, transaction_path, receipt_path };
        self.under(header, shows)
    }

    /// A transaction of one's own making, and the receipt that fits it.
    pub(super) fn with_signed(&self, transaction: &Transaction) -> Forged {
        let (mut receipt, _) = self.applied();
        receipt.transaction = transaction.id();
        self.with_transaction(transaction.to_bytes(), receipt)
    }

    /// The receipt and transaction of the application, alone in its block.
    pub(super) fn applied(&self) -> (Receipt, Vec<u8>) {
        let memory = &self.world.memory;
        let receipt = memory.receipts_at(Height(2)).remove(0);
        (receipt, memory.transactions_at(Height(2)).remove(0))
    }

    pub(super) fn transaction(&self) -> Transaction {
        chain::codec::decode(&self.applied().1, chain::limits::TRANSACTION_BYTES).unwrap()
    }

    /// The first transaction of three with one of its parts changed.
    pub(super) fn bent(&self, bend: impl Fn(&mut Vec<u8>, &mut Receipt, &mut Paths)) -> Forged {
        let mut proof = self.proof("first transaction of three");
        match &mut proof.shows {
            Shows::Transaction { block, transaction, receipt, transaction_path, receipt_path } => {
                let history = &mut block.as_mut().unwrap().path;
                let mut paths = Paths { transaction_path, receipt_path, history };
                bend(transaction, receipt, &mut paths);
            }
            other => panic!("{other:?}"),
        }
        self.forged(proof)
    }
}

/// The paths of a transaction's proof.
pub(super) struct Paths<'a> {
    pub(super) transaction_path: &'a mut Vec<Hash>,
    pub(super) receipt_path: &'a mut Vec<Hash>,
    pub(super) history: &'a mut Vec<Hash>,
}
