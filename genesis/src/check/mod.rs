// SPDX-License-Identifier: Apache-2.0
//! Explains everything that is wrong with a genesis file, not only the first thing.
//! Never repairs: a genesis is agreed between people, and its hash is the chain id.

pub(crate) mod meaning;
mod shape;

use std::fmt;

use chain::Genesis;

pub use meaning::PREFECTURES;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Where in the file, such as `organisations[2].keys[0].key`.
    pub at: String,
    /// What is wrong and what would be right.
    pub what: String,
}

impl Problem {
    pub(crate) fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self { at: at.into(), what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The genesis, if the text has its shape.
    pub genesis: Option<Genesis>,
    /// What keeps it from beginning a chain.
    pub problems: Vec<Problem>,
    /// What is allowed and probably not meant.
    pub warnings: Vec<Problem>,
}

/// Checks the text of a genesis file: its shape, then its meaning.
pub fn check(text: &str) -> Report {
    match shape::read(text) {
        Err(problems) => Report { genesis: None, problems, warnings: Vec::new() },
        Ok(genesis) => {
            let (problems, warnings) = examine(&genesis);
            Report { genesis: Some(genesis), problems, warnings }
        }
    }
}

/// Problems and warnings of a genesis that has its shape.
pub fn examine(genesis: &Genesis) -> (Vec<Problem>, Vec<Problem>) {
    let mut problems = meaning::problems(genesis);
    // The state machine has the last word: what it refuses is wrong whatever this module thinks.
    if problems.is_empty()
        && let Err(error) = chain::machine::genesis_block(genesis)
    {
        problems.push(Problem::new("genesis", error.to_string()));
    }
    (problems, meaning::warnings(genesis))
}
