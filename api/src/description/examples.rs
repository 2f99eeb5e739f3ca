// SPDX-License-Identifier: Apache-2.0
//! True examples: what a node of invented data answered, recorded by the tests of the routes.
//! None is made by hand.

use serde_json::{Map, Value, json};

const RECORDED: &str = include_str!("../../assets/examples.json");

/// The recorded exchanges by method and route.
pub(crate) fn recorded() -> Map<String, Value> {
    serde_json::from_str(RECORDED).unwrap_or_default()
}

/// Puts the recorded exchanges into a description.
pub(crate) fn put_into(document: &mut Value) {
    for (operation, exchange) in recorded() {
        let Some((method, route)) = operation.split_once(' ') else { continue };
        let method = method.to_lowercase();
        if let Some(operation) = within(document, &["paths", route, &method]) {
            parameters(operation, &exchange["parameters"]);
            request(operation, &exchange["request"]);
            answers(operation, &exchange["answers"]);
        }
    }
}

/// What stands at a path of keys, if all are there.
fn within<'a>(value: &'a mut Value, path: &[&str]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, key| value.get_mut(*key))
}

fn parameters(operation: &mut Value, values: &Value) {
    let parameters = within(operation, &["parameters"]).and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        if let Some(value) = values.get(name).cloned() {
            parameter["example"] = value;
        }
    }
}

fn request(operation: &mut Value, body: &Value) {
    let content = within(operation, &["requestBody", "content", "application/json"]);
    if let Some(content) = content.filter(|_| !body.is_null()) {
        content["example"] = body.clone();
    }
}

/// `answers` holds, by status, bodies by name: the code of a problem, else `ok`.
fn answers(operation: &mut Value, answers: &Value) {
    for (status, bodies) in answers.as_object().into_iter().flatten() {
        let content = within(operation, &["responses", status, "content"]);
        let content = content.and_then(Value::as_object_mut);
        let json = content.into_iter().flatten().filter(|(media, _)| media.ends_with("json"));
        for (_, media) in json {
            let named = bodies.as_object().into_iter().flatten();
            let named = named.map(|(name, body)| (name.clone(), json!({ "value": body })));
            media["examples"] = Value::Object(named.collect());
        }
    }
}
