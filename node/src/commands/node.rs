// SPDX-License-Identifier: Apache-2.0
//! `dianyun node run`: puts store, consensus and interface together and runs until told to stop.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::vault::Vault;
use anyhow::{Context, Result, bail};
use api::exchange::Exchange;
use api::keeping::{Keeper, Parts};
use api::routes::{Served, serve};
use api::webhooks::{SealKey, Webhooks};
use chain::shown::WitnessKey;
use clap::Subcommand;
use consensus::clock::Clock;
use consensus::{Config, Handle, PeerAddress, ProposalSize};
use genesis::{KeyFile, Unlock};
use store::{Options, Store};
use tokio_util::sync::CancellationToken;

use super::{runtime, told_to_stop};
use crate::config::{self, Flags, NodeConfig};
use crate::{apikeys, exchange, keystore, lock, logs, vault};

const EXAMPLES: &str = "\
Examples:
  dianyun node run --dir validator-1
  dianyun node run --dir validator-1 --rejoin
  dianyun node run --dir validator-1 --passphrase-file /run/secrets/node
  DIANYUN__API__LISTEN=127.0.0.1:9000 dianyun node run --dir validator-1
  DIANYUN_LOG=debug dianyun node run --dir validator-1

Ctrl-C or SIGTERM: requests under way are answered, then the node ends with exit code 0. A second
one ends it at once with exit code 130; nothing is lost by that either.";

/// Run a node.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the node of a folder until Ctrl-C or SIGTERM.
    #[command(after_help = EXAMPLES)]
    Run {
        /// The node's folder, with config.toml.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
        /// Come back although the data folder lacks what this validator once acknowledged (a lost
        /// disk, an old backup). It fetches the log from its peers, and votes only when it holds
        /// again what it once did. Without this flag the others refuse such a node.
        #[arg(long)]
        rejoin: bool,
        #[command(flatten)]
        flags: Flags,
    },
}

impl Command {
    pub(crate) fn run(self) -> Result<()> {
        let Self::Run { dir, rejoin, flags } = self;
        let config = config::load(&dir, &flags)?.config;
        logs::start()?;
        runtime()?.block_on(run(&dir, config, rejoin))
    }
}

async fn run(dir: &Path, config: NodeConfig, rejoin: bool) -> Result<()> {
    let _lock = lock::take(dir)?;
    let genesis = Arc::new(genesis::load(&config.genesis)?);
    let unlock = Unlock::from_environment(config.passphrase_file.clone());
    let key = KeyFile::read(&config.key)?.open(genesis.mode, &unlock)?;
    let exchange_keys = exchange::keys(&config.exchange, genesis.mode, &unlock)?;
    let vault_key = vault::key(config.vault.key.as_deref(), genesis.mode, &unlock)?;
    let seal = SealKey::of_node(&key.seed());
    let store = Store::open(&config.data, &genesis, &Options::default())?;
    tracing::info!(chain = %store.header().chain, height = store.header().height.0, "opened");
    let vault = vault::open(&store, vault_key)?;
    let peers = config.p2p.peers.iter();
    let peers = peers.map(|(name, address)| PeerAddress { name: name.clone(), address: *address });
    let witness = WitnessKey::of(&genesis, &key);
    let consensus = Config {
        genesis: Arc::clone(&genesis),
        key,
        listen: config.p2p.listen,
        peers: peers.collect(),
        clock: Clock::default(),
        rejoin,
        proposal: ProposalSize::new(config.consensus.proposal_transactions)?,
    };
    let handle = consensus::start(consensus, store.clone()).await?;
    let shutdown = CancellationToken::new();
    let registry = Default::default();
    let keys = apikeys::follow(dir)?;
    let keystore = keystore::follow(dir, genesis.mode, &unlock)?;
    let exchange = exchange::start(exchange_keys, (&store, &handle), &genesis, vault.as_ref());
    keep(dir, vault.as_ref(), (&store, &handle, &exchange), &shutdown);
    let webhooks = Webhooks::open(store.local(), &config.api.webhooks, seal)?;
    let webhooks = Arc::new(webhooks);
    let served = Served {
        store,
        handle: handle.clone(),
        genesis,
        witness,
        registry,
        keys,
        keystore,
        exchange,
        vault,
        webhooks,
    };
    let (address, serving) = serve(served, &config.api, shutdown.clone()).await?;
    tracing::info!(%address, p2p = %handle.listening(), "serving");
    let stopped = tokio::select! {
        () = told_to_stop() => None,
        reason = stopped(&handle) => Some(reason),
    };
    tracing::info!("stopping");
    shutdown.cancel();
    // Requests under way are answered while the chain still goes on here.
    serving.await.context("the interface ended early")?;
    handle.stop().await;
    tracing::info!("stopped");
    match stopped {
        Some(reason) => bail!("{reason}"),
        None => Ok(()),
    }
}

/// Keeps the vault in step with the chain, and carries out orders to it.
fn keep(
    dir: &Path,
    vault: Option<&Arc<Vault>>,
    (store, handle, exchange): (&Store, &Handle, &Arc<Exchange>),
    shutdown: &CancellationToken,
) {
    let Some(vault) = vault else { return vault::say_none(handle.status().role) };
    let parts = Parts {
        vault: Arc::clone(vault),
        exchange: Arc::clone(exchange),
        store: store.clone(),
        handle: handle.clone(),
    };
    let keeper = Keeper::start(parts, shutdown.clone());
    vault::follow_orders(dir, keeper, shutdown.clone());
}

/// Why the node takes no further part, once it does not.
async fn stopped(handle: &Handle) -> String {
    let mut look = tokio::time::interval(std::time::Duration::from_millis(500));
    loop {
        look.tick().await;
        if let consensus::Health::Stopped(reason) = handle.status().health {
            return reason;
        }
    }
}
