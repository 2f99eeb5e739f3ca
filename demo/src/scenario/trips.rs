// SPDX-License-Identifier: Apache-2.0
//! Waybills from offer to settlement: what each step says and who signs it.
//! Used by the scenario and by the load generator; it sends nothing itself.

use std::sync::Arc;

use chain::actions::{
    CertificateAttest, WaybillAccept, WaybillArrive, WaybillDepart, WaybillLoad, WaybillOffer,
    WaybillSettle, WaybillSettleAgree, WaybillSign, WaybillSwap, WaybillSwapAgree,
};
use chain::fields::{self, Field, Salt};
use chain::hash::Hash;
use chain::ids::{CodeId, PersonId, Prefecture, RecordId, Time, VehicleId, WaybillId};
use chain::keys::SecretKey;
use chain::records::waybill::{Offer, PublicLimits};
use chain::records::{CertificateKind, Class, Subject, WaybillKind};
use chain::rules::licence;
use chain::text::Word;
use chain::transaction::Transaction;

use super::{Driver, Loader, Office};
use crate::applicant::DemoError;
use crate::node::{Node, now, random, sign};
use crate::sealed::salted;
use crate::yunnan::Register;
use crate::yunnan::enterprises::{Enterprise, INSURER};
use crate::yunnan::people::Person;
use crate::yunnan::trade::{Carriage, Parties};
use crate::yunnan::vehicles::Vehicle;
use formats::FormatError;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
/// How long a licence holds: six years.
const LICENCE_MS: u64 = 6 * 365 * DAY_MS;

/// The steps of a waybill that goes all its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The maker offers it.
    Offer,
    /// The driver accepts.
    Accept,
    /// The driver loads.
    Load,
    /// The driver departs.
    Depart,
    /// The driver arrives.
    Arrive,
    /// The maker signs for the consignee.
    Sign,
    /// The maker proposes the settlement.
    Settle,
    /// The driver agrees.
    Agree,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Offer,
        Self::Accept,
        Self::Load,
        Self::Depart,
        Self::Arrive,
        Self::Sign,
        Self::Settle,
        Self::Agree,
    ];
}

/// A maker and a driver who work together, with what the register says of them.
#[derive(Clone, Debug)]
pub struct Crew {
    /// The maker's working key.
    pub maker: SecretKey,
    /// The driver's key.
    pub driver: SecretKey,
    /// The driver's code.
    pub code: CodeId,
    papers: Papers,
}

#[derive(Clone, Debug)]
struct Papers {
    register: Register,
    enterprise: Enterprise,
    consignor: Enterprise,
    consignee: Enterprise,
    person: Person,
    vehicle: Vehicle,
    load_kg: u32,
    policy: String,
}

impl Crew {
    /// Looks up what the register says of a driver and the haulier that makes their waybills.
    pub fn new(
        register: Register,
        office: (&Enterprise, &SecretKey),
        driver: &Driver,
    ) -> Result<Self, FormatError> {
        let index = driver.index;
        let vehicle = register.vehicle(index)?;
        let trailer = register.trailer(index)?;
        let policy = register.policy(&vehicle, office.0);
        let papers = Papers {
            register,
            enterprise: office.0.clone(),
            consignor: register.shipper(index)?,
            consignee: register.shipper(index + 1)?,
            person: register.person(index)?,
            load_kg: trailer.map_or(vehicle.frame.load_kg, |trailer| trailer.frame.load_kg),
            vehicle,
            policy: policy.value("policyNumber").unwrap_or("none").to_owned(),
        };
        let (maker, key) = (office.1.clone(), driver.key.clone());
        Ok(Self { maker, driver: key, code: driver.code, papers })
    }
}

impl Crew {
    /// The driver's licence attested anew, as the traffic police do when it is renewed.
    pub fn licence_renewed(&self, person: PersonId, now: Time) -> CertificateAttest {
        let class = self.papers.vehicle.build.licence();
        CertificateAttest {
            subject: Subject::Person(person),
            kind: CertificateKind::DrivingLicence,
            renews: None,
            prefecture: Prefecture(self.papers.person.prefecture.code),
            root: Hash(random()),
            valid_from: Time(now.0 - DAY_MS),
            valid_until: Some(now.plus(LICENCE_MS)),
            class: Class::Licence { classes: licence::class(class).unwrap_or_default() },
        }
    }
}

/// One waybill of a crew.
#[derive(Clone, Debug)]
pub struct Trip {
    crew: Arc<Crew>,
    chain: Hash,
    offer: Offer,
    carriage: Carriage,
    id: Option<WaybillId>,
}

impl Trip {
    /// A trip that nobody has offered yet. `run` and `index` make its number.
    pub fn new(
        crew: Arc<Crew>,
        chain: Hash,
        (run, index): (u32, u64),
        now: Time,
    ) -> Result<Self, DemoError> {
        let papers = &crew.papers;
        let mut carriage = papers.register.carriage(papers.person.index, &papers.vehicle)?;
        carriage.index = index;
        let offer = offer(&crew, &carriage, run, now)?;
        Ok(Self { crew, chain, offer, carriage, id: None })
    }

    /// The same trip offered to every code of the driver's prefecture.
    pub fn public(mut self) -> Self {
        let prefectures = vec![Prefecture(self.crew.papers.person.prefecture.code)];
        self.offer.kind = WaybillKind::Public(PublicLimits { prefectures, vehicle_type: None });
        self
    }

    /// The same trip as a part load of half the weight, so that two of them share the vehicle.
    pub fn part(mut self) -> Self {
        self.offer.part_load = true;
        self.offer.weight_from_kg = (self.offer.weight_from_kg / 2).max(1);
        self.offer.weight_to_kg = (self.offer.weight_to_kg / 2).max(1);
        self.carriage.weight_kg = (self.carriage.weight_kg / 2).max(1);
        self
    }

    /// The driver proposes that another vehicle takes over.
    pub fn propose_swap(&self, vehicle: VehicleId, now: Time) -> Result<Transaction, DemoError> {
        let reason = Word::new("breakdown").map_err(|error| DemoError::Data(error.to_string()))?;
        let action = WaybillSwap { waybill: self.id.unwrap_or_default(), vehicle, reason };
        Ok(sign(&self.crew.driver, self.chain, action, now))
    }

    /// The maker agrees to it.
    pub fn agree_to_swap(&self, vehicle: VehicleId, now: Time) -> Transaction {
        let action = WaybillSwapAgree { waybill: self.id.unwrap_or_default(), vehicle };
        sign(&self.crew.maker, self.chain, action, now)
    }

    /// Its id, once the offer is signed.
    pub fn id(&self) -> Option<WaybillId> {
        self.id
    }

    /// Signs a step. The offer comes first: the waybill's id follows from it.
    pub fn sign(&mut self, step: Step, now: Time) -> Transaction {
        let (maker, driver) = (&self.crew.maker, &self.crew.driver);
        let waybill = self.id.unwrap_or_default();
        let evidence = Hash(random());
        let at = now;
        match step {
            Step::Offer => {
                let action = WaybillOffer { offer: self.offer.clone() };
                let transaction = sign(maker, self.chain, action, now);
                self.id = Some(WaybillId(RecordId::made_by(transaction.id(), 0)));
                transaction
            }
            Step::Accept => sign(driver, self.chain, WaybillAccept { waybill }, now),
            Step::Load => sign(driver, self.chain, WaybillLoad { waybill, at, evidence }, now),
            Step::Depart => sign(driver, self.chain, WaybillDepart { waybill, at, evidence }, now),
            Step::Arrive => sign(driver, self.chain, WaybillArrive { waybill, at, evidence }, now),
            Step::Sign => sign(maker, self.chain, self.signing(waybill), now),
            Step::Settle => {
                let (amount, payment) = (Hash(random()), evidence);
                sign(maker, self.chain, WaybillSettle { waybill, amount, payment }, now)
            }
            Step::Agree => sign(driver, self.chain, WaybillSettleAgree { waybill }, now),
        }
    }

    fn signing(&self, waybill: WaybillId) -> WaybillSign {
        WaybillSign {
            waybill,
            weight_kg: self.carriage.weight_kg,
            distance_km: self.carriage.km,
            difference_ppm: (self.carriage.index % 40) as u32 * 100,
            reason: None,
        }
    }
}

fn offer(crew: &Crew, carriage: &Carriage, run: u32, now: Time) -> Result<Offer, DemoError> {
    let data = |error: chain::text::TextError| DemoError::Data(error.to_string());
    let papers = &crew.papers;
    let number = carriage.number(run);
    let weight = carriage.weight_kg;
    Ok(Offer {
        number: Word::new(number.as_str()).map_err(data)?,
        segment: Word::new("0000").map_err(data)?,
        kind: WaybillKind::Exclusive { code: crew.code },
        offer_ends: now.plus(24 * HOUR_MS),
        load_by: now.plus(48 * HOUR_MS),
        deliver_by: now.plus(48 * HOUR_MS + 2 * carriage.travel_ms + HOUR_MS),
        goods: carriage.goods.code.parse().unwrap_or(1_700),
        hazardous: false,
        weight_from_kg: weight - weight / 20,
        weight_to_kg: (weight + weight / 20).min(papers.load_kg),
        part_load: false,
        from: Prefecture(carriage.from.code),
        to: Prefecture(carriage.to.code),
        consignee: None,
        fields_root: fields_root(papers, carriage, &number, now)?,
        price: price(carriage),
    })
}

fn fields_root(
    papers: &Papers,
    carriage: &Carriage,
    number: &str,
    now: Time,
) -> Result<Hash, DemoError> {
    let parties = Parties {
        maker: &papers.enterprise,
        consignor: &papers.consignor,
        consignee: &papers.consignee,
        driver: &papers.person,
        vehicle: &papers.vehicle,
        policy: (&papers.policy, INSURER.0),
    };
    let values = carriage.fields(number, parties, now.plus(HOUR_MS));
    let root = fields::root(fields::WAYBILL, &salted(&values));
    root.map_err(|error| DemoError::Data(error.to_string()))
}

/// A commitment to the price, opened like any field.
fn price(carriage: &Carriage) -> Hash {
    let value = formats::report::yuan3(carriage.price_fen);
    Field { name: "TotalMonetaryAmount".to_owned(), salt: Salt(random()), value }.digest()
}

/// How far the scenario's waybills go: settled, signed, arrived, in transit, loaded, accepted, offered.
const ENDS: [(Step, u64); 7] = [
    (Step::Agree, 50),
    (Step::Sign, 10),
    (Step::Arrive, 10),
    (Step::Depart, 10),
    (Step::Load, 5),
    (Step::Accept, 5),
    (Step::Offer, 10),
];

impl<N: Node> Loader<'_, N> {
    /// Runs the waybills, all of them a step at a time; returns one that was settled.
    pub(crate) async fn waybills(
        &self,
        offices: &[Office],
        drivers: &[Driver],
    ) -> Result<Option<WaybillId>, DemoError> {
        let count = self.trip_count(drivers);
        let mut trips = Vec::new();
        for (index, driver) in (0_u64..).zip(drivers.iter().take(count)) {
            let crew = self.crew(offices, driver)?;
            let trip = Trip::new(Arc::new(crew), self.chain, (0, index), now())?;
            let ends = end_of(index, count as u64);
            trips.push((ends, if ends == Step::Offer { trip.public() } else { trip }));
        }
        for step in Step::ALL {
            let now = now();
            let going = trips.iter_mut().filter(|(ends, _)| *ends >= step);
            let signed: Vec<Transaction> = going.map(|(_, trip)| trip.sign(step, now)).collect();
            self.applicant.must("waybills", &signed).await?;
        }
        let settled = trips.iter().find(|(ends, _)| *ends == Step::Agree);
        Ok(settled.and_then(|(_, trip)| trip.id()))
    }

    /// How many drivers have a waybill each.
    fn trip_count(&self, drivers: &[Driver]) -> usize {
        (self.settings.size.waybills as usize).min(drivers.len())
    }

    /// The drivers whose waybills were settled, the last of them first: they are free again.
    pub(crate) fn free<'d>(
        &self,
        drivers: &'d [Driver],
    ) -> impl DoubleEndedIterator<Item = &'d Driver> {
        let count = self.trip_count(drivers);
        let settles = move |index: &usize| end_of(*index as u64, count as u64) == Step::Agree;
        (0..count).rev().filter(settles).map(move |index| &drivers[index])
    }

    pub(crate) fn crew(&self, offices: &[Office], driver: &Driver) -> Result<Crew, FormatError> {
        let office = self.office(offices, driver.index);
        Crew::new(self.register, (&office.enterprise, &office.key), driver)
    }
}

/// The first half settles and leaves its drivers free; the rest stops on its way.
fn end_of(index: u64, count: u64) -> Step {
    let mut place = index * 100 / count.max(1);
    for (step, share) in ENDS {
        if place < share {
            return step;
        }
        place -= share;
    }
    Step::Offer
}
