// SPDX-License-Identifier: Apache-2.0
//! The list of waybills with its filters, page by page, of the current height.

use axum::extract::State;
use chain::Records;
use chain::ids::{CodeId, OrganisationId, Prefecture, Time};
use chain::query::{self, OfferedTo, WaybillFilter};
use chain::records::{RecordKey, RecordKind, Value, WaybillState};
use chain::rules::goods;
use serde::Deserialize;
use store::At;
use utoipa::IntoParams;

use super::Api;
use super::lists::{Answer, paged};
use super::shapes::{AnyRecord, Page};
use crate::access::guard::Asking;
use crate::http::extract::{Query, invalid};
use crate::http::messages;
use crate::http::problem::Problem;

/// Which waybills, and which page of them. What is given must all fit.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Waybills {
    /// Only those that this organisation made.
    maker: Option<OrganisationId>,
    /// Only those that this code accepted or that are offered to it.
    code: Option<CodeId>,
    /// Only public offers that are open now and within whose limits this code is, with its current
    /// vehicle.
    open_to: Option<CodeId>,
    /// Only those in one of these states, with commas between them.
    #[param(example = "offered,accepted")]
    state: Option<String>,
    /// Only those offered to one code, or only public ones.
    #[param(inline)]
    kind: Option<OfferedTo>,
    /// Only part loads, or only others.
    part_load: Option<bool>,
    /// Only goods of this class with all its kinds, such as 1600, or of this kind, such as 1601.
    #[param(minimum = 100, maximum = 1799)]
    goods: Option<u16>,
    /// Only from this prefecture.
    from: Option<Prefecture>,
    /// Only to this prefecture.
    to: Option<Prefecture>,
    /// Only those offered at this instant or later.
    #[serde(default, deserialize_with = "super::instant")]
    offered_since: Option<Time>,
    /// Only those offered before this instant.
    #[serde(default, deserialize_with = "super::instant")]
    offered_until: Option<Time>,
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

impl Waybills {
    fn filter(&self) -> Result<WaybillFilter, Problem> {
        if self.goods.is_some_and(|class| !goods::is_known(class)) {
            return Err(invalid("goods", "a class such as 1600, or a kind such as 1601"));
        }
        Ok(WaybillFilter {
            states: states(self.state.as_deref())?,
            kind: self.kind,
            part_load: self.part_load,
            goods: self.goods,
            from: self.from,
            to: self.to,
            maker: self.maker,
            code: self.code,
            open_to: self.open_to,
            offered_since: self.offered_since,
            offered_until: self.offered_until,
        })
    }
}

/// The states of a list with commas.
fn states(text: Option<&str>) -> Result<Vec<WaybillState>, Problem> {
    text.into_iter().flat_map(|text| text.split(',')).map(state).collect()
}

fn state(word: &str) -> Result<WaybillState, Problem> {
    let read = serde_json::from_value(serde_json::Value::from(word));
    read.map_err(|error: serde_json::Error| invalid("state", error.to_string()))
}

/// 运单列表。Waybills, by maker, code, state, kind, goods, places and when they were offered. A page may
/// hold fewer than were asked for, and none, although more follow: `next` says so.
#[utoipa::path(
    get,
    path = "/v1/waybills",
    tag = "records",
    params(Waybills),
    responses((status = 200, description = "A page of records.", body = Page<AnyRecord>)),
)]
pub(super) async fn waybills(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Waybills>,
) -> Answer {
    let filter = asked.filter()?;
    let bound = vec![RecordKind::Waybill.word().to_owned(), format!("{filter:?}")];
    let find = move |_: &Api, at: &At, after: Option<u64>, most: (usize, Time)| {
        let unknown = || {
            let code = filter.open_to.map(|code| code.to_string()).unwrap_or_default();
            Problem::new(&messages::NOT_FOUND).value(code)
        };
        // What fits a code tells of its vehicle: that is for who is a party to the code.
        if filter.open_to.is_some_and(|code| !sees_code(&asking, at, code)) {
            return Err(unknown());
        }
        let sees = |value: &Value| asking.sees(at, value);
        query::waybills(at, &filter, after, most, &sees).ok_or_else(unknown)
    };
    paged(api, ("/v1/waybills", bound), (asked.limit, asked.cursor), find).await
}

fn sees_code(asking: &Asking, at: &At, code: CodeId) -> bool {
    let key = RecordKey { kind: RecordKind::Code, id: code.record() };
    asking.sees_all() || at.record(&key).is_some_and(|found| asking.sees(at, &found.value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn states_are_read_with_commas_between_them_and_each_must_be_one() {
        assert_eq!(states(None).unwrap(), []);
        let both = [WaybillState::InTransit, WaybillState::Offered];
        assert_eq!(states(Some("in_transit,offered")).unwrap(), both);
        for wrong in ["", "lost", "offered,", "offered,,settled", "Offered", "offered, settled"] {
            assert_eq!(states(Some(wrong)).unwrap_err().code(), "invalid_field", "{wrong}");
        }
    }
}
