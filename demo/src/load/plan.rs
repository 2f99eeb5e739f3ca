// SPDX-License-Identifier: Apache-2.0
//! What a client of the load has signed and not sent yet, in legal order.

use std::collections::{BTreeSet, VecDeque};

use chain::ids::TransactionId;
use chain::transaction::Transaction;

use super::crews::Mates;
use super::lane::{Lane, Part, Signing};
use crate::node::{Verdict, now};

/// A signed transaction.
pub(crate) struct Planned {
    lane: usize,
    part: Part,
    pub(crate) id: TransactionId,
    /// Its canonical bytes.
    pub(crate) bytes: Vec<u8>,
}

fn planned(lane: usize, signed: Vec<(Part, Transaction)>) -> impl Iterator<Item = Planned> {
    signed.into_iter().map(move |(part, one)| Planned {
        lane,
        part,
        id: one.id(),
        bytes: one.to_bytes(),
    })
}

/// The lanes of a client and what they have signed.
pub(crate) struct Plan {
    lanes: Vec<Lane>,
    queue: VecDeque<Planned>,
}

impl Plan {
    /// Nothing signed yet. Waybills are numbered by the client's place among so many.
    pub(crate) fn new(mates: Vec<Mates>, place: usize, clients: usize) -> Self {
        let stride = clients as u64 * 1_000;
        let first = |index: usize| (place * 1_000 + index % 1_000) as u64;
        let lanes = mates.into_iter().enumerate();
        let lanes = lanes.map(|(index, one)| Lane::new(one, first(index), stride)).collect();
        Self { lanes, queue: VecDeque::new() }
    }

    /// How many wait to be sent.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Lanes sign their next rounds in turn until at least so many wait, or none can go on.
    pub(crate) fn fill(&mut self, signing: &Signing, least: usize) {
        while self.queue.len() < least {
            let before = self.queue.len();
            for (place, lane) in self.lanes.iter_mut().enumerate() {
                if self.queue.len() >= least || !lane.is_fit() {
                    continue;
                }
                match lane.sign(signing, now()) {
                    Ok(signed) => self.queue.extend(planned(place, signed)),
                    Err(error) => tracing::warn!(%error, "a trip cannot be made up"),
                }
            }
            if self.queue.len() == before {
                return;
            }
        }
    }

    /// What is signed and not sent is given up; what is left of trips under way takes its place.
    pub(crate) fn finish(&mut self) {
        self.queue.clear();
        for (place, lane) in self.lanes.iter_mut().enumerate() {
            self.queue.extend(planned(place, lane.sign_last(now())));
        }
    }

    /// The next batch.
    pub(crate) fn take(&mut self, most: usize) -> Vec<Planned> {
        self.queue.drain(..most.min(self.queue.len())).collect()
    }

    /// A batch that was not sent, or not taken: it is the next one again.
    pub(crate) fn give_back(&mut self, batch: Vec<Planned>) {
        batch.into_iter().rev().for_each(|planned| self.queue.push_front(planned));
    }

    /// Learns what became of a batch. A lane of which one was not executed begins anew.
    pub(crate) fn learn(&mut self, batch: &[Planned], verdicts: &[Verdict]) {
        let mut failed = BTreeSet::new();
        for (planned, verdict) in batch.iter().zip(verdicts) {
            match verdict {
                Verdict::Executed => self.lanes[planned.lane].executed(planned.part),
                Verdict::Refused(_) | Verdict::NotTaken(_) => drop(failed.insert(planned.lane)),
            }
        }
        if !failed.is_empty() {
            self.queue.retain(|planned| !failed.contains(&planned.lane));
            failed.into_iter().for_each(|lane| self.lanes[lane].recover());
        }
    }
}
