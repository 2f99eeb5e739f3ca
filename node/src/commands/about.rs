// SPDX-License-Identifier: Apache-2.0
//! What a proof is about, as people write it: an id, a public key, or the word `parameters`.

use std::fmt;
use std::str::FromStr;

use chain::TransactionId;
use chain::ids::{
    ApplicationId, CodeId, MatterId, OrganisationId, PersonId, RecordId, VehicleId, WaybillId,
};
use chain::keys::PublicKey;
use chain::proof::Proven;
use chain::records::{RecordKey, RecordKind, RegisteredKey};
use serde::{Serialize, Serializer};

/// The transaction or record that a proof is asked for, and about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// A transaction.
    Transaction(TransactionId),
    /// A record.
    Record(RecordKey),
}

impl About {
    /// What a proof that holds is about.
    pub(crate) fn of(proven: &Proven) -> Self {
        match proven {
            Proven::Transaction { receipt, .. } => Self::Transaction(receipt.transaction),
            Proven::Present { version, .. } => Self::Record(version.key()),
            Proven::Absent { key, .. } => Self::Record(*key),
        }
    }

    /// Where a node proves it.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Transaction(id) => format!("/v1/transactions/{id}/proof"),
            Self::Record(RecordKey { kind: RecordKind::Code, .. }) => {
                format!("/v1/codes/{self}/proof")
            }
            Self::Record(key) => match text(key) {
                Some(id) => format!("/v1/records/{}/{id}/proof", key.kind.word()),
                None => format!("/v1/records/{}/{}/proof", key.kind.word(), digits(key.id)),
            },
        }
    }
}

fn digits(id: RecordId) -> String {
    id.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id in its own text form, where its kind has one.
fn text(key: &RecordKey) -> Option<String> {
    let id = key.id;
    Some(match key.kind {
        RecordKind::Organisation => OrganisationId(id).to_string(),
        RecordKind::Person => PersonId(id).to_string(),
        RecordKind::Vehicle => VehicleId(id).to_string(),
        RecordKind::Application => ApplicationId(id).to_string(),
        RecordKind::Matter => MatterId(id).to_string(),
        RecordKind::Waybill => WaybillId(id).to_string(),
        RecordKind::Code => CodeId::from_record(id).ok()?.to_string(),
        _ => return None,
    })
}

impl fmt::Display for About {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transaction(id) => id.fmt(to),
            Self::Record(RecordKey { kind: RecordKind::Parameters, .. }) => {
                to.write_str("parameters")
            }
            Self::Record(key) => match text(key) {
                Some(id) => to.write_str(&id),
                None => write!(to, "{} {}", key.kind.word(), digits(key.id)),
            },
        }
    }
}

impl Serialize for About {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl FromStr for About {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, String> {
        let record = |kind, id| Self::Record(RecordKey { kind, id });
        if let Ok(transaction) = id.parse::<TransactionId>() {
            return Ok(Self::Transaction(transaction));
        }
        if let Ok(code) = id.parse::<CodeId>() {
            return Ok(record(RecordKind::Code, code.record()));
        }
        if let Ok(key) = id.parse::<PublicKey>() {
            return Ok(record(RecordKind::RegisteredKey, RegisteredKey::id_of(&key)));
        }
        fn inner<T: FromStr>(id: &str, raw: fn(T) -> RecordId) -> Result<RecordId, String>
        where
            T::Err: fmt::Display,
        {
            id.parse::<T>().map(raw).map_err(|error| error.to_string())
        }
        Ok(match id.split('_').next() {
            Some("parameters") => record(RecordKind::Parameters, RecordId::default()),
            Some("org") => record(RecordKind::Organisation, inner(id, |id: OrganisationId| id.0)?),
            Some("per") => record(RecordKind::Person, inner(id, |id: PersonId| id.0)?),
            Some("veh") => record(RecordKind::Vehicle, inner(id, |id: VehicleId| id.0)?),
            Some("app") => record(RecordKind::Application, inner(id, |id: ApplicationId| id.0)?),
            Some("mat") => record(RecordKind::Matter, inner(id, |id: MatterId| id.0)?),
            Some("way") => record(RecordKind::Waybill, inner(id, |id: WaybillId| id.0)?),
            _ => {
                let what = "no id of a transaction, code or record, and no public key";
                return Err(format!("{id} is {what}"));
            }
        })
    }
}
