// SPDX-License-Identifier: Apache-2.0
//! A record's id as text: with the prefix of its kind where it has one, else hexadecimal digits.

use std::str::FromStr;

use super::{RecordKey, RecordKind};
use crate::ids::{
    AccessId, AffiliationId, ApplicationId, CodeId, ConsentId, ErasureId, MatterId, OrganisationId,
    PersonId, RecordId, VehicleId, WaybillId,
};
use crate::text::{TextError, hex_array};

impl RecordKey {
    /// The id as text, such as `way_…`; 32 hexadecimal digits where its kind has no text of its own.
    pub fn id_text(&self) -> String {
        let id = self.id;
        match self.kind {
            RecordKind::Organisation => OrganisationId(id).to_string(),
            RecordKind::Person => PersonId(id).to_string(),
            RecordKind::Vehicle => VehicleId(id).to_string(),
            RecordKind::Application => ApplicationId(id).to_string(),
            RecordKind::Matter => MatterId(id).to_string(),
            RecordKind::Waybill => WaybillId(id).to_string(),
            RecordKind::Consent => ConsentId(id).to_string(),
            RecordKind::Access => AccessId(id).to_string(),
            RecordKind::Erasure => ErasureId(id).to_string(),
            RecordKind::Affiliation => AffiliationId(id).to_string(),
            RecordKind::Code => match CodeId::from_record(id) {
                Ok(code) => code.to_string(),
                Err(_) => hex::encode(id.0),
            },
            RecordKind::Parameters
            | RecordKind::RegisteredKey
            | RecordKind::UniqueName
            | RecordKind::Interface => hex::encode(id.0),
        }
    }

    /// Reads what [`RecordKey::id_text`] gave for a record of a kind.
    pub fn from_text(kind: RecordKind, text: &str) -> Result<Self, TextError> {
        fn read<T: FromStr<Err = TextError>>(
            text: &str,
            id: fn(T) -> RecordId,
        ) -> Result<RecordId, TextError> {
            text.parse().map(id)
        }
        let id = match kind {
            RecordKind::Organisation => read(text, |id: OrganisationId| id.0),
            RecordKind::Person => read(text, |id: PersonId| id.0),
            RecordKind::Vehicle => read(text, |id: VehicleId| id.0),
            RecordKind::Application => read(text, |id: ApplicationId| id.0),
            RecordKind::Matter => read(text, |id: MatterId| id.0),
            RecordKind::Waybill => read(text, |id: WaybillId| id.0),
            RecordKind::Consent => read(text, |id: ConsentId| id.0),
            RecordKind::Access => read(text, |id: AccessId| id.0),
            RecordKind::Erasure => read(text, |id: ErasureId| id.0),
            RecordKind::Affiliation => read(text, |id: AffiliationId| id.0),
            RecordKind::Code => read(text, CodeId::record),
            RecordKind::Parameters
            | RecordKind::RegisteredKey
            | RecordKind::UniqueName
            | RecordKind::Interface => {
                hex_array(text, "32 lower-case hexadecimal digits").map(RecordId)
            }
        };
        id.map(|id| Self { kind, id })
    }
}
