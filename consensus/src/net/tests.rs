// SPDX-License-Identifier: Apache-2.0
//! Two and three real swarms on loopback: who may speak, and what ends a connection.
#![allow(clippy::unwrap_used)]

use super::caller::Caller;
use super::server::{Context, Ordered, Service};
use super::*;
use crate::clock::Clock;
use futures::future::BoxFuture;
use std::time::Duration;
use tokio::sync::mpsc;

/// Answers calls with their own body; refuses "no"; never answers "stay".
struct Echo;

/// Calls under way that will not be answered.
static STAYING: AtomicU32 = AtomicU32::new(0);

impl Service for Echo {
    fn call(&self, _: NodeNo, _: Lane, body: Bytes) -> BoxFuture<'static, Served> {
        Box::pin(async move {
            if &body[..] == b"stay" {
                STAYING.fetch_add(1, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            if &body[..] == b"no" { Err(Refusal::new(9, "as you wish")) } else { Ok(vec![body]) }
        })
    }

    fn is_greeting(&self, body: &Bytes) -> bool {
        &body[..] == b"hello"
    }

    fn append_session(&self, _: NodeNo) -> Ordered {
        let (requests, mut from_peer) = mpsc::channel::<Bytes>(16);
        let (to_peer, answers) = mpsc::channel(16);
        let session = tokio::spawn(async move {
            while let Some(body) = from_peer.recv().await {
                if to_peer.send(Ok(vec![body])).await.is_err() {
                    return;
                }
            }
        });
        Ordered { requests, answers, session: session.abort_handle() }
    }
}

struct TestNode {
    registry: Arc<Registry>,
    network: swarm::Network,
}

fn key(number: u64) -> [u8; 32] {
    let seed = [u8::try_from(number).unwrap(); 32];
    let pair = identity::Keypair::ed25519_from_bytes(seed).unwrap();
    pair.try_into_ed25519().unwrap().public().to_bytes()
}

fn registered(number: u64, address: Option<SocketAddr>) -> Registered {
    Registered { number, key: key(number), address }
}

async fn start(number: u64, peers: &[Registered]) -> TestNode {
    let registry = Arc::new(Registry::new(peers).unwrap());
    let seed = [u8::try_from(number).unwrap(); 32];
    let listen = "127.0.0.1:0".parse().unwrap();
    let mut network = swarm::start(seed, listen, registry.clone()).await.unwrap();
    let context = Context {
        registry: registry.clone(),
        service: Arc::new(Echo),
        clock: Clock::default(),
        commands: network.commands.clone(),
    };
    server::start(&context, &mut network.control).unwrap();
    TestNode { registry, network }
}

impl TestNode {
    async fn connected_with(&mut self, number: u64) {
        let peer = self.registry.peer(number).unwrap().clone();
        let wait = async {
            while !peer.connected() {
                self.network.changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap();
    }

    async fn lost(&mut self, number: u64) {
        let peer = self.registry.peer(number).unwrap().clone();
        let wait = async {
            while peer.connected() {
                self.network.changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap();
    }

    fn caller(&self, number: u64, lane: Lane) -> Caller {
        let peer = self.registry.peer(number).unwrap().clone();
        Caller::start(peer, lane, self.network.control.clone())
    }

    /// As if both had greeted each other.
    fn open_to(&self, number: u64) {
        let peer = self.registry.peer(number).unwrap();
        peer.set_greeted(true);
        peer.set_welcomed(true);
    }
}

/// Node 1 listens, node 2 dials it.
async fn two() -> (TestNode, TestNode) {
    let mut one = start(1, &[registered(2, None)]).await;
    let mut two = start(2, &[registered(1, Some(one.network.listening))]).await;
    one.connected_with(2).await;
    two.connected_with(1).await;
    (one, two)
}

const SOON: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registered_peers_call_each_other_on_every_lane() {
    let (one, two) = two().await;
    one.open_to(2);
    two.open_to(1);
    for lane in Lane::ALL {
        let caller = two.caller(1, lane);
        let size = lane.max_frame() / 2;
        let body = Bytes::from(vec![3; size]);
        let answer = caller.call(vec![body.clone()], SOON).await.unwrap();
        assert_eq!(answer.body, body, "{lane:?}");
        assert!(answer.clock_ms > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn append_answers_come_in_the_order_of_the_requests() {
    let (one, two) = two().await;
    one.open_to(2);
    two.open_to(1);
    let caller = two.caller(1, Lane::Append);
    let mut answers = Vec::new();
    for number in 0..40u8 {
        answers.push((number, caller.send(vec![Bytes::from(vec![number; 5_000])]).unwrap()));
    }
    for (number, answer) in answers {
        assert_eq!(answer.await.unwrap().unwrap().body[0], number);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_must_greet_before_anything_else() {
    let (one, two) = two().await;
    two.open_to(1);
    let caller = two.caller(1, Lane::Control);
    let refused = caller.call(vec![Bytes::from_static(b"vote")], SOON).await;
    assert!(matches!(refused, Err(CallError::Refused { code: server::NOT_GREETED, .. })));
    let hello = caller.for_greetings();
    hello.call(vec![Bytes::from_static(b"hello")], SOON).await.unwrap();
    one.open_to(2);
    caller.call(vec![Bytes::from_static(b"vote")], SOON).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_carries_its_code_and_words() {
    let (one, two) = two().await;
    one.open_to(2);
    two.open_to(1);
    let refused = two.caller(1, Lane::Control).call(vec![Bytes::from_static(b"no")], SOON).await;
    let Err(CallError::Refused { code, detail, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((code, detail.as_str()), (9, "as you wish"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_cannot_speak() {
    let mut one = start(1, &[registered(2, None)]).await;
    let at = Some(one.network.listening);
    let mut stranger = start(3, &[registered(1, at)]).await;
    // The stranger may see its side of the handshake end, but never gets an answer.
    let caller = stranger.caller(1, Lane::Control).for_greetings();
    let mut second = start(2, &[registered(1, at)]).await;
    second.connected_with(1).await;
    one.connected_with(2).await;
    assert!(one.registry.by_id(&peer_id(&key(3)).unwrap()).is_none());
    let refused = caller.call(vec![Bytes::from_static(b"hello")], Duration::from_secs(3)).await;
    assert!(refused.is_err(), "{refused:?}");
    stranger.lost(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_streams_do_not_bring_more_calls() {
    let (one, two) = two().await;
    one.open_to(2);
    two.open_to(1);
    for _ in 0..2 {
        // Each caller opens a stream of its own; it keeps no answer from another.
        let caller = two.caller(1, Lane::Control);
        let calls = (0..limits::CALLS_SERVED).map(|_| Bytes::from_static(b"stay"));
        let _asked: Vec<_> = calls.map(|call| caller.send(vec![call]).unwrap()).collect();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(STAYING.load(Ordering::SeqCst) as usize, limits::CALLS_SERVED);
    two.caller(1, Lane::Sync).call(vec![Bytes::from_static(b"hi")], SOON).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_oversized_frame_ends_the_connection() {
    let (mut one, two) = two().await;
    one.open_to(2);
    two.open_to(1);
    let caller = two.caller(1, Lane::Control);
    caller.call(vec![Bytes::from_static(b"hi")], SOON).await.unwrap();
    let big = Bytes::from(vec![0; Lane::Control.max_frame() + 1]);
    let broken = caller.call(vec![big], SOON).await;
    assert!(broken.is_err(), "{broken:?}");
    one.lost(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_to_an_absent_peer_fails_at_once() {
    let one = start(1, &[registered(2, None)]).await;
    let caller = one.caller(2, Lane::Control);
    let refused = caller.call(vec![Bytes::new()], SOON).await;
    assert!(matches!(refused, Err(CallError::Unreachable(2))));
}
