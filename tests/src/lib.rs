// SPDX-License-Identifier: Apache-2.0
//! What the end-to-end tests share: a testnet of real processes, values that nobody may write, and waiting.
//! Never a stand-in for a node.

pub mod planted;
pub mod testnet;
pub mod waiting;
