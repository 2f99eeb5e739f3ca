// SPDX-License-Identifier: Apache-2.0
//! Log lines on standard error: readable on a terminal, JSON elsewhere. `DIANYUN_LOG` filters them.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("DIANYUN_LOG");
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("info,openraft=warn,libp2p=warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let colours = std::env::var_os("NO_COLOR").is_none();
    if std::io::stderr().is_terminal() {
        builder.with_ansi(colours).init();
    } else {
        builder.json().flatten_event(true).init();
    }
}
