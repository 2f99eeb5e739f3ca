// SPDX-License-Identifier: Apache-2.0
//! The deliverer of one webhook: one change after the other, in their order, each until it is taken or put
//! aside. Whether its organisation may still have them is asked of the chain before each.

use std::time::Duration;

use bytes::Bytes;
use chain::Time;
use chain::records::{InterfaceScope, RecordKind};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::Durable;

use super::hook::{Hook, State};
use super::record::{DeadLetter, Done, Progress, Stopped, WebhookId};
use super::schedule::{self, Next};
use super::send::{Message, Sent};
use super::sign::Secret;
use super::{WebhookError, now, random};
use crate::access::Caller;
use crate::access::guard::Asking;
use crate::events::{Change, Page, Source};
use crate::routes::Api;
use crate::routes::stream::Seen;

/// Changes that are read at once.
const PAGE: usize = 20;
/// After something went wrong here.
const AGAIN: Duration = Duration::from_secs(1);
/// Changes that are passed over before their number is written.
const PASSED: u64 = 1_000;

/// Until when there is nothing to do, unless its owner changes something.
enum Pause {
    None,
    Until(Time),
    /// There is a change at this number.
    Change(u64),
    /// The chain changed.
    Block,
}

/// Who the webhook is, as the chain has it now.
struct Standing {
    asking: Asking,
    secrets: Vec<Secret>,
}

/// Delivers without end.
pub(super) async fn run(api: &Api, hook: &Hook) {
    let mut tip = api.tips.tip();
    loop {
        let pause = step(api, hook).await.unwrap_or_else(|error| {
            tracing::warn!(webhook = %hook.id(), %error, "cannot deliver");
            Pause::Until(now().plus(AGAIN.as_millis() as u64))
        });
        let goes_on = async {
            match pause {
                Pause::None => true,
                Pause::Until(at) => {
                    let time = Duration::from_millis(at.0.saturating_sub(now().0));
                    tokio::select! {
                        () = tokio::time::sleep(time) => true,
                        // What it stands on may have changed.
                        changed = tip.changed() => changed.is_ok(),
                    }
                }
                Pause::Change(next) => tip.wait_for(|tip| *tip > next).await.is_ok(),
                Pause::Block => tip.changed().await.is_ok(),
            }
        };
        let goes_on = tokio::select! {
            goes_on = goes_on => goes_on,
            () = hook.woken.notified() => true,
        };
        if !goes_on {
            return;
        }
    }
}

async fn step(api: &Api, hook: &Hook) -> Result<Pause, WebhookError> {
    let standing = match standing(api, hook).await? {
        Ok(standing) => standing,
        Err(stopped) => {
            hook.state.lock().stopped = Some(stopped);
            return Ok(Pause::Block);
        }
    };
    let (epoch, progress) = {
        let mut state = hook.state.lock();
        let is_full = state.progress.dead >= api.webhooks.config().dead && !state.progress.wanted;
        state.stopped = is_full.then_some(Stopped::TooManyDead);
        (state.epoch, state.progress.clone())
    };
    if progress.wanted {
        return once_more(api, hook, &standing, (epoch, progress)).await;
    }
    if progress.dead >= api.webhooks.config().dead {
        return Ok(Pause::Block);
    }
    if let Some(trouble) = progress.trouble.filter(|trouble| now() < trouble.retry_at) {
        return Ok(Pause::Until(trouble.retry_at));
    }
    if *api.tips.tip().borrow() <= progress.next {
        return Ok(Pause::Change(progress.next));
    }
    let page = read(api, &standing.asking, progress.next, PAGE).await?;
    deliver(api, hook, epoch, page).await
}

/// The changes of a page, one after the other.
async fn deliver(api: &Api, hook: &Hook, epoch: u64, page: Page) -> Result<Pause, WebhookError> {
    let (kinds, _) = hook.terms();
    for change in page.changes.iter().filter(|change| is_wanted(change, &kinds)) {
        let Ok(standing) = standing(api, hook).await? else { return Ok(Pause::None) };
        let sent = send(api, hook, &standing, change).await;
        if !api.webhooks.settle(hook, epoch, change.seq, sent)? {
            return Ok(Pause::None);
        }
    }
    api.webhooks.pass(hook, epoch, page.next)?;
    Ok(Pause::None)
}

/// The next of those that were put aside, which its owner wants once more.
async fn once_more(
    api: &Api,
    hook: &Hook,
    standing: &Standing,
    (epoch, progress): (u64, Progress),
) -> Result<Pause, WebhookError> {
    let Some(dead) = api.webhooks.dead(hook.id(), progress.wanted_from, 1).pop() else {
        api.webhooks.all_wanted(hook, epoch)?;
        return Ok(Pause::None);
    };
    let page = read(api, &standing.asking, dead.seq, 1).await?;
    let sent = match page.changes.iter().find(|change| change.seq == dead.seq) {
        Some(change) => Some(send(api, hook, standing, change).await),
        None => None,
    };
    api.webhooks.settle_dead(hook, epoch, dead, sent)?;
    Ok(Pause::None)
}

/// Who it is now, or why it gets nothing.
async fn standing(api: &Api, hook: &Hook) -> Result<Result<Standing, Stopped>, WebhookError> {
    let (organisation, (_, most)) = (hook.organisation(), hook.terms());
    let found = api.read(move |api| Ok(api.organisation(organisation, most, now()))).await;
    let Some(caller) = found.map_err(|_| WebhookError::Busy)? else {
        return Ok(Err(Stopped::OrganisationEnded));
    };
    if !matches!(&caller, Caller::Member(member) if member.may(InterfaceScope::Modules)) {
        return Ok(Err(Stopped::GrantMissing));
    }
    let secrets = api.webhooks.secrets(hook);
    Ok(match secrets.is_empty() {
        true => Err(Stopped::SecretLost),
        false => Ok(Standing { asking: Asking::standing(caller, "/v1/events"), secrets }),
    })
}

/// The changes that it may see, from one on.
async fn read(api: &Api, asking: &Asking, from: u64, limit: usize) -> Result<Page, WebhookError> {
    let asking = asking.clone();
    let page = api.read(move |api| Seen::new(api.clone(), asking).read(from, limit)).await;
    page.map_err(|_| WebhookError::Busy)
}

/// One delivery, among as many as may be under way.
async fn send(api: &Api, hook: &Hook, standing: &Standing, change: &Change) -> Sent {
    let id = hook.id().message(change.seq);
    post(api, hook, &standing.secrets, (id, body(change))).await
}

async fn post(api: &Api, hook: &Hook, secrets: &[Secret], (id, body): (String, Bytes)) -> Sent {
    let own = api.webhooks.places_of(hook.organisation());
    let _of_one = own.acquire().await;
    let _place = api.webhooks.places.acquire().await;
    let timestamp_s = now().0 / 1_000;
    let signatures = secrets.iter().map(|secret| secret.sign(&id, timestamp_s, &body));
    let signature = signatures.collect::<Vec<_>>().join(" ");
    let target = hook.state.lock().kept.url.clone();
    let message = Message { id, timestamp_s, signature, body };
    let sent = api.webhooks.sender.post(&target, message).await;
    api.webhooks.metrics.sent(sent.failure.is_none());
    sent
}

/// What the deliverer looks at of an event's data.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    at: &'a RawValue,
    #[serde(borrow)]
    height: &'a RawValue,
    version: Version,
}

#[derive(Deserialize)]
struct Version {
    kind: RecordKind,
}

/// What is posted.
#[derive(Serialize)]
struct Body<'a> {
    /// Number of the change.
    sequence: u64,
    /// What happened.
    #[serde(rename = "type")]
    kind: &'a str,
    at: &'a RawValue,
    height: &'a RawValue,
    /// What the stream of events has as data, to the byte.
    data: &'a RawValue,
}

/// True if a webhook of these kinds wants a change.
pub(crate) fn is_wanted(change: &Change, kinds: &[RecordKind]) -> bool {
    let head = || serde_json::from_str::<Head<'_>>(&change.data).ok();
    kinds.is_empty() || head().is_some_and(|head| kinds.contains(&head.version.kind))
}

fn body(change: &Change) -> Bytes {
    let written = || -> serde_json::Result<Vec<u8>> {
        let head: Head<'_> = serde_json::from_str(&change.data)?;
        let data = serde_json::from_str(&change.data)?;
        let (sequence, kind) = (change.seq, change.name.as_str());
        serde_json::to_vec(&Body { sequence, kind, at: head.at, height: head.height, data })
    };
    // The stream wrote it a moment ago: it can be read.
    written().unwrap_or_default().into()
}

impl super::Webhooks {
    fn secrets(&self, hook: &Hook) -> Vec<Secret> {
        let (state, now) = (hook.state.lock(), now());
        let good = state.kept.secrets.iter().filter(|s| s.until.is_none_or(|until| now < until));
        // The newest first.
        good.rev().filter_map(|sealed| self.seal.open(hook.id(), &sealed.text)).collect()
    }

    /// Keeps what came of a delivery; false if the next change is not to be delivered now.
    fn settle(&self, hook: &Hook, epoch: u64, seq: u64, sent: Sent) -> Result<bool, WebhookError> {
        let mut state = hook.state.lock();
        if state.epoch != epoch {
            return Ok(false);
        }
        let (id, at) = (hook.id(), now());
        let State { progress, .. } = &mut *state;
        if sent.failure.is_none() {
            let attempts = progress.trouble.map_or(0, |trouble| trouble.attempts) + 1;
            let delivered = progress.delivered + 1;
            *progress = Progress { next: seq + 1, delivered, trouble: None, ..progress.clone() };
            self.rows.delivered(id, progress, &Done { seq, attempts, at, last: sent })?;
            return Ok(true);
        }
        // Everything before it was looked at.
        progress.next = seq;
        let drawn = random().map_or(0, u32::from_le_bytes);
        match schedule::failed(progress.trouble, sent, (at, drawn), &self.config) {
            Next::Again(trouble) => {
                progress.trouble = Some(trouble);
                self.rows.progress(id, progress, Durable::Soon)?;
            }
            Next::PutAside(trouble, attempts) => {
                progress.trouble = Some(trouble);
                (progress.next, progress.dead) = (seq + 1, progress.dead + 1);
                self.rows.put_aside(id, progress, &DeadLetter { seq, attempts, at, last: sent })?;
                self.metrics.put_aside();
                tracing::warn!(webhook = %id, seq, failure = ?sent.failure, "put aside");
            }
        }
        Ok(false)
    }

    /// Nothing before this change is for it.
    fn pass(&self, hook: &Hook, epoch: u64, next: u64) -> Result<(), WebhookError> {
        let mut state = hook.state.lock();
        if state.epoch != epoch || next <= state.progress.next {
            return Ok(());
        }
        let before = std::mem::replace(&mut state.progress.next, next);
        if before / PASSED != next / PASSED {
            self.rows.progress(hook.id(), &state.progress, Durable::Soon)?;
        }
        Ok(())
    }

    /// Keeps what came of delivering one once more; none if it is not for it any longer.
    fn settle_dead(
        &self,
        hook: &Hook,
        epoch: u64,
        dead: DeadLetter,
        sent: Option<Sent>,
    ) -> Result<(), WebhookError> {
        let mut state = hook.state.lock();
        if state.epoch != epoch {
            return Ok(());
        }
        let (id, at) = (hook.id(), now());
        let progress = &mut state.progress;
        progress.wanted_from = dead.seq + 1;
        let (seq, attempts) = (dead.seq, dead.attempts + 1);
        match sent {
            Some(sent) if sent.failure.is_none() => {
                progress.dead = progress.dead.saturating_sub(1);
                progress.delivered += 1;
                self.rows.delivered(id, progress, &Done { seq, attempts, at, last: sent })?;
            }
            Some(sent) => {
                self.rows.put_aside(id, progress, &DeadLetter { seq, attempts, at, last: sent })?;
            }
            None => {
                progress.dead = progress.dead.saturating_sub(1);
                self.rows.drop_dead(id, progress, seq)?;
            }
        }
        Ok(())
    }

    /// All that were wanted were tried once more.
    fn all_wanted(&self, hook: &Hook, epoch: u64) -> Result<(), WebhookError> {
        let mut state = hook.state.lock();
        if state.epoch == epoch {
            state.progress.wanted = false;
            self.rows.progress(hook.id(), &state.progress, Durable::Soon)?;
        }
        Ok(())
    }

    /// Posts a message that says nothing but that it is one, now; what came of it.
    pub(crate) async fn test(&self, api: &Api, hook: &Hook) -> Result<Sent, WebhookError> {
        let secrets = self.secrets(hook);
        let drawn: [u8; 8] = random()?;
        let id = test_id(hook.id(), drawn);
        let body = serde_json::json!({ "type": "webhook.test", "at": now() }).to_string();
        Ok(post(api, hook, &secrets, (id, body.into())).await)
    }
}

fn test_id(id: WebhookId, drawn: [u8; 8]) -> String {
    format!("{}_test", id.message(u64::from_le_bytes(drawn)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn change() -> Change {
        let data = r#"{"height":7,"id":"way_0","at":"2026-11-24T12:00:00.000+08:00","version":{"kind":"waybill","number":2}}"#;
        Change { seq: 41, name: "waybill_loaded".into(), data: data.into() }
    }

    #[test]
    fn a_body_holds_the_data_of_the_stream_to_the_byte() {
        let body = body(&change());
        let text = std::str::from_utf8(&body).unwrap();
        let head = r#"{"sequence":41,"type":"waybill_loaded","at":"2026-11-24T12:00:00.000+08:00","height":7,"data":"#;
        assert_eq!(text, format!("{head}{}}}", change().data));
    }

    #[test]
    fn a_filter_of_kinds_lets_through_what_it_names_and_none_lets_all_through() {
        let wants = |kinds: &[RecordKind]| is_wanted(&change(), kinds);
        assert!(wants(&[]) && wants(&[RecordKind::Code, RecordKind::Waybill]));
        assert!(!wants(&[RecordKind::Code]));
    }
}
