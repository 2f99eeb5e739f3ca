// SPDX-License-Identifier: Apache-2.0
//! Who may accept a waybill, and that a refusal names every reason (`domain.md` section 3).

use crate::common::fleet::*;
use crate::common::waybill::*;
use crate::common::*;
use chain::Time;
use chain::actions::*;
use chain::calendar::Date;
use chain::ids::*;
use chain::records::certificate::VehicleClass;
use chain::records::waybill::{Offer, PublicLimits};
use chain::records::*;
use chain::refusal::RefusalCode as R;
use chain::rules::licence;

/// A world with a crew for which everything is in order.
struct Stage {
    world: World,
    driver: Driver,
    lorry: VehicleId,
}

impl Stage {
    fn new() -> Self {
        let mut world = World::new();
        let (driver, lorry) = world.crew();
        Self { world, driver, lorry }
    }

    fn subject(&self, kind: CertificateKind) -> Subject {
        use CertificateKind::*;
        match kind {
            Identity | DrivingLicence | Qualification | BankAccount => {
                Subject::Person(self.driver.person)
            }
            VehicleLicence | TransportPermit | Policy => Subject::Vehicle(self.lorry),
            BusinessPermit => Subject::Organisation(self.world.parties.enterprise.id),
        }
    }

    fn suspend(&mut self, subject: Subject, kind: CertificateKind) {
        let certificate = self.world.certificate(subject, kind).id;
        let key = self.world.attester(kind).key;
        self.world.send(&key, CertificateSuspend { subject, certificate, reason: word("office") });
    }

    /// Couples a trailer of this mass.
    fn draw(&mut self, total_mass_kg: u32) -> VehicleId {
        let trailer = self.world.vehicle_of(trailer_class(total_mass_kg));
        let enterprise = self.world.parties.enterprise.key.clone();
        let couple = TrailerCouple { vehicle: self.lorry, trailer, statements: vec![] };
        self.world.send(&enterprise, couple);
        trailer
    }

    /// Opens an over-limit matter that happened at an instant, and settles it: it counts all the same.
    fn over_limit(&mut self, vehicle: VehicleId, occurred_at: Time) -> MatterId {
        let action = self.world.violation(Subject::Vehicle(vehicle), 0);
        let action = MatterOpen { over_limit: true, occurred_at, ..action };
        let matter = self.world.open_matter(action);
        let police = self.world.parties.traffic_police.key.clone();
        self.world.send(&police, MatterSettle { matter });
        matter
    }

    /// Expects a new public offer to be refused for exactly these reasons; none: to be accepted.
    #[track_caller]
    fn expect(&mut self, expected: &[(R, &str)]) {
        let offer = self.world.offer(public());
        self.expect_for(offer, expected);
    }

    #[track_caller]
    fn expect_for(&mut self, offer: Offer, expected: &[(R, &str)]) {
        let waybill = self.world.put_offer(offer);
        let accept = WaybillAccept { waybill };
        if expected.is_empty() {
            self.world.clone().send(&self.driver.key, accept);
        } else {
            self.world.refuses(&self.driver.key, accept, expected);
        }
    }
}

#[test]
fn a_driver_with_everything_in_order_is_eligible() {
    Stage::new().expect(&[]);
}

/// Each certificate that is needed, by the word that the reason names it with.
#[test]
fn every_certificate_that_is_needed_is_valid_now() {
    use CertificateKind::*;
    for (kind, word, is_red_at_end) in [
        (Identity, "identity", false),
        (DrivingLicence, "driving_licence", true),
        (Qualification, "qualification", false),
        (VehicleLicence, "vehicle_licence", false),
        (TransportPermit, "transport_permit", false),
        (Policy, "compulsory_policy", true),
        (BusinessPermit, "business_permit", false),
    ] {
        let mut stage = Stage::new();
        let subject = stage.subject(kind);
        stage.suspend(subject, kind);
        stage.expect(&[(R::CertificateMissing, word)]);

        let mut stage = Stage::new();
        let end = stage.world.clock.plus(DAY);
        stage.world.attest(subject, kind, Some(end));
        let waybill = stage.world.offer_public();
        stage.world.clone().at(Time(end.0 - 1)).send(&stage.driver.key, WaybillAccept { waybill });
        stage.world.at(end);
        let mut expected = vec![(R::CertificateMissing, word)];
        if is_red_at_end {
            expected.insert(0, (R::CodeRed, "code"));
        }
        stage.world.refuses(&stage.driver.key, WaybillAccept { waybill }, &expected);
    }
}

#[test]
fn a_certificate_that_does_not_hold_yet_is_missing() {
    let mut stage = Stage::new();
    let kind = CertificateKind::Qualification;
    let subject = stage.subject(kind);
    let end = stage.world.clock.plus(DAY);
    let from = end.plus(DAY);
    stage.world.attest(subject, kind, Some(end));
    stage.world.attest_as(subject, (kind, usual_class(kind)), (from, None));
    stage.world.at(end);
    stage.expect(&[(R::CertificateMissing, "qualification")]);
    stage.world.at(from);
    stage.expect(&[]);
}

#[test]
fn a_bank_account_is_needed_for_nothing() {
    let mut stage = Stage::new();
    let kind = CertificateKind::BankAccount;
    let subject = stage.subject(kind);
    stage.world.attest(subject, kind, None);
    stage.suspend(subject, kind);
    stage.expect(&[]);
}

#[test]
fn a_trailer_needs_its_own_licence_and_permit_and_no_policy() {
    use CertificateKind::*;
    for (kind, word) in
        [(VehicleLicence, "trailer_vehicle_licence"), (TransportPermit, "trailer_transport_permit")]
    {
        let mut stage = Stage::new();
        let trailer = stage.draw(9_000);
        stage.expect(&[]);
        stage.suspend(Subject::Vehicle(trailer), kind);
        stage.expect(&[(R::CertificateMissing, word)]);
    }
}

/// Masses at the edge of the exemption, and what a crew without any permit lacks.
#[test]
fn up_to_4500_kg_no_qualification_and_no_permits_are_needed() {
    let all = [
        (R::CertificateMissing, "transport_permit"),
        (R::CertificateMissing, "qualification"),
        (R::CertificateMissing, "business_permit"),
    ];
    for (mass, expected) in [(4_495, &all[..0]), (4_500, &all[..0]), (4_501, &all[..])] {
        let mut world = World::new();
        world.permit();
        let lorry = world.vehicle_of(lorry_class(mass));
        let driver = world.driver_with(&[lorry]);
        let mut stage = Stage { world, driver, lorry };
        for kind in [
            CertificateKind::Qualification,
            CertificateKind::TransportPermit,
            CertificateKind::BusinessPermit,
        ] {
            let subject = stage.subject(kind);
            stage.suspend(subject, kind);
        }
        let offer = stage.world.offer(public());
        let light = Offer { weight_from_kg: 1_000, weight_to_kg: 2_000, ..offer };
        stage.expect_for(light, expected);
    }
}

/// Classes of licence and what lorry and trailer they do for.
#[test]
fn the_licences_class_fits_vehicle_and_trailer() {
    use licence::*;
    for (mass, trailer, classes, fits) in [
        (18_000, None, B2, true),
        (18_000, None, A2, true),
        (18_000, None, C1, false),
        (18_000, Some(9_000), B2, false),
        (18_000, Some(9_000), A2, true),
        (4_499, None, C1, true),
        (4_500, None, C1, false),
    ] {
        let mut world = World::new();
        world.permit();
        let lorry = world.vehicle_of(lorry_class(mass));
        let driver = world.driver_with(&[lorry]);
        let mut stage = Stage { world, driver, lorry };
        if let Some(mass) = trailer {
            stage.draw(mass);
        }
        let kind = CertificateKind::DrivingLicence;
        let (subject, now) = (stage.subject(kind), stage.world.clock);
        stage.world.attest_as(subject, (kind, Class::Licence { classes }), (now, None));
        let offer = stage.world.offer(public());
        let light = Offer { weight_from_kg: 1_000, weight_to_kg: 2_000, ..offer };
        let unfit = [(R::ClassUnfit, "driving_licence")];
        stage.expect_for(light, if fits { &[] } else { &unfit });
    }
}

#[test]
fn hazardous_goods_need_their_classes_and_the_carriers_liability_policy() {
    let mut stage = Stage::new();
    let hazardous = |stage: &mut Stage| Offer { hazardous: true, ..stage.world.offer(public()) };
    let offer = hazardous(&mut stage);
    stage.expect_for(
        offer,
        &[
            (R::ClassUnfit, "transport_permit"),
            (R::CertificateMissing, "carrier_liability_policy"),
            (R::ClassUnfit, "qualification"),
            (R::ClassUnfit, "business_permit"),
            (R::ClassUnfit, "vehicle_licence"),
        ],
    );
    use CertificateKind::*;
    for (kind, class) in [
        (TransportPermit, Class::Permit { hazardous: true }),
        (Policy, Class::Policy { kind: PolicyKind::CarrierLiability }),
        (Qualification, Class::Qualification { ordinary: true, hazardous: true }),
        (BusinessPermit, Class::Permit { hazardous: true }),
        (VehicleLicence, Class::Vehicle(VehicleClass { hazardous: true, ..lorry_class(18_000) })),
    ] {
        let (subject, now) = (stage.subject(kind), stage.world.clock);
        stage.world.attest_as(subject, (kind, class), (now, None));
    }
    let offer = hazardous(&mut stage);
    stage.expect_for(offer, &[]);
}

#[test]
fn an_open_matter_of_ten_points_bars_on_person_vehicle_and_trailer() {
    for (points, bars) in [(5, false), (10, true), (20, true)] {
        for on in ["person", "vehicle", "trailer"] {
            let mut stage = Stage::new();
            let trailer = stage.draw(9_000);
            let subject = match on {
                "person" => Subject::Person(stage.driver.person),
                "vehicle" => Subject::Vehicle(stage.lorry),
                _ => Subject::Vehicle(trailer),
            };
            let matter = stage.world.open_violation(subject, points);
            let barred = [(R::PointsTooMany, "code")];
            stage.expect(if bars { &barred } else { &[] });
            let police = stage.world.parties.traffic_police.key.clone();
            stage.world.send(&police, MatterSettle { matter });
            stage.expect(&[]);
        }
    }
}

#[test]
fn yellow_may_accept_and_red_may_not() {
    let mut stage = Stage::new();
    stage.world.open_violation(Subject::Vehicle(stage.lorry), 1);
    let settle_by = stage.world.matter(Subject::Vehicle(stage.lorry)).settle_by;
    stage.world.at(Time(settle_by.0 - DAY));
    let waybill = stage.world.offer_public();
    let accept = WaybillAccept { waybill };
    stage.world.clone().at(Time(settle_by.0 - 1)).send(&stage.driver.key, accept.clone());
    stage.world.at(settle_by);
    stage.world.refuses(&stage.driver.key, accept, &[(R::CodeRed, "code")]);
}

#[test]
fn more_than_three_over_limit_matters_in_twelve_months_bar_a_vehicle() {
    let barred = [(R::OverLimitTooMany, "vehicle")];
    for on_trailer in [false, true] {
        let mut stage = Stage::new();
        let trailer = stage.draw(9_000);
        let vehicle = if on_trailer { trailer } else { stage.lorry };
        let first = START.plus(SECOND);
        for n in 0..3 {
            stage.over_limit(vehicle, first.plus(n));
        }
        stage.expect(&[]);
        stage.over_limit(vehicle, first.plus(3));
        stage.expect(&barred);

        // The first one leaves the window twelve months later, to the millisecond.
        let day = Date::in_beijing(first);
        let leaves = day.plus_months(12).start().plus(first.since(day.start()));
        stage.world.at(Time(leaves.0 - DAY));
        let waybill = stage.world.offer_public();
        let accept = WaybillAccept { waybill };
        stage.world.at(Time(leaves.0 - 1));
        stage.world.refuses(&stage.driver.key, accept.clone(), &barred);
        stage.world.at(leaves);
        stage.world.send(&stage.driver.key, accept);
    }
}

#[test]
fn a_release_counts_for_what_happened_before_it() {
    let mut stage = Stage::new();
    let (lorry, regulator) = (stage.lorry, stage.world.parties.regulator.key.clone());
    let now = |stage: &Stage| stage.world.clock;
    for _ in 0..4 {
        let at = now(&stage);
        stage.over_limit(lorry, at);
    }
    stage.expect(&[(R::OverLimitTooMany, "vehicle")]);
    let release = VehicleRelease { vehicle: lorry, reason: word("inspected") };
    let released_at = now(&stage);
    stage.world.send(&regulator, release);
    stage.expect(&[]);
    stage.over_limit(lorry, released_at);
    stage.expect(&[]);
    for after in 1..=4 {
        stage.expect(&[]);
        stage.over_limit(lorry, released_at.plus(after));
    }
    stage.expect(&[(R::OverLimitTooMany, "vehicle")]);
}

#[test]
fn a_void_over_limit_matter_counts_no_more_and_the_last_four_are_kept() {
    let mut stage = Stage::new();
    let lorry = stage.lorry;
    let at = |n: u64| START.plus(n);
    // Opened in another order than they happened.
    for n in [5, 1, 4, 2, 3] {
        stage.over_limit(lorry, at(n));
    }
    let kept: Vec<Time> =
        stage.world.vehicle(lorry).over_limit.iter().map(|one| one.occurred_at).collect();
    assert_eq!(kept, [at(2), at(3), at(4), at(5)]);
    stage.expect(&[(R::OverLimitTooMany, "vehicle")]);

    let mut stage = Stage::new();
    for n in 1..=3 {
        stage.over_limit(lorry, at(n));
    }
    let action = stage.world.violation(Subject::Vehicle(lorry), 0);
    let matter = stage.world.open_matter(MatterOpen { over_limit: true, ..action });
    stage.expect(&[(R::OverLimitTooMany, "vehicle")]);
    let police = stage.world.parties.traffic_police.key.clone();
    stage.world.send(&police, MatterVoid { matter, reason: word("mistake") });
    stage.expect(&[]);
}

#[test]
fn a_vehicle_has_one_waybill_under_way_whoever_drives_it() {
    let mut world = World::new();
    world.permit();
    let lorry = world.lorry();
    let (first, second) = (world.driver_with(&[lorry]), world.driver_with(&[lorry]));
    let waybill = world.offer_public();
    let other = world.offer_public();
    world.send(&first.key, WaybillAccept { waybill });
    for state in [WaybillState::Accepted, WaybillState::Loaded, WaybillState::InTransit] {
        world.advance((waybill, &first), state);
        for driver in [&first, &second] {
            let busy = [(R::VehicleBusy, "vehicle")];
            world.refuses(&driver.key, WaybillAccept { waybill: other }, &busy);
        }
    }
    world.advance((waybill, &first), WaybillState::Arrived);
    world.send(&second.key, WaybillAccept { waybill: other });
}

#[test]
fn the_upper_end_of_the_weight_is_within_the_rated_load_with_trailer() {
    for (trailer, weight, fits) in [
        (None, 9_000, true),
        (None, 9_001, false),
        (Some(9_000), 13_500, true),
        (Some(9_000), 13_501, false),
    ] {
        let mut stage = Stage::new();
        if let Some(mass) = trailer {
            stage.draw(mass);
        }
        let offer = Offer { weight_to_kg: weight, ..stage.world.offer(public()) };
        let over = [(R::OverLoaded, "weight_to_kg")];
        stage.expect_for(offer, if fits { &[] } else { &over });
    }
}

#[test]
fn the_operator_is_admitted_and_there_is_one_where_it_is_needed() {
    let mut stage = Stage::new();
    let regulator = stage.world.parties.regulator.key.clone();
    let waybill = stage.world.offer_public();
    let organisation = stage.world.parties.enterprise.id;
    stage.world.send(&regulator, OrganisationEnd { organisation, reason: word("closed") });
    let expected = [(R::OperatorInvalid, "operator"), (R::CertificateMissing, "business_permit")];
    stage.world.refuses(&stage.driver.key, WaybillAccept { waybill }, &expected);

    let mut stage = Stage::new();
    let none = OperatorSet { code: stage.driver.code, operator: None, statements: vec![] };
    stage.world.send(&stage.driver.key, none);
    stage.expect(&[(R::CertificateMissing, "business_permit")]);
}

#[test]
fn a_code_that_is_suspended_or_cancelled_accepts_nothing() {
    let mut stage = Stage::new();
    let regulator = stage.world.parties.regulator.clone();
    let (code, reason) = (stage.driver.code, word("inquiry"));
    let suspend = CodeSuspend { code, reason: reason.clone() };
    stage.world.send(&regulator.key, suspend);
    stage.expect(&[(R::CodeNotIssued, "code")]);
    let resume = CodeResume { code, by: regulator.id, reason: reason.clone() };
    stage.world.send(&regulator.key, resume);
    stage.expect(&[]);
    stage.world.send(&regulator.key, CodeCancel { code, reason });
    stage.expect(&[(R::CodeNotIssued, "code")]);
}

#[test]
fn a_driver_without_a_vehicle_hears_of_that_and_of_what_is_missing_besides() {
    let mut stage = Stage::new();
    stage.world.send(&stage.driver.key, VehicleChoose { code: stage.driver.code, vehicle: None });
    stage.expect(&[(R::NoVehicle, "code")]);
    let subject = stage.subject(CertificateKind::DrivingLicence);
    stage.suspend(subject, CertificateKind::DrivingLicence);
    stage.expect(&[(R::NoVehicle, "code"), (R::CertificateMissing, "driving_licence")]);
}

#[test]
fn a_refusal_names_everything_that_bars_at_once() {
    use CertificateKind::*;
    let mut stage = Stage::new();
    let trailer = stage.draw(9_000);
    let regulator = stage.world.parties.regulator.key.clone();
    for _ in 0..4 {
        stage.over_limit(trailer, START);
    }
    stage.world.open_violation(Subject::Vehicle(stage.lorry), 20);
    for kind in [Identity, DrivingLicence, Qualification, VehicleLicence, TransportPermit, Policy] {
        let subject = stage.subject(kind);
        stage.suspend(subject, kind);
    }
    for kind in [VehicleLicence, TransportPermit] {
        stage.suspend(Subject::Vehicle(trailer), kind);
    }
    stage.world.wait(15 * DAY);
    let limits = PublicLimits { prefectures: vec![QUJING], vehicle_type: Some(word("H31")) };
    let offer = stage.world.offer(WaybillKind::Public(limits));
    let waybill = stage.world.put_offer(Offer { weight_to_kg: 99_000, ..offer });
    let organisation = stage.world.parties.enterprise.id;
    stage.world.send(&regulator, OrganisationEnd { organisation, reason: word("closed") });
    stage.world.refuses(
        &stage.driver.key,
        WaybillAccept { waybill },
        &[
            (R::NotOfferedToCode, "prefectures"),
            (R::NotOfferedToCode, "vehicle_type"),
            (R::CodeRed, "code"),
            (R::PointsTooMany, "code"),
            (R::OperatorInvalid, "operator"),
            (R::CertificateMissing, "identity"),
            (R::CertificateMissing, "driving_licence"),
            (R::CertificateMissing, "vehicle_licence"),
            (R::CertificateMissing, "compulsory_policy"),
            (R::CertificateMissing, "transport_permit"),
            (R::CertificateMissing, "trailer_vehicle_licence"),
            (R::CertificateMissing, "trailer_transport_permit"),
            (R::CertificateMissing, "qualification"),
            (R::CertificateMissing, "business_permit"),
            (R::OverLimitTooMany, "vehicle"),
            (R::OverLoaded, "weight_to_kg"),
        ],
    );
}
