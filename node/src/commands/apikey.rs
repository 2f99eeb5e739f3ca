// SPDX-License-Identifier: Apache-2.0
//! `dianyun apikey`: keys with which programs ask this node's interface. A secret is shown once.

use std::path::PathBuf;

use anyhow::{Context, Result};
use api::access::register::{Entry, Wanted};
use api::access::secret::{ApiKey, KeyId};
use chain::Time;
use chain::ids::OrganisationId;
use chain::records::{InterfaceScope, InterfaceScopes};
use chain::text::Name;
use clap::Subcommand;
use consensus::clock::Clock;
use serde_json::{Value, json};

use super::interface::scope;
use crate::output::{Output, say};
use crate::{apikeys, keystore};

const EXAMPLES: &str = "\
Examples:
  dianyun apikey new --dir validator-1 --organisation \"$org\" --label tms --scopes verify,waybills --days 90
  curl -H \"Authorization: Bearer $key\" https://node.example/v1/waybills
  dianyun apikey list --dir validator-1
  dianyun apikey rotate \"$id\" --dir validator-1 --overlap-hours 24
  dianyun apikey revoke \"$id\" --dir validator-1

A key speaks for one organisation and does at most what the chain grants that organisation: its
scopes only narrow it. With --office it also does what the organisation does by its office or because it
runs a node. With --sign-with the node signs for it (POST /v1/transactions/sign), within its scopes: the key
file is copied into the node's keystore. The secret is shown once; the node's folder holds its digest alone.
A running node takes a change within seconds.
Scopes: codes, vehicles, verify, exchange, waybills, modules, or none for the organisation's own records.";

/// Make, list, rotate and revoke API keys of a node.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Command {
    /// Make a key, and show its secret once.
    New {
        /// Whom it speaks for.
        #[arg(long)]
        organisation: OrganisationId,
        /// What its user calls it.
        #[arg(long)]
        label: Name,
        /// What it may do at most, with commas between.
        #[arg(long, value_delimiter = ',', value_parser = scope)]
        scopes: Vec<InterfaceScope>,
        /// Let it do all that its organisation does by its office, or because it runs a node.
        #[arg(long)]
        office: bool,
        /// A key file of the organisation: the node signs with it what this key's scopes allow.
        #[arg(long, value_name = "FILE")]
        sign_with: Option<PathBuf>,
        /// Days until it ends; without, it ends when it is revoked.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3_650))]
        days: Option<u32>,
        /// The node's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
    /// List the keys, those that ended included.
    List {
        /// The node's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
    /// Make a new key in the place of one, which goes on for a while.
    Rotate {
        /// Its id, dyk_….
        id: KeyId,
        /// Hours for which both are good.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=720))]
        overlap_hours: u32,
        /// Days until the new one ends; without, it ends when the old one was to.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3_650))]
        days: Option<u32>,
        /// The node's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
    /// End a key now.
    Revoke {
        /// Its id, dyk_….
        id: KeyId,
        /// The node's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
    /// Forget keys that ended long ago.
    Prune {
        /// Those that ended so many days ago or earlier.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(0..=3_650))]
        days: u32,
        /// The node's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
}

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

impl Command {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        let now = Time(Clock::default().now_ms());
        match self {
            Self::New { organisation, label, scopes, office, sign_with, days, dir } => {
                let key = new_key()?;
                let signs_with = sign_with.map(|file| keystore::add(&dir, &file)).transpose()?;
                let scopes = scopes.into_iter().fold(InterfaceScopes::NONE, InterfaceScopes::with);
                let (by_office, until) = (office, end(now, days));
                let wanted = Wanted { label, organisation, scopes, by_office, signs_with, until };
                apikeys::change(&dir, |keys| Ok(keys.add(&key, wanted, now)?))?;
                shown_once(&key, output);
            }
            Self::List { dir } => {
                let keys = apikeys::read(&dir)?;
                let all: Vec<Value> = keys.entries().map(|entry| about(entry, now)).collect();
                output.data(&all, || all.iter().map(line).collect::<Vec<_>>().join("\n"));
            }
            Self::Rotate { id, overlap_hours, days, dir } => {
                let key = new_key()?;
                let wanted = (u64::from(overlap_hours) * HOUR_MS, end(now, days));
                apikeys::change(&dir, |keys| Ok(keys.rotate(id, &key, now, wanted)?))?;
                let keys = apikeys::read(&dir)?;
                for id in [id, key.id()] {
                    let until = keys.entry(id)?.until.map(|until| until.to_string());
                    say(format!("{id} ends {}.", until.as_deref().unwrap_or("when it is revoked")));
                }
                shown_once(&key, output);
            }
            Self::Revoke { id, dir } => {
                apikeys::change(&dir, |keys| Ok(keys.revoke(id, now)?))?;
                output.data(&json!({ "id": id, "ended": true }), || format!("{id} has ended."));
            }
            Self::Prune { days, dir } => {
                let before = Time(now.0.saturating_sub(u64::from(days) * DAY_MS));
                let forgotten = apikeys::change(&dir, |keys| Ok(keys.prune(before)))?;
                output
                    .data(&json!({ "forgotten": forgotten }), || format!("{forgotten} forgotten."));
            }
        }
        Ok(())
    }
}

fn end(now: Time, days: Option<u32>) -> Option<Time> {
    days.map(|days| now.plus(u64::from(days) * DAY_MS))
}

fn new_key() -> Result<ApiKey> {
    let mut random = [0; 48];
    getrandom::fill(&mut random).context("the system's random source failed")?;
    Ok(ApiKey::of(random))
}

fn shown_once(key: &ApiKey, output: Output) {
    say("Keep this: it is not shown again.");
    output.data(&json!({ "id": key.id(), "key": key.reveal() }), || key.reveal());
}

fn about(entry: &Entry, now: Time) -> Value {
    let scopes = InterfaceScope::ALL.into_iter().filter(|scope| entry.scopes.has(*scope));
    let scopes: Vec<&str> = scopes.map(InterfaceScope::word).collect();
    json!({
        "id": entry.id, "label": entry.label, "organisation": entry.organisation, "scopes": scopes,
        "office": entry.by_office,
        "signs_with": entry.signs_with, "replaced_by": entry.replaced_by, "since": entry.since, "until": entry.until, "good": entry.is_good(now),
    })
}

fn line(about: &Value) -> String {
    let text = |name: &str| about[name].as_str().unwrap_or("-").to_owned();
    let scopes = about["scopes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let scopes = scopes.collect::<Vec<_>>().join(",");
    let state = if about["good"] == json!(true) { "good" } else { "ended" };
    let until = text("until");
    format!(
        "{}  {state}  until {until}  {}  {}  {}",
        text("id"),
        text("organisation"),
        if scopes.is_empty() { "-" } else { &scopes },
        text("label"),
    )
}
