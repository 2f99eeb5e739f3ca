// SPDX-License-Identifier: Apache-2.0
//! A code read whole by who shows credentials: colour, papers and their attesters, beside a fixed JSON answer
//! of that size on the same machine.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::figures::Figures;
use crate::fixed;
use crate::http::{self, Reads};
use crate::testnet::{Data, Testnet};

/// Connections that read.
const READERS: usize = 32;
const READ: Duration = Duration::from_secs(5);
/// Longest until a running node takes a new key.
const KNOWN: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);
/// No rate is in the way of what is measured.
const RATE: (&str, &str) = ("DIANYUN__API__PER_MINUTE__OFFICE", "4000000000");

/// Measures a small testnet with the demo's data, at its observer, which asks everybody for credentials.
pub(crate) async fn measure(dianyun: &Path, dir: &Path) -> Result<Figures> {
    let rate = [(RATE.0, RATE.1.to_owned())];
    let net = Testnet::up_with(dianyun, &dir.join("testnet"), (1, Data::Demo), &rate)?;
    let observer = net.nodes.iter().find(|node| node.name.starts_with("observer"));
    let observer = observer.context("the testnet has no observer")?;
    let regulator = organisation(&net, "regulator").await?;
    let folder = observer.dir.display().to_string();
    let made =
        ["apikey", "new", "--organisation", &regulator, "--label", "bench", "--office", "--json"];
    let made = net.run_alone(made.into_iter().chain(["--dir", &folder]))?;
    let secret = made["key"].as_str().context("no key is shown")?;
    let paths = papers(&net).await?;
    let address = http::address(&observer.api)?;
    let reads = Reads::of(paths).with(format!("Bearer {secret}"));
    let bytes = taken(&reads, address).await?;
    let (rate, p99) = reads.run(address, READERS, READ).await?;
    let (_server, address) = fixed::start()?;
    let fixed = Reads::of(vec![format!("/fixed/{bytes}")]);
    let (fixed_rate, fixed_p99) = fixed.run(address, READERS, READ).await?;
    Ok(Figures::from([
        ("papers_bytes", bytes as f64),
        ("papers_reads_per_s", rate),
        ("papers_read_p99_us", p99),
        ("fixed_papers_reads_per_s", fixed_rate),
        ("fixed_papers_read_p99_us", fixed_p99),
    ]))
}

/// Bytes of the first answer, once the running node knows the new key.
async fn taken(reads: &Reads, address: SocketAddr) -> Result<usize> {
    let began = Instant::now();
    loop {
        let (bytes, status) = reads.sample(address).await?;
        if status.is_success() {
            return Ok(bytes);
        }
        ensure!(began.elapsed() < KNOWN, "papers are answered by {status}");
        tokio::time::sleep(LOOK).await;
    }
}

/// The id of the first organisation of a kind.
pub(crate) async fn organisation(net: &Testnet, kind: &str) -> Result<String> {
    let node = net.nodes.first().context("the testnet has no node")?;
    let all = net.get(node, "/v1/organisations?limit=200").await?;
    let mut items = all["items"].as_array().into_iter().flatten();
    let found = items.find(|item| item["value"]["organisation"]["kind"] == kind);
    let id = found.and_then(|item| item["id"].as_str()).map(str::to_owned);
    id.with_context(|| format!("the chain has no {kind}"))
}

/// The papers of every issued code of a driver.
async fn papers(net: &Testnet) -> Result<Vec<String>> {
    let node = net.nodes.first().context("the testnet has no node")?;
    let all = net.get(node, "/v1/codes?limit=200").await?;
    let items = all["items"].as_array().into_iter().flatten();
    let drivers = items.filter(|item| item["value"]["code"]["holder"]["person"].is_string());
    let ids = drivers.filter_map(|item: &Value| item["id"].as_str());
    let paths: Vec<String> = ids.map(|id| format!("/v1/codes/{id}/papers")).collect();
    ensure!(!paths.is_empty(), "the chain has no driver's code");
    Ok(paths)
}
