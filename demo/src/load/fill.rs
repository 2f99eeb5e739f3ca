// SPDX-License-Identifier: Apache-2.0
//! Records that a chain holds before a load is measured on it: public offers that nobody accepts, each
//! a waybill and its number.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chain::limits::BATCH_TRANSACTIONS;

use super::crews::Mates;
use crate::applicant::DemoError;
use crate::node::{Node, NodeError, Verdict, now, random};
use crate::scenario::trips::{Crew, Step, Trip};

/// Records that an offer makes.
const RECORDS: usize = 2;
/// Batches under way at once.
const AT_ONCE: usize = 8;
/// Between two reports, records.
const REPORT: usize = 50_000;

/// Makes at least so many records through these nodes.
pub async fn fill<N: Node>(
    nodes: &[N],
    mates: &[Mates],
    records: usize,
    progress: &(dyn Fn(usize) + Send + Sync),
) -> Result<(), DemoError> {
    let run = u32::from_le_bytes(random());
    let offers = records.div_ceil(RECORDS);
    let batches = offers.div_ceil(BATCH_TRANSACTIONS);
    let (next, made) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = tokio::task::JoinSet::new();
    for place in 0..AT_ONCE.min(batches) {
        let node = nodes[place % nodes.len()].clone();
        let crew = Arc::clone(&mates[place % mates.len()].crew);
        let (next, made) = (Arc::clone(&next), Arc::clone(&made));
        tasks.spawn(async move {
            loop {
                let batch = next.fetch_add(1, Ordering::Relaxed);
                if batch >= batches {
                    return Ok::<_, DemoError>(());
                }
                let first = batch * BATCH_TRANSACTIONS;
                let end = (first + BATCH_TRANSACTIONS).min(offers);
                offer(&node, &crew, run, first..end).await?;
                made.fetch_add((end - first) * RECORDS, Ordering::Relaxed);
            }
        });
    }
    let mut told = 0;
    let mut look = tokio::time::interval(std::time::Duration::from_millis(500));
    loop {
        tokio::select! {
            ended = tasks.join_next() => match ended {
                None => break,
                Some(ended) => ended.map_err(|error| DemoError::Data(error.to_string()))??,
            },
            _ = look.tick() => {
                let made = made.load(Ordering::Relaxed);
                if made >= told + REPORT {
                    told = made;
                    progress(made);
                }
            }
        }
    }
    progress(made.load(Ordering::Relaxed));
    Ok(())
}

async fn offer<N: Node>(
    node: &N,
    crew: &Arc<Crew>,
    run: u32,
    numbers: std::ops::Range<usize>,
) -> Result<(), DemoError> {
    let mut batch = Vec::with_capacity(numbers.len());
    for number in numbers {
        let now = now();
        let trip = Trip::new(Arc::clone(crew), node.chain_id(), (run, number as u64), now)?;
        batch.push(trip.public().sign(Step::Offer, now));
    }
    let verdicts = node.submit(&batch).await?;
    match verdicts.iter().find(|verdict| **verdict != Verdict::Executed) {
        None => Ok(()),
        Some(other) => Err(NodeError(format!("an offer came to {other:?}")).into()),
    }
}
