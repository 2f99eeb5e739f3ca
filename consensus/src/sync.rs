// SPDX-License-Identifier: Apache-2.0
//! How an observer follows: it fetches what was ordered, executes it itself, and compares the header.
//! Never believes a state: only the order comes from others.

use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use chain::Hash;
use store::Position;

use crate::alarms::Alarm;
use crate::core::Core;
use crate::executor::Halt;
use crate::limits;
use crate::net::{Lane, NodeNo};
use crate::raft::disk::PROPOSAL;
use crate::raft::payload::Payload;
use crate::raft::wire::Reader;

/// Before another peer is asked.
const AGAIN: Duration = Duration::from_millis(200);

/// A block as a peer sends it.
struct Fetched {
    position: Position,
    header: Hash,
    body: Bytes,
}

/// Follows for ever.
pub(crate) async fn run(core: Arc<Core>) {
    let mut turn = 0_usize;
    loop {
        let peers = validators(&core);
        if let Some(peer) = peers.get(turn % peers.len().max(1)) {
            match follow(&core, *peer).await {
                Ok(()) => {
                    core.contradicted_by.lock().remove(peer);
                    continue;
                }
                Err(Trouble::Call(detail)) => tracing::debug!(peer, detail, "block sync"),
                Err(Trouble::Contradiction(detail)) => core.contradicted(*peer, &detail),
                Err(Trouble::Own(detail)) => core.stop_for(detail),
            }
        }
        if core.is_stopped() {
            return;
        }
        turn += 1;
        tokio::time::sleep(AGAIN).await;
    }
}

/// Why no block came of a peer's answer.
enum Trouble {
    /// The peer cannot be asked, or its answer cannot be read: another is asked.
    Call(String),
    /// The peer has another chain than this node.
    Contradiction(String),
    /// This node's own disk fails.
    Own(String),
}

impl Core {
    /// One peer may be wrong; if most validators contradict this node, it is.
    fn contradicted(&self, by: NodeNo, detail: &str) {
        let (is_news, count) = {
            let mut all = self.contradicted_by.lock();
            (all.insert(by), all.len())
        };
        if is_news {
            self.alarm(Alarm::Contradiction, by, &format!("it contradicts this node: {detail}"));
        }
        if count > self.validators().count() / 2 {
            self.stop_for(format!(
                "most validators contradict this node: {detail}. Its state is wrong: move its data \
                 folder away and let it fetch the chain from its peers"
            ));
        }
    }
}

/// Validators that are connected, the same one first for as long as it is.
fn validators(core: &Core) -> Vec<NodeNo> {
    let ready = core.registry.peers().filter(|peer| peer.ready() && core.votes(peer.number));
    let mut numbers: Vec<NodeNo> = ready.map(|peer| peer.number).collect();
    // Observers spread over the validators.
    numbers.sort_by_key(|number| (number + core.own_number()) % 7);
    numbers
}

async fn follow(core: &Arc<Core>, peer: NodeNo) -> Result<(), Trouble> {
    let call = |detail: String| Trouble::Call(detail);
    let caller = core.caller(peer, Lane::Sync).ok_or_else(|| call("no such peer".into()))?;
    let mut question = BytesMut::with_capacity(8);
    question.put_u64_le(core.store.header().height.0 + 1);
    let called = caller.call(vec![question.freeze()], limits::CALL_TIMEOUT).await;
    let answer = called.map_err(|error| call(error.to_string()))?;
    let blocks = read(answer.body).ok_or_else(|| call("the answer is not understood".into()))?;
    for block in blocks {
        let own = Arc::clone(core);
        let applied = tokio::task::spawn_blocking(move || apply(&own, &block));
        applied.await.map_err(|error| Trouble::Own(error.to_string()))??;
    }
    Ok(())
}

fn read(body: Bytes) -> Option<Vec<Fetched>> {
    let mut reader = Reader(body);
    let count = reader.count(52).filter(|count| *count <= limits::SYNC_BLOCKS)?;
    let mut blocks = Vec::with_capacity(count);
    for _ in 0..count {
        let position = Position { term: reader.u64()?, index: reader.u64()? };
        let header = Hash(reader.hash()?);
        blocks.push(Fetched { position, header, body: reader.bytes()? });
    }
    reader.end(blocks)
}

fn apply(core: &Core, block: &Fetched) -> Result<(), Trouble> {
    let next = core.store.header().height.next();
    let payload = Payload::new(block.body.clone());
    let executed = core.run(&payload).map_err(|halt| match halt {
        Halt::BaseDiffers(_) => Trouble::Contradiction(halt.to_string()),
        Halt::Store(error) => Trouble::Own(error.to_string()),
    })?;
    let differs = || Trouble::Contradiction(format!("block {next} is another there"));
    let executed = executed.ok_or_else(differs)?;
    if executed.header_hash != block.header {
        return Err(differs());
    }
    core.store
        .apply_synced(block.position, PROPOSAL, &block.body, &executed)
        .map_err(|error| Trouble::Own(error.to_string()))?;
    core.follow(&executed);
    Ok(())
}
