// SPDX-License-Identifier: Apache-2.0
//! Greeting every connected peer once a second: who we are, how far we are; its clock comes back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{BufMut, BytesMut};
use tokio::task::AbortHandle;

use crate::alarms::Alarm;
use crate::clock::{self, Offset};
use crate::core::Core;
use crate::limits;
use crate::net::{CallError, Lane, NodeNo};
use crate::recognise::LOG_WENT_BACK;
use crate::service::GREETING;

/// A peer that was just connected is greeted as soon as this.
const LOOK: Duration = Duration::from_millis(100);

/// Greets for ever.
pub(crate) async fn run(core: Arc<Core>) {
    let mut tick = tokio::time::interval(LOOK);
    let mut rounds = 0_u128;
    let mut under_way: BTreeMap<NodeNo, AbortHandle> = BTreeMap::new();
    let every = limits::GREET_EVERY.as_millis() / LOOK.as_millis();
    loop {
        tick.tick().await;
        rounds += 1;
        for peer in core.registry.peers() {
            let number = peer.number;
            if !peer.connected() {
                core.was_welcomed(number);
                continue;
            }
            // Who did not greet back is asked again, but not at every look.
            let is_new = !peer.ready() && !peer.answered() && !core.memory.refuses(number);
            let is_under_way = under_way.get(&number).is_some_and(|task| !task.is_finished());
            if (is_new || rounds.is_multiple_of(every)) && !is_under_way {
                let core = Arc::clone(&core);
                let task = tokio::spawn(async move { greet(&core, number).await });
                under_way.insert(number, task.abort_handle());
            }
        }
        if rounds.is_multiple_of(every) {
            *core.asked.lock() = core.clock.moment();
            core.forget_waiters();
            remember(&core).await;
        }
    }
}

/// Writes down what is remembered of other validators.
async fn remember(core: &Arc<Core>) {
    let Some(marks) = core.memory.take_changed() else { return };
    let own = Arc::clone(core);
    let saved = tokio::task::spawn_blocking(move || own.store.save_marks(&marks)).await;
    if let Ok(Err(error)) = saved {
        core.stop_for(error.to_string());
    }
}

async fn greet(core: &Core, number: NodeNo) {
    let Some(caller) = core.caller(number, Lane::Control) else { return };
    let mut body = BytesMut::with_capacity(121);
    body.put_u8(GREETING);
    body.put_slice(&core.greeting(number).encode());
    let called = caller.for_greetings().call(vec![body.freeze()], limits::CALL_TIMEOUT).await;
    let answer = match called {
        Ok(answer) => answer,
        Err(CallError::Refused { code, detail, .. }) => {
            caller.peer().set_answered();
            if code == LOG_WENT_BACK {
                core.was_refused(number, &detail);
            }
            return tracing::debug!(peer = number, detail, "greeting");
        }
        Err(error) => return tracing::debug!(peer = number, %error, "greeting"),
    };
    caller.peer().set_answered();
    core.was_welcomed(number);
    let round_trip = u64::try_from(answer.round_trip.as_millis()).unwrap_or(u64::MAX);
    let at = core.clock.moment();
    let offset = Offset { ms: clock::offset_ms(at.wall_ms, answer.clock_ms, round_trip), at };
    let heard = core.hear(number, answer.body, Some(offset));
    caller.peer().set_welcomed(heard.is_ok());
    if let Err(refusal) = heard {
        let untold = core.told.lock().tell(Alarm::Greeting, number, Instant::now());
        if let Some(untold) = untold {
            tracing::warn!(peer = number, untold, refusal.detail, "greeting");
        }
    }
}
