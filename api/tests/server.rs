// SPDX-License-Identifier: Apache-2.0
//! The accept loop over real sockets: what is slow, large, too much or foreign, and shutdown.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::config::{ApiConfig, Limits};
use api::http::extract::{Bodies, Json};
use api::metrics::{HttpMetrics, Metrics};
use api::server::{ServeError, Server};
use api::shell::{Shell, with_fallbacks};
use axum::Router;
use axum::routing::{get, post};
use prometheus_client::registry::Registry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

struct Running {
    address: SocketAddr,
    metrics: Metrics,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

async fn echo(Json(value): Json<serde_json::Value>) -> String {
    value.to_string()
}

async fn start(limits: Limits) -> Running {
    let config = ApiConfig { listen: "127.0.0.1:0".parse().unwrap(), limits, ..Default::default() };
    let mut registry = Registry::default();
    let metrics = HttpMetrics::register(&mut registry);
    let bodies = Arc::new(Bodies::new(Duration::from_millis(config.limits.body_ms), 2));
    let routes = Router::new()
        .route("/ok", get(|| async { "fine" }))
        .route("/wait", get(std::future::pending::<String>))
        .route("/large", get(|| async { vec![b'x'; 64 << 20] }))
        .route(
            "/panic",
            get(|| async {
                if true {
                    panic!("on purpose")
                }
            }),
        )
        .route("/echo", post(echo))
        .with_state(bodies);
    let app = Shell { any_host: false, metrics: metrics.clone() }.around(with_fallbacks(routes));
    let server = Server::bind(&config, metrics).await.unwrap();
    let address = server.address().unwrap();
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(server.run(app, shutdown.clone()));
    Running { address, metrics: Metrics::new(registry), shutdown, task }
}

/// Sends `bytes` and reads until the server closes; fails after 10 s.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    to_end(&mut stream).await
}

async fn to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = timeout(Duration::from_secs(10), read).await.expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}

fn request(head: &str, rest: &str) -> Vec<u8> {
    format!("{head} HTTP/1.1\r\nhost: localhost\r\n{rest}").into_bytes()
}

const CLOSE: &str = "connection: close\r\n\r\n";

#[tokio::test]
async fn an_ordinary_request_is_answered_with_its_id() {
    let running = start(Limits::default()).await;
    let rest = format!("x-request-id: abc\r\n{CLOSE}");
    let answer = exchange(running.address, &request("GET /ok", &rest)).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("fine"), "{answer}");
    assert!(answer.contains("x-request-id: abc\r\n"), "{answer}");
    assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
}

#[tokio::test]
async fn a_connection_without_a_first_byte_is_closed() {
    let running = start(Limits { first_byte_ms: 50, ..Default::default() }).await;
    assert_eq!(exchange(running.address, b"").await, "");
    assert!(running.metrics.write().contains(r#"reason="SlowFirstByte"} 1"#));
}

#[tokio::test]
async fn slow_headers_are_cut_off() {
    let running = start(Limits { header_ms: 50, ..Default::default() }).await;
    let answer = exchange(running.address, b"GET /ok HTTP/1.1\r\nhost: loc").await;
    assert!(!answer.contains("200"), "{answer}");
    assert!(running.metrics.write().contains(r#"reason="SlowHeader"} 1"#));
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    let running = start(Limits { header_ms: 50, ..Default::default() }).await;
    let answer = exchange(running.address, &request("GET /ok", "\r\n")).await;
    assert!(answer.ends_with("fine"), "{answer}");
}

#[tokio::test]
async fn oversized_headers_get_431() {
    let running = start(Limits { header_bytes: 2_048, ..Default::default() }).await;
    let long = format!("x-long: {}\r\n{CLOSE}", "a".repeat(4_096));
    let answer = exchange(running.address, &request("GET /ok", &long)).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert!(running.metrics.write().contains(r#"reason="LargeHeader"} 1"#));
}

#[tokio::test]
async fn what_is_not_http_gets_400() {
    let running = start(Limits::default()).await;
    let answer = exchange(running.address, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400") || answer.is_empty(), "{answer}");
    assert!(running.metrics.write().contains(r#"reason="BadHeader"} 1"#));
}

#[tokio::test]
async fn a_slow_body_gets_408_in_the_clients_language() {
    let running = start(Limits { body_ms: 50, ..Default::default() }).await;
    let rest =
        "content-type: application/json\r\ncontent-length: 9\r\naccept-language: en\r\n\r\n[1";
    let answer = exchange(running.address, &request("POST /echo", rest)).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("content-type: application/problem+json"), "{answer}");
    assert!(answer.contains("did not arrive within 50 ms"), "{answer}");
}

#[tokio::test]
async fn a_body_announced_too_large_is_refused_before_it_is_sent() {
    let running = start(Limits::default()).await;
    let rest = "content-type: application/json\r\ncontent-length: 999999999\r\n\r\n";
    let answer = exchange(running.address, &request("POST /echo", rest)).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("body_too_large"), "{answer}");
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit() {
    let running = start(Limits::default()).await;
    let head = "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(&request("POST /echo", head)).await.unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
    for _ in 0..2 {
        stream.write_all(&chunk).await.unwrap();
    }
    stream.write_all(b"1\r\n \r\n").await.unwrap();
    let answer = to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let running = start(Limits { connections: 1, ..Default::default() }).await;
    let mut first = TcpStream::connect(running.address).await.unwrap();
    first.write_all(&request("GET /ok", "\r\n")).await.unwrap();
    let mut some = [0; 12];
    first.read_exact(&mut some).await.unwrap();
    let answer = exchange(running.address, &request("GET /ok", CLOSE)).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("too_many_connections") && answer.contains("retry-after: 1"));
    drop(first);
    let served = async {
        while !exchange(running.address, &request("GET /ok", CLOSE)).await.ends_with("fine") {}
    };
    timeout(Duration::from_secs(10), served).await.expect("a closed one makes room");
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_connection() {
    let running = start(Limits { write_ms: 50, connections: 1, ..Default::default() }).await;
    let mut stuck = TcpStream::connect(running.address).await.unwrap();
    stuck.write_all(&request("GET /large", "\r\n")).await.unwrap();
    let served = async {
        while !exchange(running.address, &request("GET /ok", CLOSE)).await.ends_with("fine") {}
    };
    timeout(Duration::from_secs(10), served).await.expect("its place is free again");
}

#[tokio::test]
async fn a_foreign_host_name_is_refused() {
    let running = start(Limits::default()).await;
    let bytes = format!("GET /ok HTTP/1.1\r\nhost: evil.example\r\n{CLOSE}");
    let answer = exchange(running.address, bytes.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("host_not_allowed"), "{answer}");
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems_with_an_id() {
    let running = start(Limits::default()).await;
    let cases =
        [("GET /nowhere", "404", "route_not_found"), ("PUT /ok", "405", "method_not_allowed")];
    for (head, status, code) in cases {
        let answer = exchange(running.address, &request(head, CLOSE)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert!(answer.contains(code) && answer.contains("request_id"), "{answer}");
    }
}

#[tokio::test]
async fn a_panic_ends_one_request_alone() {
    let running = start(Limits::default()).await;
    let answer = exchange(running.address, &request("GET /panic", CLOSE)).await;
    assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("\"internal\""), "{answer}");
    let answer = exchange(running.address, &request("GET /ok", CLOSE)).await;
    assert!(answer.ends_with("fine"), "{answer}");
}

#[tokio::test]
async fn shutdown_ends_idle_connections_and_cuts_what_does_not_end() {
    let running = start(Limits { drain_ms: 100, ..Default::default() }).await;
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    idle.write_all(&request("GET /ok", "\r\n")).await.unwrap();
    let mut waiting = TcpStream::connect(running.address).await.unwrap();
    waiting.write_all(&request("GET /wait", "\r\n")).await.unwrap();
    let mut some = [0; 12];
    idle.read_exact(&mut some).await.unwrap();
    running.shutdown.cancel();
    timeout(Duration::from_secs(10), running.task).await.expect("the server ends").unwrap();
    to_end(&mut idle).await;
    assert_eq!(to_end(&mut waiting).await, "");
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn a_taken_port_is_explained() {
    let running = start(Limits::default()).await;
    let config = ApiConfig { listen: running.address, ..Default::default() };
    let metrics = HttpMetrics::register(&mut Registry::default());
    let error = Server::bind(&config, metrics).await.err().unwrap();
    assert!(matches!(error, ServeError::Bind { .. }));
    assert!(error.to_string().contains("api.listen"), "{error}");
}
