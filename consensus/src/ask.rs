// SPDX-License-Identifier: Apache-2.0
//! Questions of one node's interface to another's, on a lane of their own. What is asked and answered are
//! bytes to this crate: it knows who asks, bounds how much and how often, and lets agreement go first.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::BoxFuture;
use parking_lot::{Mutex, RwLock};

use crate::core::Core;
use crate::handle::Handle;
use crate::limits;
use crate::net::{CallError, Lane, NodeNo, Refusal, Served};
use crate::service::{NO_ANSWER, TOO_OFTEN};

/// Answers what other nodes ask of this one's interface.
pub trait Answers: Send + Sync + 'static {
    /// The answer to a question of the node with this number in the registry; at most 256 KiB, within seven
    /// seconds. The question is whatever that node sent.
    fn answer(&self, from: u32, question: Bytes) -> BoxFuture<'static, Bytes>;
}

/// Why a question got no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The registry has no node of this number.
    #[error("there is no node {0}")]
    Unknown(u32),
    /// It is not connected, does not take questions, or did not answer in time: ask again later.
    #[error("node {0} gave no answer")]
    Silent(u32),
    /// It takes no more questions at the moment: ask again later.
    #[error("node {0} takes no more questions at the moment")]
    Busy(u32),
    /// The question is larger than 256 KiB.
    #[error("a question has at most {} bytes", limits::EXCHANGE_BYTES)]
    TooLarge,
}

/// Who answers, and how often each peer has asked lately.
#[derive(Default)]
pub(crate) struct Desk {
    answers: RwLock<Option<Arc<dyn Answers>>>,
    /// One for each peer that asked: no more than the registry has.
    asked: Mutex<BTreeMap<NodeNo, Allowance>>,
}

/// What a peer may still ask, refilled as time passes.
struct Allowance {
    left: u32,
    filled: Instant,
}

impl Allowance {
    fn new(now: Instant) -> Self {
        Self { left: limits::EXCHANGE_BURST, filled: now }
    }

    /// Takes one question, if there is one left.
    fn take(&mut self, now: Instant) -> bool {
        let each = Duration::from_secs(1) / limits::EXCHANGE_A_SECOND;
        let passed = now.saturating_duration_since(self.filled);
        let more = u32::try_from(passed.as_nanos() / each.as_nanos()).unwrap_or(u32::MAX);
        if self.left.saturating_add(more) >= limits::EXCHANGE_BURST {
            *self = Self::new(now);
        } else {
            self.left += more;
            self.filled += each * more;
        }
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }
}

impl Desk {
    fn takes(&self, from: NodeNo, now: Instant) -> bool {
        self.asked.lock().entry(from).or_insert_with(|| Allowance::new(now)).take(now)
    }

    fn answers(&self) -> Option<Arc<dyn Answers>> {
        self.answers.read().clone()
    }
}

/// Serves one question of a peer.
pub(crate) async fn answer(core: Arc<Core>, from: NodeNo, question: Bytes) -> Served {
    if !core.desk.takes(from, Instant::now()) {
        return Err(Refusal::new(TOO_OFTEN, "too many questions"));
    }
    let none = || Refusal::new(NO_ANSWER, "no answer");
    let number = u32::try_from(from).map_err(|_| none())?;
    answered(&core, number, question).await.map(|body| vec![body]).ok_or_else(none)
}

/// The answer of this node itself, if it has one in time and of a size that may be sent.
async fn answered(core: &Core, from: u32, question: Bytes) -> Option<Bytes> {
    let answers = core.desk.answers()?;
    let answer = tokio::time::timeout(limits::EXCHANGE_ANSWER, answers.answer(from, question));
    answer.await.ok().filter(|answer| answer.len() <= limits::EXCHANGE_BYTES)
}

impl Handle {
    /// From now on this answers what other nodes ask of the interface here.
    pub fn answer_with(&self, answers: Arc<dyn Answers>) {
        *self.core.desk.answers.write() = Some(answers);
    }

    /// Asks the node of a number, which may be this one. A node is reached over whatever connection there
    /// is, its own to us included; none relays for another.
    pub async fn ask(&self, node: u32, question: Bytes) -> Result<Bytes, AskError> {
        if question.len() > limits::EXCHANGE_BYTES {
            return Err(AskError::TooLarge);
        }
        if node == self.core.own.number {
            return answered(&self.core, node, question).await.ok_or(AskError::Silent(node));
        }
        let caller = self.core.caller(NodeNo::from(node), Lane::Exchange);
        let caller = caller.ok_or(AskError::Unknown(node))?;
        let called = caller.call(vec![question], limits::EXCHANGE_WAIT).await;
        called.map(|answer| answer.body).map_err(|error| match error {
            CallError::Busy(_) | CallError::Refused { code: TOO_OFTEN, .. } => AskError::Busy(node),
            error => {
                tracing::debug!(node, %error, "asking");
                AskError::Silent(node)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_asks_so_often_at_once_and_then_at_its_rate() {
        let start = Instant::now();
        let mut allowance = Allowance::new(start);
        for _ in 0..limits::EXCHANGE_BURST {
            assert!(allowance.take(start));
        }
        assert!(!allowance.take(start));
        let each = Duration::from_secs(1) / limits::EXCHANGE_A_SECOND;
        assert!(!allowance.take(start + each / 2));
        assert!(allowance.take(start + each) && !allowance.take(start + each));
        let later = start + Duration::from_secs(60);
        let taken = (0..1_000).filter(|_| allowance.take(later)).count();
        assert_eq!(taken, limits::EXCHANGE_BURST as usize, "a pause saves up no more than that");
    }
}
