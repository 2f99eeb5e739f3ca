// SPDX-License-Identifier: Apache-2.0
//! Bindings: which vehicles a driver has, which is current, which trailer it draws, who operates.

use chain::Time;
use chain::actions::*;
use chain::ids::*;
use chain::records::*;
use chain::refusal::RefusalCode as R;

use crate::applications::Sent;
use crate::colours::owner_of;
use crate::world::{Held, Issued, Model, Why, bar, unless};

fn operator_owner(operator: Operator) -> Owner {
    match operator {
        Operator::Organisation(id) => Owner::Organisation(id),
        Operator::Person(id) => Owner::Person(id),
    }
}

impl Model {
    /// What an operator has as such; none without one, or once its registration has ended.
    pub(crate) fn held_by_operator(&self, operator: Option<Operator>) -> Option<&[Held]> {
        let ended = |id| !self.is_admitted(id);
        match operator? {
            Operator::Organisation(id) if ended(id) => None,
            operator => Some(self.held_by(operator.into())),
        }
    }

    /// Limits and states that bar a binding that began at an instant.
    pub(crate) fn bars_to_bind(&self, code: &Issued, vehicle: VehicleId, begun: Time) -> Why {
        let mut why = Why::new();
        let is_vehicle = self.class_of(vehicle).is_some_and(|class| !class.trailer);
        bar(&mut why, !is_vehicle, R::InvalidField);
        bar(&mut why, code.vehicles.contains(&vehicle), R::VehicleBound);
        let vehicles = self.parameter_at(ParameterName::VehiclesPerDriver, begun);
        let drivers = self.parameter_at(ParameterName::DriversPerVehicle, begun);
        bar(&mut why, code.vehicles.len() as u64 >= vehicles, R::TooMany);
        bar(&mut why, self.drivers_of(vehicle).len() as u64 >= drivers, R::TooMany);
        why
    }

    fn owner_of_vehicle(&self, vehicle: VehicleId) -> Result<Option<Owner>, Why> {
        let lorry = self.vehicles.get(&vehicle).ok_or(vec![R::NotFound])?;
        Ok(self.vehicle_owner(lorry.owner))
    }

    pub(crate) fn bind(&mut self, sent: &mut Sent<'_>, action: &VehicleBind) -> Result<(), Why> {
        let mut code = self.live(action.code)?;
        let Holder::Person(person) = code.holder else { return Err(vec![R::InvalidField]) };
        let owner = self.owner_of_vehicle(action.vehicle)?.ok_or(vec![R::NotAllowed])?;
        let mut parties = vec![owner, Owner::Person(person)];
        parties.extend(code.operator.map(operator_owner));
        parties.sort();
        parties.dedup();
        if !parties.contains(&sent.owner) {
            return Err(vec![R::NotAllowed]);
        }
        let mut why = self.bars_to_bind(&code, action.vehicle, self.now);
        for party in parties.into_iter().filter(|party| *party != sent.owner) {
            sent.words.owner(&mut why, self, party);
        }
        let driver = (self.held_by(Subject::Person(person)), Some(action.vehicle));
        why.extend(self.lacking_for(driver, self.held_by_operator(code.operator), false));
        if why.contains(&R::InvalidField) {
            // What a trailer lacks as if it were a vehicle does not matter: it is refused anyhow.
            why.extend([R::CertificateMissing, R::ClassUnfit]);
        }
        unless(why)?;
        code.vehicles.push(action.vehicle);
        code.current = code.current.or(Some(action.vehicle));
        self.codes.insert(action.code, code);
        Ok(())
    }

    pub(crate) fn unbind(&mut self, sender: Owner, action: &VehicleUnbind) -> Result<(), Why> {
        let mut code = self.live(action.code)?;
        let owner = self.owner_of_vehicle(action.vehicle)?;
        let parties = [owner, Some(owner_of(code.holder)), code.operator.map(operator_owner)];
        let mut why = Why::new();
        bar(&mut why, !parties.contains(&Some(sender)), R::NotAllowed);
        bar(&mut why, !code.vehicles.contains(&action.vehicle), R::VehicleNotBound);
        let loads = self.loads_of(action.vehicle);
        let busy = self.waybills_of(action.code).iter().any(|waybill| loads.contains(waybill));
        bar(&mut why, busy, R::VehicleUnderWay);
        unless(why)?;
        code.vehicles.retain(|bound| *bound != action.vehicle);
        code.current = code.current.filter(|current| *current != action.vehicle);
        self.codes.insert(action.code, code);
        Ok(())
    }

    pub(crate) fn choose(&mut self, sender: Owner, action: &VehicleChoose) -> Result<(), Why> {
        let mut code = self.live(action.code)?;
        let mut why = Why::new();
        bar(&mut why, sender != owner_of(code.holder), R::NotAllowed);
        bar(&mut why, !self.waybills_of(action.code).is_empty(), R::VehicleUnderWay);
        let strange = action.vehicle.is_some_and(|vehicle| !code.vehicles.contains(&vehicle));
        bar(&mut why, strange, R::VehicleNotBound);
        unless(why)?;
        code.current = action.vehicle;
        self.codes.insert(action.code, code);
        Ok(())
    }

    fn is_coupled(&self, vehicle: VehicleId) -> bool {
        self.couplings.iter().any(|(lorry, trailer)| [*lorry, *trailer].contains(&vehicle))
    }

    pub(crate) fn couple(
        &mut self,
        sent: &mut Sent<'_>,
        action: &TrailerCouple,
    ) -> Result<(), Why> {
        let of_vehicle = self.owner_of_vehicle(action.vehicle)?;
        let of_trailer = self.owner_of_vehicle(action.trailer)?;
        if of_vehicle != Some(sent.owner) {
            return Err(vec![R::NotAllowed]);
        }
        let mut why = Why::new();
        match of_trailer {
            None => why.push(R::StatementMissing),
            Some(owner) if owner == sent.owner => {}
            Some(owner) => sent.words.owner(&mut why, self, owner),
        }
        let is_trailer = |id| self.class_of(id).map(|class| class.trailer);
        bar(&mut why, is_trailer(action.vehicle) != Some(false), R::NotATrailer);
        bar(&mut why, is_trailer(action.trailer) != Some(true), R::NotATrailer);
        let coupled = self.is_coupled(action.vehicle) || self.is_coupled(action.trailer);
        bar(&mut why, coupled, R::AlreadyCoupled);
        bar(&mut why, !self.loads_of(action.vehicle).is_empty(), R::VehicleUnderWay);
        unless(why)?;
        self.couplings.insert(action.vehicle, action.trailer);
        Ok(())
    }

    pub(crate) fn uncouple(&mut self, sender: Owner, action: &TrailerUncouple) -> Result<(), Why> {
        let of_vehicle = self.owner_of_vehicle(action.vehicle)?;
        let trailer = self.couplings.get(&action.vehicle).ok_or(vec![R::NotCoupled])?;
        let owners = [of_vehicle, self.owner_of_vehicle(*trailer)?];
        let mut why = Why::new();
        bar(&mut why, !owners.contains(&Some(sender)), R::NotAllowed);
        bar(&mut why, !self.loads_of(action.vehicle).is_empty(), R::VehicleUnderWay);
        unless(why)?;
        self.couplings.remove(&action.vehicle);
        Ok(())
    }

    pub(crate) fn set_operator(
        &mut self,
        sent: &mut Sent<'_>,
        action: &OperatorSet,
    ) -> Result<(), Why> {
        let mut code = self.live(action.code)?;
        let holder = owner_of(code.holder);
        let mut why = Why::new();
        bar(&mut why, !matches!(code.holder, Holder::Person(_)), R::InvalidField);
        bar(&mut why, !self.waybills_of(action.code).is_empty(), R::CodeHasWaybill);
        match action.operator {
            Some(operator) => {
                let other = operator_owner(operator);
                let fits = match operator {
                    Operator::Organisation(id) => self.may_operate(id),
                    Operator::Person(_) => other == holder,
                };
                if !fits {
                    why.push(R::OperatorInvalid);
                } else if sent.owner == holder {
                    if other != holder {
                        sent.words.owner(&mut why, self, other);
                    }
                } else if sent.owner == other {
                    sent.words.owner(&mut why, self, holder);
                } else {
                    why.push(R::NotAllowed);
                }
            }
            None => {
                let old = code.operator.map(operator_owner);
                bar(&mut why, ![Some(holder), old].contains(&Some(sent.owner)), R::NotAllowed);
            }
        }
        unless(why)?;
        code.operator = action.operator;
        self.codes.insert(action.code, code);
        Ok(())
    }
}
