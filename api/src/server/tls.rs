// SPDX-License-Identifier: Apache-2.0
//! TLS by rustls: the certificate and key of this node, looked at again while it runs. Files that became
//! unusable change nothing, and are told once; at the start they stop the node.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig, crypto};
use tokio_rustls::{Accept, TlsAcceptor};

use crate::config::TlsConfig;

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
        let seen = Stamp::of(config);
        let (tell, newest) = watch::channel(Arc::new(read(config)?));
        tokio::spawn(follow(config.clone(), seen, tell));
        Ok(Self { newest })
    }

    /// The handshake of a connection.
    pub(crate) fn accept(&self, stream: TcpStream) -> Accept<TcpStream> {
        TlsAcceptor::from(Arc::clone(&self.newest.borrow())).accept(stream)
    }
}

/// When the files were written last, and how long they were.
#[derive(PartialEq, Eq)]
struct Stamp([Option<(SystemTime, u64)>; 2]);

impl Stamp {
    fn of(config: &TlsConfig) -> Self {
        let look = |path: &Path| -> io::Result<_> {
            let about = std::fs::metadata(path)?;
            Ok((about.modified()?, about.len()))
        };
        Self([&config.certificate, &config.key].map(|path| look(path).ok()))
    }
}

async fn follow(config: TlsConfig, mut seen: Stamp, tell: watch::Sender<Arc<ServerConfig>>) {
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = tell.closed() => return,
        }
        let now = Stamp::of(&config);
        if now == seen {
            continue;
        }
        seen = now;
        match read(&config) {
            Ok(newer) => {
                tell.send_replace(Arc::new(newer));
                tracing::info!("the certificate was read anew");
            }
            Err(error) => tracing::warn!(%error, "the certificate before stays in use"),
        }
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
    let key = PrivateKeyDer::from_pem_file(&config.key).map_err(file(&config.key))?;
    let provider = Arc::new(crypto::ring::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(server)
}
