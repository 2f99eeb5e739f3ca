// SPDX-License-Identifier: Apache-2.0
//! What other nodes may ask of this one: greetings, votes, log entries, forwarded transactions, blocks.
//! Never passes a message on before the guard has looked at it.

use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use chain::block::PROTOCOL;
use chain::ids::Height;
use futures::FutureExt;
use futures::future::BoxFuture;
use openraft::raft::TransferLeaderResponse;
use tokio::sync::mpsc;

use crate::alarms::Alarm;
use crate::append;
use crate::ask;
use crate::clock::Offset;
use crate::core::{Core, Seen};
use crate::greeting::Greeting;
use crate::judge::NOT_PROPER;
use crate::limits;
use crate::net::server::{Ordered, Service};
use crate::net::{Lane, NodeNo, Refusal, Served};
use crate::pool::Origin;
use crate::raft::guard;
use crate::raft::log::Log;
use crate::raft::machine::Machine;
use crate::raft::wire::{self, Reader};
use crate::raft::{Membership, Types, term_of};
use crate::term::Known;

/// openraft over our state machine.
pub(crate) type Raft = openraft::Raft<Types, Machine>;

/// First byte of a call on the control lane: a greeting.
pub(crate) const GREETING: u8 = 0;
/// A request for a vote.
pub(crate) const VOTE: u8 = 1;
/// A question before a request for a vote.
pub(crate) const PRE_VOTE: u8 = 2;
/// The leader gives its lead away.
pub(crate) const TRANSFER: u8 = 3;
/// A heartbeat: an append without entries.
pub(crate) const HEARTBEAT: u8 = 4;

/// The message is not understood.
const MALFORMED: u8 = 2;
/// The peer is of another chain or protocol.
const OTHER_CHAIN: u8 = 3;
/// This node does not lead.
const NOT_LEADER: u8 = 4;
/// This node takes no part in votes.
pub(crate) const NO_VOTE: u8 = 5;
/// Too many questions at once.
pub(crate) const TOO_OFTEN: u8 = 6;
/// This node answers no questions to its interface, or not in time.
pub(crate) const NO_ANSWER: u8 = 7;

/// A node's part in Raft; observers have none.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) raft: Raft,
    pub(crate) log: Log,
    pub(crate) members: Membership,
}

/// Stands behind the lanes.
pub(crate) struct Node {
    pub(crate) core: Arc<Core>,
    pub(crate) part: Option<Part>,
}

pub(crate) fn malformed() -> Refusal {
    Refusal::new(MALFORMED, "the message is not understood")
}

impl Core {
    /// What this node says of itself to a peer.
    pub(crate) fn greeting(&self, to: NodeNo) -> Greeting {
        // One at a time, so that a higher number never says less.
        let mut number = self.greetings.lock();
        *number += 1;
        let lead = *self.lead.borrow();
        let voted = self.store.vote().ok().flatten().map_or(0, |vote| vote.term);
        let last = self.log.get().and_then(Log::last);
        let applied_end = self.store.applied().map_or(0, |applied| applied.index + 1);
        Greeting {
            protocol: PROTOCOL,
            chain: self.chain,
            start: self.start,
            number: *number,
            term: lead.term.max(voted),
            leader: lead.leader,
            height: self.store.header().height,
            log_end: last.map_or(0, |last| last.index + 1),
            last_term: last.as_ref().map_or(0, term_of),
            kept_end: applied_end.min(self.store.acknowledged()),
            rejoins: self.memory.is_away(),
            remembered: self.memory.kept(to),
        }
    }

    /// Takes in what a peer says of itself, if it is of this chain and its log does not go back.
    pub(crate) fn hear(
        &self,
        from: NodeNo,
        body: Bytes,
        clock: Option<Offset>,
    ) -> Result<(), Refusal> {
        let greeting = Greeting::decode(body).ok_or_else(malformed)?;
        if greeting.protocol != PROTOCOL || greeting.chain != self.chain {
            return Err(Refusal::new(OTHER_CHAIN, "another chain or protocol"));
        }
        self.recognise(from, &greeting)?;
        let Greeting { height, term, leader, .. } = greeting;
        self.note_peer(from, Seen { height, term, leader, clock });
        Ok(())
    }

    /// Keeps what a peer said of itself; one without a vote learns from it who leads.
    fn note_peer(&self, from: NodeNo, seen: Seen) {
        let mut all = self.seen.lock();
        let known = all.entry(from).or_insert(seen);
        *known = Seen { clock: seen.clock.or(known.clock), ..seen };
        drop(all);
        if !self.is_validator()
            && let Some(lead) = self.named_lead()
        {
            self.set_lead(lead);
        }
    }
}

impl Service for Node {
    fn call(&self, from: NodeNo, lane: Lane, body: Bytes) -> BoxFuture<'static, Served> {
        let (core, part) = (Arc::clone(&self.core), self.part.clone());
        match lane {
            Lane::Control => control(core, part, from, body).boxed(),
            Lane::Forward => forward(core, body).boxed(),
            Lane::Sync => blocks(core, body).boxed(),
            Lane::Exchange => ask::answer(core, from, body).boxed(),
            Lane::Append => futures::future::ready(Err(malformed())).boxed(),
        }
    }

    fn is_greeting(&self, body: &Bytes) -> bool {
        body.first() == Some(&GREETING)
    }

    fn append_session(&self, from: NodeNo) -> Ordered {
        let (requests, from_peer) = mpsc::channel(limits::APPEND_PIPELINE);
        let (to_peer, answers) = mpsc::channel(limits::APPEND_PIPELINE);
        let (core, part) = (Arc::clone(&self.core), self.part.clone());
        let session = tokio::spawn(append::session(core, part, from, from_peer, to_peer));
        Ordered { requests, answers, session: session.abort_handle() }
    }
}

async fn control(core: Arc<Core>, part: Option<Part>, from: NodeNo, mut body: Bytes) -> Served {
    if body.is_empty() {
        return Err(malformed());
    }
    let kind = body.split_to(1)[0];
    match kind {
        GREETING => greeted(&core, from, body),
        HEARTBEAT => {
            let request = wire::read_append_request(body).ok_or_else(malformed)?;
            append::one(&core, part.as_ref(), from, request).await
        }
        VOTE | PRE_VOTE => vote(&core, part, from, kind, body).await,
        TRANSFER => transfer(&core, part, from, body).await,
        _ => Err(malformed()),
    }
}

fn greeted(core: &Core, from: NodeNo, body: Bytes) -> Served {
    let heard = core.hear(from, body, None);
    if let Some(peer) = core.registry.peer(from) {
        peer.set_greeted(heard.is_ok());
    }
    heard.map(|()| vec![core.greeting(from).encode()])
}

async fn vote(core: &Core, part: Option<Part>, from: NodeNo, kind: u8, body: Bytes) -> Served {
    let mut request = wire::read_vote_request(Reader(body)).ok_or_else(malformed)?;
    let part = part.filter(|_| !core.is_stopped());
    let part = part.ok_or_else(|| Refusal::new(NO_VOTE, "this node does not vote"))?;
    let own = Known { core, log: &part.log };
    if let Err(wrong) = guard::check_vote(&request, from, &part.members, &own) {
        core.alarm(Alarm::Vote, from, &format!("a request for a vote is not proper: {wrong}"));
        return Err(Refusal::new(NOT_PROPER, wrong.to_string()));
    }
    if let Some(answer) = core.no_vote(&request.vote, core.own_number()) {
        return Ok(vec![wire::vote_response(&answer)]);
    }
    request.leadership_transfer &= core.heirs.lock().may_take_over(&request, part.log.vote());
    let answer = match kind {
        VOTE => part.raft.vote(request).await,
        _ => part.raft.pre_vote(request).await,
    };
    let answer = answer.map_err(|error| Refusal::new(NO_VOTE, error.to_string()))?;
    Ok(vec![wire::vote_response(&answer)])
}

async fn transfer(core: &Core, part: Option<Part>, from: NodeNo, body: Bytes) -> Served {
    let part = part.filter(|_| !core.is_stopped() && !core.memory.is_away());
    let part = part.ok_or_else(|| Refusal::new(NO_VOTE, "this node does not vote"))?;
    let request = wire::read_transfer(Reader(body)).ok_or_else(malformed)?;
    if let Err(wrong) = guard::check_transfer(&request, from, &part.members) {
        core.alarm(Alarm::Transfer, from, &format!("it cannot give this lead away: {wrong}"));
        return Err(Refusal::new(NOT_PROPER, wrong.to_string()));
    }
    core.heirs.lock().name(request.from_leader(), *request.to_node_id(), part.log.vote());
    let answer: Result<TransferLeaderResponse<Types>, _> =
        part.raft.handle_transfer_leader(request).await;
    match answer {
        Ok(Ok(())) => Ok(vec![Bytes::new()]),
        Ok(Err(error)) => Err(Refusal::new(NO_VOTE, error.to_string())),
        Err(error) => Err(Refusal::new(NO_VOTE, error.to_string())),
    }
}

/// Transactions as a frame: a count, and each behind its length.
pub(crate) fn put_transactions(transactions: &[Bytes]) -> Bytes {
    let bytes: usize = transactions.iter().map(|t| t.len() + 4).sum();
    let mut body = BytesMut::with_capacity(bytes + 4);
    wire::put_count(&mut body, transactions.len());
    for transaction in transactions {
        wire::put_count(&mut body, transaction.len());
        body.put_slice(transaction);
    }
    body.freeze()
}

fn read_transactions(body: Bytes) -> Option<Vec<Bytes>> {
    let mut reader = Reader(body);
    let count = reader.count(4).filter(|count| *count <= limits::FORWARD_COUNT)?;
    let transactions = (0..count).map(|_| reader.bytes()).collect::<Option<Vec<_>>>()?;
    reader.end(transactions)
}

/// Takes in what a peer forwards, if this node leads: a byte for each, 0 where it was taken.
async fn forward(core: Arc<Core>, body: Bytes) -> Served {
    let leads = core.lead.borrow().leader == Some(core.own_number());
    if !leads {
        return Err(Refusal::new(NOT_LEADER, "this node does not lead"));
    }
    let transactions = read_transactions(body).ok_or_else(malformed)?;
    let taken = core.take_in(transactions, Origin::Peer).await;
    let verdicts: Vec<u8> = taken.iter().map(|result| u8::from(result.is_err())).collect();
    Ok(vec![Bytes::from(verdicts)])
}

/// How long a question for blocks waits for the first of them.
const WAIT_FOR_BLOCK: Duration = Duration::from_secs(2);

/// Blocks from a height on: a count, and for each its place in the log, its header hash and body.
async fn blocks(core: Arc<Core>, body: Bytes) -> Served {
    let mut reader = Reader(body);
    let from = reader.u64().ok_or_else(malformed)?;
    let mut executed = core.executed.subscribe();
    let arrived = async { executed.wait_for(|height| height.0 >= from).await.is_ok() };
    let _in_time = tokio::time::timeout(WAIT_FOR_BLOCK, arrived).await;
    let read = tokio::task::spawn_blocking(move || read_blocks(&core, from));
    Ok(vec![read.await.map_err(|_| malformed())?])
}

fn read_blocks(core: &Core, from: u64) -> Bytes {
    let newest = core.store.header().height.0;
    let mut blocks = BytesMut::new();
    let mut count = 0;
    for height in (from..=newest).take(limits::SYNC_BLOCKS).map(Height) {
        let found = core.store.position_of(height).zip(core.store.body(height));
        let Some(((position, body), hash)) = found.zip(core.store.hash_at(height)) else { break };
        if count > 0 && blocks.len() + body.len() > limits::SYNC_BYTES {
            break;
        }
        blocks.put_u64_le(position.term);
        blocks.put_u64_le(position.index);
        blocks.put_slice(&hash.0);
        wire::put_count(&mut blocks, body.len());
        blocks.put_slice(&body);
        count += 1;
    }
    let mut answer = BytesMut::with_capacity(blocks.len() + 4);
    wire::put_count(&mut answer, count);
    answer.unsplit(blocks);
    answer.freeze()
}
