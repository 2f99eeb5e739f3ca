// SPDX-License-Identifier: Apache-2.0
//! A person's keys, and the ending and replacing of any key.

use super::context::Context;
use crate::actions::{KeyEnd, KeyReplace, PersonKeyRegister};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

pub(super) fn end_key<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &KeyEnd,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn replace_key<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &KeyReplace,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn register_key<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &PersonKeyRegister,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}
