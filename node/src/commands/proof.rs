// SPDX-License-Identifier: Apache-2.0
//! `dianyun proof`: fetch a proof from one node, verify it with a header from another.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use chain::TransactionId;
use chain::ids::{CodeId, Height};
use chain::proof::{Proof, Proven, colour, verify};
use chain::{Genesis, Header};
use clap::Subcommand;
use client::Client;
use serde_json::json;

use super::runtime;
use super::testnet::{State, default_dir};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dianyun proof get CODE > proof.json
  dianyun proof get way_ID --at-height 42 > proof.json
  dianyun header --of proof.json --node observer-1 > header.json
  dianyun proof verify proof.json --header header.json --genesis genesis.json
  dianyun proof verify proof.json --node http://127.0.0.1:8080";

/// Get proofs, and verify them offline.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Write the proof of a transaction, code or record to standard output.
    Get {
        /// A transaction's id, a code's id, or a record's id with its prefix, such as way_….
        id: String,
        /// As of this height instead of the newest.
        #[arg(long)]
        at_height: Option<u64>,
        /// The node to ask; without it the testnet's first.
        #[arg(long)]
        node: Option<String>,
        /// The testnet's folder.
        #[arg(long, default_value_os_t = default_dir())]
        dir: PathBuf,
    },
    /// Verify a proof file. Succeeds only if all of it holds.
    Verify {
        /// The file.
        file: PathBuf,
        /// Fetch the header from this node; without it from the testnet's last.
        #[arg(long, conflicts_with = "header")]
        node: Option<String>,
        /// Take the header from this file instead.
        #[arg(long)]
        header: Option<PathBuf>,
        /// The genesis file; without it the testnet's.
        #[arg(long)]
        genesis: Option<PathBuf>,
        /// The testnet's folder.
        #[arg(long, default_value_os_t = default_dir())]
        dir: PathBuf,
    },
}

/// Where a node proves what an id names.
fn path(id: &str) -> Result<String> {
    if id.parse::<TransactionId>().is_ok() {
        return Ok(format!("/v1/transactions/{id}/proof"));
    }
    if let Ok(code) = id.parse::<CodeId>() {
        return Ok(format!("/v1/codes/{code}/proof"));
    }
    let kind = match id.split('_').next() {
        Some("org") => "organisation",
        Some("per") => "person",
        Some("veh") => "vehicle",
        Some("app") => "application",
        Some("mat") => "matter",
        Some("way") => "waybill",
        _ => bail!("{id} is no id of a transaction, code or record"),
    };
    Ok(format!("/v1/records/{kind}/{id}/proof"))
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        runtime()?.block_on(async {
            match self {
                Self::Get { id, at_height, node, dir } => {
                    let node = match node {
                        Some(node) => node,
                        None => first_and_last(&dir)?.0,
                    };
                    let client = Client::new(&node)?;
                    let proof = client.proof(&path(&id)?, at_height.map(Height)).await?;
                    println!("{}", serde_json::to_string_pretty(&proof)?);
                    Ok(())
                }
                Self::Verify { file, node, header, genesis, dir } => {
                    let text = std::fs::read_to_string(&file)
                        .with_context(|| format!("cannot read {}", file.display()))?;
                    let proof: Proof = serde_json::from_str(&text)
                        .with_context(|| format!("{} is no proof", file.display()))?;
                    let genesis_file = genesis.unwrap_or_else(|| dir.join("genesis.json"));
                    let genesis = genesis::load(&genesis_file)?;
                    let trusted = match (header, node) {
                        (Some(path), _) => read_header(&path)?,
                        (None, Some(node)) => fetch(&node, proof.anchor.height).await?,
                        (None, None) => {
                            fetch(&first_and_last(&dir)?.1, proof.anchor.height).await?
                        }
                    };
                    check(&proof, &trusted, &genesis, output)
                }
            }
        })
    }
}

fn first_and_last(dir: &std::path::Path) -> Result<(String, String)> {
    let state = State::read(dir)?;
    let (first, last) = (state.nodes.first(), state.nodes.last());
    let both = first.zip(last).context("the testnet has no node")?;
    Ok((both.0.api.clone(), both.1.api.clone()))
}

async fn fetch(node: &str, height: Height) -> Result<Header> {
    let item = Client::new(node)?.header(height).await?;
    ensure!(item.header.hash() == item.hash, "the node's header and its hash differ");
    Ok(item.header)
}

/// A header alone, or as a node answers it.
fn read_header(path: &std::path::Path) -> Result<Header> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let value: serde_json::Value = serde_json::from_str(&text)?;
    let inner = value.get("header").cloned().unwrap_or(value);
    serde_json::from_value(inner).with_context(|| format!("{} is no header", path.display()))
}

fn check(proof: &Proof, trusted: &Header, genesis: &Genesis, output: Output) -> Result<()> {
    ensure!(
        genesis.chain_id() == trusted.chain,
        "the header is of another chain than the genesis: name the genesis of that chain"
    );
    let proven = verify(proof, trusted, genesis.depth).context("the proof does not hold")?;
    let at = trusted.time_ms;
    let shown = match &proven {
        Proven::Transaction { height, receipt, .. } => {
            json!({ "holds": true, "transaction": receipt.transaction, "height": height,
                    "outcome": receipt.outcome })
        }
        Proven::Present { version, value, until } => {
            let seen = colour(&proven, trusted, at);
            json!({ "holds": true, "since": version.since, "until": until,
                    "as_of": at, "standing": seen.map(|(standing, _)| standing),
                    "colour": seen.and_then(|(_, colour)| colour), "value": value })
        }
        Proven::Absent { key, before } => {
            json!({ "holds": true, "absent": key.kind.word(), "before": before })
        }
    };
    output.data(&shown, || serde_json::to_string_pretty(&shown).unwrap_or_default());
    Ok(())
}
