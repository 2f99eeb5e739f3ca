// SPDX-License-Identifier: Apache-2.0
//! Webhooks of the organisation that asks: registered, looked at, changed, removed.

use std::sync::Arc;

use axum::extract::State;
use chain::Time;
use chain::records::{InterfaceScope, RecordKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use crate::access::guard::Asking;
use crate::access::{Caller, Member};
use crate::http::extract::{Id, Json, Nothing, Query, invalid};
use crate::http::json::Json as Answered;
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;
use crate::webhooks::{
    Failure, Hook, Refused, Sent, Stopped, Target, Wanted, WebhookError, WebhookId, Webhooks, now,
};

/// What can be wrong with a body that is wanted.
pub(super) const TOLD: &[&Message] = &[
    &messages::MALFORMED_JSON,
    &messages::MISSING_FIELD,
    &messages::BODY_TOO_SLOW,
    &messages::BODY_TOO_LARGE,
    &messages::UNSUPPORTED_MEDIA_TYPE,
    &messages::GRANT_NEEDED,
];
/// What more can be wrong with a new one.
pub(super) const ADDED: &[&Message] = &[&messages::WEBHOOK_EXISTS, &messages::TOO_MANY_WEBHOOKS];

/// Hours for which an old secret signs beside its successor, unless its owner says otherwise.
const OVERLAP_HOURS: u32 = 24;
/// Most of them.
const MOST_OVERLAP_HOURS: u32 = 168;
const HOUR_MS: u64 = 3_600_000;

/// How a webhook is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HookState {
    /// It delivers.
    Active,
    /// The last delivery failed; it is tried again.
    Retrying,
    /// It delivers nothing.
    Stopped,
}

/// What is wrong at the moment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct TroubleShown {
    /// Since when deliveries fail.
    since: Time,
    /// Failures one after the other.
    failures: u32,
    /// When the next try is due.
    retry_at: Time,
    /// The status of the last answer; null if there was none.
    status: Option<u16>,
    /// Why the last try failed.
    failure: Option<Failure>,
}

/// A webhook.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct WebhookShown {
    /// Its id.
    id: String,
    /// Where it is delivered to.
    url: String,
    /// Kinds of records whose changes are wanted; all if there is none.
    kinds: Vec<RecordKind>,
    /// When it was registered.
    created_at: Time,
    /// How it is.
    state: HookState,
    /// Why it is stopped; null if it is not.
    stopped: Option<Stopped>,
    /// Number of the first change that it has not looked at.
    next: u64,
    /// How many changes were delivered.
    delivered: u64,
    /// How many were put aside.
    dead: u64,
    /// What is wrong at the moment; null if nothing is.
    trouble: Option<TroubleShown>,
    /// Until when the secret before the newest signs too; null if it does not.
    old_secret_until: Option<Time>,
}

impl WebhookShown {
    pub(super) fn of(hook: &Hook) -> Self {
        let look = hook.look(now());
        let state = match (look.stopped, look.trouble) {
            (Some(_), _) => HookState::Stopped,
            (None, Some(_)) => HookState::Retrying,
            (None, None) => HookState::Active,
        };
        let trouble = look.trouble.map(|trouble| TroubleShown {
            since: trouble.since,
            failures: trouble.failures,
            retry_at: trouble.retry_at,
            status: trouble.last.status,
            failure: trouble.last.failure,
        });
        Self {
            id: hook.id().to_string(),
            url: look.url.to_string(),
            kinds: look.kinds,
            created_at: look.created_at,
            state,
            stopped: look.stopped,
            next: look.next,
            delivered: look.delivered,
            dead: look.dead,
            trouble,
            old_secret_until: look.old_secret_until,
        }
    }
}

/// A webhook with its new secret.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct WebhookSecret {
    /// The webhook.
    webhook: WebhookShown,
    /// The secret that signs its messages, `whsec_…`. It is shown here alone, and not kept in the clear.
    secret: String,
}

/// The webhooks of an organisation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct WebhooksAnswer {
    /// All of them, in the order in which they were registered.
    items: Vec<WebhookShown>,
}

/// What a test message came to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Tested {
    /// True if it was taken.
    delivered: bool,
    /// The status of the answer; null if there was none.
    status: Option<u16>,
    /// Why it was not taken; null if it was.
    failure: Option<Failure>,
}

/// What a new webhook is to be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    /// An address by https; by http where the operator allows it.
    url: String,
    /// Kinds of records whose changes are wanted; without any, all.
    #[serde(default)]
    kinds: Vec<RecordKind>,
    /// Number of the first change that is wanted; without, what happens from now on.
    #[serde(default)]
    from: Option<u64>,
}

/// How long the old secret signs too.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Hours, 24 unless said otherwise.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 168)]
    overlap_hours: Option<u32>,
}

/// Nothing is said.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestWanted {}

/// What is delivered again: one of the two.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    /// Everything from the change of this number on.
    #[serde(default)]
    from: Option<u64>,
    /// What was put aside, each once more.
    #[serde(default)]
    dead: Option<bool>,
}

/// The organisation that asks, granted or not.
pub(super) fn member(asking: &Asking) -> Result<&Member, Problem> {
    match &asking.caller {
        Caller::Member(member) => Ok(member),
        other => Err(Problem::new(&messages::NOT_ALLOWED).value(other.class().word())),
    }
}

/// The same, if its credential is good for what a scope is for.
pub(super) fn keyed(asking: &Asking, scope: InterfaceScope) -> Result<&Member, Problem> {
    let member = member(asking)?;
    match member.is_keyed_for(scope) {
        true => Ok(member),
        false => Err(Problem::new(&messages::SCOPE_MISSING).value(scope.word())),
    }
}

/// The same, if it may have what comes of it.
pub(super) fn granted(asking: &Asking) -> Result<&Member, Problem> {
    let member = member(asking)?;
    match member.may(InterfaceScope::Modules) {
        true => Ok(member),
        false => Err(Problem::new(&messages::GRANT_NEEDED).value("modules")),
    }
}

/// A webhook of the organisation that asks; a foreign one is not there.
pub(super) fn own(api: &Api, asking: &Asking, id: WebhookId) -> Result<Arc<Hook>, Problem> {
    let found = api.webhooks.find(member(asking)?.id, id);
    found.ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id))
}

pub(super) fn failed(error: WebhookError) -> Problem {
    if matches!(error, WebhookError::Removed) {
        return Problem::new(&messages::NOT_FOUND);
    }
    tracing::error!(%error, "webhooks");
    Problem::new(&messages::INTERNAL)
}

fn refused(refused: Refused) -> Problem {
    match refused {
        Refused::Exists(id) => Problem::new(&messages::WEBHOOK_EXISTS).value(id),
        Refused::TooMany(most) => Problem::new(&messages::TOO_MANY_WEBHOOKS).value(most),
        Refused::Failed(error) => failed(error),
    }
}

/// A number of a change that is there, or the next.
fn within(api: &Api, from: u64) -> Result<u64, Problem> {
    let tip = *api.tips.tip().borrow();
    match from <= tip {
        true => Ok(from),
        false => Err(invalid("from", format!("at most {tip}, the number of the next change"))),
    }
}

/// Writes to the disk off the async threads.
async fn write<T: Send + 'static>(
    api: &Api,
    work: impl FnOnce(&Webhooks) -> T + Send + 'static,
) -> Result<T, Problem> {
    api.read(move |api| Ok(work(&api.webhooks))).await
}

/// 登记回调。Registers a webhook: the changes that `/v1/events` shows its organisation are posted to it.
///
/// Messages are signed by the format Standard Webhooks (docs/webhooks.md).
#[utoipa::path(
    post,
    path = "/v1/webhooks",
    tag = "webhooks",
    request_body = NewWebhook,
    responses((status = 200, description = "Its secret is shown once.", body = WebhookSecret)),
)]
pub(super) async fn create(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Json(new): Json<NewWebhook>,
) -> Result<Answered<WebhookSecret>, Problem> {
    let member = granted(&asking)?;
    let target: Target = new.url.parse().map_err(|error| invalid("url", error))?;
    if let Some(fault) = target.fault(&api.webhooks.config().allow) {
        return Err(invalid("url", fault));
    }
    let mut kinds = new.kinds;
    kinds.sort_unstable();
    kinds.dedup();
    let from = match new.from {
        Some(from) => within(&api, from)?,
        None => *api.tips.tip().borrow(),
    };
    let (organisation, most) = (member.id, member.narrowed());
    let wanted = Wanted { organisation, most, target, kinds, from };
    let added = write(&api, move |webhooks| webhooks.add(wanted)).await?;
    let (hook, secret) = added.map_err(refused)?;
    hook.start(&api);
    Ok(Answered(WebhookSecret { webhook: WebhookShown::of(&hook), secret }))
}

/// 回调列表。The webhooks of the organisation that asks.
#[utoipa::path(
    get,
    path = "/v1/webhooks",
    tag = "webhooks",
    responses((status = 200, description = "All of them.", body = WebhooksAnswer)),
)]
pub(super) async fn list(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Answered<WebhooksAnswer>, Problem> {
    let own = api.webhooks.of(member(&asking)?.id);
    let items = own.iter().map(|hook| WebhookShown::of(hook)).collect();
    Ok(Answered(WebhooksAnswer { items }))
}

/// 查询回调。A webhook: how far it is, and what is wrong.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}",
    tag = "webhooks",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The webhook.", body = WebhookShown)),
)]
pub(super) async fn look(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<WebhookId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Answered<WebhookShown>, Problem> {
    Ok(Answered(WebhookShown::of(&*own(&api, &asking, id)?)))
}

/// 删除回调。Removes a webhook, with what it could not deliver.
#[utoipa::path(
    delete,
    path = "/v1/webhooks/{id}",
    tag = "webhooks",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The webhook as it was.", body = WebhookShown)),
)]
pub(super) async fn remove(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<WebhookId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Answered<WebhookShown>, Problem> {
    let hook = own(&api, &asking, id)?;
    let before = WebhookShown::of(&hook);
    write(&api, move |webhooks| webhooks.remove(&hook)).await?.map_err(failed)?;
    Ok(Answered(before))
}

/// 轮换密钥。A new secret in the place of one, which signs beside it for a while.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/rotate",
    tag = "webhooks",
    params(("id" = String, Path, description = "Its id.")),
    request_body = Rotation,
    responses((status = 200, description = "The new secret is shown once.", body = WebhookSecret)),
)]
pub(super) async fn rotate(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<WebhookId>,
    Query(Nothing {}): Query<Nothing>,
    Json(rotation): Json<Rotation>,
) -> Result<Answered<WebhookSecret>, Problem> {
    let hook = own(&api, &asking, id)?;
    granted(&asking)?;
    let hours = rotation.overlap_hours.unwrap_or(OVERLAP_HOURS);
    if hours > MOST_OVERLAP_HOURS {
        return Err(invalid("overlap_hours", format!("0 to {MOST_OVERLAP_HOURS}")));
    }
    let (own, overlap_ms) = (Arc::clone(&hook), u64::from(hours) * HOUR_MS);
    let rotated = write(&api, move |webhooks| webhooks.rotate(&own, overlap_ms)).await?;
    let secret = rotated.map_err(failed)?;
    Ok(Answered(WebhookSecret { webhook: WebhookShown::of(&hook), secret }))
}

/// 测试回调。Posts a message of the type `webhook.test` now, and says what came of it.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/test",
    tag = "webhooks",
    params(("id" = String, Path, description = "Its id.")),
    request_body = TestWanted,
    responses((status = 200, description = "What came of it.", body = Tested)),
)]
pub(super) async fn test(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<WebhookId>,
    Query(Nothing {}): Query<Nothing>,
    Json(TestWanted {}): Json<TestWanted>,
) -> Result<Answered<Tested>, Problem> {
    let hook = own(&api, &asking, id)?;
    granted(&asking)?;
    let busy = || Problem::new(&messages::OVERLOADED).retry_after(1);
    let _one = hook.begin_test().ok_or_else(busy)?;
    let Sent { status, failure } = api.webhooks.test(&api, &hook).await.map_err(failed)?;
    Ok(Answered(Tested { delivered: failure.is_none(), status, failure }))
}

/// 重放。Delivers again: everything from a change on, or what was put aside.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/replay",
    tag = "webhooks",
    params(("id" = String, Path, description = "Its id.")),
    request_body = Replay,
    responses((status = 200, description = "It begins.", body = WebhookShown)),
)]
pub(super) async fn replay(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<WebhookId>,
    Query(Nothing {}): Query<Nothing>,
    Json(replay): Json<Replay>,
) -> Result<Answered<WebhookShown>, Problem> {
    let hook = own(&api, &asking, id)?;
    granted(&asking)?;
    let own = Arc::clone(&hook);
    let done = match (replay.from, replay.dead) {
        (Some(from), None) => {
            let from = within(&api, from)?;
            write(&api, move |webhooks| webhooks.replay_from(&own, from)).await?
        }
        (None, Some(true)) => {
            write(&api, move |webhooks| webhooks.replay_dead(&own).map(|_| ())).await?
        }
        (None, Some(false)) => return Err(invalid("dead", "true")),
        (None, None) => return Err(Problem::new(&messages::MISSING_FIELD).field("from")),
        (Some(_), Some(_)) => {
            return Err(Problem::new(&messages::FIELDS_EXCLUSIVE).value("from, dead"));
        }
    };
    done.map_err(failed)?;
    Ok(Answered(WebhookShown::of(&hook)))
}
