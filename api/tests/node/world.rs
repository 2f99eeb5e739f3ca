// SPDX-License-Identifier: Apache-2.0
//! A node in this process, as real as any: its store, consensus of one validator, sockets, and a
//! small invented Yunnan whose authorities attested everything. It is started once a test binary.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use age::x25519::Identity;
use api::access::register::{Register, Wanted};
use api::access::secret::ApiKey;
use api::access::signing::Keystore;
use api::config::{ApiConfig, Limits};
use api::exchange::{Exchange, Parts};
use api::routes::{Served, serve};
use api::webhooks::config::WebhookConfig;
use api::webhooks::{SealKey, Webhooks};
use chain::actions::{Action, MatterOpen, MatterSettle};
use chain::ids::*;
use chain::keys::SecretKey;
use chain::nonce::Nonce;
use chain::records::{Application, InterfaceScopes, MatterKind, Subject};
use chain::shown::{WitnessKey, Witnessed};
use chain::text::Name;
use chain::{Genesis, Hash, Time, Transaction, TransactionId};
use consensus::clock::Clock;
use consensus::{Config, Handle, ProposalSize, start};
use demo::applicant::{InboxAt, Inboxes};
use demo::authority::{self, Role, Setup};
use demo::cast::{self, Player};
use demo::net::NetNode;
use demo::scenario::{Settings, Size, newcomer, trip};
use genesis::demo::{Consortium, Plan, consortium};
use serde_json::Value;
use store::{Options, Store};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use vault::{NodeKey, Vault};

use crate::agreed::{Agreed, agree};
use crate::described::assert_described;
use crate::held::{CONSORTIUM_KEY, Held, messenger};
use crate::http::{Answer, Request, send};

/// Everything that is not a test thread runs here.
pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// A node that serves.
pub(crate) struct Node {
    /// Where it asks nobody for credentials.
    pub(crate) address: SocketAddr,
    /// Where it asks everybody.
    pub(crate) guarded: SocketAddr,
    /// Its API keys.
    pub(crate) keys: watch::Sender<Arc<Register>>,
    pub(crate) consortium: Consortium,
    /// What it holds.
    pub(crate) held: Arc<Held>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) store: Store,
    /// Where the authorities' inboxes will be.
    pub(crate) counters: Counters,
    handle: Handle,
    folder: tempfile::TempDir,
    shutdown: CancellationToken,
}

/// Receivers on this machine are called, and nobody has too many.
fn many_webhooks() -> WebhookConfig {
    let allow = vec!["127.0.0.0/8".parse().unwrap()];
    WebhookConfig { allow, most: 10_000, per_organisation: 1_000, ..Default::default() }
}

fn planned(validators: u32, observers: u32) -> Consortium {
    // Long enough ago that nobody gives a word for genesis any more.
    let time = Time(Clock::default().now_ms() - 120_000);
    let plan = Plan { validators, observers, depth: 10, ..Plan::testnet(time, [11; 32]) };
    consortium(&Plan { heartbeat_ms: 500, ..plan }).unwrap()
}

/// The node of a plan's first validator, with these limits.
pub(crate) async fn node(validators: u32, limits: Limits) -> Node {
    run(planned(validators, 0), tempfile::tempdir().unwrap(), limits, &many_webhooks()).await
}

/// An observer, which an insurer runs.
pub(crate) async fn observer() -> Node {
    let folder = tempfile::tempdir().unwrap();
    run_as(1, planned(1, 1), folder, Limits::default(), &many_webhooks()).await
}

/// The keys of all organisations: of those that the genesis names, and of hauliers who joined later.
pub(crate) fn signing(consortium: &Consortium) -> Vec<SecretKey> {
    let chain = consortium.genesis.chain_id();
    let hauliers = (0..cast::ENTERPRISES).map(|index| cast::key(chain, Player::Enterprise(index)));
    consortium.members.iter().map(|member| member.key.clone()).chain(hauliers).collect()
}

/// The store of a folder: tasks of a node that was stopped let go of it a little later.
async fn opened(folder: &std::path::Path, genesis: &Genesis) -> Store {
    let opening = async {
        loop {
            match Store::open(folder, genesis, &Options::default()) {
                Ok(store) => return store,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), opening).await.expect("the store opens")
}

/// The first validator of a consortium over a folder.
pub(crate) async fn run(
    consortium: Consortium,
    folder: tempfile::TempDir,
    limits: Limits,
    webhooks: &WebhookConfig,
) -> Node {
    run_as(0, consortium, folder, limits, webhooks).await
}

/// A node of a consortium, by its place there.
pub(crate) async fn run_as(
    place: usize,
    consortium: Consortium,
    folder: tempfile::TempDir,
    limits: Limits,
    webhooks: &WebhookConfig,
) -> Node {
    let own = consortium.nodes[place].key.clone();
    let genesis = Arc::new(consortium.genesis.clone());
    let held = Arc::new(Held::default());
    let store = opened(folder.path(), &genesis).await;
    let seal = SealKey::of_node(&own.seed());
    let hooks = Arc::new(Webhooks::open(store.local(), webhooks, seal).unwrap());
    let config = Config {
        genesis: Arc::clone(&genesis),
        key: own.clone(),
        listen: "127.0.0.1:0".parse().unwrap(),
        peers: Vec::new(),
        clock: Clock::default(),
        rejoin: false,
        proposal: ProposalSize::default(),
    };
    let handle = start(config, store.clone()).await.unwrap();
    let exchange = Exchange::start(Parts {
        store: store.clone(),
        handle: handle.clone(),
        genesis: Arc::clone(&genesis),
        holdings: held.clone(),
        keys: signing(&consortium),
        consortium_key: Some(CONSORTIUM_KEY),
    });
    let vault = vault_of(&store);
    let (keys, known) = watch::channel(Arc::default());
    let members = consortium.members.iter().map(|member| member.key.clone());
    let signing = watch::channel(Arc::new(Keystore::new(members))).1;
    let served = || Served {
        store: store.clone(),
        handle: handle.clone(),
        genesis: Arc::clone(&genesis),
        witness: WitnessKey::of(&genesis, &own),
        registry: Default::default(),
        keys: known.clone(),
        exchange: Arc::clone(&exchange),
        vault: Some(Arc::clone(&vault)),
        webhooks: Arc::clone(&hooks),
        keystore: signing.clone(),
    };
    let listen = "127.0.0.1:0".parse().unwrap();
    let counters = counters();
    let config = ApiConfig {
        listen,
        limits,
        webhooks: webhooks.clone(),
        applying: crate::applicant::config(&consortium, &counters).await,
        allow_open_api_without_credentials: true,
        ..ApiConfig::default()
    };
    let shutdown = CancellationToken::new();
    let (address, _) = serve(served(), &config, shutdown.clone()).await.unwrap();
    let config = ApiConfig { allow_open_api_without_credentials: false, ..config };
    let (guarded, _) = serve(served(), &config, shutdown.clone()).await.unwrap();
    Node {
        address,
        guarded,
        keys,
        consortium,
        held,
        vault,
        store,
        counters,
        handle,
        folder,
        shutdown,
    }
}

/// The vault of a store, under one key for all of a test's life.
pub(crate) fn vault_of(store: &Store) -> Arc<Vault> {
    static KEY: LazyLock<Identity> = LazyLock::new(Identity::generate);
    let key = NodeKey::from(KEY.clone());
    Arc::new(Vault::open(Box::new(store.vault_shelf()), key).unwrap())
}

impl Node {
    /// Stops, and starts again over the same folder.
    pub(crate) async fn restarted(self, webhooks: &WebhookConfig) -> Self {
        let Self { consortium, folder, handle, shutdown, vault, store, .. } = self;
        drop((vault, store));
        shutdown.cancel();
        handle.stop().await;
        drop(handle);
        run(consortium, folder, Limits::default(), webhooks).await
    }

    /// Puts an API key of a member among those of the node.
    pub(crate) fn api_key(&self, number: u8, member: &str, scopes: InterfaceScopes) -> String {
        let key = ApiKey::of([number; 48]);
        let organisation = self.consortium.member(member).unwrap().id;
        let label = Name::new("a test").unwrap();
        let wanted =
            Wanted { label, organisation, scopes, until: None, by_office: true, signs_with: None };
        self.keys.send_modify(|keys| {
            let mut all: Register = (**keys).clone();
            all.add(&key, wanted, Time(Clock::default().now_ms())).unwrap();
            *keys = Arc::new(all);
        });
        key.reveal()
    }

    pub(crate) fn genesis(&self) -> &Genesis {
        &self.consortium.genesis
    }

    /// The working key of a member.
    pub(crate) fn key(&self, member: &str) -> SecretKey {
        self.consortium.member(member).unwrap().key.clone()
    }

    /// A transaction of a member, with a nonce of its own.
    pub(crate) fn sign(&self, member: &str, action: impl Into<Action>) -> Transaction {
        self.sign_by(&self.key(member), action)
    }

    /// The same by any key.
    pub(crate) fn sign_by(&self, key: &SecretKey, action: impl Into<Action>) -> Transaction {
        static COUNT: Mutex<u64> = Mutex::new(0);
        let mut count = COUNT.lock().unwrap();
        *count += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&count.to_le_bytes());
        let until = Time(Clock::default().now_ms() + 60_000);
        let chain = self.genesis().chain_id();
        Transaction::sign(key, chain, action.into(), Nonce(nonce), until)
    }

    /// A transaction that the state machine refuses: there is no such matter.
    pub(crate) fn refused(&self) -> Transaction {
        self.refused_by("traffic-police")
    }

    /// The same of this member.
    pub(crate) fn refused_by(&self, member: &str) -> Transaction {
        let matter = MatterId(RecordId([7; 16]));
        self.sign(member, MatterSettle { matter })
    }

    /// A violation of a person.
    pub(crate) fn violation(&self, person: PersonId, now: Time) -> Transaction {
        let open = MatterOpen {
            subject: Subject::Person(person),
            kind: MatterKind::Violation,
            reference: Hash::of(b"an invented decision"),
            points: 3,
            over_limit: false,
            occurred_at: now,
            settle_by: None,
        };
        self.sign("traffic-police", open)
    }
}

/// The node with what happened there.
pub(crate) struct World {
    pub(crate) node: Node,
    pub(crate) code: CodeId,
    pub(crate) person: PersonId,
    pub(crate) vehicle: VehicleId,
    pub(crate) application: Application,
    pub(crate) waybill: WaybillId,
    pub(crate) maker: OrganisationId,
    pub(crate) matter: MatterId,
    pub(crate) opened: TransactionId,
    /// The driver's key.
    pub(crate) driver: SecretKey,
    /// What was agreed to and asked for.
    pub(crate) agreed: Agreed,
}

impl World {
    /// The badge of the traffic police, by its working key: where a node gives its word for it.
    pub(crate) fn badge(&self) -> String {
        let member = self.node.consortium.member("traffic-police").unwrap();
        format!("/v1/organisations/{}/witness?key={}", member.id, member.key.public())
    }

    /// The driver's code as it is shown now.
    pub(crate) fn shown(&self) -> String {
        let answer =
            send(self.node.address, &Request::get(format!("/v1/codes/{}/witness", self.code)));
        let packed = hex::decode(answer.json()["packed"].as_str().unwrap()).unwrap();
        let now = Time(Clock::default().now_ms());
        let chain = self.node.genesis().chain_id();
        let shown = Witnessed::from_bytes(&packed).unwrap().show(&self.driver, &chain, now);
        shown.unwrap().to_text().unwrap()
    }
}

/// The one node of a test binary.
pub(crate) fn world() -> &'static World {
    static WORLD: LazyLock<World> = LazyLock::new(|| {
        let world = RUNTIME.block_on(build());
        World { agreed: agree(&world), ..world }
    });
    &WORLD
}

pub(crate) const SIZE: Size =
    Size { enterprises: cast::ENTERPRISES, drivers: 0, waybills: 0, yellow: 0, red: 0 };

async fn build() -> World {
    let node = node(1, Limits::default()).await;
    let net = connected(node.address).await;
    let mut inboxes = authorities(&node.consortium, &net, &node.counters).await;
    for (role, inbox) in &mut inboxes {
        inbox.url = messenger(&node.consortium, (*role, &*inbox), node.held.clone()).await;
    }
    let settings = Settings {
        inboxes,
        regulator: node.key("regulator"),
        police: node.key("traffic-police"),
        in_genesis: Vec::new(),
        genesis_time: node.genesis().time,
        vaults: None,
        size: SIZE,
        node: net.clone(),
    };
    let driver = newcomer(&settings, Arc::new(|_: &Application| ())).await.unwrap();
    let waybill = trip(&settings, &driver, &|_| ()).await.unwrap();
    let client = net.client();
    let opening = node.violation(driver.person, client.status().await.unwrap().time);
    client.submit(&opening).await.unwrap();
    let code = client.code(driver.code).await.unwrap().record.unwrap();
    let maker = client.waybill(waybill).await.unwrap().unwrap().record.maker;
    World {
        code: driver.code,
        person: driver.person,
        vehicle: driver.vehicle,
        application: client.application(code.application).await.unwrap().unwrap().record,
        waybill,
        maker,
        matter: MatterId(RecordId::made_by(opening.id(), 0)),
        opened: opening.id(),
        driver: driver.key,
        agreed: Agreed::default(),
        node,
    }
}

/// A client of the node as soon as it leads itself.
pub(crate) async fn connected(address: SocketAddr) -> NetNode {
    let net = NetNode::connect(&format!("http://{address}")).await.unwrap();
    let led = async {
        while net.client().status().await.unwrap().leader.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), led).await.expect("the node leads");
    net
}

/// A free port for the inbox of each authority.
pub(crate) type Counters = Vec<(Role, std::net::TcpListener)>;

pub(crate) fn counters() -> Counters {
    let counter = |role| (role, std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    Role::ALL.into_iter().map(counter).collect()
}

/// An authority of each role with its inbox.
pub(crate) async fn authorities(
    consortium: &Consortium,
    net: &NetNode,
    counters: &Counters,
) -> Inboxes {
    let mut inboxes = Inboxes::new();
    for (role, counter) in counters {
        let role = *role;
        let counter = counter.try_clone().unwrap();
        counter.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(counter).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let member = consortium.member(role.word()).unwrap();
        let signer = member.key.public();
        inboxes.insert(role, InboxAt { organisation: member.id, signer, url });
        let setup = Setup {
            role,
            organisation: member.id,
            key: member.key.clone(),
            secrets: consortium.secrets,
            register: cast::register(consortium.genesis.time),
            people: cast::PEOPLE,
        };
        tokio::spawn(authority::serve(setup, net.clone(), listener, std::future::pending()));
    }
    inboxes
}

/// Asks the node, and holds the answer against the description.
pub(crate) fn ask(world: &World, request: &Request) -> Answer {
    let answer = send(world.node.address, request);
    assert_described(request, &answer);
    answer
}

/// The node's status.
pub(crate) fn newest(world: &World) -> Value {
    ask(world, &Request::get("/v1/status")).json()
}
