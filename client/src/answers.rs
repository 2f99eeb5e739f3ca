// SPDX-License-Identifier: Apache-2.0
//! The shapes of a node's answers, as far as this SDK reads them. Fields that it does not know are
//! passed over, so that a newer node can say more.

use chain::ids::{Height, OrganisationId, Time, TransactionId};
use chain::receipt::{Change, Outcome, Receipt, Version};
use chain::records::{Code, Colour, Custody, Value};
use chain::{Hash, Header, Transaction};
use serde::Deserialize;

/// How far something has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Taken, not executed yet.
    Pending,
    /// Executed on the node that answers.
    Ordered,
    /// Signed by a quorum.
    Sealed,
    /// Final.
    Final,
}

/// A record as of a block.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RecordAnswer<T> {
    /// Height of the block.
    pub height: Height,
    /// Its time.
    pub time: Time,
    /// Its stage.
    pub stage: Stage,
    /// Version of the record.
    pub version: Version,
    /// The record.
    pub record: T,
    /// Those who attested what it holds and whose registration has ended.
    #[serde(default)]
    pub ended_attesters: Vec<OrganisationId>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page<T> {
    /// Height of the block.
    pub height: Height,
    /// Its time.
    pub time: Time,
    /// The items.
    pub items: Vec<T>,
    /// Cursor of the next page; none at the end.
    pub next: Option<String>,
}

/// A record of any kind in a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AnyRecord {
    /// Id as text.
    pub id: String,
    /// Newest version.
    pub version: Version,
    /// Value under the word of its kind.
    pub value: Value,
}

/// A code as of an instant.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CodeAnswer {
    /// Height of the block.
    pub height: Height,
    /// Its time.
    pub time: Time,
    /// Id.
    pub id: String,
    /// Colour; none unless issued.
    pub colour: Option<Colour>,
    /// The colour to show: blue with an invalid operator is shown as yellow.
    #[serde(default)]
    pub displayed: Option<Colour>,
    /// `issued`, `suspended`, `cancelled` or `unknown`.
    pub standing: String,
    /// Until when this holds without a new transaction.
    pub valid_until: Option<Time>,
    /// `valid`, `invalid` or `none`.
    pub operator: String,
    /// Who has the holder's keys in hand, one for each key in force.
    #[serde(default)]
    pub custody: Vec<Custody>,
    /// The record; none if there is none.
    pub record: Option<Code>,
}

/// One version in a record's history.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct HistoryItem {
    /// When its block was.
    pub time: Time,
    /// The version.
    pub version: Version,
    /// The value.
    pub value: Value,
}

/// A transaction and what became of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TransactionAnswer {
    /// Its id.
    pub id: TransactionId,
    /// How far it has come.
    pub stage: Stage,
    /// Height of its block.
    pub height: Option<Height>,
    /// Time of its block.
    pub time: Option<Time>,
    /// Its receipt.
    pub receipt: Option<Receipt>,
    /// The transaction itself, where it was asked for.
    #[serde(default)]
    pub transaction: Option<Transaction>,
}

/// A header with its hash.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct HeaderItem {
    /// Its hash.
    pub hash: Hash,
    /// The header.
    pub header: Header,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BlockAnswer {
    /// Hash of the header.
    pub hash: Hash,
    /// The header.
    pub header: Header,
    /// Its transactions in order.
    pub transactions: Vec<BlockTransaction>,
    /// Cursor of the next page of transactions; none at the end.
    pub next: Option<String>,
}

/// A transaction in its block.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BlockTransaction {
    /// Its id.
    pub id: TransactionId,
    /// What became of it.
    pub outcome: Outcome,
    /// The transaction.
    pub transaction: Transaction,
}

/// An organisation in a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OrganisationRef {
    /// Its id.
    pub id: OrganisationId,
}

/// How a node is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Status {
    /// Chain id.
    pub chain: Hash,
    /// Height executed there.
    pub height: Height,
    /// Time of that block.
    pub time: Time,
    /// Hash of that header.
    pub header_hash: Hash,
    /// Name of the node.
    pub name: String,
    /// `validator` or `observer`.
    pub role: String,
    /// `ready`, `catching_up`, `no_leader` or `stopped`.
    pub health: String,
    /// Name of the leader, if one is known.
    pub leader: Option<String>,
    /// Transactions that wait to be ordered.
    pub pending: u64,
    /// Safety alarms since the start.
    pub alarms: u64,
}

/// What an event carries.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EventData {
    /// Height of the block that wrote it.
    pub height: Height,
    /// Its time.
    pub time: Time,
    /// Id of the record as text.
    pub id: String,
    /// The change.
    #[serde(flatten)]
    pub change: Change,
}
