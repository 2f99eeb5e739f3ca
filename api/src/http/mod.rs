// SPDX-License-Identifier: Apache-2.0
//! What every route shares: problem details, languages, request ids, extractors, cursors.
//! Knows HTTP and JSON; never a rule of the chain.

pub mod cursor;
pub mod extract;
pub(crate) mod json;
pub mod language;
pub mod messages;
pub mod problem;
pub mod request_id;
