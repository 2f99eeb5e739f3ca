// SPDX-License-Identifier: Apache-2.0
//! `dianyun completions`.

use anyhow::Result;
use clap::{Args, CommandFactory};
use serde_json::json;

use crate::output::Output;

const EXAMPLES: &str = "\
Examples:
  dianyun completions bash > ~/.local/share/bash-completion/completions/dianyun
  dianyun completions zsh > \"${fpath[1]}/_dianyun\"
  dianyun completions fish > ~/.config/fish/completions/dianyun.fish";

/// Write completions for a shell.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell.
    shell: clap_complete::Shell,
}

impl Completions {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        let mut command = crate::Arguments::command();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "dianyun", &mut script);
        let script = String::from_utf8(script)?;
        output.data(&json!({ "script": script }), || script.clone());
        Ok(())
    }
}
