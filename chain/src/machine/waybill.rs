// SPDX-License-Identifier: Apache-2.0
//! Waybills, step by step.

use super::context::Context;
use super::overlay::Overlay;
use crate::actions::{
    WaybillAbort, WaybillAbortAgree, WaybillAccept, WaybillArrive, WaybillCancel, WaybillDecline,
    WaybillDepart, WaybillDispute, WaybillDisputeEnd, WaybillLoad, WaybillOffer, WaybillSettle,
    WaybillSettleAgree, WaybillSign, WaybillWithdraw,
};
use crate::ids::Time;
use crate::records::Waybill;
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

pub(super) fn offer<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillOffer,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn accept<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillAccept,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn decline<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillDecline,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn withdraw<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillWithdraw,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn cancel<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillCancel,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn load<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillLoad,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn depart<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillDepart,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn arrive<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillArrive,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn sign<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillSign,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn propose_abort<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillAbort,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn agree_abort<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillAbortAgree,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn propose_settlement<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillSettle,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn agree_settlement<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillSettleAgree,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn open_dispute<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillDispute,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn end_dispute<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &WaybillDisputeEnd,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn fire<R: Records + ?Sized>(
    _overlay: &mut Overlay<'_, R>,
    _record: Waybill,
    _at: Time,
) {
}
