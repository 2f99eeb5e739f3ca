// SPDX-License-Identifier: Apache-2.0
//! Where words and data go: data to standard output, messages to standard error.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
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

/// Steps of something that takes a while: a line that moves on a terminal, plain lines elsewhere.
pub(crate) struct Steps {
    bar: Option<ProgressBar>,
    done: Cell<u64>,
    of: u64,
}

impl Steps {
    pub(crate) fn new(of: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(of).with_style(style());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, done: Cell::new(0), of }
    }

    /// Begins the next step.
    pub(crate) fn next(&self, text: &str) {
        self.done.set(self.done.get() + 1);
        match &self.bar {
            Some(bar) => {
                bar.set_position(self.done.get());
                bar.set_message(text.to_owned());
            }
            None => say(format!("[{}/{}] {text} ...", self.done.get(), self.of)),
        }
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Without colours, so that NO_COLOR has nothing to switch off.
fn style() -> ProgressStyle {
    let plain = ProgressStyle::with_template("{spinner} [{pos}/{len}] {msg} ({elapsed})");
    plain.unwrap_or_else(|_| ProgressStyle::default_bar())
}
