// SPDX-License-Identifier: Apache-2.0
//! Which addresses may be called: those of the public Internet, and what the operator allows. An address is
//! looked at after its name was looked up, and the connection goes to that very address: so no name that
//! changes its mind, and no odd spelling of a number, reaches what lies behind this node.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::LazyLock;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A range of addresses, such as `10.1.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Range(IpNet);

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = text.parse().map(Self);
        range.map_err(|_| format!("{text} is no range of addresses such as 10.1.0.0/16"))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<String> for Range {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Range> for String {
    fn from(range: Range) -> Self {
        range.to_string()
    }
}

/// What is not the public Internet of IPv4 (IANA's registry of special addresses), and multicast.
const CLOSED_V4: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// Of IPv6 only 2000::/3 is handed out, and of that not these: protocols with IPv4 addresses inside
/// (Teredo, 6to4), and documentation.
const OPEN_V6: &str = "2000::/3";
const CLOSED_V6: &[&str] = &["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

static CLOSED: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    CLOSED_V4.iter().chain(CLOSED_V6).filter_map(|range| range.parse().ok()).collect()
});
static OPEN: LazyLock<Option<IpNet>> = LazyLock::new(|| OPEN_V6.parse().ok());

/// An address as what it is: one of IPv4 within IPv6 is one of IPv4.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// True if an operator allows an address by name.
pub(crate) fn is_allowed(address: IpAddr, allow: &[Range]) -> bool {
    let address = plain(address);
    allow.iter().any(|range| range.0.contains(&address))
}

/// True if an address is one of the public Internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    let address = plain(address);
    let is_handed_out = match address {
        IpAddr::V4(_) => true,
        IpAddr::V6(v6) => is_open(v6),
    };
    is_handed_out && !CLOSED.iter().any(|range| range.contains(&address))
}

fn is_open(address: Ipv6Addr) -> bool {
    OPEN.is_some_and(|open| open.contains(&IpAddr::V6(address)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_closed_range_is_read() {
        assert_eq!(CLOSED.len(), CLOSED_V4.len() + CLOSED_V6.len());
        assert!(OPEN.is_some());
    }

    #[test]
    fn what_is_not_public_is_refused_in_every_form() {
        let closed = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.250",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in closed {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn what_is_public_is_called() {
        let open = ["1.1.1.1", "100.63.255.255", "172.32.0.1", "223.255.255.255", "2400:3200::1"];
        for address in open {
            assert!(is_public(address.parse().unwrap()), "{address}");
            assert!(!is_allowed(address.parse().unwrap(), &[]));
        }
    }

    #[test]
    fn what_the_operator_allows_is_told_apart_from_the_rest() {
        let allow: Vec<Range> = ["127.0.0.0/8", "fd00::/8"].map(|r| r.parse().unwrap()).into();
        for (address, allowed) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("fd00::1", true),
            ("::1", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_allowed(address.parse().unwrap(), &allow), allowed, "{address}");
        }
    }

    #[test]
    fn a_range_reads_back_and_nonsense_is_refused() {
        let range: Range = serde_json::from_str("\"10.1.0.0/16\"").unwrap();
        assert_eq!(serde_json::to_string(&range).unwrap(), "\"10.1.0.0/16\"");
        for text in ["", "10.1.0.0", "10.1.0.0/33", "host/8", "::/129"] {
            assert!(text.parse::<Range>().is_err(), "{text}");
        }
    }
}
