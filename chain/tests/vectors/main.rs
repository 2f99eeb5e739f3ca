// SPDX-License-Identifier: Apache-2.0
//! Golden vectors: every layout that is hashed or signed, as `docs/proofs.md` says it and
//! `docs/vectors/` keeps it. Page, files and types hold each other.

#![allow(clippy::unwrap_used)]

#[path = "../it/common/mod.rs"]
mod common;

mod codes;
mod golden;
mod hashes;
mod layout;
mod openings;
mod samples;
mod showing;
mod shown;
mod signing;
mod trees;
mod types;
mod whole;

use std::collections::BTreeSet;

use layout::{Body, Layout, Page, Type};
use serde_json::{Value, json};

/// The bytes that the page says, which must be those of the chain, as one vector.
fn vector(page: &Page, known: &types::Known, sample: &Value) -> Value {
    let mut by_page = Vec::new();
    page.encode(&Type::Named(known.name.to_owned()), sample, &mut by_page);
    let (bytes, again) = (known.encode)(sample).expect(known.name);
    assert_eq!(&again, sample, "{}: JSON", known.name);
    assert_eq!(hex::encode(&by_page), hex::encode(&bytes), "{}: bytes of {sample}", known.name);
    assert_eq!(&(known.decode)(&bytes).unwrap(), sample, "{}: back", known.name);
    json!({ "json": sample, "bytes": hex::encode(bytes) })
}

#[test]
fn every_type_is_encoded_as_the_page_says() {
    let page = Page::read(&golden::page());
    let of_page: BTreeSet<&str> = page.0.keys().map(String::as_str).collect();
    assert_eq!(of_page, types::ALL.iter().map(|known| known.name).collect());
    let vectors: serde_json::Map<String, Value> = types::ALL
        .iter()
        .map(|known| {
            let samples = samples::samples(&page, known.name);
            let vectors = samples.iter().map(|sample| vector(&page, known, sample));
            (known.name.to_owned(), vectors.collect())
        })
        .collect();
    golden::keep("layouts.json", &Value::Object(vectors));
}

/// A number behind the last one, with zeros for whatever might follow.
fn beyond(page: &Page, name: &str) -> Option<Vec<u8>> {
    let Layout::Enum(width, variants) = &page.0[name] else { return None };
    let next = variants.iter().map(|variant| variant.number).max()? + 1;
    let mut bytes = next.to_le_bytes()[..*width].to_vec();
    bytes.extend([0; 256]);
    Some(bytes)
}

#[test]
fn the_page_lists_every_variant() {
    let page = Page::read(&golden::page());
    for (name, count) in types::counts() {
        let Layout::Enum(_, variants) = &page.0[name] else { panic!("{name} is an enum") };
        assert_eq!(variants.len(), count, "{name}");
    }
    for known in types::ALL {
        if let Some(bytes) = beyond(&page, known.name) {
            let error = (known.decode)(&bytes).unwrap_err();
            let unknown = error.contains("UnexpectedVariant") || error.contains("no such");
            assert!(unknown, "{}: {error}", known.name);
        }
    }
}

#[test]
fn statements_come_last_in_every_action_that_has_any() {
    let page = Page::read(&golden::page());
    let Layout::Enum(_, variants) = &page.0["Action"] else { panic!("Action is an enum") };
    let statement = Type::List(Box::new(Type::Named("Statement".to_owned())));
    let mut stated = 0;
    for variant in variants {
        let Body::One(Type::Named(name)) = &variant.body else { panic!("an action is a struct") };
        let Layout::Struct(fields) = &page.0[name] else { panic!("{name} is a struct") };
        for (place, (_, wanted)) in fields.iter().enumerate() {
            let last = place + 1 == fields.len();
            assert!(*wanted != statement || last, "{name}");
            stated += usize::from(*wanted == statement);
        }
    }
    assert!(stated > 5, "{stated}");
}
