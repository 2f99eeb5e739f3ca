// SPDX-License-Identifier: Apache-2.0
//! The report as Markdown tables.

use std::fmt::Write;

use crate::figures::{GOALS, Summary};
use crate::round::Report;

/// Ratios with what they must be, then every figure.
pub(crate) fn of(report: &Report) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        let written = writeln!(out, "{text}");
        debug_assert!(written.is_ok(), "a string takes every line");
    };
    line(format!("{}; {} rounds, {} s", report.machine, report.rounds, report.took_s));
    line(String::new());
    line("| ratio | median | least | most | must | aim | |".to_owned());
    line("|---|---:|---:|---:|---:|---:|---|".to_owned());
    for goal in &GOALS {
        let Some(Summary { median, least, most }) = report.ratios.get(goal.name) else { continue };
        let (holds, aimed) = match goal.more {
            true => (*median >= goal.must, *median >= goal.aim),
            false => (*median <= goal.must, *median <= goal.aim),
        };
        let verdict = match (holds, aimed) {
            (_, true) => "aim reached",
            (true, false) => "holds",
            (false, false) => "missed",
        };
        let (about, must, aim) = (goal.about, goal.must, goal.aim);
        let values = format!("{median:.3} | {least:.3} | {most:.3}");
        line(format!("| {about} | {values} | {must} | {aim} | {verdict} |"));
    }
    line(String::new());
    line("| figure | median | least | most |".to_owned());
    line("|---|---:|---:|---:|".to_owned());
    for (name, Summary { median, least, most }) in &report.figures {
        line(format!("| {name} | {} | {} | {} |", short(*median), short(*least), short(*most)));
    }
    out
}

/// Three digits that count, or all before the point.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}
