// SPDX-License-Identifier: Apache-2.0
//! Certificates of known subjects: added, renewed, suspended, revoked.

use crate::data::data;
use crate::hash::Hash;
use crate::ids::{CertificateId, Prefecture, Time};
use crate::records::certificate::{CertificateKind, Class};
use crate::records::subject::Subject;
use crate::text::Word;

data! {
    /// Sent by an attester of the kind. A certificate of the kind that is there is renewed (a policy:
    /// the one named, by one of its kind); one whose `valid_from` is ahead waits as `next`. What is
    /// suspended or revoked its own attester renews, while that one is registered.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct CertificateAttest {
        /// About whom.
        pub subject: Subject,
        /// Its kind.
        pub kind: CertificateKind,
        /// The policy that is renewed; none adds one.
        pub renews: Option<CertificateId>,
        /// Where the attester acts.
        pub prefecture: Prefecture,
        /// RFC 6962 root over the digests of its fields.
        pub root: Hash,
        /// From when it holds.
        pub valid_from: Time,
        /// When it ends; none for ever.
        pub valid_until: Option<Time>,
        /// Class bits.
        pub class: Class,
    }

    /// Sent by the attester; by a regulator where its registration has ended.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct CertificateSuspend {
        /// About whom.
        pub subject: Subject,
        /// Which.
        pub certificate: CertificateId,
        /// Reason code.
        pub reason: Word,
    }

    /// Sent by the attester; by a regulator where its registration has ended.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct CertificateResume {
        /// About whom.
        pub subject: Subject,
        /// Which.
        pub certificate: CertificateId,
    }

    /// Sent by the attester; by a regulator where its registration has ended.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct CertificateRevoke {
        /// About whom.
        pub subject: Subject,
        /// Which.
        pub certificate: CertificateId,
        /// Reason code.
        pub reason: Word,
    }
}
