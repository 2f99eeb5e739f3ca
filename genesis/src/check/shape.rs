// SPDX-License-Identifier: Apache-2.0
//! The shape of a genesis file: members that are missing, unknown or of the wrong form, all of them.

use chain::Genesis;
use chain::actions::KeyGrant;
use chain::genesis::{FirstGrant, Mode, NodeRole, ParameterChoice, TagSecret};
use chain::ids::{Prefecture, Time};
use chain::keys::PublicKey;
use chain::records::OrganisationKind;
use chain::records::organisation::{Identity, Scope};
use chain::text::Word;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Problem;

type Members = Map<String, Value>;
/// Looks at the value of a member: where it stands, the value, and where problems go.
type Look = fn(&str, &Value, &mut Vec<Problem>);

const GENESIS: &[(&str, Look)] = &[
    ("protocol", one::<u16>),
    ("name", one::<Word>),
    ("mode", one::<Mode>),
    ("time", one::<Time>),
    ("depth", one::<u8>),
    ("heartbeat_ms", one::<u32>),
    ("parameters", |at, value, found| each(at, value, one::<ParameterChoice>, found)),
    ("prefectures", |at, value, found| each(at, value, one::<Prefecture>, found)),
    ("organisations", |at, value, found| each(at, value, organisation, found)),
    ("nodes", |at, value, found| each(at, value, node, found)),
    ("tag_secrets", |at, value, found| each(at, value, one::<TagSecret>, found)),
];

const ORGANISATION: &[(&str, Look)] = &[
    ("kind", one::<OrganisationKind>),
    ("identity", one::<Identity>),
    ("prefecture", one::<Prefecture>),
    ("scopes", |at, value, found| each(at, value, one::<Scope>, found)),
    ("keys", |at, value, found| each(at, value, one::<KeyGrant>, found)),
    ("interfaces", |at, value, found| each(at, value, one::<FirstGrant>, found)),
];

const NODE: &[(&str, Look)] = &[
    ("number", one::<u32>),
    ("name", one::<Word>),
    ("role", one::<NodeRole>),
    ("key", one::<PublicKey>),
    ("organisation", one::<u32>),
];

/// The genesis of a text, or every problem of its shape.
pub(super) fn read(text: &str) -> Result<Genesis, Vec<Problem>> {
    let whole = match serde_json::from_str::<Genesis>(text) {
        Ok(genesis) => return Ok(genesis),
        Err(error) => Problem::new("file", error.to_string()),
    };
    let mut problems = Vec::new();
    match serde_json::from_str::<Value>(text) {
        Err(_) => {}
        Ok(Value::Object(genesis)) => members("", &genesis, GENESIS, &mut problems),
        Ok(_) => problems.push(Problem::new("file", "a genesis file holds one JSON object")),
    }
    if problems.is_empty() {
        problems.push(whole);
    }
    Err(problems)
}

fn members(at: &str, given: &Members, known: &[(&str, Look)], found: &mut Vec<Problem>) {
    let within = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    for name in given.keys().filter(|name| !names.contains(&name.as_str())) {
        let what = format!("is not known here; known are {}", names.join(", "));
        found.push(Problem::new(within(name), what));
    }
    for (name, look) in known {
        match given.get(*name) {
            Some(value) => look(&within(name), value, found),
            None => found.push(Problem::new(within(name), "is missing")),
        }
    }
}

fn organisation(at: &str, value: &Value, found: &mut Vec<Problem>) {
    object(at, value, ORGANISATION, found);
}

fn node(at: &str, value: &Value, found: &mut Vec<Problem>) {
    object(at, value, NODE, found);
}

fn object(at: &str, value: &Value, known: &[(&str, Look)], found: &mut Vec<Problem>) {
    match value {
        Value::Object(given) => members(at, given, known, found),
        _ => found.push(Problem::new(at, "is an object: { … }")),
    }
}

fn each(at: &str, value: &Value, look: Look, found: &mut Vec<Problem>) {
    match value {
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                look(&format!("{at}[{place}]"), value, found);
            }
        }
        _ => found.push(Problem::new(at, "is a list: [ … ]")),
    }
}

fn one<T: DeserializeOwned>(at: &str, value: &Value, found: &mut Vec<Problem>) {
    if let Err(error) = serde_path_to_error::deserialize::<_, T>(value) {
        let inner = error.path().to_string();
        let at = if inner == "." { at.to_owned() } else { format!("{at}.{inner}") };
        found.push(Problem::new(at, error.inner().to_string()));
    }
}
