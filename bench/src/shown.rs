// SPDX-License-Identifier: Apache-2.0
//! A shown code of the golden vectors: its length, and how long its verification takes in Rust and in TypeScript.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use chain::Time;
use chain::shown::{Scan, Verdict, WitnessList, verify};
use serde_json::Value;

use crate::figures::Figures;

/// Verifications whose median is taken, after some that fill caches.
const TIMES: usize = 201;
const FIRST: usize = 20;

/// The same in TypeScript: the median in milliseconds on standard output.
const TYPESCRIPT: &str = "
  const [index, vectors, first, times] = process.argv.slice(1);
  const { verifyShown } = await import(index);
  const { list, accept } = JSON.parse((await import('node:fs')).readFileSync(vectors, 'utf8'));
  const [{ text, now }] = accept;
  const took = [];
  for (let i = 0; i < Number(first) + Number(times); i += 1) {
    const start = performance.now();
    if (verifyShown(text, list, { now }).verdict !== 'verified') throw new Error('it is not verified');
    took.push(performance.now() - start);
  }
  const kept = took.slice(Number(first)).sort((a, b) => a - b);
  console.log(kept[Math.floor(kept.length / 2)]);
";

/// Length and times.
pub(crate) fn measure() -> Result<Figures> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the repository's root")?;
    let file = root.join("docs/vectors/shown.json");
    let vectors = std::fs::read_to_string(&file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let vectors: Value = serde_json::from_str(&vectors)?;
    let list: WitnessList = serde_json::from_value(vectors["list"].clone())?;
    let case = &vectors["accept"][0];
    let text = case["text"].as_str().context("a text")?;
    let now: Time = serde_json::from_value(case["now"].clone())?;
    Ok(Figures::from([
        ("shown_symbols", text.len() as f64),
        ("shown_rust_ms", rust(text, &Scan::new(&list, now))?),
        ("shown_typescript_ms", typescript(&root.join("sdk/js/dist/index.js"), file)?),
    ]))
}

fn rust(text: &str, scan: &Scan<'_>) -> Result<f64> {
    let mut took = Vec::new();
    for _ in 0..FIRST + TIMES {
        let started = Instant::now();
        let verdict = verify(text, scan);
        took.push(started.elapsed());
        ensure!(matches!(verdict, Verdict::Verified(_)), "the vector is not verified: {verdict:?}");
    }
    let mut kept = took.split_off(FIRST);
    kept.sort();
    Ok(kept[kept.len() / 2].as_secs_f64() * 1_000.0)
}

fn typescript(index: &Path, vectors: PathBuf) -> Result<f64> {
    if !index.exists() {
        bail!(
            "{} is missing: scripts/bench.sh builds the TypeScript package first",
            index.display()
        );
    }
    let (first, times) = (FIRST.to_string(), TIMES.to_string());
    let mut node = Command::new("node");
    node.args(["--input-type=module", "--eval", TYPESCRIPT]);
    let output = node.arg(index).arg(vectors).args([first, times]).output();
    let output = output.context("node cannot be started: install Node 20 or later")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the TypeScript package failed: {errors}");
    let median = String::from_utf8_lossy(&output.stdout).trim().parse();
    median.context("the TypeScript package tells its median")
}
