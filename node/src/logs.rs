// SPDX-License-Identifier: Apache-2.0
//! Log lines on standard error: readable on a terminal, JSON elsewhere. `DIANYUN_LOG` filters them.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What filters the lines.
const VARIABLE: &str = "DIANYUN_LOG";
const FILTER: &str = "info,openraft=warn,libp2p=warn";

/// Starts logging.
pub(crate) fn start() -> Result<()> {
    let text = std::env::var(VARIABLE).unwrap_or_else(|_| FILTER.to_owned());
    let filter = text.parse::<Targets>().with_context(|| {
        format!("{VARIABLE} is {text:?}: give a filter such as info or info,consensus=debug")
    })?;
    let filtered = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        let colours = std::env::var_os("NO_COLOR").is_none();
        filtered.with(lines.with_ansi(colours)).init();
    } else {
        filtered.with(lines.json().flatten_event(true)).init();
    }
    Ok(())
}
