// SPDX-License-Identifier: Apache-2.0
//! A node's configuration: the file, then the environment (`DIANYUN__A__B`), then flags. An unknown
//! key is an error.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use api::config::ApiConfig;
use serde::{Deserialize, Serialize};

/// What a node is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodeConfig {
    /// The genesis file.
    pub(crate) genesis: PathBuf,
    /// The node's key file.
    pub(crate) key: PathBuf,
    /// The data folder.
    pub(crate) data: PathBuf,
    /// A file whose first line unlocks the key.
    #[serde(default)]
    pub(crate) unlock: Option<PathBuf>,
    /// The HTTP interface.
    #[serde(default)]
    pub(crate) api: ApiConfig,
    /// Other nodes.
    pub(crate) p2p: P2p,
}

/// Where this node and others are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct P2p {
    /// Where to listen for other nodes.
    pub(crate) listen: SocketAddr,
    /// Other nodes by their names in genesis.
    #[serde(default)]
    pub(crate) peers: BTreeMap<String, SocketAddr>,
}

/// Prefix of the environment's variables.
const PREFIX: &str = "DIANYUN";

/// Reads the configuration in a node's folder. Paths in it are relative to the folder.
pub(crate) fn load(dir: &Path) -> Result<NodeConfig> {
    let built = raw(dir)?;
    let mut config: NodeConfig = built
        .try_deserialize()
        .with_context(|| format!("the configuration of {} cannot be used", dir.display()))?;
    for path in [&mut config.genesis, &mut config.key, &mut config.data] {
        *path = dir.join(&path);
    }
    config.unlock = config.unlock.map(|path| dir.join(path));
    config.api.check()?;
    Ok(config)
}

/// The values before they are looked at, each with its origin.
pub(crate) fn raw(dir: &Path) -> Result<config::Config> {
    let file = dir.join("config.toml");
    let environment = config::Environment::with_prefix(PREFIX).prefix_separator("__");
    config::Config::builder()
        .add_source(config::File::from(file.clone()).format(config::FileFormat::Toml))
        .add_source(environment.separator("__").try_parsing(true))
        .build()
        .with_context(|| format!("cannot read {}", file.display()))
}
