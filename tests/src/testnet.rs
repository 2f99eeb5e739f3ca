// SPDX-License-Identifier: Apache-2.0
//! A testnet of real processes in a folder of its own, which ends with the value.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use chain::Hash;
use chain::ids::{Height, OrganisationId};
use client::{Client, Signer};
use genesis::Layout;
use serde_json::Value;

use crate::waiting::until;
use std::time::Duration;

/// How long nodes may take to agree.
const AGREE: Duration = Duration::from_secs(60);

/// A node of the testnet.
#[derive(Clone, Debug)]
pub struct NodeAt {
    /// Its name, such as `validator-1`.
    pub name: String,
    /// `validator` or `observer`.
    pub role: String,
    /// Where its API listens.
    pub api: String,
    /// Where other nodes reach it, host and port.
    pub p2p: String,
}

/// A testnet.
pub struct Testnet {
    folder: tempfile::TempDir,
    /// What `testnet up --json` printed.
    pub card: Value,
    /// Its nodes.
    pub nodes: Vec<NodeAt>,
}

/// The `dianyun` that was built with the tests: two folders up from the test's own file.
///
/// # Panics
/// If it was not built.
pub fn binary() -> PathBuf {
    let own = std::env::current_exe().expect("a test knows its own file");
    let folder = own.parent().and_then(Path::parent).expect("tests lie in target/PROFILE/deps");
    let binary = folder.join("dianyun");
    assert!(binary.exists(), "{} is missing: build the workspace first", binary.display());
    binary
}

/// Runs `dianyun` and gives its output.
///
/// # Panics
/// If it cannot be started.
pub fn dianyun<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(args: I) -> Output {
    Command::new(binary()).args(args).stdin(Stdio::null()).output().expect("dianyun can be started")
}

/// Runs `dianyun`, which must succeed, and gives its standard output.
///
/// # Panics
/// If it fails.
pub fn succeed<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(args: I) -> String {
    let output = dianyun(args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    String::from_utf8(output.stdout).expect("standard output is text")
}

impl Testnet {
    /// Starts one with so many validators and observers, without data.
    ///
    /// # Panics
    /// If it does not come up.
    pub fn up(validators: u32, observers: u32) -> Self {
        Self::with("none", validators, observers)
    }

    /// Starts one with so many validators and observers, and loads the invented Yunnan.
    ///
    /// # Panics
    /// If it does not come up.
    pub fn up_with_data(validators: u32, observers: u32) -> Self {
        Self::with("demo", validators, observers)
    }

    fn with(data: &str, validators: u32, observers: u32) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a testnet");
        let dir = folder.path().display().to_string();
        let (validators, observers) = (validators.to_string(), observers.to_string());
        let printed = succeed([
            "testnet",
            "up",
            "--detach",
            "--json",
            "--data",
            data,
            "--validators",
            &validators,
            "--observers",
            &observers,
            "--dir",
            &dir,
        ]);
        let card: Value = serde_json::from_str(&printed).expect("the card is one JSON object");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let nodes = card["nodes"].as_array().expect("the card lists nodes").iter();
        let nodes = nodes
            .map(|node| NodeAt {
                name: text(&node["name"]),
                role: text(&node["role"]),
                api: text(&node["api"]),
                p2p: text(&node["p2p"]),
            })
            .collect();
        Self { folder, card, nodes }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// A client of the node at a place of the list.
    pub fn client(&self, place: usize) -> Client {
        Client::new(&self.nodes[place].api).expect("the card gives addresses")
    }

    /// Clients of all nodes.
    pub fn clients(&self) -> Vec<Client> {
        (0..self.nodes.len()).map(|place| self.client(place)).collect()
    }

    /// The chain id.
    pub fn chain(&self) -> Hash {
        let id = self.card["chain_id"].as_str().expect("a chain id");
        id.parse().expect("a chain id is a hash")
    }

    /// A signer with an organisation's working key, such as `regulator` or `traffic-police`.
    pub fn signer(&self, name: &str) -> Signer {
        let layout = Layout::at(self.dir());
        let genesis = layout.genesis().expect("the genesis reads");
        let member = layout.member(&genesis, name).expect("the demo has this member");
        Signer::new(member.key, self.chain())
    }

    /// The id of an organisation, by its short name.
    ///
    /// # Panics
    /// If there is none of this name.
    pub fn organisation(&self, name: &str) -> OrganisationId {
        let layout = Layout::at(self.dir());
        let genesis = layout.genesis().expect("the genesis reads");
        layout.member(&genesis, name).expect("the demo has this member").id
    }

    /// Kills a node's process at once.
    pub fn kill(&self, name: &str) {
        self.command("kill", name);
    }

    /// Starts a node that was killed.
    pub fn start(&self, name: &str) {
        self.command("start", name);
    }

    fn command(&self, what: &str, name: &str) {
        let dir = self.dir().display().to_string();
        succeed(["testnet", what, name, "--dir", &dir]);
    }

    /// Waits until every node has executed the highest height of any, and gives it.
    pub async fn converged(&self) -> Height {
        let clients = self.clients();
        until("all nodes at one height", AGREE, || async {
            let mut heights = Vec::new();
            for client in &clients {
                heights.push(client.status().await.ok()?.height);
            }
            let (low, high) = (heights.iter().min()?, heights.iter().max()?);
            (low == high).then_some(*high)
        })
        .await
    }

    /// Asserts that all nodes have the same header at every height up to this one.
    pub async fn assert_same_headers(&self, height: Height) {
        let clients = self.clients();
        for at in 0..=height.0 {
            let mut hashes = Vec::new();
            for client in &clients {
                let item = client.header(Height(at)).await.expect("every node has the header");
                assert_eq!(item.header.hash(), item.hash, "a header and its hash");
                hashes.push(item.hash);
            }
            hashes.dedup();
            assert_eq!(hashes.len(), 1, "headers differ at height {at}");
        }
    }
}

impl Drop for Testnet {
    fn drop(&mut self) {
        let dir = self.dir().display().to_string();
        if std::thread::panicking() {
            for node in &self.nodes {
                let logs = dianyun(["testnet", "logs", &node.name, "--dir", &dir]);
                let text = String::from_utf8_lossy(&logs.stdout);
                let tail: Vec<&str> = text.lines().rev().take(15).collect();
                let tail: Vec<&str> = tail.into_iter().rev().collect();
                eprintln!("-- {}\n{}", node.name, tail.join("\n"));
            }
        }
        dianyun(["testnet", "down", "--dir", &dir]);
    }
}
