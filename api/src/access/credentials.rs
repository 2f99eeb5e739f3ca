// SPDX-License-Identifier: Apache-2.0
//! Whose a credential is: the node's register says it of an API key, the chain of a token's key. What was found is
//! remembered until the next block. What is cheap to send and costly to check is counted before it is checked.

use std::fmt;
use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;

use chain::genesis::{Genesis, GenesisNode};
use chain::ids::{Height, OrganisationId};
use chain::keys::PublicKey;
use chain::records::{InterfaceKind, InterfaceScopes, Organisation, Owner, Person, RegisteredKey};
use chain::rules::senders::needs_grants;
use chain::{Time, query};
use consensus::clock::Clock;
use lru::LruCache;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::caller::{Caller, Holding, Member, Narrowed};
use super::rates::{Budget, Counted, Rates};
use super::register::{Entry, Register};
use super::secret::ApiKey;
use crate::config::{ProxyConfig, RateConfig};
use crate::http::messages;
use crate::http::problem::Problem;
use crate::routes::Api;

/// Credentials whose callers are remembered until the next block.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(10_000).expect("more than none");

/// What the guard knows.
pub(crate) struct Access {
    /// The operator lets everybody in.
    pub(crate) is_open: bool,
    pub(crate) register: watch::Receiver<Arc<Register>>,
    pub(crate) per_minute: RateConfig,
    pub(crate) proxy: Option<ProxyConfig>,
    /// Whom a token must be for.
    audience: String,
    pub(crate) rates: Rates,
    known: Mutex<LruCache<[u8; 32], Known>>,
}

/// A credential as it was shown. Nothing prints it.
#[derive(Clone)]
pub(crate) struct Shown(Arc<str>);

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(a credential)")
    }
}

/// Who a credential is of, as of a block.
#[derive(Clone)]
struct Known {
    height: Height,
    until: Time,
    /// What the register said of it, where it is an API key.
    entry: Option<Entry>,
    asker: Asker,
}

/// A caller, and by what its requests are counted.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) caller: Caller,
    pub(crate) budget: Budget,
    /// True if this request is counted already.
    pub(crate) is_counted: bool,
}

impl Access {
    pub(crate) fn new(
        is_open: bool,
        register: watch::Receiver<Arc<Register>>,
        (per_minute, proxy): (RateConfig, Option<ProxyConfig>),
        audience: String,
    ) -> Self {
        let known = Mutex::new(LruCache::new(REMEMBERED));
        Self { is_open, register, per_minute, proxy, audience, rates: Rates::default(), known }
    }

    /// Who shows no credential.
    pub(crate) fn nobody(&self, from: Option<IpAddr>) -> Asker {
        let one = |from| Budget::One(Counted::address(from), self.per_minute.public);
        let (caller, budget) = match self.is_open {
            true => (Caller::Open, Budget::Free),
            false => (Caller::Public, from.map_or(Budget::Free, one)),
        };
        Asker { caller, budget, is_counted: false }
    }

    /// What somebody is told whose credential is wrong: that, or to wait.
    pub(crate) fn guessed(&self, from: Option<IpAddr>, why: impl ToString) -> Problem {
        self.failed(from.map(Counted::guessing), why)
    }

    fn failed(&self, who: Option<Counted>, why: impl ToString) -> Problem {
        let rate = self.per_minute.public;
        match who.map(|who| self.rates.count((who, rate), 1)) {
            Some(Err(wait)) => super::guard::too_often(rate, wait),
            Some(Ok(())) | None => wrong(why),
        }
    }

    fn remembered(
        &self,
        shown: &Shown,
        entry: Option<&Entry>,
        now: (Height, Time),
    ) -> Option<Asker> {
        let known = self.known.lock().get(&digest(shown)).cloned()?;
        let holds = known.height == now.0 && now.1 < known.until && known.entry.as_ref() == entry;
        holds.then_some(known.asker)
    }

    fn remember(&self, shown: &Shown, known: Known) {
        self.known.lock().put(digest(shown), known);
    }
}

fn digest(shown: &Shown) -> [u8; 32] {
    Sha256::digest(shown.0.as_bytes()).into()
}

fn wrong(why: impl ToString) -> Problem {
    Problem::new(&messages::CREDENTIALS_WRONG).value(why)
}

/// Whose a credential is, if that is remembered since the newest block: from memory alone. The register is asked each
/// time: a revoked key ends at once.
pub(crate) fn known(api: &Api, shown: &Shown) -> Option<Asker> {
    let now = (api.store.header().height, Time(Clock::default().now_ms()));
    let Ok(key) = shown.0.parse::<ApiKey>() else {
        return api.access.remembered(shown, None, now);
    };
    let register = Arc::clone(&api.access.register.borrow());
    let entry = register.check(&key, now.1)?;
    api.access.remembered(shown, Some(entry), now)
}

/// Whose a credential is that was shown from an address; without one nothing is counted. Reads the database, so it
/// is called off the async threads.
pub(crate) fn resolve(api: &Api, shown: &Shown, from: Option<IpAddr>) -> Result<Asker, Problem> {
    if let Some(asker) = known(api, shown) {
        return Ok(asker);
    }
    let now = (api.store.header().height, Time(Clock::default().now_ms()));
    match shown.0.parse::<ApiKey>() {
        Ok(key) => api.of_key((shown, &key), from, now),
        Err(_) => api.of_token(shown, from, now),
    }
}

impl Api {
    fn of_key(
        &self,
        (shown, key): (&Shown, &ApiKey),
        from: Option<IpAddr>,
        now: (Height, Time),
    ) -> Result<Asker, Problem> {
        let access = &self.access;
        let register = Arc::clone(&access.register.borrow());
        let entry = register.check(key, now.1).ok_or_else(|| access.guessed(from, "API key"))?;
        let asker = self.member(entry.organisation, Some(entry), now.1);
        let asker = asker.ok_or_else(|| access.guessed(from, "API key"))?;
        let (height, until) = (now.0, entry.until.unwrap_or(Time::LAST));
        let entry = Some(entry.clone());
        access.remember(shown, Known { height, until, entry, asker: asker.clone() });
        Ok(asker)
    }

    fn of_token(
        &self,
        shown: &Shown,
        from: Option<IpAddr>,
        now: (Height, Time),
    ) -> Result<Asker, Problem> {
        let access = &self.access;
        let signer = token::signer(&shown.0).map_err(|why| access.guessed(from, why))?;
        let (at, time) = (self.store.latest(), self.store.header().time_ms);
        let found = query::typed::<RegisteredKey, _>(&at, RegisteredKey::id_of(&signer), time);
        let Some(found) = found.map(|found| found.value) else {
            return self.unregistered(signer, shown, from, now.1);
        };
        let forging = from.map(|from| Counted::forging(from, signer));
        let blocked = forging.and_then(|who| access.rates.blocked((who, access.per_minute.public)));
        if let Some(wait) = blocked {
            return Err(super::guard::too_often(access.per_minute.public, wait));
        }
        let token = token::verify(&shown.0, &access.audience, now.1);
        let token = token.map_err(|why| access.failed(forging, why))?;
        let asker = self.owner(found, now.1).map_err(|why| access.guessed(from, why))?;
        let known = Known { height: now.0, until: token.until, entry: None, asker: asker.clone() };
        access.remember(shown, known);
        Ok(asker)
    }

    /// Who applies has no registered key yet. Such keys cost nothing to make: their tokens are counted by the
    /// address before the signature is checked, and are not remembered.
    fn unregistered(
        &self,
        key: PublicKey,
        shown: &Shown,
        from: Option<IpAddr>,
        now: Time,
    ) -> Result<Asker, Problem> {
        let (access, rate) = (&self.access, self.access.per_minute.public);
        let address = from.map(|from| (Counted::address(from), rate));
        if let Some(key) = address {
            access.rates.count(key, 1).map_err(|wait| super::guard::too_often(rate, wait))?;
        }
        token::verify(&shown.0, &access.audience, now).map_err(wrong)?;
        let caller = Caller::Holder(Holding { key, person: None, code: None });
        let budget = address.map_or(Budget::Free, |(who, rate)| Budget::One(who, rate));
        Ok(Asker { caller, budget, is_counted: true })
    }

    fn owner(&self, key: RegisteredKey, now: Time) -> Result<Asker, &'static str> {
        if key.ended_at.is_some() {
            return Err("kid: this key has ended");
        }
        match key.owner {
            Owner::Organisation(id) => {
                self.member(id, None, now).ok_or("kid: its organisation has ended")
            }
            Owner::Person(id) => {
                let time = self.store.header().time_ms;
                let person = query::typed::<Person, _>(&self.store.latest(), id.0, time);
                let code = person.and_then(|person| person.value.code);
                let caller = Caller::Holder(Holding { key: key.key, person: Some(id), code });
                let budget = Budget::One(Counted::Person(id), self.access.per_minute.holder);
                Ok(Asker { caller, budget, is_counted: false })
            }
        }
    }

    /// An organisation whose registration has not ended, with what it is granted now and its credential is
    /// good for.
    fn member(&self, id: OrganisationId, entry: Option<&Entry>, now: Time) -> Option<Asker> {
        let at = self.store.latest();
        let time = self.store.header().time_ms.max(now);
        let organisation = query::typed::<Organisation, _>(&at, id.0, time)?.value;
        if organisation.ended_at.is_some() {
            return None;
        }
        let runs_a_node = self.runs_a_node(id);
        let grant = |interface| query::grant(&at, id, interface, time).map(|grant| grant.terms);
        let grants = InterfaceKind::ALL.map(grant);
        let granted = grants.iter().flatten().map(|terms| terms.scopes);
        let granted = granted.fold(InterfaceScopes::NONE, InterfaceScopes::or);
        let key = entry.map(|entry| Narrowed {
            scopes: entry.scopes,
            by_office: entry.by_office,
            signs_with: entry.signs_with,
        });
        let scopes = key.as_ref().map_or(granted, |key| key.scopes.and(granted));
        let rates = &self.access.per_minute;
        let by_office = runs_a_node || !needs_grants(organisation.kind);
        let otherwise = if by_office { rates.office } else { rates.public };
        let [applications, exchange] = grants.map(|terms| {
            terms.and_then(|terms| NonZeroU32::new(terms.calls_a_minute)).unwrap_or(otherwise)
        });
        let general = applications.max(exchange);
        let budget = Budget::Lanes(id, [general, applications, exchange]);
        let caller = Member { id, kind: organisation.kind, runs_a_node, scopes, key };
        Some(Asker { caller: Caller::Member(caller), budget, is_counted: false })
    }

    /// An organisation as a caller, with no more than this; none once its registration has ended.
    pub(crate) fn organisation(
        &self,
        id: OrganisationId,
        narrowed: Narrowed,
        now: Time,
    ) -> Option<Caller> {
        match self.member(id, None, now)?.caller {
            Caller::Member(member) => {
                let (scopes, key) = (member.scopes.and(narrowed.scopes), Some(narrowed));
                Some(Caller::Member(Member { scopes, key, ..member }))
            }
            _ => None,
        }
    }

    fn runs_a_node(&self, id: OrganisationId) -> bool {
        let runner =
            |node: &GenesisNode| self.genesis.organisations.get(node.organisation as usize);
        let mut runners = self.genesis.nodes.iter().filter_map(runner);
        runners.any(|runner| Genesis::organisation_id(&runner.identity) == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_prints_a_credential() {
        assert_eq!(format!("{:?}", Shown::from("dyk_secret")), "(a credential)");
    }
}
