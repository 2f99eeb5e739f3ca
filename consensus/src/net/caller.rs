// SPDX-License-Identifier: Apache-2.0
//! The calling side of one lane to one peer: requests go out in order, answers come back by number.
//! Never keeps more than a bounded number of calls; a stream that stalls is closed, not waited for.

use super::{CallError, Lane, Peer, frame};
use crate::limits;
use bytes::{Buf, Bytes};
use futures::io::{AsyncReadExt, ReadHalf, WriteHalf};
use libp2p::Stream;
use libp2p_stream::Control;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// An answer, with the clock of the peer that gave it.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    pub(crate) clock_ms: u64,
    pub(crate) round_trip: Duration,
}

type Reply = oneshot::Sender<Result<Answer, CallError>>;

struct Outgoing {
    parts: Vec<Bytes>,
    reply: Reply,
}

struct Waiting {
    reply: Reply,
    sent: Instant,
}

#[derive(Default)]
struct Pending {
    calls: BTreeMap<u64, Waiting>,
}

/// A handle on one lane to one peer. Cheap to clone; one task behind it owns the stream.
#[derive(Clone)]
pub(crate) struct Caller {
    peer: Arc<Peer>,
    to_task: mpsc::Sender<Outgoing>,
    greeting: bool,
}

impl Caller {
    /// Starts the task of this lane.
    pub(crate) fn start(peer: Arc<Peer>, lane: Lane, control: Control) -> Self {
        let (to_task, from_callers) = mpsc::channel(limits::CALLS_IN_FLIGHT);
        tokio::spawn(run(peer.clone(), lane, control, from_callers));
        Self { peer, to_task, greeting: false }
    }

    /// The same lane for greetings, which are sent before the peer has welcomed us.
    pub(crate) fn for_greetings(&self) -> Self {
        Self { greeting: true, ..self.clone() }
    }

    pub(crate) fn peer(&self) -> &Arc<Peer> {
        &self.peer
    }

    /// Queues a request; its answer arrives on the receiver. Order of queueing is order of sending.
    pub(crate) fn send(
        &self,
        parts: Vec<Bytes>,
    ) -> Result<oneshot::Receiver<Result<Answer, CallError>>, CallError> {
        let usable = if self.greeting { self.peer.connected() } else { self.peer.ready() };
        if !usable {
            return Err(CallError::Unreachable(self.peer.number));
        }
        let (reply, answer) = oneshot::channel();
        self.to_task
            .try_send(Outgoing { parts, reply })
            .map_err(|_| CallError::Busy(self.peer.number))?;
        Ok(answer)
    }

    /// Sends a request and waits for its answer at most this long.
    pub(crate) async fn call(
        &self,
        parts: Vec<Bytes>,
        at_most: Duration,
    ) -> Result<Answer, CallError> {
        let answer = self.send(parts)?;
        match tokio::time::timeout(at_most, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(CallError::Broken(self.peer.number)),
            Err(_) => Err(CallError::Timeout(self.peer.number)),
        }
    }
}

async fn run(peer: Arc<Peer>, lane: Lane, control: Control, mut calls: mpsc::Receiver<Outgoing>) {
    while let Some(first) = calls.recv().await {
        if first.reply.is_closed() {
            continue;
        }
        let mut opener = control.clone();
        let opened = opener.open_stream(peer.id, lane.protocol());
        match tokio::time::timeout(limits::CALL_TIMEOUT, opened).await {
            Ok(Ok(stream)) => converse(&peer, lane, stream, first, &mut calls).await,
            _ => drop(first.reply.send(Err(CallError::Unreachable(peer.number)))),
        }
    }
}

/// Talks on one stream until it breaks or stalls; then every open call fails.
async fn converse(
    peer: &Arc<Peer>,
    lane: Lane,
    stream: Stream,
    first: Outgoing,
    calls: &mut mpsc::Receiver<Outgoing>,
) {
    let (reading, mut writing) = stream.split();
    let pending = Arc::new(Mutex::new(Pending::default()));
    let mut reader = tokio::spawn(read_answers(peer.clone(), lane, reading, pending.clone()));
    let mut stall = tokio::time::interval(limits::STREAM_STALL / 4);
    let mut number = 0u64;
    let mut next = Some(first);
    loop {
        if let Some(outgoing) = next.take() {
            number += 1;
            if write_call(&mut writing, &pending, number, outgoing).await.is_err() {
                break;
            }
        }
        tokio::select! {
            outgoing = calls.recv() => match outgoing {
                Some(outgoing) => next = Some(outgoing),
                None => break,
            },
            _ = &mut reader => break,
            _ = stall.tick() => if stalled(&pending) { break },
        }
    }
    reader.abort();
    fail_all(peer, &pending);
}

async fn write_call(
    to: &mut WriteHalf<Stream>,
    pending: &Mutex<Pending>,
    number: u64,
    outgoing: Outgoing,
) -> std::io::Result<()> {
    let waiting = Waiting { reply: outgoing.reply, sent: Instant::now() };
    pending.lock().calls.insert(number, waiting);
    let head = number.to_le_bytes();
    let written = frame::write(to, &head, &outgoing.parts);
    match tokio::time::timeout(limits::STREAM_STALL, written).await {
        Ok(written) => written,
        Err(_) => Err(std::io::ErrorKind::TimedOut.into()),
    }
}

fn stalled(pending: &Mutex<Pending>) -> bool {
    let pending = pending.lock();
    let oldest = pending.calls.values().next();
    oldest.is_some_and(|waiting| waiting.sent.elapsed() > limits::STREAM_STALL)
}

fn fail_all(peer: &Peer, pending: &Mutex<Pending>) {
    let calls = std::mem::take(&mut pending.lock().calls);
    for (_, waiting) in calls {
        drop(waiting.reply.send(Err(CallError::Broken(peer.number))));
    }
}

async fn read_answers(
    peer: Arc<Peer>,
    lane: Lane,
    mut from: ReadHalf<Stream>,
    pending: Arc<Mutex<Pending>>,
) {
    while let Ok(answer) = frame::read(&mut from, lane.max_frame()).await {
        let Some((number, outcome)) = parse_answer(peer.number, answer) else { return };
        let waiting = pending.lock().calls.remove(&number);
        // An answer to a question that was never asked ends the stream.
        let Some(waiting) = waiting else { return };
        let round_trip = waiting.sent.elapsed();
        let outcome = outcome.map(|answer| Answer { round_trip, ..answer });
        drop(waiting.reply.send(outcome));
    }
}

/// Answers are: number (8), clock (8), status (1), body. Status 0 is a yes, else the code of a no.
fn parse_answer(peer: u64, mut bytes: Bytes) -> Option<(u64, Result<Answer, CallError>)> {
    if bytes.len() < 17 {
        return None;
    }
    let number = bytes.get_u64_le();
    let clock_ms = bytes.get_u64_le();
    let code = bytes.get_u8();
    if code == 0 {
        return Some((number, Ok(Answer { body: bytes, clock_ms, round_trip: Duration::ZERO })));
    }
    let detail = String::from_utf8_lossy(&bytes).into_owned();
    Some((number, Err(CallError::Refused { number: peer, code, detail })))
}
