// SPDX-License-Identifier: Apache-2.0
//! What an exchange is about: the request that an access is the record of, the certificates that it opens,
//! and the applications that they came with.

use crate::common::exchange::*;
use crate::common::*;
use chain::actions::*;
use chain::exchange::Request;
use chain::ids::*;
use chain::nonce::Nonce;
use chain::query::certificates::{answered, application_of};
use chain::records::*;
use chain::{Hash, Records};

fn request_of(world: &World, code: CodeId, basis: Basis) -> Request {
    Request {
        chain: world.memory.chain(),
        about: code.into(),
        basis: Some(basis),
        fields: USUAL,
        receiver: Hash::of(b"key"),
        nonce: Nonce([7; 16]),
        digits: None,
    }
}

#[test]
fn an_access_is_the_record_of_one_request_alone() {
    let (mut world, driver) = with_driver();
    let p = world.parties.clone();
    let consent = world.usual_consent(&driver);
    let record = world.on_consent(driver.code, consent);
    let request = request_of(&world, driver.code, record.basis.clone());
    let record = AccessRecord { request: request.digest(), ..record };
    let access = World::first_made(world.send(&p.enterprise.key, record));
    let access = world.get::<Access>(access);
    assert!(request.is_of(&access));
    let others = [
        Request { receiver: Hash::of(b"another key"), ..request.clone() },
        Request { nonce: Nonce([8; 16]), ..request.clone() },
        Request { chain: Hash::ZERO, ..request.clone() },
        Request { fields: FieldSet::LEAST, ..request.clone() },
        Request { basis: None, ..request.clone() },
        Request { digits: chain::exchange::Digits::new(1, 1), ..request },
    ];
    for other in others {
        assert!(!other.is_of(&access), "{other:?}");
    }
}

#[test]
fn an_access_is_about_the_certificates_of_holder_vehicles_and_operator_that_its_fields_open() {
    let mut world = World::new();
    let (driver, _) = world.crew();
    let p = world.parties.clone();
    let waybill = world.waybill_in(&driver, WaybillState::Accepted);
    let asked = |fields| AccessRecord {
        about: driver.code.into(),
        basis: Basis::Waybill(waybill),
        fields,
        request: request(),
    };
    let mut kinds = |fields| {
        let access = World::first_made(world.send(&p.enterprise.key, asked(fields)));
        let access = world.get::<Access>(access);
        let found = answered(&world.memory, (&world.memory, access.at), &access);
        for one in &found {
            let came = one.certificate.terms.application;
            let came = came.map(|id| world.get::<Application>(id.0));
            let is_of_operator = matches!(one.subject, Subject::Organisation(_));
            let root = one.certificate.terms.root;
            let is_it = |a: Application| a.claims.iter().any(|claim| claim.root == root);
            assert!(is_of_operator || came.is_some_and(is_it), "{one:?}");
        }
        let code = application_of(&world.memory, &access, access.at).unwrap();
        assert_eq!(code.code, Some(driver.code));
        let mut kinds: Vec<CertificateKind> =
            found.into_iter().map(|one| one.certificate.kind).collect();
        kinds.sort_unstable();
        kinds
    };
    use CertificateKind as K;
    let of_name = [K::Identity, K::DrivingLicence, K::Qualification];
    assert_eq!(kinds(fields(&[ExchangeField::Name])), of_name);
    assert_eq!(kinds(fields(&[ExchangeField::Phone])), []);
    let of_plate = kinds(fields(&[ExchangeField::Plate]));
    assert!(of_plate.contains(&K::VehicleLicence) && of_plate.contains(&K::Policy));
    assert!(of_plate.iter().all(|kind| !of_name.contains(kind)));
    let all = kinds(fields(&[ExchangeField::Validity]));
    assert!(all.contains(&K::BusinessPermit) && all.contains(&K::Identity), "{all:?}");
}
