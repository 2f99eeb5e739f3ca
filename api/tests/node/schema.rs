// SPDX-License-Identifier: Apache-2.0
//! Checks JSON against the schemas of the description: the part of JSON Schema 2020-12 that they
//! use. A keyword that it does not know fails the check, so that none is passed over.

use regex::Regex;
use serde_json::{Map, Value};

/// Keywords that say nothing about what is valid.
const NOTES: [&str; 7] =
    ["description", "title", "format", "examples", "example", "default", "readOnly"];

/// What is wrong with `value`, by place; empty if it is valid.
pub(crate) fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "$", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(keywords) = schema.as_object() else {
        found.push(format!("{at}: {schema} is no schema"));
        return;
    };
    for (keyword, rule) in keywords {
        let problem = match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                let target = document.pointer(pointer).unwrap_or(&Value::Null);
                check(document, target, value, at, found);
                None
            }
            "allOf" => {
                for part in rule.as_array().unwrap() {
                    check(document, part, value, at, found);
                }
                None
            }
            "oneOf" => one_of(document, rule, value),
            "properties" => {
                for (name, part) in rule.as_object().unwrap() {
                    if let Some(inner) = value.get(name) {
                        check(document, part, inner, &format!("{at}.{name}"), found);
                    }
                }
                None
            }
            "items" => {
                for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, rule, item, &format!("{at}[{place}]"), found);
                }
                None
            }
            // A map: every value that is not among the properties, and every name.
            "additionalProperties" if rule.is_object() => {
                let known = keywords.get("properties").and_then(Value::as_object);
                for (name, inner) in value.as_object().into_iter().flatten() {
                    if known.is_none_or(|known| !known.contains_key(name)) {
                        check(document, rule, inner, &format!("{at}.{name}"), found);
                    }
                }
                None
            }
            "propertyNames" => {
                for name in value.as_object().into_iter().flat_map(Map::keys) {
                    check(document, rule, &Value::from(name.as_str()), at, found);
                }
                None
            }
            _ => simple(keyword, rule, keywords, value),
        };
        found.extend(problem.map(|problem| format!("{at}: {problem}")));
    }
}

fn one_of(document: &Value, rule: &Value, value: &Value) -> Option<String> {
    let parts = rule.as_array().unwrap();
    let faults: Vec<_> = parts.iter().map(|part| faults(document, part, value)).collect();
    let fitting = faults.iter().filter(|faults| faults.is_empty()).count();
    (fitting != 1).then(|| format!("{fitting} of {} fit: {faults:?}", parts.len()))
}

/// Keywords that need no look at other schemas.
fn simple(
    keyword: &str,
    rule: &Value,
    keywords: &Map<String, Value>,
    value: &Value,
) -> Option<String> {
    let fits = match keyword {
        "type" => match rule {
            Value::Array(kinds) => kinds.iter().any(|kind| is(kind.as_str().unwrap(), value)),
            kind => is(kind.as_str().unwrap(), value),
        },
        "required" => rule
            .as_array()
            .unwrap()
            .iter()
            .all(|name| !value.is_object() || value.get(name.as_str().unwrap()).is_some()),
        "additionalProperties" if *rule == false => {
            let known = keywords.get("properties").and_then(Value::as_object);
            let is_known = |name: &String| known.is_some_and(|known| known.contains_key(name));
            value.as_object().is_none_or(|fields| fields.keys().all(is_known))
        }
        "minItems" => items(value).is_none_or(|count| count >= rule.as_u64().unwrap()),
        "maxItems" => items(value).is_none_or(|count| count <= rule.as_u64().unwrap()),
        "enum" => rule.as_array().unwrap().contains(value),
        "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
        "minLength" => characters(value).is_none_or(|count| count >= rule.as_u64().unwrap()),
        "maxLength" => characters(value).is_none_or(|count| count <= rule.as_u64().unwrap()),
        "pattern" => {
            let pattern = Regex::new(rule.as_str().unwrap()).unwrap();
            value.as_str().is_none_or(|text| pattern.is_match(text))
        }
        note if NOTES.contains(&note) => true,
        unknown => return Some(format!("the keyword {unknown} is not known here")),
    };
    (!fits).then(|| format!("{value} is not {keyword} {rule}"))
}

fn items(value: &Value) -> Option<u64> {
    value.as_array().map(|items| items.len() as u64)
}

fn characters(value: &Value) -> Option<u64> {
    value.as_str().map(|text| text.chars().count() as u64)
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}
