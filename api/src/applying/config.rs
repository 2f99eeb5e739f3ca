// SPDX-License-Identifier: Apache-2.0
//! What an operator may set about applications that this node takes.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chain::ids::OrganisationId;
use serde::{Deserialize, Serialize};

use crate::outgoing::Target;

/// Applications, in the configuration of the interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApplyingConfig {
    /// What sends one-time codes to phones. Without it a demo prints them to its log, and a real node takes no
    /// application of a person by itself.
    pub sms: Option<SmsConfig>,
    /// Where authorities are reached.
    pub authorities: Vec<InboxConfig>,
    /// PEM file with certificates of authorities that gateway and inboxes may have, beside those of the system.
    pub certificates: Option<PathBuf>,
}

/// A gateway of text messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// Where a message is posted.
    pub url: Target,
    /// File with the secret that goes along as `Authorization: Bearer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<PathBuf>,
}

/// An authority's inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboxConfig {
    /// The authority.
    pub organisation: OrganisationId,
    /// Its address, such as `https://inbox.example`.
    pub inbox: Target,
}

impl ApplyingConfig {
    /// The first authority that has two inboxes.
    pub(crate) fn named_twice(&self) -> Option<OrganisationId> {
        let mut seen = BTreeSet::new();
        let mut named = self.authorities.iter().map(|one| one.organisation);
        named.find(|organisation| !seen.insert(*organisation))
    }

    /// The first address that would carry secrets in the clear.
    pub(crate) fn in_the_clear(&self) -> Option<&Target> {
        let gateway = self.sms.iter().map(|sms| &sms.url);
        let mut all = gateway.chain(self.authorities.iter().map(|one| &one.inbox));
        all.find(|target| !target.is_encrypted() && !target.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::ids::RecordId;

    use super::*;

    #[test]
    fn an_authority_has_one_inbox() {
        let inbox = |number: u8| InboxConfig {
            organisation: OrganisationId(RecordId([number; 16])),
            inbox: "https://inbox.example".parse().unwrap(),
        };
        let of = |authorities| ApplyingConfig { authorities, ..Default::default() }.named_twice();
        assert_eq!(of(vec![inbox(1), inbox(2)]), None);
        assert_eq!(of(vec![inbox(1), inbox(2), inbox(1)]), Some(inbox(1).organisation));
    }

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for (url, is_fine) in [
            ("https://sms.example/send", true),
            ("http://127.0.0.1:9000/send", true),
            ("http://[::1]:9000/send", true),
            ("http://sms.example/send", false),
            ("http://10.0.0.1/send", false),
        ] {
            let sms = Some(SmsConfig { url: url.parse().unwrap(), secret: None });
            let config = ApplyingConfig { sms, ..Default::default() };
            assert_eq!(config.in_the_clear().is_none(), is_fine, "{url}");
        }
    }
}
