// SPDX-License-Identifier: Apache-2.0
//! Submitting, alone or in batches. Each transaction gets its own verdict, and the same one again
//! gets the first receipt.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::{Buf, Bytes};
use chain::limits::{BATCH_BYTES, BATCH_TRANSACTIONS, TRANSACTION_BYTES, WAIT_MS};
use chain::receipt::Receipt;
use chain::transaction::{Invalid, Transaction};
use chain::{Height, Past, Time, TransactionId};
use consensus::SubmitError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Api;
use super::shapes::Stage;
use crate::http::extract::{Bodies, SMALL_BODY, json, media_type, query, shortened, unsupported};
use crate::http::language::Language;
use crate::http::messages;
use crate::http::problem::Problem;
use crate::http::request_id::RequestId;

/// JSON takes several times the bytes of the canonical encoding.
const JSON_BATCH_BYTES: usize = 4 * BATCH_BYTES;

/// How long to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    wait: Wait,
}

/// A transaction and what became of it.
#[derive(Debug, Serialize)]
pub(crate) struct TransactionAnswer {
    pub(crate) id: TransactionId,
    pub(crate) stage: Stage,
    pub(crate) height: Option<Height>,
    pub(crate) time: Option<Time>,
    pub(crate) receipt: Option<Receipt>,
}

/// What became of one transaction of a batch.
#[derive(Debug, Serialize)]
struct Verdict {
    status: u16,
    id: Option<TransactionId>,
    stage: Option<Stage>,
    receipt: Option<Receipt>,
    problem: Option<Value>,
}

#[derive(Debug, Serialize)]
struct BatchAnswer {
    verdicts: Vec<Verdict>,
}

/// `POST /v1/transactions`.
pub(super) async fn one(State(api): State<Api>, request: Request) -> Result<Response, Problem> {
    let asked: Asked = query(request.uri().query().unwrap_or_default())?;
    let media = media_type(request.headers());
    let bodies = <std::sync::Arc<Bodies> as axum::extract::FromRef<Api>>::from_ref(&api);
    let bytes = bodies.read(request, SMALL_BODY).await?.bytes;
    let transaction = match media.as_str() {
        "application/octet-stream" => bytes,
        "application/json" => Bytes::from(json::<Transaction>(&bytes)?.to_bytes()),
        other => return Err(unsupported(other)),
    };
    let mut verdicts = api.handle.submit(vec![transaction]).await;
    let id = verdicts.remove(0).map_err(|error| problem(&error))?;
    let answer = api.outcome(id, asked.wait).await?;
    let status = if answer.receipt.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, axum::Json(answer)).into_response())
}

/// `POST /v1/transactions/batch`.
pub(super) async fn batch(State(api): State<Api>, request: Request) -> Result<Response, Problem> {
    let asked: Asked = query(request.uri().query().unwrap_or_default())?;
    let media = media_type(request.headers());
    let language = Language::of(request.headers());
    let request_id = RequestId::of(request.headers());
    let bodies = <std::sync::Arc<Bodies> as axum::extract::FromRef<Api>>::from_ref(&api);
    let framing = BATCH_TRANSACTIONS * 4;
    let transactions = match media.as_str() {
        "application/octet-stream" => {
            frames(bodies.read(request, BATCH_BYTES + framing).await?.bytes)?
        }
        "application/json" => {
            let body = bodies.read(request, JSON_BATCH_BYTES).await?.bytes;
            let transactions: Vec<Transaction> = json(&body)?;
            transactions.iter().map(|t| Bytes::from(t.to_bytes())).collect()
        }
        other => return Err(unsupported(other)),
    };
    if transactions.is_empty() {
        return Err(Problem::new(&messages::EMPTY_BATCH));
    }
    if transactions.len() > BATCH_TRANSACTIONS {
        return Err(Problem::new(&messages::BATCH_TOO_LARGE).value(BATCH_TRANSACTIONS));
    }
    let taken = api.handle.submit(transactions).await;
    let ids: Vec<TransactionId> = taken.iter().filter_map(|t| t.as_ref().ok()).copied().collect();
    let mut outcomes = api.outcomes(ids, asked.wait).await?.into_iter();
    let verdicts = taken.into_iter().map(|taken| match taken {
        Ok(id) => {
            let receipt = outcomes.next().flatten();
            let (status, stage) = match receipt {
                Some(_) => (200, Stage::Ordered),
                None => (202, Stage::Pending),
            };
            Verdict { status, id: Some(id), stage: Some(stage), receipt, problem: None }
        }
        Err(error) => {
            let problem = problem(&error);
            let details = problem.details(language, &request_id).to_value();
            let status = problem.status().as_u16();
            Verdict { status, id: None, stage: None, receipt: None, problem: Some(details) }
        }
    });
    Ok(axum::Json(BatchAnswer { verdicts: verdicts.collect() }).into_response())
}

/// Transactions behind their lengths, 4 bytes little endian each.
fn frames(mut body: Bytes) -> Result<Vec<Bytes>, Problem> {
    let malformed = |why: &str| Problem::new(&messages::MALFORMED_TRANSACTION).value(why);
    let mut transactions = Vec::new();
    while body.has_remaining() {
        if body.len() < 4 {
            return Err(malformed("the batch ends within a length"));
        }
        let length = body.get_u32_le() as usize;
        if length > body.len() {
            return Err(malformed("the batch ends within a transaction"));
        }
        transactions.push(body.split_to(length));
        if transactions.len() > BATCH_TRANSACTIONS {
            return Err(Problem::new(&messages::BATCH_TOO_LARGE).value(BATCH_TRANSACTIONS));
        }
    }
    Ok(transactions)
}

impl Api {
    /// Waits as asked, and says what became of a transaction.
    async fn outcome(&self, id: TransactionId, wait: Wait) -> Result<TransactionAnswer, Problem> {
        if wait != Wait::Pending {
            self.handle.executed(id, Duration::from_millis(WAIT_MS)).await;
        }
        let known = self.read(move |api| Ok(api.known(id))).await?;
        let pending = || TransactionAnswer {
            id,
            stage: Stage::Pending,
            height: None,
            time: None,
            receipt: None,
        };
        Ok(known.unwrap_or_else(pending))
    }

    /// The receipts of many transactions, waiting for all of them at most as long as for one.
    async fn outcomes(
        &self,
        ids: Vec<TransactionId>,
        wait: Wait,
    ) -> Result<Vec<Option<Receipt>>, Problem> {
        if wait != Wait::Pending {
            let all = async {
                for id in &ids {
                    self.handle.executed(*id, Duration::from_millis(WAIT_MS)).await;
                }
            };
            let _in_time = tokio::time::timeout(Duration::from_millis(WAIT_MS), all).await;
        }
        self.read(move |api| Ok(api.receipts(&ids))).await
    }

    /// Receipts of transactions, reading each block once.
    fn receipts(&self, ids: &[TransactionId]) -> Vec<Option<Receipt>> {
        let mut blocks: std::collections::BTreeMap<Height, Vec<Receipt>> = Default::default();
        ids.iter()
            .map(|id| {
                let (height, index) = self.store.find_transaction(id)?;
                let receipts =
                    blocks.entry(height).or_insert_with(|| self.store.receipts_at(height));
                receipts.get(index as usize).cloned()
            })
            .collect()
    }

    /// A transaction that was executed here.
    pub(super) fn known(&self, id: TransactionId) -> Option<TransactionAnswer> {
        let (height, index) = self.store.find_transaction(&id)?;
        let receipt = self.store.receipts_at(height).into_iter().nth(index as usize);
        let time = self.store.header_at(height).map(|header| header.time_ms);
        Some(TransactionAnswer { id, stage: Stage::Ordered, height: Some(height), time, receipt })
    }
}

/// The problem that a refusal to take a transaction is.
fn problem(error: &SubmitError) -> Problem {
    let invalid = match error {
        SubmitError::Invalid(invalid) => invalid,
        SubmitError::PoolFull => return Problem::new(&messages::POOL_FULL).retry_after(1),
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
        Invalid::Version(version) => {
            Problem::new(&messages::TRANSACTION_VERSION).field("version").value(version)
        }
        Invalid::Chain => Problem::new(&messages::WRONG_CHAIN).field("chain"),
        Invalid::Signature => Problem::new(&messages::SIGNATURE_WRONG).field("signature"),
        Invalid::Expired => Problem::new(&messages::TRANSACTION_EXPIRED).field("valid_until"),
        Invalid::TooFarAhead => Problem::new(&messages::VALID_UNTIL_TOO_FAR).field("valid_until"),
        Invalid::Duplicate => Problem::new(&messages::TRANSACTION_DUPLICATE),
    }
}
