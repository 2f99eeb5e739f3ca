// SPDX-License-Identifier: Apache-2.0
//! What an ordinary log entry holds: the canonical bytes of a proposal, decoded at most once.
//! Never copied: openraft, the cache, the store and the executor share one allocation.

use bytes::Bytes;
use std::fmt;
use std::sync::Arc;

/// The payload of an ordinary entry. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Payload(Arc<Body>);

struct Body {
    bytes: Bytes,
}

impl Payload {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self(Arc::new(Body { bytes }))
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.0.bytes
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
