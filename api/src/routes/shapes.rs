// SPDX-License-Identifier: Apache-2.0
//! The JSON that routes answer with. Every answer says of which height and time it is.

use chain::ids::{
    ApplicationId, CodeId, Height, MatterId, OrganisationId, PersonId, Time, VehicleId, WaybillId,
};
use chain::receipt::Version;
use chain::records::{RecordKey, RecordKind, Value};
use serde::Serialize;

/// How far something has come; until seals exist, executed here is the last stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// Taken, not executed yet.
    Pending,
    /// Executed here.
    Ordered,
}

/// A record as of a block.
#[derive(Debug, Serialize)]
pub(crate) struct RecordAnswer {
    pub(crate) height: Height,
    pub(crate) time: Time,
    pub(crate) stage: Stage,
    pub(crate) version: Version,
    pub(crate) record: serde_json::Value,
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T> {
    pub(crate) height: Height,
    pub(crate) time: Time,
    pub(crate) stage: Stage,
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

/// A record of any kind in a list.
#[derive(Debug, Serialize)]
pub(crate) struct AnyRecord {
    pub(crate) id: String,
    pub(crate) version: Version,
    pub(crate) value: Value,
}

/// A record's id as text: with the prefix of its kind where it has one.
pub(crate) fn id_text(key: RecordKey) -> String {
    let id = key.id;
    match key.kind {
        RecordKind::Organisation => OrganisationId(id).to_string(),
        RecordKind::Person => PersonId(id).to_string(),
        RecordKind::Vehicle => VehicleId(id).to_string(),
        RecordKind::Application => ApplicationId(id).to_string(),
        RecordKind::Matter => MatterId(id).to_string(),
        RecordKind::Waybill => WaybillId(id).to_string(),
        RecordKind::Code => {
            CodeId::from_record(id).map_or_else(|_| hex::encode(id.0), |code| code.to_string())
        }
        RecordKind::Parameters | RecordKind::RegisteredKey | RecordKind::UniqueName => {
            hex::encode(id.0)
        }
    }
}

/// A value without the word of its kind around it.
pub(crate) fn inner(value: &Value) -> serde_json::Value {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::Object(fields)) => {
            fields.into_iter().next().map_or(serde_json::Value::Null, |(_, inner)| inner)
        }
        _ => serde_json::Value::Null,
    }
}
