// SPDX-License-Identifier: Apache-2.0
//! Figures of several rounds: medians, spread, and the ratios that count.

use std::collections::BTreeMap;

use hdrhistogram::{CreationError, Histogram};
use serde::Serialize;

/// Longest latency that is told apart: ten minutes, in microseconds.
const LONGEST_US: u64 = 600_000_000;

/// Latencies in microseconds, to three digits.
pub(crate) fn latency() -> Result<Histogram<u64>, CreationError> {
    Histogram::new_with_bounds(1, LONGEST_US, 3)
}

/// One round's figures by name; the unit is the end of the name.
pub(crate) type Figures = BTreeMap<&'static str, f64>;

/// A figure over all rounds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// The middle one; of two the mean.
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

/// A ratio of two figures, or one figure, and what it must and should be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    pub(crate) name: &'static str,
    /// What it says, for the table.
    pub(crate) about: &'static str,
    of: &'static str,
    /// None: the figure itself.
    by: Option<&'static str>,
    pub(crate) must: f64,
    pub(crate) aim: f64,
    /// True where more is better.
    pub(crate) more: bool,
}

const fn goal(
    name: &'static str,
    about: &'static str,
    (of, by): (&'static str, &'static str),
    (must, aim): (f64, f64),
    more: bool,
) -> Goal {
    Goal { name, about, of, by: Some(by), must, aim, more }
}

/// A figure of its own, of which less is better.
const fn least(
    name: &'static str,
    about: &'static str,
    of: &'static str,
    (must, aim): (f64, f64),
) -> Goal {
    Goal { name, about, of, by: None, must, aim, more: false }
}

/// 400 MB.
const MOST_MIB: f64 = 381.0;
/// What etcd takes, about.
const ETCD_MIB: f64 = 220.0;

/// Every ratio that is reported.
pub(crate) const GOALS: [Goal; 17] = [
    goal(
        "executed_per_null_chain",
        "executed transactions/s / null chain",
        ("chain_executed_per_s", "null_transactions_per_s"),
        (0.20, 0.50),
        true,
    ),
    goal(
        "executed_per_etcd",
        "executed transactions/s / etcd writes/s, 256 clients",
        ("chain_executed_per_s", "etcd_256_writes_per_s"),
        (0.4, 1.0),
        true,
    ),
    goal(
        "cpu_per_etcd",
        "CPU a transaction, all nodes / etcd's a write",
        ("chain_cpu_us", "etcd_256_cpu_us"),
        (3.0, 1.0),
        false,
    ),
    goal(
        "idle_p50_per_etcd",
        "one client at the leader, idle: p50 / etcd's",
        ("chain_idle_p50_us", "etcd_idle_p50_us"),
        (3.0, 1.0),
        false,
    ),
    goal(
        "half_load_p99_per_etcd",
        "p99 at half load / etcd's p99, 256 clients",
        ("chain_half_load_p99_us", "etcd_256_p99_us"),
        (2.0, 0.5),
        false,
    ),
    goal(
        "overload_per_peak",
        "executed transactions/s at twice the peak / peak",
        ("chain_overload_per_s", "chain_executed_per_s"),
        (0.9, 1.0),
        true,
    ),
    goal(
        "read_per_fixed_json",
        "code read over HTTP / fixed JSON route, rate",
        ("chain_code_reads_per_s", "fixed_json_reads_per_s"),
        (0.3, 0.7),
        true,
    ),
    goal(
        "papers_per_fixed_json",
        "code with papers, authenticated / fixed JSON of that size, rate",
        ("papers_reads_per_s", "fixed_papers_reads_per_s"),
        (0.4, 0.7),
        true,
    ),
    goal(
        "papers_p99_per_fixed_json",
        "the same, p99",
        ("papers_read_p99_us", "fixed_papers_read_p99_us"),
        (2.0, 1.2),
        false,
    ),
    goal(
        "exchange_per_transaction",
        "exchange across two nodes / one transaction to executed, p50",
        ("exchange_p50_us", "exchange_transaction_p50_us"),
        (2.0, 1.5),
        false,
    ),
    goal(
        "disk_per_raw",
        "disk after compaction / raw transaction bytes",
        ("chain_disk_bytes", "chain_transaction_bytes"),
        (4.0, 2.0),
        false,
    ),
    goal(
        "failover_per_etcd",
        "leader killed to next commit / etcd's",
        ("chain_failover_ms", "etcd_failover_ms"),
        (1.5, 0.4),
        false,
    ),
    goal(
        "restart_per_etcd",
        "member restarted to ready / etcd's",
        ("chain_restart_ms", "etcd_restart_ms"),
        (3.0, 0.5),
        false,
    ),
    least(
        "peak_mib",
        "most memory of a node, MiB (overload included)",
        "chain_peak_mib",
        (MOST_MIB, ETCD_MIB),
    ),
    least(
        "shown_symbols",
        "a shown code with one witness, symbols",
        "shown_symbols",
        (311.0, 311.0),
    ),
    least("shown_rust", "a shown code verified in Rust, ms", "shown_rust_ms", (1.0, 0.25)),
    least("shown_typescript", "the same in TypeScript, ms", "shown_typescript_ms", (20.0, 5.0)),
];

/// Each figure over the rounds that have it.
pub(crate) fn summaries(rounds: &[Figures]) -> BTreeMap<&'static str, Summary> {
    let mut all: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    for (name, value) in rounds.iter().flatten() {
        all.entry(name).or_default().push(*value);
    }
    all.into_iter().filter_map(|(name, seen)| Some((name, summary(seen)?))).collect()
}

fn summary(mut seen: Vec<f64>) -> Option<Summary> {
    seen.sort_by(f64::total_cmp);
    let (least, most) = (*seen.first()?, *seen.last()?);
    let middle = seen.len() / 2;
    let median = match seen.len() % 2 {
        1 => seen[middle],
        _ => (seen[middle - 1] + seen[middle]) / 2.0,
    };
    Some(Summary { median, least, most })
}

/// The goals of each round, then their medians: what is divided was measured side by side.
pub(crate) fn ratios(rounds: &[Figures]) -> BTreeMap<&'static str, Summary> {
    let ratio = |round: &Figures, goal: &Goal| {
        let by = goal.by.map_or(Some(1.0), |by| round.get(by).copied());
        Some(round.get(goal.of)? / by?)
    };
    let of_round = |round: &Figures| -> Figures {
        let all = GOALS.iter();
        all.filter_map(|goal| Some((goal.name, ratio(round, goal)?))).collect()
    };
    let ratios: Vec<Figures> = rounds.iter().map(of_round).collect();
    summaries(&ratios)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_median_is_the_middle_one_and_of_two_the_mean() {
        assert_eq!(summary(Vec::new()), None);
        assert_eq!(summary(vec![3.0, 1.0, 9.0]).unwrap().median, 3.0);
        let two = summary(vec![4.0, 2.0]).unwrap();
        assert_eq!((two.median, two.least, two.most), (3.0, 2.0, 4.0));
    }

    #[test]
    fn ratios_are_taken_in_each_round() {
        let round = |chain, null| {
            Figures::from([("chain_executed_per_s", chain), ("null_transactions_per_s", null)])
        };
        let rounds = [round(10.0, 20.0), round(30.0, 40.0), round(50.0, 1_000.0)];
        let found = ratios(&rounds);
        assert_eq!(found["executed_per_null_chain"].median, 0.5);
        assert_eq!(found.len(), 1, "what was not measured has no ratio");
    }
}
