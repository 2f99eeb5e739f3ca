// SPDX-License-Identifier: Apache-2.0
//! The inbox of an authority: what applicants' clients may post and ask.
//! It checks form only; whether a claim is true is judged when it is on chain.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use chain::fields;
use chain::ids::ApplicationId;
use sealing::{CLAIMS, ClaimSent, Content, PARCEL_BYTES, Parcel, ParcelError, Published};
use serde::de::DeserializeOwned;

use super::messages::{ClaimStanding, PolicySold, PolicyWanted, Problem, Taken, WhoAmI};
use super::{Office, Role, keys, lock};
use crate::node::{Node, now};

/// How long a published key is good for. Who wants one later asks again.
const PUBLISHED_MS: u64 = 3_600_000;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(20);

/// Longest term of a compulsory policy: a leap year.
const LONGEST_POLICY_MS: u64 = 366 * 86_400_000;

type Shared<N> = State<Arc<Office<N>>>;

/// All routes of an inbox.
pub(super) fn router<N: Node>(office: Arc<Office<N>>) -> Router {
    Router::new()
        .route("/v1/authority", get(who::<N>))
        .route("/v1/parcels", post(take::<N>))
        .route("/v1/claims/{application}/{claim}", get(standing::<N>))
        .route("/v1/policies", post(sell::<N>))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(office)
}

async fn who<N: Node>(State(office): Shared<N>) -> Json<WhoAmI> {
    let setup = &office.setup;
    let chain = office.node.chain_id();
    let key = office.receiver.public();
    let until = now().plus(PUBLISHED_MS);
    Json(WhoAmI {
        chain,
        organisation: setup.organisation,
        role: setup.role.word().to_owned(),
        kinds: setup.role.kinds().to_vec(),
        sealed_to: Published::sign(&setup.key, (chain, setup.organisation), key, until),
    })
}

async fn take<N: Node>(
    State(office): Shared<N>,
    body: Body,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    let parcel: Parcel = read(body).await?;
    if parcel.to != office.receiver.public() {
        let title = "封装所用公钥已更换 / the parcel is sealed to another key";
        let detail = "ask GET /v1/authority for the key in force, and seal it anew";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "key_unknown", title, detail).field("to"));
    }
    let of = (office.node.chain_id(), office.setup.organisation);
    let opened = parcel.open(&office.receiver, of).map_err(|error| not_opened(&error))?;
    match opened {
        Content::Claims(claims) => take_claims(&office, claims),
        Content::KeyChange(change) => keys::change(&office, *change).await,
    }
}

fn not_opened(error: &ParcelError) -> Problem {
    let title = "封装的内容无法打开 / the parcel cannot be opened";
    Problem::new(StatusCode::BAD_REQUEST, "parcel_not_opened", title, error.to_string())
}

fn take_claims<N: Node>(
    office: &Office<N>,
    claims: Vec<ClaimSent>,
) -> Result<(StatusCode, Json<Taken>), Problem> {
    if claims.is_empty() || claims.len() > CLAIMS {
        let detail = format!("send 1 to {CLAIMS} claims at once");
        return Err(Problem::malformed(detail).field("claims"));
    }
    for (place, claim) in claims.iter().enumerate() {
        check(office.setup.role, claim).map_err(|problem| {
            let field = problem.field.clone().unwrap_or_default();
            problem.field(format!("claims.{place}{field}"))
        })?;
    }
    let taken = claims.len();
    let Ok(places) = office.queue.try_reserve_many(taken) else {
        let title = "待办过多，请稍后再试 / the inbox is full, try again later";
        let detail = "too many claims wait for an answer";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "inbox_full", title, detail));
    };
    for (place, claim) in places.zip(claims) {
        let key = (claim.application, claim.claim);
        lock(&office.standings).set(key, ClaimStanding::Waiting);
        place.send(claim);
    }
    Ok((StatusCode::ACCEPTED, Json(Taken { taken })))
}

/// Form only: the kind is one of ours, and the fields are those of its table.
fn check(role: Role, claim: &ClaimSent) -> Result<(), Problem> {
    if !role.kinds().contains(&claim.kind) {
        let title = "本机构不核验此类证件 / this authority does not answer this kind";
        let detail = "send the claim to the authority that is registered for its kind";
        let problem =
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "kind_not_ours", title, detail);
        return Err(problem.field(".kind"));
    }
    let table = fields::table(claim.kind);
    fields::root(table, &claim.fields).map(drop).map_err(|error| {
        let title = "证件字段与字段表不符 / the fields are not those of the table";
        let code = "fields_wrong";
        let problem =
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, error.to_string());
        problem.field(".fields")
    })
}

async fn standing<N: Node>(
    State(office): Shared<N>,
    Path((application, claim)): Path<(String, String)>,
) -> Result<Json<ClaimStanding>, Problem> {
    let malformed = || Problem::malformed("the path is /v1/claims/{application id}/{place}");
    let application: ApplicationId = application.parse().map_err(|_| malformed())?;
    let claim: u32 = claim.parse().map_err(|_| malformed())?;
    let found = lock(&office.standings).of.get(&(application, claim)).cloned();
    found.map(Json).ok_or_else(not_found)
}

/// The counter of the insurer: a compulsory policy that ends at a given instant.
async fn sell<N: Node>(
    State(office): Shared<N>,
    body: Body,
) -> Result<(StatusCode, Json<PolicySold>), Problem> {
    if office.setup.role != Role::Insurer {
        return Err(not_found());
    }
    let wanted: PolicyWanted = read(body).await?;
    if wanted.ends <= now() {
        return Err(Problem::malformed("the end lies in the past").field("ends"));
    }
    if wanted.ends.since(now()) > LONGEST_POLICY_MS {
        let title = "保险期限过长 / the policy would last too long";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let problem = Problem::new(status, "policy_not_sold", title, "at most a year");
        return Err(problem.field("ends"));
    }
    let sold = lock(&office.book).sell(&wanted.vin, wanted.ends);
    let Some(policy) = sold else {
        let title = "无法承保 / no policy can be sold";
        let detail = "the register has no such motor vehicle, or the counter has sold all it may";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "policy_not_sold", title, detail).field("vin"));
    };
    let fields = policy.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok((StatusCode::CREATED, Json(PolicySold { fields })))
}

async fn unknown() -> Problem {
    not_found()
}

async fn wrong_method() -> Problem {
    let title = "此路径不支持该方法 / the path does not take this method";
    let detail = "see the routes of the inbox";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", title, detail)
}

fn not_found() -> Problem {
    let title = "没有此内容 / there is no such thing";
    let detail = "check the path";
    Problem::new(StatusCode::NOT_FOUND, "inbox_not_found", title, detail)
}

/// Reads a bounded body within its time, as JSON.
async fn read<T: DeserializeOwned>(body: Body) -> Result<T, Problem> {
    let reading = axum::body::to_bytes(body, PARCEL_BYTES);
    let bytes = match tokio::time::timeout(BODY_TIME, reading).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let title = "请求过大或中断 / the body is too large or broke off";
            let detail = format!("at most {PARCEL_BYTES} bytes");
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Err(Problem::new(status, "inbox_too_large", title, detail));
        }
        Err(_) => {
            let title = "请求超时 / the body took too long";
            let detail = "send it within 20 seconds";
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "inbox_timeout", title, detail));
        }
    };
    serde_json::from_slice(&bytes).map_err(|error| Problem::malformed(error.to_string()))
}
