// SPDX-License-Identifier: Apache-2.0
//! All rounds: each measures the machine, the null chain, etcd and the chain, one after the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::figures::{self, Figures, Summary};
use crate::http::Reads;
use crate::{Run, chain_round, etcd, exchange, fixed, fsync, null, papers, shown, signatures};

/// What `run` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Processors and memory.
    pub(crate) machine: String,
    pub(crate) rounds: usize,
    pub(crate) took_s: u64,
    pub(crate) ratios: BTreeMap<&'static str, Summary>,
    pub(crate) figures: BTreeMap<&'static str, Summary>,
}

const PARTS: [&str; 7] = ["machine", "shown", "papers", "exchange", "null", "etcd", "chain"];

/// Measures every round.
pub(crate) async fn all(run: &Run) -> Result<Report> {
    for part in &run.only {
        ensure!(PARTS.contains(&part.as_str()), "no part {part}; there are {}", PARTS.join(", "));
    }
    ensure!(
        run.rounds > 0 && run.setting.seconds >= 3,
        "--rounds is 1 or more, --seconds 3 or more"
    );
    let dianyun = dianyun(run.setting.dianyun.as_deref())?;
    let started = Instant::now();
    let mut rounds = Vec::new();
    for round in 1..=run.rounds {
        let mut figures = Figures::new();
        for part in
            PARTS.into_iter().filter(|p| run.only.is_empty() || run.only.contains(&(*p).to_owned()))
        {
            let at = started.elapsed().as_secs();
            eprintln!("[{at:>4} s] round {round} of {}: {part}", run.rounds);
            let folder = folder(run.setting.dir.as_deref())?;
            figures.extend(one(part, run, &dianyun, folder.path()).await?);
        }
        rounds.push(figures);
    }
    Ok(Report {
        machine: machine(),
        rounds: rounds.len(),
        took_s: started.elapsed().as_secs(),
        ratios: figures::ratios(&rounds),
        figures: figures::summaries(&rounds),
    })
}

pub(crate) fn folder(within: Option<&Path>) -> Result<tempfile::TempDir> {
    let made = match within {
        Some(dir) => tempfile::tempdir_in(dir),
        None => tempfile::tempdir(),
    };
    made.context("no folder can be made for what is measured")
}

async fn one(part: &str, run: &Run, dianyun: &Path, dir: &Path) -> Result<Figures> {
    match part {
        "machine" => machine_figures(dir).await,
        "shown" => tokio::task::spawn_blocking(shown::measure).await?,
        "papers" => papers::measure(dianyun, dir).await,
        "exchange" => exchange::measure(dianyun, dir).await,
        "null" => {
            let (dir, processes) = (dir.to_path_buf(), run.validators);
            tokio::task::spawn_blocking(move || null::measure(&dir, processes)).await?
        }
        "etcd" => etcd::measure(dir, run.setting.seconds).await,
        _ => chain_round::measure(dianyun, dir, run).await,
    }
}

async fn machine_figures(dir: &Path) -> Result<Figures> {
    let dir = dir.to_path_buf();
    let (synced, (single, batch)) =
        tokio::task::spawn_blocking(move || anyhow::Ok((fsync::rate(&dir)?, signatures::rates())))
            .await??;
    let (_server, address) = fixed::start()?;
    let (rate, p99) =
        Reads::of(vec!["/fixed/1100".to_owned()]).run(address, 32, Duration::from_secs(5)).await?;
    Ok(Figures::from([
        ("fsyncs_per_s", synced),
        ("signatures_single_per_s", single),
        ("signatures_batch_per_s", batch),
        ("fixed_json_reads_per_s", rate),
        ("fixed_json_read_p99_us", p99),
    ]))
}

pub(crate) fn dianyun(named: Option<&Path>) -> Result<PathBuf> {
    let beside = || Some(std::env::current_exe().ok()?.with_file_name("dianyun"));
    let found =
        named.map(Path::to_path_buf).or_else(beside).context("name the program with --dianyun")?;
    ensure!(found.exists(), "{} is missing: build the workspace first", found.display());
    Ok(found)
}

pub(crate) fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(0, usize::from);
    let text = |path| std::fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory) = (text("/proc/cpuinfo"), text("/proc/meminfo"));
    let after = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?.split(':').nth(1)?;
        Some(line.trim().to_owned())
    };
    let model = after(&cpu, "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let kib =
        after(&memory, "MemTotal").and_then(|m| m.split_whitespace().next()?.parse::<u64>().ok());
    format!("{cpus} cores of {model}, {} GiB", kib.unwrap_or_default() >> 20)
}
