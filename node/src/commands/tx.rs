// SPDX-License-Identifier: Apache-2.0
//! `dianyun tx`: sign an action, send a signed transaction, look at one.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use chain::ids::Time;
use chain::{Action, Transaction, TransactionId};
use clap::{Args, Subcommand};
use client::random_nonce;
use consensus::clock::Clock;
use genesis::{KeyFile, Layout};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::keys::Passphrase;
use super::matter::{accepted, pretty};
use super::runtime;
use super::testnet::{NodeChoice, default_dir};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  echo '{\"matter_settle\":{\"matter\":\"mat_…\"}}' > action.json
  dianyun tx sign action.json --key keys/traffic-police.key > tx.json
  dianyun tx send tx.json
  dianyun tx sign action.json --key keys/traffic-police.key | dianyun tx send -
  dianyun tx show ID

Signing needs no network: chain id and mode come from the genesis file. /openapi.json of a node
describes every action. Sending a transaction again is safe: it is executed once. A transaction that
the state machine refused is shown like any other, and the exit code is 1.";

/// Sign, send and look at transactions.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Sign an action given as JSON, and write the transaction to standard output.
    Sign(Sign),
    /// Send a signed transaction as JSON and wait until it is executed.
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

/// What is signed, and with what.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The action; `-` is standard input.
    action: PathBuf,
    /// The key file.
    #[arg(long)]
    key: PathBuf,
    /// How long it may be executed: at most 600 seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    valid_for: u64,
    /// The genesis file; without it the testnet's.
    #[arg(long)]
    genesis: Option<PathBuf>,
    /// The testnet's folder.
    #[arg(long, default_value_os_t = default_dir())]
    dir: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        match self {
            Self::Sign(sign) => sign.run(output),
            Self::Send { file, node } => runtime()?.block_on(async {
                let transaction: Transaction = read(&file, "signed transaction")?;
                let answer = node.client()?.submit(&transaction).await?;
                show(answer.id, &node, output).await?;
                accepted(answer.receipt.as_ref())
            }),
            Self::Show { id, node } => runtime()?.block_on(show(id, &node, output)),
        }
    }
}

impl Sign {
    fn run(self, output: Output) -> Result<()> {
        let longest = chain::limits::VALIDITY_MS / 1_000;
        ensure!((1..=longest).contains(&self.valid_for), "--valid-for is 1 to {longest} seconds");
        let file = self.genesis.unwrap_or_else(|| Layout::at(&self.dir).genesis_file());
        let genesis = genesis::load(&file)?;
        let key = KeyFile::read(&self.key)?.open(genesis.mode, &self.passphrase.unlock())?;
        let action: Action = read(&self.action, "action")?;
        let until = Time(Clock::default().now_ms()).plus(self.valid_for * 1_000);
        let signed = Transaction::sign(&key, genesis.chain_id(), action, random_nonce(), until);
        output.data(&signed, || pretty(&json!(signed)));
        Ok(())
    }
}

async fn show(id: TransactionId, node: &NodeChoice, output: Output) -> Result<()> {
    let answer: Value = node.client()?.get(&format!("/v1/transactions/{id}"), &[]).await?;
    output.data(&answer, || pretty(&answer));
    Ok(())
}

/// A value as JSON from a file or standard input.
fn read<T: DeserializeOwned>(file: &Path, what: &str) -> Result<T> {
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
    } else {
        text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
    }
    serde_json::from_str(&text).with_context(|| format!("{} is no {what} in JSON", file.display()))
}
