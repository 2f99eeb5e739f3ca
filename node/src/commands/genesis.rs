// SPDX-License-Identifier: Apache-2.0
//! `dianyun genesis`: make the folders of a consortium, or explain what is wrong with a genesis.

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::testnet::{Plan, make};
use crate::output::Output;

/// Make a genesis, or check one.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a genesis file, test keys, and one folder a node, without starting anything.
    New {
        /// Where; the folder must not hold a network.
        #[arg(long)]
        dir: PathBuf,
        /// Validators.
        #[arg(long, default_value_t = 4)]
        validators: u32,
        /// Observers.
        #[arg(long, default_value_t = 1)]
        observers: u32,
    },
    /// Say everything that is wrong with a genesis file.
    Check {
        /// The file.
        file: PathBuf,
    },
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        match self {
            Self::New { dir, validators, observers } => {
                let (consortium, _) = make(&dir, Plan { validators, observers })?;
                let chain = consortium.genesis.chain_id();
                output.data(&json!({ "chain_id": chain }), || format!("Chain {chain}."));
                Ok(())
            }
            Self::Check { file } => {
                let chain = genesis::load(&file)?.chain_id();
                let answer = json!({ "chain_id": chain, "sound": true });
                output.data(&answer, || format!("Sound: chain {chain}."));
                Ok(())
            }
        }
    }
}
