// SPDX-License-Identifier: Apache-2.0
//! Whose a sender's key is, by the state executed here: for fairness alone, never for rights. A registered
//! key never changes its owner, so what is known stays; a key that is not known is asked for each time.

use std::num::NonZeroUsize;

use chain::Records;
use chain::keys::PublicKey;
use chain::records::{Owner, RecordKey, RecordKind, RegisteredKey, Value};
use lru::LruCache;
use parking_lot::Mutex;
use store::Store;

use crate::limits;
use crate::pool::{Class, Sender};

/// Owners of keys that sent something of late.
pub(crate) struct Owners {
    known: Mutex<LruCache<Sender, Class>>,
}

impl Owners {
    pub(crate) fn new() -> Self {
        let size = NonZeroUsize::new(limits::KNOWN_OWNERS).unwrap_or(NonZeroUsize::MIN);
        Self { known: Mutex::new(LruCache::new(size)) }
    }

    /// Whom a transaction of this sender counts for. A key that has ended counts for whom it was.
    pub(crate) fn class(&self, store: &Store, sender: &PublicKey) -> Class {
        if let Some(class) = self.known.lock().get(&sender.bytes) {
            return *class;
        }
        let found = find(store, sender);
        if let Some(class) = found {
            self.known.lock().put(sender.bytes, class);
        }
        found.unwrap_or(Class::Strangers)
    }
}

fn find(store: &Store, sender: &PublicKey) -> Option<Class> {
    let key = RecordKey { kind: RecordKind::RegisteredKey, id: RegisteredKey::id_of(sender) };
    let Value::RegisteredKey(key) = store.current().record(&key)?.value else { return None };
    Some(match key.owner {
        Owner::Organisation(id) => Class::Organisation(id.0.0),
        Owner::Person(id) => Class::of_person(id.0.0),
    })
}
