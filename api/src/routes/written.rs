// SPDX-License-Identifier: Apache-2.0
//! In which form a table is answered: JSON, or CSV for spreadsheets.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::shapes::Page;
use crate::http::json::Json;
use crate::http::language::Language;
use crate::http::problem::Problem;
use crate::modules::{Row, csv};

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// JSON.
    Json,
    /// CSV.
    Csv,
}

/// How the client wants a table, and how to link to the next page.
pub(super) struct Written {
    language: Language,
    accepts_csv: bool,
    uri: axum::http::Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Written {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let uri = OriginalUri::from_request_parts(parts, state).await;
        let OriginalUri(uri) = uri.unwrap_or_else(|never| match never {});
        let language = Language::of(&parts.headers);
        Ok(Self { language, accepts_csv: accepts_csv(&parts.headers), uri })
    }
}

fn accepts_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let mut ranges = accepted.unwrap_or_default().split(',');
    ranges.any(|range| range.split(';').next().unwrap_or_default().trim() == "text/csv")
}

impl Written {
    /// A page in the form that was asked for; `name` is what a browser saves CSV by.
    pub(super) fn answer<R: Row + Serialize>(
        &self,
        format: Option<Format>,
        name: &'static str,
        page: Page<R>,
    ) -> Response {
        let is_csv = format.map_or(self.accepts_csv, |format| format == Format::Csv);
        let mut response = match is_csv {
            true => csv::table(&page.items, self.language).into_response(),
            false => Json(&page).into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
        if is_csv {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(csv::MEDIA_TYPE));
            headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
            let language = HeaderValue::from_static(self.language.tag());
            headers.insert(header::CONTENT_LANGUAGE, language);
            let link = page.next.map(|next| self.link(&next));
            if let Some(Ok(link)) = link.map(|link| HeaderValue::from_str(&link)) {
                headers.insert(header::LINK, link);
            }
        }
        response
    }

    /// A table as CSV has no `next` of its own.
    fn link(&self, next: &str) -> String {
        let query = self.uri.query().unwrap_or_default().as_bytes();
        let kept = form_urlencoded::parse(query).filter(|(name, _)| name != "cursor");
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept).append_pair("cursor", next);
        format!("<{}?{}>; rel=\"next\"", self.uri.path(), query.finish())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn csv_is_written_for_who_accepts_it_by_name() {
        let cases = [
            ("text/csv", true),
            ("text/html, text/csv;q=0.5", true),
            ("application/json", false),
            ("text/*", false),
            ("*/*", false),
            ("", false),
        ];
        for (accepted, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accepted.parse().unwrap());
            assert_eq!(accepts_csv(&headers), expected, "{accepted}");
        }
        assert!(!accepts_csv(&HeaderMap::new()));
    }

    #[test]
    fn the_next_page_has_every_other_parameter() {
        let uri = "/v1/modules/drivers?format=csv&cursor=00ff&colour=blue".parse().unwrap();
        let written = Written { language: Language::Zh, accepts_csv: false, uri };
        let expected = "</v1/modules/drivers?format=csv&colour=blue&cursor=0a>; rel=\"next\"";
        assert_eq!(written.link("0a"), expected);
    }
}
