// SPDX-License-Identifier: Apache-2.0
//! Affiliations of drivers with enterprises: of the caller's, how each stands. What is done with them is a
//! transaction (`affiliation_*`).

use axum::extract::State;
use chain::Records;
use chain::ids::{AffiliationId, CodeId, OrganisationId, Time};
use chain::query;
use chain::query::affiliation::affiliation;
use chain::receipt::Version;
use chain::records::{Account, Affiliation, ListKey, RecordKind, Review, Value};
use serde::{Deserialize, Serialize};
use store::At;
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::lists;
use super::shapes::{Page, Stage};
use crate::access::Caller;
use crate::access::guard::Asking;
use crate::http::cursor::{Cursor, ListDigest};
use crate::http::extract::Query;
use crate::http::json::Json;
use crate::http::messages;
use crate::http::problem::Problem;

/// Which affiliations, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Affiliations {
    /// Only those with this enterprise or platform; not together with `code`.
    enterprise: Option<OrganisationId>,
    /// Only those of this code; not together with `enterprise`.
    code: Option<CodeId>,
    /// Only those whose review is this.
    #[param(inline)]
    review: Option<Review>,
    /// Only those whose account counts as this.
    #[param(inline)]
    account: Option<Account>,
    /// Only those that have not ended, or only others.
    live: Option<bool>,
    /// Most items on the page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// An affiliation, and how it stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct AffiliationSeen {
    /// Its id.
    id: AffiliationId,
    /// The newest version that a block wrote.
    version: Version,
    /// The record: what both sides said.
    record: Affiliation,
    /// The account as it counts: closed with the code and with the enterprise's registration.
    account: Account,
    /// True until it is refused or ended, its code cancelled or the enterprise's registration ended.
    is_live: bool,
}

impl Affiliations {
    /// The shortest list that holds all that the caller may see of it.
    fn list(&self, asking: &Asking) -> Result<ListKey, Problem> {
        match (self.enterprise, self.code) {
            (Some(_), Some(_)) => {
                Err(Problem::new(&messages::FIELDS_EXCLUSIVE).value("enterprise, code"))
            }
            (Some(enterprise), None) => Ok(Affiliation::list_of(enterprise)),
            (None, Some(code)) => Ok(Affiliation::list_by_code(code)),
            (None, None) if asking.sees_all() => Ok(ListKey::of_kind(RecordKind::Affiliation)),
            (None, None) => Ok(match &asking.caller {
                Caller::Member(member) => Affiliation::list_of(member.id),
                Caller::Holder(holding) => match holding.code {
                    Some(code) => Affiliation::list_by_code(code),
                    None => ListKey::of_kind(RecordKind::Affiliation),
                },
                Caller::Public | Caller::Open => ListKey::of_kind(RecordKind::Affiliation),
            }),
        }
    }

    fn keeps(&self, at: &At, value: &Value, time: Time) -> bool {
        let Value::Affiliation(one) = value else { return false };
        let Some(standing) = affiliation(at, one.id, time) else { return false };
        self.review.is_none_or(|review| one.review == review)
            && self.account.is_none_or(|account| standing.account == account)
            && self.live.is_none_or(|live| standing.is_live == live)
    }
}

fn seen(at: &At, item: query::Item, time: Time) -> Option<AffiliationSeen> {
    let Value::Affiliation(record) = item.seen.value else { return None };
    let standing = affiliation(at, record.id, time)?;
    let (id, version) = (record.id, item.seen.version);
    let (account, is_live) = (standing.account, standing.is_live);
    Some(AffiliationSeen { id, version, record, account, is_live })
}

/// 挂靠列表。Affiliations of the caller's, by review, account and whether they are live.
#[utoipa::path(
    get,
    path = "/v1/affiliations",
    tag = "modules",
    params(Affiliations),
    responses((status = 200, description = "A page of affiliations.", body = Page<AffiliationSeen>)),
)]
pub(super) async fn affiliations(
    State(api): State<Api>,
    asking: Asking,
    Query(asked): Query<Affiliations>,
) -> Result<Json<Page<AffiliationSeen>>, Problem> {
    let limit = lists::limit(asked.limit)?;
    let list = asked.list(&asking)?;
    let read = api.read(move |api| {
        let at = api.store.latest();
        let (height, time) = (at.header().height, at.header().time_ms);
        let filter = format!("{list:?} {:?} {:?} {:?}", asked.review, asked.account, asked.live);
        let digest = ListDigest::new(&at.chain().0, "/v1/affiliations", &[&filter]);
        let after = match &asked.cursor {
            Some(text) => Some(Cursor::decode(text, &digest)?.place()?),
            None => None,
        };
        let keep = |value: &Value| asked.keeps(&at, value, time) && asking.sees(&at, value);
        let found = query::list(&at, list, after, (limit, time), &keep);
        let next = found.next.map(|seq| Cursor::at(height.0, seq).encode(&digest));
        let items = found.items.into_iter().filter_map(|item| seen(&at, item, time)).collect();
        Ok(Page { height, time, stage: Stage::Ordered, items, next })
    });
    read.await.map(Json)
}
