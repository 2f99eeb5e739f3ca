// SPDX-License-Identifier: Apache-2.0
//! What an operator may set about webhooks.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::outgoing::address::Range;

/// Webhooks, in the configuration of the interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookConfig {
    /// Addresses that are not public and may be called all the same, over plain HTTP too.
    pub allow: Vec<Range>,
    /// PEM file with certificates of authorities that receivers may have, beside those of the system.
    pub authorities: Option<PathBuf>,
    /// Webhooks of this node, at most.
    pub most: usize,
    /// Webhooks of one organisation, at most.
    pub per_organisation: usize,
    /// Deliveries under way at once.
    pub at_once: usize,
    /// From looking an address up to the end of its answer.
    pub time_ms: u64,
    /// From the first failure to the next try; each pause after it is twice as long.
    pub first_retry_ms: u64,
    /// The longest pause.
    pub longest_retry_ms: u64,
    /// A change that is not delivered for so long is put aside.
    pub give_up_ms: u64,
    /// So many are put aside before a webhook stops.
    pub dead: u64,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            authorities: None,
            most: 256,
            per_organisation: 8,
            at_once: 16,
            time_ms: 10_000,
            first_retry_ms: 5_000,
            longest_retry_ms: 3 * 3_600_000,
            give_up_ms: 24 * 3_600_000,
            dead: 1_000,
        }
    }
}

impl WebhookConfig {
    /// The name of a limit of nothing, if there is one.
    pub(crate) fn zero(&self) -> Option<&'static str> {
        let limits = [
            ("webhooks.at_once", self.at_once as u64),
            ("webhooks.time_ms", self.time_ms),
            ("webhooks.first_retry_ms", self.first_retry_ms),
            ("webhooks.longest_retry_ms", self.longest_retry_ms),
            ("webhooks.dead", self.dead),
        ];
        limits.iter().find(|(_, value)| *value == 0).map(|(name, _)| *name)
    }

    pub(crate) fn time(&self) -> Duration {
        Duration::from_millis(self.time_ms)
    }
}
