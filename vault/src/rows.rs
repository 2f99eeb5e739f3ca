// SPDX-License-Identifier: Apache-2.0
//! The keys of all rows, on one page. Numbers in keys are big endian, so that they sort; `‖` joins. A
//! subject is kind (1) ‖ id (16).

use chain::ids::Time;

use crate::document::DocumentName;
use crate::subject::{self, Subject};

/// `Keys`: the index key, wrapped.
pub(crate) const INDEX_KEY: &[u8] = b"\x00index";
/// `Keys`: 1 ‖ subject → what is held of it: its wrapped key, or the protocol of its erasure.
pub(crate) const HELD: u8 = 1;
/// `Keys`: 2 ‖ subject → nothing, while its erasure is not ended.
pub(crate) const ERASING: u8 = 2;
/// `Keys`: 3 ‖ until (8) ‖ subject → nothing: restricted ones by their ends.
pub(crate) const ENDS: u8 = 3;
/// `Values`: 1 ‖ subject ‖ name → a sealed document.
pub(crate) const DOCUMENT: u8 = 1;
/// `Values`: 2 ‖ keyed hash (32) ‖ subject → nothing: who is found by a value.
pub(crate) const INDEX: u8 = 2;
/// `Values`: 3 ‖ subject ‖ keyed hash (32) → nothing: what a subject is found by.
pub(crate) const FOUND_BY: u8 = 3;

/// A keyed hash in the index.
pub(crate) type Mark = [u8; 32];

/// The key of a subject's row, or the beginning of the keys of its rows.
pub(crate) fn of(kind: u8, subject: Subject) -> Vec<u8> {
    [&[kind][..], &subject.to_bytes()].concat()
}

pub(crate) fn document(subject: Subject, name: &DocumentName) -> Vec<u8> {
    [&of(DOCUMENT, subject), name.as_str().as_bytes()].concat()
}

pub(crate) fn end(until: Time, subject: Subject) -> Vec<u8> {
    [&[ENDS][..], &until.0.to_be_bytes(), &subject.to_bytes()].concat()
}

pub(crate) fn index(mark: &Mark, subject: Subject) -> Vec<u8> {
    [&[INDEX][..], mark, &subject.to_bytes()].concat()
}

pub(crate) fn found_by(subject: Subject, mark: &Mark) -> Vec<u8> {
    [&of(FOUND_BY, subject)[..], mark].concat()
}

/// The subject behind the first byte of a key.
pub(crate) fn subject_of(key: &[u8]) -> Option<Subject> {
    Subject::from_bytes(key.get(1..1 + subject::BYTES)?)
}

/// The subject at the end of a key.
pub(crate) fn subject_at_end(key: &[u8]) -> Option<Subject> {
    Subject::from_bytes(key.get(key.len().checked_sub(subject::BYTES)?..)?)
}

/// What stands behind the first byte and the subject of a key.
pub(crate) fn behind_subject(key: &[u8]) -> &[u8] {
    key.get(1 + subject::BYTES..).unwrap_or_default()
}
