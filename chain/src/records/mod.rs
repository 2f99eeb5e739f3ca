// SPDX-License-Identifier: Apache-2.0
//! All state is records, one for each thing of the domain; this module lists their kinds.
//!
//! A record is never deleted; it ends. Its id is 16 bytes, unique within its kind.

pub mod access;
pub mod affiliation;
pub mod application;
pub mod certificate;
pub mod code;
pub mod consent;
pub mod erasure;
pub mod field_set;
pub mod interface;
pub mod key;
mod key_text;
pub mod matter;
pub mod name;
pub mod organisation;
pub mod parameters;
pub mod person;
pub mod subject;
pub mod vehicle;
pub mod waybill;

pub use access::{Access, Basis};
pub use affiliation::{Account, Affiliation, AffiliationSide, Review};
pub use application::{Application, ApplicationState, Claim, ClaimState, CodeFor, Wanted};
pub use certificate::{Certificate, CertificateKind, CertificateState, Class, PolicyKind};
pub use code::{Code, Colour, Standing, Summary, Suspension};
pub use consent::{Consent, ConsentState, ConsentTerms, Purpose};
pub use erasure::{Erasure, ErasureKind};
pub use field_set::{ExchangeField, FieldSet};
pub use interface::{
    Grant, GrantDenial, GrantRequest, GrantTerms, Interface, InterfaceKind, InterfaceScope,
    InterfaceScopes,
};
pub use key::{Custody, Owner, RegisteredKey, Role, Roles};
pub use matter::{Matter, MatterKind, MatterSource, MatterState};
pub use name::{NameKind, UniqueName};
pub use organisation::{Organisation, OrganisationKind, Scope};
pub use parameters::{ParameterName, Parameters};
pub use person::Person;
pub use subject::{DataSubject, Dossier, Holder, OpenMatter, Operator, Subject};
pub use vehicle::{Vehicle, VehicleOwner};
pub use waybill::{Waybill, WaybillKind, WaybillState};

use std::str::FromStr;

use crate::codec::{self, CodecError, Decode, Encode};
use crate::data::small_data;
use crate::domain;
use crate::hash::Hash;
use crate::ids::{RecordId, Time};
use crate::text::TextError;

/// The key of a record: its kind and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct RecordKey {
    /// What it is.
    pub kind: RecordKind,
    /// Which one.
    pub id: RecordId,
}

impl RecordKey {
    /// Its place in the state tree: SHA-256 of tag, kind (1 byte) and id (16 bytes).
    pub fn state_key(&self) -> Hash {
        Hash::tagged(domain::STATE_KEY, &[&[self.kind.number()], &self.id.0])
    }

    /// 17 bytes: kind and id, as tables and cursors take them.
    pub fn to_bytes(self) -> [u8; 17] {
        let mut out = [0; 17];
        out[0] = self.kind.number();
        out[1..].copy_from_slice(&self.id.0);
        out
    }

    /// Reads back what [`RecordKey::to_bytes`] gave.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, id) = bytes.split_first()?;
        Some(Self { kind: RecordKind::from_number(*kind)?, id: RecordId(id.try_into().ok()?) })
    }
}

/// An entry of a derived list: lists are never hashed and can be rebuilt from the records.
///
/// An entry is added when a record first shows it and is never taken away; filters look at the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListKey {
    /// Which list.
    pub list: List,
    /// Whose: an id, or zeros for the one list of all.
    pub of: RecordId,
}

small_data! {
    /// The lists that the store keeps.
    #[derive(bincode::Encode, bincode::Decode)]
    pub enum List {
        /// All records of a kind; `of` holds the kind's number in its first byte.
        Kind,
        /// Applications by sponsor.
        ApplicationsBySponsor,
        /// Matters by subject.
        MattersBySubject,
        /// Waybills by maker.
        WaybillsByMaker,
        /// Waybills by the code that accepted them or that they are offered to.
        WaybillsByCode,
        /// Codes by operator.
        CodesByOperator,
        /// Consents by holder.
        ConsentsByHolder,
        /// Consents by the organisation that they are given to.
        ConsentsByOrganisation,
        /// Consents in force by code and organisation.
        ConsentsBetween,
        /// Accesses by code, by holder and by vehicle.
        AccessesBySubject,
        /// Accesses by the organisation that asked.
        AccessesByOrganisation,
        /// Affiliations by enterprise.
        AffiliationsByEnterprise,
        /// Affiliations by code.
        AffiliationsByCode,
        /// Vehicles by the organisation that owns them.
        VehiclesByOwner,
    }
}

impl ListKey {
    /// The list of all records of a kind.
    pub fn of_kind(kind: RecordKind) -> Self {
        let mut of = RecordId::default();
        of.0[0] = kind.number();
        Self { list: List::Kind, of }
    }
}

/// What every record's value offers.
pub trait RecordValue: Encode + Decode<()> + Sized {
    /// Its kind.
    const KIND: RecordKind;

    /// Its id.
    fn record_id(&self) -> RecordId;

    /// When it changes by itself next, if ever.
    fn next_change_at(&self) -> Option<Time> {
        None
    }

    /// The lists it belongs to besides that of its kind.
    fn lists(&self) -> Vec<ListKey> {
        Vec::new()
    }

    /// Its key.
    fn key(&self) -> RecordKey {
        RecordKey { kind: Self::KIND, id: self.record_id() }
    }

    /// Wraps it.
    fn into_value(self) -> Value;

    /// Unwraps it; None if `value` is of another kind.
    fn from_value(value: &Value) -> Option<&Self>;
}

macro_rules! record_kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $word:literal;)*) => {
        /// The kind of a record. Numbers are part of the format and never used again.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum RecordKind {
            $($(#[$doc])* $name,)*
        }

        impl RecordKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its number in the format: one byte.
            pub fn number(self) -> u8 {
                match self { $(Self::$name => $number,)* }
            }

            /// The kind of a number.
            pub fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }

            /// Its word, as routes and JSON take it.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }

        impl FromStr for RecordKind {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                let kind = Self::ALL.iter().find(|kind| kind.word() == text).copied();
                kind.ok_or_else(|| TextError::new("a kind of record such as waybill", text))
            }
        }

        /// The value of a record of any kind.
        #[expect(clippy::large_enum_variant, reason = "values are moved rarely, and read often")]
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Value {
            $($(#[$doc])* $name($name),)*
        }

        impl Value {
            /// Its key.
            pub fn key(&self) -> RecordKey {
                match self { $(Self::$name(value) => value.key(),)* }
            }

            /// Its canonical bytes, without the kind.
            pub fn encode(&self) -> Vec<u8> {
                match self { $(Self::$name(value) => codec::encode(value),)* }
            }

            /// Decodes canonical bytes of a kind.
            pub fn decode(kind: RecordKind, bytes: &[u8]) -> Result<Self, CodecError> {
                match kind {
                    $(RecordKind::$name =>
                        codec::decode(bytes, crate::limits::VALUE_BYTES).map(Self::$name),)*
                }
            }

            /// Decodes what the own store wrote.
            pub fn decode_trusted(kind: RecordKind, bytes: &[u8]) -> Result<Self, CodecError> {
                match kind {
                    $(RecordKind::$name => codec::decode_trusted(bytes).map(Self::$name),)*
                }
            }

            /// When it changes by itself next, if ever.
            pub fn next_change_at(&self) -> Option<Time> {
                match self { $(Self::$name(value) => value.next_change_at(),)* }
            }

            /// The lists it belongs to, that of its kind included.
            pub fn lists(&self) -> Vec<ListKey> {
                let mut lists = vec![ListKey::of_kind(self.key().kind)];
                match self { $(Self::$name(value) => lists.extend(value.lists()),)* }
                lists
            }
        }

        $(impl From<$name> for Value {
            fn from(value: $name) -> Self {
                Self::$name(value)
            }
        })*
    };
}

record_kinds! {
    /// The parameters, one record.
    Parameters = 1, "parameters";
    /// An organisation.
    Organisation = 2, "organisation";
    /// A registered key.
    RegisteredKey = 3, "registered_key";
    /// A unique name and what it names.
    UniqueName = 4, "unique_name";
    /// A person.
    Person = 5, "person";
    /// A vehicle or trailer.
    Vehicle = 6, "vehicle";
    /// An application.
    Application = 7, "application";
    /// A code.
    Code = 8, "code";
    /// A matter.
    Matter = 9, "matter";
    /// A waybill.
    Waybill = 10, "waybill";
    /// An organisation and an interface.
    Interface = 11, "interface";
    /// A consent.
    Consent = 12, "consent";
    /// An access.
    Access = 13, "access";
    /// An erasure.
    Erasure = 14, "erasure";
    /// An affiliation.
    Affiliation = 15, "affiliation";
}

impl Encode for RecordKind {
    fn encode<E: bincode::enc::Encoder>(
        &self,
        encoder: &mut E,
    ) -> Result<(), bincode::error::EncodeError> {
        self.number().encode(encoder)
    }
}

impl<C> Decode<C> for RecordKind {
    fn decode<D: bincode::de::Decoder<Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        Self::from_number(u8::decode(decoder)?)
            .ok_or(bincode::error::DecodeError::Other("no such kind of record"))
    }
}

bincode::impl_borrow_decode!(RecordKind);

/// Writes the parts of [`RecordValue`] that are the same for every kind.
macro_rules! wrapped {
    ($name:ident) => {
        fn into_value(self) -> $crate::records::Value {
            $crate::records::Value::$name(self)
        }

        fn from_value(value: &$crate::records::Value) -> Option<&Self> {
            match value {
                $crate::records::Value::$name(value) => Some(value),
                _ => None,
            }
        }
    };
}
pub(crate) use wrapped;
