// SPDX-License-Identifier: Apache-2.0
//! The sample transport-management system as a process of its own, against a real network: it fills and
//! updates itself by the stream and by webhooks, carries a waybill from offer to settled, and misses nothing
//! while its node, or itself, is away.

#![allow(clippy::unwrap_used)]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chain::Hash;
use chain::actions::{
    Action, AffiliationRequest, MatterOpen, WaybillAccept, WaybillArrive, WaybillDepart,
    WaybillLoad, WaybillSettleAgree,
};
use chain::ids::{CodeId, PersonId, WaybillId};
use chain::records::{MatterKind, Subject};
use client::{Client, Signer};
use demo::cast::{self, Player};
use dianyun_tests::testnet::{Testnet, succeed};
use dianyun_tests::waiting::until;
use genesis::Layout;
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(90);
const MEMBER: &str = "enterprise-1";
/// The node that the system asks, and that goes away under it.
const ITS_NODE: &str = "validator-1";

fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tms")
}

fn python(args: &[&str]) -> Command {
    let mut command = Command::new("python3");
    // Nothing is written beside the sources.
    command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(program()).args(args);
    command.stdin(Stdio::null());
    command
}

/// A system of the enterprise; its process ends with the value.
struct System {
    config: String,
    process: Child,
}

impl System {
    /// Writes its configuration and starts it.
    fn start(net: &Testnet, name: &str, more: Value) -> Self {
        let at = |file: &str| net.dir().join(file).display().to_string();
        let mut config = json!({
            "node": net.nodes[0].api,
            "organisation": net.organisation(MEMBER),
            "api_key_file": at("tms-api-key"),
            "key_file": at("tms-seed"),
            "database": at(&format!("{name}.sqlite")),
        });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let file = at(&format!("{name}.json"));
        std::fs::write(&file, config.to_string()).unwrap();
        Self { process: Self::run(&file), config: file }
    }

    fn run(config: &str) -> Child {
        python(&["-m", "tms", "--config", config, "run"]).spawn().unwrap()
    }

    fn ask(&self, args: &[&str]) -> Option<String> {
        let output = python(&[&["-m", "tms", "--config", &self.config], args].concat()).output();
        let output = output.unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// What its database holds; none while it is being made.
    fn held(&self) -> Option<Value> {
        serde_json::from_str(&self.ask(&["show"])?).ok()
    }

    fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits until its database holds something.
    async fn until<T>(&self, what: &str, look: impl Fn(&Value) -> Option<T>) -> T {
        until(what, LIMIT, || async { look(&self.held()?) }).await
    }
}

impl Drop for System {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _no_more_than_its_status = self.process.wait();
    }
}

/// A driver of the register, whose code was just issued.
struct Driver {
    code: CodeId,
    person: PersonId,
    signer: Signer,
}

fn applied(net: &Testnet) -> Driver {
    let dir = net.dir().display().to_string();
    let printed = succeed(["code", "apply", "--json", "--dir", &dir]);
    let applied: Value = serde_json::from_str(&printed).unwrap();
    let read = |name: &str| applied[name].clone();
    let key = cast::key(net.chain(), Player::Driver(read("index").as_u64().unwrap()));
    Driver {
        code: serde_json::from_value(read("code")).unwrap(),
        person: serde_json::from_value(read("person")).unwrap(),
        signer: Signer::new(key, net.chain()),
    }
}

/// The API key and the working key of the enterprise, as its system finds them.
fn give_keys(net: &Testnet) -> String {
    let node = net.dir().join(ITS_NODE).display().to_string();
    let organisation = net.organisation(MEMBER).to_string();
    let made = ["apikey", "new", "--organisation", &organisation, "--label", "tms"];
    let made = [&made[..], &["--scopes", "modules,waybills", "--json", "--dir", &node]].concat();
    let made: Value = serde_json::from_str(&succeed(made)).unwrap();
    let secret = made["key"].as_str().unwrap().to_owned();
    std::fs::write(net.dir().join("tms-api-key"), &secret).unwrap();
    let layout = Layout::at(net.dir());
    let member = layout.member(&layout.genesis().unwrap(), MEMBER).unwrap();
    let seed: String = member.key.seed().iter().map(|byte| format!("{byte:02x}")).collect();
    let file = net.dir().join("tms-seed");
    std::fs::write(&file, seed).unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    secret
}

/// Has an action executed by a node, which may have no leader for a moment.
async fn sent(client: &Client, signer: &Signer, action: impl Into<Action>) {
    let action = action.into();
    until(&format!("{} is executed", action.word()), LIMIT, || async {
        let now = client.status().await.ok()?.time;
        client.submit(&signer.sign(action.clone(), now)).await.ok()
    })
    .await;
}

fn the_waybill(held: &Value, state: &str) -> Option<WaybillId> {
    let found = held["waybills"].as_array()?.iter().find(|one| one["state"] == state)?;
    serde_json::from_value(found["id"].clone()).ok()
}

/// What the chain has, as the database is to hold it, without what was asked of persons.
async fn on_chain(client: &Client, organisation: &str) -> Value {
    let get = |path: String| async move { client.get::<Value>(&path, &[]).await.unwrap() };
    let rows = |page: &Value, by: &str| {
        let mut rows = page["items"].as_array().unwrap().clone();
        rows.sort_by_key(|row| row[by].as_str().unwrap().to_owned());
        rows
    };
    let drivers = get("/v1/modules/drivers".into()).await;
    let vehicles = get("/v1/modules/vehicles".into()).await;
    let waybills = get(format!("/v1/waybills?maker={organisation}")).await;
    let waybills = rows(&waybills, "id").into_iter().map(|item| item["value"]["waybill"].clone());
    json!({
        "drivers": rows(&drivers, "code"),
        "vehicles": rows(&vehicles, "vehicle"),
        "waybills": waybills.collect::<Vec<Value>>(),
    })
}

#[test]
fn what_needs_no_node_holds_by_its_own_tests() {
    for folder in ["tms", "apply"] {
        let output = python(&["-m", "unittest", "-q"])
            .current_dir(program().with_file_name(folder))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_fills_itself_carries_a_waybill_and_misses_nothing_while_its_node_is_away() {
    let net = Testnet::up(3, 0);
    let driver = applied(&net);
    let secret = give_keys(&net);
    let organisation = net.organisation(MEMBER).to_string();
    let (own, other) = (net.client(0).with_credentials(&secret).unwrap(), net.client(1));
    until("the node takes the key", LIMIT, || async { own.status().await.ok() }).await;
    let listen = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut system = System::start(&net, "stream", json!({}));
    let by_webhook = json!({ "webhook": listen.to_string(), "works": false });
    let looker = System::start(&net, "webhook", by_webhook);

    // A driver asks, and is taken on.
    let enterprise = net.organisation(MEMBER);
    let ask = AffiliationRequest { enterprise, code: driver.code, statements: Vec::new() };
    sent(&other, &driver.signer, ask).await;
    for one in [&system, &looker] {
        one.until("the account is open", |held| {
            (held["drivers"][0]["account"] == "opened").then_some(())
        })
        .await;
    }

    // An order is pushed to the driver, who accepts.
    let order = net.dir().join("order.json");
    let wish = json!({
        "goods": 1700, "weight_kg": 1000, "from": 5301, "to": 5303, "distance_km": 135, "price": "600.000",
    });
    std::fs::write(&order, wish.to_string()).unwrap();
    let (code, order) = (driver.code.to_string(), order.display().to_string());
    let push = ["push", "--number", "TMS-0001", "--code", &code, "--order", &order];
    assert!(system.ask(&push).is_some());
    assert!(system.ask(&push).is_none(), "a number is used once");
    let waybill = system.until("it is offered", |held| the_waybill(held, "offered")).await;
    sent(&other, &driver.signer, WaybillAccept { waybill }).await;
    system.until("it is accepted", |held| the_waybill(held, "accepted")).await;
    let before = system.held().unwrap()["seq"].as_u64().unwrap();

    // The node goes away, then the system; the driver goes on, and the police open a matter.
    net.kill(ITS_NODE);
    let now = || async { other.status().await.unwrap().time };
    let evidence = Hash::of(b"a photo");
    sent(&other, &driver.signer, WaybillLoad { waybill, at: now().await, evidence }).await;
    system.stop();
    sent(&other, &driver.signer, WaybillDepart { waybill, at: now().await, evidence }).await;
    sent(&other, &driver.signer, WaybillArrive { waybill, at: now().await, evidence }).await;
    let open = MatterOpen {
        subject: Subject::Person(driver.person),
        kind: MatterKind::Breach,
        reference: Hash::of(b"an invented decision"),
        points: 3,
        over_limit: false,
        occurred_at: now().await,
        settle_by: None,
    };
    sent(&other, &net.signer("traffic-police"), open).await;
    system.process = System::run(&system.config);
    net.start(ITS_NODE);

    // It goes on where it was, signs for what arrived, and settles.
    until("a settlement is proposed", LIMIT, || async {
        let seen = other.waybill(waybill).await.ok()??.record;
        seen.settlement.map(drop)
    })
    .await;
    sent(&other, &driver.signer, WaybillSettleAgree { waybill }).await;
    system.until("it is settled", |held| the_waybill(held, "settled")).await;

    // Both hold what the chain has, whichever way they heard of it.
    for one in [&system, &looker] {
        until("the database equals the chain", LIMIT, || async {
            let (held, chain) = (one.held()?, on_chain(&own, &organisation).await);
            let is_equal =
                ["drivers", "vehicles", "waybills"].iter().all(|part| held[part] == chain[part]);
            is_equal.then_some(())
        })
        .await;
    }
    let held = system.held().unwrap();
    assert!(held["seq"].as_u64().unwrap() > before);
    assert!(
        ["yellow", "red"].map(|one| json!(one)).contains(&held["drivers"][0]["chain"]["displayed"])
    );
    let sent = held["outbox"].as_array().unwrap();
    let purposes = ["approve", "open", "offer", "sign", "settle"];
    assert_eq!(sent.len(), purposes.len(), "{sent:?}");
    for (one, purpose) in sent.iter().zip(purposes) {
        assert!(one[0].as_str().unwrap().starts_with(purpose) && one[1] == "executed", "{one}");
    }
}
