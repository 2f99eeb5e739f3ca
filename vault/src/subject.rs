// SPDX-License-Identifier: Apache-2.0
//! What a key belongs to: an application, since erasures are by application, or a waybill.

use std::fmt;
use std::str::FromStr;

use chain::ids::{ApplicationId, RecordId, WaybillId};
use chain::text::TextError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whose data. As text it is the record's id: `app_…` or `way_…`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// What came with an application; its sponsor's node holds it.
    Application(ApplicationId),
    /// The full fields of a waybill; its maker's node holds them.
    Waybill(WaybillId),
}

const APPLICATION: u8 = 1;
const WAYBILL: u8 = 2;
/// Bytes of a subject in keys of rows.
pub(crate) const BYTES: usize = 17;

impl Subject {
    /// Kind (1) ‖ id (16).
    pub(crate) fn to_bytes(self) -> [u8; BYTES] {
        let (kind, id) = match self {
            Self::Application(id) => (APPLICATION, id.0),
            Self::Waybill(id) => (WAYBILL, id.0),
        };
        let mut bytes = [kind; BYTES];
        bytes[1..].copy_from_slice(&id.0);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, id) = bytes.split_first()?;
        let id = RecordId(id.try_into().ok()?);
        match *kind {
            APPLICATION => Some(Self::Application(ApplicationId(id))),
            WAYBILL => Some(Self::Waybill(WaybillId(id))),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application(id) => id.fmt(f),
            Self::Waybill(id) => id.fmt(f),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Subject {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if text.starts_with("way_") {
            return text.parse().map(Self::Waybill);
        }
        text.parse().map(Self::Application)
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_subject_is_its_records_id_in_text_and_bytes() {
        let id = RecordId([7; 16]);
        for subject in [Subject::Application(ApplicationId(id)), Subject::Waybill(WaybillId(id))] {
            assert_eq!(subject.to_string().parse::<Subject>().unwrap(), subject);
            assert_eq!(Subject::from_bytes(&subject.to_bytes()), Some(subject));
        }
        assert!("veh_5t63b7qsg5we2a5gr9hx8w2k4m".parse::<Subject>().is_err());
        assert_eq!(Subject::from_bytes(&[3; 17]), None);
        assert_eq!(Subject::from_bytes(&[1; 16]), None);
    }
}
