// SPDX-License-Identifier: Apache-2.0
//! What becomes of a leader's append. What is committed is taken without a judgement, since only a
//! node that takes it can see that it differs; what is not is judged once its base is executed here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chain::ids::Height;
use tokio::sync::mpsc;

use crate::alarms::Alarm;
use crate::core::Core;
use crate::judge::NOT_PROPER;
use crate::net::{NodeNo, Refusal, Served};
use crate::offload::offload;
use crate::raft::log::payload_bytes;
use crate::raft::{AppendRequest, AppendResponse, Entry, EntryPayload, LogId, guard, wire};
use crate::service::{NO_VOTE, Part, malformed};
use crate::term::Known;

/// A judgement waits this long for what is committed to be executed here, less than the leader waits
/// for an answer; then the leader asks again.
const FOR_BASE: Duration = Duration::from_secs(4);
/// Between two looks where no block tells of it.
const LOOK: Duration = Duration::from_millis(10);

/// Serves the append lane of one peer, in order.
pub(crate) async fn session(
    core: Arc<Core>,
    part: Option<Part>,
    from: NodeNo,
    mut requests: mpsc::Receiver<Bytes>,
    answers: mpsc::Sender<Served>,
) {
    while let Some(body) = requests.recv().await {
        let served = match wire::read_append_request(body) {
            Some(request) => one(&core, part.as_ref(), from, request).await,
            None => Err(malformed()),
        };
        if answers.send(served).await.is_err() {
            return;
        }
    }
}

/// Serves one append, a heartbeat too.
pub(crate) async fn one(
    core: &Arc<Core>,
    part: Option<&Part>,
    from: NodeNo,
    request: AppendRequest,
) -> Served {
    let part = part.filter(|_| !core.is_stopped());
    let part = part.ok_or_else(|| Refusal::new(NO_VOTE, "this node takes no part"))?;
    let own = Known { core, log: &part.log };
    let checked = guard::check_append(&request, from, &part.members, &own);
    if let Err(wrong) = checked {
        core.alarm(Alarm::Append, from, &format!("an append is not proper: {wrong}"));
        return Err(Refusal::new(NOT_PROPER, wrong.to_string()));
    }
    if !core.may_follow(request.vote.leader_id.term) {
        return Err(Refusal::new(NO_VOTE, "this node rejoins: it first asks what it once held"));
    }
    let has_entries = !request.entries.is_empty();
    let answer = take(core, part, request).await?;
    if has_entries && answer.is_success() {
        core.memory.fetched();
    }
    Ok(vec![wire::append_response(&answer)])
}

/// Takes what is committed, then what is judged to be right.
async fn take(
    core: &Arc<Core>,
    part: &Part,
    request: AppendRequest,
) -> Result<AppendResponse, Refusal> {
    let (committed, rest) = split(request);
    let Some(rest) = rest else { return hand_over(part, committed).await };
    let last_committed = committed.entries.last().map(|entry| entry.log_id);
    // The leader goes on behind what is committed. What it sends next holds nothing of that, so that
    // refusing it does not renew the lease of a leader who cannot go on.
    let refuse = |refusal| match last_committed {
        Some(_) => Ok(AppendResponse::PartialSuccess(last_committed)),
        None => Err(refusal),
    };
    let base = highest_base(&rest.entries);
    if last_committed.is_some() || base > core.store.header().height {
        let commit = committed.leader_commit;
        let answer = hand_over(part, committed).await?;
        if !answer.is_success() {
            return Ok(answer);
        }
        if !can_judge(core, base, commit).await {
            return refuse(Refusal::new(NO_VOTE, "what is committed is not executed here yet"));
        }
    }
    let (judge, leader) = (Arc::clone(core), rest.vote.leader_id.voted_for);
    let size = rest.entries.iter().map(payload_bytes).sum();
    let judged = offload(size, move || (judge.judge(&rest.entries, leader), rest)).await;
    let (verdict, rest) = judged.map_err(|_| malformed())?;
    match verdict {
        Ok(()) => hand_over(part, rest).await,
        Err(refusal) => refuse(refusal),
    }
}

async fn hand_over(part: &Part, request: AppendRequest) -> Result<AppendResponse, Refusal> {
    let answer = part.raft.append_entries(with_commit_clamped(request)).await;
    answer.map_err(|error| Refusal::new(NO_VOTE, error.to_string()))
}

/// What is committed reaches no further than the request's last entry: openraft compares it by terms
/// with all it took, and would apply what this request says nothing of.
fn with_commit_clamped(mut request: AppendRequest) -> AppendRequest {
    let last = request.entries.last().map(|entry| entry.log_id).or(request.prev_log_id);
    let last_index = last.map(|id| id.index);
    if request.leader_commit.is_some_and(|commit| Some(commit.index) > last_index) {
        request.leader_commit = last;
    }
    request
}

/// What is committed, by the leader's word, and what is not, if anything is.
fn split(mut request: AppendRequest) -> (AppendRequest, Option<AppendRequest>) {
    let committed_end = request.leader_commit.map_or(0, |id| id.index.saturating_add(1));
    let place = request.entries.partition_point(|entry| entry.log_id.index < committed_end);
    let entries = request.entries.split_off(place);
    if entries.is_empty() {
        return (request, None);
    }
    let prev_log_id = request.entries.last().map(|entry| entry.log_id).or(request.prev_log_id);
    let AppendRequest { vote, leader_commit, .. } = request;
    let rest = AppendRequest { vote, prev_log_id, entries, leader_commit };
    (request, Some(rest))
}

fn highest_base(entries: &[Entry]) -> Height {
    let bases = entries.iter().filter_map(|entry| match &entry.payload {
        EntryPayload::Normal(payload) => payload.proposal().map(|proposal| proposal.base.height),
        EntryPayload::Blank | EntryPayload::Membership(_) => None,
    });
    bases.max().unwrap_or_default()
}

/// Waits until the base is executed here, or everything that is committed: a base beyond that is
/// nobody's to compare.
async fn can_judge(core: &Core, base: Height, commit: Option<LogId>) -> bool {
    let mut executed = core.executed.subscribe();
    let began = Instant::now();
    loop {
        let applied = core.store.applied().map(|applied| applied.index);
        if *executed.borrow_and_update() >= base || applied >= commit.map(|id| id.index) {
            return true;
        }
        if began.elapsed() > FOR_BASE || core.is_stopped() {
            return false;
        }
        let _late = tokio::time::timeout(LOOK, executed.changed()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::{Vote, log_id};

    fn blank(index: u64) -> Entry {
        Entry { log_id: log_id(2, index), payload: EntryPayload::Blank }
    }

    fn request(first: u64, end: u64, committed: Option<u64>) -> AppendRequest {
        AppendRequest {
            vote: Vote::new_committed(2, 1),
            prev_log_id: first.checked_sub(1).map(|index| log_id(2, index)),
            entries: (first..end).map(blank).collect(),
            leader_commit: committed.map(|index| log_id(2, index)),
        }
    }

    /// First and end of the committed part and of the rest.
    fn parts(request: AppendRequest) -> [(u64, u64); 2] {
        let bounds = |part: &AppendRequest| {
            let first = part.prev_log_id.map_or(0, |id| id.index + 1);
            let follow = (first..).zip(&part.entries).all(|(at, entry)| entry.log_id.index == at);
            assert!(follow, "entries follow the previous one");
            (first, first + part.entries.len() as u64)
        };
        let (committed, rest) = split(request);
        [bounds(&committed), rest.as_ref().map_or((0, 0), bounds)]
    }

    #[test]
    fn nothing_is_committed_beyond_the_request() {
        let commit = |request| with_commit_clamped(request).leader_commit;
        assert_eq!(commit(request(3, 8, Some(5))), Some(log_id(2, 5)));
        assert_eq!(commit(request(3, 8, Some(7))), Some(log_id(2, 7)), "its last entry");
        assert_eq!(commit(request(3, 8, Some(99))), Some(log_id(2, 7)));
        let far = Some(log_id(5, u64::MAX));
        let heartbeat = AppendRequest { leader_commit: far, ..request(3, 3, None) };
        assert_eq!(commit(heartbeat), Some(log_id(2, 2)), "the previous one");
        let nothing = AppendRequest { leader_commit: far, ..request(0, 0, None) };
        assert_eq!(commit(nothing), None);
        assert_eq!(commit(request(3, 8, None)), None);
    }

    #[test]
    fn a_request_is_cut_behind_what_is_committed() {
        assert_eq!(parts(request(3, 8, Some(5))), [(3, 6), (6, 8)]);
        assert_eq!(parts(request(3, 8, Some(2))), [(3, 3), (3, 8)], "nothing of it");
        assert_eq!(parts(request(0, 2, None)), [(0, 0), (0, 2)], "nothing at all");
        assert_eq!(parts(request(3, 8, Some(7))), [(3, 8), (0, 0)], "all of it");
        assert_eq!(parts(request(3, 8, Some(99))), [(3, 8), (0, 0)], "and more");
        assert_eq!(parts(request(3, 3, Some(9))), [(3, 3), (0, 0)], "a heartbeat");
    }
}
