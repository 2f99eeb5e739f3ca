// SPDX-License-Identifier: Apache-2.0
//! Parameters: a regulator announces a value ahead; what began before keeps the one it began with.

use super::context::Context;
use crate::actions::ParameterSet;
use crate::event::Event;
use crate::ids::RecordId;
use crate::limits::PARAMETER_VALUES;
use crate::records::parameters::ParameterValue;
use crate::records::{OrganisationKind, ParameterName, Parameters, Role};
use crate::refusal::{RefusalCode, Refused};
use crate::view::Records;

/// A regulator announces a value. One announced for the same instant is replaced.
pub(super) fn set<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ParameterSet,
) -> Result<(), Refused> {
    context.organisation_of(&[OrganisationKind::Regulator], Role::Operate)?;
    let mut parameters: Parameters = context.need(RecordId::default(), "name")?;
    let mut refused = Vec::new();
    if !action.name.range().contains(&action.value) {
        refused.extend(Refused::about(RefusalCode::InvalidField, "value").0);
    }
    let notice_ms = context.parameter(ParameterName::NoticeMs);
    if action.from <= context.now || action.from < context.now.plus(notice_ms) {
        refused.extend(Refused::about(RefusalCode::NoticeTooShort, "from").0);
    }
    let Some(parameter) = parameters.all.iter_mut().find(|p| p.name == action.name) else {
        return Err(Refused::about(RefusalCode::NotFound, "name"));
    };
    let value = ParameterValue { from: action.from, value: action.value };
    match parameter.values.binary_search_by_key(&action.from, |v| v.from) {
        Ok(at) => parameter.values[at] = value,
        Err(_) if parameter.values.len() >= PARAMETER_VALUES => {
            refused.extend(Refused::about(RefusalCode::TooMany, "name").0);
        }
        Err(at) => parameter.values.insert(at, value),
    }
    if !refused.is_empty() {
        return Err(Refused(refused));
    }
    context.put(parameters, Event::ParameterSet);
    Ok(())
}
