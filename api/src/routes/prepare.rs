// SPDX-License-Identifier: Apache-2.0
//! For who signs elsewhere: the exact bytes to sign, and what they mean in words. Nothing is sent, and no key
//! is ever asked for.

use axum::extract::State;
use chain::actions::Statement;
use chain::ids::Time;
use chain::keys::{PublicKey, Scheme, Signature};
use chain::limits::{TRANSACTION_BYTES, VALIDITY_MS};
use chain::nonce::Nonce;
use chain::rules::titles::Title;
use chain::{Action, Hash, Transaction, TransactionId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Api;
use crate::http::extract::{Json, Nothing, Query, invalid};
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;

/// What more can be wrong with a wish.
pub(super) const LARGE: &[&Message] = &[&messages::TRANSACTION_TOO_LARGE];
/// Longest validity, in seconds.
const MOST_S: u64 = VALIDITY_MS / 1_000;
/// Fields that a summary shows; an action of 16 KiB has fewer.
const MOST_LINES: usize = 1_000;

/// What is to be signed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// Whose key will sign.
    sender: PublicKey,
    /// What it asks for.
    action: Action,
    /// For how long from now, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 600, default = 300)]
    valid_for_s: Option<u64>,
}

/// A transaction without its signature.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Unsigned {
    /// Layout: 1.
    version: u16,
    /// Chain id.
    chain: Hash,
    /// Whose key signs.
    sender: PublicKey,
    /// Random, 16 bytes.
    nonce: Nonce,
    /// Block time up to which it may be executed.
    valid_until: Time,
    /// What it asks for.
    action: Action,
}

/// What a second party signs whose word the action carries.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct OwnWord {
    /// Random, 16 bytes.
    nonce: Nonce,
    /// Until when the word is good.
    valid_until: Time,
    /// The 104 bytes to sign with Ed25519, as hexadecimal digits.
    message: String,
}

/// A field of the action in words.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct FieldInWords {
    /// Its path, such as `terms.until`.
    field: String,
    /// Its value as text.
    value: String,
}

/// What the bytes mean.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct InWords {
    /// What the action is, in Chinese.
    zh: String,
    /// What the action is, in English.
    en: String,
    /// Every field of it.
    fields: Vec<FieldInWords>,
}

/// What is signed, and what it means.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Prepared {
    /// The transaction: with `signature` added it is what `POST /v1/transactions` takes.
    transaction: Unsigned,
    /// Its id.
    id: TransactionId,
    /// The 48 bytes to sign with Ed25519, as hexadecimal digits.
    message: String,
    /// What a second party signs for `statements`, where the action carries any. Anybody else's is prepared
    /// by asking again.
    statement: OwnWord,
    /// What all this means: to be shown to who signs.
    summary: InWords,
}

/// 准备待签名的交易。The exact bytes of a transaction to sign elsewhere, and what they mean in words.
///
/// Nothing is sent and nothing is kept: who signs checks the summary against what was meant, and the id against the
/// transaction (docs/proofs.md).
#[utoipa::path(
    post,
    path = "/v1/transactions/prepare",
    tag = "transactions",
    request_body = Wish,
    responses((status = 200, description = "What is to be signed.", body = Prepared)),
)]
pub(super) async fn prepare(
    State(api): State<Api>,
    Query(Nothing {}): Query<Nothing>,
    Json(wish): Json<Wish>,
) -> Result<axum::Json<Prepared>, Problem> {
    let seconds = wish.valid_for_s.unwrap_or(MOST_S / 2);
    if !(1..=MOST_S).contains(&seconds) {
        return Err(invalid("valid_for_s", format!("1 to {MOST_S}")));
    }
    let chain = api.genesis.chain_id();
    let valid_until = api.store.header().time_ms.plus(seconds * 1_000);
    let transaction = Transaction::unsigned(wish.sender, chain, wish.action, fresh()?, valid_until);
    if transaction.to_bytes().len() > TRANSACTION_BYTES {
        return Err(Problem::new(&messages::TRANSACTION_TOO_LARGE).value(TRANSACTION_BYTES));
    }
    Ok(axum::Json(prepared(transaction, fresh()?)))
}

/// What is signed of a transaction; `nonce` is for a second party's word.
pub(super) fn prepared(transaction: Transaction, nonce: Nonce) -> Prepared {
    let (id, message) = (transaction.id(), hex::encode(transaction.message()));
    let Transaction { version, chain, sender, nonce: own, valid_until, action, .. } = transaction;
    let signature = Signature { scheme: Scheme::Ed25519, bytes: [0; 64] };
    let word = Statement { signer: sender, nonce, valid_until, signature };
    let word = hex::encode(word.message(chain, action.statement_digest()));
    Prepared {
        id,
        message,
        statement: OwnWord { nonce, valid_until, message: word },
        summary: summary(&action),
        transaction: Unsigned { version, chain, sender, nonce: own, valid_until, action },
    }
}

fn fresh() -> Result<Nonce, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Problem::new(&messages::INTERNAL))?;
    Ok(Nonce(bytes))
}

fn summary(action: &Action) -> InWords {
    let title = Title::of(action);
    let whole = serde_json::to_value(action).unwrap_or_default();
    let mut fields = Vec::new();
    fill(&mut fields, String::new(), &whole[action.word()]);
    InWords { zh: title.zh.to_owned(), en: title.en.to_owned(), fields }
}

/// Every value of an action that is one, with its path.
fn fill(fields: &mut Vec<FieldInWords>, path: String, value: &Value) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        _ if fields.len() >= MOST_LINES => {}
        Value::Object(members) => {
            for (name, value) in members {
                fill(fields, below(name), value);
            }
        }
        Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                fill(fields, below(&place.to_string()), value);
            }
        }
        Value::Null => {}
        Value::String(text) => fields.push(FieldInWords { field: path, value: text.clone() }),
        other => fields.push(FieldInWords { field: path, value: other.to_string() }),
    }
}
