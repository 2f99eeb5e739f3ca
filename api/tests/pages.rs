// SPDX-License-Identifier: Apache-2.0
//! The pages for operators and programmers hold every error code and every metric, as the tables of
//! the code have them, and no other. `DIANYUN_REWRITE=1` writes their rows anew.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use api::http::messages;
use api::metrics::names;
use chain::refusal::RefusalCode;

struct Page {
    path: String,
    text: String,
}

fn page(name: &str) -> Page {
    let path = format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    Page { path, text }
}

fn is_row(line: &str) -> bool {
    line.starts_with("| `")
}

/// Compares the rows of a section's table that begin with a code.
fn assert_same(page: &mut Page, section: &str, wanted: &[String]) {
    let heading = format!("\n## {section}\n");
    let from = page.text.find(&heading).unwrap() + heading.len();
    let until = page.text[from..].find("\n## ").map_or(page.text.len(), |length| from + length);
    let (first, last) = {
        let rows = page.text[from..until].lines().filter(|line| is_row(line));
        let place = |row: &str| row.as_ptr() as usize - page.text.as_ptr() as usize;
        let places: Vec<_> = rows.map(|row| (place(row), place(row) + row.len())).collect();
        (places.first().unwrap().0, places.last().unwrap().1)
    };
    if std::env::var_os("DIANYUN_REWRITE").is_some() {
        page.text.replace_range(first..last, &wanted.join("\n"));
        std::fs::write(&page.path, &page.text).unwrap();
        return;
    }
    let found: BTreeSet<&str> = page.text[first..last].lines().collect();
    let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    let missing: Vec<_> = wanted.difference(&found).collect();
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
    let mut page = page("errors.md");
    let interface: Vec<_> = messages::ALL.iter().map(row).collect();
    assert_same(&mut page, "Of the interface", &interface);
    let row = |code: &RefusalCode| {
        format!("| `{}` | {} {} |", code.code(), code.english(), code.chinese())
    };
    let machine: Vec<_> = RefusalCode::ALL.iter().map(row).collect();
    assert_same(&mut page, "Of the state machine", &machine);
}

#[test]
fn the_page_of_metrics_is_what_the_table_says() {
    let row = |metric: &names::Metric| {
        let kind = format!("{:?}", metric.kind).to_lowercase();
        format!("| `{}` | {kind} | {} |", metric.shown(), metric.help)
    };
    let wanted: Vec<_> = names::ALL.iter().map(row).collect();
    assert_same(&mut page("metrics.md"), "All of them", &wanted);
}
