// SPDX-License-Identifier: Apache-2.0
//! What a follower refuses to append: a proposal on another state, or from a clock far ahead.
//! Never answers with a conflict: the entry stays in the leader's log, and the leader learns why.

use crate::alarms::Alarm;
use crate::core::Core;
use crate::limits;
use crate::net::{NodeNo, Refusal};
use crate::raft::{Entry, EntryPayload};

/// The refused append names a base whose header differs here.
pub(crate) const BASE_DIFFERS: u8 = 16;
/// The refused append holds a time too far ahead of the clock here.
pub(crate) const CLOCK_AHEAD: u8 = 17;
/// The guard refused it.
pub(crate) const NOT_PROPER: u8 = 18;

impl Core {
    /// Refuses entries that this node can see to be wrong by its own state or clock.
    pub(crate) fn judge(&self, entries: &[Entry], leader: NodeNo) -> Result<(), Refusal> {
        let height = self.store.header().height;
        let latest = self.clock.now_ms().saturating_add(limits::CLOCK_AHEAD_MS);
        for entry in entries {
            let EntryPayload::Normal(payload) = &entry.payload else { continue };
            let Some(proposal) = payload.proposal() else { continue };
            if proposal.proposed_ms.0 > latest {
                let what = "a proposal's time is more than 10 s ahead of this node's clock";
                self.alarm(Alarm::ClockAhead, leader, what);
                return Err(Refusal::new(CLOCK_AHEAD, "its time is more than 10 s ahead"));
            }
            let base = &proposal.base;
            let own = self.store.hash_at(base.height).filter(|_| base.height <= height);
            if own.is_some_and(|own| own != base.hash) {
                let what = "a proposal's base differs from this node's header";
                self.alarm(Alarm::BaseDiffers, leader, what);
                return Err(Refusal::new(BASE_DIFFERS, format!("base {} differs", base.height)));
            }
        }
        Ok(())
    }
}
