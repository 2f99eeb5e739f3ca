// SPDX-License-Identifier: Apache-2.0
//! What is counted of webhooks.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{names, register};

/// Counts of all webhooks of a node; clones share their values.
#[derive(Clone, Default)]
pub(crate) struct WebhookMetrics {
    registered: Gauge,
    delivered: Counter<u64, AtomicU64>,
    failed: Counter<u64, AtomicU64>,
    put_aside: Counter<u64, AtomicU64>,
}

impl WebhookMetrics {
    /// Registers them.
    pub(crate) fn register(&self, registry: &mut Registry) {
        register(registry, names::WEBHOOKS, self.registered.clone());
        register(registry, names::WEBHOOK_DELIVERED, self.delivered.clone());
        register(registry, names::WEBHOOK_FAILED, self.failed.clone());
        register(registry, names::WEBHOOK_PUT_ASIDE, self.put_aside.clone());
    }

    pub(crate) fn registered(&self, count: usize) {
        self.registered.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// One try.
    pub(crate) fn sent(&self, is_taken: bool) {
        if is_taken { &self.delivered } else { &self.failed }.inc();
    }

    pub(crate) fn put_aside(&self) {
        self.put_aside.inc();
    }
}
