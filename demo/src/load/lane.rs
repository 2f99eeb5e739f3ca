// SPDX-License-Identifier: Apache-2.0
//! One driver under load: trips one after the other, a matter and a renewed licence now and then. After
//! a refusal the trip that is under way is brought to its end before another begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use chain::actions::{Action, MatterOpen, MatterSettle};
use chain::hash::Hash;
use chain::ids::{MatterId, RecordId, Time};
use chain::keys::SecretKey;
use chain::records::{MatterKind, Subject};
use chain::transaction::Transaction;

use super::crews::Mates;
use crate::applicant::DemoError;
use crate::node::{random, sign};
use crate::scenario::trips::{Step, Trip};

/// Trips of a round: with a matter and a renewal, 16 of 19 transactions are steps of waybills.
const TRIPS: usize = 2;
/// Refusals in a row after which a lane rests for good.
const MISFORTUNES: u32 = 8;
const DAY_MS: u64 = 86_400_000;

/// What a signed transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A step of the trip of that number.
    Step(u64, Step),
    /// A matter's opening or settling, or a certificate's renewal.
    Office,
}

/// What all lanes of a run sign with.
#[derive(Clone, Debug)]
pub(crate) struct Signing {
    pub(crate) chain: Hash,
    /// The run's number, part of each waybill's.
    pub(crate) run: u32,
    /// The traffic police, who open matters and renew licences.
    pub(crate) police: Option<SecretKey>,
}

/// A driver with the haulier that makes their waybills.
#[derive(Debug)]
pub(crate) struct Lane {
    mates: Mates,
    next: u64,
    stride: u64,
    /// Trips that have not come to their end, and the last step of each that was executed.
    trips: BTreeMap<u64, (Trip, Option<Step>)>,
    /// Trips under way of which nothing more is signed.
    stranded: Vec<u64>,
    misfortunes: u32,
}

impl Lane {
    /// A lane whose waybills are numbered from `first` in strides, so that lanes never meet.
    pub(crate) fn new(mates: Mates, first: u64, stride: u64) -> Self {
        Self {
            mates,
            next: first,
            stride,
            trips: BTreeMap::new(),
            stranded: Vec::new(),
            misfortunes: 0,
        }
    }

    /// Whether it still takes part.
    pub(crate) fn is_fit(&self) -> bool {
        self.misfortunes < MISFORTUNES
    }

    /// Signs the next round: what is left of trips under way, then whole trips, then a matter and a
    /// renewal if there is a source for them.
    pub(crate) fn sign(
        &mut self,
        signing: &Signing,
        now: Time,
    ) -> Result<Vec<(Part, Transaction)>, DemoError> {
        let mut signed = Vec::new();
        for number in std::mem::take(&mut self.stranded) {
            self.sign_rest(number, now, &mut signed);
        }
        for _ in 0..TRIPS {
            let number = self.next;
            let numbers = (signing.run, number);
            let trip = Trip::new(Arc::clone(&self.mates.crew), signing.chain, numbers, now)?;
            self.next += self.stride;
            self.trips.insert(number, (trip, None));
            self.sign_rest(number, now, &mut signed);
        }
        if let Some(police) = &signing.police {
            let mut office = |action: Action| {
                let transaction = sign(police, signing.chain, action, now);
                let id = transaction.id();
                signed.push((Part::Office, transaction));
                id
            };
            let opened = office(self.violation(now).into());
            let matter = MatterId(RecordId::made_by(opened, 0));
            office(MatterSettle { matter }.into());
            office(self.mates.crew.licence_renewed(self.mates.person, now).into());
        }
        Ok(signed)
    }

    /// Signs what is left of the trips under way and nothing else: their drivers are free for another
    /// run then.
    pub(crate) fn sign_last(&mut self, now: Time) -> Vec<(Part, Transaction)> {
        self.recover();
        let mut signed = Vec::new();
        for number in std::mem::take(&mut self.stranded) {
            self.sign_rest(number, now, &mut signed);
        }
        signed
    }

    fn sign_rest(&mut self, number: u64, now: Time, signed: &mut Vec<(Part, Transaction)>) {
        let Some((trip, done)) = self.trips.get_mut(&number) else { return };
        for step in Step::ALL.into_iter().filter(|step| done.is_none_or(|done| *step > done)) {
            signed.push((Part::Step(number, step), trip.sign(step, now)));
        }
    }

    fn violation(&self, now: Time) -> MatterOpen {
        MatterOpen {
            subject: Subject::Person(self.mates.person),
            kind: MatterKind::Violation,
            reference: Hash(random()),
            points: 1,
            over_limit: false,
            occurred_at: Time(now.0 - DAY_MS),
            settle_by: None,
        }
    }

    /// Learns that one was executed.
    pub(crate) fn executed(&mut self, part: Part) {
        self.misfortunes = 0;
        match part {
            Part::Step(number, Step::Agree) => drop(self.trips.remove(&number)),
            Part::Step(number, step) => {
                if let Some((_, done)) = self.trips.get_mut(&number) {
                    *done = Some(step);
                }
            }
            Part::Office => {}
        }
    }

    /// Begins anew after one or more were not executed: nothing that it signed is sent any more. What
    /// nobody accepted lapses by itself; what is under way must come to its end.
    pub(crate) fn recover(&mut self) {
        self.misfortunes += 1;
        self.trips.retain(|_, (_, done)| done.is_some_and(|done| done >= Step::Accept));
        self.stranded = self.trips.keys().copied().collect();
    }
}
