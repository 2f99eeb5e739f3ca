// SPDX-License-Identifier: Apache-2.0
//! An authority's part of the invented register, found by the number that names a thing.
//! It answers what the register says and never looks at the chain.

use std::collections::HashMap;

use chain::ids::Time;
use chain::records::certificate::CertificateKind as Kind;

use crate::yunnan::Register;
use crate::yunnan::certificates::Certificate;
use crate::yunnan::enterprises::Enterprise;
use crate::yunnan::people::Person;
use crate::yunnan::vehicles::Vehicle;
use formats::FormatError;

/// Most policies that the insurer's counter sells.
pub const COUNTER_POLICIES: usize = 10_000;

/// Who or what a certificate is about.
#[derive(Clone, Debug)]
pub enum About {
    /// A driver.
    Person(Box<Person>),
    /// A vehicle or trailer.
    Vehicle(Box<Vehicle>),
    /// A haulier.
    Enterprise(Box<Enterprise>),
}

/// A certificate as the register has it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was printed.
    pub certificate: Certificate,
    /// Whom it is about.
    pub about: About,
    /// A policy that was sold to end at an instant.
    pub ends: Option<Time>,
}

/// A policy sold over the counter: the same fields but for its number and end.
#[derive(Clone, Debug)]
struct Sold {
    vehicle: u64,
    certificate: Certificate,
    ends: Time,
}

/// The book.
#[derive(Debug)]
pub struct Book {
    register: Register,
    people: HashMap<String, u64>,
    /// By VIN and by plate: index, and whether it is the trailer.
    vehicles: HashMap<String, (u64, bool)>,
    enterprises: HashMap<String, u64>,
    sold: HashMap<String, Sold>,
}

impl Book {
    /// Reads the first `people` drivers with their vehicles, and all hauliers.
    pub fn new(register: Register, people: u64) -> Result<Self, FormatError> {
        let mut book = Self {
            register,
            people: HashMap::new(),
            vehicles: HashMap::new(),
            enterprises: HashMap::new(),
            sold: HashMap::new(),
        };
        for index in 0..people {
            book.people.insert(register.person(index)?.identity_number, index);
            let trailer = register.trailer(index)?;
            for vehicle in std::iter::once(register.vehicle(index)?).chain(trailer) {
                let place = (index, vehicle.trailer);
                book.vehicles.insert(vehicle.numbers.vin, place);
                book.vehicles.insert(vehicle.numbers.plate, place);
            }
        }
        for index in 0..register.enterprises {
            book.enterprises.insert(register.enterprise(index)?.uscc, index);
        }
        Ok(book)
    }

    /// The register that it is part of.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// The entry that a claim's own numbers name, if the register has one.
    pub fn find(&self, kind: Kind, value: impl Fn(&str) -> String) -> Option<Entry> {
        let found = match kind {
            Kind::Identity => self.of_person(kind, &value("identityNumber")),
            Kind::DrivingLicence => self.of_person(kind, &value("drivingLicense")),
            Kind::Qualification => self.of_person(kind, &value("qualificationCertificate")),
            Kind::VehicleLicence => self.of_vehicle(kind, &value("vin")),
            Kind::TransportPermit => self.of_vehicle(kind, &value("vehicleNumber")),
            Kind::BusinessPermit => self.of_enterprise(&value("unifiedSocialCreditIdentifier")),
            Kind::Policy => self.policy(&value("policyNumber"), &value("vin")),
            Kind::BankAccount => return None,
        };
        found.ok().flatten()
    }

    fn of_person(&self, kind: Kind, number: &str) -> Result<Option<Entry>, FormatError> {
        let Some(index) = self.people.get(number) else { return Ok(None) };
        let person = self.register.person(*index)?;
        let certificate = match kind {
            Kind::Identity => self.register.identity(&person),
            Kind::Qualification => self.register.qualification(&person),
            _ => {
                let class = self.register.vehicle(*index)?.build.licence();
                self.register.driving_licence(&person, class)
            }
        };
        Ok(Some(Entry { certificate, about: About::Person(Box::new(person)), ends: None }))
    }

    fn vehicle(&self, vin_or_plate: &str) -> Result<Option<(Vehicle, Enterprise)>, FormatError> {
        let Some((index, trailer)) = self.vehicles.get(vin_or_plate) else { return Ok(None) };
        let owner = self.register.owner_of(*index)?;
        let vehicle = match trailer {
            true => self.register.trailer(*index)?,
            false => Some(self.register.vehicle(*index)?),
        };
        Ok(vehicle.map(|vehicle| (vehicle, owner)))
    }

    fn of_vehicle(&self, kind: Kind, name: &str) -> Result<Option<Entry>, FormatError> {
        let Some((vehicle, owner)) = self.vehicle(name)? else { return Ok(None) };
        let certificate = match kind {
            Kind::Policy if vehicle.trailer => return Ok(None),
            Kind::Policy => self.register.policy(&vehicle, &owner),
            Kind::TransportPermit => self.register.transport_permit(&vehicle, &owner),
            _ => self.register.vehicle_licence(&vehicle, &owner),
        };
        Ok(Some(Entry { certificate, about: About::Vehicle(Box::new(vehicle)), ends: None }))
    }

    fn of_enterprise(&self, uscc: &str) -> Result<Option<Entry>, FormatError> {
        let Some(index) = self.enterprises.get(uscc) else { return Ok(None) };
        let enterprise = self.register.enterprise(*index)?;
        let certificate = self.register.business_permit(&enterprise);
        let about = About::Enterprise(Box::new(enterprise));
        Ok(Some(Entry { certificate, about, ends: None }))
    }

    fn policy(&self, number: &str, vin: &str) -> Result<Option<Entry>, FormatError> {
        let Some(sold) = self.sold.get(number) else {
            return self.of_vehicle(Kind::Policy, vin);
        };
        let vehicle = Box::new(self.register.vehicle(sold.vehicle)?);
        let certificate = sold.certificate.clone();
        Ok(Some(Entry { certificate, about: About::Vehicle(vehicle), ends: Some(sold.ends) }))
    }

    /// The insurer's counter: a compulsory policy for a vehicle of the register that ends at an
    /// instant. None if the register lacks the vehicle or the counter has sold all it may.
    pub fn sell(&mut self, vin: &str, ends: Time) -> Option<Certificate> {
        if self.sold.len() >= COUNTER_POLICIES {
            return None;
        }
        let (vehicle, owner) = self.vehicle(vin).ok().flatten()?;
        let number = format!("DCGT{:016}", self.sold.len());
        let certificate = self.register.short_policy(&vehicle, &owner, &number, ends);
        let sold = Sold { vehicle: vehicle.index, certificate: certificate.clone(), ends };
        (!vehicle.trailer).then(|| self.sold.insert(number, sold))?;
        Some(certificate)
    }
}
