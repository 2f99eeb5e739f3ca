// SPDX-License-Identifier: Apache-2.0
//! The interface of a real node in this process, asked over real sockets.
#![allow(clippy::unwrap_used)]

mod access;
mod agreed;
mod answers;
mod applicant;
mod applying;
mod capacity;
mod cargo;
mod cases;
mod described;
mod exchange;
mod guarded;
mod held;
mod holdings;
mod http;
mod modules;
mod nodes;
mod routes;
mod schema;
mod shown;
mod webhooks;
mod world;
