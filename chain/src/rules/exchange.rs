// SPDX-License-Identifier: Apache-2.0
//! Which field of which certificate an exchange field opens, and which certificates it is about. Names
//! are those of `fields`; what is in no certificate (phone, track) is the vault's alone.

use crate::fields;
use crate::records::certificate::CertificateKind as Kind;
use crate::records::field_set::{ExchangeField, FieldSet};

/// All kinds of certificates.
const KINDS: [Kind; 8] = [
    Kind::Identity,
    Kind::DrivingLicence,
    Kind::Qualification,
    Kind::VehicleLicence,
    Kind::TransportPermit,
    Kind::BusinessPermit,
    Kind::Policy,
    Kind::BankAccount,
];

/// Fields that hold the identity number: licence and qualification have it as their own number.
const IDENTITY_NUMBERS: [&str; 3] =
    ["identityNumber", "drivingLicense", "qualificationCertificate"];

/// The exchange field that is a kind of certificate as a whole.
pub fn field_of(kind: Kind) -> ExchangeField {
    match kind {
        Kind::Identity => ExchangeField::Identity,
        Kind::DrivingLicence => ExchangeField::DrivingLicence,
        Kind::Qualification => ExchangeField::Qualification,
        Kind::VehicleLicence => ExchangeField::VehicleLicence,
        Kind::TransportPermit => ExchangeField::TransportPermit,
        Kind::BusinessPermit => ExchangeField::BusinessPermit,
        Kind::Policy => ExchangeField::Policy,
        Kind::BankAccount => ExchangeField::BankAccount,
    }
}

/// The exchange fields of which any one opens a field of a kind of certificate. A sensitive value opens
/// under its own exchange field and no other; that there is a bank account is sensitive as a whole.
pub fn opened_by(kind: Kind, name: &str) -> FieldSet {
    let own = field_of(kind);
    let also = match name {
        _ if kind == Kind::BankAccount => own,
        name if IDENTITY_NUMBERS.contains(&name) => {
            return FieldSet::of(&[ExchangeField::IdentityNumber]);
        }
        "driverName" => ExchangeField::Name,
        "vehicleNumber" | "vehiclePlateColorCode" => ExchangeField::Plate,
        "validPeriodFrom" | "validPeriodTo" => ExchangeField::Validity,
        _ => own,
    };
    FieldSet::of(&[own, also])
}

/// True if an exchange field opens something of a kind of certificate.
pub fn is_about(field: ExchangeField, kind: Kind) -> bool {
    fields::table(kind).iter().any(|name| opened_by(kind, name).contains(field))
}

/// True if an exchange field is about certificates of vehicles and no others: without a vehicle there is
/// nothing to see.
pub fn needs_vehicle(field: ExchangeField) -> bool {
    let of_vehicle =
        |kind: &Kind| matches!(kind, Kind::VehicleLicence | Kind::TransportPermit | Kind::Policy);
    let mut kinds = KINDS.iter().filter(|kind| is_about(field, **kind)).peekable();
    kinds.peek().is_some() && kinds.all(of_vehicle)
}

/// True of kinds that many attest beside each other: the office of one is about its own alone.
pub fn is_of_its_attester(kind: Kind) -> bool {
    matches!(kind, Kind::Policy | Kind::BankAccount)
}

/// The kinds of certificates that an office is about.
pub fn kinds_of_office(attests: impl Fn(Kind) -> bool) -> Vec<Kind> {
    KINDS.into_iter().filter(|kind| attests(*kind)).collect()
}

/// The exchange fields that an office covers which is about these kinds.
pub fn of_office(kinds: &[Kind]) -> FieldSet {
    let covered = |field: &ExchangeField| kinds.iter().any(|kind| is_about(*field, *kind));
    ExchangeField::ALL.iter().copied().filter(covered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_every_certificate_is_opened_by_something() {
        for kind in KINDS {
            for name in fields::table(kind) {
                let by = opened_by(kind, name);
                assert!(!by.is_empty(), "{kind:?} {name}");
                let sensitive = by.iter().any(ExchangeField::is_sensitive);
                assert!(!sensitive || by.iter().count() == 1, "{kind:?} {name}: {by:?}");
            }
        }
    }

    #[test]
    fn an_identity_number_opens_as_such_under_whatever_name() {
        let number = FieldSet::of(&[ExchangeField::IdentityNumber]);
        for (kind, name) in [
            (Kind::Identity, "identityNumber"),
            (Kind::DrivingLicence, "drivingLicense"),
            (Kind::Qualification, "qualificationCertificate"),
        ] {
            assert!(fields::table(kind).contains(&name));
            assert_eq!(opened_by(kind, name), number);
        }
    }

    #[test]
    fn the_least_set_opens_names_plates_and_dates_alone() {
        let mut opened = Vec::new();
        for kind in KINDS {
            let by_least = |name: &&&str| {
                opened_by(kind, name).iter().any(|field| FieldSet::LEAST.contains(field))
            };
            opened.extend(fields::table(kind).iter().filter(by_least).copied());
        }
        opened.sort_unstable();
        opened.dedup();
        let names = ["driverName", "validPeriodFrom", "validPeriodTo", "vehicleNumber"];
        assert_eq!(opened, [&names[..], &["vehiclePlateColorCode"]].concat());
    }

    #[test]
    fn an_office_covers_what_its_certificates_are_about() {
        use ExchangeField as F;
        let of = |kind| of_office(&[kind]);
        let identity = [F::Name, F::Validity, F::Identity, F::IdentityNumber];
        assert_eq!(of(Kind::Identity), FieldSet::of(&identity));
        assert_eq!(of(Kind::Policy), FieldSet::of(&[F::Plate, F::Validity, F::Policy]));
        assert_eq!(of(Kind::BankAccount), FieldSet::of(&[F::BankAccount]));
        let all = of_office(&KINDS);
        assert!(!all.contains(F::Phone) && !all.contains(F::Track));
        assert_eq!(of_office(&[]), FieldSet::NONE);
    }

    #[test]
    fn fields_of_vehicles_alone_need_one() {
        use ExchangeField as F;
        let need: FieldSet = F::ALL.iter().copied().filter(|one| needs_vehicle(*one)).collect();
        let expected = [F::Plate, F::VehicleLicence, F::TransportPermit, F::Policy];
        assert_eq!(need, FieldSet::of(&expected));
    }
}
