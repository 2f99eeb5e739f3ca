// SPDX-License-Identifier: Apache-2.0
//! What a node answered to an exchange, as it was recorded, is checked without the node.
#![allow(clippy::unwrap_used)]

use client::exchange::Exchanged;
use serde_json::Value;

fn recorded() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/assets/examples.json");
    let examples: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    examples["POST /v1/exchange"]["answers"]["200"]["ok"].clone()
}

fn holds(answer: Value) -> bool {
    serde_json::from_value::<Exchanged>(answer).is_ok_and(|exchanged| exchanged.holds())
}

#[test]
fn a_recorded_exchange_holds_and_whatever_is_changed_does_not() {
    assert!(holds(recorded()));
    let none = "0".repeat(64);
    let changes = [
        ("/certificates/0/fields/0/value", Value::from("张三")),
        ("/certificates/0/fields/0/salt", Value::from(none.clone())),
        ("/certificates/0/fields/0/path/0", Value::from(none.clone())),
        ("/certificates/0/fields/0/name", Value::from("sex")),
        ("/certificates/0/root", Value::from(none)),
        ("/certificates/0/kind", Value::from("policy")),
        ("/fields", Value::from(vec!["plate"])),
    ];
    for (place, to) in changes {
        let mut changed = recorded();
        *changed.pointer_mut(place).unwrap() = to;
        assert!(!holds(changed), "{place}");
    }
}
