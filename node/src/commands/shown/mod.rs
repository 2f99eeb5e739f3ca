// SPDX-License-Identifier: Apache-2.0
//! `dianyun shown`: show a code or a badge as text and picture, verify one that was scanned, keep the list of
//! witnesses that verifying without a network takes.

mod make;
mod verify;

use std::path::PathBuf;

use anyhow::Result;
use chain::shown::WitnessList;
use clap::{Args, Subcommand};

pub(super) use self::make::write;
use super::runtime;
use super::testnet::NodeChoice;
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dianyun shown make CODE --key driver.key --node https://node.example --png code.png
  dianyun shown make org_ID --key officer.key --svg badge.svg
  dianyun shown witnesses > witnesses.json
  dianyun shown verify 'DYM1:…' --witnesses witnesses.json
  dianyun shown verify --image photo.jpg --witnesses witnesses.json --threshold 2
  dianyun shown verify --image code.png --node validator-2
  dianyun shown make \"$(dianyun code apply)\" | dianyun shown verify -

What is shown is good for two minutes, so it is made anew every minute. With a list of witnesses or a genesis file
nothing is asked of anybody; else a node says also what has changed since. The exit code is 0 only if it is verified.";

/// Show a code or a badge, and verify what was scanned.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Show a code, or an organisation's badge: validators give their word, the holder's key signs.
    Make(make::Make),
    /// Verify what was scanned. Succeeds only if it holds.
    Verify(verify::Verify),
    /// Write the list of validators whose word counts to standard output, as a scanner keeps it.
    Witnesses(Witnesses),
}

/// Where the list comes from.
#[derive(Debug, Args)]
pub(crate) struct Witnesses {
    /// Take it from this genesis file, which its hash proves, instead of a node's word.
    #[arg(long, conflicts_with_all = ["node", "credentials_file"])]
    genesis: Option<PathBuf>,
    #[command(flatten)]
    node: NodeChoice,
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        match self {
            Self::Make(make) => make.run(output),
            Self::Verify(verify) => verify.run(output),
            Self::Witnesses(witnesses) => witnesses.run(output),
        }
    }
}

impl Witnesses {
    fn run(self, output: Output) -> Result<()> {
        let list = match &self.genesis {
            Some(file) => WitnessList::of(&genesis::load(file)?),
            None => runtime()?.block_on(self.node.client()?.witnesses())?,
        };
        output.data(&list, || serde_json::to_string_pretty(&list).unwrap_or_default());
        Ok(())
    }
}
