// SPDX-License-Identifier: Apache-2.0
//! `dianyun testnet`: a local consortium of real processes in one folder.

mod authorities;
mod card;
mod loading;
mod making;
mod newcomer;
mod pages;
mod ports;
mod process;
mod roles;
mod state;
mod up;
pub(crate) mod usage;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) use making::{Plan, make};
pub(crate) use state::{DriverState, State};

use super::runtime;
use crate::output::{Output, say};

/// What programs of this user keep between runs.
fn state_folder() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
    state.or_else(home).unwrap_or_else(std::env::temp_dir).join("dianyun")
}

/// Where a testnet lies unless the user says otherwise.
pub(crate) fn default_dir() -> PathBuf {
    state_folder().join("testnet")
}

/// The same folder by its one true name, as its processes were told it.
fn root(dir: &Path) -> Result<PathBuf> {
    let whole = std::path::absolute(dir)?;
    Ok(whole.canonicalize().unwrap_or(whole))
}

/// Which node to ask.
#[derive(Debug, Args)]
pub(crate) struct NodeChoice {
    /// The node: its name in the testnet, or an address such as http://127.0.0.1:8080; without it
    /// the testnet's first.
    #[arg(long)]
    node: Option<String>,
    /// A file whose first line is an API key or a token, for what needs one; else the variable
    /// DIANYUN_CREDENTIALS.
    #[arg(long, value_name = "FILE")]
    credentials_file: Option<PathBuf>,
    /// The testnet's folder.
    #[arg(long, default_value_os_t = default_dir())]
    dir: PathBuf,
}

impl NodeChoice {
    pub(crate) fn of(node: Option<String>, dir: PathBuf) -> Self {
        Self { node, credentials_file: None, dir }
    }

    pub(crate) fn client(&self) -> Result<client::Client> {
        let first = |state: &State| Some(state.nodes.first()?.api.clone());
        let client = client::Client::new(&address(self.node.as_deref(), &self.dir, first)?)?;
        match self.credentials()? {
            Some(secret) => Ok(client.with_credentials(&secret)?),
            None => Ok(client),
        }
    }

    fn credentials(&self) -> Result<Option<String>> {
        let Some(file) = &self.credentials_file else {
            return Ok(std::env::var("DIANYUN_CREDENTIALS").ok());
        };
        let text = std::fs::read_to_string(file);
        let text = text.with_context(|| format!("cannot read {}", file.display()))?;
        Ok(text.lines().next().map(str::to_owned))
    }
}

/// The address of a node by its name in the testnet or by itself; without either the one that is
/// chosen.
pub(crate) fn address(
    node: Option<&str>,
    dir: &Path,
    otherwise: impl FnOnce(&State) -> Option<String>,
) -> Result<String> {
    match node {
        Some(node) if node.contains("://") => Ok(node.to_owned()),
        Some(name) => Ok(State::read(dir)?.api(name)?.to_owned()),
        None => otherwise(&State::read(dir)?).context("the testnet has no node"),
    }
}

#[derive(Debug, Args)]
pub(crate) struct Dir {
    /// The testnet's folder.
    #[arg(long, default_value_os_t = default_dir())]
    dir: PathBuf,
}

/// What a new testnet is loaded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Data {
    /// Nothing.
    None,
    /// Some hundred invented drivers, vehicles, enterprises and waybills.
    Demo,
}

const EXAMPLES: &str = "\
Examples:
  dianyun testnet up --detach
  dianyun testnet up --validators 7 --observers 2 --data none --dir /tmp/seven
  dianyun testnet status
  dianyun testnet kill validator-2 && dianyun testnet start validator-2
  dianyun testnet logs validator-1 | tail
  dianyun testnet newcomer
  dianyun testnet down
  dianyun testnet reset

Every command takes --dir D and --json. `down` and `reset` succeed where nothing is there; `status`
fails then with exit code 1.";

/// Start and handle a local network.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Start it; a new one is made and loaded first.
    Up(up::Up),
    Newcomer(newcomer::Newcomer),
    /// Stop it; the data stay.
    Down(Dir),
    /// Say how each node is.
    Status(Dir),
    /// Stop it and remove its folder.
    Reset(Dir),
    /// Kill the process of a node or authority at once.
    Kill {
        /// Its name, such as validator-1.
        name: String,
        #[command(flatten)]
        dir: Dir,
    },
    /// Start a node or authority that was stopped or killed.
    Start {
        /// Its name.
        name: String,
        #[command(flatten)]
        dir: Dir,
    },
    /// Write a node's or authority's log.
    Logs {
        /// Its name.
        name: String,
        #[command(flatten)]
        dir: Dir,
    },
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        match self {
            Self::Up(up) => runtime()?.block_on(up.run(output)),
            Self::Newcomer(newcomer) => newcomer.run(output),
            Self::Down(Dir { dir }) => {
                let stopped = down(&root(&dir)?)?;
                output.data(&json!({ "stopped": stopped }), || match stopped.as_slice() {
                    [] => "Nothing runs.".to_owned(),
                    names => format!("Stopped: {}.", names.join(", ")),
                });
                Ok(())
            }
            Self::Status(Dir { dir }) => runtime()?.block_on(card::status(&root(&dir)?, output)),
            Self::Reset(Dir { dir }) => reset(&root(&dir)?, output),
            Self::Kill { name, dir } => {
                let dir = root(&dir.dir)?;
                process::kill(State::read(&dir)?.pid(&name)?, &dir);
                output.data(&json!({ "killed": name }), || format!("{name} is killed."));
                Ok(())
            }
            Self::Start { name, dir } => start(&name, &root(&dir.dir)?, output),
            Self::Logs { name, dir } => {
                let dir = root(&dir.dir)?;
                State::read(&dir)?.pid(&name)?;
                let path = process::log_file(&dir, &name);
                let mut log = std::fs::File::open(&path)
                    .with_context(|| format!("there is no log {}", path.display()))?;
                // A reader that went away is no failure.
                let _gone = std::io::copy(&mut log, &mut std::io::stdout());
                Ok(())
            }
        }
    }
}

fn start(name: &str, dir: &Path, output: Output) -> Result<()> {
    let pid = State::change(dir, |state| {
        if process::is_running(state.pid(name)?, dir) {
            bail!("{name} runs already");
        }
        match state.nodes.iter_mut().find(|node| node.name == name) {
            Some(node) => {
                node.pid = process::node(&node.dir)?;
                Ok(node.pid)
            }
            None => authorities::start(dir, state, name),
        }
    })?;
    output.data(&json!({ "started": name, "pid": pid }), || format!("{name} is started."));
    Ok(())
}

/// Stops what runs; its names.
pub(crate) fn down(dir: &Path) -> Result<Vec<String>> {
    let Some(state) = State::find(dir)? else { return Ok(Vec::new()) };
    let running = || state.processes().filter(|(_, pid)| process::is_running(*pid, dir));
    let names = running().map(|(name, _)| name.to_owned()).collect();
    let pids = || running().map(|(_, pid)| pid);
    pids().for_each(process::terminate);
    process::wait_for_end(&pids);
    pids().for_each(|pid| process::kill(pid, dir));
    Ok(names)
}

fn reset(dir: &Path, output: Output) -> Result<()> {
    let known = state::file(dir).exists();
    let empty = std::fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if !known && !empty {
        bail!("{} holds no testnet: nothing is removed", dir.display());
    }
    if known {
        if let Err(error) = down(dir) {
            say(format!("What runs may go on: {error:#}"));
        }
        std::fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    output.data(&json!({ "removed": known }), || match known {
        true => format!("{} is removed.", dir.display()),
        false => format!("There is no testnet in {}.", dir.display()),
    });
    Ok(())
}
