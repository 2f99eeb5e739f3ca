// SPDX-License-Identifier: Apache-2.0
//! What this node asks of others over HTTP: a name is looked up once, the connection goes to an address of it that
//! may be called, and a bounded answer is read. No redirect is followed.

pub mod address;
mod target;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::request::Builder;
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

use address::Range;
pub use target::Target;

/// Bytes of an answer's head.
const HEAD_BYTES: usize = 16 << 10;

/// Why a request came to nothing.
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

/// The file of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct AuthoritiesError {
    /// Which file.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// What requests to others have in common.
pub(crate) struct Outgoing {
    allow: Vec<Range>,
    tls: TlsConnector,
    time: Duration,
}

impl Outgoing {
    /// Calls public addresses by https, those of `allow` in any way, each time for so long at most. Whom the system
    /// trusts is trusted, and whoever's certificates are in the file `authorities`.
    pub(crate) fn new(
        allow: Vec<Range>,
        authorities: Option<&Path>,
        time: Duration,
    ) -> Result<Self, AuthoritiesError> {
        let mut roots = RootCertStore::empty();
        let system = rustls_native_certs::load_native_certs();
        let (known, _odd) = roots.add_parsable_certificates(system.certs);
        if let Some(path) = authorities {
            add(&mut roots, path)?;
        } else if known == 0 {
            tracing::warn!(
                "the system has no certificates of authorities: nobody is called by https"
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
        Ok(Self { allow, tls: TlsConnector::from(Arc::new(client)), time })
    }

    /// Calls whatever addresses the operator wrote into the configuration.
    pub(crate) fn to_operators_choice(
        authorities: Option<&Path>,
        time: Duration,
    ) -> Result<Self, AuthoritiesError> {
        let all = ["0.0.0.0/0", "::/0"].into_iter().filter_map(|range| range.parse().ok());
        Self::new(all.collect(), authorities, time)
    }

    /// Sends a request; the status, and as much of the body as there is up to `most` bytes: none of a longer one.
    pub(crate) async fn send(
        &self,
        target: &Target,
        request: Builder,
        body: Bytes,
        most: usize,
    ) -> Result<(u16, Bytes), Failure> {
        let sent = self.sent(target, (request, body), most);
        timeout(self.time, sent).await.unwrap_or(Err(Failure::TooSlow))
    }

    async fn sent(
        &self,
        target: &Target,
        (request, body): (Builder, Bytes),
        most: usize,
    ) -> Result<(u16, Bytes), Failure> {
        let request = request
            .header(header::HOST, target.authority())
            .header(header::USER_AGENT, concat!("dianyun/", env!("CARGO_PKG_VERSION")))
            .header(header::CONTENT_LENGTH, body.len())
            .header(header::CONNECTION, "close")
            .body(Body::from(body))
            .map_err(|_| Failure::NotHttp)?;
        let address = self.address(target).await?;
        let stream = TcpStream::connect(address).await.map_err(|_| Failure::Unreachable)?;
        let _ = stream.set_nodelay(true);
        if !target.is_encrypted() {
            return exchange(stream, request, most).await;
        }
        let name = ServerName::try_from(target.host().to_owned()).map_err(|_| Failure::Tls)?;
        let stream = self.tls.connect(name, stream).await.map_err(|_| Failure::Tls)?;
        exchange(stream, request, most).await
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
fn add(roots: &mut RootCertStore, path: &Path) -> Result<(), AuthoritiesError> {
    let wrong = |why: String| AuthoritiesError { path: path.to_owned(), why };
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

/// One request and its answer.
async fn exchange<S>(
    stream: S,
    request: Request<Body>,
    most: usize,
) -> Result<(u16, Bytes), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let not_http = |_| Failure::NotHttp;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(not_http)?;
    // Ends with this request, whatever becomes of it.
    let mut driving = JoinSet::new();
    driving.spawn(connection);
    let answer = sender.send_request(request).await.map_err(not_http)?;
    let status = answer.status().as_u16();
    let read = Limited::new(answer.into_body(), most).collect().await;
    Ok((status, read.map(|body| body.to_bytes()).unwrap_or_default()))
}
