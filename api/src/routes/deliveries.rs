// SPDX-License-Identifier: Apache-2.0
//! What a webhook delivered, has still to deliver, and gave up on.

use axum::extract::State;
use chain::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::lists::limit;
use super::stream::Seen;
use super::webhooks::own;
use crate::access::guard::Asking;
use crate::events::Source;
use crate::http::cursor::{Cursor, ListDigest};
use crate::http::extract::{Id, Query};
use crate::http::json::Json as Answered;
use crate::http::problem::Problem;
use crate::webhooks::{DeadLetter, Done, Failure, Hook, WebhookId, is_wanted, now};

/// Where a delivery is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryState {
    /// It was not tried, or is tried again.
    #[default]
    Waiting,
    /// It was put aside.
    Dead,
    /// It was taken.
    Done,
}

/// Which deliveries, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Those that wait unless said otherwise; of those that were taken the last 200 are remembered.
    #[serde(default)]
    #[param(inline)]
    state: DeliveryState,
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// A delivery.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Delivery {
    /// Number of the change.
    sequence: u64,
    /// The id of the message: the same for every try.
    message_id: String,
    /// Where it is.
    state: DeliveryState,
    /// How often it was tried.
    attempts: u32,
    /// When it was tried last; null if it was not, or is not known any more.
    at: Option<Time>,
    /// The status of the last answer; null if there was none.
    status: Option<u16>,
    /// Why the last try failed; null if none did.
    failure: Option<Failure>,
}

/// A page of deliveries, in the order of their changes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Deliveries {
    /// The items. There may be fewer than `limit`, and none, although more follow.
    items: Vec<Delivery>,
    /// `cursor` of the next page; null at the end.
    next: Option<String>,
}

impl Delivery {
    fn waiting(id: WebhookId, sequence: u64) -> Self {
        Self {
            sequence,
            message_id: id.message(sequence),
            state: DeliveryState::Waiting,
            attempts: 0,
            at: None,
            status: None,
            failure: None,
        }
    }

    fn dead(id: WebhookId, dead: &DeadLetter) -> Self {
        Self {
            state: DeliveryState::Dead,
            attempts: dead.attempts,
            at: Some(dead.at),
            status: dead.last.status,
            failure: dead.last.failure,
            ..Self::waiting(id, dead.seq)
        }
    }

    fn done(id: WebhookId, done: &Done) -> Self {
        Self {
            state: DeliveryState::Done,
            attempts: done.attempts,
            at: Some(done.at),
            status: done.last.status,
            ..Self::waiting(id, done.seq)
        }
    }
}

/// Items, and the number of the change at which the next page begins.
type Found = (Vec<Delivery>, Option<u64>);

/// 投递记录。What a webhook has still to deliver, gave up on, or delivered of late.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}/deliveries",
    tag = "webhooks",
    params(("id" = String, Path, description = "Its id."), Asked),
    responses((status = 200, description = "A page of deliveries.", body = Deliveries)),
)]
pub(super) async fn deliveries(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<WebhookId>,
    Query(asked): Query<Asked>,
) -> Result<Answered<Deliveries>, Problem> {
    let limit = limit(asked.limit)?;
    let hook = own(&api, &asking, id)?;
    let read = api.read(move |api| {
        let filter = [id.to_string(), format!("{:?}", asked.state)];
        let filter: Vec<&str> = filter.iter().map(String::as_str).collect();
        let digest =
            ListDigest::new(&api.store.header().chain.0, "/v1/webhooks/deliveries", &filter);
        let from = match asked.cursor {
            Some(text) => Some(Cursor::decode(&text, &digest)?.place()?),
            None => None,
        };
        let (items, next) = match asked.state {
            DeliveryState::Waiting => waiting(api, &hook, from, limit)?,
            DeliveryState::Dead => dead(api, id, from, limit),
            DeliveryState::Done => done(api, id, from, limit),
        };
        let height = api.store.header().height.0;
        let next = next.map(|seq| Cursor::at(height, seq).encode(&digest));
        Ok(Deliveries { items, next })
    });
    read.await.map(Answered)
}

/// What the deliverer would read next.
fn waiting(api: &Api, hook: &Hook, from: Option<u64>, limit: usize) -> Result<Found, Problem> {
    let (kinds, most) = hook.terms();
    let look = hook.look(now());
    let from = from.unwrap_or_default().max(look.next);
    let caller = api.organisation(hook.organisation(), most, now());
    let Some(caller) = caller.filter(|_| from < *api.tips.tip().borrow()) else {
        return Ok((Vec::new(), None));
    };
    let asking = Asking::standing(caller, "/v1/events");
    let page = Seen::new(api.clone(), asking).read(from, limit)?;
    let wanted = page.changes.iter().filter(|change| is_wanted(change, &kinds));
    let mut items: Vec<_> = wanted.map(|change| Delivery::waiting(hook.id(), change.seq)).collect();
    if let (Some(first), Some(trouble)) = (items.first_mut(), look.trouble)
        && first.sequence == look.next
    {
        first.attempts = trouble.attempts;
        (first.status, first.failure) = (trouble.last.status, trouble.last.failure);
    }
    let next = (page.next < *api.tips.tip().borrow()).then_some(page.next);
    Ok((items, next))
}

fn dead(api: &Api, id: WebhookId, from: Option<u64>, limit: usize) -> Found {
    let found = api.webhooks.dead(id, from.unwrap_or_default(), limit + 1);
    let next = found.get(limit).map(|more| more.seq);
    (found.iter().take(limit).map(|dead| Delivery::dead(id, dead)).collect(), next)
}

fn done(api: &Api, id: WebhookId, from: Option<u64>, limit: usize) -> Found {
    let mut found = api.webhooks.done(id);
    found.retain(|done| done.seq >= from.unwrap_or_default());
    let next = found.get(limit).map(|more| more.seq);
    (found.iter().take(limit).map(|done| Delivery::done(id, done)).collect(), next)
}
