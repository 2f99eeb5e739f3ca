// SPDX-License-Identifier: Apache-2.0
//! Opaque cursors of paged lists: height, last key, and a digest that binds both to one chain, one
//! list and one filter. Holds no state, so any node can go on with a page that another began. The
//! digest finds alterations; it is no secret, since a cursor opens nothing that a list does not.

use sha2::{Digest, Sha256};

use super::messages;
use super::problem::Problem;

const TAG: &[u8] = b"dianyun/api/cursor/1";
const HEIGHT_BYTES: usize = 8;
const SUM_BYTES: usize = 16;
const MAX_KEY_BYTES: usize = 128;

/// Which list a cursor belongs to: chain, route and every filter of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListDigest([u8; 32]);

impl ListDigest {
    /// Digest of a list; `filter` holds each part of the filter in a fixed order.
    pub fn new(chain: &[u8], route: &str, filter: &[&str]) -> Self {
        let mut hasher = Sha256::new();
        let route = [route];
        let parts = route.iter().chain(filter).map(|part| part.as_bytes());
        for part in std::iter::once(chain).chain(parts) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

/// Where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Height at which the page before was read.
    pub height: u64,
    /// Key of the last item of the page before.
    pub last_key: Vec<u8>,
}

impl Cursor {
    /// A cursor of a list whose keys are numbers.
    pub fn at(height: u64, place: u64) -> Self {
        Self { height, last_key: place.to_be_bytes().to_vec() }
    }

    /// The number that [`Cursor::at`] was given.
    pub fn place(&self) -> Result<u64, Problem> {
        let place = self.last_key.as_slice().try_into().map(u64::from_be_bytes);
        place.map_err(|_| Problem::new(&messages::INVALID_CURSOR).field("cursor"))
    }

    /// The cursor as text for `next`.
    pub fn encode(&self, list: &ListDigest) -> String {
        let mut bytes = self.height.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.last_key);
        bytes.extend_from_slice(&sum(&bytes, list));
        hex::encode(bytes)
    }

    /// Reads a cursor back; refused if altered or of another list.
    pub fn decode(text: &str, list: &ListDigest) -> Result<Self, Problem> {
        Self::read(text, list)
            .ok_or_else(|| Problem::new(&messages::INVALID_CURSOR).field("cursor"))
    }

    fn read(text: &str, list: &ListDigest) -> Option<Self> {
        if text.len() > 2 * (HEIGHT_BYTES + MAX_KEY_BYTES + SUM_BYTES) {
            return None;
        }
        let bytes = hex::decode(text).ok()?;
        let (body, found) = bytes.split_at_checked(bytes.len().checked_sub(SUM_BYTES)?)?;
        let (height, last_key) = body.split_first_chunk::<HEIGHT_BYTES>()?;
        let cursor = Self { height: u64::from_be_bytes(*height), last_key: last_key.to_vec() };
        (found == sum(body, list) && cursor.encode(list) == text).then_some(cursor)
    }
}

fn sum(body: &[u8], list: &ListDigest) -> [u8; SUM_BYTES] {
    let whole = Sha256::new().chain_update(TAG).chain_update(list.0).chain_update(body).finalize();
    let mut sum = [0; SUM_BYTES];
    sum.copy_from_slice(&whole[..SUM_BYTES]);
    sum
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn list() -> ListDigest {
        ListDigest::new(b"chain", "/v1/waybills", &["maker=org_1"])
    }

    #[test]
    fn a_cursor_reads_back_as_it_was() {
        let cursor = Cursor { height: 77, last_key: vec![1, 2, 3] };
        assert_eq!(Cursor::decode(&cursor.encode(&list()), &list()).unwrap(), cursor);
    }

    #[test]
    fn a_cursor_with_any_character_altered_is_refused() {
        let text = Cursor { height: 77, last_key: vec![0xab; 5] }.encode(&list());
        for at in 0..text.len() {
            for other in ["0", "f", "F", "z"] {
                let mut altered = text.clone();
                altered.replace_range(at..=at, other);
                if altered != text {
                    let problem = Cursor::decode(&altered, &list()).unwrap_err();
                    assert_eq!(problem.code(), "invalid_cursor", "{altered}");
                }
            }
        }
    }

    #[test]
    fn a_cursor_of_another_chain_list_or_filter_is_refused() {
        let text = Cursor { height: 1, last_key: vec![] }.encode(&list());
        let others = [
            ListDigest::new(b"other", "/v1/waybills", &["maker=org_1"]),
            ListDigest::new(b"chain", "/v1/vehicles", &["maker=org_1"]),
            ListDigest::new(b"chain", "/v1/waybills", &["maker=org_2"]),
            ListDigest::new(b"chain", "/v1/waybills", &[]),
        ];
        for other in others {
            assert!(Cursor::decode(&text, &other).is_err());
        }
    }

    #[test]
    fn shortened_lengthened_and_foreign_text_is_refused() {
        let text = Cursor { height: 1, last_key: vec![9] }.encode(&list());
        let long = "00".repeat(4_000);
        for bad in ["", "0", "zz", "é", &text[2..], &text[..text.len() - 2], &long] {
            assert!(Cursor::decode(bad, &list()).is_err(), "{bad:?}");
        }
        assert!(Cursor::decode(&format!("{text}00"), &list()).is_err());
    }
}
