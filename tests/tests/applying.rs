// SPDX-License-Identifier: Apache-2.0
//! Applying over real processes with the papers that `testnet newcomer` prints: the node's log has the one-time code,
//! the code is issued, and nothing that any process wrote or said holds a value of the papers.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use chain::Action;
use chain::actions::Statement;
use chain::ids::{Prefecture, Time};
use chain::keys::SecretKey;
use client::random_nonce;
use dianyun_tests::planted::Planted;
use dianyun_tests::testnet::{Testnet, succeed};
use dianyun_tests::waiting::until;
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(60);
const VALIDATOR: usize = 0;
/// An insurer runs it, which applies for nobody.
const OBSERVER: usize = 1;

fn newcomer(net: &Testnet, more: &[&str]) -> Value {
    let dir = net.dir().display().to_string();
    let args = [&["testnet", "newcomer", "--json", "--dir", &dir], more].concat();
    serde_json::from_str(&succeed(args)).unwrap()
}

fn typed(certificates: &Value) -> Value {
    let one = |(kind, values): (&String, &Value)| json!({ "kind": kind, "values": values });
    certificates.as_object().unwrap().iter().map(one).collect()
}

/// Status and body of an answer.
async fn post(net: &Testnet, place: usize, path: &str, body: &Value) -> (u16, Value) {
    let http = client::plain_http().unwrap().build().unwrap();
    let url = format!("{}{path}", net.nodes[place].api);
    let request = http.post(url).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

async fn fine(net: &Testnet, path: &str, body: &Value) -> Value {
    let (status, answer) = post(net, VALIDATOR, path, body).await;
    assert!(status < 300, "{path}: {status} {answer}");
    answer
}

/// The one-time code of a request, as a demo's node logs it.
async fn logged(net: &Testnet, request: &str) -> String {
    let dir = net.dir().display().to_string();
    until("the code is in the log", LIMIT, || async {
        let log = succeed(["testnet", "logs", &net.nodes[VALIDATOR].name, "--dir", &dir]);
        let line = log.lines().find(|line| line.contains(request))?;
        let line: Value = serde_json::from_str(line).unwrap();
        Some(line["code"].as_str().unwrap().to_owned())
    })
    .await
}

#[test]
fn what_an_applicant_types_is_issued_and_nowhere_in_the_clear() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let net = Testnet::up(1, 1);
        let papers = newcomer(&net, &[]);
        assert_eq!(papers, newcomer(&net, &["--number", "0"]), "nobody has applied yet");
        one_field_is_misprinted(&papers, &newcomer(&net, &["--refused"]));
        let identity = &papers["person"]["certificates"]["identity"];
        let planted = Planted(vec![
            ("phone", papers["phone"].as_str().unwrap().to_owned()),
            ("identity number", identity["identityNumber"].as_str().unwrap().to_owned()),
            ("name", identity["driverName"].as_str().unwrap().to_owned()),
        ]);
        apply(&net, &papers, &planted).await;
        planted.assert_not_said(&net).await;
        assert!(planted.assert_nowhere(net.dir()) > 20, "logs, folders and state of all processes");
        assert_ne!(newcomer(&net, &[])["phone"], papers["phone"], "the chain knows that one now");
    });
}

fn one_field_is_misprinted(right: &Value, refused: &Value) {
    let mut right = right.clone();
    let place = "/person/certificates/driving_licence/issuingOrganizations";
    let misprint = refused.pointer(place).unwrap();
    assert_ne!(right.pointer(place).unwrap(), misprint);
    *right.pointer_mut(place).unwrap() = misprint.clone();
    assert_eq!(&right, refused);
}

async fn apply(net: &Testnet, papers: &Value, planted: &Planted) {
    let phone = json!({ "phone": papers["phone"] });
    let (status, closed) = post(net, OBSERVER, "/v1/applying/codes", &phone).await;
    assert_eq!((status, &closed["code"]), (503, &json!("applying_closed")), "{closed}");
    let sent = fine(net, "/v1/applying/codes", &phone).await;
    let request = sent["request"].as_str().unwrap();
    let entered = json!({ "request": request, "code": logged(net, request).await });
    let ticket = fine(net, "/v1/applying/codes/verify", &entered).await["ticket"].clone();
    let key = SecretKey::from_seed(&[91; 32]);
    let prefecture = papers["person"]["prefecture"].as_u64().unwrap();
    let wish = json!({
        "ticket": ticket,
        "for": { "code": { "driver": { "vehicles": [], "operator": null } } },
        "holder_key": key.public(),
        "custody": "device",
        "prefecture": Prefecture(u16::try_from(prefecture).unwrap()),
        "certificates": typed(&papers["person"]["certificates"]),
    });
    // Refusals repeat nothing of what was typed.
    let mut wrong = wish.clone();
    for certificate in wrong["certificates"].as_array_mut().unwrap() {
        certificate["values"]["licensePlateNumber"] = json!("?");
    }
    let (status, problem) = post(net, VALIDATOR, "/v1/applying", &wrong).await;
    assert_eq!(status, 400, "{problem}");
    planted.assert_not_in("a problem", problem.to_string().as_bytes());
    let draft = fine(net, "/v1/applying", &wish).await;
    let action: Action = serde_json::from_value(draft["action"].clone()).unwrap();
    let until_ms = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64 + 60_000;
    let word = Statement::give(&key, net.chain(), &action, random_nonce(), Time(until_ms));
    let target = format!("/v1/applying/{}/submit", draft["draft"].as_str().unwrap());
    let wordless = json!({ "ticket": ticket, "statements": [] });
    let (status, refused) = post(net, VALIDATOR, &target, &wordless).await;
    assert_eq!((status, &refused["code"]), (422, &json!("application_refused")), "{refused}");
    planted.assert_not_in("a refusal", refused.to_string().as_bytes());
    let signed = json!({ "ticket": ticket, "statements": [word] });
    let done = fine(net, &target, &signed).await;
    assert_eq!(done, fine(net, &target, &signed).await, "the same again answers the same");
    let code = serde_json::from_value(done["code"].clone()).unwrap();
    let client = net.client(VALIDATOR);
    let issued =
        until("the code is issued", LIMIT, || async { client.code(code).await.ok()?.record });
    assert_eq!(json!(issued.await.application), done["application"]);
}
