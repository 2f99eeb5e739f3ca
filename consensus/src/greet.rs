// SPDX-License-Identifier: Apache-2.0
//! Greeting every connected peer once a second: who we are, how far we are; its clock comes back.

use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut, BytesMut};

use crate::clock;
use crate::core::{Core, Seen};
use crate::limits;
use crate::net::{Lane, NodeNo};
use crate::service::{GREETING, greeting, read_greeting};

/// A peer that was just connected is greeted as soon as this.
const LOOK: Duration = Duration::from_millis(100);

/// Greets for ever.
pub(crate) async fn run(core: Arc<Core>) {
    let mut tick = tokio::time::interval(LOOK);
    let mut rounds = 0_u128;
    let every = limits::GREET_EVERY.as_millis() / LOOK.as_millis();
    loop {
        tick.tick().await;
        rounds += 1;
        for peer in core.registry.peers() {
            let is_new = peer.connected() && !peer.ready();
            if is_new || (peer.connected() && rounds.is_multiple_of(every)) {
                let (core, number) = (Arc::clone(&core), peer.number);
                tokio::spawn(async move { greet(&core, number).await });
            }
        }
        if rounds.is_multiple_of(every) {
            core.forget_waiters();
        }
    }
}

async fn greet(core: &Core, number: NodeNo) {
    let Some(caller) = core.caller(number, Lane::Control) else { return };
    let mut body = BytesMut::with_capacity(64);
    body.put_u8(GREETING);
    body.put_slice(&greeting(core));
    let called = caller.for_greetings().call(vec![body.freeze()], limits::CALL_TIMEOUT).await;
    let answer = match called {
        Ok(answer) => answer,
        Err(error) => return tracing::debug!(peer = number, %error, "greeting"),
    };
    let round_trip = u64::try_from(answer.round_trip.as_millis()).unwrap_or(u64::MAX);
    let offset = clock::offset_ms(core.clock.now_ms(), answer.clock_ms, round_trip);
    match read_greeting(core, answer.body) {
        Ok(seen) => {
            core.note_peer(number, Seen { clock_offset_ms: Some(offset), ..seen });
            caller.peer().set_welcomed(true);
        }
        Err(refusal) => tracing::warn!(peer = number, refusal.detail, "greeting"),
    }
}
