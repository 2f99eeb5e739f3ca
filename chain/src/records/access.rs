// SPDX-License-Identifier: Apache-2.0
//! An access: who asked for which fields of whom, on which basis. It is on chain before any value leaves
//! a vault, and never changes.

use super::consent::Purpose;
use super::field_set::FieldSet;
use super::key::Custody;
use super::subject::{Holder, Subject};
use super::{List, ListKey, RecordKind, RecordValue, wrapped};
use crate::data::data;
use crate::hash::Hash;
use crate::ids::{
    AccessId, CodeId, ConsentId, OrganisationId, RecordId, Time, VehicleId, WaybillId,
};

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
        /// About whose code.
        pub code: CodeId,
        /// The code's holder.
        pub holder: Holder,
        /// Vehicle and trailer, if a field is about them: the waybill's, else the current ones.
        pub vehicles: Vec<VehicleId>,
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
    /// The list of accesses about a code, a holder or a vehicle, by the id of its record.
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
        let subjects = [self.code.record(), Subject::from(self.holder).key().id];
        let vehicles = self.vehicles.iter().map(|vehicle| vehicle.0);
        let about = subjects.into_iter().chain(vehicles).map(Self::list_about);
        std::iter::once(Self::list_by(self.by)).chain(about).collect()
    }

    wrapped!(Access);
}
