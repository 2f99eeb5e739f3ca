// SPDX-License-Identifier: Apache-2.0
//! Parameters.

use super::context::Context;
use crate::actions::ParameterSet;
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

pub(super) fn set<R: Records + ?Sized>(
    _context: &mut Context<'_, '_, R>,
    _action: &ParameterSet,
) -> Result<(), Refused> {
    Err(RefusalCode::NotAllowed.into())
}
