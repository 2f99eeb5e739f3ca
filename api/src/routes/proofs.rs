// SPDX-License-Identifier: Apache-2.0
//! Proofs against the newest header, for verifiers that have that header from elsewhere.

use axum::extract::State;
use chain::ids::{CodeId, Height};
use chain::proof::{self, Proof};
use chain::records::{RecordKey, RecordKind};
use chain::{Records, TransactionId};

use super::{Api, When};
use crate::access::guard::Asking;
use crate::http::extract::{Id, Ids, Nothing, Query, invalid};
use crate::http::json::Json;
use crate::http::messages;
use crate::http::problem::Problem;

impl Api {
    /// Proves a record as of a height that is executed here against the newest header.
    pub(super) fn proof(&self, key: &RecordKey, at: Height) -> Result<Proof, Problem> {
        let proof = proof::record_at(&self.store.current(), key, at);
        proof.ok_or_else(|| Problem::new(&messages::INTERNAL))
    }
}

/// 交易证明。Proves that a transaction is in its block, with its receipt.
///
/// The proof is against the newest header, which names all blocks before it.
#[utoipa::path(
    get,
    path = "/v1/transactions/{id}/proof",
    tag = "transactions",
    params(("id" = TransactionId, Path, description = "Its id.")),
    responses((status = 200, description = "The proof (docs/proofs.md).", body = Proof)),
)]
pub(super) async fn transaction_proof(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<TransactionId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Proof>, Problem> {
    let read = api.read(move |api| {
        // The proof holds the transaction: it is for who may see that.
        let seen = api.sent(id, &asking)?;
        let proof = seen.and_then(|_| proof::transaction(&api.store.current(), &id));
        proof.ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id))
    });
    read.await.map(Json)
}

/// 运输码证明。Proves a code as of a height or time, or that there is none.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}/proof",
    tag = "codes",
    params(("id" = CodeId, Path, description = "Its id."), When),
    responses((status = 200, description = "The proof (docs/proofs.md).", body = Proof)),
)]
pub(super) async fn code_proof(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<CodeId>,
    Query(asked): Query<When>,
) -> Result<Json<Proof>, Problem> {
    record((api, asking), RecordKey { kind: RecordKind::Code, id: id.record() }, asked).await
}

/// 记录证明。Proves a record of any kind as of a height or time, or that there is none.
#[utoipa::path(
    get,
    path = "/v1/records/{kind}/{id}/proof",
    tag = "records",
    params(
        ("kind" = RecordKind, Path, description = "The kind of record."),
        ("id" = String, Path, description = "Its id with its prefix; 32 hexadecimal digits where \
            the kind has none, and zeros for the parameters."),
        When,
    ),
    responses((status = 200, description = "The proof (docs/proofs.md).", body = Proof)),
)]
pub(super) async fn record_proof(
    State(api): State<Api>,
    asking: Asking,
    Ids(kind, text): Ids<RecordKind, String>,
    Query(asked): Query<When>,
) -> Result<Json<Proof>, Problem> {
    let key = RecordKey::from_text(kind, &text).map_err(|error| invalid("id", error))?;
    record((api, asking), key, asked).await
}

async fn record(
    (api, asking): (Api, Asking),
    key: RecordKey,
    asked: When,
) -> Result<Json<Proof>, Problem> {
    let read = api.read(move |api| {
        let (at, _) = match key.kind {
            RecordKind::Code => api.as_of_code(&asking, &key, asked)?,
            _ => api.as_of(asked)?,
        };
        // That there is none is told only to who would be shown it.
        let shown = || at.record(&key).is_some_and(|found| asking.sees(&at, &found.value));
        if !asking.may_name(key.kind) && !shown() {
            return Err(Problem::new(&messages::NOT_FOUND).value(key.id_text()));
        }
        api.proof(&key, at.header().height)
    });
    read.await.map(Json)
}
