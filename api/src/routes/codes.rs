// SPDX-License-Identifier: Apache-2.0
//! A code: standing, colour and how long that holds; its history; its picture.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chain::ids::{CodeId, Height, Time};
use chain::proof::Proof;
use chain::query::{OperatorState, StandingWord};
use chain::receipt::Version;
use chain::records::{Code, Colour, Custody, RecordKey, RecordKind, Value};
use chain::{Records, query};
use serde::{Deserialize, Serialize};
use store::At;
use utoipa::ToSchema;

use super::lists::Paging;
use super::shapes::{Page, Stage};
use super::{Api, AsOf, When};
use crate::access::guard::{Asking, refused};
use crate::http::cursor::{Cursor, ListDigest};
use crate::http::extract::{Id, Nothing, Query};
use crate::http::json::Json;
use crate::http::messages;
use crate::http::problem::Problem;

/// A code as of an instant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct CodeAnswer {
    /// Height of the block that was read.
    height: Height,
    /// The instant: that block's time, or the one asked for.
    time: Time,
    /// How far that block has come.
    stage: Stage,
    /// The code's id.
    id: CodeId,
    /// Its standing.
    standing: StandingWord,
    /// Its colour; null unless issued.
    colour: Option<Colour>,
    /// The colour to show: blue with an invalid operator is shown as yellow.
    displayed: Option<Colour>,
    /// The earliest instant at which any of this can change with no new transaction; null: never.
    valid_until: Option<Time>,
    /// The state of its operator.
    operator: OperatorState,
    /// Who has the holder's keys in hand, one for each key in force: `device`, or the platform that
    /// signs for the holder. None for an enterprise's code.
    custody: Vec<Custody>,
    /// The newest version that a block wrote by then; null for an unknown code.
    version: Option<Version>,
    /// The record at the instant, with what came due by then; null for an unknown code, and for who is no party to it.
    record: Option<Code>,
    /// Proves that version, or that there is none, as of `height` against the header that it names;
    /// where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
}

/// 运输码。A code's standing and colour. A code that was never issued has the standing `unknown`.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}",
    tag = "codes",
    params(("id" = CodeId, Path, description = "Its id."), AsOf),
    responses((status = 200, description = "The code.", body = CodeAnswer)),
)]
pub(super) async fn code(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<CodeId>,
    Query(asked): Query<AsOf>,
) -> Result<Json<CodeAnswer>, Problem> {
    let key = RecordKey { kind: RecordKind::Code, id: id.record() };
    let read = api.read(move |api| {
        let (at, time) = api.as_of_code(&asking, &key, asked.when())?;
        let height = at.header().height;
        let answer = query::code(&at, id, time);
        let (version, record) = answer.record.unzip();
        let latest = api.store.latest();
        let sees_record = asking.sees_past(&latest, &key);
        // A proof holds the record: it is for the same. That there is none is proven to everybody.
        if asked.proof && record.is_some() && !sees_record {
            return Err(refused(&asking.caller));
        }
        let record = record.filter(|_| sees_record);
        Ok(CodeAnswer {
            height,
            time,
            stage: Stage::Ordered,
            id,
            standing: answer.standing,
            colour: answer.colour,
            displayed: answer.displayed,
            valid_until: answer.valid_until,
            operator: answer.operator,
            custody: answer.custody,
            version,
            record,
            proof: asked.proof.then(|| api.proof(&key, height)).transpose()?,
        })
    });
    read.await.map(Json)
}

/// How far back a code is read by whoever can name it: as long as it takes to fetch a header and then a proof.
const NEW_MS: u64 = 60_000;

impl Api {
    /// A code as of when it is asked for. Its past is for who is a party to it: the answer to everybody else is the
    /// same whether there is such a code or not.
    pub(super) fn as_of_code(
        &self,
        asking: &Asking,
        key: &RecordKey,
        asked: When,
    ) -> Result<(At, Time), Problem> {
        let (at, time) = self.as_of(asked)?;
        let latest = self.store.latest();
        let is_new = time.plus(NEW_MS) >= latest.header().time_ms;
        match is_new || asking.sees_past(&latest, key) {
            true => Ok((at, time)),
            false => Err(refused(&asking.caller)),
        }
    }
}

/// One version in a code's history.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct HistoryItem {
    /// Time of the block that wrote it.
    time: Time,
    /// The version.
    version: Version,
    /// Its value under the word of its kind.
    value: Value,
}

/// 运输码历史。The versions of a code, newest first.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}/history",
    tag = "codes",
    params(("id" = CodeId, Path, description = "Its id."), Paging),
    responses((status = 200, description = "A page of versions.", body = Page<HistoryItem>)),
)]
pub(super) async fn code_history(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<CodeId>,
    Query(asked): Query<Paging>,
) -> Result<Json<Page<HistoryItem>>, Problem> {
    let limit = super::lists::limit(asked.limit)?;
    let read = api.read(move |api| {
        let at = api.store.latest();
        let (newest, time) = (at.header().height, at.header().time_ms);
        let digest = ListDigest::new(&at.chain().0, "/v1/codes/history", &[&id.to_string()]);
        let (height, below) = match asked.cursor {
            Some(text) => {
                let cursor = Cursor::decode(&text, &digest)?;
                (Height(cursor.height), Some(cursor.place()?))
            }
            None => (newest, None),
        };
        let key = RecordKey { kind: RecordKind::Code, id: id.record() };
        // A code that is not for the caller has no more history for it than one that never was.
        let shown = at.record(&key).is_some_and(|code| asking.sees(&at, &code.value));
        let limit = if shown { limit } else { 0 };
        let found = query::history(&at, &key, height, below, limit);
        let last = found.last().map(|item| item.version.number).filter(|number| *number > 1);
        let next = last.map(|number| Cursor::at(height.0, number).encode(&digest));
        let items = found.into_iter().map(|item| HistoryItem {
            time: item.time,
            version: item.version,
            value: item.value,
        });
        Ok(Page { height: newest, time, stage: Stage::Ordered, items: items.collect(), next })
    });
    read.await.map(Json)
}

/// 二维码。The code's id as a picture to scan.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}/qr.svg",
    tag = "codes",
    params(("id" = CodeId, Path, description = "Its id.")),
    responses((
        status = 200,
        description = "The picture.",
        body = String,
        content_type = "image/svg+xml",
    )),
)]
pub(super) async fn code_qr(
    Id(id): Id<CodeId>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Response, Problem> {
    let code = qrcode::QrCode::new(id.to_string().as_bytes());
    let code = code.map_err(|_| Problem::new(&messages::INTERNAL))?;
    let picture = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}
