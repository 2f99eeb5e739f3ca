// SPDX-License-Identifier: Apache-2.0
//! `dianyun code`: apply for one in a testnet, look at one, wait for its colour.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use chain::ids::CodeId;
use chain::records::Colour;
use chain::records::application::{Application, ApplicationState, ClaimState};
use clap::Subcommand;
use client::Client;
use client::answers::HistoryItem;
use demo::applicant::Watcher;
use demo::authority::Role;
use demo::net::NetNode;
use demo::scenario::newcomer;
use serde_json::{Value, json};

use super::runtime;
use super::testnet::{DriverState, NodeChoice, State, default_dir};
use crate::output::{Output, say};

const EXAMPLES: &str = "\
Examples:
  code=$(dianyun code apply)
  dianyun code show \"$code\"
  dianyun code show \"$code\" --until red
  dianyun code history \"$code\" --node observer-1
  dianyun code show \"$code\" --json";

/// Apply for a code, and look at codes.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Take an invented newcomer of the testnet from nothing to an issued code: each authority's
    /// answer is shown as it comes.
    Apply {
        /// The testnet's folder.
        #[arg(long, default_value_os_t = default_dir())]
        dir: PathBuf,
    },
    /// Show a code: standing, colour, how long that holds.
    Show {
        /// The code.
        id: CodeId,
        /// Wait until it has this colour: blue, yellow or red.
        #[arg(long, value_parser = colour)]
        until: Option<Colour>,
        #[command(flatten)]
        node: NodeChoice,
    },
    /// Show a code's versions, newest first.
    History {
        /// The code.
        id: CodeId,
        #[command(flatten)]
        node: NodeChoice,
    },
}

fn colour(word: &str) -> Result<Colour, String> {
    serde_json::from_value(json!(word)).map_err(|_| "blue, yellow or red is needed".to_owned())
}

/// How long a colour may be waited for.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(250);

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        runtime()?.block_on(async {
            match self {
                Self::Apply { dir } => apply(&dir, output).await,
                Self::Show { id, until, node } => show(id, until, &node.client()?, output).await,
                Self::History { id, node } => history(id, &node.client()?, output).await,
            }
        })
    }
}

async fn apply(dir: &std::path::Path, output: Output) -> Result<()> {
    let state = State::read(dir)?;
    let first = state.validators().next().context("the testnet has no validator")?;
    let node = NetNode::connect(&first.api).await?;
    let settings = state.settings(dir, node)?;
    let driver = newcomer(&settings, watcher()).await?;
    let applied = DriverState {
        index: driver.index,
        code: driver.code,
        person: driver.person,
        vehicle: driver.vehicle,
    };
    State::change(dir, |state| {
        state.drivers.push(applied.clone());
        Ok(())
    })?;
    output.data(&applied, || applied.code.to_string());
    Ok(())
}

/// One line for each claim that is asked for and answered, and for each application that ends.
fn watcher() -> Watcher {
    let seen = Mutex::new(BTreeSet::new());
    Arc::new(move |application: &Application| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        for line in lines(application) {
            if seen.insert((application.id, line.clone())) {
                say(line);
            }
        }
    })
}

fn lines(application: &Application) -> Vec<String> {
    // An answer may come before anybody looked: each was asked for first.
    let mut asked = Vec::new();
    let mut answered = Vec::new();
    for claim in &application.claims {
        let who = Role::of(claim.kind).map_or("an authority", Role::word);
        let line = |does: &str| format!("  {who:<16} {does} {}", claim.kind.word());
        asked.push(line("is asked for"));
        answered.extend(match &claim.state {
            ClaimState::Waiting => None,
            ClaimState::Attested(_) => Some(line("attests")),
            ClaimState::Refused { reason, .. } => Some(line(&format!("refuses ({reason})"))),
            ClaimState::Ended => Some(line("is not asked any more for")),
        });
    }
    let mut lines = [asked, answered].concat();
    let made = match (application.code, application.vehicle) {
        (Some(code), _) => format!("code {code} is issued"),
        (None, Some(vehicle)) => format!("vehicle {vehicle} is registered"),
        (None, None) => return lines,
    };
    if application.state == ApplicationState::Issued {
        lines.push(format!("{}: {made}", application.id));
    }
    lines
}

async fn show(id: CodeId, until: Option<Colour>, client: &Client, output: Output) -> Result<()> {
    let path = format!("/v1/codes/{id}");
    let started = std::time::Instant::now();
    loop {
        let answer: Value = client.get(&path, &[]).await?;
        // Waiting for its colour would be in vain.
        ensure!(
            answer["standing"] != "unknown",
            "{id} is unknown: this chain has issued no such code"
        );
        if until.is_none_or(|wanted| answer["colour"] == json!(wanted)) {
            output.data(&answer, || {
                let text = |name: &str| answer[name].as_str().map(str::to_owned);
                let standing = text("standing").unwrap_or_default();
                let colour =
                    text("colour").map_or_else(String::new, |colour| format!(" and {colour}"));
                let holds = text("valid_until").map_or_else(
                    || "nothing changes it by itself".to_owned(),
                    |until| format!("this holds until {until}"),
                );
                format!("{id} is {standing}{colour}; {holds}")
            });
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            bail!("{id} is {} after {} s", answer["colour"], PATIENCE.as_secs());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn history(id: CodeId, client: &Client, output: Output) -> Result<()> {
    let path = format!("/v1/codes/{id}/history");
    let items: Vec<Value> = client.list(&path, &[], 1_000).await?;
    let line = |item: &Value| {
        let item: HistoryItem = serde_json::from_value(item.clone()).ok()?;
        let chain::records::Value::Code(code) = item.value else { return None };
        let colour = json!(code.colour);
        let colour = colour.as_str().unwrap_or("-");
        Some(format!("{}  version {:<3} {colour}", item.time, item.version.number))
    };
    output.data(&items, || items.iter().filter_map(line).collect::<Vec<_>>().join("\n"));
    Ok(())
}
