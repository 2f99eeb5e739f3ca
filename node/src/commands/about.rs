// SPDX-License-Identifier: Apache-2.0
//! What a proof is about, as people write it: an id, a public key, an organisation's id with an
//! interface, or the word `parameters`.

use std::fmt;
use std::str::FromStr;

use chain::TransactionId;
use chain::ids::{CodeId, OrganisationId, RecordId};
use chain::keys::PublicKey;
use chain::proof::Proven;
use chain::records::{Interface, InterfaceKind, RecordKey, RecordKind, RegisteredKey};
use chain::text::TextError;
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
            Self::Record(key) => match key.kind {
                RecordKind::Code => format!("/v1/codes/{}/proof", key.id_text()),
                kind => format!("/v1/records/{}/{}/proof", kind.word(), key.id_text()),
            },
        }
    }
}

impl fmt::Display for About {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transaction(id) => id.fmt(to),
            Self::Record(key) => match key.kind {
                RecordKind::Parameters => to.write_str(PARAMETERS),
                RecordKind::RegisteredKey | RecordKind::UniqueName | RecordKind::Interface => {
                    write!(to, "{} {}", key.kind.word(), key.id_text())
                }
                _ => to.write_str(&key.id_text()),
            },
        }
    }
}

impl Serialize for About {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

const PARAMETERS: &str = "parameters";

/// Kinds of records by the prefix of their ids.
const PREFIXES: [(&str, RecordKind); 10] = [
    ("org", RecordKind::Organisation),
    ("per", RecordKind::Person),
    ("veh", RecordKind::Vehicle),
    ("app", RecordKind::Application),
    ("mat", RecordKind::Matter),
    ("way", RecordKind::Waybill),
    ("con", RecordKind::Consent),
    ("acc", RecordKind::Access),
    ("era", RecordKind::Erasure),
    ("aff", RecordKind::Affiliation),
];

impl FromStr for About {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(transaction) = text.parse::<TransactionId>() {
            return Ok(Self::Transaction(transaction));
        }
        let record = |kind, id| Self::Record(RecordKey { kind, id });
        if text == PARAMETERS {
            return Ok(record(RecordKind::Parameters, RecordId::default()));
        }
        if let Ok(code) = text.parse::<CodeId>() {
            return Ok(record(RecordKind::Code, code.record()));
        }
        if let Ok(key) = text.parse::<PublicKey>() {
            return Ok(record(RecordKind::RegisteredKey, RegisteredKey::id_of(&key)));
        }
        if let Some((organisation, interface)) = text.split_once('/') {
            let key = interface_of(organisation, interface).map_err(|error| error.to_string())?;
            return Ok(Self::Record(key));
        }
        let prefix = text.split('_').next().unwrap_or_default();
        let kind = PREFIXES.iter().find(|(known, _)| *known == prefix).map(|(_, kind)| *kind);
        let kind = kind.ok_or_else(|| {
            format!("{text} is no id of a transaction, code or record, and no public key")
        })?;
        RecordKey::from_text(kind, text).map(Self::Record).map_err(|error| error.to_string())
    }
}

/// The record of an organisation and an interface, such as `org_…/code_application`.
fn interface_of(organisation: &str, interface: &str) -> Result<RecordKey, TextError> {
    let organisation: OrganisationId = organisation.parse()?;
    let interface: InterfaceKind = interface.parse()?;
    let id = Interface::id_of(organisation, interface);
    Ok(RecordKey { kind: RecordKind::Interface, id })
}
