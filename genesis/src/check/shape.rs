// SPDX-License-Identifier: Apache-2.0
//! The shape of a genesis file: members that are missing, unknown or of the wrong form, all of them.

use chain::Genesis;
use chain::genesis::{FirstOrganisation, GenesisNode, Mode, ParameterChoice, TagSecret};
use chain::ids::{Prefecture, Time};
use chain::text::Word;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Problem;

type Members = Map<String, Value>;

const MEMBERS: [&str; 11] = [
    "protocol",
    "name",
    "mode",
    "time",
    "depth",
    "heartbeat_ms",
    "parameters",
    "prefectures",
    "organisations",
    "nodes",
    "tag_secrets",
];

/// The genesis of a text, or every problem of its shape.
pub(super) fn read(text: &str) -> Result<Genesis, Vec<Problem>> {
    let whole = match serde_json::from_str::<Genesis>(text) {
        Ok(genesis) => return Ok(genesis),
        Err(error) => Problem::new("file", error.to_string()),
    };
    let mut problems = match serde_json::from_str::<Value>(text) {
        Err(_) => Vec::new(),
        Ok(Value::Object(members)) => problems_of(&members),
        Ok(_) => vec![Problem::new("file", "a genesis file holds one JSON object")],
    };
    if problems.is_empty() {
        problems.push(whole);
    }
    Err(problems)
}

fn problems_of(members: &Members) -> Vec<Problem> {
    let mut found = Vec::new();
    for name in members.keys().filter(|name| !MEMBERS.contains(&name.as_str())) {
        let known = MEMBERS.join(", ");
        found.push(Problem::new(name, format!("is no member of a genesis; known are {known}")));
    }
    for name in MEMBERS.iter().filter(|name| !members.contains_key(**name)) {
        found.push(Problem::new(*name, "is missing"));
    }
    one::<u16>(members, "protocol", &mut found);
    one::<Word>(members, "name", &mut found);
    one::<Mode>(members, "mode", &mut found);
    one::<Time>(members, "time", &mut found);
    one::<u8>(members, "depth", &mut found);
    one::<u32>(members, "heartbeat_ms", &mut found);
    each::<ParameterChoice>(members, "parameters", &mut found);
    each::<Prefecture>(members, "prefectures", &mut found);
    each::<FirstOrganisation>(members, "organisations", &mut found);
    each::<GenesisNode>(members, "nodes", &mut found);
    each::<TagSecret>(members, "tag_secrets", &mut found);
    found
}

fn one<T: DeserializeOwned>(members: &Members, name: &str, found: &mut Vec<Problem>) {
    if let Some(value) = members.get(name) {
        found.extend(wrong::<T>(name.to_owned(), value));
    }
}

fn each<T: DeserializeOwned>(members: &Members, name: &str, found: &mut Vec<Problem>) {
    match members.get(name) {
        None => {}
        Some(Value::Array(values)) => {
            for (place, value) in values.iter().enumerate() {
                found.extend(wrong::<T>(format!("{name}[{place}]"), value));
            }
        }
        Some(_) => found.push(Problem::new(name, "is a list: [ … ]")),
    }
}

fn wrong<T: DeserializeOwned>(at: String, value: &Value) -> Option<Problem> {
    let error = serde_path_to_error::deserialize::<_, T>(value).err()?;
    let inner = error.path().to_string();
    let at = if inner == "." { at } else { format!("{at}.{inner}") };
    Some(Problem::new(at, error.inner().to_string()))
}
