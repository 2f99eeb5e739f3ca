// SPDX-License-Identifier: Apache-2.0
//! Recording an access, on a basis that holds in this block, or on a verification code that was shown.

use super::basis::{self, Asked, Granted};
use super::consent::check_fields;
use crate::actions::{AccessRecord, ConsentUse};
use crate::event::Event;
use crate::hash::Hash;
use crate::ids::{AccessId, ConsentId, Time};
use crate::machine::code;
use crate::machine::context::Context;
use crate::records::access::Basis;
use crate::records::consent::ConsentTerms;
use crate::records::{
    Access, Application, Code, Consent, ConsentState, Owner, ParameterName, Purpose, RegisteredKey,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// An organisation records what it asks for, on a basis that holds. A consent counts the use.
pub(in crate::machine) fn record<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &AccessRecord,
) -> Result<(), Refused> {
    let by = context.organisation()?.id;
    let asked = Asked { by, about: action.about, fields: action.fields };
    let granted = basis::check(context.overlay, &asked, &action.basis, context.now)?;
    let consent = granted.consent.clone().map(|consent| used_once_more(context, consent));
    write(context, (&asked, granted), action.basis.clone(), action.request);
    if let Some((consent, event)) = consent {
        context.put(consent, event);
    }
    Ok(())
}

fn used_once_more<R: Records + ?Sized>(
    context: &Context<'_, '_, R>,
    consent: Consent,
) -> (Consent, Event) {
    let used = consent.used + 1;
    if used < consent.terms.uses {
        return (Consent { used, ..consent }, Event::ConsentUsed);
    }
    let (state, ended_at) = (ConsentState::UsedUp, Some(context.now));
    (Consent { used, state, ended_at, ..consent }, Event::ConsentUsedUp)
}

fn write<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    (asked, granted): (&Asked, Granted),
    basis: Basis,
    request: Hash,
) {
    let access = Access {
        id: AccessId(context.new_id()),
        by: asked.by,
        about: asked.about,
        holder: granted.holder,
        vehicles: granted.vehicles,
        kinds: granted.kinds,
        basis,
        custody: granted.consent.and_then(|consent| consent.custody),
        fields: asked.fields,
        request,
        at: context.now,
    };
    context.put(access, Event::AccessRecorded);
}

/// Who was shown a verification code uses the holder's word on it, once: a consent that is used up, and
/// the access on it.
pub(in crate::machine) fn use_shown<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ConsentUse,
) -> Result<(), Refused> {
    let by = context.organisation()?.id;
    let terms = &action.terms;
    let code = code::in_force(context, terms.code)?;
    let asked = Asked { by, about: terms.code.into(), fields: terms.fields };
    let key = check_shown(context, &code, action)?;
    let mut granted = Granted::look(context.overlay, &asked, context.now)?;
    let mut reasons = Reasons::default();
    reasons.add(granted.check_fields(terms.fields));
    let named_case = false;
    reasons.add(basis::not_shut(
        context.overlay,
        (&granted, terms.fields),
        named_case,
        context.now,
    ));
    reasons.done()?;
    let (id, purpose) = (ConsentId(context.new_id()), Purpose::CapacityCheck);
    let until = action.statements.iter().map(|word| word.valid_until).fold(context.now, Time::max);
    let consent = Consent {
        id,
        holder: code.holder,
        terms: ConsentTerms {
            code: code.id,
            to: by,
            purpose,
            fields: terms.fields,
            until,
            uses: 1,
        },
        given_at: context.now,
        custody: key.custody(),
        sponsor: Some(by),
        used: 1,
        state: ConsentState::UsedUp,
        ended_at: Some(context.now),
        revoked_custody: None,
    };
    context.put(consent.clone(), Event::ConsentUsedUp);
    granted.consent = Some(consent);
    write(context, (&asked, granted), Basis::Consent { consent: id, purpose }, action.request);
    Ok(())
}

/// The holder's word on the terms, for a short time only, and the word of the node that holds the data on
/// who entered the digits; the key that signed the holder's.
fn check_shown<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    action: &ConsentUse,
) -> Result<RegisteredKey, Refused> {
    let mut reasons = Reasons::default();
    reasons.add(check_fields(action.terms.fields));
    let latest = context.now.plus(context.parameter(ParameterName::CapacityMs));
    let too_far = action.statements.iter().any(|word| word.valid_until > latest);
    reasons.bar_if(too_far, RefusalCode::StatementExpired, "statements");
    let is_own = context.is(Owner::Organisation(action.by));
    reasons.bar_if(!is_own, RefusalCode::InvalidField, "by");
    let application: Application = context.need(code.application.0, "code")?;
    reasons.add(context.check_signs_for(&action.release.signer, application.sponsor));
    let signed = context.take_signed_word_of(code::holder_owner(code));
    reasons.add(signed.as_ref().map(drop).map_err(Clone::clone));
    reasons.done()?;
    signed
}
