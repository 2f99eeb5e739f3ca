// SPDX-License-Identifier: Apache-2.0
//! One node over HTTP: requests, answers, problem details, and retries that are safe.

use std::sync::Arc;
use std::time::Duration;

use chain::Hash;
use chain::keys::SecretKey;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, Url, redirect};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore, crypto};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ClientError, ProblemDetails};
use crate::signed::Tokens;

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
    credentials: Option<Credentials>,
}

/// What is shown with every request.
#[derive(Clone, Debug)]
enum Credentials {
    /// The same each time.
    Fixed(HeaderValue),
    /// Tokens by a key, each for some minutes.
    Signed(Arc<Tokens>),
}

impl Client {
    /// A client of the node at an address such as `http://127.0.0.1:8080` or `https://node.example`. Over HTTPS it
    /// trusts the authorities that this machine trusts (or those of the file that `SSL_CERT_FILE` names).
    pub fn new(address: &str) -> Result<Self, ClientError> {
        Self::trusting(address, &[])
    }

    /// The same; over HTTPS it trusts these certificates besides, each in DER.
    pub fn trusting(address: &str, certificates: &[Vec<u8>]) -> Result<Self, ClientError> {
        let base = Url::parse(address)
            .ok()
            .filter(|url| !url.cannot_be_a_base() && url.has_host())
            .ok_or_else(|| ClientError::Address(address.to_owned()))?;
        let http = reqwest::Client::builder()
            .timeout(REQUEST_TIME)
            .connect_timeout(CONNECT_TIME)
            // A node answers itself: whoever sends a client elsewhere gets no credentials along.
            .redirect(redirect::Policy::none())
            .no_proxy();
        let http = match base.scheme() {
            "https" => http.tls_backend_preconfigured(tls(certificates)?),
            // Nothing is ever sent by TLS: looking for the machine's authorities would be for nothing.
            _ => http.tls_backend_preconfigured(trust(RootCertStore::empty())?),
        };
        let http = http.build().map_err(|error| ClientError::Answer(error.to_string()))?;
        Ok(Self { http, base, credentials: None })
    }

    /// The same, showing an API key or a token with every request. Nothing that this prints shows it, and it is
    /// sent to no other machine in the clear.
    pub fn with_credentials(self, secret: &str) -> Result<Self, ClientError> {
        if self.base.scheme() != "https" && !is_here(&self.base) {
            return Err(ClientError::InTheClear(self.address().to_owned()));
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {}", secret.trim()))
            .map_err(|_| ClientError::Credentials)?;
        value.set_sensitive(true);
        Ok(Self { credentials: Some(Credentials::Fixed(value)), ..self })
    }

    /// The same, showing tokens by a key that the chain knows: a new one before the last one ends. A token is for one
    /// node alone, by its name in genesis: a node's own word for it would let that node collect tokens for another.
    pub fn signed_by(self, key: &SecretKey, chain: Hash, node: &str) -> Result<Self, ClientError> {
        if self.base.scheme() != "https" && !is_here(&self.base) {
            return Err(ClientError::InTheClear(self.address().to_owned()));
        }
        let tokens = Tokens::new(key.clone(), chain, node);
        Ok(Self { credentials: Some(Credentials::Signed(Arc::new(tokens))), ..self })
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
            Some(Credentials::Fixed(value)) => request.header(AUTHORIZATION, value.clone()),
            Some(Credentials::Signed(tokens)) => request.header(AUTHORIZATION, tokens.now()?),
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

/// What asks over plain HTTP alone: it trusts nobody over TLS, and asks no proxy.
pub fn plain_http() -> Result<reqwest::ClientBuilder, ClientError> {
    let nobody = trust(RootCertStore::empty())?;
    Ok(reqwest::Client::builder().no_proxy().tls_backend_preconfigured(nobody))
}

/// True for an address of this machine: nobody else reads what is sent there.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    is_loopback || host.eq_ignore_ascii_case("localhost")
}

/// TLS by rustls with ring, as the nodes speak it.
fn tls(certificates: &[Vec<u8>]) -> Result<ClientConfig, ClientError> {
    let mut roots = RootCertStore::empty();
    // An authority of the machine that cannot be read is one less that is trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in certificates {
        let added = roots.add(CertificateDer::from(certificate.clone()));
        added.map_err(|error| ClientError::Certificate(error.to_string()))?;
    }
    trust(roots)
}

fn trust(roots: RootCertStore) -> Result<ClientConfig, ClientError> {
    let provider = Arc::new(crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| ClientError::Certificate(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn credentials_go_over_tls_or_stay_on_this_machine() {
        let shown = |address: &str| Client::new(address).unwrap().with_credentials("dyk_x").is_ok();
        for safe in
            ["https://node.example", "http://127.0.0.1:1", "http://[::1]:1", "http://localhost"]
        {
            assert!(shown(safe), "{safe}");
        }
        for open in ["http://node.example", "http://10.0.0.1", "http://localhost.example"] {
            assert!(!shown(open), "{open}");
        }
    }
}
