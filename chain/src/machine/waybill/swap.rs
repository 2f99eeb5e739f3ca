// SPDX-License-Identifier: Apache-2.0
//! Another vehicle takes over under way: proposed by one side, agreed to by the other.
//!
//! All that a code has under way is on one vehicle, its current one, and stays so: part loads of several
//! waybills move together, with the last of their agreements. That keeps short what one touch brings up
//! (`due`): loads of one code on several vehicles would chain vehicles and codes without end.

use std::collections::BTreeSet;

use crate::actions::{WaybillSwap, WaybillSwapAgree};
use crate::event::Event;
use crate::ids::{VehicleId, WaybillId};
use crate::limits::SWAPS;
use crate::machine::context::Context;
use crate::machine::{colour, eligibility};
use crate::records::waybill::{Swap, Swapped};
use crate::records::{Code, ParameterName, Vehicle, Waybill, WaybillState};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// From acceptance to before arrival.
const UNDER_WAY: [WaybillState; 3] =
    [WaybillState::Accepted, WaybillState::Loaded, WaybillState::InTransit];

/// A code with all that it has under way.
struct Loads {
    code: Code,
    waybills: Vec<Waybill>,
}

/// Either side proposes a vehicle. Who proposed one may name another instead.
pub(in crate::machine) fn propose_swap<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillSwap,
) -> Result<(), Refused> {
    let (mut waybill, by) = super::of_side(context, action.waybill)?;
    super::need_state(&waybill, &UNDER_WAY)?;
    let vehicle: Vehicle = context.need(action.vehicle.0, "vehicle")?;
    let loads = Loads::with(context, &waybill)?;
    let stands = |swap: &Swap| swap.by != by || swap.vehicle == vehicle.id;
    let mut reasons = Reasons::default();
    let is_open = waybill.swap.as_ref().is_some_and(stands);
    reasons.bar_if(is_open, RefusalCode::ProposalOpen, "waybill");
    reasons.bar_if(waybill.swaps.len() >= SWAPS, RefusalCode::TooMany, "waybill");
    reasons.add(loads.check_vehicle(context, &vehicle));
    reasons.done()?;
    let until = context.now.plus(context.parameter(ParameterName::AgreeMs));
    let (vehicle, reason, custody) = (vehicle.id, action.reason.clone(), context.sender.custody());
    waybill.swap = Some(Swap { by, vehicle, custody, reason, until, agreed: false });
    super::write(context.overlay, waybill, Event::WaybillSwapChanged, context.now);
    Ok(())
}

/// The other side agrees: the vehicle takes over, as soon as that is agreed to for all that the code has
/// under way. Until then an agreement waits, and is given once more where the others have ended since.
pub(in crate::machine) fn agree_swap<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillSwapAgree,
) -> Result<(), Refused> {
    let (mut waybill, side) = super::of_side(context, action.waybill)?;
    super::need_state(&waybill, &UNDER_WAY)?;
    let proposed = waybill.swap.clone();
    let proposed = proposed.filter(|swap| swap.by != side && swap.vehicle == action.vehicle);
    let swap = proposed.ok_or_else(|| Refused::about(RefusalCode::NoProposal, "waybill"))?;
    let vehicle: Vehicle = context.need(action.vehicle.0, "vehicle")?;
    let loads = Loads::with(context, &waybill)?;
    let waits = loads.wait_for_others(waybill.id, vehicle.id);
    let mut reasons = Reasons::default();
    reasons.bar_if(waits && swap.agreed, RefusalCode::CodeHasWaybill, "waybill");
    reasons.add(loads.check_vehicle(context, &vehicle));
    reasons.done()?;
    // The driver proposed it or agrees to it now: the maker's keys are in nobody else's hand.
    let custody = swap.custody.or(context.sender.custody());
    let (agreed, id) = (Some(Swap { agreed: true, custody, ..swap }), waybill.id);
    if waits {
        waybill.swap = agreed;
        super::write(context.overlay, waybill, Event::WaybillSwapChanged, context.now);
    } else {
        loads.agreed(id, agreed).move_to(context, vehicle);
    }
    Ok(())
}

impl Loads {
    /// What is under way with a waybill, itself among it.
    fn with<R: Records + ?Sized>(
        context: &mut Context<'_, '_, R>,
        waybill: &Waybill,
    ) -> Result<Self, Refused> {
        let state = || Refused::about(RefusalCode::WaybillState, "waybill");
        let carrier = waybill.carrier.as_ref().ok_or_else(state)?;
        let code: Code = context.need(carrier.code.record(), "code")?;
        let waybills = code.waybills.iter().filter_map(|id| context.get(id.0)).collect();
        Ok(Self { code, waybills })
    }

    /// With the agreement on one of them.
    fn agreed(mut self, id: WaybillId, swap: Option<Swap>) -> Self {
        for waybill in self.waybills.iter_mut().filter(|waybill| waybill.id == id) {
            waybill.swap.clone_from(&swap);
        }
        self
    }

    /// True while another waybill has no agreement to this vehicle.
    fn wait_for_others(&self, id: WaybillId, vehicle: VehicleId) -> bool {
        let agreed = |swap: &Swap| swap.agreed && swap.vehicle == vehicle;
        let mut others = self.waybills.iter().filter(|other| other.id != id);
        others.any(|other| !other.swap.as_ref().is_some_and(agreed))
    }

    /// Refuses a vehicle that may not take all of it over, with every reason.
    fn check_vehicle<R: Records + ?Sized>(
        &self,
        context: &mut Context<'_, '_, R>,
        vehicle: &Vehicle,
    ) -> Result<(), Refused> {
        let mut carriers = self.waybills.iter().filter_map(|waybill| waybill.carrier.as_ref());
        if carriers.any(|carrier| carrier.vehicle == vehicle.id) {
            return Err(Refused::about(RefusalCode::InvalidField, "vehicle"));
        }
        let offers: Vec<_> = self.waybills.iter().map(|waybill| &waybill.offer).collect();
        let mut reasons = eligibility::against_vehicle(context, &self.code, vehicle, &offers);
        let vehicle_type = vehicle.class().map(|class| &class.vehicle_type);
        let mut limits = offers.iter().filter_map(|offer| offer.kind.limits());
        if limits.any(|limits| !limits.admit_type(vehicle_type)) {
            reasons.extend(Refused::about(RefusalCode::NotOfferedToCode, "vehicle_type").0);
        }
        if reasons.is_empty() { Ok(()) } else { Err(Refused(reasons)) }
    }

    /// The vehicle takes all of it over, and is the code's current one from now on.
    fn move_to<R: Records + ?Sized>(self, context: &mut Context<'_, '_, R>, vehicle: Vehicle) {
        let Self { mut code, waybills } = self;
        let moved: Vec<WaybillId> = waybills.iter().map(|waybill| waybill.id).collect();
        for id in vehicles_of(&waybills) {
            if let Some(mut left) = context.get::<Vehicle>(id.0) {
                left.under_way.retain(|waybill| !moved.contains(waybill));
                left.current_for.retain(|other| *other != code.id);
                context.put(left, Event::VehicleChanged);
            }
        }
        let (to, to_trailer) = (vehicle.id, vehicle.coupled);
        code.current = Some(to);
        let trailer = to_trailer.and_then(|id| context.get::<Vehicle>(id.0));
        for mut taking in std::iter::once(vehicle).chain(trailer) {
            taking.under_way.extend(&moved);
            taking.current_for.extend((taking.id == to).then_some(code.id));
            context.put(taking, Event::VehicleChanged);
        }
        for waybill in waybills {
            let swapped = taken_over(waybill, (to, to_trailer), context);
            super::write(context.overlay, swapped, Event::WaybillSwapped, context.now);
        }
        colour::write(context.overlay, code, Some(Event::CodeChanged), context.now);
    }
}

/// The vehicles and trailers that carry some waybills.
fn vehicles_of(waybills: &[Waybill]) -> BTreeSet<VehicleId> {
    let carriers = waybills.iter().filter_map(|waybill| waybill.carrier.as_ref());
    carriers.flat_map(|carrier| [Some(carrier.vehicle), carrier.trailer]).flatten().collect()
}

/// A waybill with its new vehicle and trailer, and a record of the swap. Nothing else begins anew.
fn taken_over<R: Records + ?Sized>(
    mut waybill: Waybill,
    (to, to_trailer): (VehicleId, Option<VehicleId>),
    context: &Context<'_, '_, R>,
) -> Waybill {
    if let (Some(carrier), Some(swap)) = (&mut waybill.carrier, waybill.swap.take()) {
        let (from, from_trailer) = (carrier.vehicle, carrier.trailer);
        (carrier.vehicle, carrier.trailer) = (to, to_trailer);
        let Swap { by, custody, reason, .. } = swap;
        let at = context.now;
        waybill.swaps.push(Swapped { at, from, from_trailer, to, to_trailer, by, custody, reason });
    }
    waybill
}
