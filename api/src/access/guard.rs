// SPDX-License-Identifier: Apache-2.0
//! Before a route: who asks, how often, and whether the route is for them. What a caller may see of what
//! the route reads is the route's to ask. A credential that is wrong is refused, even where none is needed.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chain::records::{RecordKey, RecordKind, Value};
use chain::rules::senders;
use chain::transaction::Transaction;
use chain::{Action, Records};

use super::caller::{Caller, Class};
use super::client;
use super::credentials::{Asker, Shown, known, resolve};
use super::rates::{Budget, Lane};
use super::table::{Reach, Row, methods_of, row_of};
use crate::events::Owner;
use crate::http::messages::{self, Message};
use crate::http::problem::Problem;
use crate::routes::Api;
use crate::shell::no_method;

/// Where a request comes from, as the server saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// The other side's address.
    pub(crate) address: IpAddr,
    /// True if nobody in between can read the request.
    pub(crate) is_encrypted: bool,
}

impl Peer {
    /// True if others may read along: a way that is not encrypted, from another machine.
    fn is_in_clear(&self) -> bool {
        !self.is_encrypted && !self.address.is_loopback()
    }
}

/// The layer: puts the caller beside the request, or answers in the route's place.
pub(crate) async fn guard(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    // The body of a request cannot be looked at from two threads: what is asked is taken out of it first.
    let asked = Asked::of(&api, &request);
    let allowed = asked.allowed.clone();
    match admit(&api, asked).await {
        Ok(asking) => {
            request.extensions_mut().insert(asking);
            next.run(request).await
        }
        Err(problem) => {
            let mut response = problem.into_response();
            if response.status() == StatusCode::METHOD_NOT_ALLOWED {
                response.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
            }
            response
        }
    }
}

/// What the guard looks at of a request.
struct Asked {
    from: Option<IpAddr>,
    is_in_clear: bool,
    method: Method,
    /// Its row; an inner none for a route that the table forgot.
    row: Option<Option<&'static Row>>,
    /// The methods that its path has, where it is asked by another.
    allowed: Option<HeaderValue>,
    shown: Result<Option<Shown>, Problem>,
}

impl Asked {
    fn of(api: &Api, request: &Request) -> Self {
        let peer = request.extensions().get::<Peer>().copied();
        let proxy = api.access.proxy.as_ref();
        let from = peer.map(|peer| client::address(peer.address, request.headers(), proxy));
        let is_in_clear = peer.is_some_and(|peer| peer.is_in_clear());
        let path = request.extensions().get::<MatchedPath>();
        let row = path.map(|path| row_of(request.method().as_str(), path.as_str()));
        let shown = bearer(request.headers()).map(|shown| shown.map(Shown::from));
        let allowed =
            path.filter(|_| matches!(row, Some(None))).map(|path| methods_of(path.as_str()));
        let allowed = allowed.filter(|methods| !methods.is_empty());
        let allowed = allowed.and_then(|methods| HeaderValue::from_str(&methods).ok());
        Self { from, is_in_clear, method: request.method().clone(), row, allowed, shown }
    }
}

async fn admit(api: &Api, asked: Asked) -> Result<Asking, Problem> {
    let Asked { from, is_in_clear, method, row, allowed, shown } = asked;
    let shown = shown.map_err(|_| api.access.guessed(from, SCHEME))?;
    if is_in_clear && let Some(message) = not_in_clear(shown.is_some(), row.flatten()) {
        api.access.nobody(from).count(api, row)?;
        return Err(Problem::new(message));
    }
    let asker = match &shown {
        Some(shown) => match known(api, shown) {
            Some(asker) => asker,
            None => {
                let shown = shown.clone();
                api.read(move |api| resolve(api, &shown, from)).await?
            }
        },
        None => api.access.nobody(from),
    };
    if !asker.is_counted {
        asker.count(api, row)?;
    }
    let row = match row {
        // No route at all: that is what the answer says.
        None => None,
        Some(Some(row)) => Some(row),
        Some(None) if allowed.is_some() => return Err(no_method(&method)),
        // A route that the table forgot is nobody's.
        Some(None) => return Err(refused(&asker.caller)),
    };
    match row.map(|row| asker.caller.reach(row)) {
        Some(Reach::No) => Err(refused(&asker.caller)),
        _ => Ok(Asking { caller: asker.caller, budget: asker.budget, row, shown }),
    }
}

/// Why something that others may read along is refused, if it is.
fn not_in_clear(shows_credentials: bool, row: Option<&Row>) -> Option<&'static Message> {
    match row {
        _ if shows_credentials => Some(&messages::CREDENTIALS_IN_CLEAR),
        Some(row) if row.takes_values() => Some(&messages::TLS_NEEDED),
        _ => None,
    }
}

/// What a caller is told for whom a route, or the past, is not.
pub(crate) fn refused(caller: &Caller) -> Problem {
    match caller.class() {
        Class::Public => Problem::new(&messages::CREDENTIALS_NEEDED),
        class => Problem::new(&messages::NOT_ALLOWED).value(class.word()),
    }
}

impl Asker {
    fn count(&self, api: &Api, row: Option<Option<&Row>>) -> Result<(), Problem> {
        let lane = row.flatten().map_or(Lane::General, Row::lane);
        spend(api, &self.budget, lane, 1)
    }
}

fn spend(api: &Api, budget: &Budget, lane: Lane, requests: u32) -> Result<(), Problem> {
    let Some(key) = budget.of(lane) else { return Ok(()) };
    api.access.rates.count(key, requests).map_err(|wait| too_often(key.1, wait))
}

/// Who asks, and how far that gets on this route.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) caller: Caller,
    budget: Budget,
    row: Option<&'static Row>,
    shown: Option<Shown>,
}

impl Asking {
    /// The same as the chain and the register have it now; a problem once the credential is no longer good, or
    /// the route no longer for its caller. Reads the database, so it is called off the async threads.
    pub(crate) fn again(&self, api: &Api) -> Result<Self, Problem> {
        let Some(shown) = &self.shown else { return Ok(self.clone()) };
        let Asker { caller, .. } = resolve(api, shown, None)?;
        if self.row.is_some_and(|row| caller.reach(row) == Reach::No) {
            return Err(refused(&caller));
        }
        Ok(Self { caller, ..self.clone() })
    }

    /// An organisation that is served without asking, as far as it would get with a route by `GET`.
    pub(crate) fn standing(caller: Caller, path: &str) -> Self {
        Self { caller, budget: Budget::Free, row: row_of("GET", path), shown: None }
    }

    /// True if nothing that the route reads is kept back.
    pub(crate) fn sees_all(&self) -> bool {
        match self.row.map_or(Reach::No, |row| self.caller.reach(row)) {
            Reach::All => true,
            Reach::Granted => self.caller.may_verify(),
            Reach::Own | Reach::No => false,
        }
    }

    /// True if a record may be shown.
    pub(crate) fn sees<R: Records + ?Sized>(&self, records: &R, value: &Value) -> bool {
        self.sees_all() || self.caller.is_party(records, value)
    }

    /// True if a record, or that there is none, is proven to whoever can name it: it is named in the clear.
    pub(crate) fn may_name(&self, kind: RecordKind) -> bool {
        self.sees_all() || kind == RecordKind::RegisteredKey
    }

    /// True if all that ever stood in a record may be shown.
    pub(crate) fn sees_past<R: Records + ?Sized>(&self, records: &R, key: &RecordKey) -> bool {
        let found =
            || records.record(key).is_some_and(|found| self.caller.is_party(records, &found.value));
        self.caller.holds_all() || self.caller.may_verify() || found()
    }

    /// True if a transaction itself may be shown: to its sender, and to who holds every block.
    pub(crate) fn sees_transaction<R: Records + ?Sized>(
        &self,
        records: &R,
        sent: &Transaction,
    ) -> bool {
        self.sees_all() || self.caller.is_sender(records, sent)
    }

    /// True if nothing of it is counted.
    pub(crate) fn is_free(&self) -> bool {
        matches!(self.budget, Budget::Free)
    }

    /// Counts what a request carries beyond itself: each action by the interface whose grant it needs.
    pub(crate) fn spend<'a>(
        &self,
        api: &Api,
        carried: impl ExactSizeIterator<Item = Option<&'a Action>>,
    ) -> Result<(), Problem> {
        let more = u32::try_from(carried.len().saturating_sub(1)).unwrap_or(u32::MAX);
        spend(api, &self.budget, Lane::General, more)?;
        if matches!(self.budget, Budget::Lanes(..)) {
            let lanes: Vec<Lane> = carried.flatten().filter_map(lane_of).collect();
            for lane in [Lane::Applications, Lane::Exchange] {
                let of_it = lanes.iter().filter(|one| **one == lane).count();
                spend(api, &self.budget, lane, u32::try_from(of_it).unwrap_or(u32::MAX))?;
            }
        }
        Ok(())
    }

    /// Counts a request that costs as much as so many.
    pub(crate) fn costs(&self, api: &Api, requests: u32) -> Result<(), Problem> {
        spend(api, &self.budget, Lane::General, requests.saturating_sub(1))
    }

    /// Counts so many questions about others, beyond the request itself.
    pub(crate) fn asks(&self, api: &Api, questions: usize) -> Result<(), Problem> {
        let more = u32::try_from(questions.saturating_sub(1)).unwrap_or(u32::MAX);
        spend(api, &self.budget, Lane::Exchange, more)
    }

    /// Whose event streams are counted together.
    pub(crate) fn stream_owner(&self) -> Owner {
        let is_known = match &self.caller {
            Caller::Public => false,
            Caller::Holder(holding) => holding.person.is_some(),
            Caller::Open | Caller::Member(_) => true,
        };
        let counted = self.budget.of(Lane::General).map(|(who, _)| who);
        Owner { counted, is_known }
    }
}

fn lane_of(action: &Action) -> Option<Lane> {
    let scope = senders::Row::of(action).grant?;
    Some(Lane::from(scope.interface()))
}

/// What a credential looks like.
const SCHEME: &str = "Authorization: Bearer …";

/// The credential of a request: what follows `Bearer` in `Authorization`.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let wrong = || Problem::new(&messages::CREDENTIALS_WRONG).value(SCHEME);
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(wrong());
    }
    let (scheme, secret) = value.to_str().ok().and_then(|v| v.split_once(' ')).ok_or_else(wrong)?;
    match scheme.eq_ignore_ascii_case("bearer") {
        true => Ok(Some(secret.trim())),
        false => Err(wrong()),
    }
}

pub(super) fn too_often(per_minute: NonZeroU32, wait: Duration) -> Problem {
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    Problem::new(&messages::RATE_EXCEEDED).value(per_minute).retry_after(seconds)
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Problem;

    /// A route outside the guard is a bug, and lets nobody in.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or_else(|| Problem::new(&messages::INTERNAL))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::access::table::TABLE;

    #[test]
    fn what_others_may_read_along_comes_from_another_machine_without_tls() {
        for (address, is_encrypted, is_in_clear) in [
            ("127.0.0.1", false, false),
            ("::1", false, false),
            ("10.0.0.1", true, false),
            ("10.0.0.1", false, true),
            ("2001:db8::1", false, true),
        ] {
            let peer = Peer { address: address.parse().unwrap(), is_encrypted };
            assert_eq!(peer.is_in_clear(), is_in_clear, "{address} {is_encrypted}");
        }
    }

    #[test]
    fn neither_credentials_nor_papers_are_taken_in_the_clear() {
        let code = |shows, method, path| {
            not_in_clear(shows, row_of(method, path)).map(|message| message.code)
        };
        assert_eq!(code(true, "GET", "/v1/status"), Some("credentials_in_clear"));
        assert_eq!(code(true, "POST", "/v1/applying"), Some("credentials_in_clear"));
        assert_eq!(code(false, "GET", "/v1/status"), None);
        assert_eq!(code(false, "POST", "/v1/verify"), None);
        assert_eq!(code(true, "GET", "/v1/no-such"), Some("credentials_in_clear"));
        assert_eq!(code(false, "GET", "/v1/no-such"), None);
        for row in TABLE.iter().filter(|row| row.route.contains("/v1/applying")) {
            let (method, path) = row.route.split_once(' ').unwrap();
            assert_eq!(code(false, method, path), Some("tls_needed"), "{path}");
        }
    }
}
