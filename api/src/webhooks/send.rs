// SPDX-License-Identifier: Apache-2.0
//! One delivery: the message is posted, the status counts. Hardly anything is read: what a receiver answers is
//! nobody's business, and no way to look behind this node.

use axum::http::{Request, header};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::WebhookError;
use super::config::WebhookConfig;
pub(crate) use crate::outgoing::Failure;
use crate::outgoing::{Outgoing, Target};

/// Bytes of an answer's body that are read, so that an orderly receiver is done with it.
const ANSWER_BYTES: usize = 4 << 10;

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    /// Why it does not count as taken, if it does not.
    pub(crate) failure: Option<Failure>,
}

impl Sent {
    fn answered(status: u16) -> Self {
        let failure = (!(200..300).contains(&status)).then_some(Failure::Status);
        Self { status: Some(status), failure }
    }

    fn failed(failure: Failure) -> Self {
        Self { status: None, failure: Some(failure) }
    }
}

/// A message with its headers.
pub(super) struct Message {
    pub(super) id: String,
    pub(super) timestamp_s: u64,
    /// Signatures, with spaces between.
    pub(super) signature: String,
    pub(super) body: Bytes,
}

/// What deliveries have in common.
pub(super) struct Sender(Outgoing);

impl Sender {
    pub(super) fn new(config: &WebhookConfig) -> Result<Self, WebhookError> {
        let authorities = config.authorities.as_deref();
        Ok(Self(Outgoing::new(config.allow.clone(), authorities, config.time())?))
    }

    /// Posts a message.
    pub(super) async fn post(&self, target: &Target, message: Message) -> Sent {
        let request = Request::post(target.path())
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", message.id)
            .header("webhook-timestamp", message.timestamp_s.to_string())
            .header("webhook-signature", message.signature);
        match self.0.send(target, request, message.body, ANSWER_BYTES).await {
            Ok((status, _)) => Sent::answered(status),
            Err(failure) => Sent::failed(failure),
        }
    }
}
