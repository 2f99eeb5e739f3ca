// SPDX-License-Identifier: Apache-2.0
//! The accept loop: our own, over hyper, since `axum::serve` limits neither the first byte nor the
//! headers. It knows connections, times and sizes; never routes, and never what a request means.

mod timed;
pub mod tls;

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};

use crate::access::guard::Peer;
use crate::access::rates::subscriber;
use crate::applying::ApplyingError;
use crate::config::{ApiConfig, ConfigError, Limits, ProxyConfig};
use crate::http::problem;
use crate::metrics::{HttpMetrics, Refused};
use timed::TimedWrites;
use tls::{Tls, TlsError};

/// Connections over the limit that are told so at once; more are just closed.
const MAX_TURNED_AWAY: usize = 64;
/// How long telling them may take.
const TURN_AWAY: Duration = Duration::from_secs(1);
/// Wait after a failed accept (usually: no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An impossible configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Applications cannot be taken.
    #[error(transparent)]
    Applying(#[from] ApplyingError),
    /// The address is taken or not ours.
    #[error("cannot listen on {listen}: {source}; stop what uses it or set api.listen to another")]
    Bind {
        /// The address asked for.
        listen: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// A bound listener with its limits, ready to run.
pub struct Server {
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    limits: Arc<Limits>,
    proxy: Option<ProxyConfig>,
    metrics: HttpMetrics,
}

/// Connections open at once, by address.
type Open = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// The place of a connection among all, and among those of its address.
struct Place {
    _of_all: OwnedSemaphorePermit,
    of: Option<IpAddr>,
    open: Open,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(of) = self.of else { return };
        let mut open = self.open.lock();
        match open.get(&of).map_or(0, |count| count - 1) {
            0 => drop(open.remove(&of)),
            left => drop(open.insert(of, left)),
        }
    }
}

impl Server {
    /// Checks the configuration and takes the port.
    pub async fn bind(config: &ApiConfig, metrics: HttpMetrics) -> Result<Self, ServeError> {
        config.check()?;
        let tls = config.tls.as_ref().map(Tls::start).transpose()?.map(Arc::new);
        let listen = config.listen;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|source| ServeError::Bind { listen, source })?;
        let (limits, proxy) = (Arc::new(config.limits.clone()), config.proxy.clone());
        Ok(Self { listener, tls, limits, proxy, metrics })
    }

    /// The address that was taken.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves `app` until `shutdown`, then lets requests in progress end within the drain time.
    pub async fn run(self, app: Router, shutdown: CancellationToken) {
        let places = Arc::new(Semaphore::new(self.limits.connections));
        let open = Open::default();
        let away = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
        let mut tasks = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                Some(_) = tasks.join_next(), if !tasks.is_empty() => continue,
                () = shutdown.cancelled() => break,
            };
            let (stream, from) = match accepted {
                Ok((stream, from)) => (stream, from.ip()),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            match self.place(&places, &open, from) {
                Some(place) => {
                    let connection = self.connection(place, shutdown.clone());
                    tasks.spawn(connection.serve(stream, from, app.clone()));
                }
                None => self.refuse(stream, &away, &mut tasks),
            }
        }
        drop(self.listener);
        let drained =
            timeout(self.limits.drain(), async { while tasks.join_next().await.is_some() {} });
        if drained.await.is_err() {
            tracing::warn!(connections = tasks.len(), "closing connections that did not end");
        }
        tasks.shutdown().await;
    }

    /// A place for a connection, if there is one left and one of its address. A proxy's connections are many
    /// clients'.
    fn place(&self, places: &Arc<Semaphore>, open: &Open, from: IpAddr) -> Option<Place> {
        let of_all = places.clone().try_acquire_owned().ok()?;
        let is_proxy = self.proxy.as_ref().is_some_and(|proxy| proxy.is_one(from));
        let of = (!is_proxy).then(|| subscriber(from));
        if let Some(of) = of {
            let mut open = open.lock();
            let count = open.entry(of).or_default();
            if *count >= self.limits.connections_per_address {
                return None;
            }
            *count += 1;
        }
        Some(Place { _of_all: of_all, of, open: Arc::clone(open) })
    }

    fn connection(&self, place: Place, shutdown: CancellationToken) -> Connection {
        self.metrics.connection_opened();
        Connection {
            tls: self.tls.clone(),
            limits: self.limits.clone(),
            metrics: self.metrics.clone(),
            shutdown,
            _place: place,
        }
    }

    /// Tells one connection too many that it is one, if few are being told so just now.
    fn refuse(&self, stream: TcpStream, away: &Arc<Semaphore>, tasks: &mut JoinSet<()>) {
        self.metrics.refused(Refused::TooManyConnections);
        // Whoever speaks TLS would not understand it, and has no right to the handshake.
        if self.tls.is_some() {
            return;
        }
        if let Ok(permit) = away.clone().try_acquire_owned() {
            tasks.spawn(async move {
                let _ = timeout(TURN_AWAY, turn_away(stream)).await;
                drop(permit);
            });
        }
    }
}

/// Writes the refusal and reads what the client still sends, so that it is not reset unread.
async fn turn_away(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(&problem::too_many_connections()).await?;
    stream.shutdown().await?;
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// One connection while it is open.
struct Connection {
    tls: Option<Arc<Tls>>,
    limits: Arc<Limits>,
    metrics: HttpMetrics,
    shutdown: CancellationToken,
    _place: Place,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.metrics.connection_closed();
    }
}

impl Connection {
    async fn serve(self, stream: TcpStream, address: IpAddr, app: Router) {
        let _ = stream.set_nodelay(true);
        let mut byte = [0];
        tokio::select! {
            first = timeout(self.limits.first_byte(), stream.peek(&mut byte)) => match first {
                Ok(Ok(1)) => {}
                Ok(_) => return,
                Err(_) => return self.metrics.refused(Refused::SlowFirstByte),
            },
            () = self.shutdown.cancelled() => return,
        }
        let peer = Peer { address, is_encrypted: self.tls.is_some() };
        let service = app.map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request.map(Body::new)
        });
        let served = match &self.tls {
            None => self.http(stream, service).await,
            Some(tls) => match timeout(self.limits.header(), tls.accept(stream)).await {
                Ok(Ok(stream)) => self.http(stream, service).await,
                Ok(Err(error)) => return tracing::debug!(%error, "no TLS connection"),
                Err(_) => return self.metrics.refused(Refused::SlowHeader),
            },
        };
        if let Err(error) = served {
            self.count(&error);
        }
    }

    async fn http<T, S>(&self, stream: T, service: S) -> hyper::Result<()>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        S: Service<Request<Incoming>, Response = Response, Error = Infallible>,
        S: Clone + Send + 'static,
        S::Future: Send,
    {
        let io = TokioIo::new(TimedWrites::new(stream, self.limits.write()));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header())
            .max_header_size(self.limits.header_bytes)
            .serve_connection(io, TowerToHyperService::new(service));
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = self.shutdown.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        connection.await
    }

    fn count(&self, error: &hyper::Error) {
        if error.is_timeout() {
            self.metrics.refused(Refused::SlowHeader);
        } else if error.is_parse_too_large() {
            self.metrics.refused(Refused::LargeHeader);
        } else if error.is_parse() {
            self.metrics.refused(Refused::BadHeader);
        } else {
            tracing::debug!(%error, "connection ended");
        }
    }
}
