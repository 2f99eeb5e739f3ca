// SPDX-License-Identifier: Apache-2.0
//! A vehicle or trailer: found by its VIN, with its dossier, drivers, coupling and over-limit history.

use super::certificate::{CertificateKind, Class, VehicleClass};
use super::subject::Dossier;
use super::{List, ListKey, RecordKind, RecordValue, wrapped};
use crate::data::{data, small_data};
use crate::hash::Hash;
use crate::ids::{
    ApplicationId, CodeId, MatterId, OrganisationId, RecordId, Time, VehicleId, WaybillId,
};
use crate::keys::PublicKey;

small_data! {
    /// Who a vehicle belongs to, as its last application said.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum VehicleOwner {
        /// An organisation.
        Organisation(OrganisationId),
        /// A holder, by key.
        Holder(PublicKey),
    }
}

data! {
    /// An over-limit matter as the vehicle keeps it.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct OverLimit {
        /// Which matter.
        pub matter: MatterId,
        /// When it happened.
        pub occurred_at: Time,
    }

    /// A vehicle or trailer.
    #[derive(bincode::Encode, bincode::Decode)]
    pub struct Vehicle {
        /// Its id.
        pub id: VehicleId,
        /// Keyed tag of the VIN: it decides which vehicle this is.
        pub vin_tag: Hash,
        /// Keyed tag of plate and colour attested last; none while another vehicle has the plate.
        pub plate_tag: Option<Hash>,
        /// Owner.
        pub owner: VehicleOwner,
        /// Certificates, policies and open matters.
        pub dossier: Dossier,
        /// Codes bound to it; at most 8.
        pub drivers: Vec<CodeId>,
        /// Codes whose current vehicle it is; at most 8.
        pub current_for: Vec<CodeId>,
        /// The trailer coupled to it, or the vehicle that a trailer is coupled to.
        pub coupled: Option<VehicleId>,
        /// The last four over-limit matters, oldest first.
        pub over_limit: Vec<OverLimit>,
        /// When a regulator last released it.
        pub released_at: Option<Time>,
        /// Waybills under way; at most 8.
        pub under_way: Vec<WaybillId>,
        /// When the last of them ceased to be under way with it.
        pub carried_until: Option<Time>,
        /// Its application that is verifying, if there is one.
        pub application: Option<ApplicationId>,
        /// Applications for codes that name it and are verifying; at most 8.
        pub named_by: Vec<ApplicationId>,
        /// When a certificate next changes by itself.
        pub next_change_at: Option<Time>,
    }
}

impl Vehicle {
    /// What its licence says of it.
    pub fn class(&self) -> Option<&VehicleClass> {
        match &self.dossier.certificate(CertificateKind::VehicleLicence)?.terms.class {
            Class::Vehicle(class) => Some(class),
            _ => None,
        }
    }

    /// The list of an organisation's own vehicles.
    pub fn list_of(owner: OrganisationId) -> ListKey {
        ListKey { list: List::VehiclesByOwner, of: owner.0 }
    }
}

impl RecordValue for Vehicle {
    const KIND: RecordKind = RecordKind::Vehicle;

    fn record_id(&self) -> RecordId {
        self.id.0
    }

    fn next_change_at(&self) -> Option<Time> {
        self.next_change_at
    }

    fn lists(&self) -> Vec<ListKey> {
        match self.owner {
            VehicleOwner::Organisation(owner) => vec![Self::list_of(owner)],
            VehicleOwner::Holder(_) => Vec::new(),
        }
    }

    wrapped!(Vehicle);
}
