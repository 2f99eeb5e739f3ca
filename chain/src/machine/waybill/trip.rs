// SPDX-License-Identifier: Apache-2.0
//! On the road: loaded, departed, arrived, each with its actual time and evidence.

use crate::actions::{WaybillArrive, WaybillDepart, WaybillLoad};
use crate::event::Event;
use crate::hash::Hash;
use crate::ids::Time;
use crate::machine::context::Context;
use crate::records::waybill::{Side, Step};
use crate::records::{ParameterName, Waybill, WaybillState};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

/// The driver loads. The actual time may lie before acceptance by as much as clocks may differ.
pub(in crate::machine) fn load<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillLoad,
) -> Result<(), Refused> {
    let mut waybill = super::as_side(context, action.waybill, Side::Driver)?;
    super::need_state(&waybill, &[WaybillState::Accepted])?;
    let accepted_at = waybill.carrier.as_ref().map_or(Time(0), |carrier| carrier.accepted_at);
    let earliest = Time(accepted_at.0.saturating_sub(ahead_ms(context)));
    check_time(context, action.at, Some(earliest))?;
    waybill.loaded = Some(step(context, action.at, action.evidence));
    waybill.state = WaybillState::Loaded;
    super::write(context.overlay, waybill, Event::WaybillLoaded, context.now);
    Ok(())
}

/// The driver departs.
pub(in crate::machine) fn depart<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillDepart,
) -> Result<(), Refused> {
    let mut waybill = super::as_side(context, action.waybill, Side::Driver)?;
    super::need_state(&waybill, &[WaybillState::Loaded])?;
    check_time(context, action.at, last(&waybill))?;
    waybill.departed = Some(step(context, action.at, action.evidence));
    waybill.state = WaybillState::InTransit;
    super::write(context.overlay, waybill, Event::WaybillDeparted, context.now);
    Ok(())
}

/// The driver arrives: vehicle and code are free again.
pub(in crate::machine) fn arrive<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillArrive,
) -> Result<(), Refused> {
    let mut waybill = super::as_side(context, action.waybill, Side::Driver)?;
    super::need_state(&waybill, &[WaybillState::InTransit])?;
    check_time(context, action.at, last(&waybill))?;
    waybill.arrived = Some(step(context, action.at, action.evidence));
    waybill.state = WaybillState::Arrived;
    waybill.swap = None;
    super::release(context.overlay, &waybill, context.now);
    super::write(context.overlay, waybill, Event::WaybillArrived, context.now);
    Ok(())
}

fn step<R: Records + ?Sized>(context: &Context<'_, '_, R>, at: Time, evidence: Hash) -> Step {
    Step { at, recorded_at: context.now, evidence }
}

/// The actual time of the last step.
fn last(waybill: &Waybill) -> Option<Time> {
    waybill.departed.as_ref().or(waybill.loaded.as_ref()).map(|step| step.at)
}

fn ahead_ms<R: Records + ?Sized>(context: &mut Context<'_, '_, R>) -> u64 {
    context.parameter(ParameterName::StepAheadMs)
}

/// Not before the last step, and not further ahead of block time than clocks may differ.
fn check_time<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    at: Time,
    earliest: Option<Time>,
) -> Result<(), Refused> {
    let early = earliest.is_some_and(|earliest| at < earliest);
    let latest = context.now.plus(ahead_ms(context));
    if early || at > latest {
        return Err(Refused::about(RefusalCode::StepTime, "at"));
    }
    Ok(())
}
