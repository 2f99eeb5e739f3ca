// SPDX-License-Identifier: Apache-2.0
//! The HTTP interface of a node: an accept loop with limits, problem details, the routes under
//! `/v1`, events, metrics and embedded documentation. Rules of the chain never live here: they
//! come from `chain`, and queries over a view from `chain::query`.

pub mod access;
pub mod applying;
pub mod config;
pub mod description;
pub mod docs;
pub mod events;
pub mod exchange;
pub mod follow;
pub mod http;
pub mod keeping;
pub mod metrics;
mod modules;
pub mod outgoing;
mod pages;
pub mod routes;
pub mod server;
pub mod shell;
pub mod webhooks;
