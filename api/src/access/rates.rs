// SPDX-License-Identifier: Apache-2.0
//! How often each caller may ask. The rate of a grant is the chain's word; all others are the operator's.
//! Holds a bounded number of callers: who was not heard of for longest is forgotten first.

use std::net::{IpAddr, Ipv6Addr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chain::ids::{OrganisationId, PersonId};
use chain::keys::PublicKey;
use chain::records::InterfaceKind;
use governor::clock::Clock;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use lru::LruCache;
use parking_lot::Mutex;

/// Callers that are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(20_000).expect("more than none");

/// What an organisation's requests are counted by: each grant has a rate of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// What no grant is for.
    General,
    /// Applications for codes and vehicles.
    Applications,
    /// Verification and exchange.
    Exchange,
}

impl From<InterfaceKind> for Lane {
    fn from(kind: InterfaceKind) -> Self {
        match kind {
            InterfaceKind::CodeApplication => Self::Applications,
            InterfaceKind::VerificationAndExchange => Self::Exchange,
        }
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// An address; of IPv6 the network of 64 bits, which one subscriber has to itself.
    Address(IpAddr),
    /// The same, by credentials that are wrong.
    Guessing(IpAddr),
    /// The same, by wrong signatures in the name of one registered key.
    Forging(IpAddr, PublicKey),
    /// An organisation, by whatever credential.
    Organisation(OrganisationId, Lane),
    /// A person, by whatever key.
    Person(PersonId),
}

/// The addresses of one subscriber as one.
pub(crate) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from(u128::from(six) >> 64 << 64)),
        four => four,
    }
}

impl Counted {
    /// An address as it is counted.
    pub(crate) fn address(address: IpAddr) -> Self {
        Self::Address(subscriber(address))
    }

    /// The same, where it shows wrong credentials.
    pub(crate) fn guessing(address: IpAddr) -> Self {
        Self::Guessing(subscriber(address))
    }

    /// The same, where it shows wrong signatures in the name of a key.
    pub(crate) fn forging(address: IpAddr, key: PublicKey) -> Self {
        Self::Forging(subscriber(address), key)
    }
}

/// By what a caller's requests are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Budget {
    /// Not at all.
    Free,
    /// All together.
    One(Counted, NonZeroU32),
    /// By lane: general, applications, exchange.
    Lanes(OrganisationId, [NonZeroU32; 3]),
}

impl Budget {
    /// Whose budget a lane has, and how much it is a minute.
    pub(crate) fn of(&self, lane: Lane) -> Option<(Counted, NonZeroU32)> {
        match self {
            Self::Free => None,
            Self::One(who, rate) => Some((*who, *rate)),
            Self::Lanes(id, rates) => {
                Some((Counted::Organisation(*id, lane), rates[lane as usize]))
            }
        }
    }
}

struct Limited {
    limiter: Arc<DefaultDirectRateLimiter>,
    blocked_until: Option<Instant>,
}

/// A caller at a rate: who asks at two rates has a budget at each, and neither takes the other's away.
type Key = (Counted, NonZeroU32);

/// The callers and how much of their rate is left.
pub(crate) struct Rates(Mutex<LruCache<Key, Limited>>);

impl Default for Rates {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }
}

impl Rates {
    /// Counts some requests at once, of so many a minute; how long to wait if that is too many.
    pub(crate) fn count(&self, key: Key, requests: u32) -> Result<(), Duration> {
        let Some(requests) = NonZeroU32::new(requests) else { return Ok(()) };
        let limiter = self.limiter(key);
        let until = match limiter.check_n(requests) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(until)) => until,
            // More than a minute has: nothing is left over for anything else by waiting less.
            Err(_) => return Err(Duration::from_secs(60)),
        };
        let wait = until.wait_time_from(limiter.clock().now());
        if let Some(limited) = self.0.lock().get_mut(&key) {
            limited.blocked_until = Some(Instant::now() + wait);
        }
        Err(wait)
    }

    /// How long a caller must wait that had no more left when it was counted last. Counts nothing.
    pub(crate) fn blocked(&self, key: Key) -> Option<Duration> {
        let until = self.0.lock().peek(&key)?.blocked_until?;
        until.checked_duration_since(Instant::now())
    }

    fn limiter(&self, key: Key) -> Arc<DefaultDirectRateLimiter> {
        let fresh = || Limited {
            limiter: Arc::new(RateLimiter::direct(Quota::per_minute(key.1))),
            blocked_until: None,
        };
        Arc::clone(&self.0.lock().get_or_insert_mut(key, fresh).limiter)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn most(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    fn at(address: &str, rate: u32) -> Key {
        (Counted::address(address.parse().unwrap()), most(rate))
    }

    #[test]
    fn one_too_many_waits_and_another_caller_does_not() {
        let rates = Rates::default();
        let one = at("10.0.0.1", 3);
        for _ in 0..3 {
            assert!(rates.count(one, 1).is_ok());
        }
        assert!(rates.blocked(one).is_none());
        let wait = rates.count(one, 1).unwrap_err();
        assert!(rates.blocked(one).is_some_and(|still| still <= wait));
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(20));
        assert!(rates.count(at("10.0.0.2", 3), 1).is_ok());
    }

    #[test]
    fn asking_at_another_rate_gives_nothing_back() {
        let rates = Rates::default();
        let (slow, fast) = (at("10.0.0.1", 1), at("10.0.0.1", 2));
        assert!(rates.count(slow, 1).is_ok() && rates.count(slow, 1).is_err());
        assert!(rates.count(fast, 1).is_ok());
        assert!(rates.count(slow, 1).is_err(), "the other rate does not fill this one anew");
    }

    #[test]
    fn many_at_once_count_as_many_and_more_than_a_minute_has_is_refused() {
        let rates = Rates::default();
        let one = at("10.0.0.1", 10);
        assert!(rates.count(one, 11).is_err());
        assert!(rates.count(one, 8).is_ok() && rates.count(one, 3).is_err());
        assert!(rates.count(one, 0).is_ok() && rates.count(one, 2).is_ok());
    }

    #[test]
    fn the_addresses_of_one_subscriber_are_counted_together() {
        let counted = |text: &str| Counted::address(text.parse().unwrap());
        assert_eq!(counted("2001:db8::1"), counted("2001:db8::ffff:1"));
        assert_ne!(counted("2001:db8::1"), counted("2001:db8:0:1::1"));
        assert_eq!(counted("::ffff:10.0.0.1"), counted("10.0.0.1"));
    }

    #[test]
    fn each_lane_of_an_organisation_has_its_own_rate() {
        let id = OrganisationId(chain::ids::RecordId([1; 16]));
        let budget = Budget::Lanes(id, [most(3), most(1), most(2)]);
        let rates = Rates::default();
        let spend = |lane| rates.count(budget.of(lane).unwrap(), 1).is_ok();
        assert!(spend(Lane::Applications) && !spend(Lane::Applications));
        assert!(spend(Lane::Exchange) && spend(Lane::Exchange) && !spend(Lane::Exchange));
        assert!(spend(Lane::General));
    }
}
