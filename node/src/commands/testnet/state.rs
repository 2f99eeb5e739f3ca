// SPDX-License-Identifier: Apache-2.0
//! What is known of a testnet, in `testnet.json` of its folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chain::Hash;
use chain::ids::{CodeId, PersonId, VehicleId};
use demo::applicant::{InboxAt, Inboxes};
use demo::authority::Role;
use demo::net::NetNode;
use demo::scenario::{Samples, Settings, Size};
use genesis::Layout;
use serde::{Deserialize, Serialize};

/// A node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NodeState {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) api: String,
    pub(crate) p2p: String,
    pub(crate) pid: u32,
    pub(crate) dir: PathBuf,
}

/// An authority's process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AuthorityState {
    pub(crate) name: String,
    pub(crate) listen: std::net::SocketAddr,
    pub(crate) pid: u32,
}

/// A testnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) chain_id: Hash,
    pub(crate) nodes: Vec<NodeState>,
    pub(crate) authorities: Vec<AuthorityState>,
    pub(crate) samples: Option<Samples>,
    /// True once what was asked for is loaded.
    pub(crate) loaded: bool,
    /// Newcomers whose codes were issued.
    #[serde(default)]
    pub(crate) drivers: Vec<DriverState>,
}

/// A newcomer who applied for a code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DriverState {
    pub(crate) index: u64,
    pub(crate) code: CodeId,
    pub(crate) person: PersonId,
    pub(crate) vehicle: VehicleId,
}

fn file(dir: &Path) -> PathBuf {
    dir.join("testnet.json")
}

impl State {
    pub(crate) fn read(dir: &Path) -> Result<Self> {
        let path = file(dir);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("there is no testnet in {}: start one with `testnet up`", dir.display())
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} cannot be read", path.display()))
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        let (path, new) = (file(dir), dir.join("testnet.json.new"));
        std::fs::write(&new, text)?;
        std::fs::rename(&new, &path).with_context(|| format!("cannot write {}", path.display()))
    }

    pub(crate) fn node(&self, name: &str) -> Result<&NodeState> {
        let found = self.nodes.iter().find(|node| node.name == name);
        found.with_context(|| format!("there is no node {name}: {}", self.names()))
    }

    pub(crate) fn node_mut(&mut self, name: &str) -> Result<&mut NodeState> {
        let names = self.names();
        let found = self.nodes.iter_mut().find(|node| node.name == name);
        found.with_context(|| format!("there is no node {name}: {names}"))
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.nodes.iter().map(|node| node.name.as_str()).collect();
        names.join(", ")
    }

    pub(crate) fn validators(&self) -> impl Iterator<Item = &NodeState> {
        self.nodes.iter().filter(|node| node.role == "validator")
    }

    pub(crate) fn pids(&self) -> impl Iterator<Item = u32> {
        let nodes = self.nodes.iter().map(|node| node.pid);
        nodes.chain(self.authorities.iter().map(|authority| authority.pid))
    }

    /// What loading data through a node needs.
    pub(crate) fn settings(
        &self,
        dir: &Path,
        node: NetNode,
        size: Size,
    ) -> Result<Settings<NetNode>> {
        let layout = Layout::at(dir);
        let genesis = layout.genesis()?;
        let key = |name: &str| layout.member(&genesis, name).map(|member| member.key);
        let mut inboxes = Inboxes::new();
        for authority in &self.authorities {
            let role = Role::from_word(&authority.name).context("an authority of no role")?;
            let organisation = layout.member(&genesis, &authority.name)?.id;
            let url = format!("http://{}", authority.listen);
            inboxes.insert(role, InboxAt { organisation, url });
        }
        let names = layout.member_names()?;
        let mut hauliers: Vec<&String> =
            names.iter().filter(|name| name.starts_with("enterprise-")).collect();
        hauliers.sort_by_key(|name| (name.len(), *name));
        let in_genesis: Result<Vec<_>, _> = hauliers.into_iter().map(|name| key(name)).collect();
        Ok(Settings {
            node,
            inboxes,
            regulator: key(genesis::demo::REGULATOR)?,
            police: key(genesis::demo::TRAFFIC_POLICE)?,
            in_genesis: in_genesis?,
            genesis_time: genesis.time,
            size,
        })
    }
}
