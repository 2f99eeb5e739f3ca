// SPDX-License-Identifier: Apache-2.0
//! The chain's changes as a stream of events, each resumable by its number.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chain::ids::Height;
use chain::{Past, Records};
use serde_json::json;
use store::Store;
use tokio::sync::watch;

use super::Api;
use super::shapes::id_text;
use crate::events::{Change, Page, Source};
use crate::http::extract::invalid;
use crate::http::messages;
use crate::http::problem::Problem;

/// Changes out of the store.
#[derive(Clone)]
pub(crate) struct Changes {
    store: Store,
    tip: watch::Receiver<u64>,
}

fn end(store: &Store) -> u64 {
    let header = store.header();
    header.change_first_seq + u64::from(header.change_count)
}

impl Changes {
    /// Follows the blocks for as long as anybody listens.
    pub(crate) fn start(store: Store, mut blocks: watch::Receiver<Height>) -> Self {
        let (tell, tip) = watch::channel(end(&store));
        let own = store.clone();
        tokio::spawn(async move {
            while blocks.changed().await.is_ok() && !tell.is_closed() {
                tell.send_replace(end(&own));
            }
        });
        Self { store, tip }
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

impl Source for Changes {
    fn read(&self, from: u64, limit: usize) -> Result<Page, Problem> {
        let internal = || Problem::new(&messages::INTERNAL);
        let at = self.store.latest();
        let last = at.header().height;
        let mut page = Page { changes: Vec::new(), next: from };
        let mut height = self.block_of(from).ok_or_else(internal)?;
        while height <= last && page.changes.len() < limit {
            let time = self.store.header_at(height).ok_or_else(internal)?.time_ms;
            for change in self.store.changes_at(height) {
                if change.seq < page.next || page.changes.len() == limit {
                    continue;
                }
                let mut data = serde_json::to_value(&change).map_err(|_| internal())?;
                data["height"] = json!(height);
                data["time"] = json!(time);
                data["id"] = json!(id_text(change.version.key()));
                page.next = change.seq + 1;
                let name = change.event.word().to_owned();
                page.changes.push(Change { seq: change.seq, name, data: data.to_string() });
            }
            height = height.next();
        }
        Ok(page)
    }

    fn tip(&self) -> watch::Receiver<u64> {
        self.tip.clone()
    }
}

/// `GET /v1/events`: after `Last-Event-ID`, or from now on.
pub(super) async fn events(
    State(api): State<Api>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = match headers.get("last-event-id") {
        Some(value) => {
            let number = value.to_str().ok().and_then(|text| text.parse::<u64>().ok());
            let number = number.and_then(|number| number.checked_add(1));
            Some(number.ok_or_else(|| invalid("Last-Event-ID", "the number of a change"))?)
        }
        None => None,
    };
    let from = last.unwrap_or_else(|| *api.tips.tip.borrow());
    open(&api, from)
}

fn open(api: &Api, from: u64) -> Result<Response, Problem> {
    use axum::response::IntoResponse;
    let source = Arc::new(api.tips.clone());
    Ok(api.streams.open(source, from)?.into_response())
}
