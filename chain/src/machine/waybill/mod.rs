// SPDX-License-Identifier: Apache-2.0
//! Waybills, step by step: `offer`, `accept`, `trip`, `swap`, `ending`, `settle`, `dispute`, and what is
//! `due`.

mod accept;
mod dispute;
mod due;
mod ending;
mod offer;
mod settle;
mod swap;
mod trip;

pub(super) use accept::{accept, decline};
pub(super) use dispute::{end_dispute, open_dispute};
pub(super) use due::fire;
pub(super) use ending::{agree_abort, cancel, propose_abort, withdraw};
pub(super) use offer::offer;
pub(super) use settle::{agree_settlement, propose_settlement, sign};
pub(super) use swap::{agree_swap, propose_swap};
pub(super) use trip::{arrive, depart, load};

use super::colour;
use super::context::Context;
use super::overlay::Overlay;
use crate::event::Event;
use crate::ids::{Time, WaybillId};
use crate::records::waybill::Side;
use crate::records::{Code, Owner, Vehicle, Waybill, WaybillState};
use crate::refusal::{Reason, RefusalCode, Refused};
use crate::view::Records;

/// A waybill and the side that the sender is.
fn of_side<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: WaybillId,
) -> Result<(Waybill, Side), Refused> {
    let waybill: Waybill = context.need(id.0, "waybill")?;
    let person = waybill.carrier.as_ref().map(|carrier| Owner::Person(carrier.person));
    if person == Some(context.sender.owner) {
        return Ok((waybill, Side::Driver));
    }
    if context.sender.owner == Owner::Organisation(waybill.maker) {
        return Ok((waybill, Side::Maker));
    }
    Err(RefusalCode::NotAllowed.into())
}

/// A waybill of which the sender is this side.
fn as_side<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: WaybillId,
    wanted: Side,
) -> Result<Waybill, Refused> {
    match of_side(context, id)? {
        (waybill, side) if side == wanted => Ok(waybill),
        _ => Err(RefusalCode::NotAllowed.into()),
    }
}

fn need_state(waybill: &Waybill, states: &[WaybillState]) -> Result<(), Refused> {
    if states.contains(&waybill.state) {
        Ok(())
    } else {
        Err(Refused::about(RefusalCode::WaybillState, "waybill"))
    }
}

/// Refuses with every reason that holds.
fn bar(reasons: [(bool, RefusalCode); 2]) -> Result<(), Refused> {
    let held = reasons.into_iter().filter(|(holds, _)| *holds);
    let reasons: Vec<Reason> =
        held.flat_map(|(_, code)| Refused::about(code, "waybill").0).collect();
    if reasons.is_empty() { Ok(()) } else { Err(Refused(reasons)) }
}

/// Writes a waybill with its next due change.
fn write<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    mut waybill: Waybill,
    event: Event,
    at: Time,
) {
    waybill.next_change_at = due::next_change(overlay, &waybill);
    overlay.put(waybill, event, at);
}

/// Flags the waybills under way of a code that loses its standing: they go on.
pub(super) fn flag<R: Records + ?Sized>(context: &mut Context<'_, '_, R>, code: &Code) {
    for id in &code.waybills {
        if let Some(waybill) = context.get::<Waybill>(id.0).filter(|waybill| !waybill.flagged) {
            let flagged = Waybill { flagged: true, ..waybill };
            write(context.overlay, flagged, Event::WaybillFlagged, context.now);
        }
    }
}

/// Takes a waybill that is no longer under way off its vehicle and code.
fn release<R: Records + ?Sized>(overlay: &mut Overlay<'_, R>, waybill: &Waybill, at: Time) {
    let Some(carrier) = &waybill.carrier else { return };
    for id in [Some(carrier.vehicle), carrier.trailer].into_iter().flatten() {
        if let Some(mut vehicle) = overlay.peek::<Vehicle>(id.0).cloned() {
            vehicle.under_way.retain(|other| *other != waybill.id);
            vehicle.carried_until = vehicle.carried_until.max(Some(at));
            overlay.put(vehicle, Event::VehicleChanged, at);
        }
    }
    if let Some(mut code) = overlay.peek::<Code>(carrier.code.record()).cloned() {
        code.waybills.retain(|other| *other != waybill.id);
        code.carried_until = code.carried_until.max(Some(at));
        colour::write(overlay, code, Some(Event::CodeChanged), at);
    }
}
