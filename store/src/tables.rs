// SPDX-License-Identifier: Apache-2.0
//! All tables on one page, each with its key and value. Numbers in keys are big endian, so that they
//! sort; numbers in values are little endian. `‖` joins. A record key is kind (1) ‖ id (16).

/// The layout of this page. Another number in a folder is refused.
pub(crate) const SCHEMA: u32 = 3;

/// Single values: see the keys below.
pub(crate) const META: &str = "meta";
/// Raft log: index (8) → term (8) ‖ kind (1) ‖ payload. The payload of a proposal is a block's body.
pub(crate) const LOG: &str = "log";
/// Blocks: height (8) → header hash (32) ‖ term (8) ‖ log index (8) ‖ header length (4) ‖ header ‖
/// places in the body of the transactions that are leaves (4 each); none where all are, in order.
pub(crate) const BLOCKS: &str = "blocks";
/// Heights by block time: time (8) → height (8).
pub(crate) const TIMES: &str = "times";
/// Receipts: height (8) → for each: length (4) ‖ canonical bytes.
pub(crate) const RECEIPTS: &str = "receipts";
/// Changes: number of the change (8) → length (4) ‖ change ‖ value of the version that it brought. Rows
/// only ever come behind the others, so compaction need not write them again.
pub(crate) const CHANGES: &str = "changes";
/// Versions: record key (17) ‖ number (8) → number of the change that brought it (8).
pub(crate) const VERSIONS: &str = "versions";
/// Newest versions: state key (32) → record key (17) ‖ number of the change that brought it (8) ‖
/// version hash (32). A bucket of the state tree is a range of it.
pub(crate) const HEADS: &str = "heads";
/// Deadlines: instant (8) ‖ record key (17) → nothing.
pub(crate) const DEADLINES: &str = "deadlines";
/// Ids used within the window: valid_until (8) ‖ id (32) → nothing.
pub(crate) const RECENT: &str = "recent";
/// Where a transaction was executed: id (32) → height (8) ‖ index (4).
pub(crate) const PLACES: &str = "places";
/// Lists: list (1) ‖ whose (16) ‖ change number (8) → record key (17).
pub(crate) const LISTS: &str = "lists";
/// Complete subtrees of the history: level (1) ‖ index (8) → hash (32).
pub(crate) const HISTORY: &str = "history";
/// Sealed documents of the vault and its index, of this node alone: see `vault::rows`.
pub(crate) const VAULT: &str = "vault";
/// Wrapped keys of the vault, and what became of those that were destroyed: see `vault::rows`.
pub(crate) const VAULT_KEYS: &str = "vault_keys";

/// What this node keeps for itself, outside the state: the key and value of whoever keeps it.
pub(crate) const LOCAL: &str = "local";

/// Every table.
pub(crate) const ALL: [&str; 16] = [
    META, LOG, BLOCKS, TIMES, RECEIPTS, CHANGES, VERSIONS, HEADS, DEADLINES, RECENT, PLACES, LISTS,
    HISTORY, VAULT, VAULT_KEYS, LOCAL,
];

/// Tables that are read by whole keys at random: they get a filter.
pub(crate) const FILTERED: [&str; 5] = [VERSIONS, HEADS, RECENT, PLACES, HISTORY];

/// `meta`: the number of the layout (4).
pub(crate) const META_SCHEMA: &[u8] = b"schema";
/// `meta`: canonical bytes of genesis; written with the block at height 0, in one batch.
pub(crate) const META_GENESIS: &[u8] = b"genesis";
/// `meta`: term (8) ‖ index (8) of the last log entry that was applied.
pub(crate) const META_APPLIED: &[u8] = b"applied";
/// `meta`: the newest height (8).
pub(crate) const META_HEIGHT: &[u8] = b"height";
/// `meta`: term (8) ‖ node (8) ‖ committed (1).
pub(crate) const META_VOTE: &[u8] = b"vote";
/// `meta`: for each other validator: its number (8) ‖ how far it once held its log (8).
pub(crate) const META_MARKS: &[u8] = b"marks";

/// Joins parts of a key or value.
pub(crate) fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Reads fixed-width parts of a value from the front; None if it is too short.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.bytes().map(u64::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    pub(crate) fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }
}

/// Canonical values one after the other, each behind its length.
pub(crate) fn encode_each<T: chain::codec::Encode>(values: &[T]) -> Vec<u8> {
    let mut out = Vec::new();
    for value in values {
        let bytes = chain::codec::encode(value);
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(&bytes);
    }
    out
}

/// The encodings that [`encode_each`] joined; none in place of one that is cut short, and behind it.
fn each(bytes: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut rest = Some(Reader(bytes));
    std::iter::from_fn(move || {
        let Some(reader) = rest.as_mut() else { return Some(None) };
        if reader.0.is_empty() {
            return None;
        }
        let item = reader.u32().and_then(|length| reader.slice(length as usize));
        if item.is_none() {
            rest = None;
        }
        Some(item)
    })
}

/// Reads back what [`encode_each`] wrote.
pub(crate) fn decode_each<T: chain::codec::Decode<()>>(bytes: &[u8]) -> Option<Vec<T>> {
    each(bytes).map(|item| chain::codec::decode_trusted(item?).ok()).collect()
}

/// Reads back one of what [`encode_each`] wrote. The inner value is none behind the last one.
pub(crate) fn decode_one<T: chain::codec::Decode<()>>(
    bytes: &[u8],
    place: usize,
) -> Option<Option<T>> {
    match each(bytes).nth(place) {
        Some(item) => chain::codec::decode_trusted(item?).ok().map(Some),
        None => Some(None),
    }
}
