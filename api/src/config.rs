// SPDX-License-Identifier: Apache-2.0
//! What an operator may set about the HTTP interface, with defaults that hold a public port.
//! Never reads files or the environment: `node` does that and hands the values over.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::applying::config::ApplyingConfig;
use crate::webhooks::config::WebhookConfig;

/// The HTTP interface's part of the node configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Ask nobody who they are: whoever reaches the address reads the whole chain, as its operator does.
    pub allow_open_api_without_credentials: bool,
    /// Limits of time, number and size.
    pub limits: Limits,
    /// How often those may ask whose rate no grant says.
    pub per_minute: RateConfig,
    /// Webhooks.
    pub webhooks: WebhookConfig,
    /// Applications that this node takes.
    pub applying: ApplyingConfig,
    /// Answers over TLS alone where it is given.
    pub tls: Option<TlsConfig>,
    /// The proxies before it, if there are any.
    pub proxy: Option<ProxyConfig>,
}

/// Proxies that say in a header whose request they pass on. From everybody else that header says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProxyConfig {
    /// Their addresses.
    pub addresses: Vec<IpAddr>,
    /// The header that they write.
    pub header: ForwardHeader,
}

/// A header in which a proxy says whose request it passes on. It must write the one that is named, and let none
/// through that a client wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardHeader {
    /// `X-Forwarded-For`: addresses with commas between, the last one the proxy's word.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl ProxyConfig {
    /// True if an address is one of theirs.
    pub(crate) fn is_one(&self, address: IpAddr) -> bool {
        self.addresses.iter().any(|own| own.to_canonical() == address.to_canonical())
    }
}

/// Requests a minute. A grant on the chain says the rate of an organisation that has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateConfig {
    /// Of an address that shows no credentials.
    pub public: NonZeroU32,
    /// Of a holder.
    pub holder: NonZeroU32,
    /// Of a regulator, an authority, or an organisation that runs a node.
    pub office: NonZeroU32,
}

impl Default for RateConfig {
    fn default() -> Self {
        let most = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self { public: most(600), holder: most(600), office: most(60_000) }
    }
}

/// What the interface shows its clients that it is this node. Both files are looked at again while it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// PEM file with the certificate and those between it and the authority that its clients trust.
    pub certificate: PathBuf,
    /// PEM file with its private key.
    pub key: PathBuf,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            allow_open_api_without_credentials: false,
            limits: Limits::default(),
            per_minute: RateConfig::default(),
            webhooks: WebhookConfig::default(),
            applying: ApplyingConfig::default(),
            tls: None,
            proxy: None,
        }
    }
}

impl ApiConfig {
    /// Refuses an address where credentials would come in the clear.
    pub fn check(&self) -> Result<(), ConfigError> {
        let is_guarded = self.tls.is_some() || self.allow_open_api_without_credentials;
        if !self.listen.ip().is_loopback() && !is_guarded {
            return Err(ConfigError::InTheClear { listen: self.listen });
        }
        if let Some(name) = self.webhooks.zero() {
            return Err(ConfigError::ZeroWebhooks { name });
        }
        if let Some(target) = self.applying.in_the_clear() {
            return Err(ConfigError::ApplyingInTheClear { target: target.to_string() });
        }
        if let Some(organisation) = self.applying.named_twice() {
            return Err(ConfigError::AuthorityTwice { organisation });
        }
        self.limits.check()
    }
}

/// Limits of the HTTP server. Every queue and every wait has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// From accepting a connection to its first byte.
    pub first_byte_ms: u64,
    /// From the first byte of a request to the end of its headers; also the longest idle time of
    /// a connection between two requests.
    pub header_ms: u64,
    /// From the end of the headers to the end of the body.
    pub body_ms: u64,
    /// How long a client may leave an answer unread before the connection ends.
    pub write_ms: u64,
    /// How long requests in progress may still run once the node shuts down.
    pub drain_ms: u64,
    /// Connections open at once.
    pub connections: usize,
    /// Of these, open at once from one address; proxies that are named are no such.
    pub connections_per_address: usize,
    /// Event streams open at once.
    pub streams: usize,
    /// Of these, open at once of one caller.
    pub streams_per_caller: usize,
    /// Bytes of request line and headers together.
    pub header_bytes: usize,
    /// Bodies over 128 KiB that may be in memory at once.
    pub large_bodies: usize,
    /// Reads of the database that may run at once, for each core: more would only take turns, and each take longer.
    pub reads_per_core: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            first_byte_ms: 10_000,
            header_ms: 15_000,
            body_ms: 30_000,
            write_ms: 30_000,
            drain_ms: 5_000,
            connections: 1_024,
            connections_per_address: 256,
            streams: 256,
            streams_per_caller: 16,
            header_bytes: 16 * 1024,
            large_bodies: 16,
            reads_per_core: 2,
        }
    }
}

impl Limits {
    fn check(&self) -> Result<(), ConfigError> {
        let times = [
            ("first_byte_ms", self.first_byte_ms),
            ("header_ms", self.header_ms),
            ("body_ms", self.body_ms),
            ("write_ms", self.write_ms),
        ];
        let counts = [
            ("connections", self.connections),
            ("connections_per_address", self.connections_per_address),
            ("streams", self.streams),
            ("streams_per_caller", self.streams_per_caller),
            ("large_bodies", self.large_bodies),
            ("reads_per_core", self.reads_per_core),
        ];
        let zero_time = times.iter().find(|(_, value)| *value == 0).map(|(name, _)| *name);
        let zero_count = counts.iter().find(|(_, value)| *value == 0).map(|(name, _)| *name);
        if let Some(name) = zero_time.or(zero_count) {
            return Err(ConfigError::ZeroLimit { name });
        }
        if self.header_bytes < 1_024 {
            return Err(ConfigError::SmallHeader { bytes: self.header_bytes });
        }
        Ok(())
    }

    pub(crate) fn first_byte(&self) -> Duration {
        Duration::from_millis(self.first_byte_ms)
    }

    pub(crate) fn header(&self) -> Duration {
        Duration::from_millis(self.header_ms)
    }

    pub(crate) fn body(&self) -> Duration {
        Duration::from_millis(self.body_ms)
    }

    pub(crate) fn write(&self) -> Duration {
        Duration::from_millis(self.write_ms)
    }

    pub(crate) fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }
}

/// Why the interface does not start with this configuration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A public address without TLS.
    #[error(
        "api.listen is {listen}, which is not a loopback address, and there is no api.tls: credentials \
         would come in the clear. Name a certificate and its key in api.tls; listen on 127.0.0.1 or [::1] \
         behind a proxy that speaks TLS; or set api.allow_open_api_without_credentials = true if everybody \
         who reaches this address may read the whole chain"
    )]
    InTheClear {
        /// The address asked for.
        listen: SocketAddr,
    },
    /// A gateway or an inbox that is reached in the clear.
    #[error(
        "api.applying names {target}: one-time codes and their secret are sent by https, or to this very machine"
    )]
    ApplyingInTheClear {
        /// The address.
        target: String,
    },
    /// Which of two inboxes counts would be anybody's guess.
    #[error("api.applying.authorities names {organisation} twice: an authority has one inbox")]
    AuthorityTwice {
        /// The authority.
        organisation: chain::ids::OrganisationId,
    },
    /// A limit of nothing would refuse everything.
    #[error("api.limits.{name} is 0, which would refuse every request: set it to 1 or more")]
    ZeroLimit {
        /// The limit's name.
        name: &'static str,
    },
    /// A limit of nothing would deliver nothing.
    #[error("api.{name} is 0, which would deliver nothing: set it to 1 or more")]
    ZeroWebhooks {
        /// The limit's name.
        name: &'static str,
    },
    /// Ordinary clients need more room for headers.
    #[error("api.limits.header_bytes is {bytes}: ordinary clients need 1024 or more")]
    SmallHeader {
        /// The value given.
        bytes: usize,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_public_address_needs_tls_or_the_flag_that_says_it_is_open() {
        let mut config = ApiConfig { listen: "0.0.0.0:80".parse().unwrap(), ..Default::default() };
        assert!(matches!(config.check(), Err(ConfigError::InTheClear { .. })));
        config.allow_open_api_without_credentials = true;
        assert_eq!(config.check(), Ok(()));
        config.allow_open_api_without_credentials = false;
        let path = PathBuf::from;
        config.tls = Some(TlsConfig { certificate: path("a.pem"), key: path("a.key") });
        assert_eq!(config.check(), Ok(()));
    }

    #[test]
    fn loopback_of_both_families_needs_no_flag() {
        for listen in ["127.0.0.1:0", "127.9.9.9:1", "[::1]:8080"] {
            let config = ApiConfig { listen: listen.parse().unwrap(), ..Default::default() };
            assert_eq!(config.check(), Ok(()), "{listen}");
        }
    }

    #[test]
    fn a_limit_of_nothing_is_refused_by_name() {
        let webhooks = WebhookConfig { dead: 0, ..Default::default() };
        let config = ApiConfig { webhooks, ..Default::default() };
        assert_eq!(config.check(), Err(ConfigError::ZeroWebhooks { name: "webhooks.dead" }));
        let limits = Limits { connections: 0, ..Default::default() };
        let config = ApiConfig { limits, ..Default::default() };
        assert_eq!(config.check(), Err(ConfigError::ZeroLimit { name: "connections" }));
    }
}
