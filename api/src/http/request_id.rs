// SPDX-License-Identifier: Apache-2.0
//! The id that joins a request, its answer and its log lines. A client may bring its own; what is
//! too long or odd is replaced, never echoed.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries it both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_LENGTH: usize = 64;

/// Id of one request: 1 to 64 of letters, digits, `-`, `_` and `.`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The client's id if it is well formed, else a new one.
    pub fn of(headers: &HeaderMap) -> Self {
        let brought = headers.get(HEADER).and_then(|value| value.to_str().ok());
        brought.filter(|id| well_formed(id)).map_or_else(Self::fresh, |id| Self(id.to_owned()))
    }

    /// A new id: start of this process and a counter, unique enough to search logs by.
    pub fn fresh() -> Self {
        static START: LazyLock<u64> = LazyLock::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            (since.as_micros() as u64) ^ (u64::from(std::process::id()) << 44)
        });
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(format!("{:012x}-{:x}", *START >> 4, NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a header's value.
    pub fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

fn well_formed(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=MAX_LENGTH).contains(&id.len()) && id.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_well_formed_id_is_kept_and_an_odd_one_replaced() {
        let long = "x".repeat(65);
        let cases =
            [("abc-1_2.Z", true), ("", false), ("a b", false), ("é", false), (&long, false)];
        for (id, kept) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, HeaderValue::from_bytes(id.as_bytes()).unwrap());
            assert_eq!(RequestId::of(&headers).as_str() == id, kept, "{id:?}");
        }
    }

    #[test]
    fn two_fresh_ids_differ() {
        assert_ne!(RequestId::fresh(), RequestId::fresh());
        assert!(well_formed(RequestId::fresh().as_str()));
    }
}
