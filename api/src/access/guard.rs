// SPDX-License-Identifier: Apache-2.0
//! Before a route: who asks, how often, and whether the route is for them. What a caller may see of what
//! the route reads is the route's to ask. A credential that is wrong is refused, even where none is needed.

use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chain::genesis::{Genesis, GenesisNode};
use chain::ids::{Height, OrganisationId};
use chain::records::{
    InterfaceKind, InterfaceScopes, Organisation, Owner, Person, RegisteredKey, Value,
};
use chain::rules::senders::needs_grants;
use chain::{Records, Time, query};
use consensus::clock::Clock;
use lru::LruCache;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::caller::{Caller, Class, Holding, Member};
use super::rates::{Counted, Rates};
use super::register::Register;
use super::secret::ApiKey;
use super::table::{Reach, Row, row_of};
use super::token;
use crate::config::RateConfig;
use crate::http::messages;
use crate::http::problem::Problem;
use crate::routes::Api;

/// Credentials whose callers are remembered until the next block.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(10_000).expect("more than none");

/// Where a request comes from, as the server saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// The other side's address.
    pub(crate) address: IpAddr,
    /// True if nobody in between can read the request.
    pub(crate) is_encrypted: bool,
}

/// What the guard knows.
pub(crate) struct Access {
    /// The operator lets everybody in.
    pub(crate) is_open: bool,
    pub(crate) register: watch::Receiver<Arc<Register>>,
    pub(crate) per_minute: RateConfig,
    /// Whom a token must be for.
    audience: String,
    rates: Rates,
    known: Mutex<LruCache<[u8; 32], Known>>,
}

/// Who a credential is of, as of a block.
#[derive(Clone)]
struct Known {
    height: Height,
    until: Time,
    asker: Asker,
}

/// A caller and its rate.
#[derive(Clone)]
struct Asker {
    caller: Caller,
    counted: Option<Counted>,
    per_minute: NonZeroU32,
}

impl Access {
    pub(crate) fn new(
        is_open: bool,
        register: watch::Receiver<Arc<Register>>,
        per_minute: RateConfig,
        audience: String,
    ) -> Self {
        let known = Mutex::new(LruCache::new(REMEMBERED));
        Self { is_open, register, per_minute, audience, rates: Rates::default(), known }
    }
}

/// The layer: puts the caller beside the request, or answers in the route's place.
pub(crate) async fn guard(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    // The body of a request cannot be looked at from two threads: what is asked is taken out of it first.
    let admitted = match Asked::of(&request) {
        Ok(asked) => admit(&api, asked).await,
        Err(problem) => Err(problem),
    };
    match admitted {
        Ok(asking) => {
            request.extensions_mut().insert(asking);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// What the guard looks at of a request.
struct Asked {
    peer: Option<Peer>,
    row: Option<&'static Row>,
    secret: Option<Arc<str>>,
}

impl Asked {
    fn of(request: &Request) -> Result<Self, Problem> {
        let peer = request.extensions().get::<Peer>().copied();
        let path = request.extensions().get::<MatchedPath>();
        let row = path.and_then(|path| row_of(request.method().as_str(), path.as_str()));
        Ok(Self { peer, row, secret: bearer(request.headers())?.map(Arc::from) })
    }
}

async fn admit(api: &Api, asked: Asked) -> Result<Asking, Problem> {
    let Asked { peer, row, secret } = asked;
    let asker = match &secret {
        Some(secret) => {
            if peer.is_some_and(|peer| !peer.is_encrypted && !peer.address.is_loopback()) {
                return Err(Problem::new(&messages::CREDENTIALS_IN_CLEAR));
            }
            let guessing = peer.map(|peer| Counted::guessing(peer.address));
            // Who guesses too often is told before any signature is checked.
            if let Some(wait) = guessing.and_then(|who| api.access.rates.blocked(who)) {
                return Err(too_often(api.access.per_minute.public, wait));
            }
            let found = asker(api, secret).await;
            if let (Err(_), Some(who)) = (&found, guessing) {
                let _told_next_time = api.access.rates.count(who, api.access.per_minute.public);
            }
            found?
        }
        None => api.access.nobody(),
    };
    count(api, &asker, peer)?;
    let class = asker.caller.class();
    match row.map_or(Reach::All, |row| row.of(class)) {
        Reach::No if class == Class::Public => Err(Problem::new(&messages::CREDENTIALS_NEEDED)),
        Reach::No => Err(Problem::new(&messages::NOT_ALLOWED).value(class.word())),
        reach => Ok(Asking { caller: asker.caller, reach, secret }),
    }
}

/// Who asks, and how far that gets on this route.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) caller: Caller,
    reach: Reach,
    secret: Option<Arc<str>>,
}

impl Asking {
    /// The same as the chain has it now; a problem once the credential is no longer good. Reads the
    /// database, so it is called off the async threads.
    pub(crate) fn again(&self, api: &Api) -> Result<Self, Problem> {
        let Some(secret) = &self.secret else { return Ok(self.clone()) };
        let caller = match remembered(api, secret) {
            Some(asker) => asker.caller,
            None => resolve(api, secret)?.caller,
        };
        Ok(Self { caller, ..self.clone() })
    }

    /// An organisation that is served without asking, as far as it would get with a route by `GET`.
    pub(crate) fn standing(caller: Caller, path: &str) -> Self {
        let reach = row_of("GET", path).map_or(Reach::No, |row| row.of(caller.class()));
        Self { caller, reach, secret: None }
    }

    /// True if nothing that the route reads is kept back.
    pub(crate) fn sees_all(&self) -> bool {
        match self.reach {
            Reach::All => true,
            Reach::Granted => self.caller.may_verify(),
            Reach::Own | Reach::No => false,
        }
    }

    /// True if a record may be shown.
    pub(crate) fn sees<R: Records + ?Sized>(&self, records: &R, value: &Value) -> bool {
        self.sees_all() || self.caller.is_party(records, value)
    }
}

/// The credential of a request: what follows `Bearer` in `Authorization`.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let wrong = || Problem::new(&messages::CREDENTIALS_WRONG).value("Authorization: Bearer …");
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

fn count(api: &Api, asker: &Asker, peer: Option<Peer>) -> Result<(), Problem> {
    if asker.caller == Caller::Open {
        return Ok(());
    }
    let Some(who) = asker.counted.or_else(|| Some(Counted::address(peer?.address))) else {
        return Ok(());
    };
    let counted = api.access.rates.count(who, asker.per_minute);
    counted.map_err(|wait| too_often(asker.per_minute, wait))
}

fn too_often(per_minute: NonZeroU32, wait: Duration) -> Problem {
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    Problem::new(&messages::RATE_EXCEEDED).value(per_minute).retry_after(seconds)
}

impl Access {
    /// Who shows no credential.
    fn nobody(&self) -> Asker {
        let caller = if self.is_open { Caller::Open } else { Caller::Public };
        Asker { caller, counted: None, per_minute: self.per_minute.public }
    }
}

/// Whose a credential is.
async fn asker(api: &Api, secret: &str) -> Result<Asker, Problem> {
    if let Some(asker) = remembered(api, secret) {
        return Ok(asker);
    }
    let secret = secret.to_owned();
    api.read(move |api| resolve(api, &secret)).await
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The chain's word is asked once a block.
fn remembered(api: &Api, secret: &str) -> Option<Asker> {
    let (height, now) = (api.store.header().height, now());
    let known = api.access.known.lock().get(&digest(secret)).cloned();
    known.filter(|known| known.height == height && now < known.until).map(|known| known.asker)
}

fn now() -> Time {
    Time(Clock::default().now_ms())
}

fn wrong(why: impl ToString) -> Problem {
    Problem::new(&messages::CREDENTIALS_WRONG).value(why)
}

/// A register that changed counts within so many milliseconds.
const KEY_MS: u64 = 1_000;

fn resolve(api: &Api, secret: &str) -> Result<Asker, Problem> {
    let (height, now) = (api.store.header().height, now());
    let (until, asker) = match secret.parse::<ApiKey>() {
        Ok(shown) => api.of_key(&shown, now)?,
        Err(_) => api.of_token(secret, now)?,
    };
    api.access.known.lock().put(digest(secret), Known { height, until, asker: asker.clone() });
    Ok(asker)
}

/// Until when a caller may be remembered, and who it is.
type Resolved = (Time, Asker);

impl Api {
    fn of_key(&self, shown: &ApiKey, now: Time) -> Result<Resolved, Problem> {
        let register = Arc::clone(&self.access.register.borrow());
        let entry = register.check(shown, now).ok_or_else(|| wrong("API key"))?;
        let asker = self.member(entry.organisation, Some(entry.scopes), now);
        let until = entry.until.unwrap_or(Time::LAST).min(now.plus(KEY_MS));
        Ok((until, asker.ok_or_else(|| wrong("API key"))?))
    }

    fn of_token(&self, secret: &str, now: Time) -> Result<Resolved, Problem> {
        let token = token::verify(secret, &self.access.audience, now).map_err(wrong)?;
        let (at, time) = (self.store.latest(), self.store.header().time_ms);
        let key = query::typed::<RegisteredKey, _>(&at, RegisteredKey::id_of(&token.key), time);
        let asker = match key.map(|key| key.value) {
            None => self.holder(Holding { key: token.key, person: None, code: None }, None),
            Some(key) if key.ended_at.is_some() => return Err(wrong("kid: this key has ended")),
            Some(key) => match key.owner {
                Owner::Organisation(id) => self
                    .member(id, None, now)
                    .ok_or_else(|| wrong("kid: its organisation has ended"))?,
                Owner::Person(id) => {
                    let person = query::typed::<Person, _>(&at, id.0, time);
                    let code = person.and_then(|person| person.value.code);
                    let holding = Holding { key: token.key, person: Some(id), code };
                    self.holder(holding, Some(Counted::Person(id)))
                }
            },
        };
        Ok((token.until, asker))
    }

    /// An organisation whose registration has not ended, with what it is granted now and its credential is
    /// good for.
    fn member(
        &self,
        id: OrganisationId,
        narrowed: Option<InterfaceScopes>,
        now: Time,
    ) -> Option<Asker> {
        let at = self.store.latest();
        let time = self.store.header().time_ms.max(now);
        let organisation = query::typed::<Organisation, _>(&at, id.0, time)?.value;
        if organisation.ended_at.is_some() {
            return None;
        }
        let grant = |interface| query::grant(&at, id, interface, time);
        let grants: Vec<_> = InterfaceKind::ALL.into_iter().filter_map(grant).collect();
        let scopes = grants.iter().map(|grant| grant.terms.scopes);
        let granted = scopes.fold(InterfaceScopes::NONE, InterfaceScopes::or);
        let scopes = narrowed.map_or(granted, |narrowed| narrowed.and(granted));
        let runs_a_node = self.runs_a_node(id);
        let rates = &self.access.per_minute;
        let of_grants = grants.iter().map(|grant| grant.terms.calls_a_minute).max();
        let per_minute = match of_grants.and_then(NonZeroU32::new) {
            Some(granted) => granted,
            None if runs_a_node || !needs_grants(organisation.kind) => rates.office,
            None => rates.public,
        };
        let caller = Caller::Member(Member { id, kind: organisation.kind, runs_a_node, scopes });
        Some(Asker { caller, counted: Some(Counted::Organisation(id)), per_minute })
    }

    /// An organisation as a caller, with no more than these scopes; none once its registration has ended.
    pub(crate) fn organisation(
        &self,
        id: OrganisationId,
        scopes: InterfaceScopes,
        now: Time,
    ) -> Option<Caller> {
        self.member(id, Some(scopes), now).map(|asker| asker.caller)
    }

    fn runs_a_node(&self, id: OrganisationId) -> bool {
        let runner =
            |node: &GenesisNode| self.genesis.organisations.get(node.organisation as usize);
        let mut runners = self.genesis.nodes.iter().filter_map(runner);
        runners.any(|runner| Genesis::organisation_id(&runner.identity) == id)
    }

    fn holder(&self, holding: Holding, counted: Option<Counted>) -> Asker {
        let per_minute = self.access.per_minute.holder;
        Asker { caller: Caller::Holder(holding), counted, per_minute }
    }
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Problem;

    /// A route outside the guard is a bug, and lets nobody in.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let found = parts.extensions.get::<Self>().cloned();
        found.ok_or_else(|| Problem::new(&messages::INTERNAL))
    }
}
