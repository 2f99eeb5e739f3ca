// SPDX-License-Identifier: Apache-2.0
//! `testnet up`: make it if it is new, start every process, load data, check one code, show the card.
//! A network that was never loaded to its end is made anew; any other keeps its data.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use chain::genesis::NodeRole;
use clap::Args;
use client::Client;

use super::making::{Plan, design, write};
use super::state::{NodeState, State};
use super::{Data, authorities, card, down, loading, process, root, state};
use crate::commands::told_to_stop;
use crate::lock;
use crate::output::{Output, Steps, say};

/// Start a local network; a new one is made and loaded first.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Validators of a new network [default: 4].
    #[arg(long)]
    validators: Option<u32>,
    /// Observers of a new network [default: 1].
    #[arg(long)]
    observers: Option<u32>,
    /// What a new network is loaded with [default: demo].
    #[arg(long, value_enum)]
    data: Option<Data>,
    /// Return once it runs instead of staying in the foreground.
    #[arg(long)]
    detach: bool,
    /// The testnet's folder.
    #[arg(long, default_value_os_t = super::default_dir())]
    dir: PathBuf,
}

/// How long the nodes may take to be ready.
const READY: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Between two looks whether somebody else stopped the network.
const WATCH: Duration = Duration::from_secs(1);
const LOCK: &str = "lock";

impl Up {
    pub(crate) async fn run(self, output: Output) -> Result<()> {
        std::fs::create_dir_all(&self.dir)
            .with_context(|| format!("cannot make {}", self.dir.display()))?;
        let dir = root(&self.dir)?;
        let held = lock::take(&dir)?;
        let mut state = self.state(&dir)?;
        if state.loaded && state.processes().all(|(_, pid)| process::is_running(pid, &dir)) {
            say("It runs already; `testnet down` stops it.");
            return card::show(&dir, &state, output).await;
        }
        let done = tokio::select! {
            done = bring_up(&dir, &mut state) => done,
            () = told_to_stop() => Err(anyhow::anyhow!("stopped before it was up")),
        };
        if let Err(error) = done {
            state.write(&dir)?;
            down(&dir)?;
            return Err(error);
        }
        drop(held);
        card::show(&dir, &state, output).await?;
        if self.detach { Ok(()) } else { stay(&dir).await }
    }

    /// The network of the folder, or a new one.
    fn state(&self, dir: &Path) -> Result<State> {
        match State::find(dir)? {
            Some(state) if state.loaded => {
                self.must_fit(&state)?;
                say(format!("Taking up the network that is in {}.", dir.display()));
                Ok(state)
            }
            Some(_) => {
                say("The network here was never loaded to its end: it is made anew.");
                down(dir)?;
                clear(dir)?;
                self.new_state(dir)
            }
            None => {
                let strange = entries(dir)?.into_iter().next();
                if let Some(strange) = strange {
                    bail!(
                        "{} holds no testnet but {}: name another folder with --dir",
                        dir.display(),
                        strange.display()
                    );
                }
                self.new_state(dir)
            }
        }
    }

    /// What is asked for must be what is there.
    fn must_fit(&self, state: &State) -> Result<()> {
        let validators = state.validators().count();
        let observers = state.nodes.len() - validators;
        let fits = self.validators.is_none_or(|asked| asked as usize == validators)
            && self.observers.is_none_or(|asked| asked as usize == observers)
            && self.data.is_none_or(|asked| asked == state.data);
        ensure!(
            fits,
            "the testnet here has {validators} validators, {observers} observers and data {:?}: \
             `testnet reset` removes it, or name another folder with --dir",
            state.data
        );
        Ok(())
    }

    fn new_state(&self, dir: &Path) -> Result<State> {
        let validators = self.validators.unwrap_or(4);
        let plan = Plan { validators, observers: self.observers.unwrap_or(1) };
        let (consortium, addresses) = design(plan)?;
        let nodes = consortium.nodes.iter().zip(&addresses).map(|(node, at)| NodeState {
            name: node.name.clone(),
            role: match node.role {
                NodeRole::Validator => "validator".to_owned(),
                NodeRole::Observer => "observer".to_owned(),
            },
            api: format!("http://{}", at.api),
            p2p: at.p2p.to_string(),
            pid: 0,
            dir: dir.join(&node.name),
        });
        let state = State {
            chain_id: consortium.genesis.chain_id(),
            data: self.data.unwrap_or(Data::Demo),
            nodes: nodes.collect(),
            authorities: authorities::planned()?,
            samples: None,
            holders: std::collections::BTreeMap::new(),
            loaded: false,
            drivers: Vec::new(),
        };
        // First: whatever ends this halfway, the folder says what it was to be.
        state.write(dir)?;
        write(dir, &consortium, &addresses, &state.authorities)?;
        Ok(state)
    }
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let reading = || format!("cannot read {}", dir.display());
    let all: Result<Vec<_>, _> = std::fs::read_dir(dir).with_context(reading)?.collect();
    let paths = all.with_context(reading)?.into_iter().map(|entry| entry.path());
    Ok(paths.filter(|path| path.file_name().is_some_and(|name| name != LOCK)).collect())
}

/// Removes what an unfinished network left, and what says that there was one last.
fn clear(dir: &Path) -> Result<()> {
    let last = state::file(dir);
    let others = entries(dir)?.into_iter().filter(|path| *path != last);
    for path in others.chain([last.clone()]) {
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

async fn bring_up(dir: &Path, state: &mut State) -> Result<()> {
    let loads = !state.loaded && state.data == Data::Demo;
    let steps = Steps::new(2 + if loads { loading::STEPS } else { 0 });
    steps.next("启动节点 · nodes start");
    for node in &mut state.nodes {
        if !process::is_running(node.pid, dir) {
            node.pid = process::node(&node.dir)?;
        }
    }
    state.write(dir)?;
    for node in &state.nodes {
        ready(dir, node).await?;
    }
    steps.next("启动核验机构 · authorities start");
    authorities::start_all(dir, state).await?;
    if loads {
        loading::load(dir, state, &steps).await?;
    }
    state.loaded = true;
    state.write(dir)
}

/// Waits until a node takes part.
async fn ready(dir: &Path, node: &NodeState) -> Result<()> {
    let client = Client::new(&node.api)?;
    let started = Instant::now();
    loop {
        let status = client.get::<client::answers::Status>("/v1/status", &[]);
        let status = tokio::time::timeout(Duration::from_secs(2), status).await;
        if matches!(status, Ok(Ok(status)) if status.health == "ready") {
            return Ok(());
        }
        if !process::is_running(node.pid, dir) || started.elapsed() > READY {
            let log = process::log_file(dir, &node.name);
            let last = process::last_line(dir, &node.name);
            bail!("{} is not ready: see {}\n{last}", node.name, log.display());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Stays until told to stop, or until nothing is left to stop.
async fn stay(dir: &Path) -> Result<()> {
    say("Ctrl-C stops the network. 按 Ctrl-C 停止。");
    tokio::select! {
        () = told_to_stop() => {
            down(dir)?;
        }
        () = stopped_elsewhere(dir) => say("The network was stopped elsewhere."),
    }
    Ok(())
}

async fn stopped_elsewhere(dir: &Path) {
    let mut look = tokio::time::interval(WATCH);
    loop {
        look.tick().await;
        let Ok(Some(state)) = State::find(dir) else { return };
        if !state.processes().any(|(_, pid)| process::is_running(pid, dir)) {
            return;
        }
    }
}
