// SPDX-License-Identifier: Apache-2.0
//! Where the data behind a certificate are: the application that it came with, and who sent that. It never
//! changes, and finding it reads a whole block, so what was found is remembered.

use std::num::NonZeroUsize;

use chain::Hash;
use chain::ids::{ApplicationId, OrganisationId, Time};
use chain::query::certificates::{Committed, came_with};
use lru::LruCache;
use parking_lot::Mutex;
use store::At;

/// Certificates that are remembered, some hundred bytes each.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(50_000).expect("more than none");

/// An application and its sponsor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) application: ApplicationId,
    pub(super) sponsor: OrganisationId,
}

/// What was found, by commitment and when it was attested; none for a renewal.
pub(super) struct Origins(Mutex<LruCache<(Hash, Time), Option<Origin>>>);

impl Default for Origins {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }
}

impl Origins {
    /// The application that a certificate came with, if it came with one. May read the disk.
    pub(super) fn of(&self, at: &At, committed: &Committed) -> Option<Origin> {
        let terms = &committed.certificate.terms;
        let key = (terms.root, terms.attested_at);
        if let Some(known) = self.0.lock().get(&key) {
            return *known;
        }
        let found = came_with(at, committed);
        let found = found.map(|found| Origin { application: found.id, sponsor: found.sponsor });
        self.0.lock().put(key, found);
        found
    }
}
