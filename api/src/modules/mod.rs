// SPDX-License-Identifier: Apache-2.0
//! The tables of an enterprise: its drivers and its vehicles, a row each. What the chain says in the clear is
//! always there; a personal value is there only if it was asked for in this request, under a basis, and
//! recorded. This node keeps none of them.

pub(crate) mod csv;
pub(crate) mod drivers;
pub(crate) mod values;
pub(crate) mod vehicles;

use std::borrow::Cow;

use chain::ids::{OrganisationId, Time};
use chain::records::{
    Certificate, CertificateKind, CertificateState, Colour, FieldSet, PolicyKind,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{Ask, Got};

/// A personal value, or why there is none.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Cell {
    /// The value; there is none where `reason` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Why it is empty: a code of `docs/modules.md`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^[a-z_]+$")]
    reason: Option<Cow<'static, str>>,
}

impl Cell {
    /// One with a value.
    pub(crate) fn of(value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), reason: None }
    }

    /// An empty one.
    pub(crate) fn empty(reason: &'static str) -> Self {
        Self { value: None, reason: Some(reason.into()) }
    }

    fn text(&self) -> String {
        self.value.clone().unwrap_or_default()
    }
}

/// Nobody asked for it in this request, and it would be answered.
pub(crate) const NOT_ASKED: &str = "not_asked";
/// It was asked for, and nobody has it.
pub(crate) const NOT_HELD: &str = "data_not_held";
/// The chain and the vaults keep no such thing.
const NOT_KEPT: &str = "not_kept";
/// The driver has no current vehicle.
const NO_VEHICLE: &str = "no_vehicle";
/// The driver's current vehicle has no trailer.
const NO_TRAILER: &str = "no_trailer";
/// It is no current vehicle of a driver of the enterprise: nothing can be asked about it.
const NOT_CURRENT: &str = "not_current";

/// What the chain says of a certificate.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CertificateSeen {
    /// Its kind.
    kind: CertificateKind,
    /// Its kind of policy, if it is one.
    policy: Option<PolicyKind>,
    /// Where it stands.
    state: CertificateState,
    /// From when it holds.
    valid_from: Time,
    /// When it ends; null for ever.
    valid_until: Option<Time>,
    /// Who attested it.
    attester: OrganisationId,
    /// The end is near.
    notice: bool,
}

impl CertificateSeen {
    fn of(one: &Certificate) -> Self {
        Self {
            kind: one.kind,
            policy: one.policy(),
            state: one.state,
            valid_from: one.terms.valid_from,
            valid_until: one.terms.valid_until,
            attester: one.terms.attester,
            notice: one.notice,
        }
    }
}

/// A row that waits for its values: what the chain says is there.
pub(crate) trait Waiting: Send + 'static {
    /// The row with its values.
    type Row: Row + Serialize;
    /// What can be asked for.
    const FIELDS: FieldSet;
    /// What is, unless said otherwise.
    const DEFAULT: FieldSet;

    /// What of these fields there is to be asked, and of which code.
    fn ask(&self, fields: FieldSet) -> Ask;

    /// The row.
    fn with(self, got: &Got) -> Self::Row;
}

/// A row of a table as CSV.
pub(crate) trait Row {
    /// Names of the columns: in Chinese, and as in JSON.
    const COLUMNS: &'static [(&'static str, &'static str)];

    /// Its cells in the order of the columns.
    fn cells(&self, language: crate::http::language::Language) -> Vec<String>;
}

/// The word of a value that JSON writes as a string.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// An instant as spreadsheets read it: `YYYY-MM-DD hh:mm:ss`, Beijing.
fn instant(time: Time) -> String {
    let text = time.to_string();
    text.get(..19).unwrap_or_default().replace('T', " ")
}

/// The same, or nothing.
fn maybe(time: Option<Time>) -> String {
    time.map(instant).unwrap_or_default()
}

fn colour(colour: Option<Colour>, language: crate::http::language::Language) -> String {
    let (zh, en) = match colour {
        Some(Colour::Blue) => ("蓝码", "blue"),
        Some(Colour::Yellow) => ("黄码", "yellow"),
        Some(Colour::Red) => ("红码", "red"),
        None => ("", ""),
    };
    language.pick(zh, en).to_owned()
}

/// The reasons of empty cells in one cell: `telephone=no_basis`, with spaces between them.
fn reasons(cells: &[(&str, &Cell)]) -> String {
    let told =
        cells.iter().filter_map(|(name, cell)| Some(format!("{name}={}", cell.reason.as_deref()?)));
    told.collect::<Vec<_>>().join(" ")
}

/// Texts in one cell, with spaces between them.
fn together<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    all.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_as_spreadsheets_read_it() {
        assert_eq!(instant(Time(1_764_000_000_999)), "2025-11-25 00:00:00");
        assert_eq!(maybe(None), "");
    }

    #[test]
    fn a_cell_is_a_value_or_a_reason_and_reads_back() {
        let cells = [
            (Cell::of("云A00001"), r#"{"value":"云A00001"}"#),
            (Cell::empty("no_basis"), r#"{"reason":"no_basis"}"#),
        ];
        for (cell, json) in cells {
            let written = serde_json::to_string(&cell).unwrap_or_default();
            assert_eq!(written, json);
            let read: Option<Cell> = serde_json::from_str(json).ok();
            assert_eq!(read.and_then(|cell| serde_json::to_string(&cell).ok()), Some(written));
        }
    }

    #[test]
    fn only_empty_cells_have_reasons() {
        let (full, empty) = (Cell::of("云A00001"), Cell::empty("no_basis"));
        assert_eq!(
            reasons(&[("vehicleNumber", &full), ("telephone", &empty)]),
            "telephone=no_basis"
        );
        assert_eq!(reasons(&[("vehicleNumber", &full)]), "");
    }
}
