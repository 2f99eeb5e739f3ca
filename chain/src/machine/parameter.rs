// SPDX-License-Identifier: Apache-2.0
//! Parameters: a regulator announces a value ahead; what began before keeps the one it began with.

use super::context::Context;
use crate::actions::ParameterSet;
use crate::event::Event;
use crate::ids::{RecordId, Time};
use crate::limits::PARAMETER_VALUES;
use crate::records::parameters::ParameterValue;
use crate::records::{ParameterName, Parameters};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// A regulator announces a value. One announced for the same instant is replaced; where there are too
/// many, the oldest that is in force no more is dropped, and the one after it counts from the beginning.
pub(super) fn set<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ParameterSet,
) -> Result<(), Refused> {
    let mut parameters: Parameters = context.need(RecordId::default(), "name")?;
    let mut reasons = Reasons::default();
    let in_range = action.name.range().contains(&action.value);
    reasons.bar_if(!in_range, RefusalCode::InvalidField, "value");
    let notice_ms = context.parameter(ParameterName::NoticeMs);
    let too_short = action.from <= context.now || action.from < context.now.plus(notice_ms);
    reasons.bar_if(too_short, RefusalCode::NoticeTooShort, "from");
    let Some(parameter) = parameters.all.iter_mut().find(|p| p.name == action.name) else {
        return Err(Refused::about(RefusalCode::NotFound, "name"));
    };
    let value = ParameterValue { from: action.from, value: action.value };
    match parameter.values.binary_search_by_key(&action.from, |v| v.from) {
        Ok(at) => parameter.values[at] = value,
        Err(at) => {
            parameter.values.insert(at, value);
            if parameter.values.len() > PARAMETER_VALUES {
                let is_past = parameter.values[1].from <= context.now;
                reasons.bar_if(!is_past, RefusalCode::TooMany, "name");
                parameter.values.remove(0);
                parameter.values[0].from = Time(0);
            }
        }
    }
    reasons.done()?;
    context.put(parameters, Event::ParameterSet);
    Ok(())
}
