// SPDX-License-Identifier: Apache-2.0
//! What the processes of a testnet take of the machine while something runs, from /proc: memory,
//! processor time, bytes written.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::State;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// Clock ticks a second in /proc: fixed in the interface of Linux (`USER_HZ`).
const TICKS: u64 = 100;

/// What one process took over a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Usage {
    /// Resident memory at the first look, MiB.
    pub(crate) first_mib: u64,
    /// Resident memory halfway, MiB.
    pub(crate) half_mib: u64,
    /// Resident memory at the last look, MiB.
    pub(crate) last_mib: u64,
    /// The most resident memory that was seen, MiB.
    pub(crate) most_mib: u64,
    /// Processor time, seconds.
    pub(crate) cpu_s: f64,
    /// Bytes that it caused to be written to disk.
    pub(crate) written_bytes: u64,
}

/// One look at a process.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    resident_mib: u64,
    cpu_ticks: u64,
    written_bytes: u64,
}

/// Looks at every node's process, and at this one as `bench`, until `work` is done; nothing where a
/// process cannot be looked at.
pub(crate) async fn during<T>(
    state: &State,
    work: impl Future<Output = T>,
) -> (T, BTreeMap<String, Usage>) {
    let mut processes: Vec<(String, u32)> =
        state.nodes.iter().map(|node| (node.name.clone(), node.pid)).collect();
    processes.push(("bench".to_owned(), std::process::id()));
    let mut seen: BTreeMap<String, Vec<Look>> = BTreeMap::new();
    let mut look_at_all = || {
        for (name, pid) in &processes {
            seen.entry(name.clone()).or_default().extend(look(*pid));
        }
    };
    look_at_all();
    let mut timer = tokio::time::interval(EVERY);
    let mut work = std::pin::pin!(work);
    let done = loop {
        tokio::select! {
            done = work.as_mut() => break done,
            _ = timer.tick() => look_at_all(),
        }
    };
    look_at_all();
    (done, seen.into_iter().filter_map(|(name, all)| Some((name, summary(&all)?))).collect())
}

fn summary(seen: &[Look]) -> Option<Usage> {
    let (first, last) = (seen.first()?, seen.last()?);
    let ticks = last.cpu_ticks.saturating_sub(first.cpu_ticks);
    Some(Usage {
        first_mib: first.resident_mib,
        half_mib: seen[seen.len() / 2].resident_mib,
        last_mib: last.resident_mib,
        most_mib: seen.iter().map(|look| look.resident_mib).max()?,
        cpu_s: ticks as f64 / TICKS as f64,
        written_bytes: last.written_bytes.saturating_sub(first.written_bytes),
    })
}

fn look(pid: u32) -> Option<Look> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let io = std::fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
    Some(Look {
        resident_mib: named(&status, "VmRSS:")? / 1_024,
        cpu_ticks: cpu_ticks(&stat)?,
        written_bytes: named(&io, "write_bytes:").unwrap_or_default(),
    })
}

/// The number behind a name.
fn named(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time: the 14th and 15th fields (proc(5)), counted behind the name in brackets,
/// which may hold anything.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let user: u64 = times.next()?.parse().ok()?;
    let system: u64 = times.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_course_of_a_run_is_told_in_few_figures() {
        assert_eq!(summary(&[]), None);
        let look = |resident_mib, cpu_ticks, written_bytes| Look {
            resident_mib,
            cpu_ticks,
            written_bytes,
        };
        let told =
            summary(&[look(10, 100, 5), look(30, 150, 5), look(40, 250, 70), look(20, 350, 105)]);
        let expected = Usage {
            first_mib: 10,
            half_mib: 40,
            last_mib: 20,
            most_mib: 40,
            cpu_s: 2.5,
            written_bytes: 100,
        };
        assert_eq!(told, Some(expected));
    }

    #[test]
    fn processor_time_stands_behind_a_name_with_brackets_and_blanks() {
        let stat = "77 (a b) c)) S 1 77 77 0 -1 4194560 1 2 3 4 250 50 7 8 20 0 1 0 9";
        assert_eq!(cpu_ticks(stat), Some(300));
        assert_eq!(cpu_ticks("77 (short) S 1"), None);
    }

    #[test]
    fn this_process_holds_something() {
        assert!(look(std::process::id()).unwrap().resident_mib > 0);
        assert!(look(u32::MAX).is_none());
    }
}
