// SPDX-License-Identifier: Apache-2.0
//! Certificates of the invented register: field tables by kind, values, terms and fates.
//! Values never leave the register but for their holder and the authority that compares them.

use chain::calendar::Date;
use chain::ids::Time;
use chain::records::certificate::CertificateKind as Kind;

use super::draw::{Draw, Entity};
use super::enterprises::{Enterprise, INSURER};
use super::people::Person;
use super::vehicles::Vehicle;
use super::{Register, days};
use formats::report::tonnes2;

/// What is printed where a certificate has no end.
pub const FOR_EVER: &str = "长期";

/// How a subject's certificates stand on the register's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// All end more than sixty days ahead.
    Sound,
    /// One ends within sixty days.
    EndsSoon(Kind),
    /// One has ended.
    Ended(Kind),
    /// One is suspended.
    Suspended(Kind),
}

/// A certificate as its authority printed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its kind.
    pub kind: Kind,
    /// Names and values, in the order of the kind's field table.
    pub fields: Vec<(&'static str, String)>,
    /// First day.
    pub from: Date,
    /// Last day; none for ever.
    pub until: Option<Date>,
}

impl Certificate {
    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
    }
}

/// First day and last day.
type Term = (Date, Option<Date>);

impl Register {
    /// How a driver's certificates stand: 88 % sound, 7 % near their end, 4 % ended, 1 % suspended.
    pub fn fate(&self, person: u64, kinds: &[Kind]) -> Fate {
        let mut draw = Draw::new(self.seed, Entity::Fate, person);
        let kind = draw.pick(kinds);
        match draw.weighted([88, 7, 4, 1].into_iter()) {
            0 => Fate::Sound,
            1 => Fate::EndsSoon(kind),
            2 => Fate::Ended(kind),
            _ => Fate::Suspended(kind),
        }
    }

    /// 身份证 of a driver.
    pub fn identity(&self, person: &Person) -> Certificate {
        let (from, until) = self.term(Kind::Identity, person.index, Some(20 * 365));
        let fields = vec![
            ("driverName", person.name.clone()),
            ("sex", person.sex.word().to_owned()),
            ("birthDate", person.birth.digits()),
            ("identityNumber", person.identity_number.clone()),
            ("address", address(person)),
            ("issuingOrganizations", format!("{}公安局(测)", person.prefecture.name)),
        ];
        certificate(Kind::Identity, fields, (from, until))
    }

    /// 驾驶证 of a driver, of the class that their vehicle wants.
    pub fn driving_licence(&self, person: &Person, class: &str) -> Certificate {
        let mut draw = self.terms_draw(Kind::DrivingLicence, person.index);
        let years = [Some(6 * 365), Some(10 * 365), None][draw.weighted([45, 40, 15].into_iter())];
        let term = self.term(Kind::DrivingLicence, person.index, years);
        let file = format!("{}{:08}", person.prefecture.code, draw.below(100_000_000));
        let fields = vec![
            ("driverName", person.name.clone()),
            ("drivingLicense", person.identity_number.clone()),
            ("vehicleClass", class.to_owned()),
            ("fileNumber", file),
            ("issuingOrganizations", format!("{}交警支队(测)", person.prefecture.name)),
        ];
        certificate(Kind::DrivingLicence, fields, term)
    }

    /// 从业资格证 of a driver.
    pub fn qualification(&self, person: &Person) -> Certificate {
        let term = self.term(Kind::Qualification, person.index, Some(6 * 365));
        let fields = vec![
            ("driverName", person.name.clone()),
            ("qualificationCertificate", person.identity_number.clone()),
            ("qualificationClass", "经营性道路货物运输驾驶员".to_owned()),
            ("issuingOrganizations", format!("{}交通运输局(测)", person.prefecture.name)),
        ];
        certificate(Kind::Qualification, fields, term)
    }

    /// 行驶证 of a vehicle or trailer.
    pub fn vehicle_licence(&self, vehicle: &Vehicle, owner: &Enterprise) -> Certificate {
        let term = self.term(Kind::VehicleLicence, subject(vehicle), Some(365));
        let numbers = &vehicle.numbers;
        let fields = vec![
            ("vehicleNumber", numbers.plate.clone()),
            ("vehiclePlateColorCode", numbers.colour.to_string()),
            ("vehicleType", vehicle.type_code.to_owned()),
            ("owner", owner.name.clone()),
            ("useCharacter", "F".to_owned()),
            ("vin", numbers.vin.clone()),
            ("engineNumber", numbers.engine.clone()),
            ("issuingOrganizations", format!("{}交警支队(测)", vehicle.prefecture.name)),
            ("registerDate", days::digits(vehicle.registered)),
            ("vehicleEnergyType", vehicle.energy.to_string()),
            ("vehicleTonnage", tonnes2(vehicle.frame.load_kg)),
            ("grossMass", tonnes2(vehicle.frame.mass_kg)),
            ("axles", vehicle.frame.axles.to_string()),
        ];
        certificate(Kind::VehicleLicence, fields, term)
    }

    /// 运输证 of a vehicle or trailer above 4,500 kg.
    pub fn transport_permit(&self, vehicle: &Vehicle, owner: &Enterprise) -> Certificate {
        let term = self.term(Kind::TransportPermit, subject(vehicle), Some(365));
        let fields = vec![
            ("roadTransportCertificateNumber", vehicle.numbers.permit.clone()),
            ("vehicleNumber", vehicle.numbers.plate.clone()),
            ("vehiclePlateColorCode", vehicle.numbers.colour.to_string()),
            ("operatorName", owner.name.clone()),
            ("businessScope", "道路普通货物运输".to_owned()),
            ("issuingOrganizations", format!("{}交通运输局(测)", vehicle.prefecture.name)),
        ];
        certificate(Kind::TransportPermit, fields, term)
    }

    /// 经营许可证 of a haulier.
    pub fn business_permit(&self, enterprise: &Enterprise) -> Certificate {
        let term = self.term(Kind::BusinessPermit, enterprise.index, Some(4 * 365));
        let fields = vec![
            ("permitNumber", enterprise.permit_number.clone()),
            ("operatorName", enterprise.name.clone()),
            ("unifiedSocialCreditIdentifier", enterprise.uscc.clone()),
            ("businessScope", "道路普通货物运输".to_owned()),
            ("issuingOrganizations", format!("{}交通运输局(测)", enterprise.prefecture.name)),
        ];
        certificate(Kind::BusinessPermit, fields, term)
    }

    /// 交强险 of a motor vehicle.
    pub fn policy(&self, vehicle: &Vehicle, owner: &Enterprise) -> Certificate {
        let (from, until) = self.term(Kind::Policy, vehicle.index, Some(365));
        let (insurer, _) = INSURER;
        let fields = vec![
            ("policyNumber", format!("{insurer}{}{:08}", days::digits(from), vehicle.index)),
            ("policyKind", "交强险".to_owned()),
            ("insuranceCompanyCode", insurer.to_owned()),
            ("vehicleNumber", vehicle.numbers.plate.clone()),
            ("vin", vehicle.numbers.vin.clone()),
            ("insured", owner.name.clone()),
        ];
        certificate(Kind::Policy, fields, (from, until))
    }

    /// A compulsory policy sold over the counter, from the register's day to an instant.
    pub fn short_policy(
        &self,
        vehicle: &Vehicle,
        owner: &Enterprise,
        number: &str,
        ends: Time,
    ) -> Certificate {
        let mut policy = self.policy(vehicle, owner);
        let ends = days::n14(ends);
        for (name, value) in &mut policy.fields {
            match *name {
                "policyNumber" => *value = number.to_owned(),
                "validPeriodFrom" => *value = days::digits(self.as_of),
                "validPeriodTo" => *value = ends.clone(),
                _ => {}
            }
        }
        Certificate { from: self.as_of, ..policy }
    }

    /// 银行账户 of a driver.
    pub fn bank_account(&self, person: &Person) -> Certificate {
        let term = self.term(Kind::BankAccount, person.index, None);
        let fields = vec![
            ("accountHolder", person.name.clone()),
            ("receiptAccount", person.card.clone()),
            ("bankCode", "滇测银行(测)".to_owned()),
        ];
        certificate(Kind::BankAccount, fields, term)
    }

    fn terms_draw(&self, kind: Kind, subject: u64) -> Draw {
        Draw::new(self.seed ^ ((kind as u64 + 1) << 56), Entity::Certificate, subject)
    }

    /// A term that fits the subject's fate; `days` is its whole length, none for ever.
    fn term(&self, kind: Kind, subject: u64, days: Option<i64>) -> Term {
        let mut draw = self.terms_draw(kind, subject);
        let Some(length) = days else {
            let from = days::plus_days(self.as_of, -draw.between(365, 3_650));
            return (from, None);
        };
        let left = match self.fate(subject % TRAILERS, FATED) {
            Fate::Ended(ended) if ended == kind => -draw.between(2, 300.min(length - 2)),
            Fate::EndsSoon(soon) if soon == kind => draw.between(2, 60),
            _ => draw.between(61, length - 2),
        };
        let until = days::plus_days(self.as_of, left);
        (days::plus_days(until, 1 - length), Some(until))
    }
}

/// Kinds of certificates that a fate may strike: every driver has these.
pub const FATED: &[Kind] = &[Kind::DrivingLicence, Kind::VehicleLicence, Kind::Policy];
/// Trailers count their subjects from here, so that each has terms of its own.
const TRAILERS: u64 = 1 << 40;

fn subject(vehicle: &Vehicle) -> u64 {
    if vehicle.trailer { vehicle.index + TRAILERS } else { vehicle.index }
}

fn address(person: &Person) -> String {
    format!("云南省{}示例路{}号(测)", person.prefecture.name, 1 + person.index % 999)
}

/// The last fields of every certificate are its term.
fn certificate(kind: Kind, mut fields: Vec<(&'static str, String)>, term: Term) -> Certificate {
    let (from, until) = term;
    fields.push(("validPeriodFrom", days::digits(from)));
    fields.push(("validPeriodTo", until.map_or_else(|| FOR_EVER.to_owned(), days::digits)));
    Certificate { kind, fields, from, until }
}
