// SPDX-License-Identifier: Apache-2.0
//! Agreement: which transactions come in which order.
//! Never holds rules of the domain, and never speaks HTTP.

pub mod clock;
pub(crate) mod decide;
pub(crate) mod limits;
pub(crate) mod net;
pub(crate) mod pool;
pub(crate) mod raft;
