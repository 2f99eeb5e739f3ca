// SPDX-License-Identifier: Apache-2.0
//! `dianyun header`: a header from a node, to be kept and trusted later. It verifies the hash alone.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chain::ids::Height;
use chain::proof::Proof;
use clap::Args;
use client::answers::HeaderItem;
use client::{Client, ClientError};
use serde_json::json;

use super::runtime;
use super::testnet::NodeChoice;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dianyun header --node observer-1 > header.json
  dianyun header 42 --node http://127.0.0.1:8080
  dianyun header --of proof.json --node observer-1 > header.json
  dianyun proof verify proof.json --header header.json";

/// A node may be some blocks behind the one that named the height.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The header at a height, once the node has it.
pub(super) async fn reached(client: &Client, height: Height) -> Result<HeaderItem, ClientError> {
    let started = Instant::now();
    loop {
        match client.header(height).await {
            Err(ClientError::Refused(problem))
                if problem.code == "height_not_reached" && started.elapsed() < PATIENCE =>
            {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            other => return other,
        }
    }
}

/// Write a header to standard output, such as the one that a proof ends in.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct HeaderOf {
    /// Its height; without it the newest.
    height: Option<u64>,
    /// The height that this proof file ends in.
    #[arg(long, value_name = "PROOF", conflicts_with = "height")]
    of: Option<PathBuf>,
    #[command(flatten)]
    node: NodeChoice,
}

impl HeaderOf {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        runtime()?.block_on(async {
            let client = self.node.client()?;
            let item = match self.height()? {
                Some(height) => reached(&client, height).await?,
                None => client.newest_header().await?,
            };
            ensure!(item.header.hash() == item.hash, "the node's header and its hash differ");
            let whole = json!({ "hash": item.hash, "header": item.header });
            output.data(&whole, || serde_json::to_string_pretty(&whole).unwrap_or_default());
            Ok(())
        })
    }

    fn height(&self) -> Result<Option<Height>> {
        let Some(file) = &self.of else { return Ok(self.height.map(Height)) };
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let proof: Proof = serde_json::from_str(&text)
            .with_context(|| format!("{} is no proof", file.display()))?;
        Ok(Some(proof.anchor.height))
    }
}
