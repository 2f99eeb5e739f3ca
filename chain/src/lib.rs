// SPDX-License-Identifier: Apache-2.0
//! What the chain is: types, limits, codec, keys, Merkle trees, records, transactions, receipts, the
//! pure state machine, queries over a view, proofs and their verification.
//!
//! Never in here: sockets, files, clocks, threads, async, randomness, hash-map iteration, floats.

mod data;

pub mod actions;
pub mod block;
pub mod calendar;
pub mod codec;
pub mod domain;
pub mod event;
pub mod exchange;
pub mod fields;
pub mod gb32100;
pub mod genesis;
pub mod hash;
pub mod history;
pub mod ids;
pub mod keys;
pub mod limits;
pub mod machine;
pub mod memory;
pub mod merkle;
pub mod nonce;
#[cfg(feature = "openapi")]
mod openapi;
pub mod proof;
pub mod query;
pub mod receipt;
pub mod records;
pub mod refusal;
pub mod rules;
pub mod shown;
pub mod state_tree;
pub mod text;
pub mod transaction;
pub mod view;

pub use actions::Action;
pub use block::{Header, Proposal};
pub use genesis::Genesis;
pub use hash::Hash;
pub use ids::{Height, Time, TransactionId};
pub use transaction::{Checked, Transaction};
pub use view::{Executed, Past, Records, View};
