// SPDX-License-Identifier: Apache-2.0
//! `dianyun shown verify`: a scanner. What is not verified is unknown, whatever it says.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chain::Time;
use chain::ids::CodeId;
use chain::limits::SHOWN_WITNESSES;
use chain::records::organisation::OrganisationKind;
use chain::shown::{CodeState, KeyCustody, Scan, ShownWhat, WitnessList};
use clap::Args;
use client::picture;
use client::shown::{Finding, Found};
use consensus::clock::Clock;
use serde_json::json;

use crate::commands::runtime;
use crate::commands::testnet::{NodeChoice, default_dir};
use crate::output::Output;

/// Longest text that is read, in bytes: a shown code is shorter.
const MOST_TEXT: u64 = 4_096;

/// What was scanned, and what it is held against.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The text; `-` is standard input.
    #[arg(required_unless_present = "image")]
    text: Option<String>,
    /// Read it from this picture (PNG or JPEG) instead.
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    image: Option<PathBuf>,
    /// Verify without a network, by this list of witnesses.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["node", "genesis"])]
    witnesses: Option<PathBuf>,
    /// Verify without a network, by the validators of this genesis.
    #[arg(long, value_name = "FILE", conflicts_with = "node")]
    genesis: Option<PathBuf>,
    /// Ask this node, which says also what has changed since: its name in the testnet, or an address; without it
    /// the testnet's first.
    #[arg(long)]
    node: Option<String>,
    /// How many witnesses of the list must have signed.
    #[arg(long, default_value_t = 1, value_parser = threshold)]
    threshold: usize,
    /// As of this time instead of now, such as 2026-11-24T12:00:00+08:00; without a network only.
    #[arg(long, conflicts_with = "node")]
    at: Option<Time>,
    /// The testnet's folder.
    #[arg(long, default_value_os_t = default_dir())]
    dir: PathBuf,
}

fn threshold(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| (1..=SHOWN_WITNESSES).contains(count));
    count.ok_or_else(|| format!("1 to {SHOWN_WITNESSES} is needed"))
}

impl Verify {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        let text = self.text()?;
        let finding = match self.list()? {
            Some(list) => {
                let now = self.at.unwrap_or_else(|| Time(Clock::default().now_ms()));
                Finding::offline(&text, &Scan { list: &list, threshold: self.threshold, now })
            }
            None if self.at.is_some() => {
                bail!("--at is for verifying without a network: give --witnesses or --genesis too")
            }
            None => {
                let node = NodeChoice::of(self.node.clone(), self.dir.clone()).client()?;
                runtime()?.block_on(node.verify_shown(&text, self.threshold))?
            }
        };
        output.data(&finding, || in_words(&finding));
        match finding.reason {
            _ if finding.is_verified() => Ok(()),
            Some(doubt) => bail!("not verified: {doubt}"),
            None => bail!("not verified"),
        }
    }

    /// The text, without the line's end that a shell or a scanner adds.
    fn text(&self) -> Result<String> {
        let text = match (&self.image, self.text.as_deref()) {
            (Some(file), _) => {
                let bytes = std::fs::read(file);
                let bytes = bytes.with_context(|| format!("cannot read {}", file.display()))?;
                picture::read(&bytes)?
            }
            (None, Some("-")) => {
                let mut text = String::new();
                std::io::stdin().take(MOST_TEXT).read_to_string(&mut text)?;
                text
            }
            (None, text) => text.unwrap_or_default().to_owned(),
        };
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Whose word counts, where it is verified here.
    fn list(&self) -> Result<Option<WitnessList>> {
        match (&self.witnesses, &self.genesis) {
            (Some(file), _) => read(file).map(Some),
            (None, Some(file)) => Ok(Some(WitnessList::of(&genesis::load(file)?))),
            (None, None) => Ok(None),
        }
    }
}

fn read(file: &Path) -> Result<WitnessList> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!("{} is no list of witnesses: `shown witnesses` writes one", file.display())
    })
}

/// A finding for people.
fn in_words(finding: &Finding) -> String {
    let Some(Found { facts, displayed, shown_at, .. }) = &finding.shown else {
        return "unknown 未知".to_owned();
    };
    let what = match facts.shows {
        ShownWhat::Code { id, state, custody, .. } => {
            let colour = displayed.map(word).unwrap_or_default();
            code_in_words(id, state, &colour, custody)
        }
        ShownWhat::Organisation { id, kind } => format!("{id}: {} 机构", kind_in_words(kind)),
    };
    let mut lines = vec![
        what,
        format!("as of {} (height {}), shown at {shown_at}", facts.as_of, facts.height),
        format!("unknown from {} on", facts.valid_until),
    ];
    if !finding.changed.is_empty() {
        let changed: Vec<String> = finding.changed.iter().map(word).collect();
        let now = finding.now.as_ref().map(|now| json!(now).to_string()).unwrap_or_default();
        lines.push(format!("CHANGED SINCE 此后有变: {}; now {now}", changed.join(", ")));
    }
    lines.join("\n")
}

fn code_in_words(id: CodeId, state: CodeState, colour: &str, custody: KeyCustody) -> String {
    let state = match (state, colour) {
        (CodeState::Suspended, _) => "suspended 已暂停",
        (CodeState::Cancelled, _) => "cancelled 已注销",
        (_, "blue") => "blue 蓝码",
        (_, "yellow") => "yellow 黄码",
        _ => "red 红码",
    };
    let custody = match custody {
        KeyCustody::Platform => "; a platform signs for the holder 平台代签",
        KeyCustody::Device | KeyCustody::Organisation => "",
    };
    format!("{id} is {state}{custody}")
}

fn kind_in_words(kind: OrganisationKind) -> String {
    word(kind).replace('_', " ")
}

/// The word of a value in JSON.
fn word(value: impl serde::Serialize) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}
