// SPDX-License-Identifier: Apache-2.0
//! Holds every exchange against the description: its route, its status, its media type, its body,
//! and the code of a problem.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::http::{Answer, JSON, PROBLEM, Request};
use crate::schema;

/// The description of this version.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(api::description::document);

/// Every operation of the description, as `GET /v1/status`, with what is said of it.
pub(crate) fn operations() -> Vec<(String, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let of_route = |(route, item): (&'static String, &'static Value)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, told)| (format!("{} {route}", method.to_uppercase()), told))
    };
    paths.iter().flat_map(of_route).collect()
}

/// The operation that a request reaches, and the values of its parameters.
pub(crate) fn operation(request: &Request) -> Option<(String, &'static Value, Map<String, Value>)> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let method = if request.method == "HEAD" { "GET" } else { request.method };
    let reached = operations().into_iter().filter_map(|(name, told)| {
        let route = name.strip_prefix(method)?.trim_start();
        let values = within_path(route, path)?;
        let dynamic = values.len();
        Some((dynamic, name, told, values))
    });
    // A literal segment goes before a parameter.
    let (_, name, told, mut values) = reached.min_by_key(|(dynamic, ..)| *dynamic)?;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        values.insert(name.into_owned(), typed(&value));
    }
    Some((name, told, values))
}

fn within_path(route: &str, path: &str) -> Option<Map<String, Value>> {
    let (wanted, found): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    let mut values = Map::new();
    for (wanted, found) in wanted.iter().zip(&found) {
        match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => drop(values.insert(name.to_owned(), typed(found))),
            None if wanted == found => {}
            None => return None,
        }
    }
    (wanted.len() == found.len()).then_some(values)
}

/// A parameter as JSON has it.
fn typed(text: &str) -> Value {
    match (text.parse::<u64>(), text) {
        (Ok(number), _) if number.to_string() == text => json!(number),
        (_, "true") => json!(true),
        (_, "false") => json!(false),
        _ => json!(text),
    }
}

/// Fails unless the answer is one that the description gives for this request.
pub(crate) fn assert_described(request: &Request, answer: &Answer) {
    let found = operation(request);
    let (name, told, values) = found.unwrap_or_else(|| panic!("no route for {request:?}"));
    if answer.status < 400 {
        assert_parameters(&name, told, &values);
    }
    let response = &told["responses"][answer.status.to_string()];
    let context = || format!("{name} {} {}\n{}", request.target, answer.status, answer.text());
    assert!(response.is_object(), "not described: {}", context());
    if request.method == "HEAD" {
        return;
    }
    let media = &response["content"][answer.media()];
    assert!(media.is_object(), "{} is not described: {}", answer.media(), context());
    if [JSON, PROBLEM].contains(&answer.media()) {
        let faults = schema::faults(&DOCUMENT, &media["schema"], &answer.json());
        assert!(faults.is_empty(), "{faults:#?}\n{}", context());
    }
}

/// Fails unless every parameter that was given is described, and is as its schema says.
fn assert_parameters(name: &str, told: &Value, values: &Map<String, Value>) {
    for (given, value) in values {
        let mut described = told["parameters"].as_array().into_iter().flatten();
        let described = described.find(|parameter| parameter["name"] == given.as_str());
        let described = described.unwrap_or_else(|| panic!("{name} lacks {given}"));
        let faults = schema::faults(&DOCUMENT, &described["schema"], value);
        assert!(faults.is_empty(), "{name} {given}: {faults:?}");
    }
}

/// The names of an operation's parameters in the query.
pub(crate) fn query_names(told: &Value) -> Vec<&str> {
    let parameters = told["parameters"].as_array().into_iter().flatten();
    let asked = parameters.filter(|parameter| parameter["in"] == "query");
    asked.map(|parameter| parameter["name"].as_str().unwrap()).collect()
}
