// SPDX-License-Identifier: Apache-2.0
//! The interface of a real node in this process, asked over real sockets.
#![allow(clippy::unwrap_used)]

mod access;
mod answers;
mod cases;
mod described;
mod guarded;
mod http;
mod routes;
mod schema;
mod world;
