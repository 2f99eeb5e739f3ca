// SPDX-License-Identifier: Apache-2.0
//! One client of the load: while a batch of one half of its lanes is under way, the other half signs
//! the next. A batch without an answer is sent again as it is, which is safe; never another in its
//! place.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chain::ids::TransactionId;
use chain::transaction::Transaction;

use super::Run;
use super::crews::Mates;
use super::lane::Lane;
use crate::node::{Node, Verdict, now};
use crate::scenario::trips::Step;

/// How long after the end of a run a batch may still wait for its answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause before a batch is sent again.
const SEND_AGAIN: Duration = Duration::from_millis(200);

/// Half of a client's lanes with the batch that they signed.
struct Half {
    lanes: Vec<Lane>,
    trips: usize,
    batch: Vec<Transaction>,
    /// How many transactions of the batch belong to each lane, in order.
    shares: Vec<usize>,
}

impl Half {
    /// Signs the next batch. Lanes that cannot go on rest.
    fn sign(&mut self, run: &Run) {
        self.batch.clear();
        self.shares.clear();
        let now = now();
        for lane in &mut self.lanes {
            let signed = if lane.is_fit() {
                lane.sign((run.number, self.trips), run.police.as_ref(), now).unwrap_or_default()
            } else {
                Vec::new()
            };
            let room = run.options.batch.saturating_sub(self.batch.len());
            let share = signed.len().min(room);
            self.batch.extend(signed.into_iter().take(share));
            self.shares.push(share);
        }
    }

    fn learn(&mut self, verdicts: &[Verdict]) {
        let mut rest = verdicts;
        for (lane, share) in self.lanes.iter_mut().zip(&self.shares) {
            let (own, others) = rest.split_at((*share).min(rest.len()));
            lane.learn(own);
            rest = others;
        }
    }
}

/// Works until the run is over.
pub(super) async fn work<N: Node>(
    run: Arc<Run>,
    mut nodes: Vec<N>,
    mates: Vec<Mates>,
    place: usize,
) {
    let Some(chain) = nodes.first().map(Node::chain_id) else { return };
    let stride = run.options.clients as u64 * 1_000;
    let mut halves: [Vec<Lane>; 2] = [Vec::new(), Vec::new()];
    for (index, one) in mates.into_iter().enumerate() {
        let first = (place * 1_000 + index % 1_000) as u64;
        halves[index % 2].push(Lane::new(one, chain, first, stride));
    }
    let [mut next, mut after] = halves.map(|lanes| half(&run, lanes));
    next.sign(&run);
    let mut due = Instant::now();
    while !run.is_over() {
        pace(&run, &mut due, next.batch.len()).await;
        let signing = tokio::task::spawn_blocking({
            let run = Arc::clone(&run);
            move || {
                after.sign(&run);
                after
            }
        });
        if !next.batch.is_empty() {
            send(&run, &mut nodes, &mut next).await;
        }
        let Ok(signed) = signing.await else { return };
        after = std::mem::replace(&mut next, signed);
        if next.batch.is_empty() {
            // The other half has no lanes, or all of them rest: this one signs for itself.
            std::mem::swap(&mut next, &mut after);
            next.sign(&run);
        }
        if next.batch.is_empty() && after.batch.is_empty() {
            return;
        }
    }
}

fn half(run: &Run, lanes: Vec<Lane>) -> Half {
    let per_lane = run.options.batch / lanes.len().max(1);
    let trips = (per_lane.saturating_sub(2) / Step::ALL.len()).max(1);
    Half { lanes, trips, batch: Vec::new(), shares: Vec::new() }
}

/// With a rate, each client waits until its next batch is due.
async fn pace(run: &Run, due: &mut Instant, batch: usize) {
    let Some(rate) = run.options.rate.filter(|rate| *rate > 0) else { return };
    tokio::time::sleep_until((*due).into()).await;
    let share = batch as u64 * run.options.clients as u64;
    *due += Duration::from_micros(share * 1_000_000 / rate);
}

async fn send<N: Node>(run: &Run, nodes: &mut [N], half: &mut Half) {
    let began = Instant::now();
    let Some(verdicts) = answered(run, nodes, &half.batch).await else {
        run.count(|counts| counts.lost += 1);
        return;
    };
    let took = began.elapsed().as_micros() as u64;
    let executed: Vec<TransactionId> = half
        .batch
        .iter()
        .zip(&verdicts)
        .filter(|(_, verdict)| **verdict == Verdict::Executed)
        .map(|(transaction, _)| transaction.id())
        .collect();
    run.acknowledge(&executed);
    let refused = verdicts.iter().filter(|v| matches!(v, Verdict::Refused(_))).count() as u64;
    run.count(|counts| {
        counts.batches += 1;
        counts.executed += executed.len() as u64;
        counts.refused += refused;
        counts.not_taken += verdicts.len() as u64 - executed.len() as u64 - refused;
        let times = verdicts.len() as u64;
        counts.latency.saturating_record_n(took, times);
    });
    half.learn(&verdicts);
}

/// Sends until an answer comes; another node's is as good. None if patience ends first.
async fn answered<N: Node>(
    run: &Run,
    nodes: &mut [N],
    batch: &[Transaction],
) -> Option<Vec<Verdict>> {
    let last = run.started + run.options.time + PATIENCE;
    loop {
        let error = match nodes.first()?.submit(batch).await {
            Ok(verdicts) => return Some(verdicts),
            Err(error) => error,
        };
        if Instant::now() >= last {
            tracing::warn!(%error, "a batch was given up");
            return None;
        }
        tracing::debug!(%error, "a batch is sent again");
        run.count(|counts| counts.resent += 1);
        nodes.rotate_left(1);
        tokio::time::sleep(SEND_AGAIN).await;
    }
}
