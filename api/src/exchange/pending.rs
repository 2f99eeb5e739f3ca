// SPDX-License-Identifier: Apache-2.0
//! The requests that this node made and may still collect answers to, with the keys that open these. In
//! memory alone: a node that restarts has forgotten them, and the asker records a new access.

use std::collections::BTreeMap;
use std::sync::Arc;

use chain::Hash;
use chain::exchange::Request;
use chain::ids::{OrganisationId, Time};
use chain::limits::{ACCESS_MS, VALIDITY_MS};
use parking_lot::Mutex;

use sealing::Receiver;

/// Most requests kept at once: some hundred bytes each.
const MOST: usize = 100_000;
/// Most of one organisation.
const MOST_OF_ONE: usize = 2_000;
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
    /// How many each organisation has.
    count: BTreeMap<OrganisationId, usize>,
}

/// There are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl Table {
    fn is_full(&self, by: OrganisationId) -> bool {
        let of_one = self.count.get(&by).copied().unwrap_or_default();
        self.by_digest.len() >= MOST || of_one >= MOST_OF_ONE
    }

    fn remove(&mut self, digest: &Hash) {
        let Some(waiting) = self.by_digest.remove(digest) else { return };
        match self.count.get_mut(&waiting.by) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(self.count.remove(&waiting.by)),
        }
    }

    fn forget_old(&mut self, now: Time) {
        let old = self.by_digest.iter().filter(|(_, waiting)| now >= waiting.until);
        let old: Vec<Hash> = old.map(|(digest, _)| *digest).collect();
        old.iter().for_each(|digest| self.remove(digest));
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
        if table.is_full(by) {
            table.forget_old(now);
        }
        if table.is_full(by) {
            return Err(TooMany);
        }
        let (digest, until) = (request.digest(), now.plus(KEPT_MS));
        let waiting = Arc::new(Waiting { by, request, receiver, until });
        if table.by_digest.insert(digest, waiting).is_none() {
            *table.count.entry(by).or_default() += 1;
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
    fn one_organisation_cannot_take_all_the_room_and_old_ones_make_some() {
        let pending = Pending::default();
        // The counter alone: making so many keys would take a while.
        pending.keep(by(1), request(1), NOW).unwrap();
        pending.0.lock().count.insert(by(1), MOST_OF_ONE);
        assert_eq!(pending.keep(by(1), request(2), NOW), Err(TooMany));
        assert!(pending.keep(by(2), request(0), NOW).is_ok());
        pending.0.lock().count.insert(by(1), 1);
        assert!(pending.keep(by(1), request(3), NOW).is_ok());
        pending.0.lock().forget_old(NOW.plus(KEPT_MS));
        let table = pending.0.lock();
        assert!(table.by_digest.is_empty() && table.count.is_empty());
    }
}
