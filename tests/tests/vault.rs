// SPDX-License-Identifier: Apache-2.0
//! The vault over real processes: a driver refuses, grants and revokes, and the exchange between two nodes
//! follows; what came with the applications is erased, and nothing that any node wrote ever held a value of it.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use chain::actions::{
    Action, CapacityTerms, CodeCancel, ConsentGive, ConsentRevoke, ErasurePublish,
};
use chain::ids::{ApplicationId, CodeId, ConsentId, PersonId, RecordId, Time, VehicleId};
use chain::keys::SecretKey;
use chain::records::{ConsentTerms, Erasure, ErasureKind, ExchangeField, FieldSet, Purpose};
use chain::text::Word;
use chain::{Genesis, Transaction, TransactionId};
use client::exchange::{Exchanged, Wish};
use client::holdings::HeldState;
use client::{Client, ClientError, LightClient, random_nonce};
use demo::cast::{self, Player};
use dianyun_tests::planted::Planted;
use dianyun_tests::testnet::{Testnet, dianyun, succeed};
use dianyun_tests::waiting::until;
use genesis::Layout;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);
/// Where the platform asks.
const ASKED: usize = 2;
/// The node of the first haulier.
const OWN: usize = 3;
/// Where hauliers without a node keep their data.
const SHARED: usize = 0;
const FIELDS: FieldSet =
    FieldSet::of(&[ExchangeField::Name, ExchangeField::Plate, ExchangeField::Phone]);

/// A testnet with a driver who came to a code.
struct Scene {
    net: Testnet,
    genesis: Genesis,
    code: CodeId,
    person: PersonId,
    vehicle: VehicleId,
    driver: SecretKey,
    /// Who sent the driver's application: a haulier, by its number.
    haulier: u64,
    /// Values that no node may ever write: name, identity number, phone, plate, VIN, engine.
    planted: Planted,
}

fn now() -> Time {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    Time(since.as_millis() as u64)
}

impl Scene {
    fn build() -> Self {
        let net = Testnet::up(4, 0);
        let genesis = Layout::at(net.dir()).genesis().unwrap();
        Self::of(net, genesis, Planted::default())
    }

    /// Another driver, on the same net.
    fn another(self) -> Self {
        Self::of(self.net, self.genesis, self.planted)
    }

    /// The next newcomer applies and comes to a code.
    fn of(net: Testnet, genesis: Genesis, mut planted: Planted) -> Self {
        let dir = net.dir().display().to_string();
        let applied = succeed(["code", "apply", "--dir", &dir, "--json"]);
        let applied: Value = serde_json::from_str(&applied).unwrap();
        let index = applied["index"].as_u64().unwrap();
        let register = cast::register(genesis.time);
        let (person, vehicle) = (register.person(index).unwrap(), register.vehicle(index).unwrap());
        let own = [
            ("name", person.name),
            ("identity number", person.identity_number),
            ("phone", person.mobile),
            ("plate", vehicle.numbers.plate),
            ("VIN", vehicle.numbers.vin),
            ("engine", vehicle.numbers.engine),
        ];
        assert!(own.iter().all(|(_, value)| value.len() > 5), "nothing of this is there by chance");
        planted.0.splice(0..0, own);
        Self {
            code: serde_json::from_value(applied["code"].clone()).unwrap(),
            person: serde_json::from_value(applied["person"].clone()).unwrap(),
            vehicle: serde_json::from_value(applied["vehicle"].clone()).unwrap(),
            driver: cast::key(net.chain(), Player::Driver(index)),
            haulier: index % cast::ENTERPRISES,
            net,
            genesis,
            planted,
        }
    }

    /// A client of a node with a token of a key.
    fn by(&self, place: usize, key: &SecretKey) -> Client {
        let audience = token::audience(self.net.chain(), &self.net.nodes[place].name);
        let secret = token::sign(key, &audience, now(), 300).unwrap();
        self.net.client(place).with_credentials(&secret).unwrap()
    }

    fn key(&self, member: &str) -> SecretKey {
        Layout::at(self.net.dir()).member(&self.genesis, member).unwrap().key
    }

    /// The node that holds the data.
    fn holder(&self) -> usize {
        if self.haulier == 0 { OWN } else { SHARED }
    }

    /// The sponsor's working key: the first three hauliers are there from the beginning.
    fn sponsor(&self) -> SecretKey {
        match self.haulier {
            0..3 => self.key(&format!("enterprise-{}", self.haulier + 1)),
            other => cast::key(self.net.chain(), Player::Enterprise(other)),
        }
    }

    fn platform(&self) -> Client {
        self.by(ASKED, &self.key("platform"))
    }

    async fn send(&self, key: &SecretKey, action: impl Into<Action>) -> TransactionId {
        let until = Time(now().0 + 60_000);
        let signed = Transaction::sign(key, self.net.chain(), action.into(), random_nonce(), until);
        let answer = self.net.client(self.holder()).submit(&signed).await.unwrap();
        let receipt = json!(answer.receipt);
        assert!(receipt["outcome"]["executed"].is_object(), "{receipt}");
        self.net.converged().await;
        signed.id()
    }

    async fn exchange(&self, fields: FieldSet) -> Result<Exchanged, String> {
        let (about, purpose) = (self.code.into(), Some(Purpose::Engagement));
        let wish = Wish { about, fields, purpose, waybill: None, case: None };
        let answer = self.platform().exchange(&wish).await;
        answer.map_err(|error| match error {
            ClientError::Refused(problem) => problem.code,
            other => panic!("{other}"),
        })
    }

    async fn refused(&self, code: &str) {
        let answer = self.exchange(FIELDS).await.map(|_| "values");
        assert_eq!(answer, Err(code.to_owned()));
    }

    async fn consent(&self, fields: FieldSet) -> ConsentId {
        let to = self.net.organisation("platform");
        let (purpose, until) = (Purpose::Engagement, now().plus(3_600_000));
        let terms = ConsentTerms { code: self.code, to, purpose, fields, until, uses: 9 };
        let given = self.send(&self.driver, ConsentGive { terms, statements: Vec::new() }).await;
        ConsentId(RecordId::made_by(given, 0))
    }

    async fn revoke(&self, consent: ConsentId) {
        self.send(&self.driver, ConsentRevoke { consent }).await;
    }

    async fn accesses(&self) -> Vec<Value> {
        let path = format!("/v1/codes/{}/accesses", self.code);
        let page: Value = self.by(self.holder(), &self.driver).get(&path, &[]).await.unwrap();
        page["items"].as_array().unwrap().clone()
    }

    async fn prompts(&self) -> Vec<Value> {
        let path = format!("/v1/codes/{}/prompts", self.code);
        let answer: Value = self.by(self.holder(), &self.driver).get(&path, &[]).await.unwrap();
        answer["prompts"].as_array().unwrap().clone()
    }

    /// The applications that the code and its vehicle came by.
    async fn applications(&self) -> [ApplicationId; 2] {
        let client = self.net.client(0);
        let code = client.code(self.code).await.unwrap().record.unwrap();
        let application = client.application(code.application).await.unwrap().unwrap().record;
        let filter = [("sponsor", application.sponsor.to_string())];
        let found: Vec<Value> = client.list("/v1/applications", &filter, 100).await.unwrap();
        let is_it = |one: &&Value| one["value"]["application"]["vehicle"] == json!(self.vehicle);
        let of_vehicle = found.iter().find(is_it).unwrap()["value"]["application"]["id"].clone();
        [application.id, serde_json::from_value(of_vehicle).unwrap()]
    }

    fn node_dir(&self, place: usize) -> String {
        Layout::at(self.net.dir()).node_dir(&self.net.nodes[place].name).display().to_string()
    }
}

fn field<'a>(seen: &'a Exchanged, name: &str) -> Option<&'a str> {
    let fields = seen.certificates.iter().flat_map(|one| &one.fields);
    fields.into_iter().find(|field| field.name == name).map(|field| field.value.as_str())
}

fn value(scene: &Scene, name: &str) -> String {
    scene.planted.0.iter().find(|(own, _)| *own == name).unwrap().1.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_decides_what_is_exchanged_and_what_is_erased_is_gone() {
    let scene = Scene::build();
    let applications = scene.applications().await;
    sponsor_sees_names_and_digests(&scene, applications[0]).await;
    let (seen, accesses) = exchange_follows_the_driver(&scene).await;
    scene.planted.assert_not_said(&scene.net).await;
    assert!(
        scene.planted.assert_nowhere(scene.net.dir()) > 20,
        "folders, logs and state of all processes"
    );
    erasing_needs_that_nobody_uses_it(&scene, applications[0]);
    let reason = Word::new("left").unwrap();
    scene.send(&scene.driver, CodeCancel { code: scene.code, reason }).await;
    for application in applications {
        erase(&scene, application).await;
    }
    nothing_comes_back(&scene, accesses).await;
    proofs_still_hold(&scene, &seen).await;
    let scene = scene.another();
    a_node_acts_by_itself(&scene).await;
    a_stopped_node_is_looked_at_and_gets_another_key(&scene).await;
    scene.planted.assert_not_said(&scene.net).await;
    scene.planted.assert_nowhere(scene.net.dir());
}

async fn sponsor_sees_names_and_digests(scene: &Scene, application: ApplicationId) {
    let held = scene.by(scene.holder(), &scene.sponsor()).holdings(application).await.unwrap();
    let names: Vec<&str> = held.documents.iter().map(|one| one.name.as_str()).collect();
    assert!(names.starts_with(&["claim/0", "claim/1"]) && names.ends_with(&["contact", "holder"]));
    // Who has a node keeps data there; others may ask anywhere, and nothing is held twice.
    let elsewhere = scene.by(ASKED, &scene.sponsor()).holdings(application).await;
    match (scene.haulier, elsewhere) {
        (0, Err(ClientError::Refused(problem))) => assert_eq!(problem.code, "holdings_elsewhere"),
        (_, Ok(held)) => assert_eq!(held.state, HeldState::None),
        (_, Err(error)) => panic!("{error}"),
    }
}

/// Returns what was seen, and how often somebody saw something.
async fn exchange_follows_the_driver(scene: &Scene) -> (Exchanged, usize) {
    scene.refused("no_basis").await;
    let wish = json!({
        "code": scene.code, "purpose": "engagement", "fields": FIELDS, "text": "请同意",
        "until": now().plus(3_600_000), "uses": 3,
    });
    let asked: Value = scene.platform().post("/v1/consents/requests", &wish).await.unwrap();
    let id = asked["id"].as_str().unwrap();
    until("the prompt is there", PATIENCE, || async {
        scene.prompts().await.into_iter().find(|prompt| prompt["id"] == id)
    })
    .await;
    let refuse = format!("/v1/codes/{}/prompts/{id}/refuse", scene.code);
    let left: Value =
        scene.by(scene.holder(), &scene.driver).post(&refuse, &Value::Null).await.unwrap();
    assert_eq!(left["prompts"], json!([]));
    scene.refused("no_basis").await;
    let consent = scene.consent(FIELDS).await;
    let seen = scene.exchange(FIELDS).await.unwrap();
    assert!(seen.holds(), "every field opens a commitment");
    assert_eq!(field(&seen, "driverName"), Some(value(scene, "name").as_str()));
    assert_eq!(field(&seen, "vehicleNumber"), Some(value(scene, "plate").as_str()));
    assert_eq!(seen.phone, Some(value(scene, "phone")));
    assert_eq!(field(&seen, "identityNumber"), None, "nobody agreed to that");
    scene.revoke(consent).await;
    scene.refused("no_basis").await;
    let number = FieldSet::of(&[ExchangeField::IdentityNumber]);
    let consent = scene.consent(number).await;
    let again = scene.exchange(number).await.unwrap();
    assert_eq!(field(&again, "identityNumber"), Some(value(scene, "identity number").as_str()));
    scene.revoke(consent).await;
    let shown = by_verification_code(scene).await;
    wish_by_plate(scene).await;
    scene.net.converged().await;
    let accesses = scene.accesses().await;
    let by = json!(scene.net.organisation("platform"));
    let listed: Vec<_> = accesses.iter().map(|one| &one["value"]["access"]).collect();
    assert!(listed.iter().all(|access| access["by"] == by));
    let ids: Vec<_> = listed.iter().map(|access| access["id"].clone()).collect();
    assert_eq!(
        ids,
        [json!(seen.access), json!(again.access), json!(shown.access)],
        "each that there was, and no other"
    );
    (seen, accesses.len())
}

/// The driver shows ten digits; whoever enters them with the right phone sees what was agreed to, once.
async fn by_verification_code(scene: &Scene) -> Exchanged {
    let path = format!("/v1/codes/{}/capacity", scene.code);
    let client = scene.by(scene.holder(), &scene.driver);
    let drawn: Value = client.post(&path, &json!({ "fields": FIELDS })).await.unwrap();
    let terms: CapacityTerms = serde_json::from_value(drawn["terms"].clone()).unwrap();
    let nonce = serde_json::from_value(drawn["nonce"].clone()).unwrap();
    let until = Time(now().0 + 240_000);
    let statement = terms.sign(&scene.driver, scene.net.chain(), nonce, until);
    let signed = json!({ "terms": terms, "statement": statement });
    let _good: Value = client.post(&format!("{path}/sign"), &signed).await.unwrap();
    let key = json!({ "kind": "phone", "value": value(scene, "phone") });
    let entered = json!({ "digits": drawn["digits"], "key": key });
    let seen: Exchanged = scene.platform().post("/v1/exchange/capacity", &entered).await.unwrap();
    assert!(seen.holds());
    assert_eq!(field(&seen, "driverName"), Some(value(scene, "name").as_str()));
    seen
}

/// A wish that names a plate reaches the holder, by the consortium's key, and no other node learns whose it is.
async fn wish_by_plate(scene: &Scene) {
    let wish = json!({
        "key": { "kind": "plate", "value": value(scene, "plate") }, "purpose": "carriage",
        "fields": FIELDS, "text": "请同意", "until": now().plus(3_600_000), "uses": 1,
    });
    let asked: Value = scene.platform().post("/v1/consents/requests", &wish).await.unwrap();
    until("the prompt is there", PATIENCE, || async {
        scene.prompts().await.into_iter().find(|prompt| prompt["id"] == asked["id"])
    })
    .await;
}

/// The chain's rules come before the vault is touched.
fn erasing_needs_that_nobody_uses_it(scene: &Scene, application: ApplicationId) {
    let (id, dir) = (application.to_string(), scene.node_dir(scene.holder()));
    let output = dianyun(["vault", "erase", &id, "--dir", &dir]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && errors.contains("code_not_cancelled"), "{errors}");
}

/// By the running node, which then publishes it.
async fn erase(scene: &Scene, application: ApplicationId) {
    let (id, dir) = (application.to_string(), scene.node_dir(scene.holder()));
    let args = ["vault", "erase", &id, "--dir", &dir, "--json"];
    let told: Value = serde_json::from_str(&succeed(args)).unwrap();
    let again: Value = serde_json::from_str(&succeed(args)).unwrap();
    assert_eq!(again, told, "the same again answers the same protocol");
    let found = erasure_on_chain(scene, application, "erased").await;
    assert_eq!(found["record"]["digest"], told["digest"]);
    scene.net.converged().await;
}

async fn erasure_on_chain(scene: &Scene, application: ApplicationId, kind: &str) -> Value {
    let path = format!("/v1/erasures/{}", Erasure::id_of(application));
    until("the erasure is on chain", PATIENCE, || async {
        let found: Option<Value> = scene.net.client(ASKED).get(&path, &[]).await.ok();
        found.filter(|found| found["record"]["kind"] == json!(kind))
    })
    .await
}

/// What the chain says is done, what its time ends is erased, and what was erased in a stopped node's folder
/// is published when it runs again.
async fn a_node_acts_by_itself(scene: &Scene) {
    let [of_code, of_vehicle] = scene.applications().await;
    let reason = Word::new("left").unwrap();
    scene.send(&scene.driver, CodeCancel { code: scene.code, reason }).await;
    let state = async |application| {
        scene.by(scene.holder(), &scene.sponsor()).holdings(application).await.unwrap().state
    };
    assert_eq!(state(of_code).await, HeldState::Held);
    let kind = ErasureKind::Restricted { until: Time(now().0 + 15_000) };
    let digest = chain::Hash::of(b"somebody's protocol");
    scene.send(&scene.sponsor(), ErasurePublish { application: of_code, kind, digest }).await;
    until("the node restricts it", PATIENCE, || async {
        (state(of_code).await != HeldState::Held).then_some(())
    })
    .await;
    let (name, dir) =
        (scene.net.nodes[scene.holder()].name.clone(), scene.node_dir(scene.holder()));
    scene.net.kill(&name);
    let id = of_vehicle.to_string();
    let told = succeed(["vault", "erase", &id, "--dir", &dir, "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    scene.net.start(&name);
    let found = erasure_on_chain(scene, of_vehicle, "erased").await;
    assert_eq!(found["record"]["digest"], told["digest"]);
    erasure_on_chain(scene, of_code, "erased").await;
    scene.net.converged().await;
    assert_eq!(state(of_code).await, HeldState::Erased);
}

async fn nothing_comes_back(scene: &Scene, accesses: usize) {
    let [application, _] = scene.applications().await;
    let client = scene.by(scene.holder(), &scene.sponsor());
    let held = client.holdings(application).await.unwrap();
    assert_eq!((held.state, held.documents.len()), (HeldState::Erased, 0));
    let case = Wish {
        about: scene.code.into(),
        fields: FIELDS,
        purpose: None,
        waybill: None,
        case: Some(chain::Hash::of(b"case")),
    };
    let regulator = scene.by(0, &scene.key("regulator"));
    match regulator.exchange(&case).await.map(|_| ()) {
        Err(ClientError::Refused(problem)) => assert_eq!(problem.code, "data_erased"),
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.accesses().await.len(), accesses, "the holder still sees who asked");
}

/// What was seen before opens commitments that the chain still has, and proves.
async fn proofs_still_hold(scene: &Scene, seen: &Exchanged) {
    assert!(seen.holds());
    let client = scene.net.client(ASKED);
    let trusted = client.newest_header().await.unwrap().header;
    for (kind, id) in [("person", scene.person.to_string()), ("vehicle", scene.vehicle.to_string())]
    {
        let proof =
            client.proof(&format!("/v1/records/{kind}/{id}/proof"), Some(trusted.height)).await;
        let proven = LightClient::new(&scene.genesis).check(&proof.unwrap(), &trusted).unwrap();
        let text = format!("{proven:?}");
        let roots =
            seen.certificates.iter().filter(|one| json!(one.subject).to_string().contains(&id));
        let mut roots = roots.map(|one| one.root.to_string()).peekable();
        assert!(roots.peek().is_some(), "something was seen of the {kind}");
        assert!(roots.all(|root| text.contains(&root)), "{text}");
    }
}

async fn a_stopped_node_is_looked_at_and_gets_another_key(scene: &Scene) {
    let (name, dir) =
        (scene.net.nodes[scene.holder()].name.clone(), scene.node_dir(scene.holder()));
    let busy = dianyun(["vault", "status", "--dir", &dir]);
    assert!(String::from_utf8_lossy(&busy.stderr).contains("stop it first"));
    scene.net.kill(&name);
    let json = |args: &[&str]| -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--dir", &dir, "--json"]).collect();
        serde_json::from_str(&succeed(args)).unwrap()
    };
    let status = json(&["vault", "status"]);
    let erased = status["erased"].as_u64().unwrap();
    assert!(erased >= 2, "{status}");
    assert_eq!(json(&["doctor"])["vault"]["erased"], json!(erased));
    let checked = json(&["vault", "check"]);
    scene.planted.assert_nowhere(Path::new(&dir));
    let next = scene.net.dir().join("next.key").display().to_string();
    succeed(["keys", "new", "--vault", "--test", "--name", "next", "--out", &next]);
    json(&["vault", "rotate", "--to", &next]);
    let anew = json(&["vault", "check"]);
    assert_ne!(anew["node_key"], checked["node_key"]);
    assert_eq!(anew["held"], checked["held"]);
    scene.net.start(&name);
    scene.net.converged().await;
}
