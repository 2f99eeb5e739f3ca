// SPDX-License-Identifier: Apache-2.0
//! Real nodes in one process: real stores, real sockets on loopback.

#![allow(clippy::unwrap_used)]

mod agreement;
mod asking;
mod clocks;
mod divergence;
mod forge;
mod net;
mod observers;
mod order;
mod rejoining;
