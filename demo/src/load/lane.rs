// SPDX-License-Identifier: Apache-2.0
//! One driver under load: trips one after the other, and a matter now and then. After a refusal the
//! trip that is under way is brought to its end before another begins.

use std::sync::Arc;

use chain::actions::{MatterOpen, MatterSettle};
use chain::hash::Hash;
use chain::ids::{MatterId, PersonId, RecordId, Time};
use chain::keys::SecretKey;
use chain::records::{MatterKind, Subject};
use chain::transaction::Transaction;

use super::crews::Mates;
use crate::applicant::DemoError;
use crate::node::{Verdict, random, sign};
use crate::scenario::trips::{Crew, Step, Trip};

/// Refusals in a row after which a lane rests for good.
const MISFORTUNES: u32 = 8;
const DAY_MS: u64 = 86_400_000;

/// What a signed transaction of a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A step of the trip in that place of the round.
    Step(usize, Step),
    /// A matter's opening or settling.
    Matter,
}

/// A driver with the haulier that makes their waybills.
#[derive(Debug)]
pub(crate) struct Lane {
    crew: Arc<Crew>,
    chain: Hash,
    person: PersonId,
    next: u64,
    stride: u64,
    /// Trips of the present round, and the last step of each that was executed.
    round: Vec<(Trip, Option<Step>)>,
    parts: Vec<Part>,
    misfortunes: u32,
}

impl Lane {
    /// A lane whose waybills are numbered from `first` in strides, so that lanes never meet.
    pub(crate) fn new(mates: Mates, chain: Hash, first: u64, stride: u64) -> Self {
        Self {
            crew: Arc::new(mates.crew),
            chain,
            person: mates.person,
            next: first,
            stride,
            round: Vec::new(),
            parts: Vec::new(),
            misfortunes: 0,
        }
    }

    /// Whether it still takes part.
    pub(crate) fn is_fit(&self) -> bool {
        self.misfortunes < MISFORTUNES
    }

    /// Signs the next round: what is left of a trip under way, then `trips` whole ones, then a
    /// matter if there is a source for it.
    pub(crate) fn sign(
        &mut self,
        (run, trips): (u32, usize),
        police: Option<&SecretKey>,
        now: Time,
    ) -> Result<Vec<Transaction>, DemoError> {
        let mut signed = Vec::new();
        self.parts.clear();
        for place in 0..self.round.len() {
            self.sign_rest(place, now, &mut signed);
        }
        for _ in 0..trips {
            let trip = Trip::new(Arc::clone(&self.crew), self.chain, (run, self.next), now)?;
            self.next += self.stride;
            self.round.push((trip, None));
            self.sign_rest(self.round.len() - 1, now, &mut signed);
        }
        if let Some(police) = police {
            signed.extend(self.matter(police, now));
            self.parts.extend([Part::Matter, Part::Matter]);
        }
        Ok(signed)
    }

    fn sign_rest(&mut self, place: usize, now: Time, signed: &mut Vec<Transaction>) {
        let (trip, done) = &mut self.round[place];
        for step in Step::ALL.into_iter().filter(|step| done.is_none_or(|done| *step > done)) {
            signed.push(trip.sign(step, now));
            self.parts.push(Part::Step(place, step));
        }
    }

    fn matter(&self, police: &SecretKey, now: Time) -> [Transaction; 2] {
        let subject = Subject::Person(self.person);
        let open = MatterOpen {
            subject,
            kind: MatterKind::Violation,
            reference: Hash(random()),
            points: 1,
            over_limit: false,
            occurred_at: Time(now.0 - DAY_MS),
            settle_by: None,
        };
        let open = sign(police, self.chain, open, now);
        let matter = MatterId(RecordId::made_by(open.id(), 0));
        let settle = sign(police, self.chain, MatterSettle { matter }, now);
        [open, settle]
    }

    /// Learns what became of the round that was signed last.
    pub(crate) fn learn(&mut self, verdicts: &[Verdict]) {
        let mut all_well = true;
        for (part, verdict) in self.parts.iter().zip(verdicts) {
            let executed = *verdict == Verdict::Executed;
            all_well &= executed;
            if let (Part::Step(place, step), true) = (part, executed) {
                self.round[*place].1 = Some(*step);
            }
        }
        self.misfortunes = if all_well { 0 } else { self.misfortunes + 1 };
        // What nobody accepted lapses by itself; what is under way must come to its end.
        self.round.retain(|(_, done)| {
            done.is_some_and(|done| done >= Step::Accept && done < Step::Agree)
        });
    }
}
