// SPDX-License-Identifier: Apache-2.0
//! The null chain: what no chain of this kind can do without. As many processes as validators; each
//! checks the same signatures in batches, hashes the same bytes, puts one small value a transaction
//! into RocksDB and syncs its log once a block. No network and no rules.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use chain::Hash;
use chain::keys::{SignatureCheck, verify_batch};
use clap::Args;
use rocksdb::{DB, Options, WriteBatch, WriteOptions};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::figures::Figures;
use crate::process::{self, Process};
use crate::signatures;

/// Transactions of a run.
const TRANSACTIONS: u64 = 100_000;
/// Transactions of a block.
const BLOCK: usize = 500;
const SIGNERS: u64 = 1_000;
/// Bytes of a transaction: about the mean of the load's.
const BYTES: usize = 224;

/// One process of the null chain.
#[derive(Debug, Args)]
pub(crate) struct Worker {
    /// Where its database is.
    #[arg(long)]
    dir: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct Told {
    took_s: f64,
    cpu_s: f64,
}

impl Worker {
    /// Says `ready`, waits for a line, works, and says what it took.
    pub(crate) fn run(self) -> Result<()> {
        let signed: Vec<SignatureCheck> = (0..SIGNERS).map(signatures::check).collect();
        let mut options = Options::default();
        options.create_if_missing(true);
        let db = DB::open(&options, &self.dir)?;
        println!("ready");
        std::io::stdout().flush()?;
        std::io::stdin().read_line(&mut String::new())?;
        let before = process::cpu_s(std::process::id()).unwrap_or_default();
        let started = Instant::now();
        for block in 0..TRANSACTIONS / BLOCK as u64 {
            self.block(&db, &signed, block)?;
        }
        let took_s = started.elapsed().as_secs_f64();
        let cpu_s = process::cpu_s(std::process::id()).unwrap_or_default() - before;
        println!("{}", serde_json::to_string(&Told { took_s, cpu_s })?);
        Ok(())
    }

    fn block(&self, db: &DB, signed: &[SignatureCheck], block: u64) -> Result<()> {
        let first = block as usize * BLOCK % signed.len();
        let checks: Vec<SignatureCheck> =
            signed.iter().cycle().skip(first).take(BLOCK).cloned().collect();
        ensure!(verify_batch(&checks).into_iter().all(|holds| holds), "a signature is wrong");
        let mut batch = WriteBatch::default();
        for place in 0..BLOCK as u64 {
            let mut transaction = [0_u8; BYTES];
            let number = block * BLOCK as u64 + place;
            transaction[..8].copy_from_slice(&number.to_le_bytes());
            let id = Hash(Sha256::digest(transaction).into());
            batch.put(id.0, number.to_le_bytes());
        }
        let mut synced = WriteOptions::default();
        synced.set_sync(true);
        Ok(db.write_opt(batch, &synced)?)
    }
}

/// Runs one null chain; its rate is that of the slowest process.
pub(crate) fn measure(dir: &Path, processes: u32) -> Result<Figures> {
    let own = std::env::current_exe().context("this program does not know its file")?;
    let mut workers = Vec::new();
    for place in 0..processes {
        let mut command = Command::new(&own);
        command.arg("null-worker").arg("--dir").arg(dir.join(format!("null-{place}")));
        let mut process = Process::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let out = process.child().stdout.take().context("a worker has no output")?;
        let mut out = BufReader::new(out);
        let mut line = String::new();
        out.read_line(&mut line)?;
        ensure!(line.trim() == "ready", "a worker of the null chain is not ready");
        workers.push((process, out));
    }
    for (process, _) in &mut workers {
        let mut input = process.child().stdin.take().context("a worker has no input")?;
        writeln!(input, "go")?;
    }
    let (mut slowest, mut cpu) = (0.0_f64, 0.0);
    for (_, out) in &mut workers {
        let mut line = String::new();
        out.read_line(&mut line)?;
        let told: Told = serde_json::from_str(&line).context("a worker gave no figures")?;
        slowest = slowest.max(told.took_s);
        cpu += told.cpu_s;
    }
    let each = cpu / f64::from(processes) / TRANSACTIONS as f64 * 1e6;
    Ok(Figures::from([
        ("null_transactions_per_s", TRANSACTIONS as f64 / slowest),
        ("null_cpu_us_each_process", each),
    ]))
}
