// SPDX-License-Identifier: Apache-2.0
//! `dianyun bench`: a load of valid life cycles of waybills, matters and renewals, measured.

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
use demo::node::Node;
use demo::scenario::Settings;

use serde::Serialize;
use serde_json::Value;

use super::matter::pretty;
use super::runtime;
use super::testnet::usage::{self, Usage};
use super::testnet::{self, State};
use crate::output::{Output, say};

const EXAMPLES: &str = "\
Examples:
  dianyun bench --clients 4 --seconds 5
  dianyun bench --node http://127.0.0.1:8080 --clients 8 --seconds 60 --json
  dianyun bench --clients 4 --seconds 20 --rate 300 --acks acknowledged.txt
  dianyun bench --clients 256 --batch 1 --drivers 1 --prepare 200000 --seconds 15
  dianyun bench --records 100000 --clients 8 --prepare 150000 --seconds 15
  dianyun bench --seconds 5 --acks - | sort | uniq -d

It needs a testnet's folder: new drivers apply for codes first, by real applications.
With --acks - standard output holds the acknowledged ids alone, and the report goes to standard error.";

/// Most transactions signed ahead.
const MOST: usize = 2_000_000;

/// Put a load of valid life cycles on a testnet, and report what was measured.
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
    /// Transactions a second over all clients, with latency counted from when each was due; without it
    /// as fast as answers come.
    #[arg(long)]
    rate: Option<u64>,
    /// Most transactions in one batch.
    #[arg(long, default_value_t = 500)]
    batch: usize,
    /// Drivers that work for each client.
    #[arg(long, default_value_t = 8)]
    drivers: usize,
    /// Transactions to sign before the clock starts, good for five minutes; what more is needed is
    /// signed on the way.
    #[arg(long, default_value_t = 0)]
    prepare: usize,
    /// Put so many records on the chain first, by public offers of waybills.
    #[arg(long, default_value_t = 0)]
    records: usize,
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
            // What is measured is the chain, not what a vault takes in.
            let settings = Settings { vaults: None, ..state.settings(&self.dir, first)? };
            let wanted = self.clients * self.drivers;
            let tell = |found: usize| say(format!("drivers: {} of {wanted}", found.min(wanted)));
            let mates = load::recruit(&settings, wanted, &tell).await?;
            if self.records > 0 {
                let tell = |made: usize| say(format!("records: {made} of {}", self.records));
                load::fill(&nodes, &mates, self.records, &tell).await?;
            }
            let options = Options {
                clients: self.clients,
                time: Duration::from_secs(self.seconds),
                rate: self.rate,
                batch: self.batch,
                prepared: self.prepare,
            };
            let police = Some(settings.police.clone());
            let chain = settings.node.chain_id();
            let prepared = load::prepare(chain, mates, police, options).await?;
            let work = prepared.run(&nodes, self.acks()?);
            let (report, usage) = usage::during(&state, work).await;
            let report = Measured::new(report?, usage);
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
        ensure!(self.prepare <= MOST, "--prepare is {MOST} at most: they are kept in memory");
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
    /// Processor time of all nodes for 1,000 executed transactions, seconds.
    nodes_cpu_s_per_1000: f64,
    /// The same of this process, apart.
    bench_cpu_s_per_1000: f64,
    /// What each node took, and this process as `bench`.
    usage: BTreeMap<String, Usage>,
}

impl Measured {
    fn new(report: load::Report, usage: BTreeMap<String, Usage>) -> Self {
        let thousands = report.executed.max(1) as f64 / 1_000.0;
        let own = usage.get("bench").map_or(0.0, |usage| usage.cpu_s);
        let all: f64 = usage.values().map(|usage| usage.cpu_s).sum();
        let rounded = |seconds: f64| (seconds / thousands * 1e5).round() / 1e5;
        Self {
            report,
            nodes_cpu_s_per_1000: rounded(all - own),
            bench_cpu_s_per_1000: rounded(own),
            usage,
        }
    }
}

/// One figure a line.
fn table(report: &Value) -> String {
    let figures = report.as_object().into_iter().flatten();
    let mut lines = Vec::new();
    for (name, value) in figures {
        match value.as_object() {
            None => lines.push(format!("{name:<22} {value}")),
            Some(processes) => lines.extend(processes.iter().map(|(process, used)| {
                let (mib, cpu, written) = (&used["most_mib"], &used["cpu_s"], &used["written_bytes"]);
                format!("{process:<22} {mib} MiB at most, {cpu} s of processor time, {written} bytes written")
            })),
        }
    }
    lines.join("\n")
}
