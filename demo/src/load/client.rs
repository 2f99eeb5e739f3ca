// SPDX-License-Identifier: Apache-2.0
//! One client of the load: it has one batch under way. A batch without an answer is sent again as it
//! is, which is safe; never another in its place.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chain::ids::TransactionId;

use super::Run;
use super::plan::{Plan, Planned};
use crate::node::{Node, NodeError, Verdict};

/// How long after the end of a run a batch may still wait for its answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Least size of a batch after the end.
const LAST_BATCH: usize = 100;
/// Pause before a batch is sent again.
const SEND_AGAIN: Duration = Duration::from_millis(200);

/// Works until the run is over. What it runs out of it signs while a batch is under way.
/// Returns what is signed and not sent.
pub(super) async fn work<N: Node>(
    run: Arc<Run>,
    mut nodes: Vec<N>,
    mut plan: Plan,
    place: usize,
) -> Option<(Vec<N>, Plan)> {
    let most = run.options.batch;
    // Clients take turns, so that a rate is no row of bursts.
    let turn = interval(&run, most).mul_f64(place as f64 / run.options.clients as f64);
    let mut due = Instant::now() + turn;
    while !run.is_over() {
        if plan.waiting() == 0 {
            plan.fill(&run.signing, most);
        }
        let batch = plan.take(most);
        if batch.is_empty() {
            break;
        }
        let planned_for = pace(&run, &mut due, batch.len()).await;
        if run.is_over() {
            plan.give_back(batch);
            break;
        }
        let sent = if plan.waiting() < most {
            let signing = tokio::task::spawn_blocking({
                let run = Arc::clone(&run);
                move || {
                    plan.fill(&run.signing, most);
                    plan
                }
            });
            let sent = send(&run, &mut nodes, &batch, planned_for).await;
            plan = signing.await.ok()?;
            sent
        } else {
            send(&run, &mut nodes, &batch, planned_for).await
        };
        match sent {
            Sent::Answered(verdicts) => plan.learn(&batch, &verdicts),
            // It is offered again in its next turn.
            Sent::Busy => plan.give_back(batch),
            Sent::Lost => {}
        }
    }
    Some((nodes, plan))
}

/// Brings the trips under way to their end, so that their drivers are free for another run. It counts
/// in no figure, and what cannot be ended now stays as it is.
pub(super) async fn finish<N: Node>(nodes: Vec<N>, mut plan: Plan, most: usize) {
    let Some(node) = nodes.first() else { return };
    plan.finish();
    while plan.waiting() > 0 {
        let batch = plan.take(most.max(LAST_BATCH));
        let encoded: Vec<&[u8]> = batch.iter().map(|planned| planned.bytes.as_slice()).collect();
        if let Err(error) = node.submit_bytes(&encoded).await {
            tracing::debug!(%error, "trips are left under way");
            return;
        }
    }
}

/// The instant from which the next batch's latency counts: now, or with a rate when it was due, however
/// late the answer before it came.
async fn pace(run: &Run, due: &mut Instant, batch: usize) -> Instant {
    let pause = interval(run, batch);
    if pause.is_zero() {
        return Instant::now();
    }
    let planned_for = *due;
    // What is due behind the end is not waited for.
    tokio::time::sleep_until(planned_for.min(run.started + run.options.time).into()).await;
    *due += pause;
    planned_for
}

/// From one batch of a client to the next at the rate of the run; nothing without one.
fn interval(run: &Run, batch: usize) -> Duration {
    let Some(rate) = run.options.rate.filter(|rate| *rate > 0) else { return Duration::ZERO };
    let share = batch as u64 * run.options.clients as u64;
    Duration::from_nanos(share * 1_000_000_000 / rate)
}

/// What became of a batch.
enum Sent {
    /// A verdict for each.
    Answered(Vec<Verdict>),
    /// The node takes nothing for now.
    Busy,
    /// No answer within patience.
    Lost,
}

async fn send<N: Node>(
    run: &Run,
    nodes: &mut [N],
    batch: &[Planned],
    planned_for: Instant,
) -> Sent {
    let sent = answered(run, nodes, batch).await;
    match &sent {
        Sent::Answered(verdicts) => count(run, batch, verdicts, planned_for),
        Sent::Busy => run.count(|counts| {
            counts.batches += 1;
            counts.not_taken += batch.len() as u64;
        }),
        Sent::Lost => run.count(|counts| counts.lost += 1),
    }
    sent
}

fn count(run: &Run, batch: &[Planned], verdicts: &[Verdict], planned_for: Instant) {
    let took = planned_for.elapsed().as_micros() as u64;
    let executed: Vec<TransactionId> = batch
        .iter()
        .zip(verdicts)
        .filter(|(_, verdict)| **verdict == Verdict::Executed)
        .map(|(planned, _)| planned.id)
        .collect();
    run.acknowledge(&executed);
    let refused = verdicts.iter().filter(|v| matches!(v, Verdict::Refused(_))).count() as u64;
    let is_in_time = !run.is_over();
    run.count(|counts| {
        counts.batches += 1;
        counts.executed += executed.len() as u64;
        counts.in_time += if is_in_time { executed.len() as u64 } else { 0 };
        counts.bytes += batch.iter().map(|planned| planned.bytes.len() as u64).sum::<u64>();
        counts.refused += refused;
        counts.not_taken += verdicts.len() as u64 - executed.len() as u64 - refused;
        // A refusal in no time is no fast answer.
        counts.latency.saturating_record_n(took, executed.len() as u64 + refused);
    });
}

/// Sends until an answer comes; another node's is as good.
async fn answered<N: Node>(run: &Run, nodes: &mut [N], batch: &[Planned]) -> Sent {
    let encoded: Vec<&[u8]> = batch.iter().map(|planned| planned.bytes.as_slice()).collect();
    let last = run.started + run.options.time + PATIENCE;
    loop {
        let Some(node) = nodes.first() else { return Sent::Lost };
        let error = match asked(run, node, &encoded).await {
            Ok(sent) => return sent,
            Err(error) => error,
        };
        if Instant::now() >= last {
            tracing::warn!(%error, "a batch was given up");
            return Sent::Lost;
        }
        tracing::debug!(%error, "a batch is sent again");
        run.count(|counts| counts.resent += 1);
        nodes.rotate_left(1);
        tokio::time::sleep(SEND_AGAIN).await;
    }
}

/// One node's answer. Whoever keeps to a rate does not wait for a node that is busy.
async fn asked<N: Node>(run: &Run, node: &N, encoded: &[&[u8]]) -> Result<Sent, NodeError> {
    if run.options.rate.is_none() {
        return node.submit_bytes(encoded).await.map(Sent::Answered);
    }
    let verdicts = node.submit_once(encoded).await?;
    if verdicts.iter().all(Option::is_none) {
        return Ok(Sent::Busy);
    }
    let open = || Verdict::NotTaken("no_verdict".to_owned());
    Ok(Sent::Answered(verdicts.into_iter().map(|one| one.unwrap_or_else(open)).collect()))
}
