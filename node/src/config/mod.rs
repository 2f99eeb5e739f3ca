// SPDX-License-Identifier: Apache-2.0
//! A node's configuration: the file, then the environment (`DIANYUN__A__B`), then flags. An unknown
//! key and a named file that is not there are errors, and every value knows where it comes from.

mod flags;
mod settings;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use api::config::{ApiConfig, ForwardHeader, ProxyConfig, TlsConfig};
use consensus::ProposalSize;
use serde::{Deserialize, Serialize};

pub(crate) use flags::Flags;
pub(crate) use settings::Setting;
use settings::{flatten, origins};

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
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The HTTP interface.
    #[serde(default)]
    pub(crate) api: ApiConfig,
    /// Other nodes.
    pub(crate) p2p: P2p,
    /// How this node makes blocks.
    #[serde(default)]
    pub(crate) consensus: Consensus,
    /// How this node exchanges data with others.
    #[serde(default)]
    pub(crate) exchange: ExchangeConfig,
    /// Personal data that this node keeps.
    #[serde(default)]
    pub(crate) vault: VaultConfig,
}

/// Personal data that this node keeps.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct VaultConfig {
    /// The vault key file; without it the node keeps no personal data.
    pub(crate) key: Option<PathBuf>,
}

/// How this node exchanges data with others.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExchangeConfig {
    /// Key files of organisations for which this node signs what they ask by `POST /v1/exchange`.
    pub(crate) keys: Vec<PathBuf>,
    /// The file with the key that holders' nodes share for key fields.
    pub(crate) consortium_key: Option<PathBuf>,
}

/// How this node makes blocks when it leads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Consensus {
    /// Most transactions of a block.
    pub(crate) proposal_transactions: u32,
}

impl Default for Consensus {
    fn default() -> Self {
        Self { proposal_transactions: ProposalSize::default().get() as u32 }
    }
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

/// A configuration, and where each of its values comes from.
pub(crate) struct Loaded {
    /// What the node is told.
    pub(crate) config: NodeConfig,
    /// All of it, a key each.
    pub(crate) settings: Vec<Setting>,
}

/// The part of a key behind which names are free.
const PEERS: &str = "p2p.peers.";

/// Reads the configuration in a node's folder. Paths in it are relative to the folder.
pub(crate) fn load(dir: &Path, flags: &Flags) -> Result<Loaded> {
    let file = dir.join("config.toml");
    ensure!(
        file.is_file(),
        "{} is not there: name the node's folder with --dir, or make one with `dianyun genesis new`",
        file.display()
    );
    let flags = flags.set()?;
    let built = build(&file, &flags)?;
    let origins = origins(&built, &flags);
    refuse_unknown(&origins)?;
    let mut config: NodeConfig = built
        .try_deserialize()
        .with_context(|| format!("the configuration of {} cannot be used", dir.display()))?;
    let settings = settings::all(&flatten(&config), &origins);
    resolve(dir, &mut config)?;
    config.api.check()?;
    ProposalSize::new(config.consensus.proposal_transactions)
        .context("consensus.proposal_transactions cannot be used")?;
    Ok(Loaded { config, settings })
}

fn build(file: &Path, flags: &[flags::Set]) -> Result<config::Config> {
    let environment =
        config::Environment::with_prefix(settings::PREFIX).prefix_separator("__").separator("__");
    let mut builder = config::Config::builder()
        .add_source(config::File::from(file).format(config::FileFormat::Toml))
        .add_source(environment);
    for set in flags {
        builder = builder.set_override(set.key, set.value.clone())?;
    }
    builder.build().with_context(|| format!("cannot read {}", file.display()))
}

/// Every key that may be set, by a configuration that sets all of them.
fn known() -> Vec<String> {
    let path = PathBuf::new;
    let tls = TlsConfig { certificate: path(), key: path() };
    let proxy = ProxyConfig { addresses: Vec::new(), header: ForwardHeader::XForwardedFor };
    let (listen, peers) = (ApiConfig::default().listen, BTreeMap::new());
    let whole = NodeConfig {
        genesis: path(),
        key: path(),
        data: path(),
        passphrase_file: Some(path()),
        api: ApiConfig { tls: Some(tls), proxy: Some(proxy), ..ApiConfig::default() },
        p2p: P2p { listen, peers },
        consensus: Consensus::default(),
        exchange: ExchangeConfig { keys: Vec::new(), consortium_key: Some(path()) },
        vault: VaultConfig { key: Some(path()) },
    };
    flatten(&whole).into_keys().collect()
}

fn refuse_unknown(origins: &BTreeMap<String, String>) -> Result<()> {
    let known = known();
    let unknown = |key: &&String| !known.contains(key) && !key.starts_with(PEERS);
    if let Some((key, origin)) = origins.keys().find(unknown).and_then(|k| origins.get_key_value(k))
    {
        bail!("{key} (from {origin}) is no setting; known are {}, {PEERS}NAME", known.join(", "));
    }
    Ok(())
}

/// Makes paths whole, and finds the files that are named.
fn resolve(dir: &Path, config: &mut NodeConfig) -> Result<()> {
    for path in [&mut config.genesis, &mut config.key, &mut config.data] {
        *path = dir.join(&path);
    }
    config.passphrase_file = config.passphrase_file.take().map(|path| dir.join(path));
    let exchange = config.exchange.keys.iter_mut().chain(&mut config.exchange.consortium_key);
    for path in exchange.chain(&mut config.vault.key) {
        *path = dir.join(&path);
    }
    if let Some(tls) = &mut config.api.tls {
        tls.certificate = dir.join(&tls.certificate);
        tls.key = dir.join(&tls.key);
    }
    if let Some(authorities) = &mut config.api.webhooks.authorities {
        *authorities = dir.join(&authorities);
    }
    let tls = config.api.tls.iter();
    let tls =
        tls.flat_map(|tls| [("api.tls.certificate", &tls.certificate), ("api.tls.key", &tls.key)]);
    let named = [("genesis", &config.genesis), ("key", &config.key)];
    let passphrase = config.passphrase_file.iter().map(|path| ("passphrase_file", path));
    let exchange = config.exchange.keys.iter().map(|path| ("exchange.keys", path));
    let shared = config.exchange.consortium_key.iter();
    let exchange = exchange.chain(shared.map(|path| ("exchange.consortium_key", path)));
    let exchange = exchange.chain(config.vault.key.iter().map(|path| ("vault.key", path)));
    let authorities = config.api.webhooks.authorities.iter();
    let authorities = authorities.map(|path| ("api.webhooks.authorities", path));
    let named = named.into_iter().chain(passphrase).chain(tls).chain(exchange).chain(authorities);
    for (key, path) in named {
        ensure!(path.is_file(), "{key} names {}, which is no file: correct it", path.display());
    }
    Ok(())
}
