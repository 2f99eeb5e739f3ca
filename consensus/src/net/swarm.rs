// SPDX-License-Identifier: Apache-2.0
//! The one task that owns the libp2p swarm: who is connected, whom to dial, whom to drop.
//! Never lets a stranger in: only keys of the registry pass, and connections are limited.

use super::{Peer, Registry};
use crate::limits;
use futures::StreamExt;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{
    Multiaddr, PeerId, Swarm, allow_block_list, connection_limits, identity, noise, tcp, yamux,
};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// What others ask of the swarm task.
#[derive(Debug)]
pub(crate) enum Command {
    /// Close every connection with this peer.
    Disconnect(PeerId),
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    allowed: allow_block_list::Behaviour<allow_block_list::AllowedPeers>,
    limits: connection_limits::Behaviour,
    streams: libp2p_stream::Behaviour,
}

/// Why the network could not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("the node key is not an Ed25519 key")]
    Key,
    #[error("cannot listen on {address}: {detail}")]
    Listen { address: SocketAddr, detail: String },
    #[error("cannot set up the transport: {0}")]
    Transport(String),
}

/// The running swarm, seen from outside.
pub(crate) struct Network {
    pub(crate) control: libp2p_stream::Control,
    pub(crate) commands: mpsc::Sender<Command>,
    /// Grows by one whenever a peer connects or leaves.
    #[cfg(test)]
    pub(crate) changes: watch::Receiver<u64>,
    pub(crate) listening: SocketAddr,
    pub(crate) task: tokio::task::JoinHandle<()>,
}

/// Starts listening and dialling. Protocols must be registered on `control` before peers call.
pub(crate) async fn start(
    seed: [u8; 32],
    listen: SocketAddr,
    registry: Arc<Registry>,
) -> Result<Network, StartError> {
    let mut swarm = build(seed, &registry)?;
    let listening = listen_on(&mut swarm, listen).await?;
    let control = swarm.behaviour().streams.new_control();
    let (commands, from_others) = mpsc::channel(64);
    let changed = watch::Sender::new(0);
    #[cfg(test)]
    let changes = changed.subscribe();
    let own = *swarm.local_peer_id();
    let task = tokio::spawn(run(swarm, own, registry, from_others, changed));
    Ok(Network {
        control,
        commands,
        #[cfg(test)]
        changes,
        listening,
        task,
    })
}

fn build(mut seed: [u8; 32], registry: &Registry) -> Result<Swarm<Behaviour>, StartError> {
    let key = identity::Keypair::ed25519_from_bytes(&mut seed).map_err(|_| StartError::Key)?;
    let behaviour = behaviour(registry);
    let swarm = libp2p::SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .map_err(|error| StartError::Transport(error.to_string()))?
        .with_behaviour(|_| behaviour)
        .map_err(|error| StartError::Transport(error.to_string()))?
        .with_swarm_config(|config| {
            config.with_idle_connection_timeout(Duration::from_secs(365 * 24 * 3600))
        })
        .build();
    Ok(swarm)
}

fn behaviour(registry: &Registry) -> Behaviour {
    let mut allowed = allow_block_list::Behaviour::<allow_block_list::AllowedPeers>::default();
    for peer in registry.peers() {
        allowed.allow_peer(peer.id);
    }
    let registered = u32::try_from(registry.len()).unwrap_or(u32::MAX / 8);
    let all = registered * limits::CONNECTIONS_PER_PEER + limits::SPARE_CONNECTIONS;
    let limits = connection_limits::ConnectionLimits::default()
        .with_max_pending_incoming(Some(limits::PENDING_CONNECTIONS))
        .with_max_pending_outgoing(Some(limits::PENDING_CONNECTIONS))
        .with_max_established(Some(all))
        .with_max_established_per_peer(Some(limits::CONNECTIONS_PER_PEER));
    Behaviour {
        allowed,
        limits: connection_limits::Behaviour::new(limits),
        streams: libp2p_stream::Behaviour::new(),
    }
}

fn multiaddr(address: SocketAddr) -> Multiaddr {
    Multiaddr::from(address.ip()).with(libp2p::multiaddr::Protocol::Tcp(address.port()))
}

fn socket_address(address: &Multiaddr) -> Option<SocketAddr> {
    use libp2p::multiaddr::Protocol;
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => ip.into(),
        Protocol::Ip6(ip) => ip.into(),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

async fn listen_on(
    swarm: &mut Swarm<Behaviour>,
    address: SocketAddr,
) -> Result<SocketAddr, StartError> {
    let failed = |detail: String| StartError::Listen { address, detail };
    let listener =
        swarm.listen_on(multiaddr(address)).map_err(|error| failed(error.to_string()))?;
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::NewListenAddr { listener_id, address, .. } if listener_id == listener => {
                return socket_address(&address).ok_or_else(|| failed(address.to_string()));
            }
            SwarmEvent::ListenerClosed { listener_id, reason, .. } if listener_id == listener => {
                return Err(failed(format!("{reason:?}")));
            }
            SwarmEvent::ListenerError { listener_id, error } if listener_id == listener => {
                return Err(failed(error.to_string()));
            }
            _ => {}
        }
    }
}

async fn run(
    mut swarm: Swarm<Behaviour>,
    own: PeerId,
    registry: Arc<Registry>,
    mut commands: mpsc::Receiver<Command>,
    changed: watch::Sender<u64>,
) {
    let mut dial = tokio::time::interval(limits::DIAL_EVERY);
    let mut round = 0u64;
    loop {
        tokio::select! {
            event = swarm.select_next_some() => on_event(&event, &registry, &changed),
            command = commands.recv() => match command {
                Some(Command::Disconnect(peer)) => drop(swarm.disconnect_peer_id(peer)),
                None => return,
            },
            _ = dial.tick() => {
                dial_missing(&mut swarm, own, &registry, round);
                round += 1;
            }
        }
    }
}

fn on_event(event: &SwarmEvent<BehaviourEvent>, registry: &Registry, changed: &watch::Sender<u64>) {
    let (id, count) = match event {
        SwarmEvent::ConnectionEstablished { peer_id, num_established, .. } => {
            (peer_id, num_established.get())
        }
        SwarmEvent::ConnectionClosed { peer_id, num_established, .. } => {
            (peer_id, *num_established)
        }
        SwarmEvent::IncomingConnectionError { error, .. } => {
            tracing::debug!(%error, "inbound connection refused");
            return;
        }
        _ => return,
    };
    let Some(peer) = registry.by_id(id) else { return };
    if peer.connected() != (count > 0) {
        tracing::info!(peer = peer.number, connected = count > 0, "peer");
    }
    peer.set_connections(count);
    changed.send_modify(|changes| *changes += 1);
}

/// Of two nodes the one with the smaller id dials at once, the other every fourth round, so that
/// they rarely meet in the middle and still find each other when only one can reach the other.
fn dial_missing(swarm: &mut Swarm<Behaviour>, own: PeerId, registry: &Registry, round: u64) {
    for peer in registry.peers() {
        if peer.id != own && !peer.connected() && (own < peer.id || round % 4 == 3) {
            dial(swarm, peer);
        }
    }
}

fn dial(swarm: &mut Swarm<Behaviour>, peer: &Peer) {
    let Some(address) = peer.address else { return };
    let target = DialOpts::peer_id(peer.id)
        .addresses(vec![multiaddr(address)])
        .condition(PeerCondition::DisconnectedAndNotDialing)
        .build();
    if let Err(error) = swarm.dial(target) {
        tracing::debug!(peer = peer.number, %error, "dial");
    }
}
