// SPDX-License-Identifier: Apache-2.0
//! An erasure: what a holder's node tells the chain of the data that came with one application.
//!
//! Commitments stay, and mean nothing without the salts that were destroyed.

use super::{RecordKind, RecordValue, wrapped};
use crate::codec;
use crate::data::{data, small_data};
use crate::domain;
use crate::hash::Hash;
use crate::ids::{ApplicationId, CodeId, ErasureId, OrganisationId, RecordId, Time, VehicleId};

small_data! {
    /// Whose data.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum ErasureSubject {
        /// Those of a code and its holder.
        Code(CodeId),
        /// Those of a vehicle or trailer.
        Vehicle(VehicleId),
        /// Those of an application that led to nothing.
        Application(ApplicationId),
    }

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
    /// An erasure; a subject has one record, each change a version.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Erasure {
        /// Its id, which follows from the subject.
        pub id: ErasureId,
        /// Whose data.
        pub subject: ErasureSubject,
        /// The application that they came with.
        pub application: ApplicationId,
        /// Who published it: the sponsor of that application, whose node holds the data.
        pub by: OrganisationId,
        /// What became of them.
        pub kind: ErasureKind,
        /// Digest of the node's protocol of the erasure.
        pub digest: Hash,
        /// When it was published.
        pub at: Time,
    }
}

impl Erasure {
    /// The id of a subject's record.
    pub fn id_of(subject: &ErasureSubject) -> ErasureId {
        let bytes = codec::encode(subject);
        ErasureId(RecordId(Hash::tagged(domain::ERASURE_ID, &[&bytes]).half()))
    }
}

impl RecordValue for Erasure {
    const KIND: RecordKind = RecordKind::Erasure;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    wrapped!(Erasure);
}
