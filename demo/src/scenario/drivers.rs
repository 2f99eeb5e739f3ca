// SPDX-License-Identifier: Apache-2.0
//! Vehicles, trailers and drivers: their applications, and what the chain made of them.
//! Salts are made here, and left with the values at the vault of the sponsor's node.

use std::collections::HashMap;
use std::ops::Range;

use chain::actions::{Action, CodeApply, Statement, TrailerCouple, VehicleApply};
use chain::ids::{CodeId, PersonId, Prefecture, Time, VehicleId};
use chain::keys::SecretKey;
use chain::records::application::{CodeFor, WantedOperator};
use chain::records::{Custody, VehicleOwner};
use chain::transaction::Transaction;

use super::{Loader, Office};
use crate::applicant::{DemoError, Draft};
use crate::cast::{Player, key};
use crate::node::{Node, nonce, now, sign};
use crate::sealed::{Sealed, seal};
use crate::yunnan::certificates::Certificate;
use crate::yunnan::vehicles::Vehicle;

/// How long a holder's word is good.
const WORD_MS: u64 = 5 * 60 * 1_000;

/// A driver whose code was issued.
#[derive(Clone, Debug)]
pub struct Driver {
    /// Number in the register: of the person, the vehicle and the trailer.
    pub index: u64,
    /// The code.
    pub code: CodeId,
    /// The person.
    pub person: PersonId,
    /// The current vehicle.
    pub vehicle: VehicleId,
    /// The key in hand.
    pub key: SecretKey,
}

/// The vehicle of a driver, and what it pulls.
pub(crate) type Vehicles = HashMap<u64, VehicleId>;

impl<N: Node> Loader<'_, N> {
    /// The haulier whose vehicle a number is.
    pub(crate) fn office<'o>(&self, offices: &'o [Office], index: u64) -> &'o Office {
        &offices[(self.owner(index) % offices.len() as u64) as usize]
    }

    fn owner(&self, index: u64) -> u64 {
        index % self.register.enterprises.max(1)
    }

    /// Applies for the vehicles and trailers of these numbers, and couples them.
    pub(crate) async fn vehicles(
        &self,
        offices: &[Office],
        numbers: Range<u64>,
    ) -> Result<Vehicles, DemoError> {
        let mut drafts = Vec::new();
        for index in numbers {
            let office = self.office(offices, index);
            for vehicle in self.rig(index)? {
                drafts.push((index, vehicle.trailer, self.vehicle_draft(&vehicle, office, None)?));
            }
        }
        self.apply_for_vehicles(offices, drafts).await
    }

    /// A motor vehicle and, behind it, its trailer if it pulls one.
    pub(crate) fn rig(&self, index: u64) -> Result<Vec<Vehicle>, DemoError> {
        let motor = self.register.vehicle(index)?;
        Ok(std::iter::once(motor).chain(self.register.trailer(index)?).collect())
    }

    pub(crate) async fn apply_for_vehicles(
        &self,
        offices: &[Office],
        drafts: Vec<(u64, bool, Draft)>,
    ) -> Result<Vehicles, DemoError> {
        let only: Vec<Draft> = drafts.iter().map(|(_, _, draft)| draft.clone()).collect();
        let done = self.applicant.apply("vehicles", &only).await?;
        let (mut motors, mut trailers) = (Vehicles::new(), Vehicles::new());
        for ((index, trailer, _), application) in drafts.iter().zip(done) {
            let of_kind = if *trailer { &mut trailers } else { &mut motors };
            // A claim that an authority refused leaves no vehicle: the driver waits for a correction.
            if let (Some(id), true) = (application.vehicle, application.ended_at.is_some()) {
                of_kind.insert(*index, id);
            }
        }
        let couplings: Vec<Transaction> = trailers
            .iter()
            .filter_map(|(index, trailer)| {
                let vehicle = *motors.get(index)?;
                let action = TrailerCouple { vehicle, trailer: *trailer, statements: Vec::new() };
                Some(sign(&self.office(offices, *index).key, self.chain, action, now()))
            })
            .collect();
        self.applicant.must("coupling trailers", &couplings).await?;
        motors.retain(|index, _| {
            let pulls = self.register.trailer(*index).is_ok_and(|trailer| trailer.is_some());
            !pulls || trailers.contains_key(index)
        });
        Ok(motors)
    }

    /// An application for a vehicle; `policy` takes the place of the register's own.
    pub(crate) fn vehicle_draft(
        &self,
        vehicle: &Vehicle,
        office: &Office,
        policy: Option<Certificate>,
    ) -> Result<Draft, DemoError> {
        let owner = &office.enterprise;
        let mut papers = vec![self.register.vehicle_licence(vehicle, owner)];
        if !vehicle.trailer {
            papers.push(policy.unwrap_or_else(|| self.register.policy(vehicle, owner)));
        }
        if vehicle.needs_permit() {
            papers.push(self.register.transport_permit(vehicle, owner));
        }
        let claims = sealed(&papers)?;
        let action = VehicleApply {
            owner: VehicleOwner::Organisation(office.id),
            prefecture: Prefecture(vehicle.prefecture.code),
            claims: self.applicant.claims(&claims)?,
            statements: Vec::new(),
        };
        let transaction = sign(&office.key, self.chain, action, now());
        let leaver = office.leaver(None, None);
        Ok(Draft { transaction, claims, leaver })
    }

    /// Applies for the codes of all drivers whose vehicles are there.
    pub(crate) async fn drivers(
        &self,
        offices: &[Office],
        vehicles: Vehicles,
    ) -> Result<Vec<Driver>, DemoError> {
        let mut numbers: Vec<(u64, VehicleId)> = vehicles.into_iter().collect();
        numbers.sort_unstable();
        self.apply_for_codes(offices, &numbers).await
    }

    pub(crate) async fn apply_for_codes(
        &self,
        offices: &[Office],
        numbers: &[(u64, VehicleId)],
    ) -> Result<Vec<Driver>, DemoError> {
        let drafts: Result<Vec<Draft>, _> = numbers
            .iter()
            .map(|(index, vehicle)| self.code_draft(*index, *vehicle, self.office(offices, *index)))
            .collect();
        let done = self.applicant.apply("codes of drivers", &drafts?).await?;
        let drivers = numbers.iter().zip(done).filter_map(|((index, vehicle), application)| {
            Some(Driver {
                index: *index,
                code: application.code?,
                person: application.person?,
                vehicle: *vehicle,
                key: key(self.chain, Player::Driver(*index)),
            })
        });
        Ok(drivers.collect())
    }

    fn code_draft(
        &self,
        index: u64,
        vehicle: VehicleId,
        office: &Office,
    ) -> Result<Draft, DemoError> {
        let person = self.register.person(index)?;
        let motor = self.register.vehicle(index)?;
        let class = motor.build.licence();
        let licence = self.register.driving_licence(&person, class);
        let mut papers = vec![self.register.identity(&person), licence];
        if motor.needs_permit() {
            papers.push(self.register.qualification(&person));
        }
        let claims = sealed(&papers)?;
        let holder = key(self.chain, Player::Driver(index));
        let operator = Some(WantedOperator::Organisation(office.id));
        let action = CodeApply {
            wanted: CodeFor::Driver { vehicles: vec![vehicle], operator },
            holder_key: holder.public(),
            custody: Custody::Device,
            prefecture: Prefecture(person.prefecture.code),
            claims: self.applicant.claims(&claims)?,
            statements: Vec::new(),
        };
        let now = now();
        let action = with_word(&holder, self.chain, action.into(), now);
        let transaction = sign(&office.key, self.chain, action, now);
        let leaver = office.leaver(Some(holder.public()), Some(person.mobile));
        Ok(Draft { transaction, claims, leaver })
    }
}

/// Adds a holder's word to an action.
pub(crate) fn with_word(
    holder: &SecretKey,
    chain: chain::Hash,
    action: Action,
    now: Time,
) -> Action {
    let word = Statement::give(holder, chain, &action, nonce(), now.plus(WORD_MS));
    action.with_statements(vec![word])
}

fn sealed(papers: &[Certificate]) -> Result<Vec<Sealed>, DemoError> {
    let sealed: Result<Vec<Sealed>, _> = papers.iter().map(seal).collect();
    sealed.map_err(|error| DemoError::Data(error.to_string()))
}
