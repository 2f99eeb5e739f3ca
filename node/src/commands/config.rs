// SPDX-License-Identifier: Apache-2.0
//! `dianyun config show`: every setting of a node, defaults too. It holds no secret.

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use crate::config::{self, Flags, Setting};
use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dianyun config show --dir validator-1 --origin
  DIANYUN__API__LIMITS__READS=64 dianyun config show --dir validator-1 --origin
  dianyun config show --dir validator-1 --json

Later wins: config.toml, then the environment (DIANYUN__API__LISTEN for api.listen), then flags.
docs/operating.md says what every key means.";

/// Show a node's configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show every setting with its value, and refuse what a node would refuse.
    #[command(after_help = EXAMPLES)]
    Show {
        /// The node's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
        /// Show where each value comes from.
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        flags: Flags,
    },
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        let Self::Show { dir, origin, flags } = self;
        let settings = config::load(&dir, &flags)?.settings;
        let line = |setting: &Setting| {
            let Setting { key, value, origin: from } = setting;
            match origin {
                true => format!("{key} = {value}  ({from})"),
                false => format!("{key} = {value}"),
            }
        };
        output.data(&settings, || settings.iter().map(line).collect::<Vec<_>>().join("\n"));
        Ok(())
    }
}
