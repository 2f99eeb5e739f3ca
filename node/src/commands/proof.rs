// SPDX-License-Identifier: Apache-2.0
//! `dianyun proof`: fetch a proof from one node, verify it with a header from another.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use chain::ids::Height;
use chain::proof::{Proof, Proven, colour, verify};
use chain::{Genesis, Header, Time};
use clap::{Args, Subcommand};
use client::Client;
use serde_json::json;

use super::about::About;
use super::header::reached;
use super::runtime;
use super::testnet::{NodeChoice, State, address, default_dir};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dianyun proof get CODE > proof.json
  dianyun proof get way_ID --at-height 42 > proof.json
  dianyun header --of proof.json --node observer-1 > header.json
  dianyun proof verify proof.json --header header.json --genesis genesis.json --id CODE
  dianyun proof verify proof.json --node http://127.0.0.1:8080";

/// Get proofs, and verify them offline.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Write the proof of a transaction, code or record to standard output.
    Get {
        /// A transaction's id, a code's id, a record's id with its prefix, such as way_…, a public
        /// key, an organisation's id with an interface, such as org_…/code_application, or the word
        /// parameters.
        id: About,
        /// As of this height instead of the newest.
        #[arg(long)]
        at_height: Option<u64>,
        #[command(flatten)]
        node: NodeChoice,
    },
    /// Verify a proof file. Succeeds only if all of it holds.
    Verify {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        trust: Trust,
        #[command(flatten)]
        asked: Asked,
    },
}

/// Where the header and the genesis that are trusted come from.
#[derive(Debug, Args)]
pub(crate) struct Trust {
    /// Fetch the header from this node, by its name in the testnet or its address; without it from
    /// the testnet's last.
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
}

/// What a proof is asked besides whether it holds.
#[derive(Clone, Debug, Args)]
pub(crate) struct Asked {
    /// Succeed only if it is about this: what `get` takes.
    #[arg(long)]
    id: Option<About>,
    /// Succeed only if it answers for this height: what stood then, or the block of a transaction.
    #[arg(long)]
    at_height: Option<u64>,
    /// Succeed only if it gives the standing and colour of a code at this time, such as
    /// 2026-11-24T12:00:00+08:00.
    #[arg(long)]
    at_time: Option<Time>,
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        match self {
            Self::Get { id, at_height, node } => {
                let (path, at) = (id.path(), at_height.map(Height));
                let client = node.client()?;
                let proof = runtime()?.block_on(client.proof(&path, at))?;
                let shown = || serde_json::to_string_pretty(&proof).unwrap_or_default();
                output.data(&proof, shown);
                Ok(())
            }
            Self::Verify { file, trust, asked } => {
                let proof = read(&file)?;
                let (header, genesis) = trust.resolve(proof.anchor.height)?;
                let shown = check(&proof, (&header, &genesis), asked)?;
                let text = || serde_json::to_string_pretty(&shown).unwrap_or_default();
                output.data(&shown, text);
                Ok(())
            }
        }
    }
}

impl Trust {
    /// The header at a height, and the genesis of its chain.
    fn resolve(&self, height: Height) -> Result<(Header, Genesis)> {
        let file = self.genesis.clone().unwrap_or_else(|| self.dir.join("genesis.json"));
        let genesis = genesis::load(&file)?;
        let header = match (&self.header, &self.node) {
            (Some(file), _) => read_header(file)?,
            (None, node) => {
                let last = |state: &State| Some(state.nodes.last()?.api.clone());
                let fetched =
                    address(node.as_deref(), &self.dir, last).and_then(|node| fetch(&node, height));
                fetched.context(
                    "a header is needed: a file by --header, or a node that runs by --node",
                )?
            }
        };
        ensure!(
            genesis.chain_id() == header.chain,
            "the header is of another chain than the genesis: name the genesis of that chain"
        );
        Ok((header, genesis))
    }
}

fn read(file: &Path) -> Result<Proof> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no proof", file.display()))
}

fn fetch(node: &str, height: Height) -> Result<Header> {
    let item = runtime()?.block_on(reached(&Client::new(node)?, height))?;
    ensure!(item.header.hash() == item.hash, "the node's header and its hash differ");
    Ok(item.header)
}

/// A header alone, or as a node answers it.
fn read_header(path: &Path) -> Result<Header> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let value: serde_json::Value = serde_json::from_str(&text)?;
    let inner = value.get("header").cloned().unwrap_or(value);
    serde_json::from_value(inner).with_context(|| format!("{} is no header", path.display()))
}

/// Verifies, and says what the proof shows; an error if it does not answer what is asked.
fn check(
    proof: &Proof,
    (header, genesis): (&Header, &Genesis),
    asked: Asked,
) -> Result<serde_json::Value> {
    let proven = verify(proof, header, genesis.depth).context("the proof does not hold")?;
    let about = About::of(&proven);
    if let Some(id) = &asked.id {
        ensure!(*id == about, "the proof holds, and is about {about}, not about {id}");
    }
    if let Some(height) = asked.at_height {
        ensure!(
            proven.answers(Height(height), header),
            "the proof holds, and is no answer for height {height}: get one with --at-height {height}"
        );
    }
    let at = asked.at_time.unwrap_or(header.time_ms);
    let seen = colour(&proven, header, at);
    ensure!(
        asked.at_time.is_none() || seen.is_some(),
        "the proof holds, and tells no colour at {at}: it takes a code that still stands, a time from {} on, and one \
         before the code's next change",
        header.time_ms
    );
    Ok(match &proven {
        Proven::Transaction { height, receipt, transaction } => {
            json!({ "holds": true, "id": about, "transaction": receipt.transaction, "height": height,
                    "outcome": receipt.outcome, "action": transaction.action.word() })
        }
        Proven::Present { version, value, until } => {
            json!({ "holds": true, "id": about, "since": version.since, "until": until,
                    "as_of": at, "standing": seen.map(|(standing, _)| standing),
                    "colour": seen.and_then(|(_, colour)| colour), "value": value })
        }
        Proven::Absent { key, before } => {
            json!({ "holds": true, "id": about, "absent": key.kind.word(), "before": before })
        }
    })
}
