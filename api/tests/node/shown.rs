// SPDX-License-Identifier: Apache-2.0
//! Shown codes at the node: its word, what a holder makes of it, and the verdict with what changed since.

use chain::shown::{
    Facts, ListedWitness, Scan, Shown, Verdict, Witness, WitnessList, Witnessed, verify,
};
use chain::{Hash, Time};
use consensus::clock::Clock;
use serde_json::{Value, json};

use crate::cases::scan;
use crate::http::Request;
use crate::world::{ask, world};

fn now() -> Time {
    Time(Clock::default().now_ms())
}

#[test]
fn the_list_of_validators_is_all_that_a_scanner_needs() {
    let world = world();
    let validators = ask(world, &Request::get("/v1/validators")).json();
    let chain: Hash =
        serde_json::from_value(ask(world, &Request::get("/v1/status")).json()["chain"].clone())
            .unwrap();
    let nodes = validators["nodes"].as_array().unwrap().iter();
    let listed = nodes.filter(|node| node["role"] == "validator").map(|node| ListedWitness {
        number: u16::try_from(node["number"].as_u64().unwrap()).unwrap(),
        name: serde_json::from_value(node["name"].clone()).unwrap(),
        key: serde_json::from_value(node["key"].clone()).unwrap(),
    });
    let list = WitnessList { chain, witnesses: listed.collect() };
    assert_eq!(list, WitnessList::of(world.node.genesis()));
    let text = world.shown();
    assert_eq!(text.len(), 311);
    let verdict = verify(&text, &Scan::new(&list, now()));
    assert!(matches!(verdict, Verdict::Verified(_)), "{verdict:?}");
}

#[test]
fn a_node_packs_what_it_says() {
    let world = world();
    let answer = ask(world, &Request::get(format!("/v1/codes/{}/witness", world.code))).json();
    let facts: Facts = serde_json::from_value(answer["facts"].clone()).unwrap();
    let witness: Witness = serde_json::from_value(answer["witness"].clone()).unwrap();
    let packed = hex::decode(answer["packed"].as_str().unwrap()).unwrap();
    let whole = Witnessed { facts: facts.clone(), witnesses: vec![witness.clone()] };
    assert_eq!(Witnessed::from_bytes(&packed).unwrap(), whole);
    assert_eq!(json!(facts.height), answer["height"]);
    assert_eq!(json!(facts.as_of), answer["time"]);
    let node = &world.node.genesis().nodes[0];
    assert_eq!(u32::from(witness.number), node.number);
    assert!(witness.holds(&world.node.genesis().chain_id(), &facts, &node.key));
}

#[test]
fn what_is_verified_says_how_it_is_now() {
    let world = world();
    let answer = ask(world, &scan(&world.shown())).json();
    assert_eq!((&answer["verdict"], &answer["reason"]), (&json!("verified"), &Value::Null));
    assert_eq!(answer["shown"]["facts"]["shows"]["code"]["id"], json!(world.code));
    assert_eq!(answer["shown"]["witnesses"], json!([1]));
    assert_eq!(answer["changed"], json!([]));
    let code = ask(world, &Request::get(format!("/v1/codes/{}", world.code))).json();
    for member in ["standing", "colour", "displayed", "operator"] {
        assert_eq!(answer["now"]["code"][member], code[member], "{member}");
    }
}

#[test]
fn what_is_not_verified_is_unknown_and_tells_nothing() {
    let world = world();
    let good = world.shown();
    let mut forged: Shown = good.parse().unwrap();
    forged.signature.bytes[0] ^= 1;
    let mut foreign: Shown = good.parse().unwrap();
    foreign.witnessed.facts.chain_tag.0[0] ^= 1;
    for (text, reason) in [
        (String::new(), "malformed"),
        (good.to_lowercase(), "malformed"),
        (format!("{good}0"), "malformed"),
        (foreign.to_text().unwrap(), "foreign_chain"),
        (forged.to_text().unwrap(), "bad_signature"),
    ] {
        let answer = ask(world, &scan(&text)).json();
        assert_eq!((&answer["verdict"], &answer["reason"]), (&json!("unknown"), &json!(reason)));
        assert_eq!((&answer["shown"], &answer["now"]), (&Value::Null, &Value::Null));
    }
    let body = json!({ "text": good, "threshold": 2 });
    let request = Request::post("/v1/verify", crate::http::JSON, body.to_string());
    assert_eq!(ask(world, &request).json()["reason"], "unknown_witness");
}

#[test]
fn several_nodes_can_give_a_word_for_the_same_height() {
    let world = world();
    let path = world.badge();
    let recent = ask(world, &Request::get(path.as_str())).json();
    let height = recent["height"].as_u64().unwrap();
    let again = ask(world, &Request::get(format!("{path}&at_height={height}"))).json();
    assert_eq!(again, recent);
}
