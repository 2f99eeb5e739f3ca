// SPDX-License-Identifier: Apache-2.0
//! What is disclosed: fields with what opens them, and the check against the commitments on chain. A field
//! that does not open there, or that nobody asked for, is refused with all that came along.

use crate::codec::{Decode, Encode};
use crate::fields::{self, Field, Salt};
use crate::hash::Hash;
use crate::merkle;
use crate::query::certificates::Committed;
use crate::records::access::Access;
use crate::records::certificate::CertificateKind;
use crate::records::field_set::ExchangeField;
use crate::records::subject::Subject;
use crate::text::Word;

/// One field with what proves it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Opened {
    /// Its name in the table of its kind.
    pub name: Word,
    /// What hides it on chain.
    pub salt: [u8; 32],
    /// Its value; empty where it is absent.
    pub value: String,
    /// Hashes beside the way from it to the root, from below.
    pub path: Vec<Hash>,
}

/// Values are personal: none is ever printed.
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened {}", self.name)
    }
}

/// The fields of one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct DisclosedCertificate {
    /// Whose.
    pub subject: Subject,
    /// Its kind.
    pub kind: CertificateKind,
    /// The commitment that the fields open.
    pub root: Hash,
    /// The fields, in the order of the table.
    pub fields: Vec<Opened>,
}

/// What one node discloses.
#[derive(Clone, Default, PartialEq, Eq, Encode, Decode)]
pub struct Disclosed {
    /// By certificate.
    pub certificates: Vec<DisclosedCertificate>,
    /// The phone number as the holder gave it: nobody attests it.
    pub phone: Option<Word>,
}

impl std::fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.certificates).finish()
    }
}

/// What does not hold of what a node disclosed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrue {
    /// A certificate that the chain does not have, or not among those asked about, or there twice.
    #[error("{} with the commitment {root}", kind.word())]
    Certificate {
        /// Its kind.
        kind: CertificateKind,
        /// The commitment.
        root: Hash,
    },
    /// A field that does not open there, that nobody asked for, or that is there twice.
    #[error("{} of {}", name, kind.word())]
    Field {
        /// Kind of the certificate.
        kind: CertificateKind,
        /// Its name.
        name: Word,
    },
    /// A field that was asked for and is kept back: whoever has a certificate has all of it.
    #[error("{} of {} is kept back", name, kind.word())]
    KeptBack {
        /// Kind of the certificate.
        kind: CertificateKind,
        /// Its name.
        name: Word,
    },
    /// A phone number that nobody asked for.
    #[error("phone")]
    Phone,
}

/// The fields of a certificate that an exchange opens, with what proves each. None of them if the fields
/// are not those of the commitment.
pub fn disclose(
    committed: &Committed,
    all: &[Field],
    access: &Access,
) -> Option<DisclosedCertificate> {
    let (kind, root) = (committed.certificate.kind, committed.certificate.terms.root);
    let table = fields::table(kind);
    if fields::root(table, all) != Ok(root) {
        return None;
    }
    let leaves: Vec<Hash> = all.iter().map(Field::leaf).collect();
    let opened =
        all.iter().enumerate().filter(|(_, field)| committed.is_opened(access, &field.name));
    let opened = opened.map(|(place, field)| {
        let name = Word::new(field.name.clone()).ok()?;
        let (salt, value) = (field.salt.0, field.value.clone());
        Some(Opened { name, salt, value, path: merkle::path(&leaves, place)? })
    });
    let fields = opened.collect::<Option<Vec<_>>>()?;
    Some(DisclosedCertificate { subject: committed.subject, kind, root, fields })
}

/// Whether all that a node discloses was asked for and opens a commitment that the chain has.
pub fn check(
    committed: &[Committed],
    access: &Access,
    disclosed: &Disclosed,
) -> Result<(), Untrue> {
    for (place, one) in disclosed.certificates.iter().enumerate() {
        let is_it = |held: &&Committed| {
            let certificate = &held.certificate;
            (held.subject, certificate.kind, certificate.terms.root)
                == (one.subject, one.kind, one.root)
        };
        let before = &disclosed.certificates[..place];
        let twice =
            before.iter().any(|other| (other.subject, other.root) == (one.subject, one.root));
        let held = committed.iter().find(is_it).filter(|_| !twice);
        let untrue = || Untrue::Certificate { kind: one.kind, root: one.root };
        check_fields(held.ok_or_else(untrue)?, one, access)?;
    }
    match disclosed.phone {
        Some(_) if !access.fields.contains(ExchangeField::Phone) => Err(Untrue::Phone),
        _ => Ok(()),
    }
}

fn check_fields(
    held: &Committed,
    one: &DisclosedCertificate,
    access: &Access,
) -> Result<(), Untrue> {
    let table = fields::table(one.kind);
    for (place, opened) in one.fields.iter().enumerate() {
        let untrue = || Untrue::Field { kind: one.kind, name: opened.name.clone() };
        let name = opened.name.as_str();
        let twice = one.fields[..place].iter().any(|other| other.name == opened.name);
        let too_long = opened.value.len() > fields::VALUE_BYTES;
        if twice || too_long || !held.is_opened(access, name) {
            return Err(untrue());
        }
        let (salt, value) = (Salt(opened.salt), opened.value.clone());
        let field = Field { name: name.to_owned(), salt, value };
        if !fields::verify(table, &field, &opened.path, &one.root) {
            return Err(untrue());
        }
    }
    let is_there = |name: &str| one.fields.iter().any(|opened| opened.name.as_str() == name);
    let kept_back = table.iter().find(|name| held.is_opened(access, name) && !is_there(name));
    if let Some(name) = kept_back.and_then(|name| Word::new(*name).ok()) {
        return Err(Untrue::KeptBack { kind: one.kind, name });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ids::{
        AccessId, CertificateId, OrganisationId, PersonId, RecordId, Time, VehicleId,
    };
    use crate::records::access::Basis;
    use crate::records::certificate::{Certificate, Class, Terms};
    use crate::records::field_set::FieldSet;
    use crate::records::subject::DataSubject;

    const ASKED: FieldSet = FieldSet::of(&[ExchangeField::Name, ExchangeField::Validity]);

    fn access(fields: FieldSet) -> Access {
        Access {
            id: AccessId(RecordId([4; 16])),
            by: OrganisationId(RecordId([5; 16])),
            about: DataSubject::Vehicle(VehicleId(RecordId([6; 16]))),
            holder: None,
            vehicles: Vec::new(),
            kinds: None,
            basis: Basis::Office { case: Hash::of(b"case") },
            custody: None,
            fields,
            request: Hash::of(b"request"),
            at: Time(1),
        }
    }

    fn licence() -> (Committed, Vec<Field>) {
        let kind = CertificateKind::DrivingLicence;
        let field = |(place, name): (usize, &&str)| Field {
            name: (*name).to_owned(),
            salt: Salt([place as u8; 32]),
            value: format!("invented {place}"),
        };
        let all: Vec<Field> = fields::table(kind).iter().enumerate().map(field).collect();
        let terms = Terms {
            root: fields::root(fields::table(kind), &all).unwrap(),
            attester: OrganisationId(RecordId([1; 16])),
            attested_at: Time(1),
            valid_from: Time(1),
            valid_until: None,
            class: Class::None,
            application: None,
        };
        let certificate = Certificate::new(CertificateId(RecordId([2; 16])), kind, terms);
        (Committed { subject: Subject::Person(PersonId(RecordId([3; 16]))), certificate }, all)
    }

    fn disclosed() -> (Committed, Disclosed) {
        let (committed, all) = licence();
        let certificates = vec![disclose(&committed, &all, &access(ASKED)).unwrap()];
        (committed, Disclosed { certificates, phone: None })
    }

    #[test]
    fn what_was_asked_for_is_disclosed_and_holds() {
        let (committed, disclosed) = disclosed();
        let names: Vec<&str> =
            disclosed.certificates[0].fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["driverName", "validPeriodFrom", "validPeriodTo"]);
        assert_eq!(check(&[committed], &access(ASKED), &disclosed), Ok(()));
        assert!(!format!("{disclosed:?}").contains("invented"));
    }

    #[test]
    fn fields_of_another_commitment_disclose_nothing() {
        let (mut committed, all) = licence();
        committed.certificate.terms.root = Hash::of(b"renewed since");
        assert_eq!(disclose(&committed, &all, &access(ASKED)), None);
    }

    #[test]
    fn whatever_was_changed_does_not_hold() {
        type Change = fn(&mut Disclosed);
        let changes: [(&str, Change); 11] = [
            ("kept back", |d| drop(d.certificates[0].fields.pop())),
            ("all kept back", |d| d.certificates[0].fields.clear()),
            ("value", |d| d.certificates[0].fields[0].value.push('x')),
            ("salt", |d| d.certificates[0].fields[0].salt[0] ^= 1),
            ("path", |d| d.certificates[0].fields[0].path[0].0[0] ^= 1),
            ("name", |d| d.certificates[0].fields[1].name = Word::new("driverName").unwrap()),
            ("twice", |d| {
                let again = d.certificates[0].fields[0].clone();
                d.certificates[0].fields.push(again);
            }),
            ("root", |d| d.certificates[0].root.0[0] ^= 1),
            ("subject", |d| {
                d.certificates[0].subject = Subject::Person(PersonId(RecordId([9; 16])));
            }),
            ("certificate twice", |d| {
                let again = d.certificates[0].clone();
                d.certificates.push(again);
            }),
            ("phone", |d| d.phone = Word::new("16400000001").ok()),
        ];
        for (what, change) in changes {
            let (committed, mut disclosed) = disclosed();
            change(&mut disclosed);
            assert!(check(&[committed], &access(ASKED), &disclosed).is_err(), "{what}");
        }
    }

    #[test]
    fn a_field_that_nobody_asked_for_is_refused_although_it_opens() {
        let (committed, all) = licence();
        let wide = FieldSet::of(&[ExchangeField::IdentityNumber]);
        let certificates = vec![disclose(&committed, &all, &access(wide)).unwrap()];
        let disclosed = Disclosed { certificates, phone: None };
        let committed = [committed];
        assert_eq!(check(&committed, &access(wide), &disclosed), Ok(()));
        assert!(matches!(check(&committed, &access(ASKED), &disclosed), Err(Untrue::Field { .. })));
    }

    #[test]
    fn an_office_opens_the_kinds_that_it_attests_alone() {
        let (committed, all) = licence();
        let office =
            |kinds: &[CertificateKind]| Access { kinds: Some(kinds.to_vec()), ..access(ASKED) };
        let held = office(&[CertificateKind::DrivingLicence]);
        let certificates = vec![disclose(&committed, &all, &held).unwrap()];
        let disclosed = Disclosed { certificates, phone: None };
        let committed = [committed];
        assert_eq!(check(&committed, &held, &disclosed), Ok(()));
        let other = office(&[CertificateKind::Qualification]);
        assert!(disclose(&committed[0], &all, &other).unwrap().fields.is_empty());
        assert!(matches!(check(&committed, &other, &disclosed), Err(Untrue::Field { .. })));
    }
}
