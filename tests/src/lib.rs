// SPDX-License-Identifier: Apache-2.0
//! What the end-to-end tests share: a testnet of real processes, and waiting for conditions.
//! Never a stand-in for a node.

pub mod testnet;
pub mod waiting;
