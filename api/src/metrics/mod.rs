// SPDX-License-Identifier: Apache-2.0
//! The metrics of a node: what the interface counts itself, and how all are written. Names are on
//! one page, `names`; nothing else in the repository names one.

mod courier;
pub mod names;
pub(crate) mod node;
mod webhooks;

pub(crate) use courier::CourierMetrics;
pub(crate) use webhooks::WebhookMetrics;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{self, Registry};

/// Media type of what `/metrics` answers.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bounds of the duration histogram in seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 30.0];

fn register(registry: &mut Registry, metric: names::Metric, values: impl registry::Metric) {
    registry.register(metric.name, metric.help, values);
}

/// Why a connection got no request in.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
pub enum Refused {
    /// Over the limit of connections.
    TooManyConnections,
    /// No byte in time.
    SlowFirstByte,
    /// Headers not complete in time, or idle for that long.
    SlowHeader,
    /// Headers over their limit.
    LargeHeader,
    /// Not HTTP.
    BadHeader,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RefusedLabels {
    reason: Refused,
}

/// The metrics of the HTTP interface; clones share their values.
#[derive(Clone)]
pub struct HttpMetrics {
    requests: Family<RequestLabels, Counter<u64, AtomicU64>>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    connections: Gauge,
    refused: Family<RefusedLabels, Counter<u64, AtomicU64>>,
    streams: Gauge,
}

impl HttpMetrics {
    /// Makes the metrics and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        let metrics = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(seconds),
            connections: Gauge::default(),
            refused: Family::default(),
            streams: Gauge::default(),
        };
        register(registry, names::HTTP_REQUESTS, metrics.requests.clone());
        register(registry, names::HTTP_SECONDS, metrics.seconds.clone());
        register(registry, names::HTTP_CONNECTIONS, metrics.connections.clone());
        register(registry, names::HTTP_REFUSED, metrics.refused.clone());
        register(registry, names::HTTP_STREAMS, metrics.streams.clone());
        metrics
    }

    pub(crate) fn connection_opened(&self) {
        self.connections.inc();
    }

    pub(crate) fn connection_closed(&self) {
        self.connections.dec();
    }

    pub(crate) fn refused(&self, reason: Refused) {
        self.refused.get_or_create(&RefusedLabels { reason }).inc();
    }

    pub(crate) fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels { method, route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        let labels = RouteLabels { route: route.to_owned() };
        self.seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Counts one event stream for as long as the guard lives.
    pub(crate) fn stream(&self) -> StreamGuard {
        self.streams.inc();
        StreamGuard(self.streams.clone())
    }
}

/// See [`HttpMetrics::stream`].
pub(crate) struct StreamGuard(Gauge);

impl Drop for StreamGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The registry once everything is in it.
#[derive(Clone)]
pub struct Metrics(Arc<Registry>);

impl Metrics {
    /// Closes the registry.
    pub fn new(registry: Registry) -> Self {
        Self(Arc::new(registry))
    }

    /// All values in the OpenMetrics text format.
    pub fn write(&self) -> String {
        let mut text = String::new();
        if let Err(error) = prometheus_client::encoding::text::encode(&mut text, &self.0) {
            tracing::error!(%error, "cannot write metrics");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_http_metric_is_written_by_its_name() {
        let mut registry = Registry::default();
        let metrics = HttpMetrics::register(&mut registry);
        metrics.answered("GET", "/v1/status", 200, Duration::from_millis(3));
        metrics.refused(Refused::SlowHeader);
        let stream = metrics.stream();
        let text = Metrics::new(registry).write();
        for metric in names::ALL.iter().filter(|metric| metric.name.contains("_http_")) {
            assert!(text.contains(&format!("\n{}", metric.shown())), "{}\n{text}", metric.name);
        }
        assert!(text.contains(r#"route="/v1/status",status="200""#), "{text}");
        drop(stream);
    }
}
