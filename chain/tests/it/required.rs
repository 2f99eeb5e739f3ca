// SPDX-License-Identifier: Apache-2.0
//! Which certificates are needed: by total mass around 4,500 kg, by goods, with a trailer, and the
//! enterprise's own.

use crate::common::issue::*;
use crate::common::*;
use chain::actions::*;
use chain::ids::{CertificateId, OrganisationId, RecordId, VehicleId};
use chain::machine::required::{Parties, unmet, unmet_of_enterprise, unmet_of_vehicle};
use chain::records::certificate::{Terms, VehicleClass};
use chain::records::{
    ApplicationState as State, Certificate, CertificateKind as Kind, CertificateState, Class,
    Dossier, PolicyKind, Vehicle, VehicleOwner,
};
use chain::refusal::Reason;
use chain::{Hash, Time};

const NOW: Time = START;

fn certificate(kind: Kind, class: Class) -> Certificate {
    let terms = Terms {
        application: None,
        root: Hash::ZERO,
        attester: OrganisationId::default(),
        attested_at: NOW,
        valid_from: NOW,
        valid_until: None,
        class,
    };
    Certificate::new(CertificateId(RecordId::default()), kind, terms)
}

/// A dossier by words: `C1` and the like, `qualification`, `permit`, `compulsory`, and so on.
fn dossier(words: &str) -> Dossier {
    let one = |word: &str| match word {
        "identity" => certificate(Kind::Identity, Class::None),
        "qualification" => certificate(Kind::Qualification, class_of(Kind::Qualification)),
        "hazardous_qualification" => certificate(
            Kind::Qualification,
            Class::Qualification { ordinary: false, hazardous: true },
        ),
        "permit" => certificate(Kind::TransportPermit, Class::Permit { hazardous: false }),
        "hazardous_permit" => certificate(Kind::TransportPermit, Class::Permit { hazardous: true }),
        "business" => certificate(Kind::BusinessPermit, Class::Permit { hazardous: false }),
        "hazardous_business" => {
            certificate(Kind::BusinessPermit, Class::Permit { hazardous: true })
        }
        "compulsory" => policy(PolicyKind::Compulsory),
        "carrier" => policy(PolicyKind::CarrierLiability),
        "third_party" => policy(PolicyKind::ThirdParty),
        class => certificate(Kind::DrivingLicence, licence_of(class)),
    };
    Dossier { certificates: words.split_whitespace().map(one).collect(), matters: Vec::new() }
}

fn policy(kind: PolicyKind) -> Certificate {
    certificate(Kind::Policy, Class::Policy { kind })
}

fn vehicle(class: VehicleClass, words: &str) -> Vehicle {
    let mut dossier = dossier(words);
    dossier.certificates.insert(0, certificate(Kind::VehicleLicence, Class::Vehicle(class)));
    Vehicle {
        id: VehicleId::default(),
        vin_tag: Hash::ZERO,
        plate_tag: None,
        owner: VehicleOwner::Organisation(OrganisationId::default()),
        dossier,
        drivers: Vec::new(),
        current_for: Vec::new(),
        coupled: None,
        over_limit: Vec::new(),
        released_at: None,
        under_way: Vec::new(),
        carried_until: None,
        application: None,
        named_by: Vec::new(),
        next_change_at: None,
    }
}

fn words(reasons: Vec<Reason>) -> Vec<String> {
    reasons
        .into_iter()
        .map(|r| format!("{} {}", r.code.code(), r.about.unwrap()).replace("certificate_", ""))
        .collect()
}

/// Total mass, hazardous goods, driver, vehicle, operator: what is unmet.
type Case = (u32, bool, &'static str, &'static str, &'static str, &'static [&'static str]);

#[test]
fn needs_follow_from_total_mass_and_use() {
    let cases: &[Case] = &[
        (4_495, false, "identity C1", "compulsory", "", &[]),
        (4_495, false, "identity C6", "compulsory", "", &["class_unfit driving_licence"]),
        (4_495, false, "identity", "compulsory", "", &["missing driving_licence"]),
        (4_495, false, "C1", "compulsory", "", &["missing identity"]),
        (4_495, false, "identity C1", "third_party", "", &["missing compulsory_policy"]),
        (4_500, false, "identity B2", "compulsory", "", &[]),
        (4_500, false, "identity C1", "compulsory", "", &["class_unfit driving_licence"]),
        (
            4_501,
            false,
            "identity B2",
            "compulsory",
            "",
            &["missing transport_permit", "missing qualification", "missing business_permit"],
        ),
        (4_501, false, "identity B2 qualification", "compulsory permit", "business", &[]),
        (
            4_501,
            false,
            "identity B2 hazardous_qualification",
            "compulsory hazardous_permit",
            "hazardous_business",
            &["class_unfit qualification"],
        ),
        (
            4_495,
            true,
            "identity C1 qualification",
            "compulsory permit",
            "business",
            &[
                "class_unfit transport_permit",
                "missing carrier_liability_policy",
                "class_unfit qualification",
                "class_unfit business_permit",
                "class_unfit vehicle_licence",
            ],
        ),
    ];
    for (mass, hazardous_goods, driver, of_vehicle, operator, expected) in cases {
        let (driver, operator) = (dossier(driver), dossier(operator));
        let vehicle = vehicle(lorry(*mass), of_vehicle);
        let parties = Parties {
            driver: &driver,
            vehicle: Some(&vehicle),
            trailer: None,
            operator: Some(&operator),
            hazardous_goods: *hazardous_goods,
        };
        assert_eq!(words(unmet(&parties, NOW)), *expected, "{mass} {driver:?} {of_vehicle}");
    }
}

#[test]
fn hazardous_goods_need_their_classes_at_any_mass() {
    let (driver, operator) =
        (dossier("identity C1 hazardous_qualification"), dossier("hazardous_business"));
    for goods in [true, false] {
        let vehicle = vehicle(tanker(4_000), "compulsory carrier hazardous_permit");
        let parties = Parties {
            driver: &driver,
            vehicle: Some(&vehicle),
            trailer: None,
            operator: Some(&operator),
            hazardous_goods: goods,
        };
        assert_eq!(words(unmet(&parties, NOW)), [""; 0]);
    }
}

#[test]
fn masses_of_vehicle_and_trailer_add_up() {
    let operator = dossier("business");
    // Masses of lorry and trailer, driver's licence, the trailer's papers: what is unmet.
    let cases: &[(u32, u32, &str, &str, &[&str])] = &[
        (2_500, 2_000, "C6", "", &[]),
        (2_500, 2_000, "C1", "", &["class_unfit driving_licence"]),
        (2_500, 2_001, "C6", "permit", &["class_unfit driving_licence"]),
        (2_500, 2_001, "A2", "", &["missing trailer_transport_permit"]),
        (2_500, 2_001, "A2", "permit", &[]),
        (9_000, 40_000, "B2", "permit", &["class_unfit driving_licence"]),
        (9_000, 40_000, "A2", "permit", &[]),
    ];
    for (lorry_kg, trailer_kg, held, of_trailer, expected) in cases {
        let driver = dossier(&format!("identity qualification {held}"));
        let drawing = vehicle(lorry(*lorry_kg), "compulsory permit");
        let drawn = vehicle(trailer(*trailer_kg), of_trailer);
        let parties = Parties {
            driver: &driver,
            vehicle: Some(&drawing),
            trailer: Some(&drawn),
            operator: Some(&operator),
            hazardous_goods: false,
        };
        assert_eq!(words(unmet(&parties, NOW)), *expected, "{lorry_kg} + {trailer_kg} {held}");
    }
}

#[test]
fn without_a_vehicle_identity_and_licence_suffice_and_without_an_operator_a_heavy_one_does_not() {
    let driver = dossier("identity E");
    let alone = Parties {
        driver: &driver,
        vehicle: None,
        trailer: None,
        operator: None,
        hazardous_goods: false,
    };
    assert_eq!(words(unmet(&alone, NOW)), [""; 0]);
    let heavy = vehicle(lorry(12_000), "compulsory permit");
    let driver = dossier("identity B2 qualification");
    let parties = Parties { driver: &driver, vehicle: Some(&heavy), ..alone };
    assert_eq!(words(unmet(&parties, NOW)), ["missing business_permit"]);
}

#[test]
fn a_vehicles_record_needs_its_own_papers_and_a_trailer_no_policy() {
    let cases: &[(VehicleClass, &str, &[&str])] = &[
        (lorry(4_500), "compulsory", &[]),
        (lorry(4_500), "", &["missing compulsory_policy"]),
        (lorry(4_501), "compulsory", &["missing transport_permit"]),
        (lorry(4_501), "compulsory permit", &[]),
        (trailer(4_500), "", &[]),
        (trailer(4_501), "", &["missing transport_permit"]),
        (trailer(40_000), "permit", &[]),
        (
            tanker(4_000),
            "compulsory permit",
            &["class_unfit transport_permit", "missing carrier_liability_policy"],
        ),
        (tanker(4_000), "compulsory carrier hazardous_permit", &[]),
    ];
    for (class, words_of, expected) in cases {
        let vehicle = vehicle(class.clone(), words_of);
        assert_eq!(words(unmet_of_vehicle(&vehicle.dossier, NOW)), *expected, "{class:?}");
    }
    assert_eq!(words(unmet_of_vehicle(&dossier("compulsory"), NOW)), ["missing vehicle_licence"]);
    assert_eq!(words(unmet_of_enterprise(&dossier("permit"), NOW)), ["missing business_permit"]);
    assert_eq!(words(unmet_of_enterprise(&dossier("business"), NOW)), [""; 0]);
}

#[test]
fn a_certificate_counts_from_its_first_instant_up_to_its_end_and_only_while_it_is_valid() {
    let until = NOW.plus(DAY);
    for (state, at, holds) in [
        (CertificateState::Valid, Time(NOW.0 - 1), false),
        (CertificateState::Valid, NOW, true),
        (CertificateState::Valid, Time(until.0 - 1), true),
        (CertificateState::Valid, until, false),
        (CertificateState::Suspended, NOW, false),
        (CertificateState::Revoked, NOW, false),
        (CertificateState::Ended, NOW, false),
    ] {
        let mut of = dossier("business");
        of.certificates[0].terms.valid_until = Some(until);
        of.certificates[0].state = state;
        assert_eq!(unmet_of_enterprise(&of, at).is_empty(), holds, "{state:?} {at}");
    }
}

#[test]
fn a_vehicle_is_issued_with_what_its_mass_needs() {
    for (mass, kinds, state) in [
        (4_495, &[Kind::VehicleLicence, Kind::Policy][..], State::Issued),
        (4_500, &[Kind::VehicleLicence, Kind::Policy], State::Issued),
        (4_501, &[Kind::VehicleLicence, Kind::Policy], State::Verifying),
        (4_501, &[Kind::VehicleLicence, Kind::Policy, Kind::TransportPermit], State::Issued),
        (4_500, &[Kind::VehicleLicence], State::Verifying),
    ] {
        let mut world = World::new();
        let apply: VehicleApply = world.vehicle_apply("lorry", kinds);
        let id = world.apply_with(apply, &[]);
        let licence = Yes { class: Class::Vehicle(lorry(mass)), ..world.yes(id, 0) };
        world.attest_claim(id, 0, licence);
        world.attest_all(id);
        assert_eq!(world.application(id).state, state, "{mass} {kinds:?}");
    }
}

#[test]
fn a_drivers_code_is_issued_with_what_the_vehicle_needs() {
    for (mass, licence, kinds, permitted, issued) in [
        (4_495, "C1", LIGHT, false, true),
        (4_500, "C1", LIGHT, false, false),
        (4_500, "B2", LIGHT, false, true),
        (4_501, "B2", LIGHT, true, false),
        (4_501, "B2", HEAVY, false, false),
        (4_501, "B2", HEAVY, true, true),
    ] {
        let mut world = World::new();
        if permitted {
            world.permit();
        }
        let vehicle = world.new_vehicle("lorry", lorry(mass));
        let enterprise = world.parties.enterprise.id;
        let wanted = chain::records::CodeFor::Driver {
            vehicles: vec![vehicle],
            operator: Some(chain::records::application::WantedOperator::Organisation(enterprise)),
        };
        let apply = CodeApply { wanted, ..world.code_apply("driver", kinds) };
        let id = world.apply_with(apply, &[&key("driver")]);
        let yes = Yes { class: licence_of(licence), ..world.yes(id, 1) };
        world.attest_claim(id, 1, yes);
        world.attest_all(id);
        assert_eq!(world.application(id).code.is_some(), issued, "{mass} {licence} {kinds:?}");
    }
}
