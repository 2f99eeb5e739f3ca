// SPDX-License-Identifier: Apache-2.0
//! The mempool: transactions that wait to be ordered, within limits, with a fair share for each class of
//! senders, in order of arrival. Pure. Never reads a clock, never checks a
//! signature, never looks up a key: it is told the time, and given verified ones with their classes.

mod line;
mod shares;

use std::collections::{BTreeSet, HashMap};

use chain::limits::BATCH_TRANSACTIONS;

use crate::limits;
use line::{Line, Place};
use shares::Shares;
pub(crate) use shares::{Class, Room};

/// A transaction's id.
pub(crate) type Id = [u8; 32];
/// A sender's public key.
pub(crate) type Sender = [u8; 32];

/// What one node will hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PoolLimits {
    /// Transactions.
    pub count: usize,
    /// Bytes of transactions.
    pub bytes: usize,
    /// Transactions of one sender key that were submitted here.
    pub per_sender: usize,
    /// So many of its own are always taken in.
    pub queue: usize,
    /// More are while they wait no longer than this, by how fast blocks take them, ms.
    pub queue_ms: u64,
}

impl PoolLimits {
    /// The limits of one of so many nodes that take transactions in for the same blocks.
    pub(crate) fn of_one(nodes: usize) -> Self {
        Self {
            count: limits::POOL_COUNT,
            bytes: limits::POOL_BYTES,
            per_sender: limits::POOL_PER_SENDER,
            queue: (limits::QUEUE_COUNT / nodes.max(1)).max(BATCH_TRANSACTIONS),
            queue_ms: u64::try_from(limits::QUEUE_TIME.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// Who answers for a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Submitted on this node, which keeps it until it is executed or expires.
    Here,
    /// Forwarded by a peer, which keeps it itself.
    Peer,
}

/// A transaction on its way in.
#[derive(Clone, Debug)]
pub(crate) struct Incoming<T> {
    pub(crate) id: Id,
    pub(crate) sender: Sender,
    /// Whom it counts for.
    pub(crate) class: Class,
    pub(crate) valid_until_ms: u64,
    pub(crate) bytes: usize,
    pub(crate) body: T,
}

/// What became of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// It waits now.
    New,
    /// It was here already.
    Known,
    /// The node holds as much as it may.
    Full,
    /// The class of the sender holds its share.
    ShareFull,
    /// The sender itself has as many waiting as it may.
    SenderFull,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    /// In a proposal, or on its way to the leader, since this moment.
    Sent {
        at_ms: u64,
    },
}

#[derive(Clone, Debug)]
struct Held<T> {
    sender: Sender,
    class: Class,
    valid_until_ms: u64,
    bytes: usize,
    body: T,
    origin: Origin,
    state: State,
    order: u64,
}

/// How much waits, and since when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) count: usize,
    pub(crate) bytes: usize,
    pub(crate) oldest_ms: Option<u64>,
}

/// The pool. `T` is what is handed out for a proposal or for forwarding.
#[derive(Debug)]
pub(crate) struct Pool<T> {
    limits: PoolLimits,
    held: HashMap<Id, Held<T>>,
    /// Waiting ones, in order of arrival.
    line: Line,
    /// Sent ones by the moment they were.
    sent: BTreeSet<(u64, Id)>,
    expiry: BTreeSet<(u64, Id)>,
    /// How many this node answers for, by their senders.
    senders: HashMap<Sender, usize>,
    /// What each class holds.
    shares: Shares,
    next_order: u64,
    pace: Pace,
}

/// How fast blocks take what this node answers for.
#[derive(Debug, Default)]
struct Pace {
    since_ms: u64,
    taken: u64,
    per_s: u64,
}

/// A pace is that of so long, at least.
const PACE_MS: u64 = 1_000;

impl Pace {
    fn take(&mut self, count: u64, now_ms: u64) {
        self.taken += count;
        let took_ms = now_ms.saturating_sub(self.since_ms);
        // A clock that was put back begins anew.
        if took_ms >= PACE_MS || now_ms < self.since_ms {
            self.per_s = self.taken.saturating_mul(1_000) / took_ms.max(PACE_MS);
            (self.since_ms, self.taken) = (now_ms, 0);
        }
    }
}

impl<T: Clone> Pool<T> {
    pub(crate) fn new(limits: PoolLimits) -> Self {
        Self {
            limits,
            held: HashMap::new(),
            line: Line::default(),
            sent: BTreeSet::new(),
            expiry: BTreeSet::new(),
            senders: HashMap::new(),
            shares: Shares::default(),
            next_order: 0,
            pace: Pace::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.shares.all().bytes
    }

    pub(crate) fn contains(&self, id: &Id) -> bool {
        self.held.contains_key(id)
    }

    /// True if it is held: from now on this node answers for it.
    pub(crate) fn adopt(&mut self, id: &Id) -> bool {
        let Some(held) = self.held.get_mut(id) else { return false };
        if held.origin != Origin::Here {
            held.origin = Origin::Here;
            self.shares.adopt(held.class);
            *self.senders.entry(held.sender).or_default() += 1;
        }
        true
    }

    pub(crate) fn waiting(&self) -> Waiting {
        Waiting {
            count: self.line.count(),
            bytes: self.line.bytes(),
            oldest_ms: self.line.oldest_ms(),
        }
    }

    /// Whether what this class submits here would wait for too long, or leave too little room for others.
    /// What peers forward is their queue: it keeps nobody out here, and they hold back themselves.
    pub(crate) fn queue(&self, class: Class) -> Room {
        let in_time = self.pace.per_s.saturating_mul(self.limits.queue_ms) / 1_000;
        let most = usize::try_from(in_time).unwrap_or(usize::MAX).max(self.limits.queue);
        self.shares.queue(class, most)
    }

    /// Takes a transaction in, unless it is known or a limit is reached.
    pub(crate) fn insert(&mut self, new: Incoming<T>, origin: Origin, now_ms: u64) -> Inserted {
        if self.held.contains_key(&new.id) {
            if origin == Origin::Here {
                self.adopt(&new.id);
            }
            return Inserted::Known;
        }
        match self.shares.room(new.class, new.bytes, (self.limits.count, self.limits.bytes)) {
            Room::Free => {}
            Room::Full => return Inserted::Full,
            Room::ShareFull => return Inserted::ShareFull,
        }
        let of_sender = self.senders.get(&new.sender).copied().unwrap_or_default();
        if origin == Origin::Here && of_sender >= self.limits.per_sender {
            return Inserted::SenderFull;
        }
        self.hold(new, origin, now_ms);
        Inserted::New
    }

    fn hold(&mut self, new: Incoming<T>, origin: Origin, now_ms: u64) {
        let order = self.next_order;
        self.next_order += 1;
        self.shares.add(new.class, new.bytes, origin == Origin::Here);
        if origin == Origin::Here {
            *self.senders.entry(new.sender).or_default() += 1;
        }
        self.expiry.insert((new.valid_until_ms, new.id));
        self.line.put(order, Place { id: new.id, bytes: new.bytes, since_ms: now_ms });
        let held = Held {
            sender: new.sender,
            class: new.class,
            valid_until_ms: new.valid_until_ms,
            bytes: new.bytes,
            body: new.body,
            origin,
            state: State::Waiting,
            order,
        };
        self.held.insert(new.id, held);
    }

    /// Hands out waiting ones within these bounds, the first to come first, and counts them as sent.
    pub(crate) fn take(&mut self, count: usize, bytes: usize, now_ms: u64) -> Vec<(Id, T)> {
        let mut taken = Vec::new();
        let mut used = 0;
        while taken.len() < count {
            let Some(id) = self.line.next(bytes - used) else { break };
            let Some(held) = self.held.get_mut(&id) else { break };
            used += held.bytes;
            held.state = State::Sent { at_ms: now_ms };
            self.sent.insert((now_ms, id));
            taken.push((id, held.body.clone()));
        }
        taken
    }

    /// These could not be sent: they wait again, at their old places.
    pub(crate) fn put_back(&mut self, ids: &[Id], now_ms: u64) {
        for id in ids {
            self.wait_again(id, now_ms);
        }
    }

    fn wait_again(&mut self, id: &Id, now_ms: u64) {
        if let Some(held) = self.held.get_mut(id)
            && let State::Sent { at_ms } = held.state
        {
            held.state = State::Waiting;
            self.sent.remove(&(at_ms, *id));
            let place = Place { id: *id, bytes: held.bytes, since_ms: now_ms };
            self.line.put(held.order, place);
        }
    }

    /// Another leader or another term: what peers sent is theirs to send again, ours waits again.
    pub(crate) fn leader_changed(&mut self, now_ms: u64) {
        let peers: Vec<Id> = self.ids(|held| held.origin == Origin::Peer);
        self.remove_all(&peers);
        let ours: Vec<Id> = self.ids(|held| held.state != State::Waiting);
        self.put_back(&ours, now_ms);
    }

    /// What was sent before this moment and never executed waits again.
    pub(crate) fn retry_sent_before(&mut self, moment_ms: u64, now_ms: u64) -> usize {
        let late = self.sent.iter().take_while(|(at_ms, _)| *at_ms < moment_ms);
        let late: Vec<Id> = late.map(|(_, id)| *id).collect();
        self.put_back(&late, now_ms);
        late.len()
    }

    fn ids(&self, wanted: impl Fn(&Held<T>) -> bool) -> Vec<Id> {
        self.held.iter().filter(|(_, held)| wanted(held)).map(|(id, _)| *id).collect()
    }

    /// Forgets these: a block holds them now.
    pub(crate) fn executed<'a>(&mut self, ids: impl IntoIterator<Item = &'a Id>, now_ms: u64) {
        let before = self.shares.all().ours;
        ids.into_iter().for_each(|id| self.remove(id));
        self.pace.take((before - self.shares.all().ours) as u64, now_ms);
    }

    /// Forgets these.
    fn remove_all(&mut self, ids: &[Id]) {
        ids.iter().for_each(|id| self.remove(id));
    }

    fn remove(&mut self, id: &Id) {
        let Some(held) = self.held.remove(id) else { return };
        let is_ours = held.origin == Origin::Here;
        self.shares.remove(held.class, held.bytes, is_ours);
        self.expiry.remove(&(held.valid_until_ms, *id));
        match held.state {
            State::Waiting => self.line.remove(held.order),
            State::Sent { at_ms } => drop(self.sent.remove(&(at_ms, *id))),
        }
        if is_ours && let Some(of_sender) = self.senders.get_mut(&held.sender) {
            *of_sender -= 1;
            if *of_sender == 0 {
                self.senders.remove(&held.sender);
            }
        }
    }

    /// Forgets what no block at or after this time can hold, and names it.
    pub(crate) fn expire(&mut self, block_time_ms: u64) -> Vec<Id> {
        let mut expired = Vec::new();
        while let Some(&(valid_until, id)) = self.expiry.first() {
            if valid_until >= block_time_ms {
                break;
            }
            self.remove(&id);
            expired.push(id);
        }
        expired
    }
}

#[cfg(test)]
mod fairness;
#[cfg(test)]
mod tests;
