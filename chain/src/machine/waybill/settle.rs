// SPDX-License-Identifier: Apache-2.0
//! After arrival: signed for, and settled by both or by silence.

use crate::actions::{WaybillSettle, WaybillSettleAgree, WaybillSign};
use crate::event::Event;
use crate::machine::context::Context;
use crate::records::waybill::{Settlement, Side, Signing};
use crate::records::{Owner, ParameterName, Waybill, WaybillState};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

/// The consignee, if it is an organisation whose registration has not ended, else the maker, signs for
/// what arrived.
pub(in crate::machine) fn sign<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillSign,
) -> Result<(), Refused> {
    let mut waybill: Waybill = context.need(action.waybill.0, "waybill")?;
    let is_there = |id: &_| context.check_not_ended(Owner::Organisation(*id)).is_ok();
    let signer = waybill.offer.consignee.filter(is_there).unwrap_or(waybill.maker);
    if context.sender.owner != Owner::Organisation(signer) {
        return Err(RefusalCode::NotAllowed.into());
    }
    super::need_state(&waybill, &[WaybillState::Arrived])?;
    let mut reasons = Vec::new();
    let mut refuse = |code, about| reasons.extend(Refused::about(code, about).0);
    if action.weight_kg == 0 {
        refuse(RefusalCode::InvalidField, "weight_kg");
    }
    if action.distance_km == 0 {
        refuse(RefusalCode::InvalidField, "distance_km");
    }
    let allowed = context.parameter(ParameterName::DifferencePpm);
    if u64::from(action.difference_ppm) > allowed && action.reason.is_none() {
        refuse(RefusalCode::ReasonMissing, "reason");
    }
    if !reasons.is_empty() {
        return Err(Refused(reasons));
    }
    waybill.signed = Some(Signing {
        at: context.now,
        weight_kg: action.weight_kg,
        distance_km: action.distance_km,
        difference_ppm: action.difference_ppm,
        reason: action.reason,
        by_silence: false,
    });
    waybill.state = WaybillState::Signed;
    waybill.abort = None;
    super::write(context.overlay, waybill, Event::WaybillSigned, context.now);
    Ok(())
}

/// The maker proposes what is paid.
pub(in crate::machine) fn propose_settlement<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillSettle,
) -> Result<(), Refused> {
    let mut waybill = super::as_side(context, action.waybill, Side::Maker)?;
    super::need_state(&waybill, &[WaybillState::Signed])?;
    let disputed = waybill.dispute.is_some();
    let proposed = waybill.settlement.is_some();
    super::bar([(disputed, RefusalCode::DisputeOpen), (proposed, RefusalCode::ProposalOpen)])?;
    let stands_at = context.now.plus(context.parameter(ParameterName::SettlementMs));
    let (amount, payment) = (action.amount, action.payment);
    waybill.settlement = Some(Settlement { proposed_at: context.now, amount, payment, stands_at });
    super::write(context.overlay, waybill, Event::WaybillSettlementProposed, context.now);
    Ok(())
}

/// The driver agrees.
pub(in crate::machine) fn agree_settlement<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &WaybillSettleAgree,
) -> Result<(), Refused> {
    let mut waybill = super::as_side(context, action.waybill, Side::Driver)?;
    super::need_state(&waybill, &[WaybillState::Signed])?;
    let disputed = waybill.dispute.is_some();
    let missing = waybill.settlement.is_none();
    super::bar([(disputed, RefusalCode::DisputeOpen), (missing, RefusalCode::NoProposal)])?;
    waybill.state = WaybillState::Settled;
    waybill.ended_at = Some(context.now);
    super::write(context.overlay, waybill, Event::WaybillSettled, context.now);
    Ok(())
}
