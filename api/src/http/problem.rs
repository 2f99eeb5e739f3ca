// SPDX-License-Identifier: Apache-2.0
//! RFC 9457 problem details: how every refusal leaves this interface. A handler returns a
//! [`Problem`]; the outermost layer writes it in the client's language with the request's id.
//! Never decides what is an error.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::language::Language;
use super::messages::{self, Message, Words};
use super::request_id::RequestId;

/// Media type of RFC 9457.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal on its way out, not yet in any language.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its row in a table.
    message: &'static Message,
    /// The input at fault, as a path such as `action.code`.
    field: Option<String>,
    /// What fills `{value}` of the texts.
    value: String,
    /// The same where each language has its own.
    words: Option<Words>,
    /// Seconds after which trying again makes sense.
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem of the given kind.
    pub fn new(message: &'static Message) -> Self {
        Self { message, field: None, value: String::new(), words: None, retry_after: None }
    }

    /// Fills `{value}` of its texts.
    pub fn value(mut self, value: impl ToString) -> Self {
        self.value = value.to_string();
        self
    }

    /// Fills `{value}` of its texts in each language.
    pub fn words(mut self, words: Words) -> Self {
        self.words = Some(words);
        self
    }

    /// Names the input at fault.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds `Retry-After`.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Its stable code.
    pub fn code(&self) -> &'static str {
        self.message.code
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.message.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The body in one language.
    pub fn details(&self, language: Language, request: &RequestId) -> ProblemDetails {
        let fill = |words: &messages::Words| {
            let field = self.field.as_deref().unwrap_or_default();
            let own = self.words.map(|words| words.in_language(language));
            let value = own.unwrap_or(&self.value);
            words.in_language(language).replace("{field}", field).replace("{value}", value)
        };
        ProblemDetails {
            kind: format!("/docs/errors#{}", self.message.code),
            title: fill(&self.message.title),
            status: self.message.status,
            detail: fill(&self.message.detail),
            code: self.message.code.to_owned(),
            what_to_do: fill(&self.message.advice),
            request_id: request.as_str().to_owned(),
            field: self.field.clone(),
            retry_after_s: self.retry_after,
        }
    }

    /// The whole answer in one language.
    pub fn respond(&self, language: Language, request: &RequestId) -> Response {
        let body = self.details(language, request).to_bytes();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What a response carries from a handler to the outermost layer.
#[derive(Clone)]
pub(crate) struct Carried(pub(crate) Arc<Problem>);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Carried(Arc::new(self)));
        response
    }
}

/// A problem in the form of RFC 9457, with our members beside the standard ones.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "type": "/docs/errors#unknown_field",
    "title": "Unknown field",
    "status": 400,
    "detail": "There is no field action.colour: expected one of `code`, `reason`",
    "code": "unknown_field",
    "what_to_do": "Remove the field or correct its name.",
    "request_id": "061b0c9a2f3e-2a",
    "field": "action.colour"
}))]
pub struct ProblemDetails {
    /// Where this kind is explained, relative to this node.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few words, in the language of `Accept-Language`.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// What is wrong here.
    pub detail: String,
    /// Stable code for programs; all are in docs/errors.md.
    pub code: String,
    /// What to do about it.
    pub what_to_do: String,
    /// Id of this request, also in the header `X-Request-Id` and in the node's log.
    pub request_id: String,
    /// The input at fault, as a path into the body or the name of a query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds after which trying again makes sense, as in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

impl ProblemDetails {
    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_else(|_| b"{}".to_vec())
    }
}

/// A whole HTTP answer for a connection that never gets as far as a request.
pub(crate) fn too_many_connections() -> Vec<u8> {
    let problem = Problem::new(&messages::TOO_MANY_CONNECTIONS).retry_after(1);
    let id = RequestId::fresh();
    let body = problem.details(Language::default(), &id).to_bytes();
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {}\r\n\
         retry-after: 1\r\nx-request-id: {}\r\nconnection: close\r\n\r\n",
        body.len(),
        id.as_str(),
    );
    [head.into_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value;

    #[test]
    fn both_languages_say_the_same_code_and_fill_in_the_field() {
        let problem = Problem::new(&messages::MISSING_FIELD).field("action.code");
        let id = RequestId::fresh();
        let (zh, en) = (problem.details(Language::Zh, &id), problem.details(Language::En, &id));
        assert_eq!((zh.code.as_str(), zh.status), ("missing_field", 400));
        assert_eq!(zh.detail, "缺少字段 action.code。");
        assert_eq!(en.detail, "The field action.code is missing.");
        assert_eq!(en.field.as_deref(), Some("action.code"));
    }

    #[test]
    fn the_answer_to_one_connection_too_many_is_whole_http() {
        let text = String::from_utf8(too_many_connections()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())));
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["code"], "too_many_connections");
    }
}
