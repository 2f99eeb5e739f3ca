// SPDX-License-Identifier: Apache-2.0
//! The address of who asks. Behind a proxy that the operator named it is in a header that the proxy writes;
//! from everybody else such a header says nothing.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};

use crate::config::{ForwardHeader, ProxyConfig};

/// Most steps of a forwarding header that are looked at.
const STEPS: usize = 32;

/// The address of who asks: the last one of the way that is not a proxy's; the proxy's own where its header
/// cannot be read.
pub(crate) fn address(peer: IpAddr, headers: &HeaderMap, proxy: Option<&ProxyConfig>) -> IpAddr {
    let Some(proxy) = proxy.filter(|proxy| proxy.is_one(peer)) else { return peer };
    let mut found = peer;
    for step in steps(headers, proxy.header).into_iter().rev().take(STEPS) {
        let Some(address) = step else { break };
        found = address;
        if !proxy.is_one(address) {
            break;
        }
    }
    found
}

/// The steps of the way from the client, in order; none for one that is no address.
fn steps(headers: &HeaderMap, header: ForwardHeader) -> Vec<Option<IpAddr>> {
    let (name, read): (_, fn(&str) -> Option<IpAddr>) = match header {
        ForwardHeader::XForwardedFor => (HeaderName::from_static("x-forwarded-for"), node),
        ForwardHeader::Forwarded => (HeaderName::from_static("forwarded"), element),
    };
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(|step| read(step.trim())).collect()
}

/// One element of `Forwarded` (RFC 7239).
fn element(text: &str) -> Option<IpAddr> {
    let pairs = text.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut named = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for"));
    node(named.next()?.1.trim_matches('"'))
}

/// An address, with or without brackets and port.
fn node(text: &str) -> Option<IpAddr> {
    let whole = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(whole)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PROXY: &str = "127.0.0.1";

    fn found(peer: &str, header: ForwardHeader, lines: &[&str]) -> String {
        let addresses = vec![PROXY.parse().unwrap(), "10.9.9.9".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
            headers.append("forwarded", line.parse().unwrap());
        }
        let proxy = ProxyConfig { addresses, header };
        address(peer.parse().unwrap(), &headers, Some(&proxy)).to_string()
    }

    #[test]
    fn only_a_named_proxy_says_who_asks_and_only_its_last_word_counts() {
        use ForwardHeader::{Forwarded, XForwardedFor};
        let cases: &[(&str, ForwardHeader, &[&str], &str)] = &[
            ("203.0.113.7", XForwardedFor, &["198.51.100.1"], "203.0.113.7"),
            (PROXY, XForwardedFor, &[], PROXY),
            (PROXY, XForwardedFor, &["198.51.100.1"], "198.51.100.1"),
            (PROXY, XForwardedFor, &["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
            (PROXY, XForwardedFor, &["1.2.3.4", "198.51.100.1, 10.9.9.9"], "198.51.100.1"),
            (PROXY, XForwardedFor, &["198.51.100.1, nonsense"], PROXY),
            (PROXY, XForwardedFor, &["198.51.100.1:4711"], "198.51.100.1"),
            (PROXY, XForwardedFor, &["[2001:db8::1]:4711"], "2001:db8::1"),
            (PROXY, Forwarded, &["for=1.2.3.4, for=198.51.100.1;proto=https"], "198.51.100.1"),
            (PROXY, Forwarded, &["proto=https;For=\"[2001:db8::1]:4711\""], "2001:db8::1"),
            (PROXY, Forwarded, &["for=_hidden"], PROXY),
        ];
        for (peer, header, lines, expected) in cases {
            assert_eq!(found(peer, *header, lines), *expected, "{lines:?}");
        }
    }

    #[test]
    fn a_way_of_proxies_alone_ends_at_the_farthest() {
        assert_eq!(
            found(PROXY, ForwardHeader::XForwardedFor, &["10.9.9.9, 127.0.0.1"]),
            "10.9.9.9"
        );
    }
}
