// SPDX-License-Identifier: Apache-2.0
//! Organisations and their keys.

use super::context::Context;
use crate::actions::{KeyAdd, OrganisationAdmit, OrganisationEnd, OrganisationScopes};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

pub(super) fn admit<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &OrganisationAdmit,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn set_scopes<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &OrganisationScopes,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn end<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &OrganisationEnd,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

pub(super) fn add_key<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &KeyAdd,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}

/// What is wrong with a new organisation's keys, scopes or name.
pub(super) fn check_new(
    _keys: &[crate::actions::KeyGrant],
    _scopes: &[crate::records::Scope],
    _identity: &crate::records::organisation::Identity,
) -> Result<(), &'static str> {
    Ok(())
}
