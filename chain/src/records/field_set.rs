// SPDX-License-Identifier: Apache-2.0
//! What an exchange can ask for: a small set of fields about a code's holder and its vehicles.
//!
//! Which fields of which certificates each of them opens is a table of its own (`rules::exchange`).

use std::fmt;

use crate::codec::{Decode, Encode};
use crate::data::small_data;

macro_rules! exchange_fields {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        small_data! {
            /// A field that an exchange can ask for. The order is part of the format: append only.
            pub enum ExchangeField {
                $($(#[$doc])* $name,)*
            }
        }

        impl ExchangeField {
            /// All of them, in the order of the format.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

exchange_fields! {
    /// 姓名.
    Name;
    /// 联系电话.
    Phone;
    /// 车牌号 and its colour, of vehicle and trailer.
    Plate;
    /// 证件有效期: from when to when each certificate holds, without its other fields.
    Validity;
    /// 身份证, without its number.
    Identity;
    /// 驾驶证, without the number that is also the identity number.
    DrivingLicence;
    /// 从业资格证, without the number that is also the identity number.
    Qualification;
    /// 行驶证.
    VehicleLicence;
    /// 运输证.
    TransportPermit;
    /// 经营许可证.
    BusinessPermit;
    /// 保单.
    Policy;
    /// 身份证号码, under whatever name a certificate has it. Sensitive.
    IdentityNumber;
    /// 银行账户. Sensitive.
    BankAccount;
    /// 行踪轨迹. Sensitive.
    Track;
}

impl ExchangeField {
    /// True for what the law calls sensitive: it is agreed to one by one (`domain.md` section 6).
    pub fn is_sensitive(self) -> bool {
        matches!(self, Self::IdentityNumber | Self::BankAccount | Self::Track)
    }

    /// True for what is told of vehicle and trailer rather than of the holder.
    pub fn is_of_vehicle(self) -> bool {
        matches!(
            self,
            Self::Plate
                | Self::Validity
                | Self::VehicleLicence
                | Self::TransportPermit
                | Self::Policy
                | Self::Track
        )
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of fields: 4 bytes, bit i for the i-th field; in JSON their words in that order.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = Vec<ExchangeField>))]
pub struct FieldSet(u32);

impl FieldSet {
    /// None.
    pub const NONE: Self = Self(0);
    /// The least set that a contract of carriage needs: what a waybill's maker may see.
    pub const LEAST: Self = Self::of(&[
        ExchangeField::Name,
        ExchangeField::Phone,
        ExchangeField::Plate,
        ExchangeField::Validity,
    ]);

    /// These fields.
    pub const fn of(fields: &[ExchangeField]) -> Self {
        let mut bits = 0;
        let mut place = 0;
        while place < fields.len() {
            bits |= fields[place].bit();
            place += 1;
        }
        Self(bits)
    }

    /// Its fields in the order of the format.
    pub fn iter(self) -> impl Iterator<Item = ExchangeField> {
        ExchangeField::ALL.iter().copied().filter(move |field| self.contains(*field))
    }

    /// True if the field is in it.
    pub fn contains(self, field: ExchangeField) -> bool {
        self.0 & field.bit() != 0
    }

    /// True if nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// True if every field of it is in the other too.
    pub fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// True if it is one sensitive field alone, or has none: so each is agreed to by an act of its own.
    pub fn agrees_one_by_one(self) -> bool {
        self.0.count_ones() == 1 || !self.iter().any(ExchangeField::is_sensitive)
    }
}

impl FromIterator<ExchangeField> for FieldSet {
    fn from_iter<I: IntoIterator<Item = ExchangeField>>(fields: I) -> Self {
        Self(fields.into_iter().fold(0, |bits, field| bits | field.bit()))
    }
}

impl fmt::Debug for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<C> Decode<C> for FieldSet {
    /// Refuses bits of no field, so that a set has one encoding.
    fn decode<D: bincode::de::Decoder<Context = C>>(
        decoder: &mut D,
    ) -> Result<Self, bincode::error::DecodeError> {
        let bits = u32::decode(decoder)?;
        if bits >> ExchangeField::ALL.len() == 0 {
            Ok(Self(bits))
        } else {
            Err(bincode::error::DecodeError::Other("no such field"))
        }
    }
}

bincode::impl_borrow_decode!(FieldSet);

impl serde::Serialize for FieldSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> serde::Deserialize<'de> for FieldSet {
    /// Refuses fields that are out of order or there twice.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Vec::<ExchangeField>::deserialize(deserializer)?;
        if fields.windows(2).all(|pair| pair[0] < pair[1]) {
            Ok(fields.into_iter().collect())
        } else {
            Err(serde::de::Error::custom("fields go in the order of their table, each once"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::ExchangeField::*;
    use super::*;
    use crate::codec;

    #[test]
    fn a_set_has_one_encoding_and_one_json() {
        let set = FieldSet::of(&[Track, Name, Plate]);
        assert_eq!(codec::encode(&set), [5, 32, 0, 0]);
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["name","plate","track"]"#);
        let read = |json: &str| serde_json::from_str::<FieldSet>(json).ok();
        assert_eq!(read(r#"["name","plate","track"]"#), Some(set));
        assert_eq!(read("[]"), Some(FieldSet::NONE));
        for wrong in [r#"["plate","name"]"#, r#"["name","name"]"#, r#"["nobody"]"#] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let decode = |bits: u32| codec::decode::<FieldSet>(&bits.to_le_bytes(), 4).is_ok();
        assert!(decode((1 << 14) - 1) && !decode(1 << 14) && !decode(1 << 31));
    }

    #[test]
    fn sensitive_fields_are_agreed_to_one_by_one() {
        for field in ExchangeField::ALL {
            assert!(FieldSet::of(&[*field]).agrees_one_by_one(), "{field:?}");
            let with_name = FieldSet::of(&[Name, *field]);
            assert_eq!(with_name.agrees_one_by_one(), !field.is_sensitive(), "{field:?}");
        }
        assert!(!FieldSet::of(&[BankAccount, Track]).agrees_one_by_one());
        assert!(FieldSet::LEAST.agrees_one_by_one());
    }

    #[test]
    fn within_is_every_field_and_no_other() {
        let two = FieldSet::of(&[Name, Phone]);
        assert!(two.is_within(FieldSet::LEAST) && two.is_within(two));
        assert!(!FieldSet::LEAST.is_within(two) && FieldSet::NONE.is_within(two));
        assert!(!FieldSet::of(&[Name, Track]).is_within(FieldSet::LEAST));
    }
}
