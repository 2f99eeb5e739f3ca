// SPDX-License-Identifier: Apache-2.0
//! The requests that this node made and may still collect answers to, with the keys that open these. In
//! memory alone: a node that restarts has forgotten them, and the asker records a new access.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chain::Hash;
use chain::exchange::Request;
use chain::ids::{OrganisationId, Time};
use chain::limits::{ACCESS_MS, VALIDITY_MS};
use parking_lot::Mutex;

use sealing::Receiver;

/// Most requests kept at once: some hundred bytes each.
const MOST: usize = 100_000;
/// Most of one organisation: a newer one takes the place of its oldest.
const MOST_OF_ONE: usize = 10_000;
/// How long one is kept, in milliseconds: until its access is on chain, and as long as that is answered.
const KEPT_MS: u64 = VALIDITY_MS + ACCESS_MS;

/// A request with its key.
pub(super) struct Waiting {
    pub(super) by: OrganisationId,
    pub(super) request: Request,
    pub(super) receiver: Receiver,
    until: Time,
}

/// All of them, by the digest of the request.
#[derive(Default)]
pub(super) struct Pending(Mutex<Table>);

#[derive(Default)]
struct Table {
    by_digest: BTreeMap<Hash, Arc<Waiting>>,
    /// Those of each organisation, the oldest first.
    of: BTreeMap<OrganisationId, VecDeque<Hash>>,
}

/// There are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl Table {
    fn remove(&mut self, digest: &Hash) {
        let Some(waiting) = self.by_digest.remove(digest) else { return };
        let Some(own) = self.of.get_mut(&waiting.by) else { return };
        own.retain(|other| other != digest);
        if own.is_empty() {
            self.of.remove(&waiting.by);
        }
    }

    fn forget_old(&mut self, now: Time) {
        self.by_digest.retain(|_, waiting| now < waiting.until);
        let by_digest = &self.by_digest;
        self.of.retain(|_, own| {
            own.retain(|digest| by_digest.contains_key(digest));
            !own.is_empty()
        });
    }

    fn make_room(&mut self, by: OrganisationId, now: Time) -> Result<(), TooMany> {
        if self.by_digest.len() >= MOST {
            self.forget_old(now);
        }
        let own = self.of.entry(by).or_default();
        if own.len() >= MOST_OF_ONE
            && let Some(oldest) = own.pop_front()
        {
            self.by_digest.remove(&oldest);
        }
        if self.by_digest.len() >= MOST { Err(TooMany) } else { Ok(()) }
    }
}

impl Pending {
    /// Keeps a request for an organisation; its digest.
    pub(super) fn keep(
        &self,
        by: OrganisationId,
        (request, receiver): (Request, Receiver),
        now: Time,
    ) -> Result<Hash, TooMany> {
        let mut table = self.0.lock();
        table.make_room(by, now)?;
        let (digest, until) = (request.digest(), now.plus(KEPT_MS));
        let waiting = Arc::new(Waiting { by, request, receiver, until });
        if table.by_digest.insert(digest, waiting).is_none() {
            table.of.entry(by).or_default().push_back(digest);
        }
        Ok(digest)
    }

    /// The request of a digest, if it is this organisation's.
    pub(super) fn of(&self, digest: &Hash, by: OrganisationId, now: Time) -> Option<Arc<Waiting>> {
        let found = self.0.lock().by_digest.get(digest).cloned();
        found.filter(|waiting| waiting.by == by && now < waiting.until)
    }

    /// Forgets one that nobody will collect.
    pub(super) fn forget(&self, digest: &Hash) {
        self.0.lock().remove(digest);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use chain::ids::{CodeId, RecordId};
    use chain::nonce::Nonce;
    use chain::records::FieldSet;

    use super::*;

    const NOW: Time = Time(1_000);

    fn by(number: u8) -> OrganisationId {
        OrganisationId(RecordId([number; 16]))
    }

    fn request(number: usize) -> (Request, Receiver) {
        let receiver = Receiver::fresh();
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        let request = Request {
            chain: Hash::ZERO,
            about: CodeId::made_by(chain::TransactionId(Hash::ZERO)).into(),
            basis: None,
            fields: FieldSet::LEAST,
            receiver: receiver.public(),
            nonce: Nonce(nonce),
            digits: None,
        };
        (request, receiver)
    }

    #[test]
    fn a_request_is_its_asker_s_until_its_time_is_over() {
        let pending = Pending::default();
        let digest = pending.keep(by(1), request(0), NOW).unwrap();
        assert!(pending.of(&digest, by(1), NOW).is_some());
        assert!(pending.of(&digest, by(2), NOW).is_none());
        assert!(pending.of(&digest, by(1), NOW.plus(KEPT_MS)).is_none());
        pending.forget(&digest);
        assert!(pending.of(&digest, by(1), NOW).is_none());
    }

    #[test]
    fn one_organisation_s_newest_take_the_place_of_its_oldest_and_nobody_else_s() {
        let pending = Pending::default();
        let other = pending.keep(by(2), request(0), NOW).unwrap();
        let first = pending.keep(by(1), request(1), NOW).unwrap();
        let second = pending.keep(by(1), request(2), NOW).unwrap();
        // Names alone: making so many keys would take a while.
        let mut number = 0_u32;
        pending.0.lock().of.get_mut(&by(1)).unwrap().resize_with(MOST_OF_ONE, || {
            number += 1;
            Hash::of(&number.to_le_bytes())
        });
        let newest = pending.keep(by(1), request(3), NOW).unwrap();
        let is_kept = |digest, by| pending.of(digest, by, NOW).is_some();
        assert!(!is_kept(&first, by(1)) && is_kept(&second, by(1)) && is_kept(&newest, by(1)));
        assert!(is_kept(&other, by(2)));
        pending.0.lock().forget_old(NOW.plus(KEPT_MS));
        let table = pending.0.lock();
        assert!(table.by_digest.is_empty() && table.of.is_empty());
    }
}
