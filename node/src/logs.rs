// SPDX-License-Identifier: Apache-2.0
//! Log lines on standard error: readable on a terminal, JSON elsewhere. `DIANYUN_LOG` filters them.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

/// What filters the lines.
const VARIABLE: &str = "DIANYUN_LOG";
const FILTER: &str = "info,openraft=warn,libp2p=warn";

/// Starts logging.
pub(crate) fn start() -> Result<()> {
    let text = std::env::var(VARIABLE).unwrap_or_else(|_| FILTER.to_owned());
    let filter = EnvFilter::try_new(&text);
    let filter = filter.with_context(|| {
        format!("{VARIABLE} is {text:?}: give a filter such as info or info,consensus=debug")
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let colours = std::env::var_os("NO_COLOR").is_none();
    if std::io::stderr().is_terminal() {
        builder.with_ansi(colours).init();
    } else {
        builder.json().flatten_event(true).init();
    }
    Ok(())
}
