// SPDX-License-Identifier: Apache-2.0
//! Vehicles and trailers on a code, and its operator.

use super::context::Context;
use crate::actions::{
    OperatorSet, TrailerCouple, TrailerUncouple, VehicleBind, VehicleChoose, VehicleUnbind,
};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

pub(super) fn bind<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &VehicleBind,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn unbind<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &VehicleUnbind,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn choose<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &VehicleChoose,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn couple<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &TrailerCouple,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn uncouple<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &TrailerUncouple,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn set_operator<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &OperatorSet,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}
