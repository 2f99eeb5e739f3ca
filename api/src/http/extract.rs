// SPDX-License-Identifier: Apache-2.0
//! Reads what clients send: bodies within limits of size and time, JSON and queries that name the
//! field at fault and take no unknown one. Never checks a rule of the chain.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRef, FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::messages;
use super::problem::Problem;

/// A body up to this size needs no place among the large ones.
pub const SMALL_BODY: usize = 128 * 1024;
/// Longest wait for a place among the large bodies.
const PLACE_WAIT: Duration = Duration::from_secs(2);
/// Most bytes taken in of a body that is too large: as many as the largest that is wanted.
const PASSED_OVER: usize = 16 << 20;
/// Longest time for that.
const PASS_OVER_TIME: Duration = Duration::from_secs(1);
/// Longest part of an error's text that is given back.
const MAX_TEXT: usize = 300;

/// Reads bodies within the limits of this server.
#[derive(Debug)]
pub struct Bodies {
    time: Duration,
    large: Arc<Semaphore>,
}

/// A body in memory, with its place among the large ones if it is one.
#[derive(Debug)]
pub struct ReadBody {
    /// The bytes.
    pub bytes: Bytes,
    _place: Option<OwnedSemaphorePermit>,
}

/// Takes in a part of a body that is not wanted: a connection that closes on bytes that were sent and
/// not read takes the answer with it.
async fn pass_over(body: Body) {
    let mut rest = Limited::new(body, PASSED_OVER);
    let reading = async { while let Some(Ok(_)) = rest.frame().await {} };
    let _in_time = timeout(PASS_OVER_TIME, reading).await;
}

impl Bodies {
    /// Bodies must arrive within `time`; at most `large` of over 128 KiB are held at once.
    pub fn new(time: Duration, large: usize) -> Self {
        Self { time, large: Arc::new(Semaphore::new(large)) }
    }

    /// Reads the whole body, at most `max` bytes of it.
    pub async fn read(&self, request: Request, max: usize) -> Result<ReadBody, Problem> {
        let length = content_length(request.headers());
        if length.is_some_and(|length| length > max as u64) {
            // Who waits for leave to send needs no more than the answer.
            if !request.headers().contains_key(header::EXPECT) {
                pass_over(request.into_body()).await;
            }
            return Err(too_large(max));
        }
        let place = match length {
            _ if max <= SMALL_BODY => None,
            Some(length) if length <= SMALL_BODY as u64 => None,
            _ => Some(self.place().await?),
        };
        let body = Limited::new(request.into_body(), max).collect();
        match timeout(self.time, body).await {
            Ok(Ok(body)) => Ok(ReadBody { bytes: body.to_bytes(), _place: place }),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(max)),
            Ok(Err(error)) => {
                Err(Problem::new(&messages::MALFORMED_JSON).value(shortened(&error.to_string())))
            }
            Err(_) => Err(Problem::new(&messages::BODY_TOO_SLOW).value(self.time.as_millis())),
        }
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = timeout(PLACE_WAIT, self.large.clone().acquire_owned()).await;
        let busy = || Problem::new(&messages::OVERLOADED).retry_after(1);
        place.map_err(|_| busy())?.map_err(|_| busy())
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(max: usize) -> Problem {
    Problem::new(&messages::BODY_TOO_LARGE).value(max)
}

/// The media type of the body without its parameters, in small letters.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.and_then(|v| v.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase()
}

/// The refusal of a media type that a route does not take.
pub fn unsupported(media_type: &str) -> Problem {
    let shown = if media_type.is_empty() { "(none)" } else { media_type };
    Problem::new(&messages::UNSUPPORTED_MEDIA_TYPE).value(shortened(shown))
}

/// A JSON body of at most 128 KiB.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
    Arc<Bodies>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media_type = media_type(request.headers());
        if media_type != "application/json" {
            return Err(unsupported(&media_type));
        }
        let body = Arc::<Bodies>::from_ref(state).read(request, SMALL_BODY).await?;
        json(&body.bytes).map(Self)
    }
}

/// Reads one JSON value; a refusal names the field.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() { field_problem(&path, &inner.to_string()) } else { malformed(&inner) }
    })?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(&messages::MALFORMED_JSON).value(shortened(&error.to_string()))
}

/// Turns serde's words into a problem that names the field as a path from the top.
fn field_problem(path: &str, text: &str) -> Problem {
    let text = text.rsplit_once(" at line ").map_or(text, |(text, _)| text);
    let named = |prefix: &str| text.strip_prefix(prefix)?.split('`').next();
    if let Some(name) = named("unknown field `") {
        let why = text.split_once(", ").map_or("", |(_, why)| why);
        let problem = Problem::new(&messages::UNKNOWN_FIELD).field(join(path, name));
        return problem.value(shortened(why));
    }
    if let Some(name) = named("missing field `") {
        return Problem::new(&messages::MISSING_FIELD).field(join(path, name));
    }
    let field = match named("duplicate field `") {
        Some(name) => join(path, name),
        None if path == "." => "(body)".to_owned(),
        None => shortened(path),
    };
    Problem::new(&messages::INVALID_FIELD).field(field).value(shortened(text))
}

/// `path` extended by `name`, unless the path already ends with it.
fn join(path: &str, name: &str) -> String {
    let name = shortened(name);
    if path == "." || path == name {
        name
    } else if path.ends_with(&format!(".{name}")) {
        shortened(path)
    } else {
        format!("{}.{name}", shortened(path))
    }
}

/// What clients sent is given back in part only.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The parameters after `?`, none of them unknown.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// Reads a query string; a refusal names the parameter.
pub fn query<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(text.as_bytes());
    let reader = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let path = error.path().to_string();
        field_problem(&path, &error.into_inner().to_string())
    })
}

/// No parameters at all after `?`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The parameter within a path, read from its text form.
#[derive(Debug)]
pub struct Id<T>(pub T);

impl<T: FromStr<Err: Display>, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        within_path(&raw(parts, state).await?, 0).map(Self)
    }
}

/// Two parameters within a path.
#[derive(Debug)]
pub struct Ids<A, B>(pub A, pub B);

impl<A, B, S> FromRequestParts<S> for Ids<A, B>
where
    A: FromStr<Err: Display>,
    B: FromStr<Err: Display>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let raw = raw(parts, state).await?;
        Ok(Self(within_path(&raw, 0)?, within_path(&raw, 1)?))
    }
}

async fn raw<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<RawPathParams, Problem> {
    let raw = RawPathParams::from_request_parts(parts, state).await;
    raw.map_err(|error| invalid("(path)", error))
}

fn within_path<T: FromStr<Err: Display>>(raw: &RawPathParams, place: usize) -> Result<T, Problem> {
    let (name, text) = raw.iter().nth(place).unwrap_or_default();
    text.parse().map_err(|error| invalid(name, error))
}

/// A refusal of one named input.
pub fn invalid(field: &str, why: impl ToString) -> Problem {
    Problem::new(&messages::INVALID_FIELD).field(field).value(shortened(&why.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::http::language::Language;
    use crate::http::request_id::RequestId;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Outer {
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Inner {
        mass: u32,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Public,
    }

    #[test]
    fn the_field_at_fault_is_named_as_a_path() {
        let cases = [
            (r#"{"inner":[{"mass":1,"colour":2}]}"#, "unknown_field", "inner[0].colour"),
            (r#"{"outer":1}"#, "unknown_field", "outer"),
            (r#"{"inner":[{}]}"#, "missing_field", "inner[0].mass"),
            (r#"{}"#, "missing_field", "inner"),
            (r#"{"inner":[{"mass":-1}]}"#, "invalid_field", "inner[0].mass"),
            (r#"{"inner":[{"mass":1,"kind":"blue"}]}"#, "invalid_field", "inner[0].kind"),
            (r#"{"inner":[{"mass":1,"mass":1}]}"#, "invalid_field", "inner[0].mass"),
            (r#"[1]"#, "invalid_field", "[0]"),
            (r#"7"#, "invalid_field", "(body)"),
        ];
        for (text, code, field) in cases {
            let problem = json::<Outer>(text.as_bytes()).unwrap_err();
            let details = problem.details(Language::En, &RequestId::fresh());
            assert_eq!(problem.code(), code, "{text}");
            assert_eq!(details.field.as_deref(), Some(field), "{text}: {}", details.detail);
        }
    }

    #[test]
    fn what_is_not_json_is_said_to_be_none() {
        let deep = "[".repeat(100_000);
        for text in ["", "{", "{]", r#"{"inner":[]} x"#, "\u{0}", &deep] {
            let problem = json::<Outer>(text.as_bytes()).unwrap_err();
            assert!(["malformed_json", "invalid_field"].contains(&problem.code()), "{text}");
        }
        assert!(json::<Outer>(b"\xff\xfe").is_err());
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        at_height: Option<u64>,
    }

    #[test]
    fn an_unknown_or_wrong_query_parameter_is_named() {
        assert_eq!(query::<Asked>("at_height=7").unwrap().at_height, Some(7));
        let cases = [
            ("at_hight=7", "unknown_field", "at_hight"),
            ("at_height=x", "invalid_field", "at_height"),
            ("at_height=1&at_height=2", "invalid_field", "at_height"),
        ];
        for (text, code, field) in cases {
            let problem = query::<Asked>(text).unwrap_err();
            let details = problem.details(Language::En, &RequestId::fresh());
            assert_eq!(problem.code(), code, "{text}");
            assert_eq!(details.field.as_deref(), Some(field), "{text}: {}", details.detail);
        }
    }

    #[test]
    fn a_long_text_is_given_back_in_part() {
        assert_eq!(shortened(&"云".repeat(1_000)).chars().count(), MAX_TEXT + 1);
    }
}
