// SPDX-License-Identifier: Apache-2.0
//! `dianyun vault`: look after the personal data that a node keeps. No value is ever printed.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use api::keeping::carry_out;
use chain::Time;
use chain::actions::ErasurePublish;
use chain::ids::ApplicationId;
use chain::records::ErasureKind;
use clap::{Args, Subcommand};
use client::Signer;
use consensus::clock::Clock;
use genesis::{KeyFile, Unlock, VaultKeyFile};
use serde_json::json;
use store::{Options, Store};
use vault::{Checked, NodeKey, Protocol, Vault};

use super::keys::Passphrase;
use super::matter::accepted;
use super::runtime;
use crate::config::{self, Flags, NodeConfig};
use crate::output::{Output, say};
use crate::{lock, vault as keeping};

const EXAMPLES: &str = "\
Examples:
  dianyun vault status --dir validator-4
  dianyun vault check --dir validator-4
  dianyun vault restrict app_… --until 2029-01-01T00:00:00+08:00 --dir validator-4
  dianyun vault erase app_… --dir validator-4
  dianyun vault erase app_… --dir validator-4 --key sponsor.key --node http://127.0.0.1:8080
  dianyun keys new --vault --name validator-4 --out vault-2.key --passphrase-file secret.txt
  dianyun vault rotate --to vault-2.key --dir validator-4

`restrict` and `erase` ask the node if it runs, else they work on its folder. The vault's keys of that
application are restricted or destroyed first; then the erasure is published, signed by the sponsor's key:
by the node itself if `exchange.keys` has that key, at its next start if it is stopped; or at once by a key
file, --key. Interrupted, give the same command again: what is done is not done twice. The chain's rules
come first: a code that is not cancelled, or data that a contract needs, are refused and nothing is touched.
`status`, `check` and `rotate` need the node stopped. Backups keep what they hold: see docs/vault.md.";

/// Look after the personal data that a node keeps.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Say how many subjects are held, restricted and erased, and under which node key. Needs no key.
    Status(Folder),
    /// Open every key and every document, as nothing else does: a damaged one is found before it is asked for.
    Check(Folder),
    /// Destroy the key of what came with an application, so that nobody reads it again, and publish that.
    Erase {
        /// The application.
        application: ApplicationId,
        #[command(flatten)]
        publish: Publish,
        #[command(flatten)]
        folder: Folder,
    },
    /// Keep what came with an application for the law alone, until an instant, and publish that.
    Restrict {
        /// The application.
        application: ApplicationId,
        /// Until when the law requires it: then it is erased by itself.
        #[arg(long)]
        until: Time,
        #[command(flatten)]
        publish: Publish,
        #[command(flatten)]
        folder: Folder,
    },
    /// Wrap all keys under another node key, and put its file in the place of `vault.key`.
    Rotate {
        /// The new vault key file, made by `dianyun keys new --vault`.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        folder: Folder,
    },
}

/// Which node.
#[derive(Debug, Args)]
pub(crate) struct Folder {
    /// The node's folder.
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Who publishes at once.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// A key file of the sponsor: publish now, by this key. Its passphrase is the one of the vault key.
    #[arg(long, requires = "node")]
    key: Option<PathBuf>,
    /// The address of a node that runs, for --key.
    #[arg(long, requires = "key")]
    node: Option<String>,
}

/// Between two lines that tell how far it is.
const SAY_EVERY: Duration = Duration::from_secs(5);

/// Says now and then how far it is.
struct Progress(Cell<Instant>);

impl Progress {
    fn new() -> Self {
        Self(Cell::new(Instant::now()))
    }

    fn say(&self, text: impl FnOnce() -> String) {
        if self.0.get().elapsed() > SAY_EVERY {
            self.0.set(Instant::now());
            say(text());
        }
    }
}

/// A stopped node's folder while a command works on it.
struct Stopped {
    config: NodeConfig,
    genesis: chain::Genesis,
    store: Store,
    _lock: lock::Lock,
}

impl Folder {
    fn config(&self) -> Result<NodeConfig> {
        Ok(config::load(&self.dir, &Flags::default())?.config)
    }

    fn open(&self) -> Result<Stopped> {
        let _lock = lock::take(&self.dir)?;
        self.open_under(_lock)
    }

    fn open_under(&self, _lock: lock::Lock) -> Result<Stopped> {
        let config = self.config()?;
        let genesis = genesis::load(&config.genesis)?;
        let store = Store::open(&config.data, &genesis, &Options::default())?;
        Ok(Stopped { config, genesis, store, _lock })
    }

    fn unlock(&self, config: &NodeConfig) -> Unlock {
        match self.passphrase.is_named() {
            true => self.passphrase.unlock(),
            false => Unlock::from_environment(config.passphrase_file.clone()),
        }
    }

    fn vault(&self, stopped: &Stopped) -> Result<(Vault, PathBuf)> {
        let path = stopped.config.vault.key.clone();
        let path =
            path.context("the configuration names no `vault.key`: this node has no vault")?;
        let unlock = self.unlock(&stopped.config);
        let key = VaultKeyFile::read(&path)?.open(stopped.genesis.mode, &unlock)?;
        let shelf = Box::new(stopped.store.vault_shelf());
        Ok((Vault::open(shelf, NodeKey::from(key))?, path))
    }
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        match self {
            Self::Status(folder) => status(&folder, output),
            Self::Check(folder) => check(&folder, output),
            Self::Erase { application, publish, folder } => {
                end(&folder, (application, ErasureKind::Erased), &publish, output)
            }
            Self::Restrict { application, until, publish, folder } => {
                end(&folder, (application, ErasureKind::Restricted { until }), &publish, output)
            }
            Self::Rotate { to, folder } => rotate(&folder, &to, output),
        }
    }
}

fn about(checked: &Checked) -> serde_json::Value {
    let status = checked.status;
    json!({
        "held": status.held, "restricted": status.restricted, "erased": status.erased,
        "documents": checked.documents,
    })
}

fn line(checked: &Checked) -> String {
    let status = checked.status;
    format!(
        "{} held, {} restricted, {} erased; {} documents",
        status.held, status.restricted, status.erased, checked.documents
    )
}

fn status(folder: &Folder, output: Output) -> Result<()> {
    let stopped = folder.open()?;
    let checked = Checked::of(&stopped.store.vault_shelf())?;
    let mut told = about(&checked);
    told["key_file"] = json!(stopped.config.vault.key);
    output.data(&told, || line(&checked));
    Ok(())
}

fn check(folder: &Folder, output: Output) -> Result<()> {
    let stopped = folder.open()?;
    let (vault, _) = folder.vault(&stopped)?;
    let progress = Progress::new();
    let checked = vault.check(&|done| progress.say(|| format!("{done} subjects opened")))?;
    let mut told = about(&checked);
    told["node_key"] = json!(vault.node_key().to_string());
    output.data(&told, || format!("{}. Every key and document opens.", line(&checked)));
    Ok(())
}

fn rotate(folder: &Folder, to: &Path, output: Output) -> Result<()> {
    let stopped = folder.open()?;
    let file = VaultKeyFile::read(to)?;
    let unlock = folder.unlock(&stopped.config);
    let next = NodeKey::from(file.open(stopped.genesis.mode, &unlock)?);
    let path = stopped.config.vault.key.clone();
    let path = path.context("the configuration names no `vault.key`: this node has no vault")?;
    let kept = path.with_extension("key.old");
    let progress = Progress::new();
    let said = |done| progress.say(|| format!("{done} subjects wrapped anew"));
    // A crash between the last key and the new file left the vault under the key that is given.
    let wrapped = match folder.vault(&stopped) {
        Ok((vault, _)) => vault.rotate(next, &said)?,
        Err(error) => {
            let vault = Vault::open(Box::new(stopped.store.vault_shelf()), next);
            vault.map_err(|_| error)?.purge_old_keys()?;
            0
        }
    };
    if path != to {
        if !kept.exists() {
            std::fs::copy(&path, &kept)
                .with_context(|| format!("cannot write {}", kept.display()))?;
        }
        file.replace(&path)?;
    }
    say(format!(
        "{} is the new key. {} is the old one: it opens copies of the folder made before. Destroy it once no such \
         copy is needed; until then what was erased lately can be read from them.",
        path.display(),
        kept.display()
    ));
    output.data(&json!({ "wrapped": wrapped, "key_file": path }), || {
        format!("{wrapped} keys are wrapped anew.")
    });
    Ok(())
}

/// Restricts or erases, in the folder or by the running node, then publishes.
fn end(
    folder: &Folder,
    (application, kind): (ApplicationId, ErasureKind),
    publish: &Publish,
    output: Output,
) -> Result<()> {
    let config = folder.config()?;
    ensure!(
        config.vault.key.is_some(),
        "the configuration names no `vault.key`: this node has no vault"
    );
    let protocol = match lock::try_take(&folder.dir)? {
        Some(lock) => {
            let stopped = folder.open_under(lock)?;
            let (vault, _) = folder.vault(&stopped)?;
            let at = stopped.store.latest();
            let now = Time(Clock::default().now_ms()).max(stopped.store.header().time_ms);
            carry_out(&vault, (&at, now), application, kind)?
        }
        None => {
            let progress = Progress::new();
            let waiting = || progress.say(|| "the node is at it".to_owned());
            keeping::order(&folder.dir, application, kind, &waiting)?
        }
    };
    say("The vault has done it. The protocol holds no personal data; its digest goes on chain.");
    match (&publish.key, &publish.node) {
        (Some(key), Some(node)) => {
            let unlock = folder.unlock(&config);
            publish_now(&protocol, application, (key, node), &unlock)?;
            say("It is published.");
        }
        _ => say(
            "The node publishes it by its sponsor's key, once it runs, if `exchange.keys` has it.",
        ),
    }
    let shown = keeping::shown(&protocol);
    output.data(&shown, || serde_json::to_string_pretty(&shown).unwrap_or_default());
    Ok(())
}

fn publish_now(
    protocol: &Protocol,
    application: ApplicationId,
    (key, node): (&Path, &str),
    unlock: &Unlock,
) -> Result<()> {
    // Whether a test key is good for that chain, the chain says: it is registered there or not.
    let key = KeyFile::read(key)?.open(chain::genesis::Mode::Demo, unlock)?;
    let kind = protocol.kind;
    runtime()?.block_on(async {
        let client = client::Client::new(node)?;
        let status = client.status().await?;
        let action = ErasurePublish { application, kind, digest: protocol.digest() };
        let transaction = Signer::new(key, status.chain).sign(action, status.time);
        accepted(client.submit(&transaction).await?.receipt.as_ref())
    })
}
