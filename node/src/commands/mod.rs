// SPDX-License-Identifier: Apache-2.0
//! The commands, one a file.

pub(crate) mod about;
pub(crate) mod apikey;
pub(crate) mod authority;
pub(crate) mod bench;
pub(crate) mod code;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod genesis;
pub(crate) mod header;
pub(crate) mod interface;
pub(crate) mod keys;
pub(crate) mod matter;
pub(crate) mod node;
pub(crate) mod proof;
pub(crate) mod shown;
pub(crate) mod testnet;
pub(crate) mod token;
pub(crate) mod tx;
pub(crate) mod vault;
pub(crate) mod waybill;
pub(crate) mod webhook;

use anyhow::{Context, Result};

use crate::output::say;

/// True where a node did not answer, which a testnet that is down would explain.
pub(crate) fn is_unreachable(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        matches!(cause.downcast_ref(), Some(client::ClientError::Unreachable { .. }))
            || cause.is::<demo::node::NodeError>()
    })
}

/// A runtime for a command that talks to others.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Runtime::new().context("the async runtime cannot start")
}

/// What a second Ctrl-C or SIGTERM ends the process with.
const IMPATIENT: i32 = 130;

/// Done at Ctrl-C or SIGTERM. Another one ends the process at once.
pub(crate) async fn told_to_stop() {
    signalled().await;
    tokio::spawn(async {
        signalled().await;
        say("Told twice: ending at once.");
        std::process::exit(IMPATIENT);
    });
}

async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _told = tokio::signal::ctrl_c().await;
        }
    }
}
