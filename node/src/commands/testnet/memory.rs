// SPDX-License-Identifier: Apache-2.0
//! How much memory the processes of a testnet hold while something runs, from /proc.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::State;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// Resident memory of one process over a run, MiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Resident {
    /// At the first look.
    pub(crate) first: u64,
    /// Halfway.
    pub(crate) half: u64,
    /// At the last look.
    pub(crate) last: u64,
    /// The most that was seen.
    pub(crate) most: u64,
}

/// Looks at every node's memory until `work` is done; nothing where a process cannot be looked at.
pub(crate) async fn during<T>(
    state: &State,
    work: impl Future<Output = T>,
) -> (T, BTreeMap<String, Resident>) {
    let nodes: Vec<(String, u32)> = state.nodes.iter().map(|n| (n.name.clone(), n.pid)).collect();
    let mut seen: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut look = tokio::time::interval(EVERY);
    let mut work = std::pin::pin!(work);
    let done = loop {
        tokio::select! {
            done = work.as_mut() => break done,
            _ = look.tick() => {
                for (name, pid) in &nodes {
                    seen.entry(name.clone()).or_default().extend(resident(*pid));
                }
            }
        }
    };
    (done, seen.into_iter().filter_map(|(name, all)| Some((name, summary(&all)?))).collect())
}

fn summary(seen: &[u64]) -> Option<Resident> {
    let (first, last) = (*seen.first()?, *seen.last()?);
    Some(Resident { first, half: seen[seen.len() / 2], last, most: *seen.iter().max()? })
}

/// Resident memory of a process of this machine, MiB.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1_024)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_course_of_a_run_is_told_in_four_figures() {
        assert_eq!(summary(&[]), None);
        let told = summary(&[10, 30, 40, 20]).unwrap();
        assert_eq!(told, Resident { first: 10, half: 40, last: 20, most: 40 });
    }

    #[test]
    fn this_process_holds_something() {
        assert!(resident(std::process::id()).unwrap() > 0);
        assert_eq!(resident(u32::MAX), None);
    }
}
