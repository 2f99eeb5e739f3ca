// SPDX-License-Identifier: Apache-2.0
//! Consents, accesses and erasures as records: who may see what, who asked, and what is gone.

use axum::extract::State;
use chain::Records;
use chain::ids::{CodeId, OrganisationId};
use chain::query;
use chain::records::{Access, Code, Consent, ConsentState, List, ListKey, RecordKind, Value};
use serde::Deserialize;
use store::At;
use utoipa::IntoParams;

use super::Api;
use super::lists::{self, Answer, Paging};
use super::shapes::{AnyRecord, Page};
use crate::access::guard::Asking;
use crate::http::extract::{Id, Query};

/// Which consents, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Consents {
    /// Only those given to this organisation.
    to: Option<OrganisationId>,
    /// Only those in this state.
    state: Option<ConsentState>,
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// 授权列表。Consents, by receiver and state.
#[utoipa::path(
    get,
    path = "/v1/consents",
    tag = "exchange",
    params(Consents),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn consents(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Consents>,
) -> Answer {
    let wanted = lists::all(RecordKind::Consent, "/v1/consents")
        .of(List::ConsentsByOrganisation, asked.to.map(|id| id.0))
        .only(asked.state, |value, state| matches!(value, Value::Consent(c) if c.state == *state));
    lists::page((api, asking), wanted, (asked.limit, asked.cursor)).await
}

/// Which accesses, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Accesses {
    /// Only those of this organisation.
    by: Option<OrganisationId>,
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// 查询记录列表。Accesses, by who asked.
#[utoipa::path(
    get,
    path = "/v1/accesses",
    tag = "exchange",
    params(Accesses),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn accesses(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Accesses>,
) -> Answer {
    let wanted = lists::all(RecordKind::Access, "/v1/accesses")
        .of(List::AccessesByOrganisation, asked.by.map(|id| id.0));
    lists::page((api, asking), wanted, (asked.limit, asked.cursor)).await
}

/// 删除记录列表。What became of data that came with applications.
#[utoipa::path(
    get,
    path = "/v1/erasures",
    tag = "exchange",
    params(Paging),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn erasures(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Paging>,
) -> Answer {
    let wanted = lists::all(RecordKind::Erasure, "/v1/erasures");
    lists::page((api, asking), wanted, (asked.limit, asked.cursor)).await
}

/// 谁查询过。Every access about a code: who, on which basis, which fields, when.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}/accesses",
    tag = "exchange",
    params(("id" = CodeId, Path, description = "The code."), Paging),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn code_accesses(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<CodeId>,
    Query(asked): Query<Paging>,
) -> Answer {
    let list = Access::list_about(id.record());
    let about = move |_: &At| Some(list);
    of_code((api, asking), ("/v1/codes/accesses", id), asked, about).await
}

/// 持码人的授权。Every consent about a code, in the order in which they were given.
#[utoipa::path(
    get,
    path = "/v1/codes/{id}/consents",
    tag = "exchange",
    params(("id" = CodeId, Path, description = "The code."), Paging),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn code_consents(
    State(api): State<Api>,
    asking: Asking,
    Id(id): Id<CodeId>,
    Query(asked): Query<Paging>,
) -> Answer {
    let about = move |at: &At| {
        let code = query::typed::<Code, _>(at, id.record(), at.header().time_ms)?;
        Some(Consent::list_of(code.value.holder))
    };
    of_code((api, asking), ("/v1/codes/consents", id), asked, about).await
}

/// A page of what a list has about one code and is the caller's to see.
async fn of_code(
    (api, asking): (Api, Asking),
    (route, id): (&'static str, CodeId),
    asked: Paging,
    list: impl FnOnce(&At) -> Option<ListKey> + Send + 'static,
) -> Answer {
    let filter = vec![id.to_string()];
    let caller = asking.clone();
    let find = move |_: &Api, at: &At, after: Option<u64>, most| {
        let Some(list) = list(at) else {
            return Ok(query::Page { items: Vec::new(), next: None });
        };
        let keep = |value: &Value| is_about(value, id) && caller.sees(at, value);
        Ok(query::list(at, list, after, most, &keep))
    };
    lists::paged(api, (route, filter), (asked.limit, asked.cursor), find).await
}

fn is_about(value: &Value, id: CodeId) -> bool {
    match value {
        Value::Access(access) => access.about.code() == Some(id),
        Value::Consent(consent) => consent.terms.code == id,
        _ => false,
    }
}
