// SPDX-License-Identifier: Apache-2.0
//! HTTP with as little of its own as can be: one request at a time on each of several connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::figures;

/// A connection that is kept.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    credentials: Option<String>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: address.to_string(), credentials: None })
    }

    /// The same, with what its requests have in the header `Authorization`.
    pub(crate) fn with(self, credentials: Option<String>) -> Self {
        Self { credentials, ..self }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<(StatusCode, Bytes)> {
        self.send("GET", path, Bytes::new()).await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes)> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.host)
            .header("content-type", "application/json");
        let request = match &self.credentials {
            Some(credentials) => request.header("authorization", credentials),
            None => request,
        };
        let request = request.body(Full::new(body))?;
        // The connection may not be done yet with the answer before.
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }
}

/// The address in `http://host:port`.
pub(crate) fn address(url: &str) -> Result<SocketAddr> {
    let bare = url.trim_start_matches("http://").trim_end_matches('/');
    bare.parse().with_context(|| format!("{url} is no address of a node"))
}

/// Reads of paths in turn.
#[derive(Clone, Debug)]
pub(crate) struct Reads {
    paths: Arc<[String]>,
    /// Header `Authorization`, if there is one.
    credentials: Option<String>,
}

impl Reads {
    /// Without credentials.
    pub(crate) fn of(paths: Vec<String>) -> Self {
        Self { paths: paths.into(), credentials: None }
    }

    /// The same with credentials.
    pub(crate) fn with(self, credentials: String) -> Self {
        Self { credentials: Some(credentials), ..self }
    }

    /// Bytes and status of the first answer.
    pub(crate) async fn sample(&self, address: SocketAddr) -> Result<(usize, StatusCode)> {
        let connection = Connection::open(address).await?;
        let path = self.paths.first().context("nothing is read")?;
        let (status, body) = connection.with(self.credentials.clone()).get(path).await?;
        Ok((body.len(), status))
    }

    /// Reads over so many connections: how many a second, and their 99th percentile in microseconds.
    pub(crate) async fn run(
        &self,
        address: SocketAddr,
        connections: usize,
        time: Duration,
    ) -> Result<(f64, f64)> {
        let mut tasks = tokio::task::JoinSet::new();
        let started = Instant::now();
        for place in 0..connections {
            let Self { paths, credentials } = self.clone();
            tasks.spawn(async move {
                // Each begins elsewhere.
                let mut turn = paths.iter().cycle().skip(place * paths.len() / connections);
                let mut connection = Connection::open(address).await?.with(credentials);
                let mut latency = figures::latency()?;
                while started.elapsed() < time {
                    let began = Instant::now();
                    let path = turn.next().context("nothing is read")?;
                    let (status, _) = connection.get(path).await?;
                    ensure!(status.is_success(), "{path} answers {status}");
                    latency.saturating_record(began.elapsed().as_micros() as u64);
                }
                Ok(latency)
            });
        }
        let mut all = figures::latency()?;
        while let Some(one) = tasks.join_next().await {
            all.add(one??)?;
        }
        let rate = all.len() as f64 / started.elapsed().as_secs_f64();
        Ok((rate, all.value_at_quantile(0.99) as f64))
    }
}
