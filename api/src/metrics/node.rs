// SPDX-License-Identifier: Apache-2.0
//! What the node counts itself, read whenever metrics are asked for. Keeps no count of its own.

use consensus::Handle;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use store::Store;

use super::names::{self, Metric};

struct NodeMetrics {
    store: Store,
    handle: Handle,
}

impl std::fmt::Debug for NodeMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NodeMetrics")
    }
}

/// Registers what the node counts itself.
pub(crate) fn register(registry: &mut Registry, store: &Store, handle: &Handle) {
    let (store, handle) = (store.clone(), handle.clone());
    registry.register_collector(Box::new(NodeMetrics { store, handle }));
}

fn write(
    encoder: &mut DescriptorEncoder<'_>,
    metric: &Metric,
    value: &dyn EncodeMetric,
) -> Result<(), std::fmt::Error> {
    let kind = value.metric_type();
    value.encode(encoder.encode_descriptor(metric.name, metric.help, None, kind)?)
}

impl Collector for NodeMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let (counts, status) = (self.handle.counters(), self.handle.status());
        let sizes = self.store.sizes();
        let gauges = [
            (names::HEIGHT, status.height.0),
            (names::HIGHEST_SEEN, status.highest_seen.0),
            (names::TERM, status.term),
            (names::PENDING, status.pending),
            (names::PENDING_BYTES, status.pending_bytes),
            (names::TABLE_BYTES, sizes.tables),
            (names::MEMTABLE_BYTES, sizes.memtables),
        ];
        for (metric, value) in gauges {
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            write(&mut encoder, &metric, &ConstGauge::new(value))?;
        }
        let counters = [
            (names::SUBMITTED, counts.submitted),
            (names::NOT_TAKEN, counts.not_taken),
            (names::EXECUTED, counts.executed),
            (names::BLOCKS, counts.blocks),
            (names::PROPOSALS, counts.proposals),
            (names::REFUSED_PROPOSALS, counts.refused_proposals),
            (names::SIGNATURES, counts.signatures),
            (names::LEADER_CHANGES, counts.leader_changes),
            (names::ALARMS, counts.alarms),
        ];
        for (metric, value) in counters {
            write(&mut encoder, &metric, &ConstCounter::new(value))?;
        }
        Ok(())
    }
}
