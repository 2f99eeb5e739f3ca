// SPDX-License-Identifier: Apache-2.0
//! Exchange across nodes, over real sockets: a driver refuses, grants and revokes, and what is seen follows
//! at each step; nothing is answered that the chain does not allow, and nothing is believed that does not hold.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use bytes::Bytes;
use chain::actions::{CodeCancel, ConsentGive, ConsentRevoke, ErasurePublish};
use chain::exchange::{
    Answer as Reply, Disclosed, DisclosedCertificate, NotAnswered, Question, Request as Wanted,
    Sealed,
};
use chain::ids::{AccessId, ConsentId, OrganisationId, RecordId};
use chain::records::{
    CertificateKind, ConsentTerms, ErasureKind, ExchangeField, FieldSet, Purpose,
};
use chain::text::Word;
use chain::{Hash, Transaction, TransactionId, codec, domain};
use consensus::Answers;
use demo::cast::{self, Player};
use futures::future::BoxFuture;
use hpke::{Deserializable, Serializable};
use serde_json::{Value, json};

use crate::held::PHONE;
use crate::http::Request;
use crate::nodes::{ASKED, HOLDER, Network, OBSERVER, now, until};
use crate::world::RUNTIME;

/// The network of the tests here: they stop nodes and move data, so one goes after the other.
pub(crate) fn network() -> MutexGuard<'static, Network> {
    static NETWORK: LazyLock<Mutex<Network>> = LazyLock::new(|| Mutex::new(Network::start()));
    NETWORK.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

pub(crate) const FIELDS: FieldSet = FieldSet::of(&[ExchangeField::Name, ExchangeField::Plate]);

fn wish(fields: FieldSet) -> Value {
    json!({ "fields": fields, "purpose": "engagement" })
}

impl Network {
    fn id(&self, member: &str) -> OrganisationId {
        self.consortium.member(member).unwrap().id
    }

    pub(crate) fn consent(&self, to: &str, fields: FieldSet, uses: u32) -> ConsentId {
        let (code, until) = (self.driver.code, now().plus(3_600_000));
        let (to, purpose) = (self.id(to), Purpose::Engagement);
        let terms = ConsentTerms { code, to, purpose, fields, until, uses };
        let give = ConsentGive { terms, statements: Vec::new() };
        let receipt = self.send(HOLDER, &self.driver.key.clone(), give);
        self.level(HOLDER);
        let id: TransactionId = serde_json::from_value(receipt["id"].clone()).unwrap();
        ConsentId(RecordId::made_by(id, 0))
    }

    fn revoke(&self, consent: ConsentId) {
        self.send(HOLDER, &self.driver.key.clone(), ConsentRevoke { consent });
        self.level(HOLDER);
    }

    fn prompts(&self) -> Vec<Value> {
        let target = format!("/v1/codes/{}/prompts", self.driver.code);
        let answer = self.get(HOLDER, &self.driver.key, target).json();
        answer["prompts"].as_array().unwrap().clone()
    }

    fn accesses(&self) -> Vec<Value> {
        let target = format!("/v1/codes/{}/accesses?limit=200", self.driver.code);
        let answer = self.get(HOLDER, &self.driver.key, target).json();
        answer["items"].as_array().unwrap().clone()
    }

    fn collect(&self, by: &str, access: &Value) -> crate::http::Answer {
        let target = format!("/v1/exchange/{}/collect", access.as_str().unwrap());
        self.post(ASKED, &self.key(by), &target, &Value::Null)
    }
}

/// The value of a field of a kind of certificate in an answer.
pub(crate) fn value(answer: &Value, kind: &str, name: &str) -> Option<String> {
    let certificates = answer["certificates"].as_array().unwrap().iter();
    let of_kind = certificates.filter(|one| one["kind"] == kind);
    let mut fields = of_kind.flat_map(|one| one["fields"].as_array().unwrap());
    fields.find(|field| field["name"] == name).map(|field| field["value"].as_str().unwrap().into())
}

#[test]
fn a_driver_refuses_grants_and_revokes_and_the_exchange_follows_at_each_step() {
    let net = network();
    let by = "enterprise-1";
    let name = net.nodes[HOLDER].held.values(CertificateKind::Identity, "driverName").remove(0);
    let before = net.accesses().len();
    // Nobody agreed to anything.
    let answer = net.exchange(by, wish(FIELDS));
    assert_eq!((answer.status, answer.code().as_str()), (403, "no_basis"));
    // A wish reaches the holder, who says no.
    let asked = |text: &str| {
        let body = json!({
            "code": net.driver.code, "purpose": "engagement", "fields": FIELDS, "text": text,
            "until": now().plus(3_600_000), "uses": 3,
        });
        let answer = net.post(ASKED, &net.key(by), "/v1/consents/requests", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["id"].clone()
    };
    let id = asked("请同意");
    let prompt = until("the prompt is there", || net.prompts().into_iter().find(|p| p["id"] == id));
    assert_eq!(
        (prompt["by"].clone(), prompt["text"].clone()),
        (json!(net.id(by)), json!("请同意"))
    );
    let refuse = format!("/v1/codes/{}/prompts/{}/refuse", net.driver.code, id.as_str().unwrap());
    let left = net.post(HOLDER, &net.driver.key, &refuse, &Value::Null);
    assert_eq!((left.status, left.json()["prompts"].clone()), (200, json!([])));
    assert_eq!(net.exchange(by, wish(FIELDS)).code(), "no_basis");
    // The holder agrees: the fields are seen, each with what proves it.
    let consent = net.consent(by, FIELDS, 3);
    let answer = net.exchange(by, wish(FIELDS));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let seen = answer.json();
    assert_eq!(value(&seen, "identity", "driverName"), Some(name));
    assert!(value(&seen, "vehicle_licence", "vehicleNumber").is_some());
    assert_eq!(value(&seen, "identity", "identityNumber"), None);
    assert_eq!(seen["answered_by"], json!([net.nodes[HOLDER].name]));
    assert_eq!((seen["missing"].clone(), seen["phone"].clone()), (json!([]), Value::Null));
    let access = seen["access"].clone();
    let state = net.get(ASKED, &net.key(by), format!("/v1/exchange/{}", access.as_str().unwrap()));
    assert_eq!(state.json()["collectable"], json!(true));
    // More than was agreed to is not seen.
    assert_eq!(net.exchange(by, wish(FieldSet::LEAST)).code(), "fields_beyond_basis");
    // The holder takes it back: neither anew nor by what was recorded.
    net.revoke(consent);
    assert_eq!(net.exchange(by, wish(FIELDS)).code(), "no_basis");
    let answer = net.collect(by, &access);
    assert_eq!((answer.status, answer.code().as_str()), (403, "consent_not_in_force"));
    // The holder's list has the one access that there was.
    net.level(ASKED);
    let all = net.accesses();
    assert_eq!(all.len(), before + 1);
    let last = &all[before]["value"]["access"];
    assert_eq!((last["id"].clone(), last["by"].clone()), (access, json!(net.id(by))));
}

#[test]
fn who_signs_elsewhere_prepares_submits_and_collects_and_nobody_else_collects() {
    let net = network();
    let (by, other) = ("enterprise-2", "enterprise-3");
    let fields = FieldSet::of(&[ExchangeField::Name, ExchangeField::Phone]);
    let consent = net.consent(by, fields, 5);
    let key = net.key(by);
    let body = json!({ "sender": key.public(), "wish": net.wish(wish(fields)) });
    let prepared = net.post(ASKED, &key, "/v1/exchange/prepare", &body);
    assert_eq!(prepared.status, 200, "{}", prepared.text());
    let prepared = prepared.json();
    let access = prepared["access"].clone();
    assert_eq!(net.collect(by, &access).code(), "not_found", "it is not recorded yet");
    let mut transaction = prepared["prepared"]["transaction"].clone();
    let message = hex::decode(prepared["prepared"]["message"].as_str().unwrap()).unwrap();
    transaction["signature"] = json!(key.sign(&message));
    let _whole: Transaction = serde_json::from_value(transaction.clone()).unwrap();
    let answer = net.post(ASKED, &key, "/v1/transactions?wait=ordered", &transaction);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let seen = net.collect(by, &access);
    assert_eq!((seen.status, seen.json()["phone"].clone()), (200, json!(PHONE)));
    assert_eq!(net.collect(by, &access).json(), seen.json(), "again uses nothing more");
    assert_eq!(net.collect(other, &access).code(), "not_found");
    let target = format!("/v1/exchange/{}", access.as_str().unwrap());
    assert_eq!(net.get(ASKED, &net.key(other), target.clone()).status, 404);
    assert_eq!(net.get(ASKED, &key, target).status, 200);
    // Another node has not the key that opens the answer.
    let elsewhere = format!("/v1/exchange/{}/collect", access.as_str().unwrap());
    let elsewhere = net.post(HOLDER, &key, &elsewhere, &Value::Null);
    assert_eq!((elsewhere.status, elsewhere.code().as_str()), (410, "request_not_here"));
    net.revoke(consent);
}

/// What the holder's node answers to a question as another node would put it.
fn reply(net: &Network, access: AccessId, request: Wanted) -> Reply {
    let question = Bytes::from(Question::Fields { access, request }.to_bytes());
    let handle = net.nodes[ASKED].handle.clone();
    let number = net.consortium.genesis.nodes[HOLDER].number;
    let answer = RUNTIME.block_on(async move { handle.ask(number, question).await.unwrap() });
    Reply::from_bytes(&answer).unwrap()
}

#[test]
fn a_request_that_is_not_the_recorded_one_is_not_answered() {
    let net = network();
    let by = "enterprise-2";
    let consent = net.consent(by, FIELDS, 5);
    let request = |receiver| Wanted {
        chain: net.consortium.genesis.chain_id(),
        about: net.driver.code.into(),
        basis: Some(chain::records::Basis::Consent { consent, purpose: Purpose::Engagement }),
        fields: FIELDS,
        receiver,
        nonce: chain::nonce::Nonce([1; 16]),
        digits: None,
    };
    let record = |request: &Wanted| {
        let (about, fields) = (request.about, request.fields);
        let (basis, request) = (request.basis.clone().unwrap(), request.digest());
        let action = chain::actions::AccessRecord { about, basis, fields, request };
        let receipt = net.send(HOLDER, &net.key(by), action);
        let id: TransactionId = serde_json::from_value(receipt["id"].clone()).unwrap();
        AccessId(RecordId::made_by(id, 0))
    };
    let (_, public) = <hpke::kem::X25519HkdfSha256 as hpke::Kem>::gen_keypair();
    let own = Hash(public.to_bytes().into());
    let (first, second) = (request(own), request(Hash([9; 32])));
    let (access, other) = (record(&first), record(&second));
    assert!(matches!(reply(&net, access, first.clone()), Reply::Sealed(_)));
    // Somebody else's key, a wider set, another access's request, and digits that were not entered.
    let not = Reply::Not(NotAnswered::OtherRequest);
    assert_eq!(reply(&net, access, second.clone()), not);
    assert_eq!(reply(&net, other, first.clone()), not);
    let wider = Wanted { fields: FieldSet::LEAST, ..first.clone() };
    assert_eq!(reply(&net, access, wider), not);
    let digits = chain::exchange::Digits::new(3, 1);
    assert_eq!(reply(&net, access, Wanted { digits, ..first.clone() }), not);
    // An access that never was.
    let never = reply(&net, AccessId(RecordId([9; 16])), first);
    assert_eq!(never, Reply::Not(NotAnswered::NotReached));
    net.revoke(consent);
}

/// A node that answers with what is not on chain.
struct Liar;

impl Answers for Liar {
    fn answer(&self, _: u32, question: Bytes) -> BoxFuture<'static, Bytes> {
        Box::pin(async move {
            let answer = match Question::from_bytes(&question).unwrap() {
                Question::Fields { access, request } => Reply::Sealed(invented(access, &request)),
                _ => Reply::Wrong,
            };
            Bytes::from(answer.to_bytes())
        })
    }
}

fn invented(access: AccessId, request: &Wanted) -> Sealed {
    let certificate = DisclosedCertificate {
        subject: chain::records::Subject::Person(Default::default()),
        kind: CertificateKind::Identity,
        root: Hash::of(b"invented"),
        fields: Vec::new(),
    };
    let disclosed = Disclosed { certificates: vec![certificate], phone: Word::new(PHONE).ok() };
    type Kem = hpke::kem::X25519HkdfSha256;
    let public = <Kem as hpke::Kem>::PublicKey::from_bytes(&request.receiver.0).unwrap();
    let info = [&domain::EXCHANGE.0[..], &request.chain.0].concat();
    let sealed = hpke::single_shot_seal::<hpke::aead::ChaCha20Poly1305, hpke::kdf::HkdfSha256, Kem>(
        &hpke::OpModeS::Base,
        &public,
        &info,
        &codec::encode(&disclosed),
        &access.0.0,
    );
    let (key, bytes) = sealed.unwrap();
    Sealed { key: key.to_bytes().into(), bytes }
}

#[test]
fn what_does_not_hold_is_thrown_away_and_a_silent_node_may_be_asked_again() {
    let net = Network::start();
    let by = "platform";
    net.consent(by, FIELDS, 5);
    let held = |place: usize| Arc::clone(&net.nodes[place].held);
    // The observer lies. While the holder's node answers, nobody is the worse for it.
    net.nodes[OBSERVER].handle.answer_with(Arc::new(Liar));
    let seen = net.exchange(by, wish(FIELDS));
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert_eq!(seen.json()["answered_by"], json!([net.nodes[HOLDER].name]));
    // Where nobody else has anything, it is told.
    let nowhere = crate::held::Held::default();
    held(HOLDER).move_to(&nowhere);
    let answer = net.exchange(by, wish(FIELDS));
    assert_eq!((answer.status, answer.code().as_str()), (502, "commitments_differ"));
    assert!(answer.text().contains(&net.nodes[OBSERVER].name), "{}", answer.text());
    // Without an answer it is said that there was none, and the same access is good again.
    let observer = net.nodes[OBSERVER].handle.clone();
    RUNTIME.block_on(async move { observer.stop().await });
    let answer = net.exchange(by, wish(FIELDS));
    assert_eq!((answer.status, answer.code().as_str()), (503, "holder_unreachable"));
    assert!(!answer.header("retry-after").is_empty());
    let told = answer.text();
    nowhere.move_to(&held(1));
    let recorded = || net.accesses().get(2).map(|item| item["value"]["access"]["id"].clone());
    let access = until("the holder's node has the third access", recorded);
    assert!(told.contains(access.as_str().unwrap()), "{told}");
    let seen = net.collect(by, &access);
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert_eq!(seen.json()["answered_by"], json!([net.nodes[1].name]));
    assert_eq!(seen.json()["silent"], json!([]), "nothing is missing for it");
}

#[test]
fn after_an_erasure_nothing_is_read_back_and_the_proofs_still_hold() {
    let net = Network::start();
    let by = "enterprise-1";
    net.consent(by, FIELDS, 9);
    let seen = net.exchange(by, wish(FIELDS));
    assert_eq!(seen.status, 200, "{}", seen.text());
    let access = seen.json()["access"].clone();
    let cancel = CodeCancel { code: net.driver.code, reason: Word::new("plans").unwrap() };
    net.send(HOLDER, &net.driver.key.clone(), cancel);
    let code = net.get(HOLDER, &net.key("regulator"), format!("/v1/codes/{}", net.driver.code));
    let application = code.json()["record"]["application"].clone();
    let application = serde_json::from_value(application).unwrap();
    let digest = Hash::of(b"an invented protocol");
    let publish = ErasurePublish { application, kind: ErasureKind::Erased, digest };
    net.send(HOLDER, &sponsor(&net, application), publish);
    net.level(HOLDER);
    let answer = net.collect(by, &access);
    assert_eq!((answer.status, answer.code().as_str()), (410, "data_erased"));
    let case = json!({ "fields": FIELDS, "case": Hash::of(b"case") });
    assert_eq!(net.exchange("regulator", case).code(), "data_erased");
    let target = format!("/v1/records/person/{}/proof", net.driver.person);
    assert_eq!(net.get(ASKED, &net.key("regulator"), target).status, 200);
    let erasures = net.get(ASKED, &net.key("regulator"), "/v1/erasures".to_owned()).json();
    assert_eq!(erasures["items"][0]["value"]["erasure"]["kind"], json!("erased"));
    assert_eq!(net.accesses().len(), 1, "the holder still sees who asked");
}

/// The key of the haulier that sent an application.
fn sponsor(net: &Network, application: chain::ids::ApplicationId) -> chain::keys::SecretKey {
    let target = format!("/v1/applications/{application}");
    let found = net.get(HOLDER, &net.key("regulator"), target).json();
    let sponsor = found["record"]["sponsor"].clone();
    let chain = net.consortium.genesis.chain_id();
    let keys = (0..cast::ENTERPRISES).map(|index| cast::key(chain, Player::Enterprise(index)));
    let operates = |key: &chain::keys::SecretKey| {
        let target = format!("/v1/organisations/{}", sponsor.as_str().unwrap());
        let text = net.get(HOLDER, &net.key("regulator"), target).text();
        text.contains(&key.public().to_string())
    };
    keys.into_iter().find(operates).unwrap()
}

#[test]
fn a_wish_by_a_key_field_is_heard_alike_whether_there_is_anybody_or_not() {
    let net = network();
    let number = net.nodes[HOLDER].held.values(CertificateKind::Identity, "identityNumber");
    let ask = |value: &str| {
        let body = json!({
            "key": { "kind": "identity_number", "value": value }, "purpose": "insurance_quote",
            "fields": FIELDS, "until": now().plus(3_600_000), "uses": 1,
        });
        let answer = net.post(ASKED, &net.key("enterprise-3"), "/v1/consents/requests", &body);
        let mut told = answer.json();
        let id = told["id"].take();
        ((answer.status, told), id)
    };
    let (known, id) = ask(&number[0].to_lowercase());
    let (unknown, _) = ask("539901198506150019");
    assert_eq!(known, unknown);
    let prompt = until("the prompt is there", || net.prompts().into_iter().find(|p| p["id"] == id));
    // What the holder grants ends the prompt.
    let (code, until_when) = (net.driver.code, now().plus(3_600_000));
    let (to, purpose) = (net.id("enterprise-3"), Purpose::InsuranceQuote);
    let terms = ConsentTerms { code, to, purpose, fields: FIELDS, until: until_when, uses: 1 };
    net.send(HOLDER, &net.driver.key, ConsentGive { terms, statements: Vec::new() });
    assert!(net.prompts().iter().all(|other| other["id"] != prompt["id"]));
    // Prompts are the holder's alone.
    let target = format!("/v1/codes/{}/prompts", net.driver.code);
    assert_eq!(net.get(HOLDER, &net.key("enterprise-3"), target).status, 404);
}

#[test]
fn prompts_come_as_events_too() {
    let net = network();
    let audience = token::audience(net.consortium.genesis.chain_id(), &net.nodes[HOLDER].name);
    let token = token::sign(&net.driver.key, &audience, now(), 60).unwrap();
    let body = json!({
        "code": net.driver.code, "purpose": "credit", "fields": FIELDS, "uses": 1,
        "until": now().plus(3_600_000),
    });
    let id = net.post(ASKED, &net.key("enterprise-3"), "/v1/consents/requests", &body).json();
    let head = format!(
        "GET /v1/codes/{}/prompts/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n",
        net.driver.code
    );
    let wanted = id["id"].as_str().unwrap().to_owned();
    let seen = |text: &str| text.contains("event: prompt") && text.contains(&wanted);
    crate::http::exchange(net.nodes[HOLDER].address, head.as_bytes(), seen);
}

#[test]
fn who_asks_for_nobody_or_without_a_grant_is_refused() {
    let net = network();
    let answer = net.post(ASKED, &net.driver.key, "/v1/exchange", &net.wish(wish(FIELDS)));
    assert_eq!((answer.status, answer.code().as_str()), (403, "not_allowed"));
    let public = crate::http::send(
        net.nodes[ASKED].address,
        &Request::post("/v1/exchange", crate::http::JSON, net.wish(wish(FIELDS)).to_string()),
    );
    assert_eq!(public.code(), "credentials_needed");
    // An office asks for a named case, within what it attests.
    let fields = FieldSet::of(&[ExchangeField::Name]);
    let case = json!({ "fields": fields, "case": Hash::of(b"case") });
    assert_eq!(net.exchange("public-security", case).status, 200);
    let track = json!({ "fields": ["track"], "case": Hash::of(b"case") });
    assert_eq!(net.exchange("public-security", track.clone()).code(), "fields_beyond_basis");
    assert_eq!(net.exchange("regulator", track).code(), "data_not_held");
}
