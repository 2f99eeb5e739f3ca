// SPDX-License-Identifier: Apache-2.0
//! Blocks, headers and transactions.

use axum::Json;
use axum::extract::{Path, State};
use chain::ids::Height;
use chain::receipt::{Change, Outcome};
use chain::{Hash, Header, Past, TransactionId};
use serde::{Deserialize, Serialize};

use super::Api;
use super::shapes::{Page, Stage};
use super::submit::TransactionAnswer;
use crate::http::cursor::{Cursor, ListDigest};
use crate::http::extract::{Query, invalid};
use crate::http::messages;
use crate::http::problem::Problem;

/// A header with its hash.
#[derive(Debug, Serialize)]
pub(crate) struct HeaderItem {
    hash: Hash,
    header: Header,
}

/// A transaction in its block.
#[derive(Debug, Serialize)]
struct BlockTransaction {
    id: TransactionId,
    outcome: Outcome,
}

/// A block.
#[derive(Debug, Serialize)]
pub(crate) struct BlockAnswer {
    stage: Stage,
    hash: Hash,
    header: Header,
    transactions: Vec<BlockTransaction>,
    changes: Vec<Change>,
}

/// `latest` or a height.
fn height(api: &Api, text: &str) -> Result<Height, Problem> {
    if text == "latest" {
        return Ok(api.store.header().height);
    }
    text.parse().map(Height).map_err(|_| invalid("height", "a height or `latest`"))
}

fn header_item(api: &Api, height: Height) -> Result<HeaderItem, Problem> {
    let found = api.store.header_at(height).zip(api.store.hash_at(height));
    let not_reached =
        || Problem::new(&messages::HEIGHT_NOT_REACHED).value(format!("height {height}"));
    found.map(|(header, hash)| HeaderItem { hash, header }).ok_or_else(not_reached)
}

/// `GET /v1/headers/{height}`.
pub(super) async fn header(
    State(api): State<Api>,
    Path(text): Path<String>,
) -> Result<Json<HeaderItem>, Problem> {
    api.read(move |api| header_item(api, height(api, &text)?)).await.map(Json)
}

/// `GET /v1/blocks/{height}`.
pub(super) async fn block(
    State(api): State<Api>,
    Path(text): Path<String>,
) -> Result<Json<BlockAnswer>, Problem> {
    let answer = api.read(move |api| {
        let height = height(api, &text)?;
        let HeaderItem { hash, header } = header_item(api, height)?;
        let receipts = api.store.receipts_at(height).into_iter();
        let transactions = receipts
            .map(|receipt| BlockTransaction { id: receipt.transaction, outcome: receipt.outcome });
        Ok(BlockAnswer {
            stage: Stage::Ordered,
            hash,
            header,
            transactions: transactions.collect(),
            changes: api.store.changes_at(height),
        })
    });
    answer.await.map(Json)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageAsked {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/blocks`: headers, newest first.
pub(super) async fn blocks(
    State(api): State<Api>,
    Query(asked): Query<PageAsked>,
) -> Result<Json<Page<HeaderItem>>, Problem> {
    let limit = super::lists::limit(asked.limit)?;
    let page = api.read(move |api| {
        let newest = api.store.header();
        let list = ListDigest::new(&newest.chain.0, "/v1/blocks", &[]);
        let from = match asked.cursor {
            Some(text) => Cursor::decode(&text, &list)?.height,
            None => newest.height.0,
        };
        let heights = (0..=from).rev().take(limit).map(Height);
        let items: Vec<_> = heights.map(|at| header_item(api, at)).collect::<Result<_, _>>()?;
        let next = from.checked_sub(items.len() as u64);
        let next = next.map(|height| Cursor { height, last_key: Vec::new() }.encode(&list));
        let (height, time) = (newest.height, newest.time_ms);
        Ok(Page { height, time, stage: Stage::Ordered, items, next })
    });
    page.await.map(Json)
}

/// `GET /v1/transactions/{id}`.
pub(super) async fn transaction(
    State(api): State<Api>,
    Path(text): Path<String>,
) -> Result<Json<TransactionAnswer>, Problem> {
    let id: TransactionId = text.parse().map_err(|error| invalid("id", error))?;
    if let Some(known) = api.read(move |api| Ok(api.known(id))).await? {
        return Ok(Json(known));
    }
    if api.handle.is_pending(&id) {
        let (height, time, receipt) = (None, None, None);
        return Ok(Json(TransactionAnswer { id, stage: Stage::Pending, height, time, receipt }));
    }
    Err(Problem::new(&messages::NOT_FOUND).value(id))
}
