// SPDX-License-Identifier: Apache-2.0
//! The chain's changes as a stream of events, each resumable by its number.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chain::event::Event;
use chain::ids::{Height, Time};
use chain::receipt::Version;
use chain::{Past, Records};
use serde::{Deserialize, Serialize};
use store::Store;
use tokio::sync::{Semaphore, watch};
use utoipa::ToSchema;

use super::Api;
use crate::access::guard::Asking;
use crate::events::{Change, Owner, Page, Source};
use crate::http::extract::{Nothing, Query, invalid};
use crate::http::messages;
use crate::http::problem::Problem;

/// How many changes behind its newest a node may be told of by who saw them on another.
const AHEAD: u64 = 1_000;
/// Changes that are looked at for one page, at most.
const LOOKED_AT: usize = 2_000;

/// The changes that one caller may see. Whether its credential is still good is asked for each page.
pub(crate) struct Seen {
    api: Api,
    asking: Asking,
}

impl Seen {
    pub(crate) fn new(api: Api, asking: Asking) -> Self {
        Self { api, asking }
    }
}

/// Changes out of the store.
#[derive(Clone)]
pub(crate) struct Changes {
    store: Store,
    tip: watch::Receiver<u64>,
    reads: Arc<Semaphore>,
}

fn end(store: &Store) -> u64 {
    let header = store.header();
    header.change_first_seq + u64::from(header.change_count)
}

impl Changes {
    /// The first number of a change that does not exist yet, as it grows.
    pub(crate) fn tip(&self) -> watch::Receiver<u64> {
        self.tip.clone()
    }

    /// Follows the blocks for as long as anybody listens.
    pub(crate) fn start(
        store: Store,
        mut blocks: watch::Receiver<Height>,
        reads: Arc<Semaphore>,
    ) -> Self {
        let (tell, tip) = watch::channel(end(&store));
        let own = store.clone();
        tokio::spawn(async move {
            while blocks.changed().await.is_ok() && !tell.is_closed() {
                tell.send_replace(end(&own));
            }
        });
        Self { store, tip, reads }
    }

    /// The block that holds a change.
    fn block_of(&self, seq: u64) -> Option<Height> {
        let (mut low, mut high) = (0, self.store.header().height.0);
        while low < high {
            let middle = low + (high - low) / 2;
            let header = self.store.header_at(Height(middle))?;
            if header.change_first_seq + u64::from(header.change_count) <= seq {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(Height(low))
    }
}

impl Source for Seen {
    fn read(&self, from: u64, limit: usize) -> Result<Page, Problem> {
        let internal = || Problem::new(&messages::INTERNAL);
        let asking = self.asking.again(&self.api)?;
        let store = &self.api.store;
        let at = store.latest();
        let last = at.header().height;
        let mut page = Page { changes: Vec::new(), next: from };
        let mut looked_at = 0;
        let mut height = self.api.tips.block_of(from).ok_or_else(internal)?;
        while height <= last && page.changes.len() < limit && looked_at < LOOKED_AT {
            let header = store.header_at(height).ok_or_else(internal)?;
            let (time, skip) = (header.time_ms, page.next - header.change_first_seq);
            let before = looked_at;
            let skip = usize::try_from(skip).map_err(|_| internal())?;
            for change in store.changes_from(height, skip, limit - page.changes.len()) {
                looked_at += 1;
                page.next = change.seq + 1;
                if !shows(&asking, &at, &change) {
                    continue;
                }
                let (seq, name) = (change.seq, change.event.word().to_owned());
                let data = EventData::of(change, (height, time));
                let data = serde_json::to_string(&data).map_err(|_| internal())?;
                page.changes.push(Change { seq, name, data });
            }
            let end = header.change_first_seq + u64::from(header.change_count);
            match page.next == end {
                true => height = height.next(),
                // One page of a block after the other, until the page here is full.
                false if looked_at > before => {}
                false => return Err(internal()),
            }
        }
        Ok(page)
    }

    fn owner(&self) -> Owner {
        self.asking.stream_owner()
    }

    fn still(&self) -> Result<(), Problem> {
        self.asking.again(&self.api).map(drop)
    }

    fn tip(&self) -> watch::Receiver<u64> {
        self.api.tips.tip.clone()
    }

    fn reads(&self) -> Arc<Semaphore> {
        Arc::clone(&self.api.tips.reads)
    }
}

/// True if the caller is a party to what was written.
fn shows(asking: &Asking, at: &store::At, change: &chain::receipt::Change) -> bool {
    let version = &change.version;
    let written = || at.version(&version.key(), version.number);
    asking.sees_all() || written().is_some_and(|stored| asking.sees(at, &stored.value))
}

/// What the `data` of an event holds: a change, and where it is from.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct EventData {
    /// Height of the block that wrote it.
    height: Height,
    /// Time of that block.
    time: Time,
    /// Id of the record that changed.
    id: String,
    /// Number of the change, dense over the whole chain.
    seq: u64,
    /// What happened.
    event: Event,
    /// The instant at which it counts: block time, or the instant of a due change.
    at: Time,
    /// Place of the transaction in the block; null for what came due.
    transaction: Option<u32>,
    /// What was written.
    version: Version,
}

impl EventData {
    fn of(change: chain::receipt::Change, (height, time): (Height, Time)) -> Self {
        let id = change.version.key().id_text();
        let chain::receipt::Change { seq, event, at, transaction, version } = change;
        Self { height, time, id, seq, event, at, transaction, version }
    }
}

/// 事件流。Every change as it comes, as server-sent events.
///
/// Each has the change's number as `id`, its event as `event` and an `EventData` as `data`. The
/// stream goes on behind `Last-Event-ID`, on any node; without it, it begins now.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "events",
    params(("Last-Event-ID" = Option<u64>, Header, description = "Number of the last change seen.")),
    responses((
        status = 200,
        description = "The stream; it ends when the client goes or the node shuts down.",
        body = String,
        content_type = "text/event-stream",
    )),
)]
pub(super) async fn events(
    State(api): State<Api>,
    asking: Asking,
    headers: HeaderMap,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Response, Problem> {
    let last = behind_last(&headers)?;
    let tip = *api.tips.tip.borrow();
    let from = last.unwrap_or(tip);
    if from > tip.saturating_add(AHEAD) {
        let what = format!("change {}", from - 1);
        return Err(Problem::new(&messages::HEIGHT_NOT_REACHED).value(what));
    }
    let streams = api.streams.clone();
    Ok(streams.open(Arc::new(Seen::new(api, asking)), from)?.into_response())
}

/// The number behind that of the last event that a client saw, if it says one.
pub(super) fn behind_last(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse::<u64>().ok());
    let number = number.and_then(|number| number.checked_add(1));
    number.map(Some).ok_or_else(|| invalid("Last-Event-ID", "the number of a change"))
}
