// SPDX-License-Identifier: Apache-2.0
//! Every metric of a node, by name, on this page; docs/metrics.md says the same to operators.
//! A name, once published, never changes its meaning.

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows while the process runs; written with `_total` behind its name.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts by size.
    Histogram,
}

/// A metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name as it is registered.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub help: &'static str,
}

impl Metric {
    /// Its name as dashboards ask for it.
    pub fn shown(&self) -> String {
        match self.kind {
            Kind::Counter => format!("{}_total", self.name),
            Kind::Gauge | Kind::Histogram => self.name.to_owned(),
        }
    }
}

macro_rules! metrics {
    ($($place:ident $kind:ident $name:literal $help:literal;)*) => {
        $(#[doc = $help] pub const $place: Metric =
            Metric { name: $name, kind: Kind::$kind, help: $help };)*
        /// All of them.
        pub const ALL: &[Metric] = &[$($place),*];
    };
}

metrics! {
    HTTP_REQUESTS Counter "dianyun_http_requests" "Requests answered, by method, route and status";
    HTTP_SECONDS Histogram "dianyun_http_request_seconds" "Seconds from headers to answer, by route";
    HTTP_CONNECTIONS Gauge "dianyun_http_connections" "Connections open";
    HTTP_REFUSED Counter "dianyun_http_refused_connections" "Connections without a request, by reason";
    HTTP_STREAMS Gauge "dianyun_http_event_streams" "Event streams open";
    WEBHOOKS Gauge "dianyun_webhooks" "Webhooks registered here";
    WEBHOOK_DELIVERED Counter "dianyun_webhook_delivered" "Messages that receivers of webhooks took";
    WEBHOOK_FAILED Counter "dianyun_webhook_failed" "Tries that receivers of webhooks did not take";
    WEBHOOK_PUT_ASIDE Counter "dianyun_webhook_put_aside" "Changes that webhooks gave up on";
    APPLICATIONS_WAITING Gauge "dianyun_applications_waiting" "Applications whose claims are carried to authorities";
    PARCELS_TAKEN Counter "dianyun_parcels_taken" "Parcels that authorities' inboxes took";
    PARCELS_FAILED Counter "dianyun_parcels_failed" "Parcels that authorities' inboxes did not take";
    HEIGHT Gauge "dianyun_height" "Height executed here";
    HIGHEST_SEEN Gauge "dianyun_highest_seen" "Highest height that any node named";
    TERM Gauge "dianyun_term" "Term of Raft";
    PENDING Gauge "dianyun_pending" "Transactions that wait or are under way";
    PENDING_BYTES Gauge "dianyun_pending_bytes" "Bytes of transactions that wait or are under way";
    TABLE_BYTES Gauge "dianyun_table_bytes" "Bytes of all tables on disk";
    MEMTABLE_BYTES Gauge "dianyun_memtable_bytes" "Bytes of memtables";
    SUBMITTED Counter "dianyun_submitted" "Transactions taken in";
    NOT_TAKEN Counter "dianyun_not_taken" "Transactions refused before ordering";
    EXECUTED Counter "dianyun_executed" "Transactions executed";
    BLOCKS Counter "dianyun_blocks" "Blocks executed";
    PROPOSALS Counter "dianyun_proposals" "Proposals made here";
    REFUSED_PROPOSALS Counter "dianyun_refused_proposals" "Committed proposals without a block";
    SIGNATURES Counter "dianyun_signatures" "Signatures checked";
    LEADER_CHANGES Counter "dianyun_leader_changes" "Changes of the leader";
    ALARMS Counter "dianyun_alarms" "Safety alarms";
}
