// SPDX-License-Identifier: Apache-2.0
//! The genesis file: readable JSON. The hash of its canonical encoding, never of the JSON, is the
//! chain id, so blanks and the order of members do not matter.

use std::path::Path;

use chain::Genesis;

use crate::check::check;
use crate::error::GenesisFileError;

/// Reads a genesis file; all that is wrong with it is in the error.
pub fn load(path: &Path) -> Result<Genesis, GenesisFileError> {
    let text = std::fs::read_to_string(path).map_err(GenesisFileError::io(path))?;
    parse(path, &text)
}

/// The genesis of a text that came from `path`.
pub fn parse(path: &Path, text: &str) -> Result<Genesis, GenesisFileError> {
    let report = check(text);
    match report.genesis {
        Some(genesis) if report.problems.is_empty() => Ok(genesis),
        _ => Err(GenesisFileError::Wrong {
            path: path.to_owned(),
            problems: report.problems.iter().map(|p| format!("  {p}")).collect(),
        }),
    }
}

/// A genesis as its file has it: indented JSON with a line feed at the end.
pub fn to_json(genesis: &Genesis) -> String {
    let mut text = serde_json::to_string_pretty(genesis).unwrap_or_default();
    text.push('\n');
    text
}
