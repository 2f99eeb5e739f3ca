// SPDX-License-Identifier: Apache-2.0
//! Several real nodes in this process, each with its interface and with what it holds; the data of the one
//! driver lie at one of them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::access::token;
use api::config::ApiConfig;
use api::exchange::{Exchange, Parts};
use api::routes::{Served, serve};
use api::webhooks::{SealKey, Webhooks};
use chain::Time;
use chain::actions::Action;
use chain::keys::SecretKey;
use chain::records::Application;
use chain::shown::WitnessKey;
use chain::{Records, Transaction};
use consensus::clock::Clock;
use consensus::{Config, Handle, PeerAddress, ProposalSize, start};
use demo::scenario::{Driver, Settings, newcomer};
use genesis::demo::{Consortium, Plan, consortium};
use serde_json::{Value, json};
use store::{Options, Store};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::held::{CONSORTIUM_KEY, Held, messenger};
use crate::http::{Answer, JSON, Request, send};
use crate::world::{RUNTIME, SIZE, authorities, connected, counters, signing, vault_of};

/// Where the asker asks.
pub(crate) const ASKED: usize = 0;
/// Where the driver's data are.
pub(crate) const HOLDER: usize = 2;
/// An observer, which holds nothing.
pub(crate) const OBSERVER: usize = 3;

/// A node that serves.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) handle: Handle,
    pub(crate) store: Store,
    pub(crate) held: Arc<Held>,
    pub(crate) name: String,
    _exchange: Arc<Exchange>,
    _folder: tempfile::TempDir,
}

/// Three validators and an observer, and a driver with a code.
pub(crate) struct Network {
    pub(crate) consortium: Consortium,
    pub(crate) nodes: Vec<Running>,
    pub(crate) driver: Driver,
}

/// Ports below those that systems hand out by themselves: none of them is taken before a node listens there.
fn free_addresses(count: usize) -> Vec<SocketAddr> {
    let drawn = || SocketAddr::from(([127, 0, 0, 1], 20_000 + u16::from_le_bytes(two()) % 12_000));
    let mut listeners = Vec::new();
    while listeners.len() < count {
        listeners.extend(std::net::TcpListener::bind(drawn()).ok());
    }
    listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
}

fn two() -> [u8; 2] {
    let [one, other, ..] = rand();
    [one, other]
}

async fn running(
    consortium: &Consortium,
    place: usize,
    addresses: &[SocketAddr],
) -> (Running, SocketAddr) {
    let genesis = Arc::new(consortium.genesis.clone());
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), &genesis, &Options::default()).unwrap();
    let peers = consortium.nodes.iter().zip(addresses);
    let config = Config {
        genesis: Arc::clone(&genesis),
        key: consortium.nodes[place].key.clone(),
        listen: addresses[place],
        peers: peers.map(|(n, a)| PeerAddress { name: n.name.clone(), address: *a }).collect(),
        clock: Clock::default(),
        rejoin: false,
        proposal: ProposalSize::default(),
    };
    let handle = start(config, store.clone()).await.unwrap();
    let held = Arc::new(Held::default());
    let exchange = Exchange::start(Parts {
        store: store.clone(),
        handle: handle.clone(),
        genesis: Arc::clone(&genesis),
        holdings: held.clone(),
        keys: signing(consortium),
        consortium_key: Some(CONSORTIUM_KEY),
    });
    let vault = vault_of(&store);
    let seal = SealKey::of_node(&consortium.nodes[place].key.seed());
    let hooks = Webhooks::open(store.local(), &ApiConfig::default().webhooks, seal).unwrap();
    let hooks = Arc::new(hooks);
    let served = || Served {
        store: store.clone(),
        handle: handle.clone(),
        genesis: Arc::clone(&genesis),
        registry: Default::default(),
        witness: WitnessKey::of(&genesis, &consortium.nodes[place].key),
        keys: watch::channel(Arc::default()).1,
        keystore: watch::channel(Arc::default()).1,
        exchange: Arc::clone(&exchange),
        vault: Some(Arc::clone(&vault)),
        webhooks: Arc::clone(&hooks),
    };
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = ApiConfig { listen, ..ApiConfig::default() };
    let (address, _) = serve(served(), &config, CancellationToken::new()).await.unwrap();
    let config = ApiConfig { allow_open_api_without_credentials: true, ..config };
    let (open, _) = serve(served(), &config, CancellationToken::new()).await.unwrap();
    let name = consortium.nodes[place].name.clone();
    let _exchange = exchange;
    (Running { address, handle, store, held, name, _exchange, _folder: folder }, open)
}

impl Network {
    pub(crate) fn start() -> Self {
        RUNTIME.block_on(build())
    }

    /// The working key of a member.
    pub(crate) fn key(&self, member: &str) -> SecretKey {
        self.consortium.member(member).unwrap().key.clone()
    }

    /// Asks a node by a token of a key.
    pub(crate) fn ask(&self, place: usize, key: &SecretKey, request: Request) -> Answer {
        let node = &self.nodes[place];
        let audience = token::audience(self.consortium.genesis.chain_id(), &node.name);
        let secret = token::sign(key, &audience, now(), 60).unwrap();
        let request = request.with("authorization", format!("Bearer {secret}"));
        let answer = send(node.address, &request);
        crate::described::assert_described(&request, &answer);
        answer
    }

    pub(crate) fn get(&self, place: usize, key: &SecretKey, target: String) -> Answer {
        self.ask(place, key, Request::get(target))
    }

    pub(crate) fn post(&self, place: usize, key: &SecretKey, target: &str, body: &Value) -> Answer {
        self.ask(place, key, Request::post(target, JSON, body.to_string()))
    }

    /// A member asks for the driver's data.
    pub(crate) fn exchange(&self, by: &str, wish: Value) -> Answer {
        self.post(ASKED, &self.key(by), "/v1/exchange", &self.wish(wish))
    }

    /// A wish about the driver's code.
    pub(crate) fn wish(&self, mut wish: Value) -> Value {
        wish["about"] = json!({ "code": self.driver.code });
        wish
    }

    /// Sends an action at a node; it must be executed.
    pub(crate) fn send(&self, place: usize, key: &SecretKey, action: impl Into<Action>) -> Value {
        let nonce = chain::nonce::Nonce(rand());
        let until = Time(now().0 + 60_000);
        let chain = self.consortium.genesis.chain_id();
        let signed = Transaction::sign(key, chain, action.into(), nonce, until);
        let body = serde_json::to_value(&signed).unwrap();
        let answer = self.post(place, key, "/v1/transactions?wait=ordered", &body);
        let receipt = answer.json();
        let outcome = &receipt["receipt"]["outcome"];
        assert!(outcome["executed"].is_object(), "{receipt}");
        receipt
    }

    /// Waits until every node has executed what this one has.
    pub(crate) fn level(&self, place: usize) {
        let height = self.nodes[place].store.latest().header().height;
        until("all have it", || {
            let reached = |node: &Running| node.store.latest().header().height >= height;
            self.nodes.iter().all(reached).then_some(())
        });
    }
}

pub(crate) fn now() -> Time {
    Time(Clock::default().now_ms())
}

pub(crate) fn rand() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// Waits for something to be so.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let last = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < last, "waited in vain: {what}");
        std::thread::sleep(PAUSE);
    }
}

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

async fn build() -> Network {
    let time = Time(Clock::default().now_ms() - 1_000);
    let plan = Plan { validators: 3, observers: 1, depth: 10, ..Plan::testnet(time, [12; 32]) };
    let consortium = consortium(&Plan { heartbeat_ms: 500, ..plan }).unwrap();
    let addresses = free_addresses(consortium.nodes.len());
    let (mut nodes, mut open) = (Vec::new(), Vec::new());
    for place in 0..consortium.nodes.len() {
        let (node, address) = running(&consortium, place, &addresses).await;
        nodes.push(node);
        open.push(address);
    }
    let net = connected(open[ASKED]).await;
    let mut inboxes = authorities(&consortium, &net, &counters()).await;
    for (role, inbox) in &mut inboxes {
        inbox.url = messenger(&consortium, (*role, &*inbox), nodes[HOLDER].held.clone()).await;
    }
    let key = |name: &str| consortium.member(name).unwrap().key.clone();
    let settings = Settings {
        inboxes,
        regulator: key("regulator"),
        police: key("traffic-police"),
        in_genesis: Vec::new(),
        genesis_time: consortium.genesis.time,
        vaults: None,
        size: SIZE,
        node: net.clone(),
    };
    let driver = newcomer(&settings, Arc::new(|_: &Application| ())).await.unwrap();
    Network { consortium, nodes, driver }
}
