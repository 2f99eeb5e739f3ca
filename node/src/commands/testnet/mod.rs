// SPDX-License-Identifier: Apache-2.0
//! `dianyun testnet`: a local consortium of real processes in one folder.

mod card;
mod making;
mod ports;
mod process;
mod state;
mod up;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};

pub(crate) use making::{Plan, make};
pub(crate) use state::{DriverState, State};

use super::runtime;
use crate::output::{Output, say};

/// Where a testnet lies unless the user says otherwise.
pub(crate) fn default_dir() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
    state.or_else(home).unwrap_or_else(std::env::temp_dir).join("dianyun/testnet")
}

/// Which node to ask.
#[derive(Debug, Args)]
pub(crate) struct NodeChoice {
    /// The node's address, such as http://127.0.0.1:8080; without it the testnet's first.
    #[arg(long)]
    node: Option<String>,
    /// The testnet's folder.
    #[arg(long, default_value_os_t = default_dir())]
    dir: PathBuf,
}

impl NodeChoice {
    pub(crate) fn client(&self) -> Result<client::Client> {
        let address = match &self.node {
            Some(node) => node.clone(),
            None => {
                let state = State::read(&self.dir)?;
                state.nodes.first().context("the testnet has no node")?.api.clone()
            }
        };
        Ok(client::Client::new(&address)?)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Dir {
    /// The testnet's folder.
    #[arg(long, default_value_os_t = default_dir())]
    dir: PathBuf,
}

/// What a new testnet is loaded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Data {
    /// Nothing.
    None,
    /// Some hundred invented drivers, vehicles, enterprises and waybills.
    Demo,
}

/// Start and handle a local network.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start it; a new one is made and loaded first.
    Up(up::Up),
    /// Stop it; the data stay.
    Down(Dir),
    /// Say how each node is.
    Status(Dir),
    /// Stop it and remove its folder.
    Reset(Dir),
    /// Kill a node's process at once.
    Kill {
        /// Its name, such as validator-1.
        name: String,
        #[command(flatten)]
        dir: Dir,
    },
    /// Start a node that was stopped or killed.
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
            Self::Down(Dir { dir }) => down(&dir),
            Self::Status(Dir { dir }) => runtime()?.block_on(card::status(&dir, output)),
            Self::Reset(Dir { dir }) => reset(&dir),
            Self::Kill { name, dir } => {
                let state = State::read(&dir.dir)?;
                process::kill(state.node(&name)?.pid);
                Ok(())
            }
            Self::Start { name, dir } => {
                let mut state = State::read(&dir.dir)?;
                let node = state.node_mut(&name)?;
                if process::is_running(node.pid) {
                    bail!("{name} runs already");
                }
                node.pid = process::node(&node.dir)?;
                state.write(&dir.dir)
            }
            Self::Logs { name, dir } => {
                let path = process::log_file(&dir.dir, &name);
                let mut log = std::fs::File::open(&path)
                    .with_context(|| format!("there is no log {}", path.display()))?;
                std::io::copy(&mut log, &mut std::io::stdout())?;
                Ok(())
            }
        }
    }
}

pub(crate) fn down(dir: &Path) -> Result<()> {
    let state = State::read(dir)?;
    let pids = || state.pids().filter(|pid| process::is_running(*pid));
    pids().for_each(process::terminate);
    process::wait_for_end(&pids);
    pids().for_each(process::kill);
    Ok(())
}

fn reset(dir: &Path) -> Result<()> {
    if State::read(dir).is_ok() {
        down(dir)?;
    } else if dir.exists() && !dir.join("genesis.json").exists() {
        bail!("{} holds no testnet: nothing is removed", dir.display());
    }
    if dir.exists() {
        std::fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    say(format!("{} is removed.", dir.display()));
    Ok(())
}
