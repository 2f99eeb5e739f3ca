// SPDX-License-Identifier: Apache-2.0
//! `dianyun completions`.

use anyhow::Result;
use clap::{Args, CommandFactory};

/// Write completions for a shell: `dianyun completions bash > FILE`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: clap_complete::Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Result<()> {
        let mut command = crate::Arguments::command();
        clap_complete::generate(self.shell, &mut command, "dianyun", &mut std::io::stdout());
        Ok(())
    }
}
