// SPDX-License-Identifier: Apache-2.0
//! Webhooks over real sockets, with receivers that take, refuse, vanish, and show a certificate.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::config::{ApiConfig, Limits, TlsConfig};
use api::metrics::HttpMetrics;
use api::server::Server;
use api::shell::Shell;
use api::webhooks::config::WebhookConfig;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chain::actions::{InterfaceApply, InterfaceGrant, InterfaceRevoke};
use chain::records::interface::GrantTerms;
use chain::records::{InterfaceKind, InterfaceScopes};
use chain::{Action, Hash, Time};
use consensus::clock::Clock;
use genesis::demo::{Plan, consortium};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::http::{Answer, BYTES, JSON, Request, exchange, send};
use crate::world::{Node, RUNTIME, run, world};

const PATIENCE: Duration = Duration::from_secs(60);
const ORGANISATION: &str = "enterprise-1";

/// A message that came.
#[derive(Clone, Debug)]
struct Came {
    id: String,
    timestamp: String,
    signatures: Vec<String>,
    body: Vec<u8>,
}

impl Came {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn sequence(&self) -> u64 {
        self.json()["sequence"].as_u64().unwrap()
    }

    /// What the format says that the signature under a secret is.
    fn signed(&self, secret: &str) -> String {
        let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.", self.id, self.timestamp).as_bytes());
        mac.update(&self.body);
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// A receiver that answers with the status that it is told.
#[derive(Default)]
struct Receiver {
    status: AtomicU16,
    came: Mutex<Vec<Came>>,
}

async fn take(
    State(receiver): State<Arc<Receiver>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1], Vec<u8>) {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/json");
    let came = Came {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signatures: header("webhook-signature").split(' ').map(str::to_owned).collect(),
        body: body.to_vec(),
    };
    receiver.came.lock().unwrap().push(came);
    let status = StatusCode::from_u16(receiver.status.load(Ordering::SeqCst)).unwrap();
    // An answer of any length is no reason to read it.
    (status, [("location", "http://127.0.0.1:1/")], vec![b'x'; 1 << 20])
}

impl Receiver {
    fn routes(self: &Arc<Self>) -> Router {
        Router::new().route("/hook", post(take)).with_state(Arc::clone(self))
    }

    fn start(status: u16) -> (Arc<Self>, SocketAddr) {
        let receiver = Arc::new(Self { status: AtomicU16::new(status), ..Self::default() });
        let routes = receiver.routes();
        let address = RUNTIME.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move { axum::serve(listener, routes).await });
            address
        });
        (receiver, address)
    }

    fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    fn sequences(&self) -> Vec<u64> {
        self.came().iter().map(Came::sequence).collect()
    }
}

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain: {what}");
        RUNTIME.block_on(async { tokio::time::sleep(Duration::from_millis(20)).await });
    }
}

/// Retries within moments.
fn hasty() -> WebhookConfig {
    WebhookConfig {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
        first_retry_ms: 20,
        longest_retry_ms: 40,
        ..WebhookConfig::default()
    }
}

/// A node with an organisation that has an API key there.
struct Served {
    node: Node,
    key: String,
}

impl Served {
    fn start(config: &WebhookConfig) -> Self {
        let time = Time(Clock::default().now_ms() - 1_000);
        let plan = Plan { validators: 1, observers: 0, depth: 8, ..Plan::testnet(time, [31; 32]) };
        let consortium = consortium(&Plan { heartbeat_ms: 500, ..plan }).unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self::of(RUNTIME.block_on(run(consortium, folder, Limits::default(), config)))
    }

    fn of(node: Node) -> Self {
        let all = InterfaceScopes::all_of(InterfaceKind::VerificationAndExchange);
        let key = node.api_key(1, ORGANISATION, all);
        Self { node, key }
    }

    fn restarted(self, config: &WebhookConfig) -> Self {
        Self::of(RUNTIME.block_on(self.node.restarted(config)))
    }

    fn ask(&self, request: Request) -> Answer {
        self.ask_by(request, &self.key)
    }

    fn ask_by(&self, request: Request, key: &str) -> Answer {
        send(self.node.guarded, &request.with("authorization", format!("Bearer {key}")))
    }

    fn told(&self, path: &str, body: &Value) -> Answer {
        self.ask(Request::post(path, JSON, body.to_string()))
    }

    /// A webhook for interfaces: its path and its secret.
    fn hook(&self, url: &str) -> (String, String) {
        let answer = self.told("/v1/webhooks", &json!({ "url": url, "kinds": ["interface"] }));
        assert_eq!(answer.status, 200, "{answer:?}");
        let said = answer.json();
        let id = said["webhook"]["id"].as_str().unwrap();
        (format!("/v1/webhooks/{id}"), said["secret"].as_str().unwrap().to_owned())
    }

    fn look(&self, path: &str) -> Value {
        self.ask(Request::get(path)).json()
    }

    /// Waits until a webhook is as wanted.
    fn until(&self, path: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(what, || Some(self.look(path)).filter(&wanted))
    }

    /// Executes an action by the organisation's admin.
    fn executes(&self, by: &chain::keys::SecretKey, action: impl Into<Action>) {
        let transaction = self.node.sign_by(by, action).to_bytes();
        let request = Request::post("/v1/transactions?wait=ordered", BYTES, transaction);
        let done = until("it is executed", || {
            Some(send(self.node.address, &request)).filter(|answer| answer.status == 200)
        });
        let outcome = done.json()["receipt"]["outcome"].clone();
        assert!(outcome.to_string().contains("executed"), "{outcome}");
    }

    fn admin(&self) -> chain::keys::SecretKey {
        self.node.consortium.member(ORGANISATION).unwrap().admin.clone()
    }

    /// Something happens to an interface, which everybody may see.
    fn happens(&self, times: u32) {
        for time in 0..times {
            self.apply(InterfaceKind::CodeApplication, 500 + time);
        }
    }

    fn apply(&self, interface: InterfaceKind, calls_a_minute: u32) -> GrantTerms {
        let until = Time(Clock::default().now_ms() + 86_400_000);
        let scopes = InterfaceScopes::all_of(interface);
        let terms = GrantTerms { scopes, calls_a_minute, until };
        let purpose = Hash::of(b"a purpose");
        let action = InterfaceApply { interface, terms: terms.clone(), purpose };
        self.executes(&self.admin(), action);
        terms
    }
}

#[test]
fn changes_come_signed_in_order_each_once_as_the_stream_shows_them() {
    let (receiver, address) = Receiver::start(200);
    let served = Served::start(&hasty());
    let (path, secret) = served.hook(&format!("http://{address}/hook"));
    served.happens(5);
    let looked = served.until(&path, "all are delivered", |hook| hook["delivered"] == 5);
    assert_eq!((looked["state"].as_str(), looked["dead"].as_u64()), (Some("active"), Some(0)));
    let came = receiver.came();
    assert_eq!(came.len(), 5);
    assert!(receiver.sequences().is_sorted_by(|a, b| a < b));
    let symbols = path.rsplit("whk_").next().unwrap();
    for one in &came {
        assert_eq!(one.id, format!("msg_{symbols}_{}", one.sequence()));
        assert_eq!(one.signatures, [one.signed(&secret)]);
        let said = one.json();
        assert_eq!(said["type"], said["data"]["event"]);
        assert_eq!((&said["at"], &said["height"]), (&said["data"]["at"], &said["data"]["height"]));
    }
    let first = came[0].sequence();
    let head = format!(
        "GET /v1/events HTTP/1.1\r\nhost: localhost\r\nlast-event-id: {}\r\n\
         authorization: Bearer {}\r\n\r\n",
        first - 1,
        served.key
    );
    let of_first = format!("id: {first}\n");
    let enough =
        |text: &str| text.split(&of_first).nth(1).is_some_and(|rest| rest.contains("\n\n"));
    let text = exchange(served.node.guarded, head.as_bytes(), enough);
    let event = text.split("\n\n").find(|event| event.contains(&of_first)).unwrap();
    let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let body = String::from_utf8(came[0].body.clone()).unwrap();
    assert!(body.ends_with(&format!("\"data\":{data}}}")), "{body}\n{data}");
    let done = served.look(&format!("{path}/deliveries?state=done"));
    let done: Vec<_> = done["items"].as_array().unwrap().iter().map(|d| &d["sequence"]).collect();
    assert_eq!(json!(done), json!(receiver.sequences()));
}

#[test]
fn an_old_secret_signs_beside_its_successor_for_as_long_as_it_is_told() {
    let (receiver, address) = Receiver::start(200);
    let served = Served::start(&hasty());
    let (path, first) = served.hook(&format!("http://{address}/hook"));
    let rotate = |hours: u32| {
        let said =
            served.told(&format!("{path}/rotate"), &json!({ "overlap_hours": hours })).json();
        said["secret"].as_str().unwrap().to_owned()
    };
    let test = || {
        let said = served.told(&format!("{path}/test"), &json!({})).json();
        assert_eq!(said, json!({ "delivered": true, "status": 200, "failure": null }));
        let came = receiver.came().pop().unwrap();
        assert_eq!(came.json()["type"], "webhook.test");
        came
    };
    let second = rotate(1);
    let came = test();
    assert_eq!(came.signatures, [came.signed(&second), came.signed(&first)]);
    let third = rotate(0);
    let came = test();
    assert_eq!(came.signatures, [came.signed(&third)]);
}

#[test]
fn what_is_not_taken_comes_again_until_it_is_and_nothing_overtakes_it() {
    for refusal in [500, 302, 404] {
        let (receiver, address) = Receiver::start(refusal);
        let served = Served::start(&hasty());
        let (path, _) = served.hook(&format!("http://{address}/hook"));
        served.happens(2);
        let came = until("it comes again", || Some(receiver.came()).filter(|came| came.len() >= 3));
        assert!(came.iter().all(|one| one.id == came[0].id), "nothing overtakes it");
        let looked = served.until(&path, "it is tried again", |hook| hook["state"] == "retrying");
        assert_eq!(looked["trouble"]["failure"], "status");
        assert_eq!(looked["trouble"]["status"], refusal, "no redirect is followed");
        let waiting = served.look(&format!("{path}/deliveries"));
        assert_eq!(waiting["items"].as_array().unwrap().len(), 2, "{waiting}");
        receiver.answers(200);
        served.until(&path, "both are taken", |hook| hook["delivered"] == 2);
        assert!(receiver.sequences().is_sorted());
    }
}

#[test]
fn what_is_never_taken_is_put_aside_seen_and_replayed() {
    let (receiver, address) = Receiver::start(503);
    let served = Served::start(&WebhookConfig { give_up_ms: 30, ..hasty() });
    let (path, _) = served.hook(&format!("http://{address}/hook"));
    served.happens(2);
    served.until(&path, "both are put aside", |hook| hook["dead"] == 2);
    let dead = served.look(&format!("{path}/deliveries?state=dead"));
    let items = dead["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|one| one["status"] == 503 && one["failure"] == "status"));
    let first = items[0]["sequence"].as_u64().unwrap();
    receiver.answers(200);
    served.happens(1);
    served.until(&path, "it goes on behind them", |hook| hook["delivered"] == 1);
    let before = receiver.came().len();
    assert_eq!(served.told(&format!("{path}/replay"), &json!({ "dead": true })).status, 200);
    served.until(&path, "they are taken", |hook| hook["dead"] == 0 && hook["delivered"] == 3);
    let again: Vec<u64> = receiver.sequences().split_off(before);
    assert_eq!(again.len(), 2);
    assert_eq!(again[0], first);
    assert_eq!(served.told(&format!("{path}/replay"), &json!({ "from": first })).status, 200);
    served.until(&path, "all come once more", |hook| hook["delivered"] == 6);
    let all = receiver.sequences().split_off(before + 2);
    assert!(all.len() == 3 && all[0] == first && all.is_sorted_by(|a, b| a < b), "{all:?}");
}

#[test]
fn a_webhook_with_as_much_put_aside_as_may_be_stops_and_says_so() {
    let (_receiver, address) = Receiver::start(500);
    let served = Served::start(&WebhookConfig { give_up_ms: 0, dead: 2, ..hasty() });
    let (path, _) = served.hook(&format!("http://{address}/hook"));
    served.happens(4);
    let looked = served.until(&path, "it stops", |hook| hook["state"] == "stopped");
    assert_eq!((&looked["stopped"], &looked["dead"]), (&json!("too_many_dead"), &json!(2)));
}

#[test]
fn a_restart_in_between_loses_nothing() {
    let (receiver, address) = Receiver::start(500);
    let served = Served::start(&hasty());
    let (path, secret) = served.hook(&format!("http://{address}/hook"));
    served.happens(3);
    until("it was tried", || (!receiver.came().is_empty()).then_some(()));
    let served = served.restarted(&hasty());
    receiver.answers(200);
    served.until(&path, "all are taken", |hook| hook["delivered"] == 3);
    let last = receiver.came().pop().unwrap();
    assert_eq!(last.signatures, [last.signed(&secret)], "under the secret of before");
}

#[test]
fn without_a_grant_nothing_is_delivered_and_the_next_one_brings_what_was_missed() {
    let (receiver, address) = Receiver::start(200);
    let served = Served::start(&hasty());
    let (path, _) = served.hook(&format!("http://{address}/hook"));
    let organisation = served.node.consortium.member(ORGANISATION).unwrap().id;
    let interface = InterfaceKind::VerificationAndExchange;
    let reason = "misuse".parse().unwrap();
    let regulator = served.node.key("regulator");
    served.executes(&regulator, InterfaceRevoke { organisation, interface, reason });
    let looked = served.until(&path, "it stops", |hook| hook["state"] == "stopped");
    assert_eq!(looked["stopped"], "grant_missing");
    let before = receiver.came().len();
    let refused = served.told(&format!("{path}/test"), &json!({}));
    assert_eq!((refused.status, refused.code().as_str()), (403, "grant_needed"));
    served.happens(2);
    assert_eq!(receiver.came().len(), before);
    let terms = served.apply(interface, 600);
    let grant = InterfaceGrant { organisation, interface, request: 1, terms };
    served.executes(&regulator, grant);
    // The revocation, two wishes of one kind, one of the other, and the grant.
    served.until(&path, "all of it comes", |hook| hook["delivered"] == 5);
    assert!(receiver.sequences().is_sorted_by(|a, b| a < b));
}

#[test]
fn closed_addresses_are_refused_when_named_and_when_looked_up() {
    let (receiver, address) = Receiver::start(200);
    let served = Served::start(&WebhookConfig { allow: Vec::new(), ..hasty() });
    for url in [format!("http://{address}/hook"), format!("https://{address}/hook")] {
        let answer = served.told("/v1/webhooks", &json!({ "url": url }));
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_field"), "{url}");
    }
    let (path, _) = served.hook(&format!("https://localhost:{}/hook", address.port()));
    let said = served.told(&format!("{path}/test"), &json!({})).json();
    let closed = json!({ "delivered": false, "status": null, "failure": "address_closed" });
    assert_eq!(said, closed);
    assert!(receiver.came().is_empty());
}

#[test]
fn https_is_spoken_with_whom_the_named_authorities_vouch_for() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("a.pem"), folder.path().join("a.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    genesis::private::write_new(&key, &made.key_pair.serialize_pem()).unwrap();
    let receiver = Arc::new(Receiver { status: AtomicU16::new(200), ..Receiver::default() });
    let routes = receiver.routes();
    let tls = Some(TlsConfig { certificate: certificate.clone(), key });
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = ApiConfig { listen, tls, ..ApiConfig::default() };
    let address = RUNTIME.block_on(async {
        let metrics = || HttpMetrics::register(&mut Default::default());
        let server = Server::bind(&config, metrics()).await.unwrap();
        let address = server.address().unwrap();
        let app = Shell { any_host: true, metrics: metrics() }.around(routes);
        tokio::spawn(server.run(app, CancellationToken::new()));
        address
    });
    let url = format!("https://localhost:{}/hook", address.port());
    let known = WebhookConfig { authorities: Some(certificate), ..hasty() };
    for (config, delivered) in [(known, true), (hasty(), false)] {
        let served = Served::start(&config);
        let (path, _) = served.hook(&url);
        let said = served.told(&format!("{path}/test"), &json!({})).json();
        assert_eq!(said["delivered"], delivered, "{said}");
        assert!(delivered || said["failure"] == "tls", "{said}");
    }
    assert_eq!(receiver.came().len(), 1);
}

#[test]
fn a_webhook_is_there_for_its_organisation_alone_and_there_are_not_too_many() {
    let served = Served::start(&WebhookConfig { per_organisation: 2, ..hasty() });
    let (path, _) = served.hook("https://tms.example/1");
    let all = InterfaceScopes::all_of(InterfaceKind::VerificationAndExchange);
    let other = served.node.api_key(2, "enterprise-2", all);
    let empty = || Request::post("", JSON, "{}");
    for (method, rest) in [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/deliveries"),
        ("POST", "/rotate"),
        ("POST", "/test"),
    ] {
        let request = Request { method, target: format!("{path}{rest}"), ..empty() };
        let answer = served.ask_by(request, &other);
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{method} {rest}");
    }
    let list = served.ask_by(Request::get("/v1/webhooks"), &other).json();
    assert_eq!(list, json!({ "items": [] }));
    served.hook("https://tms.example/2");
    let third = served.told("/v1/webhooks", &json!({ "url": "https://tms.example/3" }));
    assert_eq!((third.status, third.code().as_str()), (409, "too_many_webhooks"));
    let removed = served.ask(Request { method: "DELETE", target: path.clone(), ..empty() });
    assert_eq!(removed.status, 200);
    assert_eq!(served.ask(Request::get(path)).status, 404);
    served.hook("https://tms.example/3");
}

#[test]
fn a_webhook_gets_what_its_organisation_is_a_party_to_and_nothing_of_others() {
    let world = world();
    let (mine, address) = Receiver::start(200);
    let all = InterfaceScopes::all_of(InterfaceKind::VerificationAndExchange);
    let authority = world.node.api_key(211, "transport", all);
    let stranger = world.node.api_key(212, "insurer", all);
    let add = |key: &str, path: &str| {
        let kinds = ["matter", "waybill", "code", "application"];
        let body = json!({ "url": format!("http://{address}{path}"), "kinds": kinds, "from": 0 });
        let request = Request::post("/v1/webhooks", JSON, body.to_string());
        send(world.node.guarded, &request.with("authorization", format!("Bearer {key}")))
    };
    assert_eq!(add(&stranger, "/hook").code(), "grant_needed", "its grant lacks the modules");
    assert_eq!(add(&authority, "/hook").status, 200, "an office needs none");
    let application = world.application.id.to_string();
    until("the application that it attested comes", || {
        let is_it = |came: &Came| came.json()["data"]["id"] == application.as_str();
        mine.came().iter().any(is_it).then_some(())
    });
    let kinds: std::collections::BTreeSet<String> = mine
        .came()
        .iter()
        .map(|came| came.json()["data"]["version"]["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["application".to_owned()].into());
}
