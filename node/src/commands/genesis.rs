// SPDX-License-Identifier: Apache-2.0
//! `dianyun genesis`: make the folders of a consortium, or explain what is wrong with a genesis.

use std::path::{Path, PathBuf};

use ::genesis::{Layout, check, plan};
use anyhow::{Context, Result, bail, ensure};
use chain::ids::Time;
use clap::Subcommand;
use consensus::clock::Clock;
use serde_json::json;

use super::keys::Passphrase;
use super::testnet::{self, make};
use crate::output::{Output, say};

const EXAMPLES: &str = "\
Examples:
  dianyun genesis new --dir trial --validators 4 --observers 1
  dianyun genesis example > plan.toml
  dianyun genesis new --dir yunnan --plan plan.toml --passphrase-file secret.txt
  dianyun genesis check yunnan/genesis.json

`new` writes genesis.json, keys/ and one folder a node; nothing is started. Give each operator its
node's folder and each organisation its keys, then remove them here. All must have the same
genesis.json: its hash is the chain id that `check` prints.";

/// Make a genesis, or check one.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Make a genesis file, keys, and one folder a node, without starting anything.
    New {
        /// Where; the folder must be new or empty.
        #[arg(long)]
        dir: PathBuf,
        /// A plan in TOML that names organisations and nodes; without it an invented consortium
        /// with test keys on loopback.
        #[arg(long)]
        plan: Option<PathBuf>,
        /// Validators of an invented consortium.
        #[arg(long, default_value_t = 4, conflicts_with = "plan")]
        validators: u32,
        /// Observers of an invented consortium.
        #[arg(long, default_value_t = 1, conflicts_with = "plan")]
        observers: u32,
        #[command(flatten)]
        passphrase: Passphrase,
    },
    /// Say everything that is wrong with a genesis file, each problem with its field.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Write a plan with comments, to be changed and given to `new --plan`.
    Example,
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        match self {
            Self::New { dir, plan: None, validators, observers, .. } => {
                must_be_empty(&dir)?;
                let consortium = make(&dir, testnet::Plan { validators, observers })?;
                made(&dir, &consortium.genesis, output);
                Ok(())
            }
            Self::New { dir, plan: Some(file), passphrase, .. } => {
                must_be_empty(&dir)?;
                follow(&dir, &file, &passphrase, output)
            }
            Self::Check { file } => examine(&file, output),
            Self::Example => {
                output.data(&json!({ "plan": plan::EXAMPLE }), || plan::EXAMPLE.to_owned());
                Ok(())
            }
        }
    }
}

fn must_be_empty(dir: &Path) -> Result<()> {
    let empty = std::fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    ensure!(empty, "{} is not empty: name a new folder", dir.display());
    Ok(())
}

fn follow(dir: &Path, file: &Path, passphrase: &Passphrase, output: Output) -> Result<()> {
    let text = std::fs::read_to_string(file);
    let text = text.with_context(|| format!("cannot read {}", file.display()))?;
    let now = Time(Clock::default().now_ms());
    let secret = passphrase.given()?;
    let new = plan::found(file, &text, now, secret)?;
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    Layout::at(dir).write(&new)?;
    made(dir, &new.genesis, output);
    Ok(())
}

fn made(dir: &Path, genesis: &chain::Genesis, output: Output) {
    let chain = genesis.chain_id();
    say(plan::summary(genesis).join("\n"));
    let answer = json!({ "chain_id": chain, "genesis": Layout::at(dir).genesis_file() });
    output.data(&answer, || format!("{} holds chain {chain}.", dir.display()));
}

fn examine(file: &Path, output: Output) -> Result<()> {
    let text = std::fs::read_to_string(file);
    let report = check(&text.with_context(|| format!("cannot read {}", file.display()))?);
    let chain = report.genesis.as_ref().map(chain::Genesis::chain_id);
    let answer = json!({
        "sound": report.problems.is_empty(), "chain_id": chain,
        "problems": report.problems, "warnings": report.warnings,
    });
    let lines = |kind: &str, found: &[check::Problem]| {
        found.iter().map(|problem| format!("{kind}  {problem}")).collect::<Vec<_>>()
    };
    output.data(&answer, || {
        let mut text = lines("wrong  ", &report.problems);
        text.extend(lines("warning", &report.warnings));
        if let (Some(chain), true) = (chain, report.problems.is_empty()) {
            text.push(format!("Sound: chain {chain}."));
        }
        text.join("\n")
    });
    match report.problems.len() {
        0 => Ok(()),
        count => bail!("{} cannot begin a chain: {count} problems", file.display()),
    }
}
