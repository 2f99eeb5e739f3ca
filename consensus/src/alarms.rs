// SPDX-License-Identifier: Apache-2.0
//! Things that must not happen but did. All are counted; of each kind by each peer only some are
//! told, so that nobody fills another's disk with its log.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::limits;
use crate::net::NodeNo;

/// What must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alarm {
    /// An append that the guard refuses.
    Append,
    /// A request for a vote that the guard refuses.
    Vote,
    /// A lead given away by somebody who does not have it.
    Transfer,
    /// An answer to a greeting that makes no sense.
    Greeting,
    /// A proposal's time is far ahead.
    ClockAhead,
    /// A proposal stands on another state.
    BaseDiffers,
    /// A validator's log goes back.
    WentBack,
    /// A validator has another chain.
    Contradiction,
    /// A majority refuses this leader.
    Refused,
    /// This node takes no further part.
    Stop,
}

/// When each kind by each peer was told last, and how often it happened since.
#[derive(Default)]
pub(crate) struct Told(BTreeMap<(Alarm, NodeNo), (Instant, u64)>);

impl Told {
    /// How many went untold before this one, if this one is to be told.
    pub(crate) fn tell(&mut self, kind: Alarm, peer: NodeNo, now: Instant) -> Option<u64> {
        match self.0.get_mut(&(kind, peer)) {
            Some((last, untold)) if now.saturating_duration_since(*last) < limits::ALARM_EVERY => {
                *untold += 1;
                None
            }
            known => {
                let untold = known.map_or(0, |(_, untold)| *untold);
                self.0.insert((kind, peer), (now, 0));
                Some(untold)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_by_one_peer_is_told_once_in_a_while() {
        let (mut told, start) = (Told::default(), Instant::now());
        assert_eq!(told.tell(Alarm::Vote, 2, start), Some(0));
        assert_eq!(told.tell(Alarm::Vote, 2, start), None);
        assert_eq!(told.tell(Alarm::Vote, 2, start), None);
        assert_eq!(told.tell(Alarm::Vote, 3, start), Some(0), "another peer");
        assert_eq!(told.tell(Alarm::Append, 2, start), Some(0), "another kind");
        assert_eq!(told.tell(Alarm::Vote, 2, start + limits::ALARM_EVERY), Some(2));
        assert_eq!(told.tell(Alarm::Vote, 2, start + limits::ALARM_EVERY), None);
    }
}
