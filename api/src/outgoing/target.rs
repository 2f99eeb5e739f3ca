// SPDX-License-Identifier: Apache-2.0
//! Where a webhook is delivered to: an address of the web, looked at before anything is looked up.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use axum::http::Uri;
use chain::text::TextError;
use serde::{Deserialize, Serialize};

use super::address::{Range, is_allowed, is_public};

/// Longest address.
const LONGEST: usize = 1_024;

/// An address of the web with a host: `https`, or `http` where the operator allows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target(Uri);

impl FromStr for Target {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let wrong =
            || TextError::new("an address such as https://tms.example/hook", "what was given");
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let is_web = matches!(uri.scheme_str(), Some("https" | "http"));
        let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        let has_host = !host.is_empty();
        // A port beyond all ports is none, in silence.
        let has_port = authority == host || uri.port_u16().is_some_and(|port| port > 0);
        // Nor a name and a secret in it, which would lie here in the clear; nor a part that is never sent.
        let plain = !authority.contains('@') && !text.contains('#') && text.len() <= LONGEST;
        if is_web && has_host && has_port && plain { Ok(Self(uri)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<String> for Target {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

impl Target {
    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }

    /// True for a number of this very machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host().parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }

    /// The same with another path, behind the one that it has.
    pub(crate) fn at(&self, path: &str) -> Option<Self> {
        format!("{}{path}", self.to_string().trim_end_matches('/')).parse().ok()
    }

    /// The host, a number of IPv6 without its brackets.
    pub(crate) fn host(&self) -> &str {
        let host = self.0.host().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port_u16().unwrap_or(if self.is_encrypted() { 443 } else { 80 })
    }

    /// What the header `Host` says.
    pub(crate) fn authority(&self) -> &str {
        self.0.authority().map(|authority| authority.as_str()).unwrap_or_default()
    }

    /// Path and query, as a request names them.
    pub(crate) fn path(&self) -> &str {
        self.0.path_and_query().map_or("/", |path| path.as_str())
    }

    /// True if an address that its name has may be called.
    pub(crate) fn may_reach(&self, address: IpAddr, allow: &[Range]) -> bool {
        is_allowed(address, allow) || (self.is_encrypted() && is_public(address))
    }

    /// Why it could never be called, as far as that is known without looking it up.
    pub(crate) fn fault(&self, allow: &[Range]) -> Option<&'static str> {
        match self.host().parse::<IpAddr>() {
            Ok(address) if !self.may_reach(address, allow) => {
                Some("this address is not public, or needs https")
            }
            Err(_) if !self.is_encrypted() && allow.is_empty() => Some("https is needed"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_reads_back_with_its_parts() {
        let target: Target = "https://tms.example:8443/hooks/a?b=c".parse().unwrap();
        assert_eq!(target.to_string(), "https://tms.example:8443/hooks/a?b=c");
        assert_eq!((target.host(), target.port()), ("tms.example", 8443));
        assert_eq!((target.authority(), target.path()), ("tms.example:8443", "/hooks/a?b=c"));
        let short: Target = "http://[::1]".parse().unwrap();
        assert_eq!((short.host(), short.port(), short.path()), ("::1", 80, "/"));
    }

    #[test]
    fn what_is_no_address_of_the_web_is_refused() {
        let long = format!("https://tms.example/{}", "x".repeat(LONGEST));
        for text in [
            "",
            "tms.example",
            "/hook",
            "ftp://tms.example/",
            "file:///etc/passwd",
            "https://",
            "https:///x",
            "https://user:secret@tms.example/",
            "https://tms.example/#part",
            "https://tms.example:0/",
            "https://tms.example:/",
            "https://tms.example:99999/",
            "https://tms example/",
            long.as_str(),
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn plain_http_and_closed_addresses_are_for_what_the_operator_allows() {
        let allow: Vec<Range> = vec!["127.0.0.0/8".parse().unwrap()];
        for (text, none, some) in [
            ("https://tms.example/", true, true),
            ("http://tms.example/", false, true),
            ("https://127.0.0.1/", false, true),
            ("http://127.0.0.1:9000/", false, true),
            ("https://10.0.0.1/", false, false),
            ("http://1.1.1.1/", false, false),
            ("https://1.1.1.1/", true, true),
            ("https://[::ffff:127.0.0.1]/", false, true),
            ("https://[fe80::1]/", false, false),
        ] {
            let target: Target = text.parse().unwrap();
            let fine = |allow: &[Range]| target.fault(allow).is_none();
            assert_eq!((fine(&[]), fine(&allow)), (none, some), "{text}");
        }
    }
}
