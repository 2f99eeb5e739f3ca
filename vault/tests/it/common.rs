// SPDX-License-Identifier: Apache-2.0
//! Subjects, keys and invented people for these tests.

use age::x25519::Identity;
use chain::fields::{self, Field, Salt};
use chain::ids::{ApplicationId, RecordId, Time, WaybillId};
use chain::keys::{PublicKey, SecretKey};
use chain::records::certificate::CertificateKind;
use vault::{Contact, NodeKey, Parcel, Subject, Vault, View};

use crate::memory::Memory;

pub(crate) const NOW: Time = Time(1_795_000_000_000);
pub(crate) const NUMBER: &str = "539901198506150019";
pub(crate) const PLATE: &str = "云A00001";
pub(crate) const PHONE: &str = "16400000001";

pub(crate) fn application(number: u8) -> Subject {
    Subject::Application(ApplicationId(RecordId([number; 16])))
}

pub(crate) fn waybill(number: u8) -> Subject {
    Subject::Waybill(WaybillId(RecordId([number; 16])))
}

/// Two keys of one identity, since a node key is not cloned.
pub(crate) fn node_keys() -> (NodeKey, NodeKey) {
    let identity = Identity::generate();
    (NodeKey::from(identity.clone()), NodeKey::from(identity))
}

pub(crate) fn open(shelf: &Memory) -> Vault {
    Vault::open(Box::new(shelf.clone()), NodeKey::generate()).unwrap()
}

pub(crate) fn ordinary() -> View {
    View::ordinary(NOW)
}

pub(crate) fn table(kind: CertificateKind, values: &[(&str, &str)]) -> Vec<Field> {
    let value =
        |name: &str| values.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
    let field = |(place, name): (usize, &&str)| Field {
        name: (*name).to_owned(),
        salt: Salt([place as u8; 32]),
        value: value(name).unwrap_or("测").to_owned(),
    };
    fields::table(kind).iter().enumerate().map(field).collect()
}

pub(crate) fn identity() -> Vec<Field> {
    table(CertificateKind::Identity, &[("driverName", "王建国(测)"), ("identityNumber", NUMBER)])
}

pub(crate) fn vehicle() -> Vec<Field> {
    table(CertificateKind::VehicleLicence, &[("vehicleNumber", PLATE)])
}

pub(crate) fn holder_key() -> PublicKey {
    SecretKey::from_seed(&[7; 32]).public()
}

/// All that comes with an application.
pub(crate) fn whole() -> Parcel {
    let contact = Contact::new(PHONE);
    Parcel::new()
        .claim(0, CertificateKind::Identity, &identity())
        .claim(10, CertificateKind::VehicleLicence, &vehicle())
        .contact(&contact)
        .holder(&holder_key())
}
