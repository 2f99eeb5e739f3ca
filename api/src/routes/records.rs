// SPDX-License-Identifier: Apache-2.0
//! Single records, now or as of an earlier height or time.

use axum::Json;
use axum::extract::{Path, State};
use chain::ids::{
    ApplicationId, MatterId, OrganisationId, PersonId, RecordId, VehicleId, WaybillId,
};
use chain::records::{RecordKey, RecordKind};
use chain::{Records, query};

use super::shapes::{RecordAnswer, Stage, id_text, inner};
use super::{Api, AsOf};
use crate::http::extract::{Query, invalid};
use crate::http::messages;
use crate::http::problem::Problem;

async fn answer(api: Api, key: RecordKey, asked: AsOf) -> Result<Json<RecordAnswer>, Problem> {
    let read = api.read(move |api| {
        let (at, time) = api.as_of(asked)?;
        let seen = query::record(&at, key, time);
        let seen = seen.ok_or_else(|| Problem::new(&messages::NOT_FOUND).value(id_text(key)))?;
        Ok(RecordAnswer {
            height: at.header().height,
            time,
            stage: Stage::Ordered,
            version: seen.version,
            record: inner(&seen.value),
        })
    });
    read.await.map(Json)
}

macro_rules! by_id {
    ($($(#[$doc:meta])* $name:ident, $id:ty, $kind:ident;)*) => {$(
        $(#[$doc])*
        pub(super) async fn $name(
            State(api): State<Api>,
            Path(text): Path<String>,
            Query(asked): Query<AsOf>,
        ) -> Result<Json<RecordAnswer>, Problem> {
            let id: $id = text.parse().map_err(|error| invalid("id", error))?;
            answer(api, RecordKey { kind: RecordKind::$kind, id: id.0 }, asked).await
        }
    )*};
}

by_id! {
    /// `GET /v1/organisations/{id}`.
    organisation, OrganisationId, Organisation;
    /// `GET /v1/persons/{id}`.
    person, PersonId, Person;
    /// `GET /v1/applications/{id}`.
    application, ApplicationId, Application;
    /// `GET /v1/vehicles/{id}`.
    vehicle, VehicleId, Vehicle;
    /// `GET /v1/matters/{id}`.
    matter, MatterId, Matter;
    /// `GET /v1/waybills/{id}`.
    waybill, WaybillId, Waybill;
}

/// `GET /v1/parameters`.
pub(super) async fn parameters(
    State(api): State<Api>,
    Query(asked): Query<AsOf>,
) -> Result<Json<RecordAnswer>, Problem> {
    answer(api, RecordKey { kind: RecordKind::Parameters, id: RecordId::default() }, asked).await
}
