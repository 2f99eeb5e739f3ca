// SPDX-License-Identifier: Apache-2.0
//! `dianyun code`: apply for one in a testnet, look at one, wait for its colour.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chain::ids::CodeId;
use chain::records::{Application, ClaimState, Colour};
use clap::Subcommand;
use client::Client;
use client::answers::HistoryItem;
use demo::cast;
use demo::net::NetNode;
use demo::scenario::{Size, newcomer};
use serde_json::{Value, json};

use super::runtime;
use super::testnet::{DriverState, NodeChoice, State, default_dir};
use crate::output::{Output, say};

/// Apply for a code, and look at codes.
#[derive(Debug, Subcommand)]
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
    let mut state = State::read(dir)?;
    let first = state.validators().next().context("the testnet has no validator")?;
    let node = NetNode::connect(&first.api).await?;
    let size = Size { enterprises: cast::ENTERPRISES, drivers: 0, waybills: 0, yellow: 0, red: 0 };
    let settings = state.settings(dir, node, size)?;
    let nth = state.drivers.len() as u64;
    let driver = newcomer(&settings, nth, Arc::new(tell)).await?;
    let applied = DriverState {
        index: driver.index,
        code: driver.code,
        person: driver.person,
        vehicle: driver.vehicle,
    };
    state.drivers.push(applied.clone());
    state.write(dir)?;
    output.data(&applied, || applied.code.to_string());
    Ok(())
}

/// One line for each state of an application.
fn tell(application: &Application) {
    let claims = application.claims.iter().map(|claim| {
        let state = match &claim.state {
            ClaimState::Waiting => "waiting".to_owned(),
            ClaimState::Attested(_) => "attested".to_owned(),
            ClaimState::Refused { reason, .. } => format!("refused ({reason})"),
            ClaimState::Ended => "ended".to_owned(),
        };
        format!("{} {state}", claim.kind.word())
    });
    let claims: Vec<String> = claims.collect();
    say(format!("{} {:?}: {}", application.id, application.state, claims.join(", ")));
}

async fn show(id: CodeId, until: Option<Colour>, client: &Client, output: Output) -> Result<()> {
    let path = format!("/v1/codes/{id}");
    let started = std::time::Instant::now();
    loop {
        let answer: Value = client.get(&path, &[]).await?;
        if until.is_none_or(|wanted| answer["colour"] == json!(wanted)) {
            output.data(&answer, || {
                let text = |name: &str| answer[name].as_str().unwrap_or("-").to_owned();
                format!(
                    "{id} {} {}, holds until {}",
                    text("standing"),
                    text("colour"),
                    text("valid_until")
                )
            });
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            bail!("{id} is {} after {PATIENCE:?}", answer["colour"]);
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
        let colour = code.colour.map_or_else(|| "-".to_owned(), |c| format!("{c:?}"));
        Some(format!("{} {:>4} {colour}", item.time, item.version.number))
    };
    output.data(&items, || items.iter().filter_map(line).collect::<Vec<_>>().join("\n"));
    Ok(())
}
