// SPDX-License-Identifier: Apache-2.0
//! What organisations asked for and were granted: who may call beyond its own records, and how often.

use axum::extract::State;
use chain::ids::{Height, OrganisationId, Time};
use chain::records::{Interface, RecordKind, RecordValue, Value};
use chain::{Records, query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lists::{self, Answer};
use super::shapes::Stage;
use super::{Api, When};
use crate::access::guard::Asking;
use crate::http::extract::{Id, Query};
use crate::http::json::Json;
use crate::http::problem::Problem;

/// The interfaces of an organisation as of an instant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct InterfacesAnswer {
    /// Height of the block that was read.
    height: Height,
    /// The instant.
    time: Time,
    /// How far that block has come.
    stage: Stage,
    /// Those that it ever asked for, or was granted at genesis; at most one of each kind.
    interfaces: Vec<Interface>,
}

/// 机构的接口。What an organisation asked for, was granted, and was last told no for.
#[utoipa::path(
    get,
    path = "/v1/organisations/{id}/interfaces",
    tag = "records",
    params(("id" = OrganisationId, Path, description = "Its id."), When),
    responses((status = 200, description = "Its interfaces.", body = InterfacesAnswer)),
)]
pub(super) async fn of_organisation(
    State(api): State<Api>,
    Id(id): Id<OrganisationId>,
    Query(asked): Query<When>,
) -> Result<Json<InterfacesAnswer>, Problem> {
    let read = api.read(move |api| {
        let (at, time) = api.as_of(asked)?;
        let seen = query::interfaces_of(&at, id, time);
        let interfaces = seen.into_iter().map(|seen| seen.value).collect();
        Ok(InterfacesAnswer { height: at.header().height, time, stage: Stage::Ordered, interfaces })
    });
    read.await.map(Json)
}

/// Which interfaces, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Interfaces {
    /// Only those with a request that waits for an answer, or only those without.
    requested: Option<bool>,
    /// Only those with a grant in force, or only those without.
    granted: Option<bool>,
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// 接口列表。Interfaces of all organisations, in the order in which they were first asked for.
#[utoipa::path(
    get,
    path = "/v1/interfaces",
    tag = "records",
    params(Interfaces),
    responses((status = 200, description = "A page of records.", body = lists::Listed)),
)]
pub(super) async fn interfaces(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Interfaces>,
) -> Answer {
    let requested = |value: &Value, wanted: &bool| {
        Interface::from_value(value).is_some_and(|one| one.request.is_some() == *wanted)
    };
    let granted = |value: &Value, wanted: &bool| {
        Interface::from_value(value).is_some_and(|one| one.grant.is_some() == *wanted)
    };
    let wanted = lists::all(RecordKind::Interface, "/v1/interfaces")
        .only(asked.requested, requested)
        .only(asked.granted, granted);
    lists::page((api, asking), wanted, (asked.limit, asked.cursor)).await
}
