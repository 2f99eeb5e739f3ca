// SPDX-License-Identifier: Apache-2.0
//! The pages for operators and programmers hold every error code and every metric, as the tables of
//! the code have them, and no other.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use api::http::messages;
use api::metrics::names;
use chain::refusal::RefusalCode;

fn page(name: &str) -> String {
    let path = format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The rows of the tables of a section that begin with a code.
fn rows<'a>(page: &'a str, section: &str) -> BTreeSet<&'a str> {
    let from = page.split(&format!("\n## {section}\n")).nth(1).unwrap();
    let until = from.split("\n## ").next().unwrap();
    until.lines().filter(|line| line.starts_with("| `")).collect()
}

fn assert_same(page: &str, section: &str, wanted: &[String]) {
    let (found, wanted) = (rows(page, section), wanted.iter().map(String::as_str).collect());
    let missing: Vec<_> = BTreeSet::difference(&wanted, &found).collect();
    let odd: Vec<_> = found.difference(&wanted).collect();
    assert!(missing.is_empty() && odd.is_empty(), "missing: {missing:#?}\nodd: {odd:#?}");
}

#[test]
fn the_page_of_errors_is_what_the_tables_say() {
    let row = |m: &&messages::Message| {
        let (title, advice) = (m.title, m.advice);
        let (title, advice) =
            (format!("{} {}", title.en, title.zh), format!("{} {}", advice.en, advice.zh));
        format!("| `{}` | {} | {title} | {advice} |", m.code, m.status)
    };
    let interface: Vec<_> = messages::ALL.iter().map(row).collect();
    assert_same(&page("errors.md"), "Of the interface", &interface);
    let row = |code: &RefusalCode| {
        format!("| `{}` | {} {} |", code.code(), code.english(), code.chinese())
    };
    let machine: Vec<_> = RefusalCode::ALL.iter().map(row).collect();
    assert_same(&page("errors.md"), "Of the state machine", &machine);
}

#[test]
fn the_page_of_metrics_is_what_the_table_says() {
    let row = |metric: &names::Metric| {
        let kind = format!("{:?}", metric.kind).to_lowercase();
        format!("| `{}` | {kind} | {} |", metric.shown(), metric.help)
    };
    let wanted: Vec<_> = names::ALL.iter().map(row).collect();
    assert_same(&page("metrics.md"), "All of them", &wanted);
}
