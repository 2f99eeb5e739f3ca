// SPDX-License-Identifier: Apache-2.0
//! Accepting and declining: of several acceptances the first in chain order wins.

use crate::actions::{WaybillAccept, WaybillDecline};
use crate::event::Event;
use crate::ids::WaybillId;
use crate::limits::UNDER_WAY;
use crate::machine::context::Context;
use crate::machine::{colour, eligibility};
use crate::records::waybill::{Carrier, Side, WaybillKind};
use crate::records::{Code, Holder, Person, Vehicle, Waybill, WaybillState};
use crate::refusal::{Reason, RefusalCode, Refused};
use crate::view::Records;

/// The code of the sending person.
fn own_code<R: Records + ?Sized>(context: &mut Context<'_, '_, R>) -> Result<Code, Refused> {
    let person = context.person()?;
    let person: Person = context.need(person.0, "sender")?;
    let code = person.code.ok_or_else(|| Refused::about(RefusalCode::CodeNotIssued, "code"))?;
    context.need(code.record(), "code")
}

fn offered<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    id: WaybillId,
) -> Result<Waybill, Refused> {
    let waybill: Waybill = context.need(id.0, "waybill")?;
    let code = match waybill.state {
        WaybillState::Offered => return Ok(waybill),
        WaybillState::Lapsed => RefusalCode::OfferEnded,
        _ if waybill.carrier.is_some() => RefusalCode::WaybillAlreadyAccepted,
        _ => RefusalCode::WaybillState,
    };
    Err(Refused::about(code, "waybill"))
}

/// An eligible driver accepts.
pub(in crate::machine) fn accept<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillAccept,
) -> Result<(), Refused> {
    let mut code = own_code(context)?;
    let mut waybill = offered(context, action.waybill)?;
    let mut reasons = outside(context, &code, &waybill.offer.kind);
    reasons.extend(eligibility::reasons(context, &code, &waybill.offer));
    if context.now >= super::due::load_ends(context.overlay, &waybill.offer, context.now) {
        reasons.extend(Refused::about(RefusalCode::OfferEnded, "load_by").0);
    }
    if code.waybills.len() >= UNDER_WAY {
        reasons.extend(Refused::about(RefusalCode::TooMany, "code").0);
    }
    if !reasons.is_empty() {
        return Err(Refused(reasons));
    }
    let (Holder::Person(person), Some(vehicle)) = (code.holder, code.current) else {
        return Err(Refused::about(RefusalCode::NoVehicle, "code"));
    };
    let trailer = code.trailer;
    for id in [Some(vehicle), trailer].into_iter().flatten() {
        let mut carrying: Vehicle = context.need(id.0, "code")?;
        carrying.under_way.push(waybill.id);
        context.put(carrying, Event::VehicleChanged);
    }
    let accepted_at = context.now;
    waybill.carrier = Some(Carrier { code: code.id, person, vehicle, trailer, accepted_at });
    waybill.state = WaybillState::Accepted;
    code.waybills.push(waybill.id);
    colour::write(context.overlay, code, Some(Event::CodeChanged), context.now);
    super::write(context.overlay, waybill, Event::WaybillAccepted, context.now);
    Ok(())
}

/// Why a waybill is not offered to a code.
fn outside<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    kind: &WaybillKind,
) -> Vec<Reason> {
    let not_offered = |about| Refused::about(RefusalCode::NotOfferedToCode, about).0;
    let limits = match kind {
        WaybillKind::Exclusive { code: one } if *one == code.id => return Vec::new(),
        WaybillKind::Exclusive { .. } => return not_offered("code"),
        WaybillKind::Public(limits) => limits,
    };
    let vehicle = code.current.and_then(|id| context.get::<Vehicle>(id.0));
    let class = vehicle.as_ref().and_then(Vehicle::class);
    let mut reasons = Vec::new();
    if !limits.admit_home(code.prefecture) {
        reasons.extend(not_offered("prefectures"));
    }
    if !limits.admit_type(class.map(|class| &class.vehicle_type)) {
        reasons.extend(not_offered("vehicle_type"));
    }
    reasons
}

/// The driver that an exclusive waybill is offered to declines.
pub(in crate::machine) fn decline<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillDecline,
) -> Result<(), Refused> {
    let code = own_code(context)?;
    let mut waybill = offered(context, action.waybill)?;
    if waybill.offer.kind != (WaybillKind::Exclusive { code: code.id }) {
        return Err(Refused::about(RefusalCode::NotOfferedToCode, "code"));
    }
    waybill.state = WaybillState::Declined;
    waybill.ended_at = Some(context.now);
    waybill.ended_by = Some(Side::Driver);
    waybill.end_reason = Some(action.reason.clone());
    super::write(context.overlay, waybill, Event::WaybillDeclined, context.now);
    Ok(())
}
