// SPDX-License-Identifier: Apache-2.0
//! Taking transactions in: decoded, in time, signatures checked in one batch, into the pool.
//! The same transaction again is welcome and changes nothing.

use std::sync::Arc;

use bytes::Bytes;
use chain::limits::VALIDITY_MS;
use chain::transaction::{Decoded, Invalid};
use chain::{Past, Time, TransactionId};

use crate::core::{Core, count};
use crate::error::SubmitError;
use crate::limits;
use crate::offload::offload;
use crate::pool::{Incoming, Inserted, Origin};

type Verdict = Result<TransactionId, SubmitError>;

impl Core {
    /// Takes transactions in; a verdict for each, in order.
    pub(crate) async fn take_in(
        self: &Arc<Self>,
        transactions: Vec<Bytes>,
        origin: Origin,
    ) -> Vec<Verdict> {
        let (core, number) = (Arc::clone(self), transactions.len());
        let size = transactions.iter().map(Bytes::len).sum();
        let work = offload(size, move || core.take_in_now(transactions, origin));
        let verdicts = work.await.unwrap_or_else(|_| vec![Err(SubmitError::Stopped); number]);
        for verdict in &verdicts {
            let counts = &self.counts;
            count(if verdict.is_ok() { &counts.submitted } else { &counts.not_taken });
        }
        self.wake.notify_waiters();
        verdicts
    }

    fn take_in_now(&self, transactions: Vec<Bytes>, origin: Origin) -> Vec<Verdict> {
        if let Some(error) = self.closed() {
            return vec![Err(error); transactions.len()];
        }
        let block_time = self.store.header().time_ms;
        // The next block's time is a leader's clock, which is close to this one.
        let clock = Time(self.clock.now_ms()).max(block_time);
        // Whoever forwards keeps what it forwards, and holds back what comes behind it. Asked for all at
        // once: being busy takes no batch apart.
        let is_busy = origin == Origin::Here && self.pool.lock().is_busy();
        let mut verdicts: Vec<Verdict> = Vec::with_capacity(transactions.len());
        let mut open = Vec::with_capacity(transactions.len());
        for bytes in &transactions {
            let decoded = Decoded::from_bytes(bytes.to_vec(), self.chain);
            let looked = decoded.map_err(SubmitError::from);
            let looked = looked.and_then(|d| match self.look(&d, origin, clock)? {
                true if is_busy => Err(SubmitError::PoolFull),
                new => Ok((d, new)),
            });
            let (verdict, new) = match looked {
                Ok((decoded, new)) => (Ok(decoded.id()), new.then_some(decoded)),
                Err(error) => (Err(error), None),
            };
            verdicts.push(verdict);
            open.push(new);
        }
        let wanted: Vec<bool> = open.iter().map(Option::is_some).collect();
        let checked = self.verifier.check(open);
        let mut pool = self.pool.lock();
        let now = self.clock.now_ms();
        // Others came in while signatures were checked.
        let is_busy = origin == Origin::Here && pool.is_busy();
        for (place, checked) in checked.into_iter().enumerate().filter(|(p, _)| wanted[*p]) {
            verdicts[place] = match checked {
                Some(_) if is_busy => Err(SubmitError::PoolFull),
                Some(checked) => {
                    let incoming = Incoming {
                        id: checked.id().0.0,
                        sender: checked.transaction().sender.bytes,
                        valid_until_ms: checked.transaction().valid_until.0,
                        bytes: transactions[place].len(),
                        // Its own copy: a slice would keep the whole body that it came in.
                        body: Bytes::copy_from_slice(&transactions[place]),
                    };
                    match pool.insert(incoming, origin, now) {
                        Inserted::New | Inserted::Known => Ok(checked.id()),
                        Inserted::Full => Err(SubmitError::PoolFull),
                        Inserted::SenderFull => Err(SubmitError::SenderFull),
                    }
                }
                None => Err(Invalid::Signature.into()),
            };
        }
        verdicts
    }

    /// True if it is new here; an error if it can never be executed.
    fn look(&self, decoded: &Decoded, origin: Origin, clock: Time) -> Result<bool, SubmitError> {
        let id = decoded.id();
        let is_held = {
            let mut pool = self.pool.lock();
            match origin {
                Origin::Here => pool.adopt(&id.0.0),
                Origin::Peer => pool.contains(&id.0.0),
            }
        };
        if is_held || self.store.find_transaction(&id).is_some() {
            return Ok(false);
        }
        let valid_until = decoded.valid_until();
        if valid_until < clock {
            return Err(Invalid::Expired.into());
        }
        if valid_until > clock.plus(VALIDITY_MS) {
            return Err(Invalid::TooFarAhead.into());
        }
        Ok(true)
    }

    /// Why nothing is taken in at the moment.
    pub(crate) fn closed(&self) -> Option<SubmitError> {
        if self.is_stopped() {
            return Some(SubmitError::Stopped);
        }
        let since = *self.leaderless_since.lock();
        since.filter(|since| since.elapsed() > limits::LEADERLESS).map(|_| SubmitError::NoLeader)
    }
}
