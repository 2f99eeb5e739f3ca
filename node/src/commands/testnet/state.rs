// SPDX-License-Identifier: Apache-2.0
//! What is known of a testnet, in `testnet.json` of its folder.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use api::access::token;
use chain::Hash;
use chain::ids::{CodeId, PersonId, VehicleId};
use chain::keys::SecretKey;
use consensus::clock::Clock;
use demo::applicant::{InboxAt, Inboxes};
use demo::authority::Role;
use demo::deposit::{VaultAt, Vaults};
use demo::net::NetNode;
use demo::scenario::{Samples, Settings, Size};
use genesis::Layout;
use serde::{Deserialize, Serialize};

use super::Data;

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
    pub(crate) data: Data,
    pub(crate) nodes: Vec<NodeState>,
    pub(crate) authorities: Vec<AuthorityState>,
    pub(crate) samples: Option<Samples>,
    /// Numbers in the register of the holders of the samples' codes: their demo keys follow from them.
    #[serde(default)]
    pub(crate) holders: BTreeMap<CodeId, u64>,
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

pub(super) fn file(dir: &Path) -> PathBuf {
    dir.join("testnet.json")
}

impl State {
    pub(crate) fn read(dir: &Path) -> Result<Self> {
        let none =
            || format!("there is no testnet in {}: start one with `testnet up`", dir.display());
        Self::find(dir)?.with_context(none)
    }

    /// The testnet in a folder, if there is one.
    pub(crate) fn find(dir: &Path) -> Result<Option<Self>> {
        let path = file(dir);
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map(Some).with_context(|| {
                format!("{} cannot be read: `testnet reset` removes this testnet", path.display())
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Reads, changes and writes it while no other process does.
    pub(crate) fn change<T>(dir: &Path, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        Self::read(dir)?;
        let path = dir.join("testnet.lock");
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        let mut state = Self::read(dir)?;
        let result = change(&mut state)?;
        state.write(dir)?;
        Ok(result)
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        let (path, new) = (file(dir), dir.join("testnet.json.new"));
        std::fs::write(&new, text)?;
        std::fs::rename(&new, &path).with_context(|| format!("cannot write {}", path.display()))
    }

    /// The API of the node of a name.
    pub(crate) fn api(&self, name: &str) -> Result<&str> {
        let found = self.nodes.iter().find(|node| node.name == name);
        let found = found.with_context(|| self.nobody(name))?;
        Ok(&found.api)
    }

    /// The process of a node or authority.
    pub(crate) fn pid(&self, name: &str) -> Result<u32> {
        let found = self.processes().find(|(own, _)| *own == name);
        found.map(|(_, pid)| pid).with_context(|| self.nobody(name))
    }

    fn nobody(&self, name: &str) -> String {
        let names: Vec<&str> = self.processes().map(|(name, _)| name).collect();
        format!("there is no {name} in this testnet, only {}", names.join(", "))
    }

    /// All processes by name.
    pub(crate) fn processes(&self) -> impl Iterator<Item = (&str, u32)> {
        let nodes = self.nodes.iter().map(|node| (node.name.as_str(), node.pid));
        let authorities = self.authorities.iter();
        nodes.chain(authorities.map(|authority| (authority.name.as_str(), authority.pid)))
    }

    pub(crate) fn validators(&self) -> impl Iterator<Item = &NodeState> {
        self.nodes.iter().filter(|node| node.role == "validator")
    }

    /// The vaults of the nodes: of who runs several, that of the first.
    fn vaults(&self, genesis: &chain::Genesis) -> Result<Vaults> {
        let mut own = BTreeMap::new();
        for node in &genesis.nodes {
            let runner = genesis.organisations.get(node.organisation as usize);
            let at = self.nodes.iter().find(|state| state.name == node.name.as_str());
            if let (Some(runner), Some(at)) = (runner, at) {
                let id = chain::Genesis::organisation_id(&runner.identity);
                let at = VaultAt { name: at.name.clone(), url: at.api.clone() };
                own.entry(id).or_insert(at);
            }
        }
        let first = self.validators().next().context("there is no validator")?;
        let shared = VaultAt { name: first.name.clone(), url: first.api.clone() };
        Ok(Vaults { own, shared, sign: signed })
    }

    /// What loading data through a node needs.
    pub(crate) fn settings(&self, dir: &Path, node: NetNode) -> Result<Settings<NetNode>> {
        let layout = Layout::at(dir);
        let genesis = layout.genesis()?;
        let key = |name: &str| layout.member(&genesis, name).map(|member| member.key);
        let mut inboxes = Inboxes::new();
        for authority in &self.authorities {
            let role = Role::from_word(&authority.name).context("an authority of no role")?;
            let member = layout.member(&genesis, &authority.name)?;
            let (organisation, signer) = (member.id, member.key.public());
            let url = format!("http://{}", authority.listen);
            inboxes.insert(role, InboxAt { organisation, signer, url });
        }
        let names = layout.member_names()?;
        let mut hauliers: Vec<&String> =
            names.iter().filter(|name| name.starts_with("enterprise-")).collect();
        hauliers.sort_by_key(|name| (name.len(), *name));
        let in_genesis: Result<Vec<_>, _> = hauliers.into_iter().map(|name| key(name)).collect();
        let vaults = Some(self.vaults(&genesis)?);
        Ok(Settings {
            vaults,
            node,
            inboxes,
            regulator: key(genesis::demo::REGULATOR)?,
            police: key(genesis::demo::TRAFFIC_POLICE)?,
            in_genesis: in_genesis?,
            genesis_time: genesis.time,
            size: Size::OFFICES,
        })
    }
}

/// A token for a node, good for a few minutes.
fn signed(key: &SecretKey, chain: chain::Hash, node: &str) -> Option<String> {
    let now = chain::Time(Clock::default().now_ms());
    token::sign(key, &token::audience(chain, node), now, token::LIFE_S).ok()
}
