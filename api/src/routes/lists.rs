// SPDX-License-Identifier: Apache-2.0
//! Lists of records, page by page, of the current height.

use axum::extract::State;
use chain::ids::{OrganisationId, PersonId, RecordId, Time, VehicleId};
use chain::limits::PAGE;
use chain::records::{ApplicationState, List, ListKey, MatterState, RecordKind, Value};
use chain::{Records, query};
use serde::Deserialize;
use store::At;
use utoipa::IntoParams;

use super::Api;
use super::shapes::{AnyRecord, Page, Stage};
use crate::access::guard::Asking;
use crate::http::cursor::{Cursor, ListDigest};
use crate::http::extract::{Id, Query, invalid};
use crate::http::json::Json;
use crate::http::messages;
use crate::http::problem::Problem;

/// Records on a page unless the asker says otherwise.
const DEFAULT: usize = 50;

/// How many records a page may hold.
pub(super) fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(DEFAULT) {
        limit @ 1..=PAGE => Ok(limit),
        _ => Err(invalid("limit", format!("1 to {PAGE}"))),
    }
}

type Keep = Box<dyn Fn(&Value) -> bool + Send>;
/// A page of records of any kind.
pub(super) type Listed = Page<AnyRecord>;
pub(super) type Answer = Result<Json<Listed>, Problem>;

/// A list with its filter, as a cursor is bound to it.
pub(super) struct Wanted {
    list: ListKey,
    route: &'static str,
    filter: Vec<String>,
    keep: Keep,
}

pub(super) async fn page(
    (api, asking): (Api, Asking),
    wanted: Wanted,
    asked: (Option<usize>, Option<String>),
) -> Answer {
    let Wanted { list, route, filter, keep } = wanted;
    let find = move |_: &Api, at: &At, after: Option<u64>, most: (usize, Time)| {
        let keep = |value: &Value| keep(value) && asking.sees(at, value);
        Ok(query::list(at, list, after, most, &keep))
    };
    paged(api, (route, filter), asked, find).await
}

/// A page of the current height that `find` finds: after a place, so many at most as of an instant, and nothing that
/// is not for the caller. Route and filter are what its cursor is bound to.
pub(super) async fn paged(
    api: Api,
    (route, filter): (&'static str, Vec<String>),
    asked: (Option<usize>, Option<String>),
    find: impl FnOnce(&Api, &At, Option<u64>, (usize, Time)) -> Result<query::Page, Problem>
    + Send
    + 'static,
) -> Answer {
    let limit = limit(asked.0)?;
    let read = api.read(move |api| {
        let at = api.store.latest();
        let time = at.header().time_ms;
        let filter: Vec<&str> = filter.iter().map(String::as_str).collect();
        let digest = ListDigest::new(&at.chain().0, route, &filter);
        let after = match asked.1 {
            Some(text) => Some(Cursor::decode(&text, &digest)?.place()?),
            None => None,
        };
        let found = find(api, &at, after, (limit, time))?;
        let height = at.header().height;
        let next = found.next.map(|seq| Cursor::at(height.0, seq).encode(&digest));
        let items = found.items.into_iter().map(|item| AnyRecord {
            id: item.key.id_text(),
            version: item.seen.version,
            value: item.seen.value,
        });
        Ok(Page { height, time, stage: Stage::Ordered, items: items.collect(), next })
    });
    read.await.map(Json)
}

pub(super) fn all(kind: RecordKind, route: &'static str) -> Wanted {
    let (list, filter) = (ListKey::of_kind(kind), vec![kind.word().to_owned()]);
    Wanted { list, route, filter, keep: Box::new(|_| true) }
}

impl Wanted {
    pub(super) fn of(self, list: List, of: Option<RecordId>) -> Self {
        match of {
            Some(of) => {
                let mut filter = self.filter;
                filter.push(hex::encode(of.0));
                Self { list: ListKey { list, of }, filter, ..self }
            }
            None => self,
        }
    }

    pub(super) fn only<T: std::fmt::Debug + Send + 'static>(
        mut self,
        what: Option<T>,
        keep: impl Fn(&Value, &T) -> bool + Send + 'static,
    ) -> Self {
        let Some(what) = what else { return self };
        self.filter.push(format!("{what:?}"));
        let before = self.keep;
        self.keep = Box::new(move |value| before(value) && keep(value, &what));
        self
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(super) limit: Option<usize>,
    /// `next` of the page before, as it is.
    pub(super) cursor: Option<String>,
}

/// 机构列表。Organisations, in the order of their admission.
#[utoipa::path(
    get,
    path = "/v1/organisations",
    tag = "records",
    params(Paging),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn organisations(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Paging>,
) -> Answer {
    let wanted = all(RecordKind::Organisation, "/v1/organisations");
    page((api, asking), wanted, (asked.limit, asked.cursor)).await
}

/// 车辆列表。Vehicles and trailers, in the order in which they were registered.
#[utoipa::path(
    get,
    path = "/v1/vehicles",
    tag = "records",
    params(Paging),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn vehicles(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Paging>,
) -> Answer {
    page((api, asking), all(RecordKind::Vehicle, "/v1/vehicles"), (asked.limit, asked.cursor)).await
}

/// 记录列表。Every record of a kind, in the order in which they came to be.
#[utoipa::path(
    get,
    path = "/v1/state/{kind}",
    tag = "records",
    params(("kind" = RecordKind, Path, description = "The kind of record."), Paging),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn state(
    State(api): State<Api>,
    asking: Asking,
    Id(kind): Id<RecordKind>,
    Query(asked): Query<Paging>,
) -> Answer {
    page((api, asking), all(kind, "/v1/state"), (asked.limit, asked.cursor)).await
}

/// Which applications, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Applications {
    /// Only those that this organisation sent.
    sponsor: Option<OrganisationId>,
    /// Only those in this state.
    state: Option<ApplicationState>,
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// 申请列表。Applications, by sponsor and state.
#[utoipa::path(
    get,
    path = "/v1/applications",
    tag = "records",
    params(Applications),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn applications(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Applications>,
) -> Answer {
    let wanted = all(RecordKind::Application, "/v1/applications")
        .of(List::ApplicationsBySponsor, asked.sponsor.map(|id| id.0))
        .only(
            asked.state,
            |value, state| matches!(value, Value::Application(a) if a.state == *state),
        );
    page((api, asking), wanted, (asked.limit, asked.cursor)).await
}

/// Which matters, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Matters {
    /// Only those of this person.
    person: Option<PersonId>,
    /// Only those of this vehicle.
    vehicle: Option<VehicleId>,
    /// Only those of this organisation.
    organisation: Option<OrganisationId>,
    /// Only those in this state.
    state: Option<MatterState>,
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// 待办事项列表。Matters, by one subject and by state.
#[utoipa::path(
    get,
    path = "/v1/matters",
    tag = "records",
    params(Matters),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn matters(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Matters>,
) -> Answer {
    let subjects = [
        asked.person.map(|id| id.0),
        asked.vehicle.map(|id| id.0),
        asked.organisation.map(|id| id.0),
    ];
    let mut subjects = subjects.into_iter().flatten();
    let subject = subjects.next();
    if subjects.next().is_some() {
        let names = "person, vehicle, organisation";
        return Err(Problem::new(&messages::FIELDS_EXCLUSIVE).value(names));
    }
    let wanted = all(RecordKind::Matter, "/v1/matters")
        .of(List::MattersBySubject, subject)
        .only(asked.state, |value, state| matches!(value, Value::Matter(m) if m.state == *state));
    page((api, asking), wanted, (asked.limit, asked.cursor)).await
}

/// Which codes, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Codes {
    /// Only those with this operator.
    operator: Option<OrganisationId>,
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// 运输码列表。Codes, by operator.
#[utoipa::path(
    get,
    path = "/v1/codes",
    tag = "codes",
    params(Codes),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn codes(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Codes>,
) -> Answer {
    let wanted =
        all(RecordKind::Code, "/v1/codes").of(List::CodesByOperator, asked.operator.map(|id| id.0));
    page((api, asking), wanted, (asked.limit, asked.cursor)).await
}
