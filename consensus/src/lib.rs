// SPDX-License-Identifier: Apache-2.0
//! Agreement: which transactions come in which order.
//! Never holds rules of the domain, and never speaks HTTP.

pub(crate) mod alarms;
pub(crate) mod append;
mod ask;
pub mod clock;
pub(crate) mod core;
pub(crate) mod decide;
mod error;
pub(crate) mod executor;
pub(crate) mod forward;
pub(crate) mod greet;
pub(crate) mod greeting;
mod handle;
pub(crate) mod heirs;
pub(crate) mod judge;
pub(crate) mod limits;
pub(crate) mod memory;
pub(crate) mod net;
mod offload;
pub(crate) mod owners;
pub(crate) mod pool;
pub(crate) mod propose;
pub(crate) mod raft;
pub(crate) mod recognise;
pub(crate) mod service;
mod start;
pub(crate) mod steward;
pub(crate) mod sync;
pub(crate) mod take_in;
pub(crate) mod term;
mod types;
pub(crate) mod verify;

pub use ask::{Answers, AskError};
pub use error::{ConsensusError, SubmitError};
pub use handle::Handle;
pub use start::start;
pub use types::{Config, Counters, Health, PeerAddress, PeerStatus, ProposalSize, Status};
