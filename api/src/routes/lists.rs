// SPDX-License-Identifier: Apache-2.0
//! Lists of records, page by page, of the current height.

use axum::Json;
use axum::extract::{Path, State};
use chain::ids::{CodeId, OrganisationId, PersonId, RecordId, VehicleId};
use chain::limits::PAGE;
use chain::records::{
    ApplicationState, List, ListKey, MatterState, RecordKind, Value, WaybillState,
};
use chain::{Records, query};
use serde::Deserialize;

use super::Api;
use super::shapes::{AnyRecord, Page, Stage, id_text};
use crate::http::cursor::{Cursor, ListDigest};
use crate::http::extract::{Query, invalid};
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
type Answer = Result<Json<Page<AnyRecord>>, Problem>;

/// A list with its filter, as a cursor is bound to it.
struct Wanted {
    list: ListKey,
    route: &'static str,
    filter: Vec<String>,
    keep: Keep,
}

async fn page(api: Api, wanted: Wanted, asked: (Option<usize>, Option<String>)) -> Answer {
    let limit = limit(asked.0)?;
    let read = api.read(move |api| {
        let at = api.store.latest();
        let time = at.header().time_ms;
        let filter: Vec<&str> = wanted.filter.iter().map(String::as_str).collect();
        let digest = ListDigest::new(&at.chain().0, wanted.route, &filter);
        let after = match asked.1 {
            Some(text) => Some(after(&Cursor::decode(&text, &digest)?)?),
            None => None,
        };
        let found = query::list(&at, wanted.list, after, (limit, time), &wanted.keep);
        let height = at.header().height;
        let next = found.next.map(|seq| {
            Cursor { height: height.0, last_key: seq.to_be_bytes().to_vec() }.encode(&digest)
        });
        let items = found.items.into_iter().map(|item| AnyRecord {
            id: id_text(item.key),
            version: item.seen.version,
            value: item.seen.value,
        });
        Ok(Page { height, time, stage: Stage::Ordered, items: items.collect(), next })
    });
    read.await.map(Json)
}

fn after(cursor: &Cursor) -> Result<u64, Problem> {
    let bytes = cursor.last_key.as_slice().try_into();
    bytes.map(u64::from_be_bytes).map_err(|_| Problem::new(&messages::INVALID_CURSOR))
}

fn all(kind: RecordKind, route: &'static str) -> Wanted {
    let (list, filter) = (ListKey::of_kind(kind), vec![kind.word().to_owned()]);
    Wanted { list, route, filter, keep: Box::new(|_| true) }
}

impl Wanted {
    fn of(self, list: List, of: Option<RecordId>) -> Self {
        match of {
            Some(of) => {
                let mut filter = self.filter;
                filter.push(hex::encode(of.0));
                Self { list: ListKey { list, of }, filter, ..self }
            }
            None => self,
        }
    }

    fn only<T: std::fmt::Debug + Send + 'static>(
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plain {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/organisations`.
pub(super) async fn organisations(State(api): State<Api>, Query(asked): Query<Plain>) -> Answer {
    let wanted = all(RecordKind::Organisation, "/v1/organisations");
    page(api, wanted, (asked.limit, asked.cursor)).await
}

/// `GET /v1/vehicles`.
pub(super) async fn vehicles(State(api): State<Api>, Query(asked): Query<Plain>) -> Answer {
    page(api, all(RecordKind::Vehicle, "/v1/vehicles"), (asked.limit, asked.cursor)).await
}

/// `GET /v1/state/{kind}`: every record of a kind.
pub(super) async fn state(
    State(api): State<Api>,
    Path(word): Path<String>,
    Query(asked): Query<Plain>,
) -> Answer {
    let kind = RecordKind::ALL.iter().find(|kind| kind.word() == word);
    let kind = kind.ok_or_else(|| invalid("kind", "a kind of record, such as waybill"))?;
    page(api, all(*kind, "/v1/state"), (asked.limit, asked.cursor)).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Applications {
    sponsor: Option<OrganisationId>,
    state: Option<ApplicationState>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/applications`, by sponsor and state.
pub(super) async fn applications(
    State(api): State<Api>,
    Query(asked): Query<Applications>,
) -> Answer {
    let wanted = all(RecordKind::Application, "/v1/applications")
        .of(List::ApplicationsBySponsor, asked.sponsor.map(|id| id.0))
        .only(
            asked.state,
            |value, state| matches!(value, Value::Application(a) if a.state == *state),
        );
    page(api, wanted, (asked.limit, asked.cursor)).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Matters {
    person: Option<PersonId>,
    vehicle: Option<VehicleId>,
    organisation: Option<OrganisationId>,
    state: Option<MatterState>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/matters`, by subject and state.
pub(super) async fn matters(State(api): State<Api>, Query(asked): Query<Matters>) -> Answer {
    let subjects = [
        asked.person.map(|id| id.0),
        asked.vehicle.map(|id| id.0),
        asked.organisation.map(|id| id.0),
    ];
    let mut subjects = subjects.into_iter().flatten();
    let subject = subjects.next();
    if subjects.next().is_some() {
        return Err(invalid("vehicle", "only one subject can be asked for"));
    }
    let wanted = all(RecordKind::Matter, "/v1/matters")
        .of(List::MattersBySubject, subject)
        .only(asked.state, |value, state| matches!(value, Value::Matter(m) if m.state == *state));
    page(api, wanted, (asked.limit, asked.cursor)).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waybills {
    maker: Option<OrganisationId>,
    code: Option<CodeId>,
    state: Option<WaybillState>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/waybills`, by maker or code, and state.
pub(super) async fn waybills(State(api): State<Api>, Query(asked): Query<Waybills>) -> Answer {
    let by_code = asked.maker.is_none();
    let wanted = all(RecordKind::Waybill, "/v1/waybills")
        .of(List::WaybillsByMaker, asked.maker.map(|id| id.0))
        .of(List::WaybillsByCode, asked.code.filter(|_| by_code).map(CodeId::record))
        .only(asked.code.filter(|_| !by_code), |value, code| {
            let list = ListKey { list: List::WaybillsByCode, of: code.record() };
            value.lists().contains(&list)
        })
        .only(asked.state, |value, state| matches!(value, Value::Waybill(w) if w.state == *state));
    page(api, wanted, (asked.limit, asked.cursor)).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Codes {
    operator: Option<OrganisationId>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// `GET /v1/codes`, by operator.
pub(super) async fn codes(State(api): State<Api>, Query(asked): Query<Codes>) -> Answer {
    let wanted =
        all(RecordKind::Code, "/v1/codes").of(List::CodesByOperator, asked.operator.map(|id| id.0));
    page(api, wanted, (asked.limit, asked.cursor)).await
}
