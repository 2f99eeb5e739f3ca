// SPDX-License-Identifier: Apache-2.0
//! Every route answers as it is described, well and badly asked; the examples are true, and the
//! description that is checked in is the one that is served.

use std::collections::BTreeSet;

use chain::Transaction;
use chain::limits::PAGE;
use serde_json::{Value, json};

use crate::cases::{Case, badly_asked, well_asked};
use crate::described::{DOCUMENT, operation, operations, query_names};
use crate::http::{JSON, PROBLEM, Request};
use crate::schema;
use crate::world::{World, ask, newest, world};

fn assert_answers(world: &World, cases: Vec<Case>) {
    for Case(request, status, code) in cases {
        let answer = ask(world, &request);
        let found = if answer.media() == PROBLEM { answer.code() } else { "ok".to_owned() };
        let context = format!("{} {}: {}", request.method, request.target, answer.text());
        assert_eq!((answer.status, found.as_str()), (status, code), "{context}");
    }
}

#[test]
fn every_route_answers_as_it_is_described() {
    let world = world();
    let cases = well_asked(world);
    let reached: BTreeSet<String> =
        cases.iter().map(|Case(request, ..)| operation(request).unwrap().0).collect();
    let all: BTreeSet<String> = operations().into_iter().map(|(name, _)| name).collect();
    let unasked: Vec<_> = all.difference(&reached).collect();
    // Streams have no end, and an open interface signs for nobody: they have tests of their own.
    let apart =
        ["GET /v1/codes/{id}/prompts/events", "GET /v1/events", "POST /v1/transactions/sign"];
    assert_eq!(unasked, apart);
    assert_answers(world, cases);
}

#[test]
fn every_route_says_what_is_wrong_with_a_bad_request() {
    let world = world();
    let before = newest(world)["alarms"].clone();
    assert_answers(world, badly_asked(world));
    assert_eq!(newest(world)["alarms"], before);
}

/// The refusal of an unknown parameter names those that there are.
#[test]
fn the_parameters_that_are_described_are_those_that_are_taken() {
    let world = world();
    let unknown = |case: &Case| case.2 == "unknown_field" && case.0.target.contains("?colour");
    for Case(request, ..) in badly_asked(world).into_iter().filter(unknown) {
        let (name, told, _) = operation(&request).unwrap();
        let detail = ask(world, &request).json()["detail"].as_str().unwrap().to_owned();
        let mut taken: Vec<&str> = detail.split('`').skip(1).step_by(2).collect();
        let mut described = query_names(told);
        taken.sort_unstable();
        described.sort_unstable();
        assert_eq!(taken, described, "{name}: {detail}");
    }
}

/// Records what the cases answer as the examples of the description.
fn record(world: &World) -> Value {
    let mut examples = json!({});
    for Case(request, ..) in well_asked(world).into_iter().chain(badly_asked(world)) {
        let answer = ask(world, &request);
        let (name, _, values) = operation(&request).unwrap();
        let is_json = [JSON, PROBLEM].contains(&answer.media());
        if !is_json || name.ends_with("/openapi.json") {
            continue;
        }
        let example = &mut examples[&name];
        let code = if answer.status < 400 { "ok".to_owned() } else { answer.code() };
        if code == "ok" && example["parameters"].is_null() {
            example["parameters"] = Value::Object(values);
        }
        if code == "ok" && request.method == "POST" && example["request"].is_null() {
            example["request"] = serde_json::from_slice(&request.body).unwrap();
        }
        let answers = &mut example["answers"][answer.status.to_string()];
        if answers[&code].is_null() {
            answers[&code] = answer.json();
        }
    }
    examples["POST /v1/transactions/sign"] = crate::guarded::example(world);
    examples
}

/// What a node of invented data answered; `DIANYUN_RECORD=1` records it anew, for the next build.
#[test]
fn every_described_answer_has_an_example_that_is_true() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/examples.json");
    if std::env::var_os("DIANYUN_RECORD").is_some() {
        let text = serde_json::to_string_pretty(&record(world())).unwrap();
        std::fs::write(path, text + "\n").unwrap();
    }
    let examples: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let known: BTreeSet<String> = operations().into_iter().map(|(name, _)| name).collect();
    for name in examples.as_object().unwrap().keys() {
        assert!(known.contains(name), "{name} is no route");
    }
    for (name, told) in operations() {
        let is_json = |content: &Value| content.get(JSON).is_some();
        let responses = told["responses"].as_object().unwrap().iter();
        let wanted = responses.filter(|(status, response)| {
            let waiting = status.as_str() == "202";
            is_json(&response["content"]) && !waiting && !name.ends_with("/openapi.json")
        });
        for (status, response) in wanted {
            let bodies = &examples[&name]["answers"][status];
            let bodies = bodies.as_object().unwrap_or_else(|| panic!("{name} {status}"));
            for body in bodies.values() {
                let schema = &response["content"][JSON]["schema"];
                let faults = schema::faults(&DOCUMENT, schema, body);
                assert!(faults.is_empty(), "{name} {status}: {faults:#?}");
            }
        }
        if name.starts_with("POST") && told["requestBody"].is_object() {
            let schema = &told["requestBody"]["content"][JSON]["schema"];
            let body = &examples[&name]["request"];
            let faults = schema::faults(&DOCUMENT, schema, body);
            assert!(faults.is_empty(), "{name}: {faults:#?}");
        }
    }
}

/// The description is checked in, so that a change of the interface shows as a difference;
/// `DIANYUN_REWRITE=1` writes it anew.
#[test]
fn the_description_that_is_checked_in_is_the_one_that_is_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let text = serde_json::to_string_pretty(&*DOCUMENT).unwrap() + "\n";
    if std::env::var_os("DIANYUN_REWRITE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let checked_in = std::fs::read_to_string(path).unwrap();
    assert!(checked_in == text, "docs/openapi.json is old: run this with DIANYUN_REWRITE=1");
    let served = ask(world(), &Request::get("/openapi.json"));
    assert!(served.json() == *DOCUMENT);
    assert_eq!(served.json()["openapi"], "3.1.0");
}

#[test]
fn a_page_goes_on_where_the_one_before_ended_until_all_is_read() {
    let world = world();
    let lists = ["/v1/state/registered_key", "/v1/organisations", "/v1/blocks"];
    for list in lists {
        let whole = all(world, list, PAGE);
        assert!(whole.len() > 3, "{list}");
        let again = all(world, list, 3);
        for (place, item) in again.iter().enumerate() {
            assert!(!again[..place].contains(item), "{list} shows {item} twice");
        }
        // Blocks come while pages are read: the newest of the second reading may be newer.
        let known = again.iter().filter(|item| whole.contains(item)).count();
        assert!(known >= whole.len() - 1, "{list}: {known} of {}", whole.len());
    }
}

fn all(world: &World, list: &str, limit: usize) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ask(world, &Request::get(format!("{list}?limit={limit}{cursor}"))).json();
        items.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[test]
fn a_cursor_of_another_list_filter_or_block_is_refused() {
    let world = world();
    let page = ask(world, &Request::get("/v1/organisations?limit=1")).json();
    let cursor = page["next"].as_str().unwrap();
    for target in ["/v1/vehicles", "/v1/state/organisation", "/v1/blocks", "/v1/blocks/0/changes"] {
        let answer = ask(world, &Request::get(format!("{target}?cursor={cursor}")));
        assert_eq!(answer.code(), "invalid_cursor", "{target}");
    }
    let page = ask(world, &Request::get("/v1/blocks/0/changes?limit=1")).json();
    let cursor = page["next"].as_str().unwrap();
    let answer = ask(world, &Request::get(format!("/v1/blocks/1/changes?cursor={cursor}")));
    assert_eq!(answer.code(), "invalid_cursor");
}

#[test]
fn a_block_shows_its_transactions_whole() {
    let world = world();
    let target = format!("/v1/transactions/{}", world.opened);
    let known = ask(world, &Request::get(target)).json();
    let transaction: Transaction = serde_json::from_value(known["transaction"].clone()).unwrap();
    assert_eq!(transaction.id(), world.opened);
    let block = format!("/v1/blocks/{}?limit=200", known["height"]);
    let block = ask(world, &Request::get(block)).json();
    let mut found = block["transactions"].as_array().unwrap().iter();
    let found = found.find(|item| item["id"] == known["id"]).unwrap();
    assert_eq!(found["transaction"], known["transaction"]);
    assert_eq!(found["outcome"], known["receipt"]["outcome"]);
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let operations = operations();
    let names: BTreeSet<&str> =
        operations.iter().map(|(_, told)| told["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len(), "{names:?}");
}
