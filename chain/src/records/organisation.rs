// SPDX-License-Identifier: Apache-2.0
//! An organisation: kind, admission, keys and what it may attest.

use super::certificate::CertificateKind;
use super::subject::Dossier;
use super::{RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::gb32100::CreditCode;
use crate::hash::Hash;
use crate::ids::{CodeId, OrganisationId, Prefecture, RecordId, Time};
use crate::keys::PublicKey;
use crate::text::Name;

small_data! {
    /// The kinds of organisations (`domain.md` section 1).
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum OrganisationKind {
        /// 行管部门.
        Regulator,
        /// An authority that attests certificates.
        Authority,
        /// 物流企业.
        Enterprise,
        /// 互联网平台.
        Platform,
        /// An insurer.
        Insurer,
        /// A bank.
        Bank,
        /// Legal aid, safety education, fuel and other extensions.
        ServiceProvider,
    }
}

impl OrganisationKind {
    /// Insurers attest policies, banks accounts, authorities everything else (`domain.md` section 2).
    pub fn may_attest(self, kind: CertificateKind) -> bool {
        match kind {
            CertificateKind::Policy => self == Self::Insurer,
            CertificateKind::BankAccount => self == Self::Bank,
            _ => self == Self::Authority,
        }
    }
}

data! {
    /// What an organisation may attest, and where.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Scope {
        /// Kind of certificate.
        pub kind: CertificateKind,
        /// Prefectures; none means all.
        pub prefectures: Vec<Prefecture>,
    }

    /// How an organisation is named.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Identity {
        /// By its credit code, in the clear.
        Open {
            /// Unified social credit code that does not begin with 92.
            credit_code: CreditCode,
            /// Name.
            name: Name,
        },
        /// A one-man business (92): by a commitment alone.
        Personal {
            /// Keyed tag of its credit code.
            tag: Hash,
        },
    }

    /// An organisation.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Organisation {
        /// Its id.
        pub id: OrganisationId,
        /// Its kind.
        pub kind: OrganisationKind,
        /// Credit code and name, or a tag.
        pub identity: Identity,
        /// Prefecture of its seat.
        pub prefecture: Prefecture,
        /// What it may attest; at most 16.
        pub scopes: Vec<Scope>,
        /// Keys in force; at most 8, at least one with the role `admin`.
        pub keys: Vec<PublicKey>,
        /// When it was admitted.
        pub admitted_at: Time,
        /// When its registration ended, if it has.
        pub ended_at: Option<Time>,
        /// Its certificates and open matters as an operator.
        pub dossier: Dossier,
        /// Its own code that is not cancelled, if there is one.
        pub code: Option<CodeId>,
        /// Its application for that code that is verifying, if there is one.
        pub application: Option<crate::ids::ApplicationId>,
        /// When a certificate next changes by itself.
        pub next_change_at: Option<Time>,
    }
}

impl Organisation {
    /// True while it is admitted.
    pub fn is_admitted(&self) -> bool {
        self.ended_at.is_none()
    }

    /// True if it is registered to attest a kind, wherever that is.
    pub fn attests_anywhere(&self, kind: CertificateKind) -> bool {
        self.is_admitted() && self.scopes.iter().any(|scope| scope.kind == kind)
    }

    /// True if it is registered to attest a kind in a prefecture.
    pub fn attests(&self, kind: CertificateKind, prefecture: Prefecture) -> bool {
        self.is_admitted()
            && self.scopes.iter().any(|scope| {
                scope.kind == kind
                    && (scope.prefectures.is_empty() || scope.prefectures.contains(&prefecture))
            })
    }
}

impl RecordValue for Organisation {
    const KIND: RecordKind = RecordKind::Organisation;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    fn next_change_at(&self) -> Option<Time> {
        self.next_change_at
    }

    wrapped!(Organisation);
}
