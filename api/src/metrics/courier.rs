// SPDX-License-Identifier: Apache-2.0
//! What is counted of claims on their way to authorities.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::{names, register};

/// Counts of a courier; clones share their values.
#[derive(Clone, Default)]
pub(crate) struct CourierMetrics {
    waiting: Gauge,
    taken: Counter<u64, AtomicU64>,
    failed: Counter<u64, AtomicU64>,
}

impl CourierMetrics {
    /// Registers them.
    pub(crate) fn register(&self, registry: &mut Registry) {
        register(registry, names::APPLICATIONS_WAITING, self.waiting.clone());
        register(registry, names::PARCELS_TAKEN, self.taken.clone());
        register(registry, names::PARCELS_FAILED, self.failed.clone());
    }

    pub(crate) fn waiting(&self, count: usize) {
        self.waiting.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// One try.
    pub(crate) fn posted(&self, is_taken: bool) {
        if is_taken { &self.taken } else { &self.failed }.inc();
    }
}
