// SPDX-License-Identifier: Apache-2.0
//! The plan of a consortium: TOML that names organisations and nodes, from which genesis, keys and
//! folders are made. It knows no rule of a genesis: what it says is put in a genesis's place and checked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use age::secrecy::SecretString;
use chain::Genesis;
use chain::block::PROTOCOL;
use chain::genesis::NodeRole;
use chain::ids::Time;
use chain::keys::SecretKey;
use chain::records::InterfaceScopes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::check::{self, Problem, check};
use crate::demo::DEPTH;
use crate::error::GenesisFileError;
use crate::keyfile::new_key;
use crate::layout::{Addresses, Foundation, Sealing};
use crate::secrets::TagSecrets;

/// A plan with comments, for a newcomer to change.
pub const EXAMPLE: &str = include_str!("plan.example.toml");

const HEARTBEAT_MS: u32 = 30_000;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Values stay as they are written, so that all that is wrong with them is said at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    name: toml::Value,
    mode: toml::Value,
    time: Option<toml::Value>,
    depth: Option<toml::Value>,
    heartbeat_ms: Option<toml::Value>,
    prefectures: Option<toml::Value>,
    #[serde(default)]
    parameters: BTreeMap<String, toml::Value>,
    organisations: Vec<PlannedOrganisation>,
    nodes: Vec<PlannedNode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedOrganisation {
    short: String,
    kind: toml::Value,
    credit_code: toml::Value,
    name: toml::Value,
    prefecture: toml::Value,
    #[serde(default)]
    attests: Vec<toml::Value>,
    key: Option<toml::Value>,
    admin_key: Option<toml::Value>,
    #[serde(default)]
    interfaces: Vec<PlannedGrant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedGrant {
    interface: toml::Value,
    scopes: Vec<toml::Value>,
    calls_a_minute: toml::Value,
    days: toml::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedNode {
    name: String,
    role: toml::Value,
    organisation: String,
    p2p: String,
    api: String,
    key: Option<toml::Value>,
}

/// Secret keys that are made here; a public key in the plan stands for one that is made elsewhere.
#[derive(Default)]
struct Made {
    organisations: Vec<(String, SecretKey)>,
    nodes: Vec<Option<SecretKey>>,
}

/// Makes what a plan says. Keys of a production plan need a passphrase; those of a demo are test keys.
pub fn found(
    path: &Path,
    text: &str,
    now: Time,
    passphrase: Option<SecretString>,
) -> Result<Foundation, GenesisFileError> {
    let wrong = |problems: Vec<Problem>| GenesisFileError::Wrong {
        path: path.to_owned(),
        problems: problems.iter().map(|p| format!("  {p}")).collect(),
    };
    let plan: Plan = toml::from_str(text)
        .map_err(|error| wrong(vec![Problem::new("plan", error.to_string())]))?;
    let (mut problems, addresses) = own_problems(&plan);
    let secrets = TagSecrets::new()?;
    let mut made = Made::default();
    let value = genesis(&plan, now, &secrets, &mut made)?;
    let report = check(&value.to_string());
    problems.extend(report.problems);
    let sealing = match (passphrase, &plan.mode) {
        (Some(passphrase), _) => Sealing::Passphrase(passphrase),
        (None, mode) if mode.as_str() == Some("demo") => Sealing::TestKeys,
        (None, _) => {
            let what = "production keys are sealed: name --passphrase-file";
            problems.push(Problem::new("mode", what));
            Sealing::TestKeys
        }
    };
    match report.genesis {
        Some(genesis) if problems.is_empty() => {
            let Made { organisations, nodes } = made;
            let (keys, sponsors) = (organisations, Vec::new());
            let inboxes = Vec::new();
            Ok(Foundation { genesis, secrets, keys, nodes, addresses, sponsors, inboxes, sealing })
        }
        _ => Err(wrong(problems)),
    }
}

/// What a genesis would not show: short names, and where nodes listen.
fn own_problems(plan: &Plan) -> (Vec<Problem>, Vec<Addresses>) {
    let mut found = Vec::new();
    for (place, organisation) in plan.organisations.iter().enumerate() {
        let at = format!("organisations[{place}].short");
        let earlier = plan.organisations[..place].iter().any(|o| o.short == organisation.short);
        file_name(&at, &organisation.short, earlier, &mut found);
    }
    let mut addresses = Vec::new();
    for (place, node) in plan.nodes.iter().enumerate() {
        let at = format!("nodes[{place}]");
        file_name(&format!("{at}.name"), &node.name, false, &mut found);
        if !plan.organisations.iter().any(|o| o.short == node.organisation) {
            let what = format!("{:?} is the `short` of no organisation", node.organisation);
            found.push(Problem::new(format!("{at}.organisation"), what));
        }
        let p2p = address(&format!("{at}.p2p"), &node.p2p, &mut found);
        let api = address(&format!("{at}.api"), &node.api, &mut found);
        if p2p.is_some() && plan.nodes[..place].iter().any(|other| other.p2p == node.p2p) {
            found.push(Problem::new(format!("{at}.p2p"), "is taken by an earlier node"));
        }
        addresses.extend(p2p.zip(api).map(|(p2p, api)| Addresses { api, p2p }));
    }
    (found, addresses)
}

/// Names of keys and nodes become names of files and folders.
fn file_name(at: &str, name: &str, taken: bool, found: &mut Vec<Problem>) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let first = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !first || name.len() > 40 || !name.chars().all(plain) || name == "keys" {
        let what = format!(
            "{name:?} becomes a name on disk: 1 to 40 of a-z, 0-9 and -, a letter first, not `keys`"
        );
        found.push(Problem::new(at, what));
    }
    if taken {
        found.push(Problem::new(at, format!("{name} is taken by an earlier organisation")));
    }
}

fn address(at: &str, text: &str, found: &mut Vec<Problem>) -> Option<SocketAddr> {
    let parsed = text.parse();
    if parsed.is_err() {
        let what = format!("{text:?} is no address and port, such as 10.0.0.1:7400");
        found.push(Problem::new(at, what));
    }
    parsed.ok()
}

/// The genesis that the plan describes, right or wrong, as its file would have it.
fn genesis(
    plan: &Plan,
    now: Time,
    secrets: &TagSecrets,
    made: &mut Made,
) -> Result<Value, GenesisFileError> {
    let or = |value: &Option<toml::Value>, other: Value| value.as_ref().map_or(other, as_json);
    let parameter = |(name, value)| json!({ "name": name, "value": as_json(value) });
    let time = or(&plan.time, json!(now));
    // A time that is none is a problem of its own.
    let begins = serde_json::from_value(time.clone()).unwrap_or(now);
    let organisations: Result<Vec<Value>, _> =
        plan.organisations.iter().map(|o| organisation(o, begins, made)).collect();
    let organisations = organisations?;
    let numbered = (1_u32..).zip(&plan.nodes);
    let nodes: Result<Vec<Value>, _> =
        numbered.map(|(number, node)| node_value(plan, number, node, made)).collect();
    Ok(json!({
        "protocol": PROTOCOL,
        "name": as_json(&plan.name),
        "mode": as_json(&plan.mode),
        "time": time,
        "depth": or(&plan.depth, json!(DEPTH)),
        "heartbeat_ms": or(&plan.heartbeat_ms, json!(HEARTBEAT_MS)),
        "parameters": plan.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "prefectures": or(&plan.prefectures, json!(check::PREFECTURES)),
        "organisations": organisations,
        "nodes": nodes?,
        "tag_secrets": secrets.committed(),
    }))
}

fn organisation(
    planned: &PlannedOrganisation,
    begins: Time,
    made: &mut Made,
) -> Result<Value, GenesisFileError> {
    let mut public = |given: &Option<toml::Value>, name: String| match given {
        Some(key) => Ok(as_json(key)),
        None => new_key().map(|key| {
            let public = json!(key.public());
            made.organisations.push((name, key));
            public
        }),
    };
    let key = public(&planned.key, planned.short.clone())?;
    let admin = public(&planned.admin_key, format!("{}-admin", planned.short))?;
    let attests = !planned.attests.is_empty();
    let scope = |scope: &toml::Value| match scope {
        toml::Value::String(kind) => json!({ "kind": kind, "prefectures": [] }),
        other => as_json(other),
    };
    Ok(json!({
        "kind": as_json(&planned.kind),
        "identity": { "open": {
            "credit_code": as_json(&planned.credit_code), "name": as_json(&planned.name),
        } },
        "prefecture": as_json(&planned.prefecture),
        "scopes": planned.attests.iter().map(scope).collect::<Vec<_>>(),
        "keys": [
            { "key": key, "roles": { "admin": false, "operate": true, "attest": attests } },
            { "key": admin, "roles": { "admin": true, "operate": false, "attest": false } },
        ],
        "interfaces": planned.interfaces.iter().map(|g| grant(g, begins)).collect::<Vec<_>>(),
    }))
}

/// A grant whose days count from genesis. A scope that is none becomes a member that is none.
fn grant(planned: &PlannedGrant, begins: Time) -> Value {
    let mut scopes = json!(InterfaceScopes::NONE);
    for scope in &planned.scopes {
        let name = scope.as_str().map_or_else(|| scope.to_string(), str::to_owned);
        scopes[name] = json!(true);
    }
    let days = planned.days.as_integer().and_then(|days| u64::try_from(days).ok());
    let until = match days {
        Some(days) => json!(begins.plus(days.saturating_mul(DAY_MS))),
        None => as_json(&planned.days),
    };
    json!({
        "interface": as_json(&planned.interface),
        "terms": {
            "scopes": scopes,
            "calls_a_minute": as_json(&planned.calls_a_minute),
            "until": until,
        },
    })
}

fn node_value(
    plan: &Plan,
    number: u32,
    node: &PlannedNode,
    made: &mut Made,
) -> Result<Value, GenesisFileError> {
    let (public, key) = match &node.key {
        Some(public) => (as_json(public), None),
        None => new_key().map(|key| (json!(key.public()), Some(key)))?,
    };
    made.nodes.push(key);
    let place = plan.organisations.iter().position(|o| o.short == node.organisation);
    Ok(json!({
        "number": number,
        "name": node.name,
        "role": as_json(&node.role),
        "key": public,
        // An unknown one is a problem of its own.
        "organisation": place.unwrap_or(0),
    }))
}

fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}

/// Who is what in a genesis, a line each: for people to read before they agree.
pub fn summary(genesis: &Genesis) -> Vec<String> {
    let count = |role| genesis.nodes.iter().filter(|node| node.role == role).count();
    let name = |organisation: u32| {
        let found = genesis.organisations.get(organisation as usize);
        match found.map(|organisation| &organisation.identity) {
            Some(chain::records::organisation::Identity::Open { name, .. }) => name.to_string(),
            _ => "-".to_owned(),
        }
    };
    let mut lines = vec![format!(
        "{} ({:?}): {} organisations, {} validators, {} observers, depth {}",
        genesis.name,
        genesis.mode,
        genesis.organisations.len(),
        count(NodeRole::Validator),
        count(NodeRole::Observer),
        genesis.depth,
    )];
    lines.extend(
        genesis
            .nodes
            .iter()
            .map(|node| format!("  {} is run by {}", node.name, name(node.organisation))),
    );
    lines
}
