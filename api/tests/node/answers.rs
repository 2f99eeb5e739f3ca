// SPDX-License-Identifier: Apache-2.0
//! What answers say besides their routes' own: verdicts, waiting, streams, languages, ids, methods,
//! proofs, metrics.

use std::collections::BTreeSet;

use api::config::Limits;
use api::metrics::names;
use chain::actions::MatterSettle;
use chain::keys::SecretKey;
use chain::nonce::Nonce;
use chain::proof::{self, Proof};
use chain::receipt::Outcome;
use chain::records::Value as Record;
use chain::refusal::RefusalCode;
use chain::transaction::Transaction;
use chain::{Header, Time};
use consensus::clock::Clock;
use serde_json::{Value, json};

use crate::cases::{frames, text};
use crate::described::assert_described;
use crate::http::{Answer, BYTES, JSON, PROBLEM, Request, exchange, send};
use crate::world::{RUNTIME, World, ask, newest, node, world};

#[test]
fn each_transaction_of_a_batch_gets_its_own_verdict() {
    let world = world();
    let refused = world.node.refused();
    let mut forged = world.node.refused();
    forged.signature.bytes[0] ^= 1;
    let mut trailing = world.node.refused().to_bytes();
    trailing.push(0);
    let given =
        [refused.to_bytes(), forged.to_bytes(), trailing, vec![7; 17_000], refused.to_bytes()];
    let target = "/v1/transactions/batch?wait=ordered";
    let batch = Request::post(target, BYTES, frames(&given)).with("accept-language", "en");
    let verdicts = ask(world, &batch).json()["verdicts"].clone();
    let codes = [
        None,
        Some("signature_wrong"),
        Some("transaction_malformed"),
        Some("transaction_too_large"),
        None,
    ];
    let statuses = [200, 400, 400, 413, 200];
    for (place, (code, status)) in codes.iter().zip(statuses).enumerate() {
        let verdict = &verdicts[place];
        assert_eq!(verdict["status"], status, "{verdict}");
        assert_eq!(verdict["problem"]["code"].as_str(), *code, "{verdict}");
        assert_eq!(verdict["receipt"].is_null(), code.is_some(), "{verdict}");
    }
    assert_eq!(verdicts[1]["problem"]["title"], "Wrong signature");
    let outcome: Outcome =
        serde_json::from_value(verdicts[0]["receipt"]["outcome"].clone()).unwrap();
    let Outcome::Refused { reasons } = outcome else { panic!("{outcome:?}") };
    assert_eq!(reasons[0].code, RefusalCode::NotFound);
    assert_eq!(verdicts[0], verdicts[4]);
}

#[test]
fn the_same_transaction_again_gets_its_first_receipt() {
    let world = world();
    let body = text(&world.node.refused());
    let post = |wait: &str| Request::post(format!("/v1/transactions{wait}"), JSON, body.clone());
    let first = ask(world, &post("?wait=ordered"));
    assert_eq!((first.status, first.json()["stage"].as_str()), (200, Some("ordered")));
    for wait in ["", "?wait=pending", "?wait=ordered", "?wait=final"] {
        let again = ask(world, &post(wait));
        assert_eq!((again.status, again.json()), (200, first.json()), "{wait}");
    }
}

#[test]
fn a_busy_node_says_so_at_once_and_when_to_come_back() {
    // Its one peer does not run: nothing that it takes leaves its queue.
    let node = RUNTIME.block_on(node(2, Limits::default()));
    let members = ["traffic-police", "transport", "insurer", "public-security"];
    let batch = |place: usize| {
        let sign = |_| node.refused_by(members[place % members.len()]).to_bytes();
        frames(&(0..1_000).map(sign).collect::<Vec<_>>())
    };
    let alone = |one: &Transaction| Request::post("/v1/transactions", BYTES, one.to_bytes());
    let known = alone(&node.refused_by("regulator"));
    assert_eq!(send(node.address, &known).status, 202);
    let post = |body| Request::post("/v1/transactions/batch", BYTES, body);
    let answers: Vec<Answer> =
        (0..8).map(|place| send(node.address, &post(batch(place)))).collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    let taken = [200; 7];
    assert_eq!(statuses, [&taken[..], &[503]].concat(), "six thousand, and a seventh for others");
    assert_eq!(send(node.address, &known).status, 202, "what it holds may be sent again");
    for answer in [answers[7].clone(), send(node.address, &alone(&node.refused()))] {
        assert_eq!((answer.status, answer.code().as_str()), (503, "pool_full"), "{answer:?}");
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(answer.media(), PROBLEM);
    }
}

#[test]
fn who_floods_a_node_is_told_so_and_others_come_in() {
    // Its one peer does not run: nothing that it takes leaves its queue.
    let node = RUNTIME.block_on(node(2, Limits::default()));
    let strange = |number: u64| {
        let seed = chain::Hash::of(&number.to_le_bytes());
        let action = MatterSettle { matter: world().matter }.into();
        let until = Time(Clock::default().now_ms() + 60_000);
        let chain = node.genesis().chain_id();
        Transaction::sign(&SecretKey::from_seed(&seed.0), chain, action, Nonce([7; 16]), until)
    };
    let batch: Vec<_> = (0..500).map(|number| strange(number).to_bytes()).collect();
    let post = |body| Request::post("/v1/transactions/batch", BYTES, body);
    assert_eq!(send(node.address, &post(frames(&batch))).status, 200, "nothing waited before");
    let again: Vec<_> = (1_000..1_003).map(|number| strange(number).to_bytes()).collect();
    let alone = Request::post("/v1/transactions", BYTES, strange(2_000).to_bytes());
    for answer in [send(node.address, &post(frames(&again))), send(node.address, &alone)] {
        assert_eq!((answer.status, answer.code().as_str()), (429, "share_full"), "{answer:?}");
        assert_eq!(answer.header("retry-after"), "1");
    }
    let known = Request::post("/v1/transactions", BYTES, node.refused().to_bytes());
    assert_eq!(send(node.address, &known).status, 202);
}

/// One of two validators has no leader and orders nothing.
#[test]
fn what_is_not_ordered_in_time_is_answered_with_202_and_its_stage() {
    let lone = RUNTIME.block_on(node(2, Limits::default()));
    let transaction = lone.refused();
    let request = Request::post("/v1/transactions?wait=ordered", BYTES, transaction.to_bytes());
    let answer = send(lone.address, &request);
    assert_described(&request, &answer);
    let said = answer.json();
    assert_eq!((answer.status, said["stage"].as_str()), (202, Some("pending")), "{said}");
    assert!(said["receipt"].is_null() && said["height"].is_null(), "{said}");
    let known = Request::get(format!("/v1/transactions/{}", transaction.id()));
    let known = send(lone.address, &known);
    assert_eq!((known.status, known.json()["stage"].as_str()), (200, Some("pending")));
    let ready = Request::get("/readyz");
    let answer = send(lone.address, &ready);
    assert_described(&ready, &answer);
    assert_eq!((answer.status, answer.code().as_str()), (503, "not_ready"));
    let late = Request::post("/v1/transactions", BYTES, lone.refused().to_bytes());
    let answer = send(lone.address, &late);
    assert_described(&late, &answer);
    assert_eq!((answer.status, answer.code().as_str()), (503, "no_leader"));
    assert_eq!(answer.header("retry-after"), "1");
}

fn stream(world: &World, last: Option<u64>, enough: impl Fn(&str) -> bool) -> String {
    let last = last.map_or(String::new(), |id| format!("last-event-id: {id}\r\n"));
    let head = format!("GET /v1/events HTTP/1.1\r\nhost: localhost\r\n{last}\r\n");
    exchange(world.node.address, head.as_bytes(), enough)
}

fn ids(text: &str) -> Vec<u64> {
    text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect()
}

#[test]
fn a_stream_goes_on_behind_the_last_event_that_was_seen() {
    let world = world();
    let wanted = 250;
    let text = stream(world, Some(4), |text| ids(text).len() >= wanted);
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("text/event-stream"), "{text}");
    let seen: Vec<u64> = ids(&text);
    assert_eq!(seen[..wanted], (5..5 + wanted as u64).collect::<Vec<_>>());
    let resumed = stream(world, Some(100), |text| ids(text).len() >= 3);
    assert_eq!(ids(&resumed)[..3], [101, 102, 103]);
    let frame = resumed.split("\n\n").find(|frame| frame.contains("id: 101\n")).unwrap();
    let data = frame.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let schema = json!({ "$ref": "#/components/schemas/EventData" });
    let faults = crate::schema::faults(&crate::described::DOCUMENT, &schema, &data);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(data["seq"], 101);
    assert!(frame.contains(&format!("event: {}\n", data["event"].as_str().unwrap())));
}

#[test]
fn a_stream_without_a_last_event_begins_with_what_comes() {
    let world = world();
    let tip = ask(world, &Request::get("/v1/headers/latest")).json()["header"].clone();
    let tip = tip["change_first_seq"].as_u64().unwrap() + tip["change_count"].as_u64().unwrap();
    let (address, violation) = (world.node.address, {
        let now = newest(world)["time"].as_str().unwrap().parse().unwrap();
        world.node.violation(world.person, now)
    });
    // Submitted once the stream is open: its greeting comes first.
    let submitted = std::sync::Once::new();
    let text = stream(world, None, |text| {
        if text.contains("retry: ") {
            submitted.call_once(|| {
                let request = Request::post("/v1/transactions", BYTES, violation.to_bytes());
                assert!(send(address, &request).status < 300);
            });
        }
        text.contains("event: matter_opened\n")
    });
    assert!(ids(&text).iter().all(|id| *id >= tip), "{text}");
}

#[test]
fn problems_speak_the_language_that_is_asked_for() {
    let world = world();
    let cases = [
        ("en", "en", "Not found"),
        ("zh-CN", "zh-CN", "没有找到"),
        ("fr, en;q=0.5, zh;q=0.4", "en", "Not found"),
        ("en;q=0.1, zh;q=0.9", "zh-CN", "没有找到"),
        ("fr", "zh-CN", "没有找到"),
        ("", "zh-CN", "没有找到"),
    ];
    let target = format!("/v1/transactions/{}", "0".repeat(64));
    for (asked, language, title) in cases {
        let answer = ask(world, &Request::get(&*target).with("accept-language", asked));
        assert_eq!(answer.header("content-language"), language, "{asked}");
        assert_eq!(answer.json()["title"], title, "{asked}");
        assert_eq!(answer.header("vary"), "accept-language");
    }
}

#[test]
fn every_answer_has_an_id_which_a_well_formed_one_of_the_client_becomes() {
    let world = world();
    for target in ["/v1/status", "/v1/blocks/newest", "/docs", "/livez"] {
        let answer = ask(world, &Request::get(target).with("x-request-id", "abc-1"));
        assert_eq!(answer.header("x-request-id"), "abc-1", "{target}");
        let answer = ask(world, &Request::get(target).with("x-request-id", "a b"));
        assert_ne!(answer.header("x-request-id"), "a b", "{target}");
        if answer.status >= 400 {
            assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[test]
fn head_is_get_without_a_body_and_other_methods_are_refused() {
    let world = world();
    let code = format!("/v1/codes/{}", world.code);
    for target in ["/v1/status", code.as_str(), "/docs", "/metrics"] {
        let head = ask(world, &Request { method: "HEAD", ..Request::get(target) });
        let get = ask(world, &Request::get(target));
        assert_eq!((head.status, head.body.len()), (200, 0), "{target}");
        assert_eq!(head.header("content-type"), get.header("content-type"));
    }
    let cases = [("/v1/status", "PUT", "GET,HEAD"), ("/v1/transactions", "DELETE", "POST")];
    for (target, method, allowed) in cases {
        let answer = send(world.node.address, &Request { method, ..Request::get(target) });
        assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"));
        assert_eq!(answer.header("allow"), allowed);
    }
    let answer = send(world.node.address, &Request::get("/v1/nowhere"));
    assert_eq!((answer.status, answer.code().as_str()), (404, "route_not_found"));
}

/// The header that a proof names, as a verifier gets it from elsewhere.
fn anchor(world: &World, proof: &Proof) -> Header {
    let target = format!("/v1/headers/{}", proof.anchor.height.0);
    serde_json::from_value(ask(world, &Request::get(target)).json()["header"].clone()).unwrap()
}

fn proven(world: &World, answer: &Answer) -> proof::Proven {
    let proof: Proof = serde_json::from_value(answer.json()["proof"].clone()).unwrap();
    let genesis = world.node.genesis();
    proof::verify(&proof, &anchor(world, &proof), genesis.depth).unwrap()
}

#[test]
fn a_record_read_with_its_proof_is_proven_against_the_header_that_the_proof_names() {
    let world = world();
    let code = format!("/v1/codes/{}", world.code);
    let answer = ask(world, &Request::get(format!("{code}?proof=true")));
    let proof::Proven::Present { version, value, .. } = proven(world, &answer) else {
        panic!("{}", answer.text())
    };
    assert_eq!(json!(version), answer.json()["version"]);
    let Record::Code(value) = *value else { panic!("{value:?}") };
    assert_eq!(json!(value), answer.json()["record"]);
    let before = ask(world, &Request::get(format!("{code}?at_height=0&proof=true")));
    assert_eq!(before.json()["standing"], "unknown");
    assert!(!matches!(proven(world, &before), proof::Proven::Present { .. }));
    assert!(ask(world, &Request::get(code)).json().get("proof").is_none());
}

#[test]
fn every_metric_that_is_written_is_on_the_page_of_names() {
    let world = world();
    let text = ask(world, &Request::get("/metrics")).text();
    let lines = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let written: BTreeSet<(&str, &str)> = lines.filter_map(|line| line.split_once(' ')).collect();
    let kinds: Vec<_> =
        names::ALL.iter().map(|m| (m.name, format!("{:?}", m.kind).to_lowercase())).collect();
    let known: BTreeSet<(&str, &str)> =
        kinds.iter().map(|(name, kind)| (*name, kind.as_str())).collect();
    assert!(written.is_subset(&known), "{written:?}");
    // Nothing was turned away yet: only that counter may be missing.
    let missing: Vec<_> = known.difference(&written).map(|(name, _)| *name).collect();
    assert!(missing.iter().all(|name| *name == names::HTTP_REFUSED.name), "{missing:?}");
}

#[test]
fn what_was_prepared_and_signed_elsewhere_is_the_transaction_that_was_meant() {
    let world = world();
    let asked = crate::cases::wish(world, json!(60));
    let prepared = ask(world, &asked).json();
    let key = world.node.key("traffic-police");
    let message = hex::decode(prepared["message"].as_str().unwrap()).unwrap();
    let mut whole = prepared["transaction"].clone();
    whole["signature"] = json!(key.sign(&message));
    let transaction: Transaction = serde_json::from_value(whole).unwrap();
    assert_eq!(json!(transaction.id()), prepared["id"]);
    let decoded = chain::transaction::Decoded::from_bytes(
        transaction.to_bytes(),
        world.node.genesis().chain_id(),
    );
    let holds = chain::keys::verify_batch(&decoded.unwrap().signature_checks());
    assert!(holds.iter().all(|holds| *holds));
    let matter = json!({ "field": "matter", "value": world.matter });
    assert_eq!(prepared["summary"]["fields"], json!([matter]));
    assert_eq!(prepared["summary"]["zh"], "办结待办事项");
    let again = ask(world, &asked).json();
    assert_ne!(again["id"], prepared["id"], "each has a nonce of its own");
}
