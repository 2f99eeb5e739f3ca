// SPDX-License-Identifier: Apache-2.0
//! What an ordinary log entry holds: the canonical bytes of a proposal, decoded once until it is
//! executed.
//! Never copied: openraft, the cache, the store and the executor share one allocation.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use chain::block::Proposal;
use chain::codec;
use chain::limits::VALUE_BYTES;
use parking_lot::Mutex;

/// The payload of an ordinary entry. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Payload(Arc<Body>);

struct Body {
    bytes: Bytes,
    decoded: Mutex<Option<Arc<Proposal>>>,
}

impl Payload {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self(Arc::new(Body { bytes, decoded: Mutex::new(None) }))
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// The proposal; none if the bytes are not canonical.
    pub(crate) fn proposal(&self) -> Option<Arc<Proposal>> {
        let mut decoded = self.0.decoded.lock();
        if decoded.is_none() {
            *decoded = codec::decode(&self.0.bytes, VALUE_BYTES).ok().map(Arc::new);
        }
        decoded.clone()
    }

    /// Keeps the bytes alone. The newest entries stay in memory for peers that lack them, long after
    /// they were executed here.
    pub(crate) fn forget_proposal(&self) {
        *self.0.decoded.lock() = None;
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
