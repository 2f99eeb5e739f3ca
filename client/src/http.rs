// SPDX-License-Identifier: Apache-2.0
//! One node over HTTP: requests, answers, problem details, and retries that are safe.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ClientError, ProblemDetails};

/// Longest time for one request: the longest wait of a submission and some more.
const REQUEST_TIME: Duration = Duration::from_secs(45);
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// Tries of a call that may be repeated.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A client of one node. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    credentials: Option<HeaderValue>,
}

impl Client {
    /// A client of the node at an address such as `http://127.0.0.1:8080`.
    pub fn new(address: &str) -> Result<Self, ClientError> {
        let base = Url::parse(address)
            .ok()
            .filter(|url| !url.cannot_be_a_base() && url.has_host())
            .ok_or_else(|| ClientError::Address(address.to_owned()))?;
        let http = reqwest::Client::builder()
            .timeout(REQUEST_TIME)
            .connect_timeout(CONNECT_TIME)
            .no_proxy()
            .build()
            .map_err(|error| ClientError::Answer(error.to_string()))?;
        Ok(Self { http, base, credentials: None })
    }

    /// The same, showing an API key or a token with every request. Nothing that this prints shows it.
    pub fn with_credentials(self, secret: &str) -> Result<Self, ClientError> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", secret.trim()))
            .map_err(|_| ClientError::Credentials)?;
        value.set_sensitive(true);
        Ok(Self { credentials: Some(value), ..self })
    }

    /// The node's address.
    pub fn address(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
    ) -> Result<RequestBuilder, ClientError> {
        let url = self
            .base
            .join(path)
            .map_err(|_| ClientError::Address(format!("{}{path}", self.base)))?;
        let request = self.http.request(method, url);
        Ok(match &self.credentials {
            Some(value) => request.header(AUTHORIZATION, value.clone()),
            None => request,
        })
    }

    /// Sends a request once; a refusal becomes an error.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let answer = request.send().await;
        let answer = answer.map_err(|error| ClientError::unreachable(self.address(), &error))?;
        if answer.status().is_success() { Ok(answer) } else { Err(refusal(answer).await) }
    }

    /// Sends a request that is safe to repeat, again and again while the trouble is a passing one.
    pub(crate) async fn send_safely(
        &self,
        build: impl Fn() -> Result<RequestBuilder, ClientError>,
    ) -> Result<Response, ClientError> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            match self.send(build()?).await {
                Err(error) if error.is_passing() => {
                    tokio::time::sleep(asked_pause(&error).unwrap_or(pause)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                other => return other,
            }
        }
        self.send(build()?).await
    }

    /// Reads a JSON answer of a path with query pairs.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, ClientError> {
        let answer = self.send_safely(|| Ok(self.request(Method::GET, path)?.query(query))).await?;
        json(answer).await
    }

    /// Posts JSON and reads a JSON answer; once, since not everything may be repeated.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        json(self.send(self.request(Method::POST, path)?.json(body)).await?).await
    }

    /// Deletes what is at a path, and reads the JSON answer.
    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        json(self.send(self.request(Method::DELETE, path)?).await?).await
    }
}

fn asked_pause(error: &ClientError) -> Option<Duration> {
    match error {
        ClientError::Refused(problem) => {
            problem.retry_after_s.map(|s| Duration::from_secs(s.into()).min(LONGEST_PAUSE))
        }
        _ => None,
    }
}

/// The JSON body of an answer.
pub(crate) async fn json<T: DeserializeOwned>(answer: Response) -> Result<T, ClientError> {
    let bytes = answer.bytes().await.map_err(|error| ClientError::Answer(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| ClientError::Answer(error.to_string()))
}

async fn refusal(answer: Response) -> ClientError {
    let status = answer.status();
    let bytes = answer.bytes().await.unwrap_or_default();
    match serde_json::from_slice::<ProblemDetails>(&bytes) {
        Ok(problem) => ClientError::Refused(Box::new(problem)),
        Err(_) => ClientError::Answer(format!("status {status} without problem details")),
    }
}
