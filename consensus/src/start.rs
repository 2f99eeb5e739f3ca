// SPDX-License-Identifier: Apache-2.0
//! Putting a node together: network first, then log and Raft, then the loops.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chain::genesis::{Genesis, GenesisNode, NodeRole};
use openraft::SnapshotPolicy;
use parking_lot::Mutex;
use store::Store;
use tokio::task::AbortHandle;

use crate::core::{Core, Parts};
use crate::error::ConsensusError;
use crate::handle::Handle;
use crate::limits;
use crate::memory::Memory;
use crate::net::caller::Caller;
use crate::net::server::{self, Context};
use crate::net::swarm::{self, Network};
use crate::net::{Lane, NodeNo, Registered, Registry};
use crate::raft::log::Log;
use crate::raft::machine::Machine;
use crate::raft::membership;
use crate::raft::network::Factory;
use crate::service::{Node, Part, Raft};
use crate::steward::{self, Refusals};
use crate::types::Config;
use crate::{forward, greet, propose, sync};

/// Starts a node over its store.
pub async fn start(config: Config, store: Store) -> Result<Handle, ConsensusError> {
    let own = own_node(&config)?.clone();
    let registry = Arc::new(registry(&config, &own)?);
    let network = swarm::start(config.key.seed(), config.listen, Arc::clone(&registry)).await;
    let mut network = network.map_err(|error| ConsensusError::Network(error.to_string()))?;
    let callers = callers(&registry, &network);
    let memory = Memory::new(store.marks()?, config.rejoin, store.lost());
    let core = Arc::new(Core::new(Parts {
        genesis: Arc::clone(&config.genesis),
        own,
        key: config.key.clone(),
        store,
        clock: config.clock.clone(),
        registry: Arc::clone(&registry),
        callers,
        memory,
        proposal: config.proposal,
    }));
    let refusals = Arc::new(Refusals::default());
    let part = match core.is_validator() {
        true => Some(take_part(&core, &refusals).await?),
        false => None,
    };
    let service = Arc::new(Node { core: Arc::clone(&core), part: part.clone() });
    let commands = network.commands.clone();
    let context = Context { registry, service, clock: config.clock, commands };
    let serving = server::start(&context, &mut network.control)
        .ok_or_else(|| ConsensusError::Network("a protocol is registered twice".into()))?;
    let mut tasks = serving;
    tasks.push(network.task.abort_handle());
    tasks.extend(loops(&core, part.as_ref(), &refusals));
    let listening = network.listening;
    Ok(Handle { core, part, tasks: Arc::new(Mutex::new(tasks)), listening })
}

fn own_node(config: &Config) -> Result<&GenesisNode, ConsensusError> {
    let public = config.key.public();
    let own = config.genesis.nodes.iter().find(|node| node.key == public);
    own.ok_or(ConsensusError::NotInGenesis(public))
}

/// Every other node of genesis, with the address that the configuration gives.
fn registry(config: &Config, own: &GenesisNode) -> Result<Registry, ConsensusError> {
    let nodes = &config.genesis.nodes;
    for peer in &config.peers {
        if !nodes.iter().any(|node| node.name.as_str() == peer.name) {
            return Err(ConsensusError::UnknownPeer(peer.name.clone()));
        }
    }
    let address = |node: &GenesisNode| {
        config.peers.iter().find(|peer| peer.name == node.name.as_str()).map(|peer| peer.address)
    };
    let others: Vec<Registered> = nodes
        .iter()
        .filter(|node| node.number != own.number)
        .map(|node| Registered {
            number: NodeNo::from(node.number),
            key: node.key.bytes,
            address: address(node),
        })
        .collect();
    Registry::new(&others)
        .map_err(|number| ConsensusError::Network(format!("node {number} has no valid key")))
}

fn callers(registry: &Registry, network: &Network) -> BTreeMap<(NodeNo, Lane), Caller> {
    let mut callers = BTreeMap::new();
    for peer in registry.peers() {
        for lane in Lane::ALL {
            let caller = Caller::start(Arc::clone(peer), lane, network.control.clone());
            callers.insert((peer.number, lane), caller);
        }
    }
    callers
}

fn voters(genesis: &Genesis) -> BTreeSet<NodeNo> {
    let validators = genesis.nodes.iter().filter(|node| node.role == NodeRole::Validator);
    validators.map(|node| NodeNo::from(node.number)).collect()
}

fn raft_config(core: &Core) -> Result<openraft::Config, ConsensusError> {
    let config = openraft::Config {
        cluster_name: core.chain.to_string(),
        heartbeat_interval: limits::HEARTBEAT_MS,
        election_timeout_min: limits::ELECTION_MIN_MS,
        election_timeout_max: limits::ELECTION_MAX_MS,
        max_payload_entries: limits::APPEND_ENTRIES,
        max_append_entries: Some(limits::APPEND_ENTRIES),
        snapshot_policy: SnapshotPolicy::Never,
        max_in_snapshot_log_to_keep: u64::MAX,
        enable_pre_vote: Some(true),
        // The lead of an old term may rest on entries that only this node's page cache had.
        enable_leader_restore: Some(false),
        // A follower whose log went back is refused at the greeting unless it rejoins.
        allow_log_reversion: Some(true),
        enable_elect: !core.memory.is_away(),
        ..openraft::Config::default()
    };
    config.validate().map_err(|error| ConsensusError::Raft(error.to_string()))
}

/// A validator whose log is empty begins with the membership of genesis, as all do.
pub(crate) async fn begin(part: &Part) {
    if part.log.last().is_some() {
        return;
    }
    let members: BTreeMap<NodeNo, ()> = part.members.voter_ids().map(|voter| (voter, ())).collect();
    if let Err(error) = part.raft.initialize(members).await {
        // A leader may have been faster: then its first entry is the same.
        tracing::debug!(%error, "initialize");
    }
}

/// Joins Raft.
async fn take_part(core: &Arc<Core>, refusals: &Arc<Refusals>) -> Result<Part, ConsensusError> {
    let disk = Arc::new(core.store.clone());
    let log = tokio::task::spawn_blocking(move || Log::open(disk)).await;
    let log = log.map_err(|error| ConsensusError::Raft(error.to_string()))??;
    core.log.get_or_init(|| log.clone());
    let voters = voters(&core.genesis);
    let factory = Factory { core: Arc::clone(core), refusals: Arc::clone(refusals) };
    let machine = Machine::new(Arc::clone(core), log.clone(), voters.clone());
    let config = Arc::new(raft_config(core)?);
    let raft = Raft::new(core.own_number(), config, factory, log.clone(), machine).await;
    let raft = raft.map_err(|error| ConsensusError::Raft(error.to_string()))?;
    let part = Part { raft, log, members: membership(&voters) };
    // One that rejoins first asks what it once held.
    if !core.memory.is_away() {
        begin(&part).await;
    }
    Ok(part)
}

fn loops(core: &Arc<Core>, part: Option<&Part>, refusals: &Arc<Refusals>) -> Vec<AbortHandle> {
    let own = || Arc::clone(core);
    let mut tasks = vec![
        tokio::spawn(greet::run(own())).abort_handle(),
        tokio::spawn(forward::run(own())).abort_handle(),
    ];
    match part {
        Some(part) => {
            let steward = steward::run(own(), part.clone(), Arc::clone(refusals));
            tasks.push(tokio::spawn(steward).abort_handle());
            tasks.push(tokio::spawn(propose::run(own(), part.clone())).abort_handle());
        }
        None => tasks.push(tokio::spawn(sync::run(own())).abort_handle()),
    }
    tasks
}
