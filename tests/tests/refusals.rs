// SPDX-License-Identifier: Apache-2.0
//! What must not get in does not, over real processes, with stable codes and without a trace.

#![allow(clippy::unwrap_used)]

use chain::actions::{Action, MatterOpen, MatterSettle};
use chain::ids::{CodeId, MatterId, RecordId, Time};
use chain::keys::SecretKey;
use chain::receipt::Outcome;
use chain::records::{MatterKind, Subject};
use chain::transaction::Transaction;
use chain::{Hash, TransactionId};
use client::{Client, random_nonce};
use dianyun_tests::testnet::{Testnet, dianyun};

fn settle(salt: &str) -> Action {
    let id = RecordId(Hash::of(salt.as_bytes()).half());
    Action::MatterSettle(MatterSettle { matter: MatterId(id) })
}

async fn now(client: &Client) -> Time {
    client.status().await.unwrap().time
}

async fn post(client: &Client, path: &str, media: &str, body: Vec<u8>) -> (u16, serde_json::Value) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}{path}", client.address());
    let answer = http.post(url).header("content-type", media).body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    let json = answer.json().await.unwrap();
    if status >= 400 {
        assert!(kind.starts_with("application/problem+json"), "{kind}");
    }
    (status, json)
}

const BYTES: &str = "application/octet-stream";

#[tokio::test(flavor = "multi_thread")]
async fn bad_transactions_are_refused_with_stable_codes_and_leave_no_trace() {
    let net = Testnet::up(4, 0);
    let client = net.client(1);
    let police = net.signer("traffic-police");
    let time = now(&client).await;
    let root = client.newest_header().await.unwrap().header.state_root;
    let key = SecretKey::from_seed(&[7; 32]);
    let sign = |chain, valid_until| {
        Transaction::sign(&key, chain, settle("matter"), random_nonce(), valid_until)
    };
    let mut forged = police.sign(settle("matter"), time);
    forged.signature.bytes[3] ^= 1;
    let expired = sign(net.chain(), Time(time.0 - 60_000));
    let far = sign(net.chain(), time.plus(60 * 60 * 1_000));
    let foreign = sign(Hash::of(b"another chain"), time.plus(60_000));
    let mut trailing = police.sign(settle("matter"), time).to_bytes();
    trailing.push(0);
    let cases = [
        ("wrongly signed", forged.to_bytes(), "signature_wrong"),
        ("expired", expired.to_bytes(), "transaction_expired"),
        ("too far ahead", far.to_bytes(), "valid_until_too_far"),
        ("another chain", foreign.to_bytes(), "wrong_chain"),
        ("trailing byte", trailing, "transaction_malformed"),
        ("cut off", vec![1, 0, 3], "transaction_malformed"),
        ("oversized", vec![1; 20_000], "transaction_too_large"),
    ];
    for (name, bytes, code) in &cases {
        let (status, problem) =
            post(&client, "/v1/transactions?wait=ordered", BYTES, bytes.clone()).await;
        assert!((400..500).contains(&status), "{name}: {status} {problem}");
        assert_eq!(problem["code"], *code, "{name}: {problem}");
    }
    let batch = client.submit_batch(cases.iter().map(|c| c.1.as_slice()), true).await.unwrap();
    assert_eq!(batch.len(), cases.len());
    for (verdict, (name, _, code)) in batch.iter().zip(&cases) {
        assert_eq!(verdict.code(), Some(*code), "{name} in a batch: {verdict:?}");
    }
    let (status, problem) =
        post(&client, "/v1/transactions", "application/json", b"{\"no\":1}".to_vec()).await;
    assert_eq!((status, &problem["code"]), (400, &"unknown_field".into()), "{problem}");
    assert_eq!(client.newest_header().await.unwrap().header.state_root, root);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_transaction_again_gives_the_first_receipt_from_any_node() {
    let net = Testnet::up(4, 1);
    let client = net.client(0);
    let transaction = net.signer("traffic-police").sign(settle("nothing"), now(&client).await);
    let bytes = transaction.to_bytes();
    let mut receipts = Vec::new();
    for place in 0..net.nodes.len() {
        let verdicts = net.client(place).submit_batch([bytes.as_slice()], true).await.unwrap();
        receipts.push(verdicts[0].receipt.clone().unwrap());
    }
    let Outcome::Refused { reasons } = &receipts[0].outcome else {
        panic!("a matter that does not exist cannot be settled: {:?}", receipts[0]);
    };
    assert_eq!(reasons[0].code.code(), "not_found");
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_what_was_executed_changes_nothing() {
    let net = Testnet::up(4, 0);
    let client = net.client(0);
    let police = net.signer("traffic-police");
    let time = now(&client).await;
    let action = Action::MatterOpen(MatterOpen {
        subject: Subject::Organisation(net.organisation("enterprise-1")),
        kind: MatterKind::Violation,
        reference: Hash::of(b"a violation"),
        points: 3,
        over_limit: false,
        occurred_at: time,
        settle_by: None,
    });
    let transaction = police.sign(action, time);
    let first = client.submit(&transaction).await.unwrap();
    let receipt = first.receipt.unwrap();
    assert!(matches!(receipt.outcome, Outcome::Executed { .. }), "{receipt:?}");
    let root = client.newest_header().await.unwrap().header.state_root;
    for place in 0..net.nodes.len() {
        let again = net.client(place).submit(&transaction).await.unwrap();
        assert_eq!((again.height, again.receipt), (first.height, Some(receipt.clone())));
    }
    assert_eq!(client.newest_header().await.unwrap().header.state_root, root);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_json_batch_each_transaction_gets_its_own_verdict() {
    let net = Testnet::up(4, 0);
    let client = net.client(2);
    let police = net.signer("traffic-police");
    let time = now(&client).await;
    let good = |salt| serde_json::to_value(police.sign(settle(salt), time)).unwrap();
    let mut odd = good("odd");
    odd["colour"] = "blue".into();
    let mut wrong = good("wrong");
    wrong["valid_until"] = 7.into();
    let batch = serde_json::json!([good("first"), odd, 7, wrong, good("last")]);
    let path = "/v1/transactions/batch?wait=ordered";
    let body = batch.to_string().into_bytes();
    let (status, answer) = post(&client, path, "application/json", body).await;
    assert_eq!(status, 200, "{answer}");
    let verdicts = answer["verdicts"].as_array().unwrap();
    let seen: Vec<_> = verdicts
        .iter()
        .map(|v| {
            (v["status"].as_u64().unwrap(), v["problem"]["code"].as_str(), &v["problem"]["field"])
        })
        .collect();
    let null = serde_json::Value::Null;
    let expected = [
        (200, None, &null),
        (400, Some("unknown_field"), &"colour".into()),
        (400, Some("invalid_field"), &"(body)".into()),
        (400, Some("invalid_field"), &"valid_until".into()),
        (200, None, &null),
    ];
    assert_eq!(seen, expected, "{answer}");
    let many = serde_json::json!(vec![7; 1_001]).to_string().into_bytes();
    let (status, problem) = post(&client, path, "application/json", many).await;
    assert_eq!((status, problem["code"].as_str()), (413, Some("batch_too_large")), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_never_issued_is_not_shown_and_not_waited_for() {
    let net = Testnet::up(1, 0);
    let id = CodeId::made_by(TransactionId(Hash::of(b"never sent"))).to_string();
    let node = net.client(0).address().to_owned();
    let show = ["code", "show", &id, "--node", &node];
    for more in [&[][..], &["--until", "blue"], &["--json"]] {
        let output = dianyun(show.iter().chain(more));
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{more:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("has issued no such code"), "{said}");
    }
}
