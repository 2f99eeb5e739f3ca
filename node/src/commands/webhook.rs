// SPDX-License-Identifier: Apache-2.0
//! `dianyun webhook`: where a node posts the changes that an organisation may see. A secret is shown once.

use anyhow::{Result, bail};
use chain::records::RecordKind;
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::matter::pretty;
use super::runtime;
use super::testnet::NodeChoice;
use crate::output::{Output, say};

const EXAMPLES: &str = "\
Examples:
  dianyun webhook add https://tms.example/dianyun --kinds waybill,affiliation --credentials-file key.txt
  dianyun webhook list
  dianyun webhook test \"$id\"
  dianyun webhook deliveries \"$id\" --state dead
  dianyun webhook replay \"$id\" --dead
  dianyun webhook replay \"$id\" --from 1200
  dianyun webhook rotate \"$id\" --overlap-hours 24
  dianyun webhook remove \"$id\"

The credentials are an API key or a token of the organisation, with a grant of the scope modules: in the
file, or in the variable DIANYUN_CREDENTIALS. The secret of a webhook is shown once, when it is added and
when it is rotated; messages are signed with it as docs/webhooks.md says.";

/// Register and look after webhooks of an organisation at a node.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Register a webhook, and show its secret once.
    Add {
        /// Where messages are posted, by https.
        url: String,
        /// Only changes of these kinds of records, with commas between.
        #[arg(long, value_delimiter = ',')]
        kinds: Vec<RecordKind>,
        /// Begin with the change of this number, in place of what happens from now on.
        #[arg(long)]
        from: Option<u64>,
        #[command(flatten)]
        node: NodeChoice,
    },
    /// List the webhooks of the organisation.
    List {
        #[command(flatten)]
        node: NodeChoice,
    },
    /// Show how a webhook is, and what is wrong.
    Show {
        /// Its id, whk_….
        id: String,
        #[command(flatten)]
        node: NodeChoice,
    },
    /// Remove a webhook, with what it could not deliver.
    Remove {
        /// Its id, whk_….
        id: String,
        #[command(flatten)]
        node: NodeChoice,
    },
    /// Make a new secret; the one before signs beside it for a while.
    Rotate {
        /// Its id, whk_….
        id: String,
        /// Hours for which both sign.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=168))]
        overlap_hours: u32,
        #[command(flatten)]
        node: NodeChoice,
    },
    /// Post a test message now; fails if it is not taken.
    Test {
        /// Its id, whk_….
        id: String,
        #[command(flatten)]
        node: NodeChoice,
    },
    /// Deliver again: from a change on, or what was put aside.
    Replay {
        /// Its id, whk_….
        id: String,
        /// Everything from the change of this number on.
        #[arg(long, conflicts_with = "dead", required_unless_present = "dead")]
        from: Option<u64>,
        /// What was put aside, each once more.
        #[arg(long)]
        dead: bool,
        #[command(flatten)]
        node: NodeChoice,
    },
    /// List what waits, what was put aside, or what was delivered of late.
    Deliveries {
        /// Its id, whk_….
        id: String,
        /// Which.
        #[arg(long, value_enum, default_value_t = State::Waiting)]
        state: State,
        /// Most of them.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
        #[command(flatten)]
        node: NodeChoice,
    },
}

/// Where a delivery is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum State {
    /// It was not tried, or is tried again.
    Waiting,
    /// It was put aside.
    Dead,
    /// It was taken.
    Done,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Dead => "dead",
            Self::Done => "done",
        }
    }
}

fn path(id: &str, rest: &str) -> String {
    format!("/v1/webhooks/{id}{rest}")
}

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        runtime()?.block_on(self.done(output))
    }

    async fn done(self, output: Output) -> Result<()> {
        match self {
            Self::Add { url, kinds, from, node } => {
                let wanted = json!({ "url": url, "kinds": kinds, "from": from });
                let added: Value = node.client()?.post("/v1/webhooks", &wanted).await?;
                shown_once(&added, output);
            }
            Self::List { node } => {
                let all: Value = node.client()?.get("/v1/webhooks", &[]).await?;
                let items = all["items"].as_array().cloned().unwrap_or_default();
                output.data(&items, || items.iter().map(line).collect::<Vec<_>>().join("\n"));
            }
            Self::Show { id, node } => {
                let found: Value = node.client()?.get(&path(&id, ""), &[]).await?;
                output.data(&found, || pretty(&found));
            }
            Self::Remove { id, node } => {
                let removed: Value = node.client()?.delete(&path(&id, "")).await?;
                output.data(&removed, || format!("{id} is removed."));
            }
            Self::Rotate { id, overlap_hours, node } => {
                let wanted = json!({ "overlap_hours": overlap_hours });
                let rotated: Value = node.client()?.post(&path(&id, "/rotate"), &wanted).await?;
                shown_once(&rotated, output);
            }
            Self::Test { id, node } => {
                let told: Value = node.client()?.post(&path(&id, "/test"), &json!({})).await?;
                output.data(&told, || pretty(&told));
                if told["delivered"] != json!(true) {
                    bail!("the message was not taken: {}", told["failure"].as_str().unwrap_or("-"));
                }
            }
            Self::Replay { id, from, dead, node } => {
                let wanted = if dead { json!({ "dead": true }) } else { json!({ "from": from }) };
                let told: Value = node.client()?.post(&path(&id, "/replay"), &wanted).await?;
                output.data(&told, || line(&told));
            }
            Self::Deliveries { id, state, limit, node } => {
                let query = [("state", state.word().to_owned()), ("limit", limit.to_string())];
                let page: Value = node.client()?.get(&path(&id, "/deliveries"), &query).await?;
                let items = page["items"].as_array().cloned().unwrap_or_default();
                output.data(&page, || items.iter().map(delivery).collect::<Vec<_>>().join("\n"));
            }
        }
        Ok(())
    }
}

fn shown_once(told: &Value, output: Output) {
    say("Keep this secret: it is not shown again.");
    let secret = told["secret"].as_str().unwrap_or_default();
    output.data(told, || format!("{}\n{secret}", line(&told["webhook"])));
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or("-")
}

fn line(webhook: &Value) -> String {
    let why = webhook["stopped"].as_str().or_else(|| webhook["trouble"]["failure"].as_str());
    format!(
        "{}  {}  {}  next {}  delivered {}  dead {}  {}",
        text(webhook, "id"),
        text(webhook, "state"),
        why.unwrap_or("-"),
        webhook["next"],
        webhook["delivered"],
        webhook["dead"],
        text(webhook, "url"),
    )
}

fn delivery(delivery: &Value) -> String {
    format!(
        "{}  {}  tries {}  status {}  {}  {}",
        delivery["sequence"],
        text(delivery, "state"),
        delivery["attempts"],
        delivery["status"],
        text(delivery, "failure"),
        text(delivery, "at"),
    )
}
