// SPDX-License-Identifier: Apache-2.0
//! Applications for codes and vehicles: claims, answers, corrections, lapse, issuing.

use super::context::Context;
use super::overlay::Overlay;
use crate::actions::{ApplicationWithdraw, ClaimAnswer, ClaimCorrect, CodeApply, VehicleApply};
use crate::ids::Time;
use crate::records::Application;
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

pub(super) fn apply_for_code<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &CodeApply,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn apply_for_vehicle<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &VehicleApply,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn answer<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &ClaimAnswer,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn correct<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &ClaimCorrect,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn withdraw<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &ApplicationWithdraw,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn fire<R: Records + ?Sized>(
    _overlay: &mut Overlay<'_, R>,
    _record: Application,
    _at: Time,
) {
}
