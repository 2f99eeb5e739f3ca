// SPDX-License-Identifier: Apache-2.0
//! Another vehicle takes over under way: who proposes, who agrees, and when all that a driver has on the
//! road moves.

use chain::actions::*;
use chain::ids::*;
use chain::records::waybill::*;
use chain::records::*;
use chain::refusal::RefusalCode as R;

use crate::applications::Sent;
use crate::waybills::Fact;
use crate::world::{Model, Why, bar, unless};

const UNDER_WAY: [WaybillState; 3] =
    [WaybillState::Accepted, WaybillState::Loaded, WaybillState::InTransit];

impl Model {
    /// Why a vehicle may not take over all that the driver of a waybill has on the road.
    fn against_swap(&self, stand: &Waybill, vehicle: VehicleId) -> Why {
        let carrier = stand.carrier.as_ref().expect("what is under way is carried");
        if carrier.vehicle == vehicle {
            return vec![R::InvalidField];
        }
        let code = &self.codes[&carrier.code];
        let mut why = Why::new();
        if code.vehicles.contains(&vehicle) {
            let trailer = self.couplings.get(&vehicle);
            let rig = std::iter::once(&vehicle).chain(trailer);
            let open: Vec<_> = rig.flat_map(|id| self.open_on(Subject::Vehicle(*id))).collect();
            let most = self.parameter(ParameterName::BarringPoints);
            bar(&mut why, open.iter().any(|m| self.now >= m.settle_by), R::CodeRed);
            bar(&mut why, open.iter().any(|m| u64::from(m.points) >= most), R::PointsTooMany);
            let loads = self.waybills_of(carrier.code);
            let offers: Vec<&Offer> = loads.iter().map(|id| &self.waybills[id].offer).collect();
            why.extend(self.against_parties(code, Some(vehicle), &offers));
        } else {
            why.push(R::VehicleNotBound);
        }
        let vehicle_type = self.class_of(vehicle).map(|class| class.vehicle_type.clone());
        for id in self.waybills_of(carrier.code) {
            let WaybillKind::Public(limits) = &self.waybills[&id].offer.kind else { continue };
            let other = limits.vehicle_type.is_some() && limits.vehicle_type != vehicle_type;
            bar(&mut why, other, R::NotOfferedToCode);
        }
        why
    }

    fn check_there(&self, vehicle: VehicleId) -> Result<(), Why> {
        if self.vehicles.contains_key(&vehicle) { Ok(()) } else { Err(vec![R::NotFound]) }
    }

    pub(crate) fn swap(&mut self, sent: &Sent<'_>, a: &WaybillSwap) -> Result<(), Why> {
        let (sender, custody) = (sent.owner, self.custodies.get(&sent.key).copied());
        let (stand, by) = self.of_side(sender, a.waybill, &UNDER_WAY)?;
        self.check_there(a.vehicle)?;
        let mut why = self.against_swap(&stand, a.vehicle);
        if let Some(open) = &stand.swap {
            bar(&mut why, open.by != by || open.vehicle == a.vehicle, R::ProposalOpen);
        }
        bar(&mut why, stand.swaps.len() >= 8, R::TooMany);
        unless(why)?;
        let until = self.after(ParameterName::AgreeMs);
        let (vehicle, reason) = (a.vehicle, a.reason.clone());
        self.happens(
            a.waybill,
            Fact::SwapProposed(Swap { by, vehicle, custody, reason, until, agreed: false }),
        );
        Ok(())
    }

    pub(crate) fn agree_swap(&mut self, sent: &Sent<'_>, a: &WaybillSwapAgree) -> Result<(), Why> {
        let (sender, custody) = (sent.owner, self.custodies.get(&sent.key).copied());
        let (stand, side) = self.of_side(sender, a.waybill, &UNDER_WAY)?;
        let Some(swap) = stand.swap.as_ref().filter(|s| s.by != side && s.vehicle == a.vehicle)
        else {
            return Err(vec![R::NoProposal]);
        };
        self.check_there(a.vehicle)?;
        let carrier = stand.carrier.as_ref().expect("what is under way is carried");
        let loads = self.waybills_of(carrier.code);
        let waits = loads.iter().filter(|id| **id != a.waybill).any(|id| {
            let other = self.stand(&self.waybills[id], self.now).swap;
            !other.is_some_and(|other| other.agreed && other.vehicle == a.vehicle)
        });
        let mut why = self.against_swap(&stand, a.vehicle);
        bar(&mut why, waits && swap.agreed, R::CodeHasWaybill);
        unless(why)?;
        self.happens(a.waybill, Fact::SwapAwaited(custody));
        if waits {
            return Ok(());
        }
        let trailer = self.couplings.get(&a.vehicle).copied();
        for id in loads {
            self.happens(id, Fact::Swapped(a.vehicle, trailer));
        }
        self.codes.get_mut(&carrier.code).expect("a code").current = Some(a.vehicle);
        Ok(())
    }
}
