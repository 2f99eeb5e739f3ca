// SPDX-License-Identifier: Apache-2.0
//! Everything that can go wrong between this program and a node.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A node's refusal: problem details of RFC 9457.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ProblemDetails {
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// A few words.
    pub title: String,
    /// What is wrong.
    #[serde(default)]
    pub detail: String,
    /// What to do about it.
    #[serde(default)]
    pub what_to_do: String,
    /// Id of the request in the node's log.
    #[serde(default)]
    pub request_id: String,
    /// The input at fault.
    #[serde(default)]
    pub field: Option<String>,
    /// Seconds after which trying again makes sense.
    #[serde(default)]
    pub retry_after_s: Option<u32>,
    /// Reasons and whatever else the node says.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// Why a call did not give what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is none: give one such as http://127.0.0.1:8080.
    #[error("{0:?} is not a node's address: give one such as http://127.0.0.1:8080")]
    Address(String),
    /// The credentials are no text of one line.
    #[error("these credentials cannot be sent: give the API key or token as it was shown")]
    Credentials,
    /// The address is plain HTTP of another machine.
    #[error(
        "credentials would go to {0} in the clear: use https://, or ask on the node's own machine"
    )]
    InTheClear(String),
    /// A certificate that is to be trusted is none, or TLS cannot be set up.
    #[error("TLS cannot be used: {0}")]
    Certificate(String),
    /// The node cannot be reached: is it running, and is the address right?
    #[error(
        "the node at {node} cannot be reached ({reason}): is it running, and is the address right?"
    )]
    Unreachable {
        /// Address of the node.
        node: String,
        /// What the network said.
        reason: String,
    },
    /// The node refused; its problem details say why and what to do.
    #[error("{} ({}): {} {}", .0.title, .0.code, .0.detail, .0.what_to_do)]
    Refused(Box<ProblemDetails>),
    /// The answer is not what this version understands: use matching releases.
    #[error("the node's answer is not understood: {0}. Do client and node match?")]
    Answer(String),
    /// A wait was over before the transaction was executed; it may still be.
    #[error("transaction {0} was not executed in time; ask again later, it may still be")]
    NotYet(chain::TransactionId),
}

impl ClientError {
    /// The innermost of what the network said: the rest repeats the address.
    pub(crate) fn unreachable(node: &str, error: &reqwest::Error) -> Self {
        let mut inner: &dyn std::error::Error = error;
        while let Some(source) = inner.source() {
            inner = source;
        }
        Self::Unreachable { node: node.to_owned(), reason: inner.to_string() }
    }

    /// The stable code of a refusal.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            _ => None,
        }
    }

    /// True where the same call may go through a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused(problem) => matches!(problem.status, 429 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// True where there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(problem) if problem.status == 404)
    }
}
