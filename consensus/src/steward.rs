// SPDX-License-Identifier: Apache-2.0
//! Watching over the lead: a leader whose clock is off gives it away; one that a majority refuses lets
//! it go; a node that lost what it promised to keep does not vote until it has it again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use openraft::Instant as _;
use openraft::async_runtime::WatchReceiver;
use parking_lot::Mutex;

use crate::alarms::Alarm;
use crate::clock::{self, Moment};
use crate::core::{Core, Lead};
use crate::judge::CLOCK_AHEAD;
use crate::limits;
use crate::net::NodeNo;
use crate::service::Part;
use crate::start::begin;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(200);

/// Which followers refuse this leader's entries, since when and why.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<BTreeMap<NodeNo, (Instant, u8)>>);

impl Refusals {
    pub(crate) fn refused(&self, by: NodeNo, code: u8) {
        self.0.lock().entry(by).or_insert((Instant::now(), code)).1 = code;
    }

    pub(crate) fn accepted(&self, by: NodeNo) {
        self.0.lock().remove(&by);
    }

    fn clear(&self) {
        self.0.lock().clear();
    }

    /// Why the leader cannot commit, if so many have refused it for so long.
    fn hopeless(&self, voters: usize) -> Option<u8> {
        let refused = self.0.lock();
        let long = refused.values().filter(|(since, _)| since.elapsed() >= limits::REFUSED_FOR);
        let codes: Vec<u8> = long.map(|(_, code)| *code).collect();
        let quorum = voters / 2 + 1;
        (voters - codes.len() < quorum).then(|| codes[0])
    }
}

/// Watches for ever.
pub(crate) async fn run(core: Arc<Core>, part: Part, refusals: Arc<Refusals>) {
    let mut aside: Option<u8> = None;
    let mut metrics = part.raft.metrics();
    let voters = part.members.voter_ids().count();
    loop {
        let changed = tokio::time::timeout(LOOK, metrics.changed()).await;
        if matches!(changed, Ok(Err(_))) {
            core.stop_for("raft has ended".into());
            return;
        }
        let (lead, ended, is_alone) = {
            let metrics = metrics.borrow_watched();
            let lead = Lead { leader: metrics.current_leader, term: metrics.current_term };
            let acked = metrics.last_quorum_acked.as_ref().map(|acked| acked.elapsed());
            let is_alone = voters > 1 && acked.is_some_and(|acked| acked >= limits::NO_QUORUM);
            (lead, metrics.running_state.clone().err(), is_alone)
        };
        if let Some(error) = ended {
            core.set_lead(Lead::default());
            core.stop_for(format!("raft has ended: {error}"));
            return;
        }
        // A leader whom no majority answers leads nobody.
        let is_idle = is_alone && lead.leader == Some(core.own_number());
        core.set_lead(if is_idle { Lead { leader: None, ..lead } } else { lead });
        core.look_for_return(&part).await;
        aside = watch(&core, &part, &refusals, lead, aside).await;
    }
}

/// Lets the lead go or takes part again; returns why this node stands aside, if it does.
async fn watch(
    core: &Core,
    part: &Part,
    refusals: &Refusals,
    lead: Lead,
    aside: Option<u8>,
) -> Option<u8> {
    let leads = lead.leader == Some(core.own_number());
    let now = core.clock.moment();
    let off = core.clock_off(&now);
    if !leads {
        refusals.clear();
        let may_return = match aside {
            Some(CLOCK_AHEAD) => !off,
            // A wrong state shows once a committed proposal names it: then this node stops.
            Some(_) => lead.leader.is_some() && !off,
            None => return None,
        };
        if may_return && !core.memory.is_away() {
            part.raft.runtime_config().heartbeat(true);
            part.raft.runtime_config().elect(true);
            tracing::info!("this node takes part in elections again");
            return None;
        }
        return aside;
    }
    let voters = part.members.voter_ids().count();
    if let Some(code) = refusals.hopeless(voters) {
        if aside.is_none() {
            let what = "a majority refuses this leader's proposals: it lets the lead go";
            core.alarm(Alarm::Refused, lead.leader.unwrap_or(0), what);
        }
        part.raft.runtime_config().heartbeat(false);
        part.raft.runtime_config().elect(false);
        return Some(code);
    }
    // Who proposes nothing for its clock must not lead either, even where a single peer is left.
    if (off || core.mistrusts_clock(&now))
        && let Some(heir) = core.heir(part)
        && !core.heirs.lock().was_asked(lead.term, Instant::now())
    {
        tracing::warn!(heir, "this leader's clock is off: it gives the lead away");
        let _asked = core.name_heir(part, heir).await;
    }
    aside
}

impl Core {
    /// How far the clocks of those who vote are ahead, while they are there.
    fn offsets_ms(&self, now: &Moment) -> Vec<i64> {
        let seen = self.seen.lock().clone();
        let counts =
            |n: NodeNo| self.votes(n) && self.registry.peer(n).is_some_and(|peer| peer.ready());
        let counted = seen.into_iter().filter(|(number, _)| counts(*number));
        counted.filter_map(|(_, seen)| seen.clock.map(|clock| clock.now_ms(now))).collect()
    }

    /// True if this node's clock is further from the median than a leader's may be.
    fn clock_off(&self, now: &Moment) -> bool {
        let median = clock::median_offset_ms(&self.offsets_ms(now));
        median.is_some_and(|median| median.saturating_abs() > limits::CLOCK_OFF_MS)
    }

    /// True if this node's clock cannot be trusted with a block's time. A single peer proves nothing,
    /// but would refuse it; where nobody is there, a jump is waited out.
    pub(crate) fn mistrusts_clock(&self, now: &Moment) -> bool {
        let refused = |ms: i64| ms < 0 && ms.unsigned_abs() > limits::CLOCK_AHEAD_MS;
        match self.offsets_ms(now)[..] {
            [] => now.jumped_ms(&self.asked.lock()).saturating_abs() > limits::CLOCK_OFF_MS,
            [one] => refused(one),
            _ => self.clock_off(now),
        }
    }

    /// The validator that should lead next: connected, and the furthest.
    pub(crate) fn heir(&self, part: &Part) -> Option<NodeNo> {
        let seen = self.seen.lock().clone();
        let own = self.own_number();
        let others = part.members.voter_ids().filter(|number| *number != own);
        let ready = others.filter(|n| self.registry.peer(*n).is_some_and(|peer| peer.ready()));
        ready.max_by_key(|number| seen.get(number).map(|seen| seen.height))
    }

    /// Gives the lead away; this node votes for the heir too.
    pub(crate) async fn name_heir(&self, part: &Part, heir: NodeNo) -> bool {
        let own = part.log.vote();
        if let Some(own) = own.filter(|own| own.leader_id.voted_for == self.own_number()) {
            self.heirs.lock().name(&own, heir, Some(own));
        }
        part.raft.trigger().transfer_leader(heir).await.is_ok()
    }

    /// A node that came back with less than it once held votes again once it holds it.
    async fn look_for_return(&self, part: &Part) {
        if self.came_back(part.log.last()) {
            tracing::info!("the log has again what this node once held: it votes again");
            part.raft.runtime_config().elect(true);
            begin(part).await;
        }
    }
}
