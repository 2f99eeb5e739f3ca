// SPDX-License-Identifier: Apache-2.0
//! Newtypes for heights, instants, record ids and the other names of things.
//!
//! A record id is 128 bits. Its text is a prefix and 26 Crockford symbols, so that a name says its kind.

use std::fmt;
use std::str::FromStr;

use crate::codec::{Decode, Encode};
use crate::domain;
use crate::hash::Hash;
use crate::text::{TextError, crockford, parse_crockford, text_serde};

/// A block's height; genesis is 0.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Height(pub u64);

impl Height {
    /// The height after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An instant: milliseconds since 1970-01-01T00:00:00Z without leap seconds.
///
/// As text it is RFC 3339 in Beijing time with milliseconds: `2026-11-24T12:00:00.000+08:00`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
pub struct Time(pub u64);

impl Time {
    /// The end of time: the last instant that has a text.
    pub const LAST: Self = Self(crate::calendar::LAST_MS);

    /// The instant `ms` milliseconds later; the end of time if that is beyond it.
    pub fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms)).min(Self::LAST)
    }

    /// Milliseconds from `earlier` to this instant; 0 if that is later.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl<C> Decode<C> for Time {
    /// Refuses what has no text of its own.
    fn decode<D: bincode::de::Decoder<Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        let time = Self(u64::decode(decoder)?);
        if time <= Self::LAST {
            Ok(time)
        } else {
            Err(bincode::error::DecodeError::Other("an instant after the year 9999"))
        }
    }
}

bincode::impl_borrow_decode!(Time);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::calendar::to_rfc3339(*self))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Time {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        crate::calendar::from_rfc3339(text)
    }
}

text_serde!(
    Time,
    "an RFC 3339 instant such as 2026-11-24T12:00:00.000+08:00",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?\+08:00$",
    "2026-11-24T12:00:00.000+08:00"
);

/// A transaction's id: the tagged hash of all of it but the signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct TransactionId(pub Hash);

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TransactionId {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        text.parse().map(Self)
    }
}

text_serde!(
    TransactionId,
    "a transaction id of 64 lower-case hexadecimal digits",
    r"^[0-9a-f]{64}$",
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
);

/// The id of a record within its kind: 128 bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct RecordId(pub [u8; 16]);

impl RecordId {
    /// The id of the `index`-th record that a transaction makes.
    pub fn made_by(transaction: TransactionId, index: u32) -> Self {
        Self(Hash::tagged(domain::RECORD_ID, &[&transaction.0.0, &index.to_le_bytes()]).half())
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crockford(&self.0))
    }
}

macro_rules! record_ids {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal, $expected:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        pub struct $name(pub RecordId);

        impl $name {
            /// What its text begins with.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(&crockford(&self.0.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(parse_crockford)
                    .map(|bytes| Self(RecordId(bytes)))
                    .ok_or_else(|| TextError::new($expected, text))
            }
        }

        text_serde!(
            $name,
            $expected,
            concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$"),
            concat!($prefix, "_5t63b7qsg5we2a5gr9hx8w2k4m")
        );
    )*};
}

record_ids! {
    /// An organisation.
    OrganisationId, "org", "an organisation id (org_ and 26 symbols)";
    /// A person.
    PersonId, "per", "a person id (per_ and 26 symbols)";
    /// A vehicle or trailer.
    VehicleId, "veh", "a vehicle id (veh_ and 26 symbols)";
    /// A certificate or policy of a subject.
    CertificateId, "cer", "a certificate id (cer_ and 26 symbols)";
    /// An application for a code or a vehicle.
    ApplicationId, "app", "an application id (app_ and 26 symbols)";
    /// A matter: something to settle.
    MatterId, "mat", "a matter id (mat_ and 26 symbols)";
    /// A waybill.
    WaybillId, "way", "a waybill id (way_ and 26 symbols)";
    /// A consent.
    ConsentId, "con", "a consent id (con_ and 26 symbols)";
    /// An access.
    AccessId, "acc", "an access id (acc_ and 26 symbols)";
    /// An erasure.
    ErasureId, "era", "an erasure id (era_ and 26 symbols)";
    /// An affiliation.
    AffiliationId, "aff", "an affiliation id (aff_ and 26 symbols)";
}

/// A code's id: `53`, 12 symbols of the GB 32100 alphabet, and a check symbol by the GB 32100 rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
pub struct CodeId(RecordId);

/// Bytes that are no code id are refused, so that every code id has a text.
impl<C> Decode<C> for CodeId {
    fn decode<D: bincode::de::Decoder<Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        let id = RecordId::decode(decoder)?;
        let read = Self::from_record(id).ok().filter(|read| read.0 == id);
        read.ok_or(bincode::error::DecodeError::Other("no code id"))
    }
}

bincode::impl_borrow_decode!(CodeId);

impl CodeId {
    /// The id that the transaction of an application gives to its code.
    pub fn made_by(application: TransactionId) -> Self {
        let hash = Hash::tagged(domain::CODE_ID, &[&application.0.0]);
        Self(RecordId(crate::gb32100::code_bytes(&hash)))
    }

    /// The id as a record's id: its 15 ASCII characters and a zero byte.
    pub fn record(self) -> RecordId {
        self.0
    }

    /// Reads back what [`CodeId::record`] gave.
    pub fn from_record(id: RecordId) -> Result<Self, TextError> {
        let text = std::str::from_utf8(&id.0[..15])
            .map_err(|_| TextError::new("a code id", "bytes that are not text"))?;
        text.parse()
    }
}

impl fmt::Display for CodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0[..15].iter().try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}

impl fmt::Debug for CodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CodeId {
    type Err = TextError;

    /// Folds lower case, nothing else (`domain.md` section 2).
    fn from_str(text: &str) -> Result<Self, TextError> {
        crate::gb32100::parse_code(text)
            .map(|bytes| Self(RecordId(bytes)))
            .ok_or_else(|| TextError::new("a code id (53, 12 symbols and a check symbol)", text))
    }
}

text_serde!(
    CodeId,
    "a code id (53, 12 symbols and a check symbol)",
    r"^53[0-9A-HJ-NPQRTUWXY]{13}$",
    "530A1B2C3D4E5F9"
);

/// A prefecture of Yunnan by its GB/T 2260 code, such as 5301 for Kunming.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Prefecture(pub u16);
