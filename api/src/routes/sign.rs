// SPDX-License-Identifier: Apache-2.0
//! For who lets this node sign: an action, signed in the name of the caller's organisation. Nothing is sent.

use axum::extract::State;
use chain::limits::TRANSACTION_BYTES;
use chain::{Action, Transaction, TransactionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, prepare};
use crate::access::guard::Asking;
use crate::http::extract::{Json, Nothing, Query};
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;

/// Why nothing is signed.
pub(super) const NOT_SIGNED: &[&Message] = &[&messages::NOT_SIGNED_HERE, &messages::SCOPE_MISSING];

/// What is to be signed for the caller.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignWish {
    /// What it asks for.
    action: Action,
    /// For how long from now, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 600, default = 300)]
    valid_for_s: Option<u64>,
}

/// A transaction by the caller's organisation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Signed {
    /// Its id.
    id: TransactionId,
    /// What `POST /v1/transactions` takes.
    transaction: Transaction,
}

/// 代签交易。Signs an action in the name of the caller's organisation, by the key in this node's keystore that the
/// caller's API key is bound to.
///
/// Nothing is sent and nothing is kept. Submit what comes by `POST /v1/transactions`, again and again until it is
/// answered: the same transaction gets its first receipt. The scopes of the API key must allow the action.
#[utoipa::path(
    post,
    path = "/v1/transactions/sign",
    tag = "transactions",
    request_body = SignWish,
    responses((status = 200, description = "The signed transaction.", body = Signed)),
)]
pub(super) async fn sign(
    State(api): State<Api>,
    asking: Asking,
    Query(Nothing {}): Query<Nothing>,
    Json(wish): Json<SignWish>,
) -> Result<crate::http::json::Json<Signed>, Problem> {
    let valid_for_ms = prepare::valid_for_ms(wish.valid_for_s)?;
    asking.spend(&api, [Some(&wish.action)].into_iter())?;
    let read = api.read(move |api| {
        let transaction = api.sign(&asking, wish.action, valid_for_ms)?;
        if transaction.to_bytes().len() > TRANSACTION_BYTES {
            return Err(Problem::new(&messages::TRANSACTION_TOO_LARGE).value(TRANSACTION_BYTES));
        }
        Ok(Signed { id: transaction.id(), transaction })
    });
    read.await.map(crate::http::json::Json)
}
