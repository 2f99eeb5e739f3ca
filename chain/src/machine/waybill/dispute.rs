// SPDX-License-Identifier: Apache-2.0
//! A dispute: a flag beside the state that holds up settlement by silence.

use crate::actions::{WaybillDispute, WaybillDisputeEnd};
use crate::event::Event;
use crate::machine::colour;
use crate::machine::context::{Context, parameter};
use crate::records::waybill::{Dispute, Side};
use crate::records::{Code, OrganisationKind, ParameterName, Waybill, WaybillState};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

/// Either side opens a dispute, from acceptance to 30 days after signing.
pub(in crate::machine) fn open_dispute<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillDispute,
) -> Result<(), Refused> {
    use WaybillState::*;
    let (mut waybill, by) = super::of_side(context, action.waybill)?;
    super::need_state(&waybill, &[Accepted, Loaded, InTransit, Arrived, Signed, Settled])?;
    let is_open = waybill.dispute.is_some();
    let is_late = waybill.signed.as_ref().is_some_and(|signed| {
        let window = parameter(context.overlay, ParameterName::DisputeMs, signed.at);
        context.now >= signed.at.plus(window)
    });
    super::bar([(is_open, RefusalCode::DisputeOpen), (is_late, RefusalCode::DisputeTooLate)])?;
    waybill.dispute = Some(Dispute {
        by,
        reason: action.reason.clone(),
        opened_at: context.now,
        maker_ends: false,
        driver_ends: false,
    });
    count(context, &waybill, |open| open.saturating_add(1));
    super::write(context.overlay, waybill, Event::WaybillDisputed, context.now);
    Ok(())
}

/// Counts an open dispute on the code that carries or carried the waybill: its data are needed till the end.
fn count<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    waybill: &Waybill,
    with: impl Fn(u32) -> u32,
) {
    let Some(carrier) = &waybill.carrier else { return };
    if let Some(mut code) = context.get::<Code>(carrier.code.record()) {
        code.disputes = with(code.disputes);
        colour::write(context.overlay, code, Some(Event::CodeChanged), context.now);
    }
}

/// Both sides, or a regulator, end a dispute. Silence begins anew.
pub(in crate::machine) fn end_dispute<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillDisputeEnd,
) -> Result<(), Refused> {
    let (mut waybill, side) = party(context, action)?;
    let open = waybill.dispute.take();
    let mut dispute = open.ok_or_else(|| Refused::about(RefusalCode::NoDispute, "waybill"))?;
    match side {
        Some(Side::Maker) => dispute.maker_ends = true,
        Some(Side::Driver) => dispute.driver_ends = true,
        None => (dispute.maker_ends, dispute.driver_ends) = (true, true),
    }
    if !(dispute.maker_ends && dispute.driver_ends) {
        waybill.dispute = Some(dispute);
    } else {
        count(context, &waybill, |open| open.saturating_sub(1));
        if waybill.state == WaybillState::Signed
            && let Some(settlement) = &mut waybill.settlement
        {
            settlement.stands_at = context.now.plus(context.parameter(ParameterName::SettlementMs));
        }
    }
    super::write(context.overlay, waybill, Event::WaybillDisputeChanged, context.now);
    Ok(())
}

/// The waybill, and which side the sender is; a regulator is none.
fn party<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillDisputeEnd,
) -> Result<(Waybill, Option<Side>), Refused> {
    let waybill: Waybill = context.need(action.waybill.0, "waybill")?;
    if let Ok((waybill, side)) = super::of_side(context, action.waybill) {
        return Ok((waybill, Some(side)));
    }
    if context.organisation()?.kind == OrganisationKind::Regulator {
        Ok((waybill, None))
    } else {
        Err(RefusalCode::NotAllowed.into())
    }
}
