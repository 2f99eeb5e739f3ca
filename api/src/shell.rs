// SPDX-License-Identifier: Apache-2.0
//! The layer around all routes: request id, language, host check, metrics, log line, and the one
//! place where a problem becomes bytes. Knows no route.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use crate::http::extract::shortened;
use crate::http::language::Language;
use crate::http::messages;
use crate::http::problem::{Carried, Problem};
use crate::http::request_id::{self, RequestId};
use crate::metrics::HttpMetrics;

const NO_SNIFF: (HeaderName, &str) = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");

/// What the layer needs to know.
pub struct Shell {
    /// Answer whatever host the client calls us; else only names of this machine, so that a web
    /// page elsewhere cannot read this interface through a name that it points here.
    pub any_host: bool,
    /// Where requests are counted.
    pub metrics: HttpMetrics,
}

impl Shell {
    /// `routes` with this layer.
    pub fn around(self, routes: Router) -> Router {
        routes.layer(middleware::from_fn_with_state(Arc::new(self), around))
    }
}

/// `routes` with answers for unknown routes and methods: below every other layer, so that asking for nothing
/// counts like asking for something.
pub fn with_fallbacks<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    let refused = async |method: Method| no_method(&method);
    routes.fallback(no_route).method_not_allowed_fallback(refused)
}

async fn no_route(uri: Uri) -> Problem {
    Problem::new(&messages::ROUTE_NOT_FOUND).value(shortened(uri.path()))
}

/// What somebody is told who asks by a method that the route does not take.
pub(crate) fn no_method(method: &Method) -> Problem {
    Problem::new(&messages::METHOD_NOT_ALLOWED).value(shortened(method.as_str()))
}

async fn around(State(shell): State<Arc<Shell>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = RequestId::of(request.headers());
    let language = Language::of(request.headers());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("(none)", |path| path.as_str()).to_owned();
    let mut response = answer(&shell, request, next).await;
    if let Some(Carried(problem)) = response.extensions_mut().remove::<Carried>() {
        let headers = std::mem::take(response.headers_mut());
        response = problem.respond(language, &id);
        keep(headers, response.headers_mut());
    }
    finish(response.headers_mut(), &id);
    let status = response.status();
    shell.metrics.answered(known(&method), &route, status.as_u16(), began.elapsed());
    log(&id, &method, &route, status, began);
    response
}

/// Headers that the router added to a problem and that say more than its body.
fn keep(from: HeaderMap, to: &mut HeaderMap) {
    if let Some(allow) = from.get(header::ALLOW) {
        to.insert(header::ALLOW, allow.clone());
    }
}

/// Runs the routes; a panic in one ends that request alone.
async fn answer(shell: &Shell, request: Request, next: Next) -> Response {
    if !shell.any_host
        && let Some(host) = foreign_host(&request)
    {
        return Problem::new(&messages::HOST_NOT_ALLOWED).value(shortened(&host)).into_response();
    }
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a request handler panicked");
        Problem::new(&messages::INTERNAL).into_response()
    })
}

/// The host that the client asked for, unless it is this machine.
fn foreign_host(request: &Request) -> Option<String> {
    let named = request.uri().authority().map(|authority| authority.to_string());
    let header = || request.headers().get(header::HOST)?.to_str().ok().map(str::to_owned);
    let whole = named.or_else(header)?;
    (!is_here(&whole)).then_some(whole)
}

fn is_here(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => authority.split(':').next(),
    };
    host.is_some_and(|host| {
        let local = host.eq_ignore_ascii_case("localhost");
        local || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

fn finish(headers: &mut HeaderMap, id: &RequestId) {
    if let Some(id) = id.header() {
        headers.insert(request_id::HEADER, id);
    }
    let (name, value) = NO_SNIFF;
    headers.insert(name, HeaderValue::from_static(value));
    let no_store = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
}

/// Methods as a label: a client must not be able to make new ones.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

fn log(id: &RequestId, method: &Method, route: &str, status: StatusCode, began: Instant) {
    let took_ms = began.elapsed().as_millis() as u64;
    let (id, status) = (id.as_str(), status.as_u16());
    if status == 500 {
        tracing::error!(id, %method, route, status, took_ms, "request failed");
    } else {
        tracing::debug!(id, %method, route, status, took_ms, "request");
    }
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn only_names_and_addresses_of_this_machine_are_here() {
        for here in ["localhost", "LocalHost:80", "127.0.0.1:8080", "127.8.8.8", "[::1]:80"] {
            assert!(is_here(here), "{here}");
        }
        for foreign in ["evil.example", "localhost.evil.example:80", "10.0.0.1", "[::2]", ""] {
            assert!(!is_here(foreign), "{foreign}");
        }
    }
}
