// SPDX-License-Identifier: Apache-2.0
//! A person: outlives any code, so that matters cannot be shed by applying anew.

use super::subject::Dossier;
use super::{RecordKind, RecordValue, wrapped};
use crate::data::data;
use crate::hash::Hash;
use crate::ids::{ApplicationId, CodeId, PersonId, RecordId, Time};
use crate::keys::PublicKey;

data! {
    /// A person. Nothing in it names anybody: the tag is keyed.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Person {
        /// Its id.
        pub id: PersonId,
        /// HMAC-SHA-256 of the identity number under the attesters' common secret.
        pub tag: Hash,
        /// Keys in force; at most 8.
        pub keys: Vec<PublicKey>,
        /// Certificates and open matters.
        pub dossier: Dossier,
        /// The code that is not cancelled, if there is one.
        pub code: Option<CodeId>,
        /// The application that is verifying, if there is one.
        pub application: Option<ApplicationId>,
        /// When a certificate next changes by itself.
        pub next_change_at: Option<Time>,
    }
}

impl RecordValue for Person {
    const KIND: RecordKind = RecordKind::Person;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    fn next_change_at(&self) -> Option<Time> {
        self.next_change_at
    }

    wrapped!(Person);
}
