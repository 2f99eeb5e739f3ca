// SPDX-License-Identifier: Apache-2.0
//! TLS by rustls: the certificate and key of this node, looked at again while it runs. Files that became
//! unusable change nothing, and are told once; at the start they stop the node.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig, crypto};
use tokio_rustls::{Accept, TlsAcceptor};

use crate::config::TlsConfig;
use crate::follow::follow;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Why the files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or holds no PEM of what it should.
    #[error("{path}: {source}; api.tls names PEM files with a certificate chain and its private key", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The certificate file holds no certificate.
    #[error("{} holds no certificate: put the node's first, then those between it and its authority", .0.display())]
    Empty(PathBuf),
    /// Others than its owner may read the private key.
    #[error("api.tls.key {} may be read by others: chmod 600 it", .0.display())]
    Readable(PathBuf),
    /// They do not go together, or are of a kind that is not taken.
    #[error("api.tls cannot be used: {0}; see that the key is that of the first certificate")]
    Pair(#[from] rustls::Error),
}

/// The newest usable certificate, for the next connection.
pub(crate) struct Tls {
    newest: watch::Receiver<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the files, and follows them for as long as this is there.
    pub(crate) fn start(config: &TlsConfig) -> Result<Self, TlsError> {
        let own = config.clone();
        let paths = vec![own.certificate.clone(), own.key.clone()];
        let newest = follow("certificate", paths, LOOK, move || read(&own))?;
        Ok(Self { newest })
    }

    /// The handshake of a connection.
    pub(crate) fn accept(&self, stream: TcpStream) -> Accept<TcpStream> {
        TlsAcceptor::from(Arc::clone(&self.newest.borrow())).accept(stream)
    }
}

fn read(config: &TlsConfig) -> Result<ServerConfig, TlsError> {
    let file = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::File { path, source }
    };
    let chain = CertificateDer::pem_file_iter(&config.certificate)
        .map_err(file(&config.certificate))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(file(&config.certificate))?;
    if chain.is_empty() {
        return Err(TlsError::Empty(config.certificate.clone()));
    }
    let mode = std::fs::metadata(&config.key).map(|about| about.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        return Err(TlsError::Readable(config.key.clone()));
    }
    let key = PrivateKeyDer::from_pem_file(&config.key).map_err(file(&config.key))?;
    let provider = Arc::new(crypto::ring::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(server)
}
