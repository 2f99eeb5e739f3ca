// SPDX-License-Identifier: Apache-2.0
//! The demo against a chain in memory, with real authorities around it: one binary, one network.

mod common;
mod hostile;
mod inbox;
mod judge;
mod scenario;
