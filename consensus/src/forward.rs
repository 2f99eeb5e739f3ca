// SPDX-License-Identifier: Apache-2.0
//! Transactions on their way to the leader from a node that does not lead. Each node answers for what
//! was submitted to it: what does not show up in a block in time is sent again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::core::Core;
use crate::limits;
use crate::net::Lane;
use crate::service::put_transactions;

/// Between two attempts while the leader does not take them.
const AGAIN: Duration = Duration::from_millis(50);

/// Forwards whenever somebody else leads.
pub(crate) async fn run(core: Arc<Core>) {
    loop {
        let woken = core.wake.notified();
        tokio::pin!(woken);
        // From here on no wake is missed.
        woken.as_mut().enable();
        let went_well = step(&core).await;
        let pause = if went_well { Duration::from_millis(500) } else { AGAIN };
        let _woken_or_late = tokio::time::timeout(pause, woken).await;
    }
}

/// Sends what waits until nothing does; false if it could not be sent.
async fn step(core: &Core) -> bool {
    loop {
        let Some(leader) = core.lead.borrow().leader else { return false };
        if leader == core.own_number() {
            return true;
        }
        let now_ms = core.clock.now_ms();
        let late = u64::try_from(limits::FORWARD_AGAIN.as_millis()).unwrap_or(u64::MAX);
        let taken = {
            let mut pool = core.pool.lock();
            pool.retry_sent_before(now_ms.saturating_sub(late), now_ms);
            pool.take(limits::FORWARD_COUNT, limits::FORWARD_BYTES, now_ms)
        };
        if taken.is_empty() {
            return true;
        }
        let bodies: Vec<Bytes> = taken.iter().map(|(_, body)| body.clone()).collect();
        let back: Vec<_> = match send(core, leader, &bodies).await {
            Some(verdicts) if verdicts.len() == taken.len() => {
                let refused = taken.iter().zip(verdicts.iter()).filter(|(_, v)| **v != 0);
                refused.map(|((id, _), _)| *id).collect()
            }
            _ => taken.iter().map(|(id, _)| *id).collect(),
        };
        if !back.is_empty() {
            core.pool.lock().put_back(&back, core.clock.now_ms());
            return false;
        }
    }
}

async fn send(core: &Core, leader: u64, bodies: &[Bytes]) -> Option<Bytes> {
    let caller = core.caller(leader, Lane::Forward)?;
    let called = caller.call(vec![put_transactions(bodies)], limits::CALL_TIMEOUT).await;
    match called {
        Ok(answer) => Some(answer.body),
        Err(error) => {
            tracing::debug!(leader, %error, "forwarding");
            None
        }
    }
}
