// SPDX-License-Identifier: Apache-2.0
//! The tables of drivers and vehicles of the enterprise that asks. `GET` shows what the chain says; `POST` is the
//! same table with the personal values, each asked for under a basis and recorded on chain.

use axum::extract::State;
use axum::response::Response;
use chain::Records;
use chain::ids::{CodeId, OrganisationId, Time, VehicleId};
use chain::query::modules::{VehiclePlace, driver};
use chain::query::{self, DriverOf, VehicleOf};
use chain::records::{
    Account, Affiliation, Colour, ExchangeField, FieldSet, Purpose, Review, Value, VehicleOwner,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Api;
use super::exchange::organisation;
use super::lists;
use super::shapes::{Page, Stage};
use super::written::{Format, Written};
use crate::access::guard::Asking;
use crate::http::cursor::{Cursor, ListDigest};
use crate::http::extract::{Query, invalid};
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;
use crate::modules::Waiting;
use crate::modules::drivers::{self, DriverRow};
use crate::modules::values::{Ask, Asker, Got, ask_all, unasked};
use crate::modules::vehicles::{self, VehicleRow};

/// What more can be wrong with a table.
pub(super) const NOT_SHOWN: &[&Message] = &[&messages::GRANT_NEEDED];
/// What more can be wrong where values are asked for.
pub(super) const NOT_ASKED: &[&Message] =
    &[&messages::GRANT_NEEDED, &messages::ACCESS_REFUSED, &messages::SIGNING_KEY_MISSING];

/// Rows of a page at most where values are asked for.
const MOST_WITH_VALUES: usize = 50;

/// Which drivers, which page of them, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Drivers {
    /// Only the one with this code.
    code: Option<CodeId>,
    /// Only those whose review is this.
    #[param(inline)]
    review: Option<Review>,
    /// Only those whose account counts as this.
    #[param(inline)]
    account: Option<Account>,
    /// Only those whose code is shown in this colour.
    #[param(inline)]
    colour: Option<Colour>,
    /// Fields of the exchange whose values are wanted, with commas between them; name, phone and plate unless
    /// said otherwise.
    #[param(example = "name,phone,plate")]
    fields: Option<String>,
    /// What the values are for; `engagement` unless said otherwise.
    #[param(inline)]
    purpose: Option<Purpose>,
    /// `csv` or `json`; what `Accept` says unless it is given.
    #[param(inline)]
    format: Option<Format>,
    /// Most rows on the page; 50 where values are asked for.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// Which vehicles, which page of them, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Vehicles {
    /// Only this one.
    vehicle: Option<VehicleId>,
    /// Only those that the enterprise owns, or only others.
    owned: Option<bool>,
    /// Only those of this type of GA 24.4.
    #[param(example = "Q11")]
    vehicle_type: Option<String>,
    /// Only those whose own open matters have this colour.
    #[param(inline)]
    colour: Option<Colour>,
    /// Only those of which each certificate that is no policy is in force, or only others.
    in_order: Option<bool>,
    /// Fields of the exchange whose values are wanted, with commas between them; plate unless said otherwise.
    #[param(example = "plate,vehicle_licence,transport_permit")]
    fields: Option<String>,
    /// What the values are for; `engagement` unless said otherwise.
    #[param(inline)]
    purpose: Option<Purpose>,
    /// `csv` or `json`; what `Accept` says unless it is given.
    #[param(inline)]
    format: Option<Format>,
    /// Most rows on the page; 50 where values are asked for.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before, as it is.
    cursor: Option<String>,
}

/// Which rows of a table are asked for.
trait Selection: Send + 'static {
    /// The rows, before their values are there.
    type Of: Waiting;
    /// How a browser saves the table as CSV.
    const SAVED: &'static str;

    /// What is asked of every table.
    fn common(&self) -> Common<'_>;

    /// A page of what the chain says.
    fn page(&self, api: &Api, by: OrganisationId, limit: usize) -> Result<Page<Self::Of>, Problem>;
}

/// What is asked of every table.
struct Common<'a> {
    fields: Option<&'a str>,
    purpose: Option<Purpose>,
    format: Option<Format>,
    limit: Option<usize>,
}

/// Whoever has the modules, and what is asked.
struct Table {
    asker: Asker,
    fields: FieldSet,
    with_values: bool,
    limit: usize,
    format: Option<Format>,
}

impl Table {
    fn new<S: Selection>(
        asking: &Asking,
        with_values: bool,
        selection: &S,
    ) -> Result<Self, Problem> {
        let Common { fields, purpose, format, limit } = selection.common();
        let by = super::webhooks::granted(asking)?.id;
        if with_values {
            organisation(asking)?;
        }
        let limit = lists::limit(limit)?;
        if with_values && limit > MOST_WITH_VALUES {
            return Err(invalid("limit", format!("1 to {MOST_WITH_VALUES}, with values")));
        }
        let read = |text| read_fields(text, S::Of::FIELDS);
        let fields = fields.map_or(Ok(S::Of::DEFAULT), read)?;
        let asker = Asker { by, purpose: purpose.unwrap_or(Purpose::Engagement) };
        Ok(Self { asker, fields, with_values, limit, format })
    }
}

/// A page of a table: what the chain says, then what the rows get.
async fn table<S: Selection>(
    api: Api,
    (asking, with_values): (Asking, bool),
    written: Written,
    asked: S,
) -> Result<Response, Problem> {
    let table = Table::new(&asking, with_values, &asked)?;
    let (by, limit) = (table.asker.by, table.limit);
    let page = api.read(move |api| asked.page(api, by, limit)).await?;
    let asks: Vec<Ask> = page.items.iter().map(|row| row.ask(table.fields)).collect();
    if with_values {
        // Each row may be an exchange.
        asking.asks(&api, asks.iter().filter(|ask| ask.code.is_some()).count())?;
    }
    let got = values(&api, &table, asks).await?;
    let rows = page.items.into_iter().zip(&got).map(|(row, got)| row.with(got)).collect();
    let Page { height, time, stage, next, .. } = page;
    let page = Page { height, time, stage, items: rows, next };
    Ok(written.answer(table.format, S::SAVED, page))
}

/// The fields of a list with commas, each of those that the table has.
fn read_fields(text: &str, allowed: FieldSet) -> Result<FieldSet, Problem> {
    let one = |word: &str| {
        let read = serde_json::from_value::<ExchangeField>(serde_json::Value::from(word)).ok();
        let read = read.filter(|field| allowed.contains(*field));
        read.ok_or_else(|| {
            let known = serde_json::to_string(&allowed).unwrap_or_default();
            invalid("fields", format!("some of {known}, with commas between them"))
        })
    };
    text.split(',').map(one).collect()
}

/// 司机表。The enterprise's drivers, a row for each affiliation, in the order in which they were first asked for.
///
/// As CSV its further pages are behind `Link`.
#[utoipa::path(
    get,
    path = "/v1/modules/drivers",
    tag = "modules",
    params(Drivers),
    responses((
        status = 200,
        description = "A page of the table.",
        content((Page<DriverRow> = "application/json"), (String = "text/csv")),
    )),
)]
pub(super) async fn enterprise_drivers(
    State(api): State<Api>,
    asking: Asking,
    written: Written,
    Query(asked): Query<Drivers>,
) -> Result<Response, Problem> {
    table(api, (asking, false), written, asked).await
}

/// 司机表及个人信息。The same with the values that somebody agreed to: an exchange for each row, recorded on chain.
///
/// This node signs for the caller. What a row does not get is said in its cells.
#[utoipa::path(
    post,
    path = "/v1/modules/drivers",
    tag = "modules",
    params(Drivers),
    responses((
        status = 200,
        description = "A page of the table.",
        content((Page<DriverRow> = "application/json"), (String = "text/csv")),
    )),
)]
pub(super) async fn drivers_with_values(
    State(api): State<Api>,
    asking: Asking,
    written: Written,
    Query(asked): Query<Drivers>,
) -> Result<Response, Problem> {
    table(api, (asking, true), written, asked).await
}

impl Selection for Drivers {
    type Of = drivers::Waiting;

    const SAVED: &'static str = "attachment; filename=\"drivers.csv\"";

    fn common(&self) -> Common<'_> {
        let Self { purpose, format, limit, .. } = *self;
        Common { fields: self.fields.as_deref(), purpose, format, limit }
    }

    fn page(&self, api: &Api, by: OrganisationId, limit: usize) -> Result<Page<Self::Of>, Problem> {
        let at = api.store.latest();
        let (height, time) = (at.header().height, at.header().time_ms);
        let Drivers { code, review, account, colour, .. } = self;
        let filter = format!("{by} {code:?} {review:?} {account:?} {colour:?}");
        let digest = ListDigest::new(&at.chain().0, "/v1/modules/drivers", &[&filter]);
        let after = match &self.cursor {
            Some(text) => Some(Cursor::decode(text, &digest)?.place()?),
            None => None,
        };
        let of = |value: &Value| match value {
            Value::Affiliation(one) => driver(&at, one.id, time),
            _ => None,
        };
        let (found, next) = match code {
            Some(code) => {
                let one = driver(&at, Affiliation::id_of(by, *code), time);
                (one.into_iter().filter(|one| self.keeps(one)).collect(), None)
            }
            None => {
                let keep = |value: &Value| of(value).is_some_and(|one| self.keeps(&one));
                let found = query::list(&at, Affiliation::list_of(by), after, (limit, time), &keep);
                let items = found.items.iter().filter_map(|item| of(&item.seen.value));
                (items.collect::<Vec<DriverOf>>(), found.next)
            }
        };
        let next = next.map(|seq| Cursor::at(height.0, seq).encode(&digest));
        let items = found.into_iter().map(drivers::Waiting::new).collect();
        Ok(Page { height, time, stage: Stage::Ordered, items, next })
    }
}

impl Drivers {
    fn keeps(&self, one: &DriverOf) -> bool {
        self.review.is_none_or(|review| one.standing.affiliation.review == review)
            && self.account.is_none_or(|account| one.standing.account == account)
            && self.colour.is_none_or(|colour| one.code.displayed == Some(colour))
    }
}

/// 车辆表。The enterprise's vehicles: those that it owns, then those of drivers whose account is open.
///
/// As CSV its further pages are behind `Link`.
#[utoipa::path(
    get,
    path = "/v1/modules/vehicles",
    tag = "modules",
    params(Vehicles),
    responses((
        status = 200,
        description = "A page of the table.",
        content((Page<VehicleRow> = "application/json"), (String = "text/csv")),
    )),
)]
pub(super) async fn enterprise_vehicles(
    State(api): State<Api>,
    asking: Asking,
    written: Written,
    Query(asked): Query<Vehicles>,
) -> Result<Response, Problem> {
    table(api, (asking, false), written, asked).await
}

/// 车辆表及个人信息。The same with the values that somebody agreed to: an exchange for each row whose vehicle is the
/// current one of a driver of the enterprise, recorded on chain.
///
/// This node signs for the caller. What a row does not get is said in its cells.
#[utoipa::path(
    post,
    path = "/v1/modules/vehicles",
    tag = "modules",
    params(Vehicles),
    responses((
        status = 200,
        description = "A page of the table.",
        content((Page<VehicleRow> = "application/json"), (String = "text/csv")),
    )),
)]
pub(super) async fn vehicles_with_values(
    State(api): State<Api>,
    asking: Asking,
    written: Written,
    Query(asked): Query<Vehicles>,
) -> Result<Response, Problem> {
    table(api, (asking, true), written, asked).await
}

impl Selection for Vehicles {
    type Of = vehicles::Waiting;

    const SAVED: &'static str = "attachment; filename=\"vehicles.csv\"";

    fn common(&self) -> Common<'_> {
        let Self { purpose, format, limit, .. } = *self;
        Common { fields: self.fields.as_deref(), purpose, format, limit }
    }

    fn page(&self, api: &Api, by: OrganisationId, limit: usize) -> Result<Page<Self::Of>, Problem> {
        let at = api.store.latest();
        let (height, time) = (at.header().height, at.header().time_ms);
        let Vehicles { vehicle, owned, vehicle_type, colour, in_order, .. } = self;
        let filter = format!("{by} {vehicle:?} {owned:?} {vehicle_type:?} {colour:?} {in_order:?}");
        let digest = ListDigest::new(&at.chain().0, "/v1/modules/vehicles", &[&filter]);
        let from = match &self.cursor {
            Some(text) => read_place(&Cursor::decode(text, &digest)?.last_key)?,
            None => VehiclePlace::Owned(None),
        };
        let keep = |one: &VehicleOf| self.keeps(one, by, time);
        let found = query::vehicles(&at, by, from, (limit, time), &keep);
        let next = found
            .next
            .map(|place| Cursor { height: height.0, last_key: write_place(place) }.encode(&digest));
        let items = found.items.into_iter().map(|one| {
            let owned = is_owned(&one, by);
            vehicles::Waiting::new(one, owned)
        });
        Ok(Page { height, time, stage: Stage::Ordered, items: items.collect(), next })
    }
}

fn is_owned(one: &VehicleOf, by: OrganisationId) -> bool {
    one.vehicle.owner == VehicleOwner::Organisation(by)
}

impl Vehicles {
    fn keeps(&self, one: &VehicleOf, by: OrganisationId, at: Time) -> bool {
        self.vehicle.is_none_or(|id| one.vehicle.id == id)
            && self.owned.is_none_or(|owned| is_owned(one, by) == owned)
            && self.vehicle_type.as_ref().is_none_or(|kind| vehicles::has_kind(one, kind))
            && self.colour.is_none_or(|colour| one.colour == colour)
            && self.in_order.is_none_or(|wanted| vehicles::is_in_order(one, at) == wanted)
    }
}

/// A place as a cursor keeps it: which part, how many are left out, and the entry if there is one.
fn write_place(place: VehiclePlace) -> Vec<u8> {
    let (part, skip, after) = match place {
        VehiclePlace::Owned(after) => (0, 0, after),
        VehiclePlace::OfDrivers(after, skip) => (1, skip, after),
    };
    let after = after.map(u64::to_be_bytes);
    [&[part, skip][..], after.as_ref().map_or(&[], |bytes| &bytes[..])].concat()
}

fn read_place(bytes: &[u8]) -> Result<VehiclePlace, Problem> {
    let wrong = || Problem::new(&messages::INVALID_CURSOR).field("cursor");
    let (head, after) = bytes.split_at_checked(2).ok_or_else(wrong)?;
    let after = match after {
        [] => None,
        bytes => Some(u64::from_be_bytes(bytes.try_into().map_err(|_| wrong())?)),
    };
    match *head {
        [0, 0] => Ok(VehiclePlace::Owned(after)),
        [1, skip] => Ok(VehiclePlace::OfDrivers(after, skip)),
        _ => Err(wrong()),
    }
}

/// What the rows get: nothing but why, unless values were asked for.
async fn values(api: &Api, table: &Table, asks: Vec<Ask>) -> Result<Vec<Got>, Problem> {
    let asker = table.asker;
    if table.with_values {
        let key = api.own_key(asker.by).await?;
        return ask_all(api, asker, &key, asks).await;
    }
    let look = move |api: &Api| Ok(asks.into_iter().map(|ask| unasked(api, asker, ask)).collect());
    api.read(look).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_place_among_vehicles_reads_back_and_no_other_bytes_do() {
        let places = [
            VehiclePlace::Owned(None),
            VehiclePlace::Owned(Some(7)),
            VehiclePlace::OfDrivers(None, 3),
            VehiclePlace::OfDrivers(Some(u64::MAX), 0),
        ];
        for place in places {
            assert_eq!(read_place(&write_place(place)).unwrap(), place);
        }
        for wrong in [&[][..], &[0], &[0, 1], &[2, 0], &[1, 0, 0], &[0; 11]] {
            assert_eq!(read_place(wrong).unwrap_err().code(), "invalid_cursor");
        }
    }

    #[test]
    fn fields_are_read_with_commas_between_them_and_the_table_must_have_each() {
        let read = |text| read_fields(text, drivers::Waiting::FIELDS);
        let two = FieldSet::of(&[ExchangeField::Name, ExchangeField::Plate]);
        assert_eq!(read("plate,name").unwrap(), two);
        for wrong in ["", "name,", "bank_account", "Name", "name plate"] {
            assert_eq!(read(wrong).unwrap_err().code(), "invalid_field", "{wrong}");
        }
    }
}
