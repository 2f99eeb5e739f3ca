// SPDX-License-Identifier: Apache-2.0
//! The load generator: each client has one batch under way, of life cycles of waybills, matters and
//! renewed licences in legal order, signed before the clock starts. Without a rate it is a closed loop;
//! with one, latency counts from when a batch was due. Successful executions are counted apart from
//! refusals, and every figure is one that was measured.

mod client;
mod crews;
mod fill;
mod lane;
mod plan;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chain::hash::Hash;
use chain::ids::TransactionId;
use chain::keys::SecretKey;
use hdrhistogram::Histogram;

pub use self::crews::{Mates, find, recruit};
pub use self::fill::fill;
use self::lane::Signing;
use self::plan::Plan;
use crate::applicant::DemoError;
use crate::node::Node;

/// Most clients of one run.
pub const CLIENTS: usize = 256;
/// Longest latency that the histogram tells apart: ten minutes, in microseconds.
const LONGEST_US: u64 = 600_000_000;

/// What a run is like.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Clients, each with one batch under way.
    pub clients: usize,
    /// How long they begin new batches.
    pub time: Duration,
    /// Transactions a second over all clients; none: as fast as answers come.
    pub rate: Option<u64>,
    /// Most transactions in one batch.
    pub batch: usize,
    /// Transactions to sign before the clock starts; what is missing then is signed on the way.
    pub prepared: usize,
}

/// Where acknowledged ids go, a line each, flushed as they come.
pub type Acks = Arc<Mutex<dyn Write + Send>>;

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Report {
    /// Wall time from the first batch to the last answer, ms.
    pub took_ms: u64,
    /// Transactions that were signed before the clock started.
    pub prepared: u64,
    /// Transactions that were executed.
    pub executed: u64,
    /// Bytes of the transactions that were answered.
    pub transaction_bytes: u64,
    /// Transactions in blocks that the rules refused.
    pub refused: u64,
    /// Transactions that were not taken at all.
    pub not_taken: u64,
    /// Batches answered.
    pub batches: u64,
    /// Batches that had to be sent again because no answer came.
    pub resent: u64,
    /// Batches given up without an answer.
    pub lost: u64,
    /// Executed transactions a second until the last answer; with a rate, of those that were answered
    /// while batches were begun.
    pub executed_per_second: u64,
    /// Half of all transactions were answered within so many microseconds.
    pub p50_us: u64,
    /// 99 of 100 transactions were answered within so many microseconds.
    pub p99_us: u64,
    /// 999 of 1,000 transactions were answered within so many microseconds.
    pub p999_us: u64,
    /// The slowest answer, microseconds.
    pub max_us: u64,
}

/// Counts of a run, shared by its clients.
pub(crate) struct Counts {
    executed: u64,
    /// Those that were answered while batches were begun.
    in_time: u64,
    bytes: u64,
    refused: u64,
    not_taken: u64,
    batches: u64,
    resent: u64,
    lost: u64,
    latency: Histogram<u64>,
}

impl Counts {
    fn new() -> Self {
        let latency = match Histogram::new_with_bounds(1, LONGEST_US, 3) {
            Ok(latency) => latency,
            Err(error) => unreachable!("the bounds are constants: {error}"),
        };
        Self {
            executed: 0,
            in_time: 0,
            bytes: 0,
            refused: 0,
            not_taken: 0,
            batches: 0,
            resent: 0,
            lost: 0,
            latency,
        }
    }

    fn report(&self, took: Duration, options: &Options) -> Report {
        let took_ms = took.as_millis() as u64;
        let (counted, within_ms) = match options.rate {
            Some(_) => (self.in_time, options.time.min(took).as_millis() as u64),
            None => (self.executed, took_ms),
        };
        Report {
            took_ms,
            prepared: 0,
            executed: self.executed,
            transaction_bytes: self.bytes,
            refused: self.refused,
            not_taken: self.not_taken,
            batches: self.batches,
            resent: self.resent,
            lost: self.lost,
            executed_per_second: counted * 1_000 / within_ms.max(1),
            p50_us: self.latency.value_at_quantile(0.5),
            p99_us: self.latency.value_at_quantile(0.99),
            p999_us: self.latency.value_at_quantile(0.999),
            max_us: self.latency.max(),
        }
    }
}

/// What every client of a run shares.
pub(crate) struct Run {
    pub(crate) options: Options,
    pub(crate) started: Instant,
    pub(crate) signing: Signing,
    counts: Mutex<Counts>,
    acks: Option<Acks>,
}

impl Run {
    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Writes acknowledged ids. A reader that went away does not stop the load.
    pub(crate) fn acknowledge(&self, ids: &[TransactionId]) {
        let Some(acks) = &self.acks else { return };
        let lines: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let mut out = acks.lock().unwrap_or_else(PoisonError::into_inner);
        let written = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
        if let Err(error) = written {
            tracing::warn!(%error, "acknowledged ids cannot be written");
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.started.elapsed() >= self.options.time
    }
}

/// A load whose transactions are signed and wait for the clock to start.
pub struct Prepared {
    plans: Vec<Plan>,
    signing: Signing,
    options: Options,
}

/// Signs what the options say, in legal order, before the clock starts.
pub async fn prepare(
    chain: Hash,
    mates: Vec<Mates>,
    police: Option<SecretKey>,
    options: Options,
) -> Result<Prepared, DemoError> {
    let clients = options.clients.clamp(1, CLIENTS).min(mates.len());
    if clients == 0 {
        return Err(DemoError::Data("a load needs at least one driver".to_owned()));
    }
    let signing = Signing { chain, run: u32::from_le_bytes(crate::node::random()), police };
    let mut shares: Vec<Vec<Mates>> = (0..clients).map(|_| Vec::new()).collect();
    for (place, one) in mates.into_iter().enumerate() {
        shares[place % clients].push(one);
    }
    let mut tasks = tokio::task::JoinSet::new();
    for (place, share) in shares.into_iter().enumerate() {
        let (signing, least) = (signing.clone(), options.prepared / clients);
        tasks.spawn_blocking(move || {
            let mut plan = Plan::new(share, place, clients);
            plan.fill(&signing, least);
            plan
        });
    }
    let mut plans = Vec::new();
    while let Some(plan) = tasks.join_next().await {
        plans.push(plan.map_err(|error| DemoError::Data(error.to_string()))?);
    }
    Ok(Prepared { plans, signing, options: Options { clients, ..options } })
}

impl Prepared {
    /// Runs the load through these nodes. A client whose node does not answer goes on to the next one.
    pub async fn run<N: Node>(self, nodes: &[N], acks: Option<Acks>) -> Result<Report, DemoError> {
        if nodes.is_empty() {
            return Err(DemoError::Data("a load needs a node".to_owned()));
        }
        let prepared = self.plans.iter().map(Plan::waiting).sum::<usize>() as u64;
        let run = Arc::new(Run {
            options: self.options,
            started: Instant::now(),
            signing: self.signing,
            counts: Mutex::new(Counts::new()),
            acks,
        });
        let mut tasks = tokio::task::JoinSet::new();
        for (place, plan) in self.plans.into_iter().enumerate() {
            let mut nodes = nodes.to_vec();
            let turn = place % nodes.len();
            nodes.rotate_left(turn);
            tasks.spawn(client::work(Arc::clone(&run), nodes, plan, place));
        }
        let mut ended = Vec::new();
        while let Some(one) = tasks.join_next().await {
            let early =
                |why: String| DemoError::Data(format!("a client of the load ended early: {why}"));
            let one = one.map_err(|error| early(error.to_string()))?;
            ended.push(one.ok_or_else(|| early("nothing could be signed".to_owned()))?);
        }
        let report = {
            let counts = run.counts.lock().unwrap_or_else(PoisonError::into_inner);
            Report { prepared, ..counts.report(run.started.elapsed(), &run.options) }
        };
        let last = ended.into_iter();
        let last = last.map(|(nodes, plan)| client::finish(nodes, plan, run.options.batch));
        futures::future::join_all(last).await;
        Ok(report)
    }
}
