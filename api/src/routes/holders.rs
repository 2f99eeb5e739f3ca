// SPDX-License-Identifier: Apache-2.0
//! What a code's holder does at the node that holds the data: shows verification codes, and hears who wishes for
//! a consent. What is not the caller's is not there for it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chain::Hash;
use chain::actions::{CapacityTerms, Statement};
use chain::exchange::{Digits, KeyField};
use chain::ids::{CodeId, Time};
use chain::nonce::Nonce;
use chain::query;
use chain::records::{Code, FieldSet, Holder, Purpose};
use chain::text::Name;
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, watch};
use utoipa::ToSchema;

use super::Api;
use super::exchange::organisation;
use crate::access::Caller;
use crate::access::guard::Asking;
use crate::events::{Change, Owner, Page, Source};
use crate::exchange::{CapacityRefusal, Offered, Prompt, Wished, fresh};
use crate::http::extract::{Id, Ids, Json as Body, Nothing, Query, invalid};
use crate::http::json::Json;
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;

/// Why there is no verification code.
pub(super) const NOT_OFFERED: &[&Message] =
    &[&messages::NOT_FOUND, &messages::CAPACITY_NOT_HERE, &messages::TOO_MANY_PENDING];
/// Why one is not signed.
pub(super) const NOT_SIGNED: &[&Message] =
    &[&messages::NOT_FOUND, &messages::CAPACITY_GONE, &messages::STATEMENT_REFUSED];
/// Why a wish is not sent.
pub(super) const NOT_WISHED: &[&Message] =
    &[&messages::FIELDS_EXCLUSIVE, &messages::NO_CONSORTIUM_KEY, &messages::ACCESS_REFUSED];

impl Api {
    /// Refuses whoever is not the code's holder, as if there were no such code.
    async fn holders_alone(&self, asking: Asking, id: CodeId) -> Result<(), Problem> {
        let read = self.read(move |api| {
            let (at, now) = (api.store.latest(), api.exchange.now());
            let code = query::typed::<Code, _>(&at, id.record(), now).map(|seen| seen.value);
            let asking = asking.again(api)?;
            let is_holder = code.is_some_and(|code| match (&asking.caller, code.holder) {
                (Caller::Holder(holding), Holder::Person(person)) => holding.person == Some(person),
                (Caller::Member(member), Holder::Organisation(held)) => member.id == held,
                _ => false,
            });
            let not_found = || Problem::new(&messages::NOT_FOUND).value(id);
            is_holder.then_some(()).ok_or_else(not_found)
        });
        read.await
    }
}

fn problem(refusal: CapacityRefusal) -> Problem {
    match refusal {
        CapacityRefusal::NotHere => Problem::new(&messages::CAPACITY_NOT_HERE),
        CapacityRefusal::TooMany => Problem::new(&messages::TOO_MANY_PENDING).retry_after(60),
        CapacityRefusal::Gone => Problem::new(&messages::CAPACITY_GONE),
        CapacityRefusal::Statement => Problem::new(&messages::STATEMENT_REFUSED),
        CapacityRefusal::Fields => invalid("fields", "some, and a sensitive one alone"),
        CapacityRefusal::Random => Problem::new(&messages::INTERNAL),
    }
}

/// What a driver agrees to show.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapacityWish {
    /// Which fields; a sensitive one stands alone.
    fields: FieldSet,
}

/// A verification code that waits for the holder's signature.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CapacityDrawn {
    /// The digits to show once the node has taken the signature.
    digits: Digits,
    /// What is signed: its digest is what the statement is about.
    terms: CapacityTerms,
    /// Digest of the terms.
    digest: Hash,
    /// Random, for the statement.
    nonce: Nonce,
    /// Until when the terms must be signed.
    sign_by: Time,
    /// Until when the statement may be good at most.
    at_most: Time,
}

/// 获取运力验证码。Draws ten digits for the holder's app to sign and to show.
#[utoipa::path(
    post,
    path = "/v1/codes/{id}/capacity",
    tag = "exchange",
    params(("id" = CodeId, Path, description = "The code.")),
    request_body = CapacityWish,
    responses((status = 200, description = "What is to be signed.", body = CapacityDrawn)),
)]
pub(super) async fn draw_capacity(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<CodeId>,
    Query(Nothing {}): Query<Nothing>,
    Body(CapacityWish { fields }): Body<CapacityWish>,
) -> Result<Json<CapacityDrawn>, Problem> {
    api.holders_alone(asking, id).await?;
    let offered = api.read(move |api| api.exchange.offer(id, fields).map_err(problem)).await?;
    let nonce = fresh().ok_or_else(|| Problem::new(&messages::INTERNAL))?;
    let Offered { digits, terms, sign_by, at_most } = offered;
    let digest = terms.digest();
    Ok(Json(CapacityDrawn { digits, terms, digest, nonce, sign_by, at_most }))
}

/// What the holder's app signed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapacitySigned {
    /// The terms as they were drawn.
    terms: CapacityTerms,
    /// The holder's word on them.
    statement: Statement,
}

/// From when on the digits may be shown, and until when.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct CapacityGood {
    /// Until when the digits may be entered.
    until: Time,
}

/// 启用运力验证码。The holder's signature: from now on the digits may be entered.
#[utoipa::path(
    post,
    path = "/v1/codes/{id}/capacity/sign",
    tag = "exchange",
    params(("id" = CodeId, Path, description = "The code.")),
    request_body = CapacitySigned,
    responses((status = 200, description = "The digits may be shown.", body = CapacityGood)),
)]
pub(super) async fn sign_capacity(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<CodeId>,
    Query(Nothing {}): Query<Nothing>,
    Body(CapacitySigned { terms, statement }): Body<CapacitySigned>,
) -> Result<Json<CapacityGood>, Problem> {
    api.holders_alone(asking, id).await?;
    if terms.code != id {
        return Err(Problem::new(&messages::STATEMENT_REFUSED));
    }
    let until = statement.valid_until;
    let signed = move |api: &Api| api.exchange.sign_offer(&terms, statement).map_err(problem);
    api.read(signed).await?;
    Ok(Json(CapacityGood { until }))
}

/// A wish for a consent: the holder of a code, or whoever a key field is of, is asked.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentWish {
    /// The code; not together with `key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<CodeId>,
    /// Identity number, phone or plate; it leaves this node keyed only. Not together with `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<KeyField>,
    /// What for.
    purpose: Purpose,
    /// Which fields; a sensitive one stands alone.
    fields: FieldSet,
    /// Until when the consent would hold.
    until: Time,
    /// How often it could be used.
    uses: u32,
    /// Words to the holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Name>,
}

/// The same whether anybody is asked or not.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ConsentAsked {
    /// Id of the wish: the holder's prompt has it.
    id: Hash,
}

/// 征求授权。Asks for a consent. The answer is the same whether there is anybody to be asked or not.
#[utoipa::path(
    post,
    path = "/v1/consents/requests",
    tag = "exchange",
    request_body = ConsentWish,
    responses((status = 200, description = "The wish was sent.", body = ConsentAsked)),
)]
pub(super) async fn wish(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Body(wish): Body<ConsentWish>,
) -> Result<Json<ConsentAsked>, Problem> {
    let by = organisation(&asking)?;
    let ConsentWish { code, key, purpose, fields, until, uses, text } = wish;
    let about = match (code, key) {
        (Some(code), None) => Ok(code),
        (None, Some(key)) => Err(key),
        _ => return Err(Problem::new(&messages::FIELDS_EXCLUSIVE).value("code, key")),
    };
    if about.is_err() {
        // Every node is asked.
        asking.asks(&api, api.genesis.nodes.len())?;
    }
    let wished = Wished { about, purpose, fields, until, uses, text };
    let id = api.exchange.wish(by, wished).await?;
    Ok(Json(ConsentAsked { id }))
}

/// The prompts that wait for a holder.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PromptList {
    /// The prompts, oldest first; at most 16.
    prompts: Vec<Prompt>,
}

/// 授权征求列表。Who wishes for a consent of the code's holder, at the node that holds the data.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}/prompts",
    tag = "exchange",
    params(("id" = CodeId, Path, description = "The code.")),
    responses((status = 200, description = "The prompts.", body = PromptList)),
)]
pub(super) async fn prompts(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<CodeId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<PromptList>, Problem> {
    api.holders_alone(asking, id).await?;
    let open = api.read(move |api| Ok(api.exchange.open_prompts(id, 0))).await?;
    Ok(Json(PromptList { prompts: open.into_iter().map(|(_, prompt)| prompt).collect() }))
}

/// 谢绝授权征求。The holder says no. The asker is not told; the same wish does not come again for a day.
#[utoipa::path(
    post,
    path = "/v1/codes/{id}/prompts/{prompt}/refuse",
    tag = "exchange",
    params(
        ("id" = CodeId, Path, description = "The code."),
        ("prompt" = Hash, Path, description = "The prompt."),
    ),
    responses((status = 200, description = "The prompts that are left.", body = PromptList)),
)]
pub(super) async fn refuse_prompt(
    State(api): State<Api>,
    asking: Asking,
    Ids(id, prompt): Ids<CodeId, Hash>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<PromptList>, Problem> {
    api.holders_alone(asking, id).await?;
    if !api.exchange.prompts().refuse(id, prompt, api.exchange.now()) {
        return Err(Problem::new(&messages::NOT_FOUND).value(prompt));
    }
    let open = api.read(move |api| Ok(api.exchange.open_prompts(id, 0))).await?;
    Ok(Json(PromptList { prompts: open.into_iter().map(|(_, prompt)| prompt).collect() }))
}

/// The prompts of one code as a stream.
struct Prompted {
    api: Api,
    asking: Asking,
    code: CodeId,
}

impl Source for Prompted {
    fn read(&self, from: u64, limit: usize) -> Result<Page, Problem> {
        self.asking.again(&self.api)?;
        let tip = *self.api.exchange.prompts().tip().borrow();
        let mut open = self.api.exchange.open_prompts(self.code, from);
        open.retain(|(number, _)| *number < tip);
        let next = if open.len() > limit { open[limit].0 } else { tip };
        open.truncate(limit);
        let change = |(seq, prompt): (u64, Prompt)| {
            let data = serde_json::to_string(&prompt);
            let data = data.map_err(|_| Problem::new(&messages::INTERNAL))?;
            Ok(Change { seq, name: "prompt".to_owned(), data })
        };
        Ok(Page { changes: open.into_iter().map(change).collect::<Result<_, Problem>>()?, next })
    }

    fn owner(&self) -> Owner {
        self.asking.stream_owner()
    }

    fn still(&self) -> Result<(), Problem> {
        self.asking.again(&self.api).map(drop)
    }

    fn tip(&self) -> watch::Receiver<u64> {
        self.api.exchange.prompts().tip()
    }

    fn reads(&self) -> Arc<Semaphore> {
        Arc::clone(&self.api.reads)
    }
}

/// 授权征求事件流。The prompts of a code as they come, as server-sent events with a `Prompt` as `data`. Without
/// `Last-Event-ID` it begins with those that wait.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}/prompts/events",
    tag = "exchange",
    params(
        ("id" = CodeId, Path, description = "The code."),
        ("Last-Event-ID" = Option<u64>, Header, description = "Number of the last prompt seen."),
    ),
    responses((
        status = 200,
        description = "The stream; it ends when the client goes or the node shuts down.",
        body = String,
        content_type = "text/event-stream",
    )),
)]
pub(super) async fn prompt_events(
    State(api): State<Api>,
    asking: Asking,
    Id(code): Id<CodeId>,
    headers: HeaderMap,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Response, Problem> {
    api.holders_alone(asking.clone(), code).await?;
    let from = super::stream::behind_last(&headers)?.unwrap_or(0);
    let streams = api.streams.clone();
    Ok(streams.open(Arc::new(Prompted { api, asking, code }), from)?.into_response())
}
