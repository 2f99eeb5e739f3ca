// SPDX-License-Identifier: Apache-2.0
//! A unique name: a keyed tag or number, and the record that it names now.

use super::{RecordKey, RecordKind, RecordValue, wrapped};
use crate::data::small_data;
use crate::domain;
use crate::hash::Hash;
use crate::ids::{RecordId, VehicleId};

small_data! {
    /// What a name is.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum NameKind {
        /// The keyed tag of an identity number; names a person.
        Identity,
        /// The keyed tag of a VIN; names a vehicle.
        Vin,
        /// The keyed tag of a plate with its colour; names a vehicle.
        Plate,
        /// A credit code's digest or tag; names an organisation.
        CreditCode,
        /// Digest of a maker, its waybill number and segment; names a waybill.
        WaybillNumber,
    }
}

/// A unique name.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    bincode::Encode,
    bincode::Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UniqueName {
    /// What it is.
    pub kind: NameKind,
    /// Its digest or keyed tag.
    pub digest: Hash,
    /// The kind of record that it names.
    pub target_kind: RecordKind,
    /// The id of the record that it names, 32 hexadecimal digits in JSON.
    #[serde(with = "crate::records::name::id_text")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub target_id: RecordId,
    /// The vehicle that bore a plate before it moved to the one that it names now.
    pub moved_from: Option<VehicleId>,
}

impl UniqueName {
    /// The id of a name's record.
    pub fn id_of(kind: NameKind, digest: &Hash) -> RecordId {
        RecordId(Hash::tagged(domain::NAME_ID, &[&crate::codec::encode(&kind), &digest.0]).half())
    }

    /// The key of the record that it names.
    pub fn target(&self) -> RecordKey {
        RecordKey { kind: self.target_kind, id: self.target_id }
    }
}

impl RecordValue for UniqueName {
    const KIND: RecordKind = RecordKind::UniqueName;

    fn record_id(&self) -> RecordId {
        Self::id_of(self.kind, &self.digest)
    }

    wrapped!(UniqueName);
}

/// Serde of a bare record id as hexadecimal digits.
pub mod id_text {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::ids::RecordId;

    /// Writes 32 lower-case hexadecimal digits.
    pub fn serialize<S: Serializer>(id: &RecordId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(id.0))
    }

    /// Reads 32 lower-case hexadecimal digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RecordId, D::Error> {
        let text = String::deserialize(deserializer)?;
        crate::text::hex_array(&text, "32 lower-case hexadecimal digits")
            .map(RecordId)
            .map_err(serde::de::Error::custom)
    }
}
