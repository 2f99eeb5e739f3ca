// SPDX-License-Identifier: Apache-2.0
//! The configuration as a flat list of keys, each with its value and its origin.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::flags::Set;

/// Prefix of the environment's variables.
pub(super) const PREFIX: &str = "DIANYUN";

/// One key.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Setting {
    /// Such as `api.limits.streams`.
    pub(crate) key: String,
    /// Its value.
    pub(crate) value: Value,
    /// A file, a variable of the environment, a flag, or `default`.
    pub(crate) origin: String,
}

/// Every key below a value, with what stands there.
pub(super) fn flatten(value: &impl Serialize) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    fill(&mut flat, String::new(), serde_json::to_value(value).unwrap_or_default());
    flat
}

fn fill(flat: &mut BTreeMap<String, Value>, key: String, value: Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let inner = if key.is_empty() { name } else { format!("{key}.{name}") };
                fill(flat, inner, value);
            }
        }
        other => drop(flat.insert(key, other)),
    }
}

/// Where each key that is set comes from.
pub(super) fn origins(built: &config::Config, flags: &[Set]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let table = config::Source::collect(built).unwrap_or_default();
    for (key, value) in table {
        visit(&mut found, key, value);
    }
    for set in flags {
        found.insert(set.key.to_owned(), set.flag.to_owned());
    }
    found
}

fn visit(found: &mut BTreeMap<String, String>, key: String, value: config::Value) {
    let origin = value.origin().map(str::to_owned);
    match value.kind {
        config::ValueKind::Table(inner) => {
            for (name, value) in inner {
                visit(found, format!("{key}.{name}"), value);
            }
        }
        _ => {
            let variable = || format!("{PREFIX}__{}", key.replace('.', "__").to_uppercase());
            let origin = match origin {
                Some(origin) if origin == "the environment" => variable(),
                Some(origin) => origin,
                None => "default".to_owned(),
            };
            found.insert(key, origin);
        }
    }
}

/// Every key of a configuration, set or not.
pub(super) fn all(
    values: &BTreeMap<String, Value>,
    origins: &BTreeMap<String, String>,
) -> Vec<Setting> {
    let setting = |(key, value): (&String, &Value)| Setting {
        key: key.clone(),
        value: value.clone(),
        origin: origins.get(key).cloned().unwrap_or_else(|| "default".to_owned()),
    };
    values.iter().map(setting).collect()
}
