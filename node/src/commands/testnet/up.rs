// SPDX-License-Identifier: Apache-2.0
//! `testnet up`: make it if it is new, start every process, load data, check one code, show the card.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use chain::genesis::NodeRole;
use chain::records::Colour;
use clap::Args;
use client::Client;
use demo::authority::Role;
use demo::net::NetNode;
use demo::scenario::{self, Progress, Samples, Size};

use super::making::{Plan, free_addresses, make};
use super::state::{AuthorityState, NodeState, State};
use super::{Data, card, down, process};
use crate::commands::told_to_stop;
use crate::output::{Output, say};

/// Start a local network; a new one is made and loaded first.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Validators of a new network.
    #[arg(long, default_value_t = 4)]
    validators: u32,
    /// Observers of a new network.
    #[arg(long, default_value_t = 1)]
    observers: u32,
    /// What a new network is loaded with.
    #[arg(long, value_enum, default_value_t = Data::Demo)]
    data: Data,
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

impl Up {
    pub(crate) async fn run(self, output: Output) -> Result<()> {
        let dir = std::path::absolute(&self.dir)?;
        let mut state = match State::read(&dir) {
            Ok(state) => {
                let runs = state.pids().any(process::is_running);
                ensure!(!runs, "this testnet runs already: see `testnet status`");
                state
            }
            Err(_) => self.new_state(&dir)?,
        };
        let done = tokio::select! {
            done = self.bring_up(&dir, &mut state) => done,
            () = told_to_stop() => Err(anyhow::anyhow!("stopped before it was up")),
        };
        if let Err(error) = done {
            state.write(&dir)?;
            down(&dir)?;
            return Err(error);
        }
        card::show(&dir, &state, output).await?;
        if self.detach {
            return Ok(());
        }
        say("Ctrl-C stops the network. 按 Ctrl-C 停止。");
        told_to_stop().await;
        down(&dir)
    }

    fn new_state(&self, dir: &Path) -> Result<State> {
        let plan = Plan { validators: self.validators, observers: self.observers };
        let (consortium, addresses) = make(dir, plan)?;
        let nodes = consortium.nodes.iter().zip(addresses).map(|(node, at)| NodeState {
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
        let listens = free_addresses(Role::ALL.len())?;
        let authorities = Role::ALL.iter().zip(listens).map(|(role, listen)| AuthorityState {
            name: role.word().to_owned(),
            listen,
            pid: 0,
        });
        Ok(State {
            chain_id: consortium.genesis.chain_id(),
            nodes: nodes.collect(),
            authorities: authorities.collect(),
            samples: None,
            loaded: false,
            drivers: Vec::new(),
        })
    }

    async fn bring_up(&self, dir: &Path, state: &mut State) -> Result<()> {
        for node in &mut state.nodes {
            node.pid = process::node(&node.dir)?;
        }
        state.write(dir)?;
        for node in &state.nodes {
            ready(dir, node).await?;
        }
        start_authorities(dir, state)?;
        state.write(dir)?;
        wait_for_inboxes(state).await?;
        if !state.loaded && self.data == Data::Demo {
            state.samples = load(dir, state).await?;
            state.write(dir)?;
            check(state).await?;
        }
        state.loaded = true;
        state.write(dir)
    }
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
        if !process::is_running(node.pid) || started.elapsed() > READY {
            let log = process::log_file(dir, &node.name);
            bail!("{} is not ready: see {}", node.name, log.display());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn start_authorities(dir: &Path, state: &mut State) -> Result<()> {
    let nodes: Vec<String> = state.validators().map(|node| node.api.clone()).collect();
    for (place, authority) in state.authorities.iter_mut().enumerate() {
        let node = &nodes[place % nodes.len()];
        authority.pid = process::spawn(dir, &authority.name, |command| {
            command.args(["authority", "run", "--role", &authority.name, "--node", node]);
            command.arg("--listen").arg(authority.listen.to_string()).arg("--dir").arg(dir);
        })?;
    }
    Ok(())
}

async fn wait_for_inboxes(state: &State) -> Result<()> {
    let started = Instant::now();
    for authority in &state.authorities {
        while tokio::net::TcpStream::connect(authority.listen).await.is_err() {
            let in_time = process::is_running(authority.pid) && started.elapsed() < READY;
            ensure!(in_time, "the authority {} does not answer: see its log", authority.name);
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
    Ok(())
}

async fn load(dir: &Path, state: &State) -> Result<Option<Samples>> {
    let node = state.validators().next().context("there is no validator")?;
    let settings = state.settings(dir, NetNode::connect(&node.api).await?, Size::DEMO)?;
    let tell = |progress: Progress| {
        let Progress { english, chinese, done, of } = progress;
        say(format!("[{}/{of}] {chinese} · {english} ...", done + 1));
    };
    Ok(scenario::load(&settings, &tell).await?.samples)
}

/// Every node says the same of the samples.
async fn check(state: &State) -> Result<()> {
    let Some(samples) = state.samples else { return Ok(()) };
    let wanted = [
        (samples.blue, Colour::Blue),
        (samples.yellow, Colour::Yellow),
        (samples.red, Colour::Red),
    ];
    for node in &state.nodes {
        let client = Client::new(&node.api)?;
        for (code, colour) in wanted {
            let started = Instant::now();
            while client.code(code).await?.colour != Some(colour) {
                let in_time = started.elapsed() < READY;
                ensure!(in_time, "{} does not see {code} {colour:?}", node.name);
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }
    Ok(())
}
