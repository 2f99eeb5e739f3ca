// SPDX-License-Identifier: Apache-2.0
//! A matter: something to settle, with its source, its clock and its end.

use super::subject::Subject;
use super::{List, ListKey, RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::hash::Hash;
use crate::ids::{CertificateId, MatterId, OrganisationId, RecordId, Time};
use crate::text::Word;

small_data! {
    /// The kinds of matters (`domain.md` section 3).
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum MatterKind {
        /// 违章.
        Violation,
        /// 违规.
        Breach,
        /// 未按时足量学习.
        StudyShortfall,
        /// A certificate ended.
        EndedCertificate,
        /// A certificate was suspended.
        SuspendedCertificate,
        /// A certificate was revoked.
        RevokedCertificate,
        /// Anything else.
        Other,
    }

    /// Where a matter stands.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum MatterState {
        /// To settle.
        Open,
        /// Settled.
        Settled,
        /// Taken back.
        Void,
    }
}

data! {
    /// Who settles or voids it, besides a regulator.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct MatterSource {
        /// The organisation that opened it, or the attester of the certificate it is about.
        pub organisation: OrganisationId,
        /// True if the chain opened it by itself.
        pub automatic: bool,
        /// The certificate it is about, if any.
        pub certificate: Option<CertificateId>,
    }

    /// A matter.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Matter {
        /// Its id.
        pub id: MatterId,
        /// Its kind.
        pub kind: MatterKind,
        /// What it is about.
        pub subject: Subject,
        /// Where it comes from.
        pub source: MatterSource,
        /// Commitment to the source's file; zeros for the chain's own.
        pub reference: Hash,
        /// Points.
        pub points: u8,
        /// An over-limit trip.
        pub over_limit: bool,
        /// When it happened.
        pub occurred_at: Time,
        /// When the chain learnt of it.
        pub opened_at: Time,
        /// When it is overdue.
        pub settle_by: Time,
        /// The reason of the last extension.
        pub extension: Option<Word>,
        /// Where it stands.
        pub state: MatterState,
        /// When it was settled or voided.
        pub ended_at: Option<Time>,
        /// The reason given at its end, if any.
        pub end_reason: Option<Word>,
    }
}

impl RecordValue for Matter {
    const KIND: RecordKind = RecordKind::Matter;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    fn lists(&self) -> Vec<ListKey> {
        vec![ListKey { list: List::MattersBySubject, of: self.subject.key().id }]
    }

    wrapped!(Matter);
}
