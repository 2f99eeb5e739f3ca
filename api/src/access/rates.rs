// SPDX-License-Identifier: Apache-2.0
//! How often each caller may ask. The rate of a grant is the chain's word; all others are the operator's.
//! Holds a bounded number of callers: who was not heard of for longest is forgotten first.

use std::net::{IpAddr, Ipv6Addr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chain::ids::{OrganisationId, PersonId};
use governor::clock::Clock;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use lru::LruCache;
use parking_lot::Mutex;

/// Callers that are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(20_000).expect("more than none");

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// An address; of IPv6 the network of 64 bits, which one subscriber has to itself.
    Address(IpAddr),
    /// The same, by credentials that are wrong.
    Guessing(IpAddr),
    /// An organisation, by whatever credential.
    Organisation(OrganisationId),
    /// A person, by whatever key.
    Person(PersonId),
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
}

fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from(u128::from(six) >> 64 << 64)),
        four => four,
    }
}

struct Limited {
    per_minute: NonZeroU32,
    limiter: Arc<DefaultDirectRateLimiter>,
    blocked_until: Option<Instant>,
}

/// The callers and how much of their rate is left.
pub(crate) struct Rates(Mutex<LruCache<Counted, Limited>>);

impl Default for Rates {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }
}

impl Rates {
    /// Counts one request, of so many a minute; how long to wait if that is too many.
    pub(crate) fn count(&self, who: Counted, per_minute: NonZeroU32) -> Result<(), Duration> {
        let limiter = self.limiter(who, per_minute);
        limiter.check().map_err(|until| {
            let wait = until.wait_time_from(limiter.clock().now());
            if let Some(limited) = self.0.lock().get_mut(&who) {
                limited.blocked_until = Some(Instant::now() + wait);
            }
            wait
        })
    }

    /// How long a caller must wait that had no more left when it was counted last. Counts nothing.
    pub(crate) fn blocked(&self, who: Counted) -> Option<Duration> {
        let until = self.0.lock().peek(&who)?.blocked_until?;
        until.checked_duration_since(Instant::now())
    }

    fn limiter(&self, who: Counted, per_minute: NonZeroU32) -> Arc<DefaultDirectRateLimiter> {
        let mut callers = self.0.lock();
        let fresh = || Limited {
            per_minute,
            limiter: Arc::new(RateLimiter::direct(Quota::per_minute(per_minute))),
            blocked_until: None,
        };
        let limited = callers.get_or_insert_mut(who, fresh);
        if limited.per_minute != per_minute {
            *limited = fresh();
        }
        Arc::clone(&limited.limiter)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn most(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    #[test]
    fn one_too_many_waits_and_another_caller_does_not() {
        let rates = Rates::default();
        let (one, other) = (Counted::address("10.0.0.1".parse().unwrap()), "10.0.0.2");
        for _ in 0..3 {
            assert!(rates.count(one, most(3)).is_ok());
        }
        assert!(rates.blocked(one).is_none());
        let wait = rates.count(one, most(3)).unwrap_err();
        assert!(rates.blocked(one).is_some_and(|still| still <= wait));
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(20));
        assert!(rates.count(Counted::address(other.parse().unwrap()), most(3)).is_ok());
    }

    #[test]
    fn a_changed_rate_holds_from_the_next_request_on() {
        let rates = Rates::default();
        let one = Counted::address("10.0.0.1".parse().unwrap());
        assert!(rates.count(one, most(1)).is_ok() && rates.count(one, most(1)).is_err());
        assert!(rates.count(one, most(2)).is_ok());
    }

    #[test]
    fn the_addresses_of_one_subscriber_are_counted_together() {
        let counted = |text: &str| Counted::address(text.parse().unwrap());
        assert_eq!(counted("2001:db8::1"), counted("2001:db8::ffff:1"));
        assert_ne!(counted("2001:db8::1"), counted("2001:db8:0:1::1"));
        assert_eq!(counted("::ffff:10.0.0.1"), counted("10.0.0.1"));
    }
}
