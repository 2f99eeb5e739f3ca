// SPDX-License-Identifier: Apache-2.0
//! TLS over real sockets: what is shown to a client, how it is replaced, and that nothing else is spoken.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::config::{ApiConfig, TlsConfig};
use api::metrics::HttpMetrics;
use api::server::{ServeError, Server};
use api::shell::{Shell, with_fallbacks};
use axum::Router;
use axum::routing::get;
use prometheus_client::registry::Registry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use tokio_util::sync::CancellationToken;

/// A certificate for this machine that vouches for itself, with its key, in PEM.
struct Pair {
    certificate: CertificateDer<'static>,
    chain: String,
    key: String,
}

fn pair() -> Pair {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (chain, key) = (made.cert.pem(), made.key_pair.serialize_pem());
    Pair { certificate: made.cert.der().clone(), chain, key }
}

fn write(config: &TlsConfig, pair: &Pair) {
    std::fs::write(&config.certificate, &pair.chain).unwrap();
    std::fs::write(&config.key, &pair.key).unwrap();
    std::fs::set_permissions(&config.key, PermissionsExt::from_mode(0o600)).unwrap();
}

fn named(dir: &Path) -> TlsConfig {
    TlsConfig { certificate: dir.join("node.pem"), key: dir.join("node.key.pem") }
}

async fn bind(tls: &TlsConfig) -> Result<Server, ServeError> {
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = ApiConfig { listen, tls: Some(tls.clone()), ..Default::default() };
    Server::bind(&config, HttpMetrics::register(&mut Registry::default())).await
}

async fn start(tls: &TlsConfig) -> SocketAddr {
    let server = bind(tls).await.unwrap();
    let metrics = HttpMetrics::register(&mut Registry::default());
    let routes = Router::new().route("/ok", get(|| async { "fine" }));
    let app = Shell { any_host: false, metrics }.around(with_fallbacks(routes));
    let address = server.address().unwrap();
    tokio::spawn(server.run(app, CancellationToken::new()));
    address
}

/// What the server answers to a client that trusts one certificate alone.
async fn ask(address: SocketAddr, trusted: &Pair) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.certificate.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TcpStream::connect(address).await?;
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let request = b"GET /ok HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn a_client_that_trusts_the_certificate_is_answered_and_another_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (tls, own) = (named(dir.path()), pair());
    write(&tls, &own);
    let address = start(&tls).await;
    let answer = ask(address, &own).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("fine"), "{answer}");
    assert!(ask(address, &pair()).await.is_err());
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET /ok HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _closed = plain.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).contains("fine"));
}

#[tokio::test]
async fn a_replaced_certificate_is_shown_and_unusable_files_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (tls, first, second) = (named(dir.path()), pair(), pair());
    write(&tls, &first);
    let address = start(&tls).await;
    std::fs::write(&tls.certificate, "no certificate at all").unwrap();
    let (last, pause) = (Instant::now() + Duration::from_secs(4), Duration::from_millis(100));
    while Instant::now() < last {
        assert!(ask(address, &first).await.is_ok(), "the certificate before stays in use");
        tokio::time::sleep(pause).await;
    }
    write(&tls, &second);
    let last = Instant::now() + Duration::from_secs(30);
    while ask(address, &second).await.is_err() {
        assert!(Instant::now() < last, "the new certificate is not shown");
        tokio::time::sleep(pause).await;
    }
    assert!(ask(address, &first).await.is_err());
}

#[tokio::test]
async fn files_that_cannot_be_used_stop_the_start_and_say_which() {
    let dir = tempfile::tempdir().unwrap();
    let (tls, own) = (named(dir.path()), pair());
    let message = |error: ServeError| error.to_string();
    let none = message(bind(&tls).await.err().unwrap());
    assert!(none.contains("node.pem"), "{none}");
    write(&tls, &own);
    std::fs::write(&tls.certificate, "").unwrap();
    let empty = message(bind(&tls).await.err().unwrap());
    assert!(empty.contains("holds no certificate"), "{empty}");
    std::fs::write(&tls.certificate, &pair().chain).unwrap();
    let foreign = message(bind(&tls).await.err().unwrap());
    assert!(foreign.contains("api.tls cannot be used"), "{foreign}");
    write(&tls, &own);
    std::fs::set_permissions(&tls.key, PermissionsExt::from_mode(0o640)).unwrap();
    let readable = message(bind(&tls).await.err().unwrap());
    assert!(readable.contains("chmod 600"), "{readable}");
}
