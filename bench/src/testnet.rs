// SPDX-License-Identifier: Apache-2.0
//! A testnet of real nodes, driven through the commands that everybody uses.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::http::{self, Connection};

const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at something that is awaited.
const LOOK: Duration = Duration::from_millis(5);
/// How long a try may take while nobody leads.
const TRY: Duration = Duration::from_millis(500);

/// A node as the card lists it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) api: String,
    pub(crate) pid: u32,
    pub(crate) dir: PathBuf,
}

/// What is on a testnet's chain from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    /// Nothing; validators alone.
    None,
    /// The demo's; an observer too.
    Demo,
}

/// It is taken down with the value.
pub(crate) struct Testnet {
    dianyun: PathBuf,
    dir: PathBuf,
    variables: Vec<(&'static str, String)>,
    pub(crate) nodes: Vec<Node>,
}

impl Testnet {
    /// Starts validators alone, without data.
    pub(crate) fn up(dianyun: &Path, dir: &Path, validators: u32) -> Result<Self> {
        Self::up_with(dianyun, dir, (validators, Data::None), &[])
    }

    /// The same, its nodes configured by variables of the environment.
    pub(crate) fn up_with(
        dianyun: &Path,
        dir: &Path,
        (validators, data): (u32, Data),
        variables: &[(&'static str, String)],
    ) -> Result<Self> {
        let mut net = Self {
            dianyun: dianyun.to_path_buf(),
            dir: dir.to_path_buf(),
            variables: variables.to_vec(),
            nodes: Vec::new(),
        };
        let validators = validators.to_string();
        let what: [&str; 4] = match data {
            Data::None => ["--data", "none", "--observers", "0"],
            Data::Demo => ["--data", "demo", "--observers", "1"],
        };
        let up = ["testnet", "up", "--detach", "--json", "--validators", validators.as_str()];
        let card = net.run(up.into_iter().chain(what))?;
        net.nodes = serde_json::from_value(card["nodes"].clone())?;
        Ok(net)
    }

    /// Runs a command on this testnet; its JSON.
    pub(crate) fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Result<Value> {
        let dir = self.dir.display().to_string();
        let args: Vec<&str> = args.into_iter().chain(["--dir"]).collect();
        self.run_alone(args.into_iter().chain([dir.as_str()]))
    }

    /// Runs a command that names its folder itself; its JSON.
    pub(crate) fn run_alone<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Result<Value> {
        let args: Vec<&str> = args.into_iter().collect();
        let mut command = Command::new(&self.dianyun);
        command.args(&args).stdin(Stdio::null());
        command.envs(self.variables.iter().cloned());
        let output = command.output().context("dianyun cannot be started")?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "dianyun {}: {errors}", args.join(" "));
        match output.stdout.is_empty() {
            true => Ok(Value::Null),
            false => Ok(serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)),
        }
    }

    /// Runs a load with these arguments; its report.
    pub(crate) fn bench(&self, args: &[String]) -> Result<Value> {
        let all = ["bench", "--json"].into_iter().chain(args.iter().map(String::as_str));
        self.run(all)
    }

    pub(crate) fn pids(&self) -> Vec<u32> {
        self.nodes.iter().map(|node| node.pid).collect()
    }

    /// The node that leads.
    pub(crate) async fn leader(&self) -> Result<Node> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            for node in &self.nodes {
                let status = self.get(node, "/v1/status").await.unwrap_or(Value::Null);
                let leader = status["leader"].as_str().map(str::to_owned);
                let found = self.nodes.iter().find(|one| Some(&one.name) == leader.as_ref());
                if let Some(found) = found {
                    return Ok(found.clone());
                }
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("the testnet has no leader")
    }

    /// A JSON answer of a node.
    pub(crate) async fn get(&self, node: &Node, path: &str) -> Result<Value> {
        let mut connection = Connection::open(http::address(&node.api)?).await?;
        let (status, body) = connection.get(path).await?;
        ensure!(status.is_success(), "{path} answers {status}");
        Ok(serde_json::from_slice(&body)?)
    }

    /// Kills the leader; how long until another validator has executed a new transaction,
    /// milliseconds.
    pub(crate) async fn failover(&self, transaction: Bytes) -> Result<(String, f64)> {
        let leader = self.leader().await?;
        let others: Vec<&Node> = self.nodes.iter().filter(|n| n.name != leader.name).collect();
        let began = Instant::now();
        self.run(["testnet", "kill", &leader.name])?;
        while began.elapsed() < PATIENCE {
            for node in &others {
                let sent = submit(node, transaction.clone());
                if let Ok(Ok(true)) = tokio::time::timeout(TRY, sent).await {
                    return Ok((leader.name, began.elapsed().as_secs_f64() * 1e3));
                }
            }
            tokio::time::sleep(LOOK).await;
        }
        bail!("no transaction is executed after the leader was killed")
    }

    /// Starts a killed node anew; how long until it says that it is ready, milliseconds.
    pub(crate) async fn restart(&self, name: &str) -> Result<f64> {
        let node = self.nodes.iter().find(|node| node.name == name);
        let address = http::address(&node.context("no such node")?.api)?;
        let mut command = Command::new(&self.dianyun);
        command.args(["testnet", "start", name]).arg("--dir").arg(&self.dir);
        command.envs(self.variables.iter().cloned());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let mut started = command.spawn()?;
        let took = loop {
            if let Ok(mut connection) = Connection::open(address).await
                && let Ok((status, _)) = connection.get("/readyz").await
                && status.is_success()
            {
                break began.elapsed().as_secs_f64() * 1e3;
            }
            ensure!(began.elapsed() < PATIENCE, "{name} does not get ready");
            tokio::time::sleep(LOOK).await;
        };
        tokio::task::spawn_blocking(move || started.wait()).await??;
        Ok(took)
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn dianyun(&self) -> &Path {
        &self.dianyun
    }

    /// Stops all nodes; their folders stay.
    pub(crate) fn down(&self) -> Result<()> {
        self.run(["testnet", "down"]).map(drop)
    }
}

/// True once it is executed.
async fn submit(node: &Node, transaction: Bytes) -> Result<bool> {
    let mut connection = Connection::open(http::address(&node.api)?).await?;
    let path = "/v1/transactions?wait=ordered";
    let (status, body) = connection.send("POST", path, transaction).await?;
    ensure!(status.is_success(), "{status}");
    let answer: Value = serde_json::from_slice(&body)?;
    Ok(!answer["receipt"].is_null())
}

impl Drop for Testnet {
    fn drop(&mut self) {
        // What cannot be stopped now was stopped before.
        let _ = self.down();
    }
}
