// SPDX-License-Identifier: Apache-2.0
//! Ports for a new testnet. Never one that the system gives to outgoing connections: such a port may
//! be taken between its choice and the start of the process that is to listen on it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};

/// Ports below are left to services with fixed ones.
const LOWEST: u16 = 10_000;
/// Fewer than this below the range for outgoing connections: those above it are taken.
const ENOUGH: u16 = 1_000;
/// The range for outgoing connections where the system does not say.
const OUTGOING: Range<u16> = 32_768..61_000;

/// Locks of the ports that this process has chosen: no other testnet of this user chooses them while
/// it runs, and when it ends they are bound.
static CHOSEN: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// Free addresses on loopback, all different.
pub(super) fn free_addresses(count: usize) -> Result<Vec<SocketAddr>> {
    let locks = lock_folder()?;
    let range = candidates(&outgoing());
    let [a, b, ..] = client::random_nonce().0;
    let start = u16::from_le_bytes([a, b]) % (range.end - range.start);
    let ports = (range.start + start..range.end).chain(range.start..range.start + start);
    let mut free = Vec::with_capacity(count);
    for port in ports {
        if free.len() == count {
            break;
        }
        free.extend(choose(&locks, port));
    }
    ensure!(free.len() == count, "fewer than {count} ports are free on loopback: stop something");
    Ok(free)
}

/// Takes a port if nobody listens there and no other testnet has chosen it.
fn choose(locks: &Path, port: u16) -> Option<SocketAddr> {
    let file = locks.join(port.to_string());
    let lock = OpenOptions::new().create(true).append(true).open(file).ok()?;
    lock.try_lock().ok()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).ok()?;
    CHOSEN.lock().unwrap_or_else(PoisonError::into_inner).push(lock);
    Some(address)
}

/// One folder for each user, where nobody else may write.
fn lock_folder() -> Result<PathBuf> {
    let folder = super::state_folder().join("ports");
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// The ports that the system gives to outgoing connections.
fn outgoing() -> Range<u16> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
    let parse = |text: &str| {
        let mut ends = text.split_whitespace().map(str::parse::<u16>);
        let (first, last) = (ends.next()?.ok()?, ends.next()?.ok()?);
        Some(first..last.saturating_add(1))
    };
    text.ok().and_then(|text| parse(&text)).unwrap_or(OUTGOING)
}

/// The ports outside a range, below it if there are enough. Where the range leaves none, all.
fn candidates(outgoing: &Range<u16>) -> Range<u16> {
    if outgoing.start >= LOWEST + ENOUGH {
        LOWEST..outgoing.start
    } else if u16::MAX - outgoing.end >= ENOUGH {
        outgoing.end..u16::MAX
    } else {
        LOWEST..u16::MAX
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_port_is_chosen_once_and_never_one_that_somebody_listens_on() {
        let first = free_addresses(20).unwrap();
        let listener = TcpListener::bind(first[0]).unwrap();
        let second = free_addresses(20).unwrap();
        let all: BTreeSet<_> = first.iter().chain(&second).collect();
        assert_eq!(all.len(), 40);
        let folder = lock_folder().unwrap();
        assert_eq!(choose(&folder, listener.local_addr().unwrap().port()), None);
    }

    #[test]
    fn ports_lie_outside_those_for_outgoing_connections() {
        let cases = [
            (32_768..61_000, 10_000..32_768),
            (1_024..50_000, 50_000..65_535),
            (1_024..65_535, 10_000..65_535),
        ];
        for (outgoing, expected) in cases {
            assert_eq!(candidates(&outgoing), expected, "{outgoing:?}");
        }
    }
}
