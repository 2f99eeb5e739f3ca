// SPDX-License-Identifier: Apache-2.0
//! The pure state machine: same blocks, same bytes, on every machine.
//!
//! `execute` reads through a view and returns what the block writes. One file a family of actions.

mod colour;
mod context;
pub mod due;
mod execute;
mod genesis;
pub mod overlay;

mod affiliation;
mod application;
mod automatic;
mod binding;
mod certificate;
mod code;
mod dossier;
mod eligibility;
pub(crate) mod exchange;
mod interface;
mod matter;
mod organisation;
mod parameter;
mod person;
pub mod required;
mod waybill;

pub use execute::{Ordered, execute};
pub use genesis::{GenesisError, genesis_block};
