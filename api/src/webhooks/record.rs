// SPDX-License-Identifier: Apache-2.0
//! What a node keeps of a webhook, as its rows hold it.

use std::fmt;
use std::str::FromStr;

use chain::Time;
use chain::ids::OrganisationId;
use chain::records::{InterfaceScopes, RecordKind};
use chain::text::{TextError, crockford, parse_crockford};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::send::Sent;
use crate::outgoing::Target;

/// The name of a webhook: 128 random bits, `whk_` and 26 Crockford symbols as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct WebhookId([u8; 16]);

const PREFIX: &str = "whk_";

impl WebhookId {
    pub(super) fn of(random: [u8; 16]) -> Self {
        Self(random)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The id of the message about a change: the same however often it is sent.
    pub(crate) fn message(&self, seq: u64) -> String {
        format!("msg_{}_{seq}", crockford(&self.0))
    }
}

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", crockford(&self.0))
    }
}

impl FromStr for WebhookId {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let id = text.strip_prefix(PREFIX).and_then(parse_crockford);
        id.map(Self).ok_or_else(|| TextError::new("the id of a webhook, whk_…", text))
    }
}

impl TryFrom<String> for WebhookId {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl From<WebhookId> for String {
    fn from(id: WebhookId) -> Self {
        id.to_string()
    }
}

/// A secret that is sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    /// Nonce and ciphertext.
    pub(super) text: String,
    /// Until when it signs, where a newer one is there.
    pub(super) until: Option<Time>,
}

/// What its owner said.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    pub(super) id: WebhookId,
    pub(super) organisation: OrganisationId,
    pub(super) url: Target,
    /// Kinds of records whose changes are wanted; none means all.
    pub(super) kinds: Vec<RecordKind>,
    /// What it may see at most: no more than the credential that registered it.
    pub(super) scopes: InterfaceScopes,
    /// True if it sees what its organisation sees by its office.
    pub(super) by_office: bool,
    pub(super) created_at: Time,
    /// Those that sign; the newest is the last.
    pub(super) secrets: Vec<Sealed>,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    /// The first change that was not looked at.
    pub(super) next: u64,
    /// How many were delivered.
    pub(super) delivered: u64,
    /// How many were put aside.
    pub(super) dead: u64,
    /// True while those put aside are delivered once more.
    pub(super) wanted: bool,
    /// The first of them that was not tried again.
    pub(super) wanted_from: u64,
    /// What is wrong at the moment.
    pub(super) trouble: Option<Trouble>,
}

impl Progress {
    pub(super) fn at(next: u64) -> Self {
        Self { next, delivered: 0, dead: 0, wanted: false, wanted_from: 0, trouble: None }
    }
}

/// Deliveries fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trouble {
    /// Tries of the change that waits.
    pub(crate) attempts: u32,
    /// Failures one after the other.
    pub(crate) failures: u32,
    /// Since when.
    pub(crate) since: Time,
    /// When the next try is due.
    pub(crate) retry_at: Time,
    /// How many were put aside since then.
    pub(crate) put_aside: u32,
    /// What came of the last try.
    pub(crate) last: Sent,
}

/// A change that could not be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeadLetter {
    /// Number of the change.
    pub(crate) seq: u64,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// When it was tried last.
    pub(crate) at: Time,
    /// What came of that.
    pub(crate) last: Sent,
}

/// A change that was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Done {
    /// Number of the change.
    pub(crate) seq: u64,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// When it was taken.
    pub(crate) at: Time,
    /// The status that said so.
    pub(crate) last: Sent,
}

/// Why nothing is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stopped {
    /// The organisation has no grant in force with the scope `modules`. It goes on with the next one.
    GrantMissing,
    /// The organisation's registration has ended.
    OrganisationEnded,
    /// As much was put aside as may be. It goes on once that is replayed.
    TooManyDead,
    /// This node has another key than the one that sealed its secret. It goes on with a new secret.
    SecretLost,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_reads_back_and_names_its_messages() {
        let id = WebhookId::of([0; 16]);
        assert_eq!(id.to_string().parse::<WebhookId>().unwrap(), id);
        assert_eq!(id.message(7), "msg_00000000000000000000000000_7");
        for text in ["", "whk_", "msg_00000000000000000000000000", "whk_0000000000000000000000000"]
        {
            assert!(text.parse::<WebhookId>().is_err(), "{text}");
        }
    }
}
