// SPDX-License-Identifier: Apache-2.0
//! A code: standing, colour and how long that holds; its history; its picture.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chain::ids::{CodeId, Height, Time};
use chain::query::{OperatorState, StandingWord};
use chain::receipt::Version;
use chain::records::{Code, Colour, RecordKey, RecordKind, Value};
use chain::{Records, query};
use serde::{Deserialize, Serialize};

use super::shapes::{Page, Stage};
use super::{Api, AsOf};
use crate::http::cursor::{Cursor, ListDigest};
use crate::http::extract::{Query, invalid};
use crate::http::messages;
use crate::http::problem::Problem;

/// A code as of an instant.
#[derive(Debug, Serialize)]
pub(crate) struct CodeAnswer {
    height: Height,
    time: Time,
    stage: Stage,
    id: CodeId,
    standing: StandingWord,
    colour: Option<Colour>,
    displayed: Option<Colour>,
    valid_until: Option<Time>,
    operator: OperatorState,
    version: Option<Version>,
    record: Option<Code>,
}

fn parse(text: &str) -> Result<CodeId, Problem> {
    text.parse().map_err(|error| invalid("id", error))
}

/// `GET /v1/codes/{id}`. A code that was never issued answers `unknown`.
pub(super) async fn code(
    State(api): State<Api>,
    Path(text): Path<String>,
    Query(asked): Query<AsOf>,
) -> Result<Json<CodeAnswer>, Problem> {
    let id = parse(&text)?;
    let read = api.read(move |api| {
        let (at, time) = api.as_of(asked)?;
        let answer = query::code(&at, id, time);
        let (version, record) = answer.record.unzip();
        Ok(CodeAnswer {
            height: at.header().height,
            time,
            stage: Stage::Ordered,
            id,
            standing: answer.standing,
            colour: answer.colour,
            displayed: answer.displayed,
            valid_until: answer.valid_until,
            operator: answer.operator,
            version,
            record,
        })
    });
    read.await.map(Json)
}

/// One version in a code's history.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryItem {
    time: Time,
    version: Version,
    value: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HistoryAsked {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/codes/{id}/history`: versions, newest first.
pub(super) async fn history(
    State(api): State<Api>,
    Path(text): Path<String>,
    Query(asked): Query<HistoryAsked>,
) -> Result<Json<Page<HistoryItem>>, Problem> {
    let id = parse(&text)?;
    let limit = super::lists::limit(asked.limit)?;
    let read = api.read(move |api| {
        let at = api.store.latest();
        let (newest, time) = (at.header().height, at.header().time_ms);
        let digest = ListDigest::new(&at.chain().0, "/v1/codes/history", &[&id.to_string()]);
        let (height, below) = match asked.cursor {
            Some(text) => {
                let cursor = Cursor::decode(&text, &digest)?;
                let below = cursor.last_key.as_slice().try_into().map(u64::from_be_bytes);
                let below = below.map_err(|_| Problem::new(&messages::INVALID_CURSOR))?;
                (Height(cursor.height), Some(below))
            }
            None => (newest, None),
        };
        let key = RecordKey { kind: RecordKind::Code, id: id.record() };
        let found = query::history(&at, &key, height, below, limit);
        let last = found.last().map(|item| item.version.number).filter(|number| *number > 1);
        let next = last.map(|number| {
            Cursor { height: height.0, last_key: number.to_be_bytes().to_vec() }.encode(&digest)
        });
        let items = found.into_iter().map(|item| HistoryItem {
            time: item.time,
            version: item.version,
            value: item.value,
        });
        Ok(Page { height: newest, time, stage: Stage::Ordered, items: items.collect(), next })
    });
    read.await.map(Json)
}

/// `GET /v1/codes/{id}/qr.svg`: the code's id as a picture to scan.
pub(super) async fn qr(Path(text): Path<String>) -> Result<Response, Problem> {
    let id = parse(&text)?;
    let code = qrcode::QrCode::new(id.to_string().as_bytes());
    let code = code.map_err(|_| Problem::new(&messages::INTERNAL))?;
    let picture = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}
