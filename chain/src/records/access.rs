// SPDX-License-Identifier: Apache-2.0
//! An access: who asked for which fields of whom, on which basis. It is on chain before any value leaves
//! a vault, and never changes.

use super::certificate::CertificateKind;
use super::consent::Purpose;
use super::field_set::FieldSet;
use super::key::Custody;
use super::subject::{DataSubject, Holder, Subject};
use super::{List, ListKey, RecordKind, RecordValue, wrapped};
use crate::data::data;
use crate::hash::Hash;
use crate::ids::{AccessId, ConsentId, OrganisationId, RecordId, Time, VehicleId, WaybillId};
use crate::rules::exchange::{is_of_its_attester, opened_by};

data! {
    /// What an access rests on (`domain.md` section 6). No basis, no data.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum Basis {
        /// A consent of the holder, for the purpose that it names.
        Consent {
            /// Which.
            consent: ConsentId,
            /// What for.
            purpose: Purpose,
        },
        /// A waybill of the asker's that the code carries or carried lately.
        Waybill(WaybillId),
        /// The asker's office, for a named case.
        Office {
            /// Digest of the case file; not zeros.
            case: Hash,
        },
    }

    /// An access.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Access {
        /// Its id.
        pub id: AccessId,
        /// Who asked.
        pub by: OrganisationId,
        /// Whose data: on a consent or a waybill those of a code.
        pub about: DataSubject,
        /// Who is told of it: the code's holder, the vehicle's owner, the applicant. None while nobody
        /// is known.
        pub holder: Option<Holder>,
        /// Vehicle and trailer, if a field is about them: the one that is asked about, the waybill's,
        /// else the current ones.
        pub vehicles: Vec<VehicleId>,
        /// The kinds of certificates that it opens, for the office of an attester: those that it attests.
        /// None opens every kind.
        pub kinds: Option<Vec<CertificateKind>>,
        /// What it rests on.
        pub basis: Basis,
        /// Who has the key in hand that gave the consent; none without one, or for an enterprise's key.
        pub custody: Option<Custody>,
        /// Which fields.
        pub fields: FieldSet,
        /// Digest of the request that the vault's node answers.
        pub request: Hash,
        /// When.
        pub at: Time,
    }
}

impl Access {
    /// True if it opens the field with this name of a certificate of this kind by this attester. Who
    /// answers opens nothing else. An insurer's or bank's office is about its own certificates.
    pub fn opens(&self, (kind, attester): (CertificateKind, OrganisationId), name: &str) -> bool {
        let is_asked = opened_by(kind, name).iter().any(|field| self.fields.contains(field));
        let of_office = |kinds: &Vec<CertificateKind>| {
            kinds.contains(&kind) && (attester == self.by || !is_of_its_attester(kind))
        };
        is_asked && self.kinds.as_ref().is_none_or(of_office)
    }

    /// The list of accesses about a code, an application, a holder or a vehicle, by the id of its record.
    pub fn list_about(subject: RecordId) -> ListKey {
        ListKey { list: List::AccessesBySubject, of: subject }
    }

    /// The list of an organisation's accesses.
    pub fn list_by(organisation: OrganisationId) -> ListKey {
        ListKey { list: List::AccessesByOrganisation, of: organisation.0 }
    }
}

impl RecordValue for Access {
    const KIND: RecordKind = RecordKind::Access;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    fn lists(&self) -> Vec<ListKey> {
        let holder = self.holder.map(|holder| Subject::from(holder).key().id);
        let mut about: Vec<RecordId> = vec![self.about.record()];
        about.extend(holder);
        about.extend(self.vehicles.iter().map(|one| one.0).filter(|id| *id != self.about.record()));
        let about = about.into_iter().map(Self::list_about);
        std::iter::once(Self::list_by(self.by)).chain(about).collect()
    }

    wrapped!(Access);
}
