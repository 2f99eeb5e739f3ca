// SPDX-License-Identifier: Apache-2.0
//! The files of `docs/vectors/`: made anew by each run and compared byte by byte.
//! `VECTORS=write` in the environment writes them instead.

use std::path::PathBuf;

use chain::codec::{self, Encode};
use serde_json::{Value, json};

/// A file of the folder of documents.
pub(crate) fn document(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

/// The page that says how everything is laid out.
pub(crate) fn page() -> String {
    std::fs::read_to_string(document("proofs.md")).unwrap()
}

/// Asserts that a file of vectors holds just this.
#[track_caller]
pub(crate) fn keep(name: &str, vectors: &Value) {
    let path = document("vectors").join(name);
    let mut text = String::new();
    write(vectors, 0, &mut text);
    text.push('\n');
    if std::env::var("VECTORS").is_ok_and(|wish| wish == "write") {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "docs/vectors/{name} is not what the chain does. If the change is meant, mend docs/proofs.md and run \
         VECTORS=write cargo test --release -p dianyun-chain --test vectors"
    );
}

/// Canonical bytes in digits.
pub(crate) fn bytes_of<T: Encode>(value: &T) -> String {
    hex::encode(codec::encode(value))
}

/// JSON with a line for each vector: objects and lists are broken up to the second level.
fn write(value: &Value, level: usize, out: &mut String) {
    let (open, close, items): (char, char, Vec<(Option<&String>, &Value)>) = match value {
        Value::Object(members) if level < 2 => {
            ('{', '}', members.iter().map(|(name, inner)| (Some(name), inner)).collect())
        }
        Value::Array(items) if level < 2 => {
            ('[', ']', items.iter().map(|inner| (None, inner)).collect())
        }
        other => return out.push_str(&other.to_string()),
    };
    out.push(open);
    for (place, (name, inner)) in items.iter().enumerate() {
        out.push_str(if place == 0 { "\n" } else { ",\n" });
        out.push_str(&"  ".repeat(level + 1));
        if let Some(name) = name {
            out.push_str(&json!(name).to_string());
            out.push_str(": ");
        }
        write(inner, level + 1, out);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(level));
    out.push(close);
}
