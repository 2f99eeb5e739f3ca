// SPDX-License-Identifier: Apache-2.0
//! Answers in JSON, each written into one buffer that is large enough for most: one that grows is copied as often as
//! it does (docs/benchmarks.md).

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::messages;
use super::problem::Problem;

/// Bytes that most answers have at most: six certificates and one policy are 4 KiB.
const MOST_HAVE: usize = 6 << 10;

/// A JSON answer.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut bytes = Vec::with_capacity(MOST_HAVE);
        match serde_json::to_writer(&mut bytes, &self.0) {
            Ok(()) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
            Err(error) => {
                tracing::error!(%error, "an answer cannot be written");
                Problem::new(&messages::INTERNAL).into_response()
            }
        }
    }
}
