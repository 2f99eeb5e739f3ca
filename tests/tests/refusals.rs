// SPDX-License-Identifier: Apache-2.0
//! What must not get in does not, over real processes, with stable codes and without a trace.

#![allow(clippy::unwrap_used)]

use chain::Hash;
use chain::actions::{Action, MatterSettle};
use chain::ids::{MatterId, RecordId, Time};
use chain::keys::SecretKey;
use chain::receipt::Outcome;
use chain::transaction::Transaction;
use client::{Client, random_nonce};
use dianyun_tests::testnet::Testnet;

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
