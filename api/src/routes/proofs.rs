// SPDX-License-Identifier: Apache-2.0
//! Proofs against the newest header, for verifiers that have that header from elsewhere.

use axum::Json;
use axum::extract::{Path, State};
use chain::ids::{
    ApplicationId, CodeId, Height, MatterId, OrganisationId, PersonId, RecordId, VehicleId,
    WaybillId,
};
use chain::proof::{self, Proof};
use chain::records::{RecordKey, RecordKind};
use chain::{Records, TransactionId};
use serde::Deserialize;

use super::Api;
use crate::http::extract::{Query, invalid};
use crate::http::messages;
use crate::http::problem::Problem;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    at_height: Option<u64>,
}

/// `GET /v1/transactions/{id}/proof`.
pub(super) async fn transaction(
    State(api): State<Api>,
    Path(text): Path<String>,
) -> Result<Json<Proof>, Problem> {
    let id: TransactionId = text.parse().map_err(|error| invalid("id", error))?;
    let read = api.read(move |api| {
        let proof = proof::transaction(&api.store.current(), &id);
        proof.ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id))
    });
    read.await.map(Json)
}

/// `GET /v1/codes/{id}/proof`.
pub(super) async fn code(
    State(api): State<Api>,
    Path(text): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Proof>, Problem> {
    let id: CodeId = text.parse().map_err(|error| invalid("id", error))?;
    record(api, RecordKey { kind: RecordKind::Code, id: id.record() }, asked).await
}

/// `GET /v1/records/{kind}/{id}/proof`: the id with its prefix, or 32 hexadecimal digits.
pub(super) async fn of_kind(
    State(api): State<Api>,
    Path((word, text)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Json<Proof>, Problem> {
    let kind = RecordKind::ALL.iter().find(|kind| kind.word() == word);
    let kind = *kind.ok_or_else(|| invalid("kind", "a kind of record, such as waybill"))?;
    let id = record_id(kind, &text).ok_or_else(|| invalid("id", "not an id of this kind"))?;
    record(api, RecordKey { kind, id }, asked).await
}

fn record_id(kind: RecordKind, text: &str) -> Option<RecordId> {
    match kind {
        RecordKind::Organisation => text.parse::<OrganisationId>().ok().map(|id| id.0),
        RecordKind::Person => text.parse::<PersonId>().ok().map(|id| id.0),
        RecordKind::Vehicle => text.parse::<VehicleId>().ok().map(|id| id.0),
        RecordKind::Application => text.parse::<ApplicationId>().ok().map(|id| id.0),
        RecordKind::Matter => text.parse::<MatterId>().ok().map(|id| id.0),
        RecordKind::Waybill => text.parse::<WaybillId>().ok().map(|id| id.0),
        RecordKind::Code => text.parse::<CodeId>().ok().map(CodeId::record),
        RecordKind::Parameters | RecordKind::RegisteredKey | RecordKind::UniqueName => {
            chain::text::hex_array(text, "32 hexadecimal digits").ok().map(RecordId)
        }
    }
}

async fn record(api: Api, key: RecordKey, asked: Asked) -> Result<Json<Proof>, Problem> {
    let read = api.read(move |api| {
        let state = api.store.current();
        let newest = state.header().height;
        let at = asked.at_height.map_or(newest, Height);
        if at > newest {
            let what = format!("height {at}");
            return Err(Problem::new(&messages::HEIGHT_NOT_REACHED).value(what));
        }
        let proof = proof::record_at(&state, &key, at);
        proof.ok_or_else(|| Problem::new(&messages::INTERNAL))
    });
    read.await.map(Json)
}
