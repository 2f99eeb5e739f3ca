// SPDX-License-Identifier: Apache-2.0
//! Codec, trees, proofs, and every rule of the state machine: one program, so that the crate is linked
//! into a test once.

#![allow(clippy::unwrap_used)]

mod common;

mod accesses;
mod affiliations;
mod answers;
mod applications;
mod applying;
mod bindings;
mod certificates;
mod codec;
mod codes;
mod colours;
mod consents;
mod custody;
mod deadlines;
mod eligibility;
mod erasures;
mod exchange_questions;
mod exchanges;
mod forgeries;
mod genesis;
mod granted;
mod history;
mod interfaces;
mod joining;
mod keys;
mod lists;
mod matters;
mod memory;
mod merkle;
mod modules;
mod openapi;
mod organisations;
mod overtaken;
mod own_matters;
mod papers;
mod parameters;
mod part_loads;
mod policies;
mod privacy;
mod proof;
mod reach;
mod reasons;
mod required;
mod scopes;
mod senders;
mod showing;
mod shown_codes;
mod signatures;
mod state_tree;
mod statements;
mod swaps;
mod takeovers;
mod waybill_bases;
mod waybill_edges;
mod waybill_lists;
mod waybill_offers;
mod waybills;
