// SPDX-License-Identifier: Apache-2.0
//! The JSON that routes answer with. Every answer says of which height and time it is.

use chain::ids::{Height, OrganisationId, Time};
use chain::proof::Proof;
use chain::receipt::Version;
use chain::records::Value;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far something has come; until seals exist, executed here is the last stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// Taken, not executed yet.
    Pending,
    /// Executed here.
    Ordered,
}

/// A record as of an instant.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RecordAnswer<T> {
    /// Height of the block that was read.
    pub(crate) height: Height,
    /// The instant: that block's time, or the one asked for.
    pub(crate) time: Time,
    /// How far that block has come.
    pub(crate) stage: Stage,
    /// The record's id.
    pub(crate) id: String,
    /// The newest version that a block wrote by then.
    pub(crate) version: Version,
    /// The record at the instant, with what came due by then.
    pub(crate) record: T,
    /// Those who attested what it holds and whose registration has ended: what they attested stays.
    pub(crate) ended_attesters: Vec<OrganisationId>,
    /// Proves that version as of `height` against the header that it names; where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proof: Option<Proof>,
}

/// A page of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Page<T> {
    /// Height of the newest block.
    pub(crate) height: Height,
    /// Its time.
    pub(crate) time: Time,
    /// Its stage.
    pub(crate) stage: Stage,
    /// The items. There may be fewer than `limit`, and none, although more follow.
    pub(crate) items: Vec<T>,
    /// `cursor` of the next page; null at the end.
    pub(crate) next: Option<String>,
}

/// A record of any kind in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct AnyRecord {
    /// The record's id.
    pub(crate) id: String,
    /// The newest version that a block wrote.
    pub(crate) version: Version,
    /// The record under the word of its kind, with what came due by then.
    pub(crate) value: Value,
}
