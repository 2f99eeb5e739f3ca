// SPDX-License-Identifier: Apache-2.0
//! `dianyun bench`: a closed loop of valid life cycles of waybills and matters.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use demo::cast;
use demo::load::{self, Acks, Options};
use demo::net::NetNode;
use demo::scenario::Size;

use super::runtime;
use super::testnet::State;
use crate::output::{Output, say};

/// Put a closed-loop load of valid life cycles on a testnet, and report what was measured.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// The testnet's folder.
    #[arg(long, default_value_os_t = super::testnet::default_dir())]
    dir: PathBuf,
    /// Send through this node alone; without it through all validators.
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
        runtime()?.block_on(async {
            let state = State::read(&self.dir)?;
            let mut nodes = Vec::new();
            for address in self.addresses(&state) {
                nodes.push(NetNode::connect(&address).await?);
            }
            let first = nodes.first().context("the testnet has no validator")?.clone();
            let size =
                Size { enterprises: cast::ENTERPRISES, drivers: 0, waybills: 0, yellow: 0, red: 0 };
            let settings = state.settings(&self.dir, first, size)?;
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
            let report = load::run(&nodes, mates, police, options, self.acks()?).await?;
            output.data(&report, || format!("{report:#?}"));
            Ok(())
        })
    }

    fn addresses(&self, state: &State) -> Vec<String> {
        match &self.node {
            Some(node) => vec![node.clone()],
            None => state.validators().map(|node| node.api.clone()).collect(),
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
