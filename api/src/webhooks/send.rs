// SPDX-License-Identifier: Apache-2.0
//! One delivery: a name is looked up once, the connection goes to an address of it that may be called, the
//! message is posted, the status counts. No redirect is followed, and hardly anything is read: what a
//! receiver answers is nobody's business, and no way to look behind this node.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use utoipa::ToSchema;

use super::WebhookError;
use super::address::Range;
use super::config::WebhookConfig;
use super::target::Target;

/// Bytes of an answer's body that are read, so that an orderly receiver is done with it.
const ANSWER_BYTES: usize = 4 << 10;
/// Bytes of an answer's head.
const HEAD_BYTES: usize = 16 << 10;

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Failure {
    /// The name has no address.
    NameUnknown,
    /// No address of the name may be called.
    AddressClosed,
    /// Nobody takes the connection.
    Unreachable,
    /// The other side is not who it should be, or speaks no TLS.
    Tls,
    /// The time was over.
    TooSlow,
    /// The answer was no HTTP.
    NotHttp,
    /// The status was not 2xx; redirects are not followed.
    Status,
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    /// Why it does not count as taken, if it does not.
    pub(crate) failure: Option<Failure>,
}

impl Sent {
    fn answered(status: u16) -> Self {
        let failure = (!(200..300).contains(&status)).then_some(Failure::Status);
        Self { status: Some(status), failure }
    }

    fn failed(failure: Failure) -> Self {
        Self { status: None, failure: Some(failure) }
    }
}

/// A message with its headers.
pub(super) struct Message {
    pub(super) id: String,
    pub(super) timestamp_s: u64,
    /// Signatures, with spaces between.
    pub(super) signature: String,
    pub(super) body: Bytes,
}

/// What deliveries have in common.
pub(super) struct Sender {
    allow: Vec<Range>,
    tls: TlsConnector,
    time: Duration,
}

impl Sender {
    pub(super) fn new(config: &WebhookConfig) -> Result<Self, WebhookError> {
        let mut roots = RootCertStore::empty();
        let system = rustls_native_certs::load_native_certs();
        let (known, _odd) = roots.add_parsable_certificates(system.certs);
        if let Some(path) = &config.authorities {
            add(&mut roots, path)?;
        } else if known == 0 {
            tracing::warn!(
                "the system has no certificates of authorities: no webhook is delivered by https"
            );
        }
        let provider = Arc::new(crypto::ring::default_provider());
        let client =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut client = match client {
            Ok(client) => client.with_root_certificates(roots).with_no_client_auth(),
            // The provider is the one that these versions are for.
            Err(_) => unreachable!("versions of TLS without a cipher"),
        };
        client.alpn_protocols = vec![b"http/1.1".to_vec()];
        let tls = TlsConnector::from(Arc::new(client));
        Ok(Self { allow: config.allow.clone(), tls, time: config.time() })
    }

    /// Posts a message.
    pub(super) async fn post(&self, target: &Target, message: Message) -> Sent {
        match timeout(self.time, self.posted(target, message)).await {
            Ok(Ok(status)) => Sent::answered(status),
            Ok(Err(failure)) => Sent::failed(failure),
            Err(_) => Sent::failed(Failure::TooSlow),
        }
    }

    async fn posted(&self, target: &Target, message: Message) -> Result<u16, Failure> {
        let address = self.address(target).await?;
        let stream = TcpStream::connect(address).await.map_err(|_| Failure::Unreachable)?;
        let _ = stream.set_nodelay(true);
        if !target.is_encrypted() {
            return exchange(stream, target, message).await;
        }
        let name = ServerName::try_from(target.host().to_owned()).map_err(|_| Failure::Tls)?;
        let stream = self.tls.connect(name, stream).await.map_err(|_| Failure::Tls)?;
        exchange(stream, target, message).await
    }

    /// The first address of the name that may be called.
    async fn address(&self, target: &Target) -> Result<SocketAddr, Failure> {
        let found: io::Result<_> = tokio::net::lookup_host((target.host(), target.port())).await;
        let mut found = found.map_err(|_| Failure::NameUnknown)?.peekable();
        found.peek().ok_or(Failure::NameUnknown)?;
        let reached = found.find(|address| target.may_reach(address.ip(), &self.allow));
        reached.ok_or(Failure::AddressClosed)
    }
}

/// Adds the certificates of a PEM file.
fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), WebhookError> {
    let wrong = |why: String| WebhookError::Authorities { path: path.to_owned(), why };
    let certificates = CertificateDer::pem_file_iter(path).map_err(|e| wrong(e.to_string()))?;
    let before = roots.len();
    for certificate in certificates {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    match roots.len() > before {
        true => Ok(()),
        false => Err(wrong("it holds no certificate".into())),
    }
}

/// One request and the status of its answer.
async fn exchange<S>(stream: S, target: &Target, message: Message) -> Result<u16, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let not_http = |_| Failure::NotHttp;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(not_http)?;
    // Ends with this delivery, whatever becomes of it.
    let mut driving = JoinSet::new();
    driving.spawn(connection);
    let answer = sender.send_request(request(target, message)?).await.map_err(not_http)?;
    let status = answer.status().as_u16();
    let _read = Limited::new(answer.into_body(), ANSWER_BYTES).collect().await;
    Ok(status)
}

fn request(target: &Target, message: Message) -> Result<Request<Body>, Failure> {
    Request::post(target.path())
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, concat!("dianyun/", env!("CARGO_PKG_VERSION")))
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.timestamp_s.to_string())
        .header("webhook-signature", message.signature)
        .header(header::CONTENT_LENGTH, message.body.len())
        .header(header::CONNECTION, "close")
        .body(Body::from(message.body))
        .map_err(|_| Failure::NotHttp)
}
