// SPDX-License-Identifier: Apache-2.0
//! `dianyun-bench`: the chain beside its physical bound and beside etcd, all on one machine in one run.
//! Only ratios of one run say anything; the figures behind them are printed too.

mod chain_round;
mod etcd;
mod exchange;
mod figures;
mod fixed;
mod fsync;
mod http;
mod null;
mod papers;
mod picture;
mod process;
mod round;
mod scale;
mod shown;
mod signatures;
mod table;
mod testnet;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// The chain beside its yardsticks.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure everything in rounds; medians and ratios on standard output.
    Run(Run),
    /// Measure how cost grows with records, validators and blocks; tables on standard output.
    Scale(scale::Scale),
    /// A worker of the null chain (started by `run`).
    #[command(hide = true)]
    NullWorker(null::Worker),
    /// A server with one fixed JSON answer (started by `run`).
    #[command(hide = true)]
    Fixed,
}

/// With what it is measured, where, and how it is told.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Setting {
    /// Seconds of each load.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// Folder in which everything is stored while it runs; by default one for temporary files.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The `dianyun` to measure; by default the one beside this program.
    #[arg(long)]
    dianyun: Option<PathBuf>,
    /// One JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

/// What is measured, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Run {
    /// Rounds; each measures everything once, so that what is compared lies side by side.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Validators of the chain; etcd has three members.
    #[arg(long, default_value_t = 4)]
    validators: u32,
    /// Records on the chain before its throughput is measured.
    #[arg(long, default_value_t = 100_000)]
    records: u64,
    #[command(flatten)]
    setting: Setting,
    /// Where the JSON object is written as well.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Measure these parts alone, by their names: `chain`, `null`, `etcd`, `machine`,
    /// `papers`, `exchange`, `shown`.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

fn main() -> ExitCode {
    match work(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn work(command: Command) -> Result<()> {
    match command {
        Command::NullWorker(worker) => worker.run(),
        Command::Fixed => runtime()?.block_on(fixed::serve()),
        Command::Scale(scale) => runtime()?.block_on(scale.run()),
        Command::Run(run) => {
            let report = runtime()?.block_on(round::all(&run))?;
            let text = serde_json::to_string_pretty(&report)? + "\n";
            if let Some(path) = &run.out {
                std::fs::write(path, &text)
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            print!("{}", if run.setting.json { text } else { table::of(&report) });
            Ok(())
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")
}
