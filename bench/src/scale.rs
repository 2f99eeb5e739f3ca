// SPDX-License-Identifier: Apache-2.0
//! How cost grows: with the records on the chain, with its validators, with the size of its blocks.
//! Each point is a testnet of its own, filled through its blocks like any other.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chain::limits::PROPOSAL_TRANSACTIONS;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Setting;
use crate::chain_round::{self, AHEAD, BATCH, FULL, REST, number};
use crate::picture::{self, Curve};
use crate::process;
use crate::testnet::{Data, Node, Testnet};

/// Records where validators or blocks vary.
const RECORDS: u64 = 100_000;
/// Validators where something else varies.
const VALIDATORS: u32 = 4;
/// The setting of the most transactions of a block.
const BLOCK_SIZE: &str = "DIANYUN__CONSENSUS__PROPOSAL_TRANSACTIONS";
/// How long compaction has for what filling left, before a load is measured.
const SETTLED: Duration = Duration::from_secs(10);

/// What varies.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Scale {
    /// Numbers of records, a testnet each. Ten million take 20 GiB of disk and 40 minutes.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000, 10_000_000])]
    records: Vec<u64>,
    /// Numbers of validators, a testnet each.
    #[arg(long, value_delimiter = ',', default_values_t = [4, 7, 10])]
    validators: Vec<u32>,
    /// Transactions under way at once, of which blocks are made, on one testnet whose leader makes
    /// blocks as large as the chain allows.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 10, 100, 500, 2_000, 5_000, 10_000])]
    blocks: Vec<u64>,
    #[command(flatten)]
    setting: Setting,
    /// Folder in which the curves are drawn (SVG) and the JSON object is written.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on from the JSON object in that folder, which holds what an earlier run measured before it ended:
    /// its points are not measured again.
    #[arg(long, requires = "out")]
    resume: bool,
}

/// The JSON object in the folder for pictures.
const KEPT: &str = "scale.json";

/// What a load came to.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Load {
    executed_per_s: f64,
    p50_us: f64,
    p99_us: f64,
    cpu_us: f64,
}

impl Load {
    fn of(report: &Value) -> Result<Self> {
        Ok(Self {
            executed_per_s: number(report, "executed_per_second")?,
            p50_us: number(report, "p50_us")?,
            p99_us: number(report, "p99_us")?,
            cpu_us: number(report, "nodes_cpu_s_per_1000")? * 1e3,
        })
    }

    fn cells(&self) -> [String; 4] {
        [self.executed_per_s, self.p50_us, self.p99_us, self.cpu_us].map(whole)
    }
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

/// With so many records.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct ByRecords {
    records: u64,
    #[serde(flatten)]
    load: Load,
    code_reads_per_s: f64,
    code_read_p99_us: f64,
    restart_ms: f64,
    peak_mib: f64,
    disk_bytes: f64,
    transaction_bytes: f64,
}

/// With so many validators.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct ByValidators {
    validators: u32,
    #[serde(flatten)]
    load: Load,
}

/// With so many transactions under way.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct ByBlocks {
    under_way: u64,
    /// Of the block of a transaction, the mean.
    transactions: f64,
    #[serde(flatten)]
    load: Load,
}

/// Everything that varied.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Report {
    machine: String,
    records: Vec<ByRecords>,
    validators: Vec<ByValidators>,
    blocks: Vec<ByBlocks>,
}

impl Scale {
    pub(crate) async fn run(&self) -> Result<()> {
        ensure!(self.setting.seconds >= 3, "--seconds is 3 or more");
        let dianyun = crate::round::dianyun(self.setting.dianyun.as_deref())?;
        let mut report = self.begun()?;
        for under_way in &self.blocks {
            let most = BATCH * 256;
            ensure!((1..=most).contains(under_way), "--blocks are 1 to {most}");
        }
        if !self.blocks.is_empty() && report.blocks.is_empty() {
            eprintln!("blocks: {:?}", self.blocks);
            report.blocks = self.by_blocks(&dianyun).await?;
            self.keep(&report)?;
        }
        for validators in &self.validators {
            if report.validators.iter().any(|point| point.validators == *validators) {
                continue;
            }
            eprintln!("validators: {validators}");
            report.validators.push(self.with_validators(&dianyun, *validators).await?);
            report.validators.sort_by_key(|point| point.validators);
            self.keep(&report)?;
        }
        for records in &self.records {
            if report.records.iter().any(|point| point.records == *records) {
                continue;
            }
            eprintln!("records: {records}");
            report.records.push(self.with_records(&dianyun, *records).await?);
            report.records.sort_by_key(|point| point.records);
            self.keep(&report)?;
        }
        if let Some(folder) = &self.out {
            report.draw(folder)?;
        }
        print!("{}", if self.setting.json { report.json()? } else { report.tables() });
        Ok(())
    }

    /// What an earlier run left to go on from, or nothing yet.
    fn begun(&self) -> Result<Report> {
        if let Some(folder) = self.out.as_ref().filter(|_| self.resume) {
            let file = folder.join(KEPT);
            let text = std::fs::read_to_string(&file);
            let text = text.with_context(|| format!("nothing to resume: {}", file.display()))?;
            return serde_json::from_str(&text)
                .with_context(|| format!("{} is of another version", file.display()));
        }
        let machine = crate::round::machine();
        let (records, validators, blocks) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Report { machine, records, validators, blocks })
    }

    /// Writes what is measured so far: a point takes minutes, and the next one may fail.
    fn keep(&self, report: &Report) -> Result<()> {
        let Some(folder) = &self.out else { return Ok(()) };
        std::fs::create_dir_all(folder)?;
        Ok(std::fs::write(folder.join(KEPT), report.json()?)?)
    }

    fn folder(&self) -> Result<tempfile::TempDir> {
        crate::round::folder(self.setting.dir.as_deref())
    }

    async fn filled(
        &self,
        dianyun: &Path,
        dir: &Path,
        (validators, records): (u32, u64),
        variables: &[(&'static str, String)],
    ) -> Result<Testnet> {
        let net =
            Testnet::up_with(dianyun, &dir.join("testnet"), (validators, Data::None), variables)?;
        net.leader().await?;
        let filled = [("records", records), ("seconds", 3)];
        net.bench(&chain_round::load(&[&FULL[..], &filled[..]].concat(), None))?;
        tokio::time::sleep(SETTLED).await;
        Ok(net)
    }

    async fn with_records(&self, dianyun: &Path, records: u64) -> Result<ByRecords> {
        let folder = self.folder()?;
        let net = self.filled(dianyun, folder.path(), (VALIDATORS, records), &[]).await?;
        let full = chain_round::full_load(&net, self.setting.seconds)?;
        tokio::time::sleep(REST).await;
        let reads = chain_round::reads(&net).await?;
        let peaks = net.pids().into_iter().filter_map(process::peak_mib);
        let peak_mib = peaks.fold(0.0, f64::max);
        let restarted = net.nodes.last().context("the testnet has no node")?.name.clone();
        net.run(["testnet", "kill", &restarted])?;
        let restart_ms = net.restart(&restarted).await?;
        net.down()?;
        let disk = chain_round::disk(&net)?;
        Ok(ByRecords {
            records,
            load: Load::of(&full)?,
            code_reads_per_s: reads["chain_code_reads_per_s"],
            code_read_p99_us: reads["chain_code_read_p99_us"],
            restart_ms,
            peak_mib,
            disk_bytes: disk["chain_disk_bytes"],
            transaction_bytes: disk["chain_transaction_bytes"],
        })
    }

    async fn with_validators(&self, dianyun: &Path, validators: u32) -> Result<ByValidators> {
        let folder = self.folder()?;
        let net = self.filled(dianyun, folder.path(), (validators, RECORDS), &[]).await?;
        let full = chain_round::full_load(&net, self.setting.seconds)?;
        net.down()?;
        Ok(ByValidators { validators, load: Load::of(&full)? })
    }

    async fn by_blocks(&self, dianyun: &Path) -> Result<Vec<ByBlocks>> {
        let folder = self.folder()?;
        let largest = [(BLOCK_SIZE, PROPOSAL_TRANSACTIONS.to_string())];
        let net = self.filled(dianyun, folder.path(), (VALIDATORS, RECORDS), &largest).await?;
        let leader = net.leader().await?;
        let mut points = Vec::new();
        for under_way in self.blocks.iter().copied() {
            let (clients, batch) = (under_way.div_ceil(BATCH), under_way.min(BATCH));
            // One transaction of a driver is under way at a time in the end: enough for each place.
            let load = [("clients", clients), ("batch", batch), ("drivers", batch.clamp(1, 8))];
            let timed = [
                ("seconds", self.setting.seconds),
                ("prepare", self.setting.seconds * AHEAD.min(under_way * 1_000)),
            ];
            let before = net.get(&leader, "/v1/status").await?;
            let load = chain_round::load(&[&load[..], &timed[..]].concat(), Some(&leader.name));
            let done = net.bench(&load)?;
            let after = net.get(&leader, "/v1/status").await?;
            let heights = number(&before, "height")? as u64 + 1..=number(&after, "height")? as u64;
            points.push(ByBlocks {
                under_way,
                transactions: block_of_one(&net, &leader, heights).await?,
                load: Load::of(&done)?,
            });
        }
        net.down()?;
        Ok(points)
    }
}

/// How many transactions the block of a transaction has, the mean over transactions: empty blocks and the
/// few of the load's preparation count for little.
async fn block_of_one(net: &Testnet, node: &Node, heights: RangeInclusive<u64>) -> Result<f64> {
    let (mut all, mut squares) = (0.0, 0.0);
    for height in heights {
        let answer = net.get(node, &format!("/v1/headers/{height}")).await?;
        let count = number(&answer["header"], "tx_count")?;
        all += count;
        squares += count * count;
    }
    Ok(squares / f64::max(all, 1.0))
}

impl Report {
    fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    fn draw(&self, folder: &Path) -> Result<()> {
        let records = |about: &'static str, value: fn(&ByRecords) -> f64| Curve {
            about,
            points: self.records.iter().map(|p| (p.records as f64, value(p))).collect(),
        };
        let blocks = |about: &'static str, value: fn(&ByBlocks) -> f64| Curve {
            about,
            points: self.blocks.iter().map(|p| (p.under_way as f64, value(p))).collect(),
        };
        let validators = |about: &'static str, value: fn(&ByValidators) -> f64| Curve {
            about,
            points: self.validators.iter().map(|p| (f64::from(p.validators), value(p))).collect(),
        };
        let draw = |name: &str, x: &str, y: &str, curves: Vec<Curve>| {
            picture::draw(&folder.join(name), (x, y), &curves)
        };
        draw(
            "scale-throughput.svg",
            "records on the chain",
            "a second",
            vec![
                records("transactions executed", |p| p.load.executed_per_s),
                records("codes read", |p| p.code_reads_per_s),
            ],
        )?;
        draw(
            "scale-latency.svg",
            "records on the chain",
            "ms",
            vec![
                records("full load, p50", |p| p.load.p50_us / 1e3),
                records("code read, p99", |p| p.code_read_p99_us / 1e3),
                records("killed member ready again", |p| p.restart_ms),
            ],
        )?;
        draw(
            "scale-disk.svg",
            "records on the chain",
            "MiB",
            vec![
                records("disk after compaction", |p| p.disk_bytes / f64::from(1 << 20)),
                records("raw transactions", |p| p.transaction_bytes / f64::from(1 << 20)),
                records("most memory of a node", |p| p.peak_mib),
            ],
        )?;
        draw(
            "scale-validators.svg",
            "validators on one machine",
            "transactions a second",
            vec![validators("executed", |p| p.load.executed_per_s)],
        )?;
        draw(
            "scale-blocks.svg",
            "transactions under way",
            "transactions a second; us a transaction",
            vec![
                blocks("executed a second", |p| p.load.executed_per_s),
                blocks("processor time, all nodes, us", |p| p.load.cpu_us),
            ],
        )
    }

    fn tables(&self) -> String {
        let mut lines = vec![self.machine.clone(), String::new()];
        let mut table = |head: &[&str], rows: Vec<Vec<String>>| {
            if rows.is_empty() {
                return;
            }
            lines.push(format!("| {} |", head.join(" | ")));
            lines.push(format!("|{}", "---:|".repeat(head.len())));
            lines.extend(rows.into_iter().map(|row| format!("| {} |", row.join(" | "))));
            lines.push(String::new());
        };
        let loads = ["executed/s", "p50 us", "p99 us", "CPU us"];
        let records = self.records.iter().map(|p| {
            let reads = [p.code_reads_per_s, p.code_read_p99_us].map(whole);
            let of_a_node = [p.restart_ms, p.peak_mib].map(whole);
            let disk = format!("{:.2}", p.disk_bytes / p.transaction_bytes);
            let first = [p.records.to_string()];
            [&first[..], &p.load.cells(), &reads, &of_a_node, &[disk]].concat()
        });
        let more = ["code reads/s", "read p99 us", "restart ms", "most MiB", "disk / raw"];
        table(&[&["records"][..], &loads, &more].concat(), records.collect());
        let validators = self.validators.iter();
        let validators =
            validators.map(|p| [&[p.validators.to_string()][..], &p.load.cells()].concat());
        table(&[&["validators"][..], &loads].concat(), validators.collect());
        let blocks = self.blocks.iter().map(|p| {
            let first = [p.under_way.to_string(), format!("{:.1}", p.transactions)];
            [&first[..], &p.load.cells()].concat()
        });
        table(&[&["under way", "of a block"][..], &loads].concat(), blocks.collect());
        lines.join("\n")
    }
}
