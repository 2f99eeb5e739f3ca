// SPDX-License-Identifier: Apache-2.0
//! Submitting, alone or in batches. Each transaction gets its own verdict, and the same one again
//! gets the first receipt.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chain::limits::{BATCH_BYTES, TRANSACTION_BYTES, WAIT_MS};
use chain::receipt::{Placed, Receipt};
use chain::transaction::{Invalid, Transaction};
use chain::{Height, Past, Time, TransactionId, codec};
use consensus::SubmitError;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::batches::{self, Item};
use super::shapes::Stage;
use crate::access::guard::Asking;
use crate::http::extract::{Bodies, SMALL_BODY, json, media_type, query, shortened, unsupported};
use crate::http::language::Language;
use crate::http::messages::{self, Message};
use crate::http::problem::{Problem, ProblemDetails};
use crate::http::request_id::RequestId;

/// What can be wrong with a body.
pub(super) const BODY: &[&Message] = &[
    &messages::MALFORMED_JSON,
    &messages::MISSING_FIELD,
    &messages::BODY_TOO_SLOW,
    &messages::BODY_TOO_LARGE,
    &messages::UNSUPPORTED_MEDIA_TYPE,
];

/// Why a transaction is not taken: answered for one alone, and as a verdict in a batch.
pub(super) const NOT_TAKEN: &[&Message] = &[
    &messages::MALFORMED_TRANSACTION,
    &messages::TRANSACTION_TOO_LARGE,
    &messages::TRANSACTION_VERSION,
    &messages::WRONG_CHAIN,
    &messages::SIGNATURE_WRONG,
    &messages::TRANSACTION_EXPIRED,
    &messages::VALID_UNTIL_TOO_FAR,
    &messages::SENDER_QUEUE_FULL,
    &messages::SHARE_FULL,
    &messages::POOL_FULL,
    &messages::NO_LEADER,
    &messages::NODE_STOPPED,
];

/// What more can be wrong with a batch as a whole.
pub(super) const BATCH: &[&Message] = &[
    &messages::MALFORMED_TRANSACTION,
    &messages::EMPTY_BATCH,
    &messages::BATCH_TOO_LARGE,
    &messages::OVERLOADED,
    &messages::SHARE_FULL,
    &messages::POOL_FULL,
];

/// How long to wait, at most 30 s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Wait {
    /// Until it is taken.
    #[default]
    Pending,
    /// Until it is executed here.
    Ordered,
    /// The last stage that there is: until seals exist, executed here.
    Final,
}

/// How to answer.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// How long to wait, at most 30 s: until it is taken, executed here, or final.
    #[serde(default)]
    #[param(inline)]
    wait: Wait,
}

/// A transaction and what became of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct TransactionAnswer {
    /// Its id.
    id: TransactionId,
    /// How far it has come.
    stage: Stage,
    /// Height of its block; null until executed.
    height: Option<Height>,
    /// Time of its block; null until executed.
    time: Option<Time>,
    /// Its receipt; null until executed. A refusal lists every reason.
    receipt: Option<Receipt>,
    /// The transaction itself, where it is read back from its block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction: Option<Transaction>,
}

impl TransactionAnswer {
    /// Taken, and nothing more.
    pub(super) fn pending(id: TransactionId) -> Self {
        let (height, time, receipt) = (None, None, None);
        Self { id, stage: Stage::Pending, height, time, receipt, transaction: None }
    }

    /// Executed here.
    fn ordered(id: TransactionId, placed: Placed) -> Self {
        let Placed { height, time, receipt } = placed;
        let (height, time, receipt) = (Some(height), Some(time), Some(receipt));
        Self { id, stage: Stage::Ordered, height, time, receipt, transaction: None }
    }
}

/// What became of one transaction of a batch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Verdict {
    /// The HTTP status that it would have got alone.
    status: u16,
    /// Its id; null if it was not taken.
    id: Option<TransactionId>,
    /// How far it has come; null if it was not taken.
    stage: Option<Stage>,
    /// Height of its block; null until executed.
    height: Option<Height>,
    /// Its receipt; null until executed.
    receipt: Option<Receipt>,
    /// Why it was not taken; null if it was.
    problem: Option<ProblemDetails>,
}

/// What became of a batch.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct BatchAnswer {
    /// One for each transaction, in order.
    verdicts: Vec<Verdict>,
}

/// The transaction of bytes that were executed once.
pub(super) fn decoded(bytes: &[u8]) -> Result<Transaction, Problem> {
    let transaction = codec::decode(bytes, TRANSACTION_BYTES);
    transaction.map_err(|_| Problem::new(&messages::INTERNAL))
}

/// Counts what is submitted, each by the grant that it needs.
fn spend(api: &Api, asking: &Asking, transactions: &[Bytes]) -> Result<(), Problem> {
    if asking.is_free() {
        return Ok(());
    }
    let read = transactions.iter().map(|bytes| decoded(bytes).ok());
    let actions: Vec<_> = read.map(|read| read.map(|read| read.action)).collect();
    asking.spend(api, actions.iter().map(Option::as_ref))
}

/// 提交交易。Submits a transaction.
///
/// Submitting the same transaction again is safe: it gets its first receipt.
#[utoipa::path(
    post,
    path = "/v1/transactions",
    tag = "transactions",
    params(Asked),
    request_body(
        description = "JSON of at most 128 KiB, or canonical bytes of at most 16 KiB.",
        content((Transaction = "application/json"), (Vec<u8> = "application/octet-stream")),
    ),
    responses(
        (status = 200, description = "Executed: the receipt says what became of it.",
            body = TransactionAnswer),
        (status = 202, description = "Taken, and not executed here yet.", body = TransactionAnswer),
    ),
)]
pub(super) async fn submit(
    State(api): State<Api>,
    asking: Asking,
    request: Request,
) -> Result<Response, Problem> {
    let asked: Asked = query(request.uri().query().unwrap_or_default())?;
    let media = media_type(request.headers());
    let bodies = <std::sync::Arc<Bodies> as axum::extract::FromRef<Api>>::from_ref(&api);
    let body = bodies.read(request, SMALL_BODY).await?;
    let transaction = match media.as_str() {
        "application/octet-stream" => body.bytes.clone(),
        "application/json" => Bytes::from(json::<Transaction>(&body.bytes)?.to_bytes()),
        other => return Err(unsupported(other)),
    };
    spend(&api, &asking, std::slice::from_ref(&transaction))?;
    let mut verdicts = api.handle.submit(vec![transaction]).await;
    drop(body);
    let id = verdicts.remove(0).map_err(|error| problem(&error))?;
    let answer = api.outcome(id, asked.wait).await?;
    let status = if answer.receipt.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, crate::http::json::Json(answer)).into_response())
}

/// 批量提交。Submits up to 1,000 transactions; each gets its own verdict.
///
/// The batch as a whole is refused only if it cannot be read, or while the node is busy.
#[utoipa::path(
    post,
    path = "/v1/transactions/batch",
    tag = "transactions",
    params(Asked),
    request_body(
        description = "A JSON array of at most 16 MiB; or canonical bytes of at most 4 MiB, each \
            transaction behind its length in 4 bytes, little endian.",
        content((Vec<Transaction> = "application/json"), (Vec<u8> = "application/octet-stream")),
    ),
    responses((status = 200, description = "A verdict for each.", body = BatchAnswer)),
)]
pub(super) async fn submit_batch(
    State(api): State<Api>,
    asking: Asking,
    request: Request,
) -> Result<Response, Problem> {
    let asked: Asked = query(request.uri().query().unwrap_or_default())?;
    let media = media_type(request.headers());
    let language = Language::of(request.headers());
    let request_id = RequestId::of(request.headers());
    let bodies = <std::sync::Arc<Bodies> as axum::extract::FromRef<Api>>::from_ref(&api);
    let reading = match media.as_str() {
        "application/octet-stream" => &batches::FRAMES,
        "application/json" => &batches::ITEMS,
        other => return Err(unsupported(other)),
    };
    // It keeps its place among the large ones until the pool has what it takes of it.
    let body = bodies.read(request, reading.most).await?;
    // Before the rest is parsed: a batch comes from one sender, as a rule.
    let busy = (reading.first)(&body.bytes).and_then(|first| api.handle.busy_for(first));
    if let Some(busy) = busy {
        return Err(problem(&busy));
    }
    let bytes = body.bytes.clone();
    let items = tokio::task::spawn_blocking(move || (reading.all)(bytes)).await;
    let items = items.map_err(|_| Problem::new(&messages::INTERNAL))??;
    if items.is_empty() {
        return Err(Problem::new(&messages::EMPTY_BATCH));
    }
    let (transactions, unread): (Vec<_>, Vec<_>) = items.into_iter().map(split).unzip();
    let transactions: Vec<Bytes> = transactions.into_iter().flatten().collect();
    if transactions.iter().map(Bytes::len).sum::<usize>() > BATCH_BYTES {
        return Err(Problem::new(&messages::BODY_TOO_LARGE).value(BATCH_BYTES));
    }
    spend(&api, &asking, &transactions)?;
    let taken = api.handle.submit(transactions).await;
    drop(body);
    let ids: Vec<TransactionId> = taken.iter().filter_map(|t| t.as_ref().ok()).copied().collect();
    let mut outcomes = api.outcomes(ids, asked.wait).await?.into_iter();
    let mut taken = taken.into_iter();
    let verdicts = unread.into_iter().map(|unread| {
        let verdict = match unread {
            Some(problem) => Err(problem),
            None => match taken.next() {
                Some(Ok(id)) => outcomes.next().map_or_else(
                    || Err(Problem::new(&messages::INTERNAL)),
                    |outcome| outcome.map(|found| Verdict::taken(id, found)),
                ),
                Some(Err(error)) => Err(problem(&error)),
                None => Err(Problem::new(&messages::INTERNAL)),
            },
        };
        verdict.unwrap_or_else(|problem| Verdict::not_taken(problem.details(language, &request_id)))
    });
    Ok(crate::http::json::Json(BatchAnswer { verdicts: verdicts.collect() }).into_response())
}

fn split(item: Item) -> (Option<Bytes>, Option<Problem>) {
    match item {
        Ok(bytes) => (Some(bytes), None),
        Err(problem) => (None, Some(problem)),
    }
}

impl Verdict {
    fn taken(id: TransactionId, found: Option<(Height, Receipt)>) -> Self {
        let (height, receipt) = found.unzip();
        let (status, stage) = match receipt {
            Some(_) => (200, Stage::Ordered),
            None => (202, Stage::Pending),
        };
        Self { status, id: Some(id), stage: Some(stage), height, receipt, problem: None }
    }

    fn not_taken(problem: ProblemDetails) -> Self {
        let (id, stage, height, receipt) = (None, None, None, None);
        Self { status: problem.status, id, stage, height, receipt, problem: Some(problem) }
    }
}

impl Api {
    /// Waits as asked, and says what became of a transaction.
    async fn outcome(&self, id: TransactionId, wait: Wait) -> Result<TransactionAnswer, Problem> {
        if wait != Wait::Pending && self.handle.is_pending(&id) {
            let executed = self.handle.executed(id, Duration::from_millis(WAIT_MS));
            if let Some(Some(placed)) = self.unless_ending(executed).await {
                return Ok(TransactionAnswer::ordered(id, placed));
            }
        }
        self.read(move |api| match api.receipt(id) {
            Some(answer) => Ok(answer),
            None if api.handle.is_pending(&id) => Ok(TransactionAnswer::pending(id)),
            // It left the pool: into a block meanwhile, or because its time is over.
            None => api.receipt(id).ok_or_else(expired),
        })
        .await
    }

    /// Waits, but no longer than this node serves: what was taken is answered in time.
    async fn unless_ending<T>(&self, wait: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = wait => Some(done),
            () = self.shutdown.cancelled() => None,
        }
    }

    /// The receipts of many transactions, waiting for all of them at most as long as for one.
    async fn outcomes(&self, ids: Vec<TransactionId>, wait: Wait) -> Result<Vec<Outcome>, Problem> {
        let mut told = HashMap::new();
        if wait != Wait::Pending {
            let pending = ids.iter().filter(|id| self.handle.is_pending(id));
            let time = Duration::from_millis(WAIT_MS);
            // All wait from now on: most of them come in one block.
            let waits: Vec<_> = pending.map(|id| (*id, self.handle.executed(*id, time))).collect();
            let all = async {
                for (id, wait) in waits {
                    let placed = wait.await;
                    told.extend(placed.map(|placed| (id, (placed.height, placed.receipt))));
                }
            };
            self.unless_ending(tokio::time::timeout(Duration::from_millis(WAIT_MS), all)).await;
        }
        if ids.iter().all(|id| told.contains_key(id)) {
            return Ok(ids.iter().map(|id| Ok(told.get(id).cloned())).collect());
        }
        self.read(move |api| {
            let found = api.receipts(&ids);
            let outcome = |(id, found): (&TransactionId, Option<_>)| match found {
                Some(found) => Ok(Some(found)),
                None if api.handle.is_pending(id) => Ok(None),
                None => api.receipts(&[*id]).remove(0).map(Some).ok_or_else(expired),
            };
            Ok(ids.iter().zip(found).map(outcome).collect())
        })
        .await
    }

    /// Receipts of transactions, reading each block once.
    fn receipts(&self, ids: &[TransactionId]) -> Vec<Option<(Height, Receipt)>> {
        let mut blocks: std::collections::BTreeMap<Height, Vec<Receipt>> = Default::default();
        ids.iter()
            .map(|id| {
                let (height, index) = self.store.find_transaction(id)?;
                let receipts =
                    blocks.entry(height).or_insert_with(|| self.store.receipts_at(height));
                Some((height, receipts.get(index as usize)?.clone()))
            })
            .collect()
    }

    /// What became of a transaction that was executed here.
    fn receipt(&self, id: TransactionId) -> Option<TransactionAnswer> {
        self.store.placed(&id).map(|placed| TransactionAnswer::ordered(id, placed))
    }

    /// A transaction that was executed here, for those who may see it.
    pub(super) fn sent(
        &self,
        id: TransactionId,
        asking: &Asking,
    ) -> Result<Option<Transaction>, Problem> {
        let Some((height, index)) = self.store.find_transaction(&id) else { return Ok(None) };
        let bytes = self.store.transactions_at(height).into_iter().nth(index as usize);
        let transaction = bytes.map(|bytes| decoded(&bytes)).transpose()?;
        Ok(transaction.filter(|sent| asking.sees_transaction(&self.store.latest(), sent)))
    }

    /// What became of a transaction, with the transaction itself for those who may see it.
    pub(super) fn known(
        &self,
        id: TransactionId,
        asking: &Asking,
    ) -> Result<Option<TransactionAnswer>, Problem> {
        let transaction = self.sent(id, asking)?;
        Ok(self.receipt(id).map(|answer| TransactionAnswer { transaction, ..answer }))
    }
}

/// Where a transaction that was taken is; none while it waits, a problem if its time is over.
type Outcome = Result<Option<(Height, Receipt)>, Problem>;

fn expired() -> Problem {
    Problem::new(&messages::TRANSACTION_EXPIRED).field("valid_until")
}

/// The problem that a refusal to take a transaction is.
pub(crate) fn problem(error: &SubmitError) -> Problem {
    let invalid = match error {
        SubmitError::Invalid(invalid) => invalid,
        SubmitError::PoolFull => return Problem::new(&messages::POOL_FULL).retry_after(1),
        SubmitError::ShareFull => return Problem::new(&messages::SHARE_FULL).retry_after(1),
        SubmitError::SenderFull => {
            return Problem::new(&messages::SENDER_QUEUE_FULL).retry_after(1);
        }
        SubmitError::NoLeader => return Problem::new(&messages::NO_LEADER).retry_after(1),
        SubmitError::Stopped => return Problem::new(&messages::NODE_STOPPED),
    };
    match invalid {
        Invalid::Malformed(chain::codec::CodecError::Oversize { .. }) => {
            Problem::new(&messages::TRANSACTION_TOO_LARGE).value(TRANSACTION_BYTES)
        }
        Invalid::Malformed(error) => {
            Problem::new(&messages::MALFORMED_TRANSACTION).value(shortened(&error.to_string()))
        }
        Invalid::Reason => {
            let why = Invalid::Reason.to_string();
            Problem::new(&messages::MALFORMED_TRANSACTION).field("reason").value(why)
        }
        Invalid::Version(version) => {
            Problem::new(&messages::TRANSACTION_VERSION).field("version").value(version)
        }
        Invalid::Chain => Problem::new(&messages::WRONG_CHAIN).field("chain"),
        Invalid::Signature => Problem::new(&messages::SIGNATURE_WRONG).field("signature"),
        Invalid::Expired => Problem::new(&messages::TRANSACTION_EXPIRED).field("valid_until"),
        Invalid::TooFarAhead => Problem::new(&messages::VALID_UNTIL_TOO_FAR).field("valid_until"),
    }
}
