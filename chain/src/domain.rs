// SPDX-License-Identifier: Apache-2.0
//! Every domain tag, on one page: what is hashed or signed begins with exactly one of them.
//!
//! A tag is 16 bytes: ASCII, padded with zeros. The number in it is the version of the layout behind it.

/// A domain tag: 16 bytes that no other layout begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(pub [u8; 16]);

const fn tag(name: &str) -> Tag {
    let bytes = name.as_bytes();
    assert!(bytes.len() <= 16);
    let mut out = [0; 16];
    let mut i = 0;
    while i < bytes.len() {
        out[i] = bytes[i];
        i += 1;
    }
    Tag(out)
}

/// Genesis: its hash is the chain id.
pub const GENESIS: Tag = tag("dy/genesis/1");
/// A transaction's id: all of it but the signature.
pub const TRANSACTION: Tag = tag("dy/tx/1");
/// What a transaction's signature covers (the id is inside).
pub const TRANSACTION_SIGNATURE: Tag = tag("dy/tx-sign/1");
/// A leaf of `tx_root`: the whole transaction, signature included.
pub const TRANSACTION_LEAF: Tag = tag("dy/tx-leaf/1");
/// A leaf of `receipt_root`.
pub const RECEIPT: Tag = tag("dy/receipt/1");
/// A leaf of `change_root`.
pub const CHANGE: Tag = tag("dy/change/1");
/// A version of a record.
pub const VERSION: Tag = tag("dy/version/1");
/// The digest of a record's value.
pub const VALUE: Tag = tag("dy/value/1");
/// The key of a record in the state tree: kind and id.
pub const STATE_KEY: Tag = tag("dy/state-key/1");
/// A block's header.
pub const HEADER: Tag = tag("dy/header/1");
/// A proposal's payload.
pub const PROPOSAL: Tag = tag("dy/proposal/1");
/// What a proposer signs.
pub const PROPOSAL_SIGNATURE: Tag = tag("dy/prop-sign/1");
/// The id of a record that a transaction makes: transaction id and index.
pub const RECORD_ID: Tag = tag("dy/record-id/1");
/// The id of a record that is found by a unique name: kind of name and its digest.
pub const NAME_ID: Tag = tag("dy/name-id/1");
/// The id of a key's record.
pub const KEY_ID: Tag = tag("dy/key-id/1");
/// The id of the record of an organisation and an interface.
pub const INTERFACE_ID: Tag = tag("dy/iface-id/1");
/// The id of a record that the chain makes by itself.
pub const AUTOMATIC_ID: Tag = tag("dy/auto-id/1");
/// A code's id, from the transaction of its application.
pub const CODE_ID: Tag = tag("dy/code-id/1");
/// The digest of a code's list of matters.
pub const MATTERS: Tag = tag("dy/matters/1");
/// A second party's statement.
pub const STATEMENT: Tag = tag("dy/statement/1");
/// What a statement is about: the action without its statement.
pub const STATEMENT_ACTION: Tag = tag("dy/stmt-action/1");
/// One field of a certificate or waybill.
pub const FIELD: Tag = tag("dy/field/1");
/// The commitment to a tag secret in genesis.
pub const TAG_SECRET: Tag = tag("dy/tag-secret/1");
/// A leaf of the state tree: a bucket.
pub const BUCKET: Tag = tag("dy/bucket/1");
/// A leaf of the history: the hash of an earlier header.
pub const HISTORY: Tag = tag("dy/history/1");
/// What the coefficients of a batch of signatures are drawn from.
pub const BATCH: Tag = tag("dy/batch/1");
/// What a holder signs for a verification code.
pub const CAPACITY: Tag = tag("dy/capacity/1");
/// What a driver's node signs once the digits of a verification code were entered.
pub const RELEASE: Tag = tag("dy/release/1");
/// What a witness signs of a shown code: the facts.
pub const WITNESS: Tag = tag("dy/witness/1");
/// What a holder signs of a shown code: facts, witnesses, and when it is shown.
pub const SHOWN: Tag = tag("dy/shown/1");
/// The list of consents between a code and an organisation.
pub const BETWEEN: Tag = tag("dy/between/1");
/// The id of an erasure, from its application.
pub const ERASURE_ID: Tag = tag("dy/erasure-id/1");
/// The id of an affiliation, from enterprise and code.
pub const AFFILIATION_ID: Tag = tag("dy/affil-id/1");
/// What an access holds of the request that it is the record of.
pub const REQUEST: Tag = tag("dy/request/1");
/// The digits of a verification code behind their salt.
pub const DIGITS: Tag = tag("dy/digits/1");
/// A key field, keyed.
pub const KEYED: Tag = tag("dy/keyed/1");
/// What the answer to an access is sealed for.
pub const EXCHANGE: Tag = tag("dy/exchange/1");
/// The key that an authority publishes for what is sent to it.
pub const INBOX_KEY: Tag = tag("dy/inbox-key/1");
/// What a parcel for an authority is sealed for.
pub const INBOX: Tag = tag("dy/inbox/1");
