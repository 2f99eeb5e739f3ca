// SPDX-License-Identifier: Apache-2.0
//! An erasure: what a holder's node tells the chain of the data that came with one application.
//!
//! Commitments stay, and mean nothing without the salts that were destroyed.

use super::subject::DataSubject;
use super::{RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::domain;
use crate::hash::Hash;
use crate::ids::{ApplicationId, ErasureId, OrganisationId, RecordId, Time};

small_data! {
    /// What became of them.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum ErasureKind {
        /// Kept because the law requires it: shown to a regulator for a named case, to nobody else.
        Restricted {
            /// Until when the law requires it. From then on they are shown to nobody at all.
            until: Time,
        },
        /// The subject's key is destroyed.
        Erased,
    }
}

data! {
    /// An erasure; an application has one record, each change a version.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Erasure {
        /// Its id, which follows from the application.
        pub id: ErasureId,
        /// The application that the data came with.
        pub application: ApplicationId,
        /// Whose data: those of the code or vehicle that it led to, or its own.
        pub subject: DataSubject,
        /// Who published it: the sponsor of the application, whose node holds the data, or a regulator
        /// once the sponsor's registration has ended.
        pub by: OrganisationId,
        /// What became of them.
        pub kind: ErasureKind,
        /// Digest of the node's protocol of the erasure.
        pub digest: Hash,
        /// When the first one of this application was published: a restriction lasts at most 10 years
        /// from then on, however often it is changed.
        pub first_at: Time,
        /// When this one was published.
        pub at: Time,
    }
}

impl Erasure {
    /// The id of an application's record.
    pub fn id_of(application: ApplicationId) -> ErasureId {
        ErasureId(RecordId(Hash::tagged(domain::ERASURE_ID, &[&application.0.0]).half()))
    }
}

impl RecordValue for Erasure {
    const KIND: RecordKind = RecordKind::Erasure;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    wrapped!(Erasure);
}
