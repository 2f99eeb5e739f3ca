// SPDX-License-Identifier: Apache-2.0
//! One round of the chain: a fresh testnet, filled, loaded, read, its leader killed, its disk weighed.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use serde_json::Value;

use crate::Run;
use crate::figures::Figures;
use crate::http::{self, Reads};
use crate::process;
use crate::testnet::Testnet;

/// Transactions of a batch of the closed loop at full load.
pub(crate) const BATCH: u64 = 500;
const CLIENTS: u64 = 8;
/// Full load.
pub(crate) const FULL: [(&str, u64); 2] = [("clients", CLIENTS), ("batch", BATCH)];
/// Batches at half load: of 500, one alone would keep all nodes of one machine busy for as long as etcd's
/// slowest writes take.
const HALF_BATCH: u64 = 100;
/// How long the chain rests after much load, so that latency and reads are not measured beside compaction.
pub(crate) const REST: Duration = Duration::from_secs(3);
/// Transactions a second that are signed ahead; a chain that does more signs on the way.
pub(crate) const AHEAD: u64 = 18_000;
/// Transactions on the chain before a member is restarted.
const ON_CHAIN: u64 = 200_000;
/// Connections that read.
const READERS: usize = 32;
const READ: Duration = Duration::from_secs(5);
/// Longest load that makes up what lacks on the chain, seconds.
const TOP_UP: u64 = 120;

pub(crate) fn number(value: &Value, name: &str) -> Result<f64> {
    value[name].as_f64().with_context(|| format!("the report of a load has no {name}"))
}

pub(crate) fn load(parts: &[(&str, u64)], node: Option<&str>) -> Vec<String> {
    let mut args = Vec::new();
    for (name, value) in parts {
        args.extend([format!("--{name}"), value.to_string()]);
    }
    if let Some(node) = node {
        args.extend(["--node".to_owned(), node.to_owned()]);
    }
    args
}

/// Full load for so long, signed ahead; its report.
pub(crate) fn full_load(net: &Testnet, seconds: u64) -> Result<Value> {
    let timed = [("seconds", seconds), ("prepare", seconds * AHEAD)];
    net.bench(&load(&[&FULL[..], &timed[..]].concat(), None))
}

/// Measures one testnet from its start to its end.
pub(crate) async fn measure(dianyun: &Path, dir: &Path, run: &Run) -> Result<Figures> {
    let dir = dir.join("testnet");
    let net = Testnet::up(dianyun, &dir, run.validators)?;
    let seconds = run.setting.seconds;
    let mut figures = Figures::new();
    let leader = net.leader().await?.name;
    let filled = [("clients", CLIENTS), ("records", run.records), ("seconds", 3)];
    net.bench(&load(&filled, None))?;

    let idle = [("clients", 1), ("batch", 1), ("drivers", 1), ("prepare", 5_000)];
    let idle = load(&[&idle[..], &[("seconds", seconds / 3)]].concat(), Some(&leader));
    let idle = net.bench(&idle)?;
    figures.insert("chain_idle_p50_us", number(&idle, "p50_us")?);
    figures.insert("chain_idle_p99_us", number(&idle, "p99_us")?);

    let full = full_load(&net, seconds)?;
    let peak = number(&full, "executed_per_second")?;
    figures.insert("chain_executed_per_s", peak);
    figures.insert("chain_full_load_p50_us", number(&full, "p50_us")?);
    figures.insert("chain_full_load_p99_us", number(&full, "p99_us")?);
    figures.insert("chain_full_load_p999_us", number(&full, "p999_us")?);
    figures.insert("chain_refused", number(&full, "refused")? + number(&full, "not_taken")?);
    figures.insert("chain_cpu_us", number(&full, "nodes_cpu_s_per_1000")? * 1e3);
    figures.insert("bench_cpu_us", number(&full, "bench_cpu_s_per_1000")? * 1e3);
    let executed = number(&full, "executed")?;
    let written = full["usage"].as_object().into_iter().flatten();
    let written: f64 = written.filter_map(|(_, used)| used["written_bytes"].as_f64()).sum();
    figures.insert("chain_written_bytes_each_transaction", written / executed);

    // Right behind the peak: a chain that grew in between does a little less.
    let beyond = [("clients", 256), ("batch", BATCH), ("drivers", 2), ("rate", 2 * peak as u64)];
    let ahead = (2 * peak as u64 * seconds).min(1_000_000);
    let timed = [("seconds", seconds), ("prepare", ahead)];
    let over = net.bench(&load(&[&beyond[..], &timed[..]].concat(), None))?;
    figures.insert("chain_overload_per_s", number(&over, "executed_per_second")?);
    figures.insert("chain_overload_p50_us", number(&over, "p50_us")?);
    figures.insert("chain_overload_p99_us", number(&over, "p99_us")?);
    figures.insert("chain_overload_not_taken", number(&over, "not_taken")?);

    tokio::time::sleep(REST).await;
    let one = [("clients", 256), ("batch", 1), ("drivers", 1), ("prepare", seconds * 5_000)];
    let one = net.bench(&load(&[&one[..], &[("seconds", seconds)]].concat(), None))?;
    figures.insert("chain_256_single_per_s", number(&one, "executed_per_second")?);
    figures.insert("chain_256_single_p99_us", number(&one, "p99_us")?);
    figures.insert("chain_256_single_cpu_us", number(&one, "nodes_cpu_s_per_1000")? * 1e3);

    let rate = (peak / 2.0) as u64;
    let half = [("clients", CLIENTS), ("batch", HALF_BATCH), ("rate", rate)];
    let timed = [("seconds", seconds), ("prepare", (rate * seconds).min(1_000_000))];
    let half = net.bench(&load(&[&half[..], &timed[..]].concat(), None))?;
    figures.insert("chain_half_load_per_s", number(&half, "executed_per_second")?);
    figures.insert("chain_half_load_p50_us", number(&half, "p50_us")?);
    figures.insert("chain_half_load_p99_us", number(&half, "p99_us")?);
    figures.insert("chain_half_load_not_taken", number(&half, "not_taken")?);

    tokio::time::sleep(REST).await;
    figures.extend(reads(&net).await?);
    let mut done = run.records as f64 / 2.0;
    for report in [&idle, &full, &one, &half, &over] {
        done += number(report, "executed")?;
    }
    top_up(&net, done)?;
    let peak_mib = net.pids().iter().filter_map(|pid| process::peak_mib(*pid)).fold(0.0, f64::max);
    figures.insert("chain_peak_mib", peak_mib);

    let (killed, failover) = net.failover(transaction(&net)?).await?;
    figures.insert("chain_failover_ms", failover);
    figures.insert("chain_restart_ms", net.restart(&killed).await?);

    net.down()?;
    figures.extend(disk(&net)?);
    Ok(figures)
}

/// Drivers' codes of the first applications, read in turn.
pub(crate) async fn reads(net: &Testnet) -> Result<Figures> {
    let node = net.nodes.first().context("the testnet has no node")?;
    let applications = net.get(node, "/v1/applications?limit=200").await?;
    let items = applications["items"].as_array().into_iter().flatten();
    let applications = items.map(|item| &item["value"]["application"]);
    let drivers = applications.filter(|one| one["wanted"]["code"]["driver"].is_object());
    let codes = drivers.filter_map(|one| one["code"].as_str());
    let codes: Vec<String> = codes.map(|code| format!("/v1/codes/{code}")).collect();
    ensure!(!codes.is_empty(), "no application led to a code");
    let address = http::address(&node.api)?;
    let (rate, p99) = Reads::of(codes).run(address, READERS, READ).await?;
    Ok(Figures::from([("chain_code_reads_per_s", rate), ("chain_code_read_p99_us", p99)]))
}

/// Goes on until the chain holds as many transactions as a restart is measured with.
fn top_up(net: &Testnet, mut done: f64) -> Result<()> {
    while done < ON_CHAIN as f64 {
        let report = net.bench(&load(&[&FULL[..], &[("seconds", 10)]].concat(), None))?;
        done += number(&report, "executed")?;
        if number(&report, "executed")? * TOP_UP as f64 / 10.0 < ON_CHAIN as f64 {
            bail!("the chain is too slow to hold {ON_CHAIN} transactions");
        }
    }
    Ok(())
}

/// A transaction that is always valid: a parameter keeps its value from some day on.
fn transaction(net: &Testnet) -> Result<Bytes> {
    let action = net.dir().join("announced.json");
    let named = serde_json::json!({ "parameter_set": {
        "name": "offer_ms", "value": 604_800_000_u64, "from": "2099-01-01T00:00:00+08:00",
    }});
    std::fs::write(&action, named.to_string())?;
    let (action, key) = (action.display().to_string(), net.dir().join("keys/regulator.key"));
    let key = key.display().to_string();
    let signed = net.run(["tx", "sign", &action, "--key", &key])?;
    Ok(Bytes::from(signed.to_string()))
}

/// What a node's folder holds once everything is compacted, beside the bytes of its transactions.
pub(crate) fn disk(net: &Testnet) -> Result<Figures> {
    let node = net.nodes.first().context("the testnet has no node")?;
    let mut command = std::process::Command::new(net.dianyun());
    let output =
        command.args(["doctor", "--compact", "--json", "--dir"]).arg(&node.dir).output()?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let tables = report["tables"].as_object().context("the doctor lists no tables")?;
    let total: f64 = tables.values().filter_map(Value::as_f64).sum();
    Ok(Figures::from([
        ("chain_disk_bytes", total),
        ("chain_transaction_bytes", number(&report, "transaction_bytes")?),
        ("chain_transactions", number(&report, "transactions")?),
    ]))
}
