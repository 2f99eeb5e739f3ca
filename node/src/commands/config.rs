// SPDX-License-Identifier: Apache-2.0
//! `dianyun config show`.

use std::path::PathBuf;

use ::config::Value;
use anyhow::Result;
use clap::Subcommand;

use crate::config;
use crate::output::Output;

/// Show a node's configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show every value that is set.
    Show {
        /// The node's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
        /// Show where each value comes from.
        #[arg(long)]
        origin: bool,
    },
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        let Self::Show { dir, origin } = self;
        let config = config::load(&dir)?;
        let raw = config::raw(&dir)?;
        output.data(&config, || {
            let mut lines = Vec::new();
            let table = ::config::Source::collect(&raw).unwrap_or_default();
            let mut keys: Vec<_> = table.into_iter().collect();
            keys.sort_by(|a, b| a.0.cmp(&b.0));
            for (key, value) in keys {
                list(&mut lines, &key, value, origin);
            }
            lines.join("\n")
        });
        Ok(())
    }
}

fn list(lines: &mut Vec<String>, key: &str, value: Value, origin: bool) {
    let from = value.origin().unwrap_or("default").to_owned();
    if let Ok(table) = value.clone().into_table() {
        let mut keys: Vec<_> = table.into_iter().collect();
        keys.sort_by(|a, b| a.0.cmp(&b.0));
        for (inner, value) in keys {
            list(lines, &format!("{key}.{inner}"), value, origin);
        }
    } else if origin {
        lines.push(format!("{key} = {value}  ({from})"));
    } else {
        lines.push(format!("{key} = {value}"));
    }
}
