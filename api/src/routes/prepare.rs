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
    /// Whose key signs.
    sender: PublicKey,
    /// Block time up to which it may be executed.
    valid_until: Time,
    /// Every field of it: `无 (none)` for one that is left out, `空 (empty)` for a list or text with nothing in it.
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
) -> Result<crate::http::json::Json<Prepared>, Problem> {
    let chain = api.genesis.chain_id();
    let valid_until = api.store.header().time_ms.plus(valid_for_ms(wish.valid_for_s)?);
    let transaction = Transaction::unsigned(wish.sender, chain, wish.action, fresh()?, valid_until);
    if transaction.to_bytes().len() > TRANSACTION_BYTES {
        return Err(Problem::new(&messages::TRANSACTION_TOO_LARGE).value(TRANSACTION_BYTES));
    }
    prepared(transaction, fresh()?).map(crate::http::json::Json)
}

/// For how long a transaction is good, in milliseconds.
pub(super) fn valid_for_ms(asked: Option<u64>) -> Result<u64, Problem> {
    match asked.unwrap_or(MOST_S / 2) {
        seconds @ 1..=MOST_S => Ok(seconds * 1_000),
        _ => Err(invalid("valid_for_s", format!("1 to {MOST_S}"))),
    }
}

/// What is signed of a transaction; `nonce` is for a second party's word.
pub(super) fn prepared(transaction: Transaction, nonce: Nonce) -> Result<Prepared, Problem> {
    let (id, message) = (transaction.id(), hex::encode(transaction.message()));
    let Transaction { version, chain, sender, nonce: own, valid_until, action, .. } = transaction;
    let statement = word((&action, nonce), (chain, sender), valid_until);
    let summary = summary(&action, (sender, valid_until))?;
    let transaction = Unsigned { version, chain, sender, nonce: own, valid_until, action };
    Ok(Prepared { id, message, statement, summary, transaction })
}

/// What a second party signs as its word on an action.
pub(super) fn own_word(
    action: &Action,
    of: (Hash, PublicKey),
    valid_until: Time,
) -> Result<OwnWord, Problem> {
    Ok(word((action, fresh()?), of, valid_until))
}

fn word(
    (action, nonce): (&Action, Nonce),
    (chain, signer): (Hash, PublicKey),
    valid_until: Time,
) -> OwnWord {
    let signature = Signature { scheme: Scheme::Ed25519, bytes: [0; 64] };
    let word = Statement { signer, nonce, valid_until, signature };
    let message = hex::encode(word.message(chain, action.statement_digest()));
    OwnWord { nonce, valid_until, message }
}

fn fresh() -> Result<Nonce, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Problem::new(&messages::INTERNAL))?;
    Ok(Nonce(bytes))
}

pub(super) fn summary(
    action: &Action,
    (sender, valid_until): (PublicKey, Time),
) -> Result<InWords, Problem> {
    let title = Title::of(action);
    let whole = serde_json::to_value(action).map_err(|_| Problem::new(&messages::INTERNAL))?;
    let content = whole.get(action.word()).ok_or_else(|| Problem::new(&messages::INTERNAL))?;
    let mut fields = Vec::new();
    fill(&mut fields, String::new(), content);
    let (zh, en) = (title.zh.to_owned(), title.en.to_owned());
    Ok(InWords { zh, en, sender, valid_until, fields })
}

/// Words for what is left out, and for what has nothing in it: who signs sees that it is so.
const NONE: &str = "无 (none)";
const EMPTY: &str = "空 (empty)";

/// Every value of an action with its path. An action has 16 KiB at most, and so few values.
fn fill(fields: &mut Vec<FieldInWords>, path: String, value: &Value) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let shown = match value {
        Value::Object(members) if !members.is_empty() => {
            return members.iter().for_each(|(name, value)| fill(fields, below(name), value));
        }
        Value::Array(items) if !items.is_empty() => {
            let places = items.iter().enumerate();
            return places.for_each(|(place, item)| fill(fields, below(&place.to_string()), item));
        }
        // An action without fields.
        Value::Object(_) if path.is_empty() => return,
        Value::Null => NONE.to_owned(),
        Value::Object(_) | Value::Array(_) => EMPTY.to_owned(),
        Value::String(text) if text.is_empty() => EMPTY.to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    fields.push(FieldInWords { field: path, value: shown });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_or_empty_is_shown_in_words() {
        let value =
            serde_json::json!({"a": null, "b": [], "c": {"d": "", "e": [1, "x"]}, "f": false});
        let mut fields = Vec::new();
        fill(&mut fields, String::new(), &value);
        let shown: Vec<_> = fields.iter().map(|f| (f.field.as_str(), f.value.as_str())).collect();
        let expected = [
            ("a", NONE),
            ("b", EMPTY),
            ("c.d", EMPTY),
            ("c.e.0", "1"),
            ("c.e.1", "x"),
            ("f", "false"),
        ];
        assert_eq!(shown, expected);
    }
}
