// SPDX-License-Identifier: Apache-2.0
//! Events of a node as a stream: server-sent events that resume by the number of the change.

use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::Method;

use crate::answers::EventData;
use crate::error::ClientError;
use crate::http::Client;

/// An event: what it is called and what it carries.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeEvent {
    /// Number of the change: give it to [`Client::events`] to go on after it.
    pub seq: u64,
    /// The event's word.
    pub event: String,
    /// What it carries.
    pub data: EventData,
}

/// Most bytes of one event that are kept while they come in.
const EVENT_BYTES: usize = 64 * 1024;

/// Events as they come.
pub type EventStream = BoxStream<'static, Result<NodeEvent, ClientError>>;

impl Client {
    /// The events after a change, or those from now on.
    pub async fn events(&self, after: Option<u64>) -> Result<EventStream, ClientError> {
        let mut request = self
            .request(Method::GET, "/v1/events")?
            .timeout(std::time::Duration::from_secs(24 * 3_600));
        if let Some(seq) = after {
            request = request.header("Last-Event-ID", seq.to_string());
        }
        let node = self.address().to_owned();
        let body = self.send(request).await?.bytes_stream();
        let mut waiting = Vec::new();
        let events = body.flat_map(move |part| {
            let parsed = match part {
                Ok(bytes) => {
                    waiting.extend_from_slice(&bytes);
                    take_events(&mut waiting)
                }
                Err(error) => vec![Err(ClientError::unreachable(&node, &error))],
            };
            futures::stream::iter(parsed)
        });
        Ok(events.boxed())
    }
}

/// Takes the complete events out of what has come in.
fn take_events(waiting: &mut Vec<u8>) -> Vec<Result<NodeEvent, ClientError>> {
    let mut events = Vec::new();
    while let Some(end) = waiting.windows(2).position(|pair| pair == b"\n\n") {
        let block: Vec<u8> = waiting.drain(..end + 2).collect();
        events.extend(parse(&String::from_utf8_lossy(&block)));
    }
    if waiting.len() > EVENT_BYTES {
        waiting.clear();
        events.push(Err(ClientError::Answer("an event is too large".into())));
    }
    events
}

/// One event; comments and heartbeats give none.
fn parse(block: &str) -> Option<Result<NodeEvent, ClientError>> {
    let field = |name: &str| {
        block.lines().find_map(|line| line.strip_prefix(name)).map(|v| v.trim_start().to_owned())
    };
    let (seq, event, data) = (field("id:")?, field("event:")?, field("data:")?);
    let bad = |what: &str| ClientError::Answer(format!("an event's {what} is not understood"));
    let parsed = seq.parse().map_err(|_| bad("id")).and_then(|seq| {
        let data = serde_json::from_str(&data).map_err(|error| bad(&error.to_string()))?;
        Ok(NodeEvent { seq, event, data })
    });
    Some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_taken_whole_and_heartbeats_are_passed_over() {
        let mut waiting = b": heartbeat\n\nid: 7\nevent: code_red\ndata: {}\n\nid: 8\nev".to_vec();
        let events = take_events(&mut waiting);
        assert_eq!(events.len(), 1);
        assert_eq!(waiting, b"id: 8\nev");
    }
}
