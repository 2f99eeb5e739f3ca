// SPDX-License-Identifier: Apache-2.0
//! Matters: opened, extended, settled, voided.

use super::context::Context;
use crate::actions::{MatterExtend, MatterOpen, MatterSettle, MatterVoid, VehicleRelease};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

pub(super) fn open<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &MatterOpen,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn extend<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &MatterExtend,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn settle<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &MatterSettle,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn void<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &MatterVoid,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn release<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &VehicleRelease,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}
