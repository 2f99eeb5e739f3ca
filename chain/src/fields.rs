// SPDX-License-Identifier: Apache-2.0
//! Fields of certificates and waybills: their fixed tables, their digests, and the root over them.
//!
//! Values and salts are never on chain. A verifier takes a field's place and the count of fields from
//! these tables, never from what it is shown, so that no field opens under another name.

use std::fmt;
use std::str::FromStr;

use crate::domain;
use crate::hash::Hash;
use crate::merkle;
use crate::records::certificate::CertificateKind;
use crate::text::{TextError, hex_array, text_serde};

/// Longest value, in bytes.
pub const VALUE_BYTES: usize = 1_024;

/// 32 random bytes that hide a value; as text 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

impl FromStr for Salt {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        hex_array(text, "a salt of 64 lower-case hexadecimal digits").map(Self)
    }
}

text_serde!(
    Salt,
    "a salt of 64 lower-case hexadecimal digits",
    r"^[0-9a-f]{64}$",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
);

/// A field with what opens its digest.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name in the table.
    pub name: String,
    /// What hides it.
    pub salt: Salt,
    /// Its value; empty where it is absent.
    pub value: String,
}

/// Values are personal: none is ever printed.
impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field {}", self.name)
    }
}

/// Why fields are not those of a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// More or fewer than the table has.
    #[error("{found} fields were given, the table has {expected}")]
    Count {
        /// Given.
        found: usize,
        /// In the table.
        expected: usize,
    },
    /// Another name than the table has in that place.
    #[error("in place {place} the table has the field {expected}")]
    Name {
        /// Place, from 0.
        place: usize,
        /// Name in the table.
        expected: &'static str,
    },
    /// A value that is too long.
    #[error("the value of {name} is longer than {VALUE_BYTES} bytes")]
    Value {
        /// Whose value.
        name: &'static str,
    },
}

impl Field {
    /// SHA-256(tag ‖ length of the name (1 byte) ‖ name ‖ salt ‖ value).
    pub fn digest(&self) -> Hash {
        let length = [self.name.len().min(255) as u8];
        let parts: [&[u8]; 4] =
            [&length, self.name.as_bytes(), &self.salt.0, self.value.as_bytes()];
        Hash::tagged(domain::FIELD, &parts)
    }

    /// Its RFC 6962 leaf hash: SHA-256(0x00 ‖ digest).
    pub fn leaf(&self) -> Hash {
        let mut bytes = [0; 33];
        bytes[1..].copy_from_slice(&self.digest().0);
        Hash::of(&bytes)
    }
}

/// The RFC 6962 root over the fields of a table, all of them and in its order.
pub fn root(table: &'static [&'static str], fields: &[Field]) -> Result<Hash, FieldError> {
    if fields.len() != table.len() {
        return Err(FieldError::Count { found: fields.len(), expected: table.len() });
    }
    for (place, (field, name)) in fields.iter().zip(table).enumerate() {
        if field.name != *name {
            return Err(FieldError::Name { place, expected: name });
        }
        if field.value.len() > VALUE_BYTES {
            return Err(FieldError::Value { name });
        }
    }
    let leaves: Vec<Hash> = fields.iter().map(Field::leaf).collect();
    Ok(merkle::root_of(&leaves))
}

/// True if the field is the one of its name in the table under a root.
pub fn verify(table: &[&str], field: &Field, path: &[Hash], root: &Hash) -> bool {
    let Some(place) = table.iter().position(|name| *name == field.name) else {
        return false;
    };
    merkle::verify_inclusion(field.leaf(), place as u64, table.len() as u64, path, root)
}

/// The path that opens one field of a whole table.
pub fn path(fields: &[Field], place: usize) -> Option<Vec<Hash>> {
    let leaves: Vec<Hash> = fields.iter().map(Field::leaf).collect();
    merkle::path(&leaves, place)
}

/// The fields of a kind of certificate, in their order. Names are the ministry's where it has one.
pub fn table(kind: CertificateKind) -> &'static [&'static str] {
    match kind {
        CertificateKind::Identity => IDENTITY,
        CertificateKind::DrivingLicence => DRIVING_LICENCE,
        CertificateKind::Qualification => QUALIFICATION,
        CertificateKind::VehicleLicence => VEHICLE_LICENCE,
        CertificateKind::TransportPermit => TRANSPORT_PERMIT,
        CertificateKind::BusinessPermit => BUSINESS_PERMIT,
        CertificateKind::Policy => POLICY,
        CertificateKind::BankAccount => BANK_ACCOUNT,
    }
}

const IDENTITY: &[&str] = &[
    "driverName",
    "sex",
    "birthDate",
    "identityNumber",
    "address",
    "issuingOrganizations",
    "validPeriodFrom",
    "validPeriodTo",
];

const DRIVING_LICENCE: &[&str] = &[
    "driverName",
    "drivingLicense",
    "vehicleClass",
    "fileNumber",
    "issuingOrganizations",
    "validPeriodFrom",
    "validPeriodTo",
];

const QUALIFICATION: &[&str] = &[
    "driverName",
    "qualificationCertificate",
    "qualificationClass",
    "issuingOrganizations",
    "validPeriodFrom",
    "validPeriodTo",
];

const VEHICLE_LICENCE: &[&str] = &[
    "vehicleNumber",
    "vehiclePlateColorCode",
    "vehicleType",
    "owner",
    "useCharacter",
    "vin",
    "engineNumber",
    "issuingOrganizations",
    "registerDate",
    "vehicleEnergyType",
    "vehicleTonnage",
    "grossMass",
    "axles",
    "validPeriodFrom",
    "validPeriodTo",
];

const TRANSPORT_PERMIT: &[&str] = &[
    "roadTransportCertificateNumber",
    "vehicleNumber",
    "vehiclePlateColorCode",
    "operatorName",
    "businessScope",
    "issuingOrganizations",
    "validPeriodFrom",
    "validPeriodTo",
];

const BUSINESS_PERMIT: &[&str] = &[
    "permitNumber",
    "operatorName",
    "unifiedSocialCreditIdentifier",
    "businessScope",
    "issuingOrganizations",
    "validPeriodFrom",
    "validPeriodTo",
];

const POLICY: &[&str] = &[
    "policyNumber",
    "policyKind",
    "insuranceCompanyCode",
    "vehicleNumber",
    "vin",
    "insured",
    "validPeriodFrom",
    "validPeriodTo",
];

const BANK_ACCOUNT: &[&str] =
    &["accountHolder", "receiptAccount", "bankCode", "validPeriodFrom", "validPeriodTo"];

/// The fields of a waybill (`formats.md` section 5), in their order.
pub const WAYBILL: &[&str] = &[
    "OriginalDocumentNumber",
    "ShippingNoteNumber",
    "SerialNumber",
    "VehicleAmount",
    "TransportTypeCode",
    "SendToProDateTime",
    "Carrier",
    "UnifiedSocialCreditIdentifier",
    "PermitNumber",
    "ConsignmentDateTime",
    "BusinessTypeCode",
    "DespatchActualDateTime",
    "GoodsReceiptDateTime",
    "Consignor",
    "ConsignorID",
    "PlaceOfLoading",
    "LoadingCountrySubdivisionCode",
    "Consignee",
    "ConsigneeID",
    "GoodsReceiptPlace",
    "ReceiptCountrySubdivisionCode",
    "TotalMonetaryAmount",
    "TransportationDistance",
    "VehiclePlateColorCode",
    "VehicleNumber",
    "DriverName",
    "DrivingLicense",
    "DescriptionOfGoods",
    "CargoTypeClassificationCode",
    "GoodsItemGrossWeight",
    "ActualCarrierName",
    "ActualCarrierBusinessLicense",
    "ActualCarrierID",
    "PolicyNumber",
    "InsuranceCompanyCode",
    "Remark",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fields(table: &[&str]) -> Vec<Field> {
        let field = |(place, name): (usize, &&str)| Field {
            name: (*name).to_owned(),
            salt: Salt([place as u8; 32]),
            value: format!("value {place}"),
        };
        table.iter().enumerate().map(field).collect()
    }

    #[test]
    fn a_root_takes_all_fields_in_the_order_of_the_table() {
        let given = fields(IDENTITY);
        let whole = root(IDENTITY, &given).unwrap();
        let mut swapped = given.clone();
        swapped.swap(0, 1);
        let expected = FieldError::Name { place: 0, expected: "driverName" };
        assert_eq!(root(IDENTITY, &swapped), Err(expected));
        let expected = FieldError::Count { found: 7, expected: 8 };
        assert_eq!(root(IDENTITY, &given[..7]), Err(expected));
        let mut other = given.clone();
        other[3].value.push('1');
        assert_ne!(root(IDENTITY, &other).unwrap(), whole);
        other[3].value = "x".repeat(VALUE_BYTES + 1);
        assert_eq!(root(IDENTITY, &other), Err(FieldError::Value { name: "identityNumber" }));
    }

    #[test]
    fn a_field_opens_in_its_place_and_under_no_other_name() {
        let given = fields(POLICY);
        let root = root(POLICY, &given).unwrap();
        for (place, field) in given.iter().enumerate() {
            let path = path(&given, place).unwrap();
            assert!(verify(POLICY, field, &path, &root));
            for name in POLICY.iter().filter(|name| **name != field.name).chain(&["none"]) {
                let renamed = Field { name: (*name).to_owned(), ..field.clone() };
                assert!(!verify(POLICY, &renamed, &path, &root), "{name}");
            }
            let other = Field { value: "other".to_owned(), ..field.clone() };
            assert!(!verify(POLICY, &other, &path, &root));
            assert!(!verify(POLICY, field, &path[1..], &root));
            if !VEHICLE_LICENCE.contains(&POLICY[place]) {
                assert!(!verify(VEHICLE_LICENCE, field, &path, &root));
            }
        }
    }

    #[test]
    fn no_table_has_a_name_twice_and_every_name_fits_a_byte() {
        let kinds = [IDENTITY, DRIVING_LICENCE, QUALIFICATION, VEHICLE_LICENCE, TRANSPORT_PERMIT];
        for table in kinds.into_iter().chain([BUSINESS_PERMIT, POLICY, BANK_ACCOUNT, WAYBILL]) {
            let mut names = table.to_vec();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), table.len());
            assert!(names.iter().all(|name| name.len() <= 40));
        }
    }
}
