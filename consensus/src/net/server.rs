// SPDX-License-Identifier: Apache-2.0
//! The serving side of the lanes: one task reads a stream and holds at most one frame.
//! Never answers a stranger; what is served is up to the `Service` behind it.

use super::{Lane, NodeNo, Peer, Refusal, Registry, Served, frame, swarm::Command};
use crate::clock::Clock;
use crate::limits;
use bytes::{Buf, Bytes};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::io::{AsyncReadExt, WriteHalf};
use libp2p::Stream;
use libp2p_stream::{Control, IncomingStreams};
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;

/// The code of a refusal that the network layer itself gives: the peer has not been greeted yet.
pub(crate) const NOT_GREETED: u8 = 1;

/// Requests of one peer, in order, and their answers, in the same order.
pub(crate) struct Ordered {
    pub(crate) requests: mpsc::Sender<Bytes>,
    pub(crate) answers: mpsc::Receiver<Served>,
    /// What serves them: it ends with the stream.
    pub(crate) session: AbortHandle,
}

/// What stands behind the lanes.
pub(crate) trait Service: Send + Sync + 'static {
    /// Serves one call of a unary lane. Greetings are served before the peer is greeted.
    fn call(&self, from: NodeNo, lane: Lane, body: Bytes) -> BoxFuture<'static, Served>;
    /// True for a body that is a greeting.
    fn is_greeting(&self, body: &Bytes) -> bool;
    /// Opens an ordered session on the append lane; the previous one of this peer is over.
    fn append_session(&self, from: NodeNo) -> Ordered;
}

/// What every served stream needs.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) registry: Arc<Registry>,
    pub(crate) service: Arc<dyn Service>,
    pub(crate) clock: Clock,
    pub(crate) commands: mpsc::Sender<Command>,
}

/// Starts one accepting task a lane. Fails only if a protocol is registered twice.
pub(crate) fn start(context: &Context, control: &mut Control) -> Option<Vec<AbortHandle>> {
    let mut tasks = Vec::new();
    for lane in Lane::ALL {
        let incoming = control.accept(lane.protocol()).ok()?;
        tasks.push(tokio::spawn(accept(context.clone(), lane, incoming)).abort_handle());
    }
    Some(tasks)
}

async fn accept(context: Context, lane: Lane, mut incoming: IncomingStreams) {
    let mut live: HashMap<NodeNo, VecDeque<AbortOnDrop>> = HashMap::new();
    // A call outlives the stream that brought it, so that the bound is one of the peer.
    let mut bounds: HashMap<NodeNo, Arc<Semaphore>> = HashMap::new();
    while let Some((id, stream)) = incoming.next().await {
        let Some(peer) = context.registry.by_id(&id) else { continue };
        let streams = live.entry(peer.number).or_default();
        streams.retain(|task| !task.0.is_finished());
        while streams.len() >= allowed(lane) {
            drop(streams.pop_front());
        }
        let bound = bounds.entry(peer.number);
        let bound = bound.or_insert_with(|| Arc::new(Semaphore::new(limits::CALLS_SERVED)));
        let served = serve(context.clone(), peer.clone(), (lane, Arc::clone(bound)), stream);
        streams.push_back(AbortOnDrop(tokio::spawn(served).abort_handle()));
    }
}

/// Append sessions are exclusive, so that two streams never race into the log.
fn allowed(lane: Lane) -> usize {
    if lane == Lane::Append { 1 } else { limits::STREAMS_PER_LANE }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn serve(
    context: Context,
    peer: Arc<Peer>,
    (lane, bound): (Lane, Arc<Semaphore>),
    stream: Stream,
) {
    let ended = match lane {
        Lane::Append => serve_ordered(&context, &peer, lane, stream).await,
        Lane::Control | Lane::Forward | Lane::Sync | Lane::Exchange => {
            serve_unary(&context, &peer, (lane, bound), stream).await
        }
    };
    if let Err(error @ frame::FrameError::TooLong { .. }) = ended {
        tracing::warn!(peer = peer.number, ?lane, %error, "connection ended");
        drop(context.commands.send(Command::Disconnect(peer.id)).await);
    }
}

fn request_number(body: &mut Bytes) -> Option<u64> {
    (body.len() >= 8).then(|| body.get_u64_le())
}

async fn serve_unary(
    context: &Context,
    peer: &Arc<Peer>,
    (lane, bound): (Lane, Arc<Semaphore>),
    stream: Stream,
) -> Result<(), frame::FrameError> {
    let (mut reading, writing) = stream.split();
    let (answers, to_write) = mpsc::channel(limits::CALLS_SERVED);
    let _writer = AbortOnDrop(
        tokio::spawn(write_answers(context.clock.clone(), writing, to_write)).abort_handle(),
    );
    // Answers wait for their stream, calls for those of all streams of the peer: so a stream that
    // nobody reads keeps no other from being served.
    let permits = Arc::new(Semaphore::new(limits::CALLS_SERVED));
    loop {
        let mut body = frame::read(&mut reading, lane.max_frame()).await?;
        let Some(number) = request_number(&mut body) else { return Ok(()) };
        let Ok(permit) = permits.clone().acquire_owned().await else { return Ok(()) };
        let answers = answers.clone();
        if !peer.greeted() && !context.service.is_greeting(&body) {
            let refusal = Refusal::new(NOT_GREETED, "greet first");
            drop(answers.send((number, Err(refusal))).await);
            continue;
        }
        let Ok(served_permit) = bound.clone().acquire_owned().await else { return Ok(()) };
        let served = context.service.call(peer.number, lane, body);
        tokio::spawn(async move {
            let served = served.await;
            drop(served_permit);
            drop(answers.send((number, served)).await);
            drop(permit);
        });
    }
}

async fn write_answers(
    clock: Clock,
    mut to: WriteHalf<Stream>,
    mut answers: mpsc::Receiver<(u64, Served)>,
) {
    while let Some((number, served)) = answers.recv().await {
        if write_answer(&clock, &mut to, number, served).await.is_err() {
            return;
        }
    }
}

async fn write_answer(
    clock: &Clock,
    to: &mut WriteHalf<Stream>,
    number: u64,
    served: Served,
) -> std::io::Result<()> {
    let mut head = [0u8; 17];
    head[..8].copy_from_slice(&number.to_le_bytes());
    head[8..16].copy_from_slice(&clock.now_ms().to_le_bytes());
    let parts = match served {
        Ok(parts) => parts,
        Err(refusal) => {
            head[16] = refusal.code.max(1);
            vec![Bytes::from(refusal.detail)]
        }
    };
    frame::write(to, &head, &parts).await
}

/// The numbers of the requests that wait for their answers, oldest first.
type Numbers = Arc<Mutex<VecDeque<u64>>>;

async fn serve_ordered(
    context: &Context,
    peer: &Arc<Peer>,
    lane: Lane,
    stream: Stream,
) -> Result<(), frame::FrameError> {
    let (mut reading, writing) = stream.split();
    let session = context.service.append_session(peer.number);
    let _session = AbortOnDrop(session.session);
    let numbers = Numbers::default();
    let mut writer = tokio::spawn(write_ordered(
        context.clock.clone(),
        writing,
        session.answers,
        numbers.clone(),
    ));
    let _writer = AbortOnDrop(writer.abort_handle());
    loop {
        let mut body = tokio::select! {
            body = frame::read(&mut reading, lane.max_frame()) => body?,
            _ = &mut writer => return Ok(()),
        };
        let Some(number) = request_number(&mut body) else { return Ok(()) };
        if !peer.greeted() {
            return Ok(());
        }
        numbers.lock().push_back(number);
        tokio::select! {
            sent = session.requests.send(body) => if sent.is_err() {
                // The session is over; its last answers are still to be written.
                drop((&mut writer).await);
                return Ok(());
            },
            _ = &mut writer => return Ok(()),
        }
    }
}

async fn write_ordered(
    clock: Clock,
    mut to: WriteHalf<Stream>,
    mut answers: mpsc::Receiver<Served>,
    numbers: Numbers,
) {
    while let Some(served) = answers.recv().await {
        let number = numbers.lock().pop_front();
        let Some(number) = number else { return };
        if write_answer(&clock, &mut to, number, served).await.is_err() {
            return;
        }
    }
}
