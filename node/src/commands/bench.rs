// SPDX-License-Identifier: Apache-2.0
//! `dianyun bench`: a closed loop of valid life cycles of waybills and matters.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chain::limits::BATCH_TRANSACTIONS as BATCH;
use clap::Args;
use demo::load::{self, Acks, Options};
use demo::net::NetNode;

use serde::Serialize;
use serde_json::Value;

use super::matter::pretty;
use super::runtime;
use super::testnet::memory::{self, Resident};
use super::testnet::{self, State};
use crate::output::{Output, say};

const EXAMPLES: &str = "\
Examples:
  dianyun bench --clients 4 --seconds 5
  dianyun bench --node http://127.0.0.1:8080 --clients 8 --seconds 60 --json
  dianyun bench --clients 4 --seconds 20 --rate 300 --acks acknowledged.txt
  dianyun bench --seconds 5 --acks - | sort | uniq -d

It needs a testnet's folder: new drivers apply for codes first, by real applications.
With --acks - standard output holds the acknowledged ids alone, and the report goes to standard error.";

/// Put a closed-loop load of valid life cycles on a testnet, and report what was measured.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Bench {
    /// The testnet's folder.
    #[arg(long, default_value_os_t = super::testnet::default_dir())]
    dir: PathBuf,
    /// Send through this node alone, by its name or address; without it through all validators.
    #[arg(long)]
    node: Option<String>,
    /// Clients, each with one batch under way.
    #[arg(long, default_value_t = 8)]
    clients: usize,
    /// How long new batches begin.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Transactions a second over all clients; without it as fast as answers come.
    #[arg(long)]
    rate: Option<u64>,
    /// Most transactions in one batch.
    #[arg(long, default_value_t = 500)]
    batch: usize,
    /// Drivers that work for each client.
    #[arg(long, default_value_t = 8)]
    drivers: usize,
    /// Where the id of each acknowledged transaction goes, a line each; `-` is standard output.
    #[arg(long)]
    acks: Option<PathBuf>,
}

impl Bench {
    pub(crate) fn run(self, output: Output) -> Result<()> {
        self.check()?;
        runtime()?.block_on(async {
            let state = State::read(&self.dir)?;
            let mut nodes = Vec::new();
            for address in self.addresses(&state)? {
                nodes.push(NetNode::connect(&address).await?);
            }
            let first = nodes.first().context("the testnet has no validator")?.clone();
            let settings = state.settings(&self.dir, first)?;
            let wanted = self.clients * self.drivers;
            let tell = |found: usize| say(format!("drivers: {found} of {wanted}"));
            let mates = load::recruit(&settings, wanted, &tell).await?;
            let options = Options {
                clients: self.clients,
                time: Duration::from_secs(self.seconds),
                rate: self.rate,
                batch: self.batch,
            };
            let police = Some(settings.police.clone());
            let work = load::run(&nodes, mates, police, options, self.acks()?);
            let (report, resident_mib) = memory::during(&state, work).await;
            let report = Measured { report: report?, resident_mib };
            let shown = serde_json::to_value(&report)?;
            match self.acks.as_deref() {
                Some(file) if file.as_os_str() == "-" => say(pretty(&shown)),
                _ => output.data(&report, || table(&shown)),
            }
            Ok(())
        })
    }

    /// Whoever asks for what cannot be is told before anything is sent.
    fn check(&self) -> Result<()> {
        ensure!((1..=load::CLIENTS).contains(&self.clients), "--clients is 1 to {}", load::CLIENTS);
        ensure!(self.seconds > 0 && self.drivers > 0, "--seconds and --drivers are 1 or more");
        ensure!((1..=BATCH).contains(&self.batch), "--batch is 1 to {BATCH}");
        ensure!(self.rate != Some(0), "--rate is 1 or more; without it there is no limit");
        Ok(())
    }

    fn addresses(&self, state: &State) -> Result<Vec<String>> {
        match &self.node {
            Some(node) => Ok(vec![testnet::address(Some(node), &self.dir, |_| None)?]),
            None => Ok(state.validators().map(|node| node.api.clone()).collect()),
        }
    }

    fn acks(&self) -> Result<Option<Acks>> {
        let Some(path) = &self.acks else { return Ok(None) };
        if path.as_os_str() == "-" {
            let out: Box<dyn Write + Send> = Box::new(std::io::stdout());
            return Ok(Some(Arc::new(Mutex::new(out))));
        }
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Some(Arc::new(Mutex::new(file))))
    }
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Measured {
    #[serde(flatten)]
    report: load::Report,
    /// Resident memory of each node.
    resident_mib: BTreeMap<String, Resident>,
}

/// One figure a line.
fn table(report: &Value) -> String {
    let figures = report.as_object().into_iter().flatten();
    figures.map(|(name, value)| format!("{name:<22} {value}")).collect::<Vec<_>>().join("\n")
}
