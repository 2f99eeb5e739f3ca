// SPDX-License-Identifier: Apache-2.0
//! Ends before delivery: withdrawn, cancelled before loading, aborted by both after it.

use crate::actions::{WaybillAbort, WaybillAbortAgree, WaybillCancel, WaybillWithdraw};
use crate::event::Event;
use crate::machine::context::Context;
use crate::records::waybill::{Abort, Side};
use crate::records::{ParameterName, Waybill, WaybillState};
use crate::refusal::{RefusalCode, Refused};
use crate::text::Word;
use crate::view::Records;

/// The states in which goods are on the vehicle or at the gate.
const LOADED: [WaybillState; 3] =
    [WaybillState::Loaded, WaybillState::InTransit, WaybillState::Arrived];

fn ended<R: Records + ?Sized>(
    context: &Context<'_, '_, R>,
    waybill: Waybill,
    state: WaybillState,
    (by, reason): (Side, &Word),
) -> Waybill {
    Waybill {
        state,
        ended_at: Some(context.now),
        ended_by: Some(by),
        end_reason: Some(reason.clone()),
        swap: None,
        ..waybill
    }
}

/// The maker takes an offer back.
pub(in crate::machine) fn withdraw<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillWithdraw,
) -> Result<(), Refused> {
    let waybill = super::as_side(context, action.waybill, Side::Maker)?;
    super::need_state(&waybill, &[WaybillState::Offered])?;
    let by = (Side::Maker, &action.reason);
    let waybill = ended(context, waybill, WaybillState::Withdrawn, by);
    super::write(context.overlay, waybill, Event::WaybillWithdrawn, context.now);
    Ok(())
}

/// Either side cancels what is accepted and not loaded.
pub(in crate::machine) fn cancel<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillCancel,
) -> Result<(), Refused> {
    let (waybill, side) = super::of_side(context, action.waybill)?;
    super::need_state(&waybill, &[WaybillState::Accepted])?;
    let by = (side, &action.reason);
    let waybill = ended(context, waybill, WaybillState::Cancelled, by);
    super::release(context.overlay, &waybill, context.now);
    super::write(context.overlay, waybill, Event::WaybillCancelled, context.now);
    Ok(())
}

/// Either side proposes to abort after loading.
pub(in crate::machine) fn propose_abort<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillAbort,
) -> Result<(), Refused> {
    let (mut waybill, by) = super::of_side(context, action.waybill)?;
    super::need_state(&waybill, &LOADED)?;
    if waybill.abort.is_some() {
        return Err(Refused::about(RefusalCode::ProposalOpen, "waybill"));
    }
    let until = context.now.plus(context.parameter(ParameterName::AgreeMs));
    waybill.abort = Some(Abort { by, reason: action.reason.clone(), until });
    super::write(context.overlay, waybill, Event::WaybillAbortChanged, context.now);
    Ok(())
}

/// The other side agrees.
pub(in crate::machine) fn agree_abort<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillAbortAgree,
) -> Result<(), Refused> {
    let (waybill, side) = super::of_side(context, action.waybill)?;
    super::need_state(&waybill, &LOADED)?;
    let proposed = waybill.abort.clone().filter(|abort| abort.by != side);
    let proposed = proposed.ok_or_else(|| Refused::about(RefusalCode::NoProposal, "waybill"))?;
    let was_under_way = waybill.is_under_way();
    let by = (proposed.by, &proposed.reason);
    let waybill = ended(context, waybill, WaybillState::Aborted, by);
    if was_under_way {
        super::release(context.overlay, &waybill, context.now);
    }
    super::write(context.overlay, waybill, Event::WaybillAborted, context.now);
    Ok(())
}
