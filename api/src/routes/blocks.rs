// SPDX-License-Identifier: Apache-2.0
//! Blocks, headers and transactions. A block may hold thousands of each: its content comes in pages.

use std::str::FromStr;

use axum::extract::State;
use chain::ids::{Height, Time};
use chain::receipt::{Change, Outcome};
use chain::text::TextError;
use chain::{Hash, Header, Past, Transaction, TransactionId};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

use super::Api;
use super::lists::Paging;
use super::shapes::{Page, Stage};
use super::submit::TransactionAnswer;
use crate::access::guard::Asking;
use crate::http::cursor::{Cursor, ListDigest};
use crate::http::extract::{Id, Nothing, Query};
use crate::http::json::Json;
use crate::http::messages;
use crate::http::problem::Problem;

/// Which block: the newest, or that of a height.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    Latest,
    At(Height),
}

impl FromStr for Which {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            _ if text == "latest" => Ok(Self::Latest),
            Ok(height) if plain => Ok(Self::At(Height(height))),
            _ => Err(TextError::new("a height or `latest`", text)),
        }
    }
}

impl PartialSchema for Which {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
        let height =
            ObjectBuilder::new().schema_type(Type::Integer).format(Some(format)).minimum(Some(0));
        let latest = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["latest"]));
        OneOfBuilder::new().item(height).item(latest).into()
    }
}

impl ToSchema for Which {}

/// A header with its hash.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HeaderItem {
    /// Its hash.
    hash: Hash,
    /// The header.
    header: Header,
}

/// A header as an answer of its own.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HeaderAnswer {
    /// Its height.
    height: Height,
    /// Its time.
    time: Time,
    /// How far its block has come.
    stage: Stage,
    /// Its hash.
    hash: Hash,
    /// The header.
    header: Header,
}

/// A transaction in its block.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct BlockTransaction {
    /// Its place in the block.
    index: u32,
    /// Its id.
    id: TransactionId,
    /// What became of it.
    outcome: Outcome,
    /// The transaction.
    transaction: Transaction,
}

/// A block: its header, and a page of its transactions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct BlockAnswer {
    /// Its height.
    height: Height,
    /// Its time.
    time: Time,
    /// How far it has come.
    stage: Stage,
    /// Hash of its header.
    hash: Hash,
    /// Its header.
    header: Header,
    /// Transactions in order, with what became of each.
    transactions: Vec<BlockTransaction>,
    /// `cursor` of the next page of transactions; null at the end.
    next: Option<String>,
}

fn header_item(api: &Api, which: Which) -> Result<HeaderItem, Problem> {
    let height = match which {
        Which::Latest => api.store.header().height,
        Which::At(height) => height,
    };
    let found = api.store.header_at(height).zip(api.store.hash_at(height));
    let not_reached =
        || Problem::new(&messages::HEIGHT_NOT_REACHED).value(format!("height {height}"));
    found.map(|(header, hash)| HeaderItem { hash, header }).ok_or_else(not_reached)
}

/// 区块头。The header of a height, or the newest.
#[utoipa::path(
    get,
    path = "/v1/headers/{height}",
    tag = "blocks",
    params(("height" = inline(Which), Path, description = "A height, or `latest`.")),
    responses((status = 200, description = "The header.", body = HeaderAnswer)),
)]
pub(super) async fn header(
    State(api): State<Api>,
    Id(which): Id<Which>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<HeaderAnswer>, Problem> {
    let HeaderItem { hash, header } = api.read(move |api| header_item(api, which)).await?;
    let (height, time) = (header.height, header.time_ms);
    Ok(Json(HeaderAnswer { height, time, stage: Stage::Ordered, hash, header }))
}

/// A page within a block: items `from` on, and the cursor behind them.
struct Within<'a> {
    route: &'static str,
    header: &'a Header,
    limit: usize,
}

impl Within<'_> {
    fn list(&self) -> ListDigest {
        let height = self.header.height.to_string();
        ListDigest::new(&self.header.chain.0, self.route, &[&height])
    }

    fn from(&self, cursor: Option<String>) -> Result<usize, Problem> {
        let Some(text) = cursor else { return Ok(0) };
        let place = Cursor::decode(&text, &self.list())?.place()?;
        usize::try_from(place).map_err(|_| Problem::new(&messages::INVALID_CURSOR))
    }

    fn next(&self, from: usize, of: usize) -> Option<String> {
        let end = from.saturating_add(self.limit);
        let cursor = || Cursor::at(self.header.height.0, end as u64).encode(&self.list());
        (end < of).then(cursor)
    }
}

/// 区块。A block: its header, and its transactions with what became of each, page by page.
#[utoipa::path(
    get,
    path = "/v1/blocks/{height}",
    tag = "blocks",
    params(("height" = inline(Which), Path, description = "A height, or `latest`."), Paging),
    responses((status = 200, description = "The block.", body = BlockAnswer)),
)]
pub(super) async fn block(
    State(api): State<Api>,
    Id(which): Id<Which>,
    Query(asked): Query<Paging>,
) -> Result<Json<BlockAnswer>, Problem> {
    let limit = super::lists::limit(asked.limit)?;
    let answer = api.read(move |api| {
        let HeaderItem { hash, header } = header_item(api, which)?;
        let within = Within { route: "/v1/blocks/transactions", header: &header, limit };
        let from = within.from(asked.cursor)?;
        Ok(BlockAnswer {
            height: header.height,
            time: header.time_ms,
            stage: Stage::Ordered,
            hash,
            transactions: transactions(api, header.height, from, limit)?,
            next: within.next(from, header.tx_count as usize),
            header,
        })
    });
    answer.await.map(Json)
}

fn transactions(
    api: &Api,
    height: Height,
    from: usize,
    limit: usize,
) -> Result<Vec<BlockTransaction>, Problem> {
    let bodies = api.store.transactions_at(height).into_iter();
    let both = bodies.zip(api.store.receipts_at(height)).skip(from).take(limit);
    let item = |(bytes, receipt): (Vec<u8>, chain::receipt::Receipt)| {
        let transaction = super::submit::decoded(&bytes)?;
        let (index, id) = (receipt.index, receipt.transaction);
        Ok(BlockTransaction { index, id, outcome: receipt.outcome, transaction })
    };
    both.map(item).collect()
}

/// 区块变更。The changes of a block in order, page by page: those that came due, then those of its
/// transactions.
#[utoipa::path(
    get,
    path = "/v1/blocks/{height}/changes",
    tag = "blocks",
    params(("height" = inline(Which), Path, description = "A height, or `latest`."), Paging),
    responses((status = 200, description = "A page of changes.", body = Page<Change>)),
)]
pub(super) async fn block_changes(
    State(api): State<Api>,
    Id(which): Id<Which>,
    Query(asked): Query<Paging>,
) -> Result<Json<Page<Change>>, Problem> {
    let limit = super::lists::limit(asked.limit)?;
    let page = api.read(move |api| {
        let HeaderItem { header, .. } = header_item(api, which)?;
        let within = Within { route: "/v1/blocks/changes", header: &header, limit };
        let from = within.from(asked.cursor)?;
        let changes = api.store.changes_at(header.height).into_iter();
        Ok(Page {
            height: header.height,
            time: header.time_ms,
            stage: Stage::Ordered,
            items: changes.skip(from).take(limit).collect(),
            next: within.next(from, header.change_count as usize),
        })
    });
    page.await.map(Json)
}

/// 区块列表。Headers, newest first.
#[utoipa::path(
    get,
    path = "/v1/blocks",
    tag = "blocks",
    params(Paging),
    responses((status = 200, description = "A page of headers.", body = Page<HeaderItem>)),
)]
pub(super) async fn blocks(
    State(api): State<Api>,
    Query(asked): Query<Paging>,
) -> Result<Json<Page<HeaderItem>>, Problem> {
    let limit = super::lists::limit(asked.limit)?;
    let page = api.read(move |api| {
        let newest = api.store.header();
        let list = ListDigest::new(&newest.chain.0, "/v1/blocks", &[]);
        let from = match asked.cursor {
            Some(text) => Cursor::decode(&text, &list)?.place()?,
            None => newest.height.0,
        };
        let heights = (0..=from).rev().take(limit).map(|at| Which::At(Height(at)));
        let items: Vec<_> = heights.map(|at| header_item(api, at)).collect::<Result<_, _>>()?;
        let next = from.checked_sub(items.len() as u64);
        let next = next.map(|next| Cursor::at(newest.height.0, next).encode(&list));
        let (height, time) = (newest.height, newest.time_ms);
        Ok(Page { height, time, stage: Stage::Ordered, items, next })
    });
    page.await.map(Json)
}

/// 交易与回执。A transaction, and what became of it.
///
/// The transaction itself is for its sender, regulators, and those who hold the blocks.
#[utoipa::path(
    get,
    path = "/v1/transactions/{id}",
    tag = "transactions",
    params(("id" = TransactionId, Path, description = "Its id.")),
    responses((status = 200, description = "Executed, or still waiting.", body = TransactionAnswer)),
)]
pub(super) async fn transaction(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<TransactionId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<TransactionAnswer>, Problem> {
    // In this order: what leaves the pool between the two looks is in a block.
    let is_pending = api.handle.is_pending(&id);
    if let Some(known) = api.read(move |api| api.known(id, &asking)).await? {
        return Ok(Json(known));
    }
    let pending = || Json(TransactionAnswer::pending(id));
    is_pending.then(pending).ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id))
}
