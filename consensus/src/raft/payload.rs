// SPDX-License-Identifier: Apache-2.0
//! What an ordinary log entry holds: the canonical bytes of a proposal, decoded at most once.
//! Never copied: openraft, the cache, the store and the executor share one allocation.

use bytes::Bytes;
use chain::block::Proposal;
use chain::codec;
use chain::limits::VALUE_BYTES;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The payload of an ordinary entry. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Payload(Arc<Body>);

struct Body {
    bytes: Bytes,
    proposal: OnceLock<Option<Proposal>>,
}

impl Payload {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self(Arc::new(Body { bytes, proposal: OnceLock::new() }))
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// The proposal; none if the bytes are not canonical.
    pub(crate) fn proposal(&self) -> Option<&Proposal> {
        let decode = || codec::decode(&self.0.bytes, VALUE_BYTES).ok();
        self.0.proposal.get_or_init(decode).as_ref()
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "proposal of {} bytes", self.0.bytes.len())
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
