// SPDX-License-Identifier: Apache-2.0
//! The leader's loop: what waits becomes proposals, chained to the one before.
//! A proposal is written with the term in which it was made, so that a lost lead writes nothing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chain::block::{BlockRef, Proposal};
use chain::limits::PROPOSAL_BYTES;
use chain::{Hash, Time, codec};
use openraft::impls::ProgressResponder;

use crate::core::{Core, count};
use crate::decide::{Decision, Rules, Situation, decide};
use crate::limits;
use crate::offload::offload;
use crate::pool::Waiting;
use crate::raft::log_id;
use crate::raft::payload::Payload;
use crate::service::{Part, Raft};

/// The loop looks again at least this often, since deadlines may move without a word.
const LOOK: Duration = Duration::from_millis(250);
/// While what is in the log is not executed yet.
const CATCH_UP: Duration = Duration::from_millis(10);

/// The lead of one term.
#[derive(Default)]
struct Lead {
    term: u64,
    /// The end of the log when the lead began here: what is before it is executed first, since a
    /// leader that was restarted may have proposals of its own in it.
    first: u64,
    /// Payload hashes of own proposals that are neither executed nor refused here, oldest first.
    under_way: VecDeque<Hash>,
    /// It proposes nothing before, since openraft took nothing.
    rests_until: Option<Instant>,
}

/// Proposes whenever this node leads.
pub(crate) async fn run(core: Arc<Core>, part: Part) {
    let rules = Rules {
        full_count: core.proposal.get(),
        full_bytes: PROPOSAL_BYTES - chain::limits::TRANSACTION_BYTES,
        linger_ms: u64::try_from(limits::LINGER.as_millis()).unwrap_or(u64::MAX),
        crowd: limits::CROWD,
        heartbeat_ms: u64::from(core.genesis.heartbeat_ms),
        ahead: limits::PROPOSALS_AHEAD,
    };
    let mut lead = Lead::default();
    loop {
        let woken = core.wake.notified();
        tokio::pin!(woken);
        // From here on no wake is missed.
        woken.as_mut().enable();
        let pause = match step(&core, &part, &rules, &mut lead).await {
            Ok(pause) => pause,
            Err(error) => {
                core.stop_for(format!("raft has ended: {error}"));
                return;
            }
        };
        if !pause.is_zero() {
            let _woken_or_late = tokio::time::timeout(pause.min(LOOK), woken).await;
        }
    }
}

/// Does what is to be done now, and says how long there is nothing to do.
async fn step(
    core: &Arc<Core>,
    part: &Part,
    rules: &Rules,
    lead: &mut Lead,
) -> Result<Duration, String> {
    let known = *core.lead.borrow();
    if known.leader != Some(core.own_number()) || core.is_stopped() {
        lead.under_way.clear();
        lead.term = 0;
        return Ok(LOOK);
    }
    if core.not_written.swap(0, Ordering::AcqRel) == known.term {
        // What was to follow it would stand on nothing: begin again on what is in the log.
        lead.term = 0;
        core.pool.lock().retry_sent_before(u64::MAX, core.clock.now_ms());
        // Without a quorum it would be refused again at once.
        lead.rests_until = Some(Instant::now() + LOOK);
    }
    let rest = lead.rests_until.and_then(|until| until.checked_duration_since(Instant::now()));
    if let Some(rest) = rest {
        return Ok(rest.max(CATCH_UP));
    }
    if lead.term != known.term {
        let first = part.log.last().map_or(0, |last| last.index + 1);
        *lead = Lead { term: known.term, first, ..Lead::default() };
    }
    // Something of this term is executed here, and so is everything that was in the log.
    let is_caught_up = core
        .store
        .applied()
        .is_some_and(|applied| applied.term == lead.term && applied.index + 1 >= lead.first);
    if !is_caught_up {
        return Ok(CATCH_UP);
    }
    let header = core.store.header();
    let processed = *core.processed.lock();
    if let Some(done) = lead.under_way.iter().position(|hash| *hash == processed) {
        lead.under_way.drain(..=done);
    }
    let now = core.clock.moment();
    if core.mistrusts_clock(&now) {
        // What is written now would be refused until the others' clocks have come that far.
        return Ok(LOOK);
    }
    let now_ms = now.wall_ms;
    let late = u64::try_from(limits::FORWARD_AGAIN.as_millis()).unwrap_or(u64::MAX);
    let waiting = {
        let mut pool = core.pool.lock();
        pool.retry_sent_before(now_ms.saturating_sub(late), now_ms);
        let waiting = pool.waiting();
        // What came in by a clock that has gone back since has waited long enough.
        let oldest_ms = waiting.oldest_ms.map(|at| if at > now_ms { 0 } else { at });
        Waiting { oldest_ms, ..waiting }
    };
    let situation = Situation {
        now_ms,
        waiting,
        under_way: lead.under_way.len(),
        last_block_ms: header.time_ms.0,
        last_count: header.tx_count,
        next_deadline_ms: core.store.next_deadline().map(|at| at.0),
    };
    match decide(rules, &situation) {
        Decision::Propose | Decision::ProposeEmpty => {
            propose(core, &part.raft, lead, now_ms).await?;
            Ok(Duration::ZERO)
        }
        Decision::WaitUntil(moment) => {
            Ok(Duration::from_millis(moment.saturating_sub(now_ms).max(1)))
        }
        Decision::WaitForChange => Ok(LOOK),
    }
}

async fn propose(
    core: &Arc<Core>,
    raft: &Raft,
    lead: &mut Lead,
    now_ms: u64,
) -> Result<(), String> {
    let header = core.store.header();
    let prev_payload_hash = lead.under_way.back().copied().unwrap_or(header.payload_hash);
    let taken = core.pool.lock().take(core.proposal.get(), PROPOSAL_BYTES, now_ms);
    let transactions = taken.into_iter().map(|(_, body): (_, Bytes)| body.to_vec()).collect();
    let proposal = Proposal {
        chain: core.chain,
        config_no: header.config_no,
        prev_payload_hash,
        base: BlockRef { height: header.height, hash: header.hash() },
        justify: None,
        proposed_ms: Time(now_ms),
        transactions,
        proposer: core.key.public(),
        signature: core.key.sign(b""),
    };
    let own = Arc::clone(core);
    let size = proposal.transactions.iter().map(Vec::len).sum();
    let signed = offload(size, move || codec::encode(&proposal.signed(&own.key)));
    let bytes = Bytes::from(signed.await.map_err(|error| error.to_string())?);
    lead.under_way.push_back(Proposal::payload_hash(&bytes));
    count(&core.counts.proposals);
    let (responder, done) = ProgressResponder::complete_only();
    let written = raft.write(Payload::new(bytes)).with_leader(log_id(lead.term, 0).leader_id);
    written.responder(responder).await.map_err(|error| error.to_string())?;
    let (core, term) = (Arc::clone(core), lead.term);
    tokio::spawn(async move {
        if !matches!(done.await, Ok(Ok(_))) {
            core.not_written.fetch_max(term, Ordering::AcqRel);
            core.wake.notify_waiters();
        }
    });
    Ok(())
}
