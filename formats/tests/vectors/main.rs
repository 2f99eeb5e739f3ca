// SPDX-License-Identifier: Apache-2.0
//! The vectors of `docs/vectors/formats.json`, which the TypeScript checks are held to as well. Written anew
//! with `VECTORS=write`.

#![allow(clippy::unwrap_used)]

mod numbers;
mod tables;

use std::path::Path;

use chain::calendar::Date;
use chain::genesis::Mode;
use formats::{FormatError, Rules, Wrong, check, check_field};
use serde_json::{Value, json};

use numbers::NUMBERS;
use tables::{ALL, CASES, Case, right};

/// The day that the vectors are asked on.
const AS_OF: Date = Date { year: 2026, month: 11, day: 23 };

fn rules(mode: Mode) -> Rules {
    Rules { mode, as_of: AS_OF }
}

/// A right table with a case's changes.
fn values(case: &Case) -> Vec<(&'static str, &'static str)> {
    let mut values = right(case.table).to_vec();
    for (name, value) in case.changed {
        match values.iter_mut().find(|(field, _)| field == name) {
            Some(found) => found.1 = value,
            None => values.push((name, value)),
        }
    }
    values
}

fn found(wrong: &[Wrong]) -> Vec<(&str, &str)> {
    wrong.iter().map(|one| (one.field.as_str(), one.code())).collect()
}

#[test]
fn every_number_passes_or_fails_for_its_reason() {
    for (name, field, value, mode, code) in NUMBERS {
        let checked = check_field(field, value, rules(*mode));
        assert_eq!(checked.err().map(FormatError::code), *code, "{name}: {field} {value}");
    }
}

#[test]
fn right_tables_pass_and_changes_fail_for_their_reasons() {
    for table in ALL {
        assert_eq!(found(&check(table, right(table), rules(Mode::Demo))), [], "{table:?}");
        let names: Vec<_> = right(table).iter().map(|(name, _)| *name).collect();
        assert_eq!(names, table.names());
    }
    for case in CASES {
        let wrong = check(case.table, &values(case), rules(case.mode));
        assert_eq!(found(&wrong), case.wrong, "{}", case.name);
    }
}

#[test]
fn a_field_that_is_there_twice_is_refused() {
    for table in ALL {
        let first = right(table)[0];
        let twice = [right(table), &[first]].concat();
        let wrong = check(table, &twice, rules(Mode::Demo));
        assert_eq!(found(&wrong), [(first.0, "field_twice")]);
    }
}

#[test]
fn every_field_of_every_table_is_checked_by_a_rule_or_bounded() {
    let long = "滇".repeat(1_000);
    for table in ALL {
        for (place, (name, _)) in right(table).iter().enumerate() {
            let mut values = right(table).to_vec();
            values[place].1 = &long;
            let wrong = check(table, &values, rules(Mode::Demo));
            assert!(wrong.iter().any(|one| one.field == *name), "{table:?} takes any {name}");
        }
    }
}

#[test]
fn names_and_words_are_unique_and_the_file_is_up_to_date() {
    let mut names: Vec<_> = NUMBERS.iter().map(|case| case.0).collect();
    names.extend(CASES.iter().map(|case| case.name));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two cases of one name");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/vectors/formats.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&document()).unwrap());
    if std::env::var("VECTORS").is_ok_and(|wish| wish == "write") {
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "docs/vectors/formats.json is out of date: run with VECTORS=write");
}

fn document() -> Value {
    let messages = |error: &FormatError| {
        let messages = error.messages();
        json!({ "code": error.code(), "zh": messages.zh, "en": messages.en })
    };
    let number = |(name, field, value, mode, wrong): &numbers::Number| json!({ "name": name, "field": field, "value": value, "mode": mode, "wrong": wrong });
    json!({
        "as_of": "20261123",
        "messages": FormatError::ALL.iter().map(messages).collect::<Vec<_>>(),
        "numbers": NUMBERS.iter().map(number).collect::<Vec<_>>(),
        "tables": CASES.iter().map(table).chain(ALL.map(whole)).collect::<Vec<_>>(),
    })
}

fn pairs(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(name, value)| json!([name, value])).collect()
}

fn table_name(table: formats::Table) -> &'static str {
    match table {
        formats::Table::Certificate(kind) => kind.word(),
        formats::Table::Waybill => "waybill",
    }
}

fn table(case: &Case) -> Value {
    json!({
        "name": case.name, "table": table_name(case.table), "mode": case.mode,
        "fields": pairs(&values(case)), "wrong": pairs(case.wrong),
    })
}

fn whole(table: formats::Table) -> Value {
    let name = format!("a right {}", table_name(table));
    json!({
        "name": name, "table": table_name(table), "mode": Mode::Demo,
        "fields": pairs(right(table)), "wrong": [],
    })
}
