// SPDX-License-Identifier: Apache-2.0
//! The authorities of a testnet: each a process of its own, which talks to one validator.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use demo::authority::Role;

use super::ports::free_addresses;
use super::process;
use super::state::{AuthorityState, State};

const READY: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The authorities of a new network. None runs yet.
pub(super) fn planned() -> Result<Vec<AuthorityState>> {
    let listens = free_addresses(Role::ALL.len())?;
    let of = |(role, listen): (&Role, _)| {
        let name = role.word().to_owned();
        AuthorityState { name, listen, pid: 0 }
    };
    Ok(Role::ALL.iter().zip(listens).map(of).collect())
}

/// Starts those that do not run, and waits until their inboxes answer.
pub(super) async fn start_all(dir: &Path, state: &mut State) -> Result<()> {
    let stopped = state.authorities.iter().filter(|one| !process::is_running(one.pid, dir));
    let names: Vec<String> = stopped.map(|one| one.name.clone()).collect();
    for name in &names {
        start(dir, state, name)?;
    }
    state.write(dir)?;
    wait(dir, state).await
}

/// Starts one; its process id.
pub(super) fn start(dir: &Path, state: &mut State, name: &str) -> Result<u32> {
    let nodes: Vec<String> = state.validators().map(|node| node.api.clone()).collect();
    let found = state.authorities.iter().position(|authority| authority.name == name);
    let place = found.context("there is no such authority")?;
    let authority = &mut state.authorities[place];
    let node = &nodes[place % nodes.len()];
    authority.pid = process::spawn(dir, name, |command| {
        command.args(["authority", "run", "--role", name, "--node", node]);
        command.arg("--listen").arg(authority.listen.to_string()).arg("--dir").arg(dir);
    })?;
    Ok(authority.pid)
}

async fn wait(dir: &Path, state: &State) -> Result<()> {
    let started = Instant::now();
    for authority in &state.authorities {
        let name = &authority.name;
        while tokio::net::TcpStream::connect(authority.listen).await.is_err() {
            let in_time = process::is_running(authority.pid, dir) && started.elapsed() < READY;
            let log = process::log_file(dir, name);
            ensure!(
                in_time,
                "the authority {name} does not answer: see {}\n{}",
                log.display(),
                process::last_line(dir, name)
            );
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
    Ok(())
}
