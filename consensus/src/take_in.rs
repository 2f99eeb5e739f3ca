// SPDX-License-Identifier: Apache-2.0
//! Taking transactions in: decoded, in time, signatures checked in one batch, into the pool.
//! The same transaction again is welcome and changes nothing.

use std::sync::Arc;

use bytes::Bytes;
use chain::limits::VALIDITY_MS;
use chain::transaction::{Checked, Decoded, Invalid};
use chain::{Past, Time, TransactionId};

use crate::core::{Core, count};
use crate::error::SubmitError;
use crate::limits;
use crate::offload::offload;
use crate::pool::{Class, Incoming, Inserted, Origin, Pool, Room};

type Verdict = Result<TransactionId, SubmitError>;

impl Room {
    /// What a sender is told.
    pub(crate) fn refusal(self) -> Option<SubmitError> {
        match self {
            Self::Free => None,
            Self::Full => Some(SubmitError::PoolFull),
            Self::ShareFull => Some(SubmitError::ShareFull),
        }
    }
}

/// Which classes of senders come in. Each is asked for once in a batch: being busy takes none apart.
#[derive(Default)]
struct Door(Vec<(Class, Room)>);

impl Door {
    fn lets_in(&mut self, class: Class, room: impl FnOnce() -> Room) -> Result<(), SubmitError> {
        let known = self.0.iter().rev().find(|(known, _)| *known == class).map(|(_, room)| *room);
        let room = known.unwrap_or_else(|| {
            let room = room();
            self.0.push((class, room));
            room
        });
        room.refusal().map_or(Ok(()), Err)
    }
}

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
        // Whoever forwards keeps what it forwards, and holds back what comes behind it.
        let room = |pool: &Pool<Bytes>, class| match origin {
            Origin::Here => pool.queue(class),
            Origin::Peer => Room::Free,
        };
        let mut door = Door::default();
        let mut verdicts: Vec<Verdict> = Vec::with_capacity(transactions.len());
        let mut open = Vec::with_capacity(transactions.len());
        let mut classes = Vec::with_capacity(transactions.len());
        for bytes in &transactions {
            let decoded = Decoded::from_bytes(bytes.to_vec(), self.chain);
            let looked = decoded.map_err(SubmitError::from);
            let looked = looked.and_then(|d| match self.look(&d, origin, clock)? {
                false => Ok((d, None)),
                true => {
                    let class = self.owners.class(&self.store, &d.sender());
                    door.lets_in(class, || room(&self.pool.lock(), class))?;
                    Ok((d, Some(class)))
                }
            });
            let (verdict, new, class) = match looked {
                Ok((decoded, class)) => {
                    (Ok(decoded.id()), class.is_some().then_some(decoded), class)
                }
                Err(error) => (Err(error), None, None),
            };
            verdicts.push(verdict);
            open.push(new);
            classes.push(class);
        }
        let checked = self.verifier.check(open);
        let mut pool = self.pool.lock();
        let now = self.clock.now_ms();
        // Others came in while signatures were checked.
        let mut door = Door::default();
        for (place, checked) in checked.into_iter().enumerate() {
            let Some(class) = classes[place] else { continue };
            verdicts[place] = match checked {
                Some(checked) => door.lets_in(class, || room(&pool, class)).and_then(|()| {
                    let incoming = incoming(&checked, class, &transactions[place]);
                    inserted(pool.insert(incoming, origin, now)).map(|()| checked.id())
                }),
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

fn incoming(checked: &Checked, class: Class, bytes: &[u8]) -> Incoming<Bytes> {
    Incoming {
        id: checked.id().0.0,
        sender: checked.transaction().sender.bytes,
        class,
        valid_until_ms: checked.transaction().valid_until.0,
        bytes: bytes.len(),
        // Its own copy: a slice would keep the whole body that it came in.
        body: Bytes::copy_from_slice(bytes),
    }
}

fn inserted(inserted: Inserted) -> Result<(), SubmitError> {
    match inserted {
        Inserted::New | Inserted::Known => Ok(()),
        Inserted::Full => Err(SubmitError::PoolFull),
        Inserted::ShareFull => Err(SubmitError::ShareFull),
        Inserted::SenderFull => Err(SubmitError::SenderFull),
    }
}
