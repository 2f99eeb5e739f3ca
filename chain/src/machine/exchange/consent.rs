// SPDX-License-Identifier: Apache-2.0
//! Consents: given by a holder, revoked by the holder, ended by time.

use crate::actions::{ConsentGive, ConsentRevoke};
use crate::event::Event;
use crate::ids::{ConsentId, Time};
use crate::limits::{CONSENT_MS, CONSENT_USES};
use crate::machine::code;
use crate::machine::context::Context;
use crate::machine::overlay::Overlay;
use crate::records::consent::ConsentTerms;
use crate::records::{
    Code, Consent, ConsentState, FieldSet, Holder, Organisation, Owner, RegisteredKey,
};
use crate::refusal::{Reasons, RefusalCode, Refused};
use crate::view::Records;

/// The holder gives a consent, or a sponsor sends it with the holder's word.
pub(in crate::machine) fn give<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ConsentGive,
) -> Result<(), Refused> {
    let code = code::in_force(context, action.terms.code)?;
    let mut reasons = Reasons::default();
    reasons.add(check_terms(context, &action.terms));
    reasons.add(check_recipient(context, &code, &action.terms));
    let signed = signed_by(context, &code);
    reasons.add(signed.as_ref().map(drop).map_err(Clone::clone));
    reasons.done()?;
    let key = signed?;
    let sponsor = match context.sender.owner {
        Owner::Organisation(id) if key.owner != context.sender.owner => Some(id),
        _ => None,
    };
    let consent = Consent {
        id: ConsentId(context.new_id()),
        holder: code.holder,
        terms: action.terms.clone(),
        given_at: context.now,
        custody: key.custody(),
        sponsor,
        used: 0,
        state: ConsentState::InForce,
        ended_at: None,
        revoked_custody: None,
    };
    context.put(consent, Event::ConsentGiven);
    Ok(())
}

/// The key with which the holder agrees: the sender's, or that of a statement.
fn signed_by<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
) -> Result<RegisteredKey, Refused> {
    if code::is_holder(context, code) {
        return Ok(context.sender.clone());
    }
    context.organisation()?;
    context.take_signed_word_of(code::holder_owner(code))
}

fn check_terms<R: Records + ?Sized>(
    context: &Context<'_, '_, R>,
    terms: &ConsentTerms,
) -> Result<(), Refused> {
    let (now, until) = (context.now, terms.until);
    let mut reasons = Reasons::default();
    reasons.add(check_fields(terms.fields));
    let lasts = until > now && until <= now.plus(CONSENT_MS);
    reasons.bar_if(!lasts, RefusalCode::InvalidField, "until");
    let often = (1..=CONSENT_USES).contains(&terms.uses);
    reasons.bar_if(!often, RefusalCode::InvalidField, "uses");
    reasons.done()
}

/// What can be agreed to in one act: something, and a sensitive field alone.
pub(super) fn check_fields(fields: FieldSet) -> Result<(), Refused> {
    let mut reasons = Reasons::default();
    reasons.bar_if(fields.is_empty(), RefusalCode::InvalidField, "fields");
    let alone = fields.agrees_one_by_one();
    reasons.bar_if(!alone, RefusalCode::SensitiveTogether, "fields");
    reasons.done()
}

/// Who may see the fields is an admitted organisation other than the holder.
fn check_recipient<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    code: &Code,
    terms: &ConsentTerms,
) -> Result<(), Refused> {
    let recipient: Organisation = context.need(terms.to.0, "to")?;
    let mut reasons = Reasons::default();
    reasons.bar_if(!recipient.is_admitted(), RefusalCode::OrganisationEnded, "to");
    let itself = code.holder == Holder::Organisation(terms.to);
    reasons.bar_if(itself, RefusalCode::InvalidField, "to");
    reasons.done()
}

/// The holder takes a consent back, used up or past its end too: what was recorded before stays, and is
/// not answered any more.
pub(in crate::machine) fn revoke<R: Records + ?Sized>(
    context: &mut Context<'_, '_, R>,
    action: &ConsentRevoke,
) -> Result<(), Refused> {
    let consent: Consent = context.need(action.consent.0, "consent")?;
    if !context.is(Owner::from(consent.holder)) {
        return Err(RefusalCode::NotAllowed.into());
    }
    if consent.state == ConsentState::Revoked {
        return Err(Refused::about(RefusalCode::ConsentNotInForce, "consent"));
    }
    let (state, ended_at) = (ConsentState::Revoked, Some(context.now));
    let revoked_custody = context.sender.custody();
    let revoked = Consent { state, ended_at, revoked_custody, ..consent };
    context.put(revoked, Event::ConsentRevoked);
    Ok(())
}

/// The time of a consent is over.
pub(in crate::machine) fn end<R: Records + ?Sized>(
    overlay: &mut Overlay<'_, R>,
    consent: Consent,
    at: Time,
) {
    let (state, ended_at) = (ConsentState::Ended, Some(at));
    overlay.put(Consent { state, ended_at, ..consent }, Event::ConsentEnded, at);
}
