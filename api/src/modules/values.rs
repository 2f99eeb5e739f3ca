// SPDX-License-Identifier: Apache-2.0
//! Personal values for the rows of a table: each under a basis that holds, recorded on chain before anybody is
//! asked, as any exchange. One access for all fields that rest on the same basis.

use chain::ids::{AccessId, CodeId, OrganisationId};
use chain::keys::SecretKey;
use chain::records::{CertificateKind, ExchangeField, FieldSet, Purpose, Subject};
use futures::StreamExt;
use futures::stream;

use super::{Cell, NOT_ASKED, NOT_HELD};
use crate::exchange::{ExchangeAnswer, Wanted};
use crate::http::problem::Problem;
use crate::routes::Api;

/// Rows whose values are asked for at once.
const AT_ONCE: usize = 16;

/// What a row may need: of which code, and which fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    /// None where nothing can be asked about.
    pub(crate) code: Option<CodeId>,
    /// Fields.
    pub(crate) fields: FieldSet,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Got {
    opened: Vec<ExchangeAnswer>,
    not: Vec<(ExchangeField, &'static str)>,
}

/// Who asks, and what for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    /// The organisation.
    pub(crate) by: OrganisationId,
    /// Consents for it are looked through.
    pub(crate) purpose: Purpose,
}

impl Got {
    /// The accesses that were recorded.
    pub(crate) fn accesses(&self) -> Vec<AccessId> {
        self.opened.iter().map(ExchangeAnswer::access).collect()
    }

    /// A field of a certificate of a subject, by the first of these names that it has.
    pub(crate) fn field(
        &self,
        field: ExchangeField,
        subject: Option<Subject>,
        names: &[(CertificateKind, &str)],
    ) -> Cell {
        let answers = || self.opened.iter();
        let value =
            |of: &(CertificateKind, &str)| answers().find_map(|one| one.value(subject, *of));
        self.cell(field, names.iter().find_map(value))
    }

    /// The phone number.
    pub(crate) fn phone(&self) -> Cell {
        let found = self.opened.iter().find_map(ExchangeAnswer::phone);
        self.cell(ExchangeField::Phone, found)
    }

    fn cell(&self, field: ExchangeField, value: Option<&str>) -> Cell {
        let reason = || self.not.iter().find(|(one, _)| *one == field).map(|(_, reason)| *reason);
        let was_asked = || self.opened.iter().any(|one| one.asked_for(field));
        match value {
            Some(value) => Cell::of(value),
            None if was_asked() => Cell::empty(NOT_HELD),
            None => Cell::empty(reason().unwrap_or(NOT_ASKED)),
        }
    }
}

/// Why each field is empty in a table that asks for nothing: it would be answered, or what bars it. Reads the
/// database.
pub(crate) fn unasked(api: &Api, asker: Asker, ask: Ask) -> Got {
    let Some(code) = ask.code else { return Got::default() };
    let (_, not) = api.exchange.openable((asker.by, asker.purpose), code, ask.fields);
    Got { opened: Vec::new(), not }
}

/// Asks for the values of many rows, some at once; in their order.
pub(crate) async fn ask_all(
    api: &Api,
    asker: Asker,
    key: &SecretKey,
    asks: Vec<Ask>,
) -> Result<Vec<Got>, Problem> {
    let asked = stream::iter(asks).map(|ask| ask_one(api, asker, key, ask)).buffered(AT_ONCE);
    let all: Vec<Result<Got, Problem>> = asked.collect().await;
    all.into_iter().collect()
}

/// What bars one row is said in its cells, and bars no other.
async fn ask_one(api: &Api, asker: Asker, key: &SecretKey, ask: Ask) -> Result<Got, Problem> {
    let Some(code) = ask.code else { return Ok(Got::default()) };
    let fields = ask.fields;
    let Asker { by, purpose } = asker;
    let sort = move |api: &Api| Ok(api.exchange.openable((by, purpose), code, fields));
    let (sets, not) = api.read(sort).await?;
    let mut got = Got { opened: Vec::new(), not };
    for fields in sets {
        let wanted = Wanted {
            about: code.into(),
            fields,
            purpose: Some(purpose),
            waybill: None,
            case: None,
        };
        match open(api, by, key, wanted).await {
            Ok(answer) => got.opened.push(answer),
            Err(problem) => got.not.extend(fields.iter().map(|field| (field, problem.code()))),
        }
    }
    Ok(got)
}

async fn open(
    api: &Api,
    by: OrganisationId,
    key: &SecretKey,
    wanted: Wanted,
) -> Result<ExchangeAnswer, Problem> {
    let begun = api.read(move |api| api.exchange.begin(by, &wanted)).await?;
    let access = api.exchange.record(begun, key).await?;
    api.exchange.collect(by, access).await
}
