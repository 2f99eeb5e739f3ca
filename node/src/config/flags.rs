// SPDX-License-Identifier: Apache-2.0
//! Settings as flags of the command line, which win over the environment and the file.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

/// Flags that stand for settings.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Flags {
    /// Listen for HTTP here instead of where the configuration says (api.listen).
    #[arg(long, value_name = "ADDRESS")]
    api_listen: Option<SocketAddr>,
    /// Ask nobody for credentials: everybody who reaches the address reads the whole chain, as this
    /// node's operator does
    /// (api.allow_open_api_without_credentials).
    #[arg(long)]
    allow_open_api_without_credentials: bool,
    /// Listen for other nodes here (p2p.listen).
    #[arg(long, value_name = "ADDRESS")]
    p2p_listen: Option<SocketAddr>,
    /// The data folder (data).
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// A file whose first line unlocks the key (passphrase_file).
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// A setting that a flag makes.
pub(super) struct Set {
    pub(super) key: &'static str,
    pub(super) flag: &'static str,
    pub(super) value: String,
}

impl Flags {
    /// The settings that were made. A path on the command line is relative to where one stands.
    pub(super) fn set(&self) -> Result<Vec<Set>> {
        let path = |path: &Option<PathBuf>| {
            let whole = path.as_ref().map(std::path::absolute).transpose()?;
            anyhow::Ok(whole.map(|path| path.display().to_string()))
        };
        let address = |address: Option<SocketAddr>| address.map(|address| address.to_string());
        let open = self.allow_open_api_without_credentials.then(|| "true".to_owned());
        let all = [
            ("api.listen", "--api-listen", address(self.api_listen)),
            (
                "api.allow_open_api_without_credentials",
                "--allow-open-api-without-credentials",
                open,
            ),
            ("p2p.listen", "--p2p-listen", address(self.p2p_listen)),
            ("data", "--data", path(&self.data)?),
            ("passphrase_file", "--passphrase-file", path(&self.passphrase_file)?),
        ];
        let set = |(key, flag, value): (_, _, Option<String>)| {
            value.map(|value| Set { key, flag, value })
        };
        Ok(all.into_iter().filter_map(set).collect())
    }
}
