// SPDX-License-Identifier: Apache-2.0
//! Somebody who applies, for tests: a gateway of text messages, a phone that is proved, papers, and a holder's key that
//! nobody else has.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{LazyLock, Mutex};

use api::applying::config::{ApplyingConfig, InboxConfig, SmsConfig};
use axum::routing::post;
use axum::{Json, Router};
use chain::Action;
use chain::actions::Statement;
use chain::ids::{ApplicationId, Prefecture};
use chain::keys::SecretKey;
use chain::nonce::Nonce;
use chain::records::Application;
use chain::records::application::ClaimState;
use demo::cast;
use demo::yunnan::certificates::Certificate;
use demo::yunnan::newcomer::Papers;
use genesis::demo::Consortium;
use serde_json::{Value, json};

use crate::described::assert_described;
use crate::http::{Answer, JSON, Request, send};
use crate::nodes::{now, rand, until};
use crate::world::{self, Node};

/// What phones were sent: the last code by number.
static SENT: LazyLock<Mutex<BTreeMap<String, String>>> = LazyLock::new(Mutex::default);

/// A number whose messages the gateway does not take.
pub(crate) const DEAF: &str = "16499999999";

async fn gateway() -> SocketAddr {
    let take = |Json(text): Json<Value>| async move {
        let of = |name: &str| text[name].as_str().unwrap().to_owned();
        assert!(of("zh").contains(&of("code")) && of("en").contains(&of("code")));
        if of("phone") == DEAF {
            return axum::http::StatusCode::BAD_GATEWAY;
        }
        SENT.lock().unwrap().insert(of("phone"), of("code"));
        axum::http::StatusCode::NO_CONTENT
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/send", post(take));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// Applications as a node of these tests takes them.
pub(crate) async fn config(consortium: &Consortium, counters: &world::Counters) -> ApplyingConfig {
    let url = format!("http://{}/send", gateway().await).parse().unwrap();
    let inbox = |(role, counter): &(demo::authority::Role, std::net::TcpListener)| InboxConfig {
        organisation: consortium.member(role.word()).unwrap().id,
        inbox: format!("http://{}", counter.local_addr().unwrap()).parse().unwrap(),
    };
    ApplyingConfig {
        sms: Some(SmsConfig { url, secret: None }),
        authorities: counters.iter().map(inbox).collect(),
        certificates: None,
    }
}

/// A number that nobody asked a code for yet.
pub(crate) fn new_phone() -> String {
    let drawn = u64::from_le_bytes(rand()[..8].try_into().unwrap());
    format!("164{:08}", drawn % 90_000_000)
}

pub(crate) fn told(target: &str, body: &Value) -> Request {
    Request::post(target, JSON, body.to_string())
}

pub(crate) fn answer(at: SocketAddr, request: &Request) -> Answer {
    let answer = send(at, request);
    assert_described(request, &answer);
    answer
}

pub(crate) fn ok(at: SocketAddr, target: &str, body: &Value) -> Value {
    let answer = answer(at, &told(target, body));
    assert!(answer.status < 300, "{target}: {} {}", answer.status, answer.text());
    answer.json()
}

/// Asks for a code; the request and what the phone was sent.
pub(crate) fn code(at: SocketAddr, phone: &str) -> (String, String) {
    let sent = ok(at, "/v1/applying/codes", &json!({ "phone": phone }));
    assert_eq!((&sent["resend_after_s"], &sent["good_for_s"]), (&json!(60), &json!(300)));
    let code = SENT.lock().unwrap()[phone].clone();
    (sent["request"].as_str().unwrap().to_owned(), code)
}

pub(crate) fn ticket(at: SocketAddr, phone: &str) -> String {
    let (request, code) = code(at, phone);
    let body = json!({ "request": request, "code": code });
    ok(at, "/v1/applying/codes/verify", &body)["ticket"].as_str().unwrap().to_owned()
}

pub(crate) fn papers(node: &Node, number: u64) -> Papers {
    cast::register(node.genesis().time).newcomer(number).unwrap().unwrap()
}

pub(crate) fn typed(papers: &[Certificate]) -> Value {
    let one = |paper: &Certificate| {
        let values: BTreeMap<_, _> = paper.fields.iter().cloned().collect();
        json!({ "kind": paper.kind, "values": values })
    };
    papers.iter().map(one).collect()
}

/// Somebody who applies: a phone that is proved, papers, and a key.
pub(crate) struct Applicant {
    pub(crate) phone: String,
    pub(crate) ticket: String,
    pub(crate) papers: Papers,
    pub(crate) key: SecretKey,
}

impl Applicant {
    pub(crate) fn new(node: &Node, number: u64) -> Self {
        Self::with(node, papers(node, number))
    }

    pub(crate) fn with(node: &Node, papers: Papers) -> Self {
        let phone = new_phone();
        let ticket = ticket(node.address, &phone);
        let seed = [rand(), rand()].concat().try_into().unwrap();
        Self { phone, ticket, papers, key: SecretKey::from_seed(&seed) }
    }

    /// A driver without a vehicle yet.
    pub(crate) fn driver(&self) -> Value {
        json!({
            "ticket": self.ticket,
            "for": { "code": { "driver": { "vehicles": [], "operator": null } } },
            "holder_key": self.key.public(),
            "custody": "device",
            "prefecture": Prefecture(self.papers.prefecture),
            "certificates": typed(&self.papers.person),
            "contact": { "emergency": "滇测家属 16400004321" },
        })
    }

    pub(crate) fn lorry(&self) -> Value {
        json!({
            "ticket": self.ticket,
            "for": { "vehicle": { "holder": self.key.public() } },
            "holder_key": self.key.public(),
            "custody": "device",
            "prefecture": Prefecture(self.papers.vehicle_prefecture),
            "certificates": typed(&self.papers.vehicle),
        })
    }

    /// What is submitted of a draft.
    pub(crate) fn signed(&self, node: &Node, draft: &Value) -> Value {
        json!({ "ticket": self.ticket, "statements": [word(node, &self.key, draft)] })
    }

    pub(crate) fn submit(&self, node: &Node, draft: &Value) -> Answer {
        let body = self.signed(node, draft);
        answer(node.address, &told(&target_of(draft), &body))
    }

    /// Prepares, signs and sends it; the application.
    pub(crate) fn apply(&self, node: &Node, wish: &Value) -> ApplicationId {
        let draft = ok(node.address, "/v1/applying", wish);
        let done = self.submit(node, &draft);
        assert_eq!(done.status, 200, "{}", done.text());
        serde_json::from_value(done.json()["application"].clone()).unwrap()
    }
}

pub(crate) fn target_of(draft: &Value) -> String {
    format!("/v1/applying/{}/submit", draft["draft"].as_str().unwrap())
}

pub(crate) fn word(node: &Node, key: &SecretKey, draft: &Value) -> Statement {
    let action: Action = serde_json::from_value(draft["action"].clone()).unwrap();
    let until = now().plus(60_000);
    Statement::give(key, node.genesis().chain_id(), &action, Nonce(rand()), until)
}

pub(crate) fn record<T: serde::de::DeserializeOwned>(node: &Node, target: String) -> Option<T> {
    let found = send(node.address, &Request::get(target));
    (found.status == 200).then(|| serde_json::from_value(found.json()["record"].clone()).unwrap())
}

pub(crate) fn application(node: &Node, id: ApplicationId) -> Application {
    record(node, format!("/v1/applications/{id}")).unwrap()
}

/// Waits until nobody is asked any more.
pub(crate) fn answered(node: &Node, id: ApplicationId) -> Application {
    until("authorities answer", || {
        let found = application(node, id);
        let waits = found.claims.iter().any(|claim| claim.state == ClaimState::Waiting);
        (!waits).then_some(found)
    })
}
