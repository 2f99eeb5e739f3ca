// SPDX-License-Identifier: Apache-2.0
//! Where words and data go: data to standard output, messages to standard error.

use std::io::Write;

use serde::Serialize;

/// How to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// JSON only.
    pub(crate) json: bool,
}

impl Output {
    /// Writes data: as JSON if asked for, else as the given text.
    pub(crate) fn data(self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let line = match self.json {
            true => serde_json::to_string(value).unwrap_or_default(),
            false => text(),
        };
        // A reader that went away is no failure.
        let _gone = writeln!(std::io::stdout(), "{}", line.trim_end());
    }
}

/// Tells the user something.
pub(crate) fn say(text: impl AsRef<str>) {
    let _gone = writeln!(std::io::stderr(), "{}", text.as_ref());
}
