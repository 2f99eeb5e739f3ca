// SPDX-License-Identifier: Apache-2.0
//! A code's standing.

use super::context::Context;
use crate::actions::{CodeCancel, CodeResume, CodeSuspend};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

pub(super) fn suspend<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &CodeSuspend,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn resume<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &CodeResume,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn cancel<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &CodeCancel,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}
