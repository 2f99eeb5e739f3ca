// SPDX-License-Identifier: Apache-2.0
//! `dianyun tx`: send a signed transaction, look at one.

use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, Result};
use chain::{Transaction, TransactionId};
use clap::Subcommand;
use serde_json::Value;

use super::matter::pretty;
use super::runtime;
use super::testnet::NodeChoice;
use crate::output::Output;

/// Send and look at transactions.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send a signed transaction as JSON and wait until it is executed. Sending it again is safe.
    Send {
        /// The file; `-` is standard input.
        file: PathBuf,
        #[command(flatten)]
        node: NodeChoice,
    },
    /// Show what became of a transaction.
    Show {
        /// Its id.
        id: TransactionId,
        #[command(flatten)]
        node: NodeChoice,
    },
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        runtime()?.block_on(async {
            let (id, node) = match self {
                Self::Send { file, node } => {
                    let transaction = read(&file)?;
                    let answer = node.client()?.submit(&transaction).await?;
                    (answer.id, node)
                }
                Self::Show { id, node } => (id, node),
            };
            let answer: Value = node.client()?.get(&format!("/v1/transactions/{id}"), &[]).await?;
            output.data(&answer, || pretty(&answer));
            Ok(())
        })
    }
}

fn read(file: &std::path::Path) -> Result<Transaction> {
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
    }
    serde_json::from_str(&text).context("this is no transaction in JSON")
}
